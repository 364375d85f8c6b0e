"""Rows of a linear program that come and go with its cuts, mirrored for the bound."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from allocator.lp.incremental import GrowingLp

_IDLE_SOLVES = 4  # a cut that has not been binding for so many solves goes
_PURGE_EVERY = 3
_SLACK = 1e-7


class CutRows:
    """What the solver has been given, row by row: cuts come and go, named rows stay.

    Attributes
    ----------
    lower, upper
        Sides of each row, shape ``(n_rows,)``.
    """

    def __init__(self, lp: GrowingLp) -> None:
        self._lp = lp
        self._matrix = csr_array((0, lp.n_columns))
        self.lower, self.upper = np.empty(0), np.empty(0)
        self._idle = np.empty(0, dtype=np.int64)  # solves since a cut was binding; -1 for others
        self._name = np.empty(0, dtype=np.int64)  # -1 for cuts
        self._solves = 0
        self.names = 0

    def __len__(self) -> int:
        return len(self.lower)

    def add_cuts(self, rows: csr_array, lower: NDArray[np.float64]) -> None:
        """Append cuts ``rows @ x >= lower``."""
        self._append(rows, lower, np.full(len(lower), np.inf), 0)

    def add_named(self, row: NDArray[np.float64], lower: float, upper: float) -> int:
        """Append a row that stays until it is dropped, over all columns; its name."""
        return self.add_all_named(csr_array(row[None, :]), lower, upper)[0]

    def add_all_named(self, rows: csr_array, lower: float, upper: float) -> list[int]:
        """Append rows that stay until they are dropped; their names."""
        n = rows.shape[0]
        self._append(rows, np.full(n, lower), np.full(n, upper), -1)
        names = self.names + 1 + np.arange(n)
        self._name[len(self._name) - n :] = names
        self.names += n
        return [int(name) for name in names]

    def _append(
        self, rows: csr_array, lower: NDArray[np.float64], upper: NDArray[np.float64], idle: int
    ) -> None:
        self._lp.add_rows(lower, upper, rows)
        self._matrix = vstack([self._matrix, rows], format="csr")
        self.lower = np.concatenate([self.lower, lower])
        self.upper = np.concatenate([self.upper, upper])
        self._idle = np.concatenate([self._idle, np.full(len(lower), idle)])
        self._name = np.concatenate([self._name, np.full(len(lower), -1)])

    def drop(self, names: set[int]) -> None:
        """Delete rows by name."""
        if names:
            self._keep(~np.isin(self._name, sorted(names)))

    def drop_after(self, name: int) -> None:
        """Delete the rows named after one."""
        self.drop(set(self._name[self._name > name].tolist()))

    def set_sides(self, name: int, lower: float, upper: float) -> None:
        """Replace the sides of a named row."""
        at = int(np.flatnonzero(self._name == name)[0])
        if (self.lower[at], self.upper[at]) != (lower, upper):
            self.lower[at], self.upper[at] = lower, upper
            self._lp.set_row_bounds([at], lower, upper)

    def forget(self, duals: NDArray[np.float64]) -> None:
        """Delete cuts that have not been binding for a while; called after each solve."""
        cuts = self._idle >= 0
        self._idle[cuts] = np.where(np.abs(duals[cuts]) > _SLACK, 0, self._idle[cuts] + 1)
        self._solves += 1
        if self._solves % _PURGE_EVERY:
            return
        gone = self._idle >= _IDLE_SOLVES
        if gone.sum() > 0.1 * len(gone):
            self._keep(~(gone & self._lp.slack_rows()))

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        self._lp.delete_rows(~kept)
        self._matrix = self._matrix[kept]
        self.lower, self.upper = self.lower[kept], self.upper[kept]
        self._idle, self._name = self._idle[kept], self._name[kept]

    def priced(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """``prices @ rows``, shape ``(n_columns,)``."""
        return np.asarray(self._matrix.T @ prices, dtype=np.float64)
