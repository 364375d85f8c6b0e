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


@numba.njit(cache=True)
def prices_of(
    duals: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
    but: int,
) -> tuple[NDArray[np.float64], float]:
    """Duals that fit the sides of their rows, 0 for the others and one that is left out.

    And what the sides are worth at these prices.
    """
    prices = np.zeros(len(duals))
    base = 0.0
    for row in range(len(duals)):
        if row == but:
            continue
        dual = duals[row]
        side = lower[row] if dual > 0.0 else upper[row]
        if dual != 0.0 and np.isfinite(side):
            prices[row] = dual
            base += dual * side
    return prices, base


@numba.njit(cache=True)
def best_between(
    rest: NDArray[np.float64], least: NDArray[np.float64], top: NDArray[np.float64]
) -> float:
    """Least sum of ``rest @ theta`` with each theta between its bounds."""
    total = 0.0
    for k in range(len(rest)):
        total += rest[k] * (least[k] if rest[k] > 0.0 else top[k])
    return total


@numba.njit(cache=True)
def best_sites(
    worth: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], most: int
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Least sum over at most ``most`` sites, and how much it rises when each is closed or opened.

    ``inf`` where that is not possible.
    """
    n = len(worth)
    closing, opening = np.zeros(n), np.zeros(n)
    free = np.empty(n, np.int64)
    n_free, room, total = 0, most, 0.0
    for j in range(n):
        if low[j] > 0.5:
            room -= 1
            closing[j] = np.inf
            total += worth[j]
        elif high[j] > 0.5:
            free[n_free] = j
            n_free += 1
        else:
            opening[j] = np.inf
    if room < 0:
        return np.inf, closing, opening
    free = free[:n_free]
    order = free[np.argsort(worth[free], kind="mergesort")]
    n_taken = 0
    while n_taken < min(room, n_free) and worth[order[n_taken]] < 0.0:
        total += worth[order[n_taken]]
        n_taken += 1
    full = n_taken == room
    last = worth[order[n_taken - 1]] if full and room > 0 else 0.0
    following = min(0.0, worth[order[n_taken]]) if full and n_taken < n_free else 0.0
    for at in range(n_free):
        j = order[at]
        if at < n_taken:
            closing[j] = following - worth[j]
        else:
            opening[j] = worth[j] - last if room > 0 else np.inf
    return total, closing, opening
