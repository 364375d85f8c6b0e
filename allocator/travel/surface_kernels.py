"""Compiled inner loops of travel over a surface: only loaded when they are needed.

Raster cells are numbered row by row. A step costs the mean of both cells' minutes per metre times
the distance between their centres, in eight directions.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from allocator.travel.bucket_kernels import NOTHING, put, take_out

_Floats = NDArray[np.float64]
_Whole = NDArray[np.int64]
_Few = NDArray[np.uint32]
_Positions = NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def spread(
    pace: _Floats, across: _Floats, down: _Floats, diagonal: _Floats, first_at: _Whole,
    limit: float, away: _Floats, label: _Positions, touched: _Few, width: float, first: _Few,
    after: _Few, before: _Few,
) -> int:  # fmt: skip
    """Dijkstra's algorithm over a raster up to a limit; how many cells it has touched.

    Cells wait in a ring of buckets; one that gets nearer, or as near from a lower label, while its
    own bucket is emptied comes once more: the result is that of a search by increasing minutes.

    Parameters
    ----------
    pace
        Minutes per metre, shape ``(n_rows, n_columns)``; NaN for barriers.
    across, down, diagonal
        Metres from a cell to the next in its row, shape ``(n_rows,)``; to the one below and to the
        one aslant below it, shapes ``(n_rows - 1,)``.
    first_at
        Where it begins, none of them a barrier; their positions are the labels.
    limit
        Highest minutes that count.
    away, label, touched
        Per raster cell: infinite at the start, then minutes; which of ``first_at`` is nearest, of
        equally near ones the lowest; room for the cells that are touched.
    width, first, after, before
        Minutes that wait together; the ring, empty and a power of two, longer than any step; room
        for the lists, per raster cell.
    """
    n_rows, n_columns = pace.shape
    flat, ring, per_minute = pace.reshape(-1), len(first) - 1, 1 / width
    n_touched, waiting, bucket = 0, 0, 0
    for k in range(len(first_at)):
        u = first_at[k]
        if away[u] > 0:
            away[u], label[u] = 0.0, k
            touched[n_touched] = u
            n_touched += 1
            put(first, after, before, 0, u)
            waiting += 1
    while waiting > 0:
        if first[bucket] == NOTHING:
            bucket = (bucket + 1) & ring
            continue
        item = first[bucket]
        take_out(first, after, before, bucket, item)
        u = np.int64(item)
        waiting -= 1
        row, column = u // n_columns, u % n_columns
        for other_row in range(max(row - 1, 0), min(row + 2, n_rows)):
            beside, straight = across[row], 0.0
            if other_row != row:
                beside, straight = diagonal[min(row, other_row)], down[min(row, other_row)]
            for other_column in range(max(column - 1, 0), min(column + 2, n_columns)):
                v = other_row * n_columns + other_column
                step = straight if other_column == column else beside
                there = away[u] + 0.5 * (flat[u] + flat[v]) * step
                if v == u or not there <= limit:  # NaN: a barrier
                    continue
                if there < away[v]:
                    if away[v] == np.inf:
                        touched[n_touched] = v
                        n_touched += 1
                        waiting += 1
                    elif after[v] == v:
                        waiting += 1
                    else:
                        take_out(first, after, before, int(away[v] * per_minute) & ring, v)
                    away[v], label[v] = there, label[u]
                    put(first, after, before, int(there * per_minute) & ring, v)
                elif there == away[v] and label[u] < label[v]:
                    label[v] = label[u]
                    if after[v] == v:
                        put(first, after, before, int(there * per_minute) & ring, v)
                        waiting += 1
    return n_touched


@numba.njit(cache=True, nogil=True)
def pairs_within(
    pace: _Floats, across: _Floats, down: _Floats, diagonal: _Floats, origin: _Whole,
    target_of: _Positions, limit: float, width: float, n_buckets: int,
) -> tuple[_Whole, _Positions, _Floats]:  # fmt: skip
    """Targets that each origin reaches within a limit, and in how many minutes.

    Parameters
    ----------
    pace, across, down, diagonal, limit, width
        As in :func:`spread`.
    origin
        Raster cells of the origins, shape ``(n_origins,)``.
    target_of
        Number of the target in each raster cell, -1 where there is none.
    n_buckets
        Length of the ring.

    Returns
    -------
    count, target, minutes
        Number of targets per origin, and then for each pair the target and the minutes.
    """
    n_raster = pace.size
    away, touched = np.full(n_raster, np.inf), np.empty(n_raster, np.uint32)
    label = np.zeros(n_raster, np.int32)
    first = np.full(n_buckets, NOTHING, np.uint32)
    after, before = np.empty(n_raster, np.uint32), np.empty(n_raster, np.uint32)
    count = np.zeros(len(origin), np.int64)
    target, total = np.empty(1024, np.int32), np.empty(1024)
    n = 0
    for k in range(len(origin)):
        n_touched = spread(
            pace, across, down, diagonal, origin[k : k + 1], limit, away, label, touched,
            width, first, after, before,
        )  # fmt: skip
        if n + n_touched > len(target):
            more = max(2 * len(target), n + n_touched)
            target = np.concatenate((target[:n], np.empty(more - n, np.int32)))
            total = np.concatenate((total[:n], np.empty(more - n)))
        already = n
        for at in range(n_touched):
            u = touched[at]
            if target_of[u] >= 0:
                target[n], total[n] = target_of[u], away[u]
                n += 1
            away[u] = np.inf
        count[k] = n - already
    return count, target[:n].copy(), total[:n].copy()
