"""Buckets for searches by increasing cost, compiled: only loaded when they are needed.

Items wait in lists, one per range of costs; an item is in one list at most. The lists stand in a
ring, as all that waits lies within the longest step of the cheapest (Dial, Communications of the
ACM 12, 1969; Denardo & Fox, Operations Research 27, 1979).
"""

import numba
import numpy as np
from numpy.typing import NDArray

_Few = NDArray[np.uint32]
NOTHING = np.uint32(0xFFFFFFFF)
"""Where a list ends."""


@numba.njit(cache=True, nogil=True)
def put(first: _Few, after: _Few, before: _Few, bucket: int, item: int) -> None:
    """Put an item that is in no list at the head of a bucket's list."""
    second = first[bucket]
    after[item], before[item] = second, NOTHING
    if second != NOTHING:
        before[second] = item
    first[bucket] = item


@numba.njit(cache=True, nogil=True)
def take_out(first: _Few, after: _Few, before: _Few, bucket: int, item: int) -> None:
    """Take an item out of a bucket's list; it then comes after itself."""
    previous, following = before[item], after[item]
    if previous == NOTHING:
        first[bucket] = following
    else:
        after[previous] = following
    if following != NOTHING:
        before[following] = previous
    after[item] = item
