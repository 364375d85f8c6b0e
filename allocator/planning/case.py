"""One planning case: the prepared region, the policy, the assumptions, and what they say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from allocator.assumptions import Assumptions
from allocator.policy.policies import Policy
from allocator.policy.rules import ForcedSite, SiteFilter, exact
from allocator.region.ground import Region
from allocator.region.sites import LEVEL_OF_GRADE, LEVELS, RENEWED
from allocator.travel.journeys import Journeys


@dataclass(frozen=True)
class Area:
    """Where a rule holds once: a unit, several pooled ones, or the whole region (``all``)."""

    id: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """A named site that a rule forces: its position and planning unit ('' above them)."""

    rule: ForcedSite
    position: int
    unit: str

    @property
    def cost(self) -> Fraction | None:
        """What it costs in all, where the text says so."""
        return self.rule.cost

    def amount(self, resource: str) -> int:
        """What it brings of a resource."""
        return sum(b.amount for b in self.rule.brings if b.resource == resource)


@dataclass(frozen=True, eq=False)
class Case:
    """What the rows are built from.

    Attributes
    ----------
    region
        As planned for: forecast, candidates.
    policy, assumptions
        What must hold, and how it is read.
    equipment
        What a candidate costs besides its opening, by position, as every site must have it.
    journeys
        How people and ambulances travel; straight when missing.
    """

    region: Region
    policy: Policy
    assumptions: Assumptions
    equipment: Mapping[int, float] = field(default_factory=dict)
    journeys: Journeys | None = None

    def exactly(self, assumption: str) -> Fraction:
        """A numeric assumption as an exact rational."""
        return exact(self.assumptions.number(assumption))

    def areas(self, level: tuple[str, ...], *, pool: bool = False) -> list[Area]:
        """Areas in which a rule of these levels holds."""
        units = self.region.units
        if not level:
            return [Area("all", (units.root,))]
        found = units.at(level)
        if pool:
            return [Area("all", tuple(found))]
        return [Area(unit, (unit,)) for unit in found]

    def people(self, unit: str, group: str) -> Fraction | None:
        """People of a group; None where the region does not say."""
        if group == "elderly":
            group = f"age{self.assumptions.number('elderly_age'):g}"
        if group not in self.region.units.table.columns:
            return None
        value = self.region.units.people(unit, group)
        return None if math.isnan(value) else Fraction(value)

    def planning_units_in(self, area: Area) -> list[str]:
        """Planning units that make up an area (the unit, or the planning units below it)."""
        units = self.region.units
        return [u for u in units.planning if any(a in area.units for a in units.ancestors(u))]

    def units_inside(self, area: Area, levels: tuple[str, ...]) -> list[str]:
        """Units of some levels inside an area, or the area itself."""
        units = self.region.units
        return [u for u in units.at(levels) if any(a in area.units for a in units.ancestors(u))]

    def positions(self, chosen: SiteFilter) -> list[int]:
        """Positions of the sites that pass a filter."""
        if chosen not in self._chosen:
            self._chosen[chosen] = self._passing(chosen)
        return list(self._chosen[chosen])

    @cached_property
    def _chosen(self) -> dict[SiteFilter, list[int]]:
        return {}

    def _passing(self, chosen: SiteFilter) -> list[int]:
        table = self.region.sites.table
        mask = passes(table["kind"], chosen.kinds)
        mask &= passes(table["grade"], chosen.grades)
        mask &= passes(table["run_by"], chosen.run_by)
        if chosen.new is not None:
            mask &= (table["status"] != "existing") == chosen.new
        if chosen.beds_from is not None:
            mask &= table["beds"] >= chosen.beds_from
        if chosen.beds_below is not None:
            inclusive = self.assumptions.word("tier_bounds") == "both"
            below, limit = table["beds"] < chosen.beds_below, chosen.beds_below
            mask &= below | (table["beds"] == limit) if inclusive else below
        return [
            j for j in map(int, mask.to_numpy().nonzero()[0])
            if all(self.had(a, j) for a in chosen.having)
            and not any(self.had(a, j) for a in chosen.without)
        ]  # fmt: skip

    def positions_in(self, area: Area, positions: list[int]) -> list[int]:
        """Those of the positions whose site stands in an area."""
        above, units = self._above, self._column["unit"]
        return [j for j in positions if not above[units[j]].isdisjoint(area.units)]

    @cached_property
    def _above(self) -> dict[str, frozenset[str]]:
        """Every unit of a site with all above it; none where a site stands in no unit."""
        ancestors = self.region.units.ancestors
        return {u: frozenset(ancestors(u) if u else ()) for u in set(self._column["unit"])}

    @cached_property
    def _column(self) -> dict[str, list[Any]]:
        """The columns of the sites' table as lists, which are quick to look up."""
        table = self.region.sites.table
        return {str(name): table[name].tolist() for name in table.columns}

    def had(self, attribute: str, position: int) -> bool:
        """Whether the site has the attribute today, or will have it by itself once it is built."""
        has, grade = self._column["attributes"][position], self._column["grade"][position]
        if attribute in LEVELS:
            levels = list(LEVELS)
            reached = [a for a in has if a in LEVELS]
            reached += [LEVEL_OF_GRADE[grade]] if grade in LEVEL_OF_GRADE else []
            return any(levels.index(a) >= levels.index(attribute) for a in reached)
        return attribute in has or (attribute == RENEWED and not self.stands(position))

    def stands(self, position: int) -> bool:
        """Whether the site exists today."""
        return bool(self._column["status"][position] == "existing")

    def named(self, site: str) -> list[int]:
        """Positions of the sites with this id or name, in table order."""
        return self._by_name.get(site, [])

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        table = self.region.sites.table
        for j, names in enumerate(zip(table.index, self._column["name"], strict=True)):
            for name in dict.fromkeys(names):
                found.setdefault(name, []).append(j)
        return found

    @cached_property
    def projects(self) -> "tuple[Project, ...]":
        """Named projects that bring something or have a cost of their own."""
        found = []
        for rule in self.policy.rules:
            if not isinstance(rule, ForcedSite) or rule.strength == "info":
                continue
            if (rule.brings or rule.cost is not None) and (named := self.named(rule.site)):
                unit = str(self.region.sites.table["unit"].iloc[named[0]])
                planning = self.region.units.planning_unit_of(unit) if unit else ""
                found.append(Project(rule, named[0], planning))
        return tuple(found)

    @cached_property
    def _paid(self) -> dict[int, ForcedSite]:
        """The dearest project with a cost of its own at each site."""
        paid: dict[int, ForcedSite] = {}
        for project in self.projects:
            before = paid.get(project.position)
            if project.cost is not None and (before is None or project.cost > (before.cost or 0)):
                paid[project.position] = project.rule
        return paid

    def attribute_cost(self, attribute: str, position: int) -> float:
        """Cost of giving a site an attribute: within a paid project, once and for all of it."""
        project = self._paid.get(position)
        wanted = None if project is None else project.attribute
        levels = list(LEVELS)
        steps = levels[: levels.index(wanted) + 1] if wanted in levels else [wanted]
        if project is None or attribute not in steps:
            return self.region.costs.of(attribute)
        built = self.stands(position) and attribute == wanted
        return float(project.cost or 0) if built else 0.0

    def opening_cost(self, position: int) -> float:
        """Cost of opening a candidate site, in the region's currency."""
        equipment = self.equipment.get(position, 0.0)
        if position in self._paid:
            return float(self._paid[position].cost or 0) + equipment
        return self._site_cost(position, "opening_cost", "") + equipment

    def closing_cost(self, position: int) -> float:
        """Cost of closing an existing site, in the region's currency."""
        return self._site_cost(position, "closing_cost", "closing:")

    def _site_cost(self, position: int, column: str, prefix: str) -> float:
        own, kind = float(self._column[column][position]), self._column["kind"][position]
        return self.region.costs.of(f"{prefix}{kind}") if math.isnan(own) else own


def passes(column: "pd.Series[str]", wanted: tuple[str, ...]) -> "pd.Series[bool]":
    """Whether each value is among the wanted ones; an empty wish passes all."""
    return column.isin(wanted) if wanted else column.notna()
