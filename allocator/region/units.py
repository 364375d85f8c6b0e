"""Administrative units, nested by level, with their people by group."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd

GROUPS: tuple[str, ...] = ("total", "urban", "rural", "age60", "age65", "under3")
"""Population groups that a unit may carry. ``urban`` + ``rural`` = ``total``."""


@dataclass(frozen=True, eq=False)
class Units:
    """Administrative units of a region.

    Attributes
    ----------
    table
        One row per unit, indexed by unit id (str): ``name``, ``level`` (city, district, county,
        town, street ...), ``parent`` (unit id, empty for the root), one column of people per
        group of :data:`GROUPS` (NaN where unknown) and ``geometry`` (local metric CRS, may be
        missing). Exactly one root.
    planning
        Ids of the units that get their own beds, staff and vehicles (in Jiaxing: the seven
        counties and districts). They partition the root.
    """

    table: gpd.GeoDataFrame
    planning: tuple[str, ...]

    @cached_property
    def root(self) -> str:
        """Id of the unit that contains all others."""
        parent = self.table["parent"]
        return str(parent.index[parent == ""][0])

    @cached_property
    def _ancestors(self) -> dict[str, tuple[str, ...]]:
        parent = self.table["parent"].to_dict()
        chains = {}
        for unit in self.table.index:
            chain, at = [unit], parent[unit]
            while at:
                chain.append(at)
                at = parent[at]
            chains[unit] = tuple(chain)
        return chains

    def ancestors(self, unit: str) -> tuple[str, ...]:
        """The unit itself, its parent, ... up to the root."""
        return self._ancestors[unit]

    def inside(self, unit: str) -> list[str]:
        """Ids of the unit and of everything below it."""
        return [u for u in self.table.index if unit in self._ancestors[u]]

    def at(self, levels: tuple[str, ...]) -> list[str]:
        """Ids of the units at the given levels, in table order."""
        return list(self.table.index[self.table["level"].isin(levels)])

    def planning_unit_of(self, unit: str) -> str:
        """The planning unit that contains ``unit`` (or '' above the planning level)."""
        return next((u for u in self.ancestors(unit) if u in self.planning), "")

    def people(self, unit: str, group: str = "total") -> float:
        """People of a group in a unit; NaN where the region does not say."""
        return float(self.table.at[unit, group])

    def name(self, unit: str) -> str:
        """The unit's name."""
        return str(self.table.at[unit, "name"])
