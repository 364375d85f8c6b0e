"""One choice of sites, judged by the worst of several futures, as every part of it reads it.

Cells pay what the nearest open site costs them; in each future (sample) they weigh differently. The
choice is to make small the largest, over the samples, of what all cells pay less an offset.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.travel.coverage import Coverage

_MOST_DENSE = 60_000_000


@dataclass(frozen=True, eq=False)
class RobustProblem:
    """Arcs to the sites to choose from, and weights by sample.

    Attributes
    ----------
    start, site, cost
        Cell ``i`` pays ``cost[start[i]:start[i + 1]]``, ascending, at these sites; shapes
        ``(n_cells + 1,)`` and ``(n_arcs,)`` twice. Only arcs below ``beyond``.
    beyond
        What a cell pays when none of its sites is open, shape ``(n_cells,)``; infinite where it
        must have one.
    weight
        Shape ``(n_samples, n_cells)``; every cell has some.
    offset
        What each sample's sum is compared with, shape ``(n_samples,)``.
    n_sites, most
        How many sites there are to choose from, and how many may be open.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    beyond: NDArray[np.float64]
    weight: NDArray[np.float64]
    offset: NDArray[np.float64]
    n_sites: int
    most: int

    @classmethod
    def of(
        cls,
        arcs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
        beyond: NDArray[np.float64],
        weight: NDArray[np.float64],
        offset: NDArray[np.float64],
        *,
        n_sites: int,
        most: int,
    ) -> "RobustProblem":
        """From arcs (cell, site, cost) in any order; cells that weigh nothing are left out."""
        cell, site, cost = arcs
        some = weight.max(axis=0) > 0
        useful = some[cell] & (cost < beyond[cell])
        cell, site, cost = cell[useful], site[useful], cost[useful]
        number = np.cumsum(some) - 1
        order = np.lexsort((site, cost, cell))
        cell, site, cost = number[cell[order]], site[order], cost[order]
        start = np.searchsorted(cell, np.arange(int(some.sum()) + 1)).astype(np.int64)
        return cls(
            start, site.astype(np.int32), cost.astype(np.float64), beyond[some],
            np.ascontiguousarray(weight[:, some]), offset, n_sites, max(0, min(most, n_sites)),
        )  # fmt: skip

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.beyond)

    @cached_property
    def cell(self) -> NDArray[np.int64]:
        """Cell of each arc."""
        return np.repeat(np.arange(self.n_cells), np.diff(self.start))

    @cached_property
    def top(self) -> NDArray[np.float64]:
        """What a cell pays at the most while it is served, shape ``(n_cells,)``; finite."""
        last = np.zeros(self.n_cells)
        some = np.diff(self.start) > 0
        last[some] = self.cost[self.start[1:][some] - 1]
        return np.where(np.isfinite(self.beyond), self.beyond, last)

    @cached_property
    def least(self) -> NDArray[np.float64]:
        """What a cell pays at the least, shape ``(n_cells,)``."""
        first = self.beyond.copy()
        some = np.diff(self.start) > 0
        first[some] = self.cost[self.start[:-1][some]]
        return np.minimum(first, self.top)

    @cached_property
    def dense(self) -> NDArray[np.float64] | None:
        """Cost of every pair, ``beyond`` for those out of reach; None where that is too much."""
        if self.n_cells * self.n_sites > _MOST_DENSE:
            return None
        pairs = np.repeat(self.beyond[:, None], self.n_sites, axis=1)
        pairs[self.cell, self.site] = self.cost
        return pairs

    def cells_that_need_one(self) -> Coverage:
        """The sites of each cell that must reach an open one; equal cells once."""
        needy = np.flatnonzero(np.isinf(self.beyond))
        reach = Coverage(self.start, self.site.astype(np.int64), self.n_sites).of_cells(needy)
        return reach.aggregate()[0]

    def paid(self, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
        """What each cell pays when these sites are open, shape ``(n_cells,)``."""
        is_open = np.zeros(self.n_sites, dtype=np.bool_)
        is_open[chosen] = True
        kept = is_open[self.site]
        paid = self.beyond.copy()
        np.minimum.at(paid, self.cell[kept], self.cost[kept])
        return paid

    def sums(self, paid: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each sample, less its offset; infinite where a cell has no site."""
        if np.isinf(paid).any():
            return np.full(len(self.weight), np.inf)
        found: NDArray[np.float64] = self.weight @ paid - self.offset
        return found

    def value(self, chosen: NDArray[np.int64]) -> float:
        """The worst sample's."""
        return float(self.sums(self.paid(chosen)).max())
