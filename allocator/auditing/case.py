"""The case that is audited: a region, assumptions and facts, and the questions rules put to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isnan, nan
from typing import Any

import pandas as pd

from allocator.assumptions import Assumptions
from allocator.auditing.facts import Facts
from allocator.auditing.given import given_counts
from allocator.auditing.records import NOT_STANDING, by_name, has, rows_of, weakest
from allocator.policy.rules import Rule, SiteFilter, exact
from allocator.region.ground import Region
from allocator.region.units import GROUPS
from allocator.travel.journeys import Journeys


@dataclass(frozen=True, eq=False)
class Case:
    """What is audited.

    Attributes
    ----------
    region
        The region as planned for: people of the plan's year, candidate sites listed.
    assumptions, facts
        The readings in force; the plan's tables or today's stock.
    rules
        All rules of the policy: what the projects among them pay and bring.
    journeys
        How people and ambulances travel; straight when missing.
    """

    region: Region
    assumptions: Assumptions
    facts: Facts
    rules: tuple[Rule, ...] = ()
    journeys: Journeys | None = None

    def exactly(self, assumption: str) -> Fraction:
        """A numeric assumption as an exact rational."""
        return exact(self.assumptions.number(assumption))

    # ---------------------------------------------------------------- units and people

    @property
    def root(self) -> str:
        """Id of the unit that is the whole region."""
        return self.region.units.root

    @property
    def ceiling_in_every_unit(self) -> bool:
        """Whether figures of the whole region are rounded up in every planning unit."""
        return self.assumptions.word("rounding") == "per_unit"

    @cached_property
    def _below(self) -> dict[str, frozenset[str]]:
        units = self.region.units
        below: dict[str, set[str]] = {str(unit): set() for unit in units.table.index}
        for unit in below:
            for above in units.ancestors(unit):
                below[above].add(unit)
        return {unit: frozenset(inside) for unit, inside in below.items()}

    def inside(self, units: Iterable[str]) -> frozenset[str]:
        """Ids of the units and of everything below them."""
        return frozenset().union(*(self._below[unit] for unit in units))

    def names(self, units: Sequence[str]) -> str:
        """Names of units, for a note: the first three and how many more."""
        shown = ", ".join(self.region.units.name(unit) for unit in units[:3])
        return shown + (f" and {len(units) - 3} more" if len(units) > 3 else "")

    def group(self, group: str) -> str:
        """The column of people that a rule's group stands for: elderly is 60+ or 65+."""
        if group != "elderly":
            return group
        return f"age{self.assumptions.number('elderly_age'):g}"

    def people(self, units: Sequence[str], group: str = "total") -> Fraction | None:
        """People of a group in units taken together; None if any unit does not say."""
        known = self._people.get(self.group(group), {})
        figures = [known.get(unit, nan) for unit in units]
        if any(isnan(figure) for figure in figures):
            return None
        return sum((Fraction(figure) for figure in figures), Fraction(0))

    @cached_property
    def _people(self) -> dict[str, dict[str, float]]:
        table = self.region.units.table
        return {
            group: dict(zip(map(str, table.index), table[group].astype(float), strict=True))
            for group in GROUPS
            if group in table.columns
        }

    def missing_people(self, units: Sequence[str], group: str = "total") -> str:
        """Say whose people of a group are not known."""
        silent = [unit for unit in units if self.people([unit], group) is None]
        return f"populations.csv has no {self.group(group)} for {self.names(silent)}"

    # ---------------------------------------------------------------- counts of resources

    def count(self, units: Sequence[str], resource: str) -> float | None:
        """Number of a resource in units taken together; None if any unit does not say."""
        found = [self._count(unit, resource) for unit in units]
        known = [number for number in found if number is not None]
        return sum(known) if len(known) == len(found) else None

    def _count(self, unit: str, resource: str) -> float | None:
        """A unit's own row; above the planning units their sum, or else the unit's own row."""
        planning = [u for u in self.region.units.planning if u != unit and u in self._below[unit]]
        parts = [self._counts.get((u, resource)) for u in planning]
        known = [part for part in parts if part is not None]
        if known and len(known) == len(parts):
            return sum(known)
        return self._counts.get((unit, resource))

    @cached_property
    def _counts(self) -> Mapping[tuple[str, str], float]:
        """The facts' numbers; in a plan, what is given is as the region has it."""
        if not self.facts.planned:
            return self.facts.counts
        return {**self.facts.counts, **self.given}

    @cached_property
    def given(self) -> dict[tuple[str, str], float]:
        """What the region gives the planning units, of all that a plan's table lists."""
        return given_counts(self.region, self.facts.counts)

    def today(self, units: Sequence[str], resource: str) -> float | None:
        """Number of a resource that stands today in units taken together; None if not known.

        The region's is the sum of its planning units, or else its own row.
        """
        stock, inside = self.region.stock, self.inside(units)
        found = [stock.have(u, resource) for u in self.region.units.planning if u in inside]
        known = [number for number in found if number is not None]
        if found and len(known) == len(found):
            return sum(known)
        return stock.have(self.root, resource) if self.root in units else None

    def missing_counts(self, units: Sequence[str], wanted: Iterable[str]) -> str:
        """Say which resources the plan's or today's tables do not have; '' if all are there."""
        silent: dict[tuple[str, str], list[str]] = {}
        stock = set(self.region.stock.table["resource"])
        for resource in wanted:
            units_without = [unit for unit in units if self._count(unit, resource) is None]
            if not units_without:
                continue
            file = "units.csv" if self.facts.planned and resource in stock else "stock.csv"
            somewhere = any(r == resource for _, r in self.facts.counts)
            where = f" for {self.names(units_without)}" if somewhere else ""
            silent.setdefault((file, where), []).append(repr(resource))
        return "; ".join(
            f"{file} has no {' and no '.join(names)}{where}"
            for (file, where), names in silent.items()
        )

    def stock_basis(self, wanted: Iterable[str]) -> str:
        """Basis of counts: planned, or the weakest among today's rows."""
        if self.facts.planned:
            return "planned"
        chosen = set(wanted)
        return weakest(basis for (_, r), basis in self.facts.bases.items() if r in chosen)

    def given_basis(self, wanted: Iterable[str]) -> str:
        """Basis of what is given: the weakest among the region's rows, in a plan as today."""
        table = self.region.stock.table
        return weakest(table.loc[table["resource"].isin(list(wanted)), "basis"])

    # ---------------------------------------------------------------- facilities

    def open_sites(
        self,
        *filters: SiteFilter,
        attribute: str | None = None,
        units: Iterable[str] | None = None,
    ) -> pd.DataFrame:
        """Open facilities that any of the filters selects, with an attribute, in some units."""
        inside = None if units is None else self.inside(units)
        chosen = sorted({i for wanted in filters for i in self._selected(wanted)})
        places = [
            i
            for i, (_, row) in ((i, self._open_rows[i]) for i in chosen)
            if (attribute is None or has(attribute, row))
            and (inside is None or row["unit"] in inside)
        ]
        return self.facts.open.iloc[places]

    def _selected(self, wanted: SiteFilter) -> list[int]:
        """Which of the open facilities a filter selects; found once."""
        if wanted not in self._found:
            self._found[wanted] = [
                i for i, (name, row) in enumerate(self._open_rows)
                if self.selects(wanted, name, row)
            ]  # fmt: skip
        return self._found[wanted]

    @cached_property
    def _found(self) -> dict[SiteFilter, list[int]]:
        return {}

    @cached_property
    def _open_rows(self) -> list[tuple[str, dict[str, Any]]]:
        return [(name, row) for name, row in self.listed if row["open"]]

    def selects(self, chosen: SiteFilter, name: str, row: Mapping[str, Any]) -> bool:
        """Whether a filter selects a facility; an empty field does not restrict.

        What it has today is what the region says of it, or its own row where it says nothing.
        """
        today = self.known_sites.get(name, row)
        beds, new = today["beds"], row["status"] in NOT_STANDING
        below = chosen.beds_below
        if below is not None and self.assumptions.word("tier_bounds") == "both":
            below += 1  # beds come in whole numbers
        return (
            (not chosen.kinds or row["kind"] in chosen.kinds)
            and (not chosen.grades or row["grade"] in chosen.grades)
            and (not chosen.run_by or row["run_by"] in chosen.run_by)
            and (chosen.new is None or chosen.new == new)
            and (chosen.beds_from is None or beds >= chosen.beds_from)
            and (below is None or beds < below)
            and all(has(attribute, today) for attribute in chosen.having)
            and not any(has(attribute, today) for attribute in chosen.without)
        )

    def sites_passing(self, chosen: SiteFilter) -> pd.DataFrame:
        """The region's sites that a filter selects, existing or candidate, open or not."""
        sites = self.region.sites.table
        places = [
            i for i, name in enumerate(map(str, sites.index))
            if self.selects(chosen, name, self.known_sites[name])
        ]  # fmt: skip
        return sites.iloc[places]

    def site_basis(self, *filters: SiteFilter) -> str:
        """Basis of facilities: planned, or the weakest among today's sites of the filters."""
        if self.facts.planned:
            return "planned"
        standing = self.open_sites(*filters)
        return weakest((self.region.sites.table if standing.empty else standing)["basis"])

    @cached_property
    def known_sites(self) -> dict[str, dict[str, Any]]:
        """What the region says of each site, by id."""
        table = self.region.sites.table
        return {str(name): row for name, row in zip(table.index, rows_of(table), strict=True)}

    @cached_property
    def listed(self) -> list[tuple[str, dict[str, Any]]]:
        """Id and row of every facility of the facts, open or closed."""
        table = self.facts.facilities
        return list(zip(map(str, table.index), rows_of(table), strict=True))

    @cached_property
    def listed_as(self) -> dict[str, list[str]]:
        """Ids of the facilities of the facts that have a name, or that id."""
        return by_name(self.listed)

    @cached_property
    def known_as(self) -> dict[str, list[str]]:
        """Ids of the region's sites that have a name, or that id."""
        return by_name(self.known_sites.items())

    def missing_sites(self, wanted: SiteFilter) -> str:
        """Say why facilities of a filter cannot be counted at all; '' if they can.

        A kind that neither the region nor the plan has is not zero facilities but no data; the
        same for grades and owners that no site of the kinds states.
        """
        known = [f for f in self._forms if not wanted.kinds or f[0] in wanted.kinds]
        kinds = ", ".join(wanted.kinds) or "any kind"
        if not known:
            return f"sites.csv has no site of kind {kinds}"
        if wanted.grades and not any(grade for _, grade, _, _ in known):
            return f"sites.csv has no grade for any site of kind {kinds}"
        if wanted.run_by and not any(run_by for _, _, run_by, _ in known):
            return f"sites.csv has no run_by for any site of kind {kinds}"
        sized = wanted.beds_from is not None or wanted.beds_below is not None
        if sized and not any(beds == beds for _, _, _, beds in known):
            return f"sites.csv has no beds for any site of kind {kinds}"
        return ""

    @cached_property
    def _forms(self) -> set[tuple[str, str, str, float]]:
        """Every kind, grade, owner and size that occurs together."""
        tables = (self.region.sites.table, self.facts.facilities)
        return {
            (str(kind), str(grade), str(run_by), float(beds))
            for table in tables
            for kind, grade, run_by, beds in zip(
                table["kind"], table["grade"], table["run_by"], table["beds"], strict=True
            )
        }
