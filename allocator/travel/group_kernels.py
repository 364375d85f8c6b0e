"""Compiled inner loops that merge cells by what they reach: only loaded when they are needed."""

import numba
import numpy as np
from numpy.typing import NDArray

_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@numba.njit(cache=True)
def group_by_signature(
    signature: NDArray[np.uint64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number equal signatures alike, in the order of their first cell.

    Returns
    -------
    first, group_of_cell
        The first cell of each group, ascending; the group of each cell.
    """
    bits = 10
    table = np.full(1 << bits, -1, np.int64)
    first = np.empty(1 << (bits - 1), np.int64)
    n = 0
    group = np.empty(len(signature), np.int64)
    for i in range(len(signature)):
        signed = signature[i]
        slot = (signed * _SPREAD) >> np.uint64(64 - bits)
        while table[slot] >= 0 and signature[first[table[slot]]] != signed:
            slot = (slot + np.uint64(1)) & np.uint64((1 << bits) - 1)
        if table[slot] < 0:
            if n == len(first):
                bits += 1
                first = np.concatenate((first, np.empty(n, np.int64)))
                table = np.full(1 << bits, -1, np.int64)
                for k in range(n):
                    at = (signature[first[k]] * _SPREAD) >> np.uint64(64 - bits)
                    while table[at] >= 0:
                        at = (at + np.uint64(1)) & np.uint64((1 << bits) - 1)
                    table[at] = k
                slot = (signed * _SPREAD) >> np.uint64(64 - bits)
                while table[slot] >= 0:
                    slot = (slot + np.uint64(1)) & np.uint64((1 << bits) - 1)
            table[slot] = n
            first[n] = i
            n += 1
        group[i] = table[slot]
    return first[:n].copy(), group
