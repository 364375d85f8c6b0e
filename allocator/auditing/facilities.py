"""The facilities of a case: those that the facts list and those that the region knows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from allocator.assumptions import Assumptions
from allocator.auditing.facts import Facts
from allocator.auditing.records import NOT_STANDING, by_name, has, rows_of, weakest
from allocator.policy.rules import SiteFilter
from allocator.region.ground import Region


@dataclass(frozen=True, eq=False)
class Facilities:
    """What rules ask of facilities.

    Attributes
    ----------
    region, assumptions, facts
        As in the case.
    inside
        Ids of some units and of everything below them.
    """

    region: Region
    assumptions: Assumptions
    facts: Facts
    inside: Callable[[Iterable[str]], frozenset[str]]

    def open(
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
        today = self.known.get(name, row)
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

    def passing(self, chosen: SiteFilter) -> pd.DataFrame:
        """The region's sites that a filter selects, existing or candidate, open or not."""
        sites = self.region.sites.table
        places = [
            i for i, name in enumerate(map(str, sites.index))
            if self.selects(chosen, name, self.known[name])
        ]  # fmt: skip
        return sites.iloc[places]

    def basis(self, *filters: SiteFilter) -> str:
        """Basis of facilities: planned, or the weakest among today's sites of the filters."""
        if self.facts.planned:
            return "planned"
        standing = self.open(*filters)
        return weakest((self.region.sites.table if standing.empty else standing)["basis"])

    @cached_property
    def known(self) -> dict[str, dict[str, Any]]:
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
        return by_name(self.known.items())

    def missing(self, wanted: SiteFilter) -> str:
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
