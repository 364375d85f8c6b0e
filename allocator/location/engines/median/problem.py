"""MedianProblem: the arcs of a p-median, sorted by cell, as every part of the engine reads them."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from allocator.location.roles import SiteRoles
from allocator.travel.coverage import Coverage
from allocator.travel.times import Positions, TravelTimes

_ARCS_AT_ONCE = 4_000_000


@dataclass(frozen=True, eq=False)
class CellArcs:
    """Arcs in compressed rows: cell ``i`` has ``site[start[i]:start[i + 1]]``, each site once.

    Attributes
    ----------
    start, site, value
        Shapes ``(n_cells + 1,)`` and ``(n_arcs,)`` twice; sites ascending within a cell.
    """

    start: NDArray[np.int64]
    site: Positions
    value: NDArray[np.float64]

    @classmethod
    def of(cls, times: TravelTimes) -> "CellArcs":
        """The arcs themselves when they come sorted, else sorted, of repeated ones the shortest."""
        cell, site, value = times.cell, times.site, times.value
        if not _ascending(cell, site):
            order = np.lexsort((value, site, cell))
            cell, site, value = cell[order], site[order], value[order]
            first = np.ones(len(cell), dtype=np.bool_)
            first[1:] = (cell[1:] != cell[:-1]) | (site[1:] != site[:-1])
            cell, site, value = cell[first], site[first], value[first]
        start = np.searchsorted(cell, np.arange(times.n_cells + 1)).astype(np.int64)
        return cls(start, site, value)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.start) - 1

    def blocks(self, longest: int = _ARCS_AT_ONCE) -> list[tuple[int, int]]:
        """Ranges of cells with about so many arcs each."""
        cuts = [0]
        while cuts[-1] < self.n_cells:
            upto = int(np.searchsorted(self.start, self.start[cuts[-1]] + longest, side="right"))
            cuts.append(min(max(upto - 1, cuts[-1] + 1), self.n_cells))
        return list(pairwise(cuts))


def _ascending(cell: Positions, site: Positions) -> bool:
    """Whether arcs come by cell and then by site, each once; looked at piece by piece."""
    for at in range(0, max(len(cell) - 1, 0), _ARCS_AT_ONCE):
        c, s = cell[at : at + _ARCS_AT_ONCE + 1], site[at : at + _ARCS_AT_ONCE + 1]
        if not ((c[1:] > c[:-1]) | ((c[1:] == c[:-1]) & (s[1:] > s[:-1]))).all():
            return False
    return True


@dataclass(frozen=True, eq=False)
class MedianProblem:
    """Choose ``p`` of the free sites beside the given ones; cells pay weight times distance.

    Attributes
    ----------
    arcs
        All arcs, as the caller gave them.
    weight
        Per cell, >= 0; cells of weight 0 need no site; shape ``(n_cells,)``.
    given, free
        Positions of sites that are open in every answer, and of those to choose from; ascending.
    p
        How many of the free sites to open, at most ``len(free)``; below 0 when the given ones
        are too many already.
    p_asked
        How many sites were asked for in all.
    """

    arcs: CellArcs
    weight: NDArray[np.float64]
    given: NDArray[np.int64]
    free: NDArray[np.int64]
    n_sites: int
    p: int
    p_asked: int

    @classmethod
    def of(
        cls, times: TravelTimes, weight: NDArray[np.float64], roles: SiteRoles, p: int
    ) -> "MedianProblem":
        """From what the caller gave; ``p`` counts all open sites, and is cut to what there is."""
        given, free = roles.given, roles.free
        left = min(p - len(given), len(free))
        return cls(CellArcs.of(times), weight, given, free, roles.n_sites, left, p)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.weight)

    @cached_property
    def cap(self) -> NDArray[np.float64]:
        """What each cell pays with the given sites alone; infinite where none is reached."""
        return self.costs(self.given)

    def reached_by(self, sites: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many of some sites each cell reaches, shape ``(n_cells,)``."""
        from allocator.location.engines.median import scans  # compiled: loaded when first needed

        return scans.open_in_reach(self.arcs.start, self.arcs.site, self._mask(sites))

    def free_in_reach(self, cells: NDArray[np.int64], limit: float = np.inf) -> Coverage:
        """Free sites (numbered as in ``free``) that some cells reach within a distance."""
        arcs = self.arcs
        size = arcs.start[cells + 1] - arcs.start[cells]
        upto = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
        row = np.repeat(np.arange(len(cells)), size)
        at = np.repeat(arcs.start[cells] - upto[:-1], size) + np.arange(upto[-1])
        place = np.full(self.n_sites, -1, dtype=np.int64)
        place[self.free] = np.arange(len(self.free))
        site = place[arcs.site[at]]
        near = (site >= 0) & (arcs.value[at] <= limit)
        return Coverage.from_pairs(row[near], site[near], len(cells), len(self.free))

    def costs(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        """What each cell pays when just these sites are open, on all arcs, shape ``(n_cells,)``.

        0 for cells of weight 0; infinite where no open site is reached.
        """
        from allocator.location.engines.median import scans  # compiled: loaded when first needed

        a = self.arcs
        nearest = scans.nearest_open(a.start, a.site, a.value, self._mask(open_sites))
        return np.where(self.weight > 0, self.weight * np.where(self.weight > 0, nearest, 0.0), 0.0)

    def cost(self, open_sites: NDArray[np.int64]) -> float:
        """What all cells pay together when just these sites are open."""
        return float(self.costs(open_sites).sum())

    def _mask(self, sites: NDArray[np.int64]) -> NDArray[np.bool_]:
        mask = np.zeros(self.n_sites, dtype=np.bool_)
        mask[sites] = True
        return mask
