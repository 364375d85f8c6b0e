"""Coverage: which sites each cell can reach, and exact aggregation of cells that reach the same."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from allocator.reprs import block, small_table
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.reach_words import reach_in_words, reach_table

if TYPE_CHECKING:
    from allocator.travel.times import TravelTimes

_PAIRS_AT_ONCE = 4_000_000
_CELLS_WORTH_COMPILING = 200_000


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
        cell, site = np.asarray(cell, dtype=np.int64), np.asarray(site, dtype=np.int64)
        if not _ascending(cell, site):
            key = np.unique(cell * max(n_sites, 1) + site)
            cell, site = np.divmod(key, max(n_sites, 1))
        start = np.zeros(n_cells + 1, dtype=np.int64)
        np.cumsum(np.bincount(cell, minlength=n_cells), out=start[1:])
        return cls(start=start, site=site.copy(), n_sites=n_sites)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.start) - 1

    def __repr__(self) -> str:
        return f"<Coverage: {'; '.join(reach_in_words(self.degree, self.n_sites, self.demand))}>"

    def _repr_html_(self) -> str:
        lines = reach_in_words(self.degree, self.n_sites, self.demand)
        table = reach_table(self.degree, self.demand)
        return block(["Coverage", *lines], small_table(table, rest="coverage.degree"))

    def sites_of(self, cell: int) -> NDArray[np.int64]:
        """Sites that a cell reaches, ascending."""
        return self.site[self.start[cell] : self.start[cell + 1]]

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """How many sites each cell reaches, shape ``(n_cells,)``."""
        return np.diff(self.start)

    def covered_by(self, is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Whether each cell reaches an open site; shapes ``(n_sites,)`` -> ``(n_cells,)``."""
        hit = np.zeros(self.n_cells, dtype=np.bool_)
        some = np.flatnonzero(self.degree)
        if len(some):
            hit[some] = np.logical_or.reduceat(is_open[self.site], self.start[some])
        return hit

    def of_cells(self, cells: NDArray[np.int64]) -> "Coverage":
        """The same reach for a choice of cells, in the given order."""
        sizes = self.degree[cells]
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        offset = np.arange(int(sizes.sum())) - np.repeat(start[:-1], sizes)
        return Coverage(
            start, self.site[np.repeat(self.start[cells], sizes) + offset], self.n_sites
        )

    def of_sites(self, sites: NDArray[np.int64]) -> "Coverage":
        """The same reach with a choice of sites only, ascending, renumbered."""
        place = np.full(self.n_sites, -1, dtype=np.int64)
        place[sites] = np.arange(len(sites))
        site = place[self.site]
        kept = site >= 0
        cell = np.repeat(np.arange(self.n_cells), self.degree)[kept]
        counts = np.bincount(cell, minlength=self.n_cells)
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Coverage(start, site[kept], len(sites))

    def aggregate(self) -> tuple["Coverage", NDArray[np.int64]]:
        """Merge cells that reach exactly the same sites.

        Returns
        -------
        rows, row_of_cell
            The distinct site sets, in the order of their first cell, and each cell's row,
            shape ``(n_cells,)``. Exact: sets are compared, not only their signatures.
        """
        first, row_of_cell = _grouped(self._signatures())
        if not self._same_sets(first, row_of_cell):
            first, row_of_cell = self._rows_by_content()
        return self.of_cells(first), row_of_cell

    def aggregated(self) -> "AggregatedCoverage":
        """The same as :meth:`aggregate`, as one value that remembers demand and sites."""
        rows, row_of_cell = self.aggregate()
        return AggregatedCoverage(rows, row_of_cell, self.demand, self.sites)

    def _signatures(self) -> NDArray[np.uint64]:
        """One 64-bit number per cell: the sum of its sites' random keys, modulo 2**64."""
        keys = site_keys(self.n_sites)
        signature = np.zeros(self.n_cells, dtype=np.uint64)
        for low, high in self._blocks():
            start = self.start[low : high + 1]
            running = np.zeros(start[-1] - start[0] + 1, dtype=np.uint64)
            np.cumsum(keys[self.site[start[0] : start[-1]]], out=running[1:])
            running = running[start - start[0]]
            signature[low:high] = running[1:] - running[:-1]
        return signature

    def _same_sets(self, first: NDArray[np.int64], row_of_cell: NDArray[np.int64]) -> bool:
        """Whether every cell reaches exactly the sites of its row's first cell."""
        if not np.array_equal(self.degree, self.degree[first][row_of_cell]):
            return False
        rows = self.of_cells(first)
        return all(
            np.array_equal(
                self.site[self.start[low] : self.start[high]],
                rows.of_cells(row_of_cell[low:high]).site,
            )
            for low, high in self._blocks()
        )

    def _blocks(self) -> list[tuple[int, int]]:
        """Ranges of cells with few enough pairs to be looked at together."""
        marks = np.arange(0, len(self.site), _PAIRS_AT_ONCE)[1:]
        cuts = np.unique([0, *np.searchsorted(self.start, marks).tolist(), self.n_cells])
        return list(pairwise(cuts.tolist()))

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

    def __repr__(self) -> str:
        lines = reach_in_words(self._degree, self.n_sites, self.demand)
        rows = f"{self.rows.n_cells:,} distinct sets of sites"
        return f"<AggregatedCoverage: {rows}; {'; '.join(lines)}>"

    def _repr_html_(self) -> str:
        lines = reach_in_words(self._degree, self.n_sites, self.demand)
        rows = f"{self.rows.n_cells:,} distinct sets of sites"
        table = reach_table(self._degree, self.demand)
        return block(["AggregatedCoverage", rows, *lines], small_table(table, rest="coverage.rows"))

    @property
    def _degree(self) -> NDArray[np.int64]:
        return np.asarray(self.rows.degree[self.row_of_cell], dtype=np.int64)

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


def site_keys(n_sites: int) -> NDArray[np.uint64]:
    """A random 64-bit number per site, the same on every day."""
    rng = np.random.default_rng(0)
    return rng.integers(0, 2**64, size=n_sites, dtype=np.uint64, endpoint=False)


def _ascending(cell: NDArray[np.int64], site: NDArray[np.int64]) -> bool:
    """Whether pairs come by cell and then by site, none of them twice."""
    later = cell[1:] > cell[:-1]
    return bool((later | ((cell[1:] == cell[:-1]) & (site[1:] > site[:-1]))).all())


def _grouped(signature: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First cell of each signature, ascending, and the number of each cell's signature."""
    if len(signature) >= _CELLS_WORTH_COMPILING:
        from allocator.travel import group_kernels  # compiled: loaded when first needed

        found: tuple[NDArray[np.int64], NDArray[np.int64]]
        found = group_kernels.group_by_signature(signature)
        return found
    _, first, group = np.unique(signature, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    return first[order].astype(np.int64), rank[group]


Reach = Coverage | AggregatedCoverage
"""What the covering models take."""
