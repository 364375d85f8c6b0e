"""Rows of a linear program that come and go with its cuts, mirrored for the bound."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from allocator.lp.incremental import GrowingLp

_IDLE_SOLVES = 4  # a cut that has not been binding for so many solves goes
_PURGE_EVERY = 3
_SLACK = 1e-7
_LASTING = -1


class CompressedRows(NamedTuple):
    """Rows of a matrix, named as scipy names the parts; its classes cost more than small solves."""

    indptr: NDArray[np.int64]
    indices: NDArray[np.int64]
    data: NDArray[np.float64]


class CutRows:
    """What the solver has been given, row by row: cuts come and go, lasting rows stay.

    Attributes
    ----------
    lower, upper
        Sides of each row, shape ``(n_rows,)``.
    numbers
        Of each row, ascending, shape ``(n_rows,)``: given once, never again.
    last
        The highest number so far.
    """

    def __init__(self, lp: GrowingLp) -> None:
        from allocator.location.engines.branching import kernels

        self._kernels = kernels
        self._lp, self._width = lp, lp.n_columns
        self._rows = CompressedRows(np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0))
        self.lower, self.upper = np.empty(0), np.empty(0)
        self._idle = np.empty(0, dtype=np.int64)  # solves since a cut was binding
        self.numbers = np.empty(0, dtype=np.int64)
        self.last = 0
        self._solves = 0

    def __len__(self) -> int:
        return len(self.lower)

    def add_cuts(self, rows: CompressedRows, lower: NDArray[np.float64]) -> None:
        """Append cuts ``rows @ x >= lower``."""
        self._append(rows, lower, np.full(len(lower), np.inf), 0)

    def add_lasting(self, row: NDArray[np.float64], lower: float, upper: float) -> int:
        """Append a row that stays until it is dropped, over all columns; its number."""
        used = np.flatnonzero(row)
        one = CompressedRows(np.array([0, len(used)]), used, row[used])
        return self.add_all_lasting(one, lower, upper)[0]

    def add_all_lasting(self, rows: CompressedRows, lower: float, upper: float) -> list[int]:
        """Append rows that stay until they are dropped; their numbers."""
        n = len(rows.indptr) - 1
        self._append(rows, np.full(n, lower), np.full(n, upper), _LASTING)
        return [int(number) for number in self.numbers[len(self) - n :]]

    def _append(
        self,
        rows: CompressedRows,
        lower: NDArray[np.float64],
        upper: NDArray[np.float64],
        idle: int,
    ) -> None:
        self._lp.add_rows(lower, upper, rows)
        held, n = self._rows, len(lower)
        self._rows = CompressedRows(
            np.concatenate([held.indptr, held.indptr[-1] + rows.indptr[1:]]),
            np.concatenate([held.indices, rows.indices]),
            np.concatenate([held.data, rows.data]),
        )
        self.lower = np.concatenate([self.lower, lower])
        self.upper = np.concatenate([self.upper, upper])
        self._idle = np.concatenate([self._idle, np.full(n, idle)])
        self.numbers = np.concatenate([self.numbers, self.last + 1 + np.arange(n)])
        self.last += n

    def places_of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64] | None:
        """Where rows are now, by number, -1 if gone; None if these are the rows of now."""
        if np.array_equal(numbers, self.numbers):
            return None
        at = np.minimum(np.searchsorted(self.numbers, numbers), len(self) - 1)
        return np.where(self.numbers[at] == numbers, at, -1)

    def release(self, numbers: list[int]) -> None:
        """Ask nothing of lasting rows any more; they go when idle cuts next do."""
        for number in numbers:
            self.set_sides(number, -np.inf, np.inf)
        self._idle[np.isin(self.numbers, numbers)] = _IDLE_SOLVES

    def drop_after(self, number: int) -> None:
        """Delete the lasting rows that came after one."""
        self._keep((self._idle != _LASTING) | (self.numbers <= number))

    def set_sides(self, number: int, lower: float, upper: float) -> None:
        """Replace the sides of a row."""
        at = int(np.searchsorted(self.numbers, number))
        if (self.lower[at], self.upper[at]) != (lower, upper):
            self.lower[at], self.upper[at] = lower, upper
            self._lp.set_row_bounds([at], lower, upper)

    def forget(self, duals: NDArray[np.float64]) -> None:
        """Delete cuts that have not been binding for a while; called after each solve."""
        cuts = self._idle != _LASTING
        self._idle[cuts] = np.where(np.abs(duals[cuts]) > _SLACK, 0, self._idle[cuts] + 1)
        self._solves += 1
        if self._solves % _PURGE_EVERY:
            return
        gone = self._idle >= _IDLE_SOLVES
        if gone.sum() > 0.1 * len(gone):
            self._keep(~(gone & self._lp.slack_rows()))

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        if kept.all():
            return
        self._lp.delete_rows(~kept)
        self._rows = CompressedRows(*self._kernels.some_rows(*self._rows, kept))
        self.lower, self.upper = self.lower[kept], self.upper[kept]
        self._idle, self.numbers = self._idle[kept], self.numbers[kept]

    def priced(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """``prices @ rows``, shape ``(n_columns,)``."""
        total: NDArray[np.float64] = self._kernels.sum_of_rows(*self._rows, prices, self._width)
        return total
