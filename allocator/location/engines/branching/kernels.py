"""Arithmetic on the rows of a cut program, compiled."""

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True)
def sum_of_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    data: NDArray[np.float64],
    prices: NDArray[np.float64],
    width: int,
) -> NDArray[np.float64]:
    """``prices @ rows``, shape ``(width,)``."""
    total = np.zeros(width)
    for row in range(len(prices)):
        price = prices[row]
        if price != 0.0:
            for at in range(indptr[row], indptr[row + 1]):
                total[indices[at]] += price * data[at]
    return total


@numba.njit(cache=True)
def some_rows(
    indptr: NDArray[np.int64],
    indices: NDArray[np.int64],
    data: NDArray[np.float64],
    kept: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The rows that are kept, compressed."""
    start = np.zeros(kept.sum() + 1, np.int64)
    column, value = np.empty_like(indices), np.empty_like(data)
    row, end = 0, 0
    for old in range(len(kept)):
        if kept[old]:
            for at in range(indptr[old], indptr[old + 1]):
                column[end], value[end] = indices[at], data[at]
                end += 1
            row += 1
            start[row] = end
    return start, column[:end].copy(), value[:end].copy()
