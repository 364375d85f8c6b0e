"""Compiled scan of arcs: only loaded when a median is looked for."""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True)
def nearest_open(
    start: NDArray[np.int64],
    site: NDArray[np.signedinteger[Any]],
    value: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Least value among the arcs of each row to an open site; infinite where there is none."""
    n = len(start) - 1
    least = np.full(n, np.inf)
    for i in range(n):
        for at in range(start[i], start[i + 1]):
            if value[at] < least[i] and is_open[site[at]]:
                least[i] = value[at]
    return least


@numba.njit(cache=True)
def open_in_reach(
    start: NDArray[np.int64], site: NDArray[np.signedinteger[Any]], is_open: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """How many open sites each row has an arc to."""
    n = len(start) - 1
    count = np.zeros(n, np.int64)
    for i in range(n):
        for at in range(start[i], start[i + 1]):
            if is_open[site[at]]:
                count[i] += 1
    return count
