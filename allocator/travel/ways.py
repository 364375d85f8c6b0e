"""Ways of one mode between the cells of a grid and any sites, whatever they lead over."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from allocator.travel.ends import SiteSet
from allocator.travel.left_out import SHOWN
from allocator.travel.points import LIMIT_TOLERANCE, points_in
from allocator.travel.road_graph import Floats
from allocator.travel.road_ways import RoadWays
from allocator.travel.surface_ways import SurfaceWays
from allocator.travel.times import TravelTimes

FARTHEST = 1440.0
"""Minutes (a day) or km beyond which nobody is looked for."""


class Ways(Protocol):
    """What every source of travel times can be asked."""

    def times(self, sites: SiteSet, limit: float) -> TravelTimes:
        """Arcs between all cells and some sites up to a limit, that included."""

    def nearest(self, sites: SiteSet) -> Floats:
        """From or to the nearest of some sites, shape ``(n_cells,)``; infinite: none is reached."""

    def report(self, sites: SiteSet) -> dict[str, object]:
        """Provenance: source, speeds, options and whom it leaves out."""


@dataclass(frozen=True, eq=False)
class OnRoads:
    """Along roads."""

    ways: RoadWays

    def times(self, sites: SiteSet, limit: float) -> TravelTimes:
        """Arcs within a limit."""
        return replace(self.ways.times(self.ways.snapped(self._at(sites)), limit), sites=sites)

    def nearest(self, sites: SiteSet) -> Floats:
        """One search from all sites."""
        return self.ways.nearest(self.ways.snapped(self._at(sites)), FARTHEST)

    def report(self, sites: SiteSet) -> dict[str, object]:
        """Source, speeds, options, whom roads leave out."""
        return self.ways.report(self.ways.snapped(self._at(sites)), sites)

    def _at(self, sites: SiteSet) -> Floats:
        return points_in(sites, self.ways.roads.crs)


@dataclass(frozen=True, eq=False)
class OnSurface:
    """Over a friction surface."""

    ways: SurfaceWays

    def times(self, sites: SiteSet, limit: float) -> TravelTimes:
        """Arcs within a limit."""
        return replace(self.ways.times(self.ways.placed(self._at(sites)), limit), sites=sites)

    def nearest(self, sites: SiteSet) -> Floats:
        """One search from all sites."""
        return self.ways.nearest(self.ways.placed(self._at(sites)), FARTHEST)

    def report(self, sites: SiteSet) -> dict[str, object]:
        """Source, options, whom the surface leaves out."""
        return self.ways.report(self._at(sites), sites)

    def _at(self, sites: SiteSet) -> "np.typing.NDArray[np.int64]":
        return self.ways.surface.position_of(points_in(sites, self.ways.surface.crs))


@dataclass(frozen=True, eq=False)
class OnTable:
    """As a table says; a site that it does not name reaches nobody.

    Attributes
    ----------
    every
        All pairs of the table; its sites by id.
    """

    every: TravelTimes

    def times(self, sites: SiteSet, limit: float) -> TravelTimes:
        """Arcs within a limit."""
        new = np.full(self.every.n_sites, -1, dtype=np.int64)
        for place, name in enumerate(sites.ids):
            if (at := self._position.get(str(name))) is not None:
                new[at] = place
        site = new[self.every.site]
        kept = np.flatnonzero((site >= 0) & (self.every.value <= limit * (1 + LIMIT_TOLERANCE)))
        order = kept[np.lexsort((site[kept], self.every.cell[kept]))]
        return replace(
            self.every, n_sites=len(sites), cell=self.every.cell[order], site=site[order],
            value=self.every.value[order], limit=limit, sites=sites,
        )  # fmt: skip

    def nearest(self, sites: SiteSet) -> Floats:
        """Least of the pairs."""
        found = np.full(self.every.n_cells, np.inf)
        times = self.times(sites, FARTHEST)
        np.minimum.at(found, times.cell, times.value)
        return found

    def report(self, sites: SiteSet) -> dict[str, object]:
        """What the table is."""
        reached = np.bincount(self.every.site, minlength=self.every.n_sites) > 0
        alone = [
            str(name) for name in sites.ids
            if (at := self._position.get(str(name))) is None or not reached[at]
        ]  # fmt: skip
        told = {name: v for name, v in self.every.provenance.items() if name != "max_minutes"}
        lost = {"sites": len(alone), "first": alone[:SHOWN]}
        return {**told, "sites_that_reach_nobody": lost}

    @cached_property
    def _position(self) -> dict[str, int]:
        known = self.every.sites
        return {} if known is None else {str(name): at for at, name in enumerate(known.ids)}
