"""One planning case: the prepared region, the policy, the assumptions, and what they say."""

import math
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from allocator.assumptions import Assumptions
from allocator.policy.policies import Policy
from allocator.policy.rules import SiteFilter
from allocator.region.ground import Region
from allocator.region.sites import LEVEL_OF_GRADE, LEVELS, RENEWED


@dataclass(frozen=True)
class Area:
    """Where a rule holds once: a unit, several pooled ones, or the whole region (``all``)."""

    id: str
    units: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Case:
    """What the rows are built from. ``region`` is as planned for (forecast, candidates)."""

    region: Region
    policy: Policy
    assumptions: Assumptions

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

    def positions(self, chosen: SiteFilter) -> list[int]:
        """Positions of the sites that pass a filter."""
        table = self.region.sites.table
        mask = passes(table["kind"], chosen.kinds)
        mask &= passes(table["grade"], chosen.grades)
        mask &= passes(table["run_by"], chosen.run_by)
        return [int(i) for i in mask.to_numpy().nonzero()[0]]

    def positions_in(self, area: Area, positions: list[int]) -> list[int]:
        """Those of the positions whose site stands in an area."""
        units = self.region.units
        site_units = self.region.sites.table["unit"].tolist()
        return [
            j for j in positions
            if site_units[j] and any(a in area.units for a in units.ancestors(site_units[j]))
        ]  # fmt: skip

    def had(self, attribute: str, position: int) -> bool:
        """Whether the site has the attribute today, or will have it by itself once it is built."""
        row = self.region.sites.table.iloc[position]
        if attribute in LEVELS:
            levels = list(LEVELS)
            reached = [a for a in row["attributes"] if a in LEVELS]
            reached += [LEVEL_OF_GRADE[row["grade"]]] if row["grade"] in LEVEL_OF_GRADE else []
            return any(levels.index(a) >= levels.index(attribute) for a in reached)
        new = attribute == RENEWED and row["status"] != "existing"
        return new or attribute in row["attributes"]

    def opening_cost(self, position: int) -> float:
        """Cost of opening a candidate site, in the region's currency."""
        return self._site_cost(position, "opening_cost", "")

    def closing_cost(self, position: int) -> float:
        """Cost of closing an existing site, in the region's currency."""
        return self._site_cost(position, "closing_cost", "closing:")

    def _site_cost(self, position: int, column: str, prefix: str) -> float:
        row = self.region.sites.table.iloc[position]
        own = float(row[column])
        return self.region.costs.of(prefix + str(row["kind"])) if math.isnan(own) else own


def passes(column: "pd.Series[str]", wanted: tuple[str, ...]) -> "pd.Series[bool]":
    """Whether each value is among the wanted ones; an empty wish passes all."""
    return column.isin(wanted) if wanted else column.notna()
