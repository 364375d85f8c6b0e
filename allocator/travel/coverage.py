"""Coverage: which sites each cell can reach, and exact aggregation of cells that reach the same."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray


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
    """

    start: NDArray[np.int64]
    site: NDArray[np.int64]
    n_sites: int

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
        row_of: dict[bytes, int] = {}
        row_of_cell = np.empty(self.n_cells, dtype=np.int64)
        first: list[int] = []
        for i in range(self.n_cells):
            signature = self.sites_of(i).tobytes()
            row = row_of.setdefault(signature, len(row_of))
            if row == len(first):
                first.append(i)
            row_of_cell[i] = row
        return self.of_cells(np.asarray(first, dtype=np.int64)), row_of_cell
