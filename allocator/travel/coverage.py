"""Coverage: which sites each cell can reach, and exact aggregation of cells that reach the same."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from allocator.travel.ends import Demand, SiteSet

if TYPE_CHECKING:
    from allocator.travel.times import TravelTimes


@dataclass(frozen=True, eq=False)
class Coverage:
    """Reach of cells, as compressed rows.

    Attributes
    ----------
    start, site
        Cell ``i`` reaches ``site[start[i]:start[i + 1]]``, ascending, each once; shapes
        ``(n_cells + 1,)`` and ``(n_pairs,)``.
    n_sites
        Number of sites, reachable or not.
    demand, sites
        Who lives in the cells and what the sites are, if the caller said so.
    times
        The travel times that this reach was cut from, if any: they say who goes where.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int64]
    n_sites: int
    demand: Demand | None = None
    sites: SiteSet | None = None
    times: "TravelTimes | None" = None

    @classmethod
    def from_pairs(
        cls, cell: NDArray[np.int64], site: NDArray[np.int64], n_cells: int, n_sites: int
    ) -> "Coverage":
        """Build from (cell, site) pairs in any order; repeated pairs count once."""
        key = np.unique(cell.astype(np.int64) * max(n_sites, 1) + site)
        rows = key // max(n_sites, 1)
        start = np.searchsorted(rows, np.arange(n_cells + 1)).astype(np.int64)
        return cls(start=start, site=key % max(n_sites, 1), n_sites=n_sites)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.start) - 1

    def sites_of(self, cell: int) -> NDArray[np.int64]:
        """Sites that a cell reaches, ascending."""
        return self.site[self.start[cell] : self.start[cell + 1]]

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """How many sites each cell reaches, shape ``(n_cells,)``."""
        return np.diff(self.start)

    @cached_property
    def _cell_of_pair(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(self.n_cells), self.degree)

    def covered_by(self, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each cell reaches an open site; shapes ``(n_sites,)`` -> ``(n_cells,)``."""
        hit = np.zeros(self.n_cells, dtype=np.bool_)
        hit[self._cell_of_pair[is_open[self.site]]] = True
        return hit

    def of_cells(self, cells: NDArray[np.int64]) -> "Coverage":
        """The same reach for a choice of cells, in the given order."""
        sizes = self.degree[cells]
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        offset = np.arange(int(sizes.sum())) - np.repeat(start[:-1], sizes)
        return Coverage(
            start, self.site[np.repeat(self.start[cells], sizes) + offset], self.n_sites
        )

    def aggregate(self) -> tuple["Coverage", NDArray[np.int64]]:
        """Merge cells that reach exactly the same sites.

        Returns
        -------
        rows, row_of_cell
            The distinct site sets, in the order of their first cell, and each cell's row,
            shape ``(n_cells,)``. Exact: sets are compared, not only their signatures.
        """
        signature = self._signatures()
        _, first, row_of_cell = np.unique(signature, return_index=True, return_inverse=True)
        row_of_cell = row_of_cell.astype(np.int64)
        if not self._same_sets(np.arange(self.n_cells), first[row_of_cell]):
            first, row_of_cell = self._rows_by_content()
        order = np.argsort(first)
        rank = np.empty(len(first), dtype=np.int64)
        rank[order] = np.arange(len(first))
        return self.of_cells(first[order].astype(np.int64)), rank[row_of_cell]

    def aggregated(self) -> "AggregatedCoverage":
        """The same as :meth:`aggregate`, as one value that remembers demand and sites."""
        rows, row_of_cell = self.aggregate()
        return AggregatedCoverage(rows, row_of_cell, self.demand, self.sites)

    def _signatures(self) -> NDArray[np.uint64]:
        """One 64-bit number per cell: the sum of its sites' random keys, modulo 2**64."""
        keys = np.random.default_rng(0).integers(
            0, 2**64, size=self.n_sites, dtype=np.uint64, endpoint=False
        )
        running = np.concatenate([np.zeros(1, np.uint64), np.cumsum(keys[self.site])])
        return np.asarray(running[self.start[1:]] - running[self.start[:-1]], dtype=np.uint64)

    def _same_sets(self, cells: NDArray[np.int64], others: NDArray[np.int64]) -> bool:
        """Whether every pair of cells reaches exactly the same sites."""
        if not np.array_equal(self.degree[cells], self.degree[others]):
            return False
        return np.array_equal(self.of_cells(cells).site, self.of_cells(others).site)

    def _rows_by_content(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Group cells by their sites themselves: slow, for the day when two signatures collide."""
        row_of: dict[bytes, int] = {}
        sets = (self.sites_of(cell).tobytes() for cell in range(self.n_cells))
        row_of_cell = np.fromiter((row_of.setdefault(s, len(row_of)) for s in sets), np.int64)
        _, first = np.unique(row_of_cell, return_index=True)
        return first.astype(np.int64), row_of_cell


@dataclass(frozen=True, eq=False)
class AggregatedCoverage:
    """Reach of very many cells, with those that reach the same sites merged beforehand.

    Attributes
    ----------
    rows
        The distinct site sets.
    row_of_cell
        Row of each cell, shape ``(n_cells,)``.
    demand, sites
        As in :class:`Coverage`; demand is by cell, not by row.
    """

    rows: Coverage
    row_of_cell: NDArray[np.int64]
    demand: Demand | None = None
    sites: SiteSet | None = None

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.row_of_cell)

    @property
    def n_sites(self) -> int:
        """Number of sites, reachable or not."""
        return self.rows.n_sites

    def aggregated(self) -> "AggregatedCoverage":
        """Itself."""
        return self

    def covered_by(self, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each cell reaches an open site; shapes ``(n_sites,)`` -> ``(n_cells,)``."""
        return self.rows.covered_by(is_open)[self.row_of_cell]

    def weight(self, people: NDArray[np.float64]) -> NDArray[np.float64]:
        """People per row from people per cell."""
        rows = np.bincount(self.row_of_cell, weights=people, minlength=self.rows.n_cells)
        return np.asarray(rows, dtype=np.float64)


Reach = Coverage | AggregatedCoverage
"""What the covering models take."""
