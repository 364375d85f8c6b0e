"""A heap for searches by increasing cost, compiled: only loaded when it is needed."""

import numba
import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Few = NDArray[np.uint32]


@numba.njit(cache=True, nogil=True)
def push(keys: _Floats, items: _Few, size: int, key: float, item: int) -> None:
    """Add to a heap with four children per entry that holds ``size`` entries."""
    at = size
    while at > 0:
        parent = (at - 1) >> 2
        if keys[parent] <= key:
            break
        keys[at], items[at] = keys[parent], items[parent]
        at = parent
    keys[at], items[at] = key, item


@numba.njit(cache=True, nogil=True)
def drop_least(keys: _Floats, items: _Few, size: int) -> None:
    """Take the least entry from a heap that holds ``size`` entries."""
    last = size - 1
    key, item = keys[last], items[last]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= last:
            break
        least = child
        for other in range(child + 1, min(child + 4, last)):
            if keys[other] < keys[least]:
                least = other
        if keys[least] >= key:
            break
        keys[at], items[at] = keys[least], items[least]
        at = least
    keys[at], items[at] = key, item
