"""The case that is audited: a region, assumptions and facts; people and counts in its units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isnan, nan

from allocator.assumptions import Assumptions
from allocator.auditing.facilities import Facilities
from allocator.auditing.facts import Facts
from allocator.auditing.given import given_counts
from allocator.auditing.records import weakest
from allocator.policy.rules import Rule, exact
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

    @cached_property
    def facilities(self) -> Facilities:
        """The facilities, and the questions rules put to them."""
        return Facilities(self.region, self.assumptions, self.facts, self.inside)

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
