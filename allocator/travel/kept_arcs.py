"""Arcs between cells and sites that a source of travel times has found, kept site by site."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.travel.ends import SiteSet
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.times import TravelTimes
from allocator.travel.ways import Ways


@dataclass(frozen=True, eq=False)
class KeptArcs:
    """Every site is searched from once; again only where a longer way is asked for.

    Attributes
    ----------
    ways
        The source.
    sites
        All sites of the region, by position.
    least
        Shortest way that counts per cell, in the unit of the source, shape ``(n_cells,)``.
    """

    ways: Ways
    sites: SiteSet
    least: NDArray[np.float64]
    _found: dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]] = field(
        default_factory=dict, init=False
    )

    @cached_property
    def _limits(self) -> NDArray[np.float64]:
        return np.full(len(self.sites), -1.0)

    def between(self, cells: NDArray[np.int64], positions: list[int], limit: float) -> TravelTimes:
        """Arcs up to a limit between some cells and some sites, both numbered as in the lists."""
        self._search(positions, limit)
        place = np.full(len(self.least), -1, dtype=np.int64)
        place[cells] = np.arange(len(cells))
        found = [self._found[j] for j in positions]
        size = [len(cell) for cell, _ in found]
        cell = place[np.concatenate([c for c, _ in found])] if found else place[:0]
        value = np.concatenate([v for _, v in found]) if found else self.least[:0]
        site = np.repeat(np.arange(len(positions)), size)
        kept = np.flatnonzero((cell >= 0) & (value <= limit * (1 + LIMIT_TOLERANCE)))
        cell, site, value = cell[kept], site[kept], value[kept]
        order = np.lexsort((site, cell))
        return TravelTimes(
            len(cells), len(positions), cell[order], site[order], value[order], limit=limit
        )

    def nearest(self, positions: list[int]) -> NDArray[np.float64]:
        """From each cell of the grid to the nearest of some sites; infinite: none is reached."""
        return np.maximum(self.ways.nearest(self._at(positions)), self.least)

    def _search(self, positions: list[int], limit: float) -> None:
        """Look from the sites that nobody has looked from as far as this."""
        wanted = [j for j in dict.fromkeys(positions) if self._limits[j] < limit]
        if not wanted:
            return
        times = self.ways.times(self._at(wanted), limit)
        order = np.argsort(times.site, kind="stable")
        cell = times.cell[order].astype(np.int64)
        value = np.maximum(times.value[order], self.least[cell])
        starts = np.searchsorted(times.site[order], np.arange(len(wanted) + 1))
        for place, j in enumerate(wanted):
            mine = slice(starts[place], starts[place + 1])
            self._found[j] = (cell[mine], value[mine])
        self._limits[wanted] = limit

    def _at(self, positions: list[int]) -> SiteSet:
        ids = [self.sites.ids[j] for j in positions]
        return SiteSet(ids, xy_m=np.asarray(self.sites.xy_m)[positions], crs=self.sites.crs)
