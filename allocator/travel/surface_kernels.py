"""Compiled inner loops of travel over a surface: only loaded when they are needed.

Raster cells are numbered row by row. A step costs the mean of both cells' minutes per metre times
the distance between their centres, in eight directions.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from allocator.travel.heap_kernels import drop_least, push

_Floats = NDArray[np.float64]
_Whole = NDArray[np.int64]
_Few = NDArray[np.uint32]
_Positions = NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def spread(
    pace: _Floats, across: _Floats, down: _Floats, diagonal: _Floats, first: _Whole, limit: float,
    away: _Floats, label: _Positions, touched: _Few,
) -> int:  # fmt: skip
    """Dijkstra's algorithm over a raster up to a limit; how many cells it has touched.

    Parameters
    ----------
    pace
        Minutes per metre, shape ``(n_rows, n_columns)``; NaN for barriers.
    across, down, diagonal
        Metres from a cell to the next in its row, shape ``(n_rows,)``; to the one below and to the
        one aslant below it, shapes ``(n_rows - 1,)``.
    first
        Where it begins, none of them a barrier; their positions are the labels.
    limit
        Highest minutes that count.
    away, label, touched
        Per raster cell: infinite at the start, then minutes; which of ``first`` is nearest, of
        equally near ones the lowest; room for the cells that are touched.
    """
    n_rows, n_columns = pace.shape
    keys, items = np.empty(1024), np.empty(1024, np.uint32)
    n_touched, size = 0, 0
    for k in range(len(first)):
        u = first[k]
        if away[u] > 0:
            away[u], label[u] = 0.0, k
            touched[n_touched] = u
            n_touched += 1
            if size == len(keys):
                keys, items = _more(keys, items)
            push(keys, items, size, 0.0, u)
            size += 1
    while size > 0:
        so_far, u = keys[0], np.int64(items[0])
        drop_least(keys, items, size)
        size -= 1
        if so_far > away[u]:
            continue
        row, column = u // n_columns, u % n_columns
        for other_row in range(max(row - 1, 0), min(row + 2, n_rows)):
            for other_column in range(max(column - 1, 0), min(column + 2, n_columns)):
                if other_row == row:
                    step = across[row]
                elif other_column == column:
                    step = down[min(row, other_row)]
                else:
                    step = diagonal[min(row, other_row)]
                v = other_row * n_columns + other_column
                there = so_far + 0.5 * (pace[row, column] + pace[other_row, other_column]) * step
                if v == u or not there <= limit:  # NaN: a barrier
                    continue
                if there < away[v]:
                    if away[v] == np.inf:
                        touched[n_touched] = v
                        n_touched += 1
                    away[v], label[v] = there, label[u]
                    if size == len(keys):
                        keys, items = _more(keys, items)
                    push(keys, items, size, there, v)
                    size += 1
                elif there == away[v] and label[u] < label[v]:
                    label[v] = label[u]
    return n_touched


@numba.njit(cache=True, nogil=True)
def _more(keys: _Floats, items: _Few) -> tuple[_Floats, _Few]:
    """The same heap with twice the room."""
    return (
        np.concatenate((keys, np.empty(len(keys)))),
        np.concatenate((items, np.empty(len(items), np.uint32))),
    )


@numba.njit(cache=True, nogil=True)
def pairs_within(
    pace: _Floats, across: _Floats, down: _Floats, diagonal: _Floats, origin: _Whole,
    target_of: _Positions, limit: float,
) -> tuple[_Whole, _Positions, _Floats]:  # fmt: skip
    """Targets that each origin reaches within a limit, and in how many minutes.

    Parameters
    ----------
    pace, across, down, diagonal, limit
        As in :func:`spread`.
    origin
        Raster cells of the origins, shape ``(n_origins,)``.
    target_of
        Number of the target in each raster cell, -1 where there is none.

    Returns
    -------
    count, target, minutes
        Number of targets per origin, and then for each pair the target and the minutes.
    """
    n_raster = pace.size
    away, touched = np.full(n_raster, np.inf), np.empty(n_raster, np.uint32)
    label = np.zeros(n_raster, np.int32)
    count = np.zeros(len(origin), np.int64)
    target, total = np.empty(1024, np.int32), np.empty(1024)
    n = 0
    for k in range(len(origin)):
        n_touched = spread(
            pace, across, down, diagonal, origin[k : k + 1], limit, away, label, touched
        )
        if n + n_touched > len(target):
            more = max(2 * len(target), n + n_touched)
            target = np.concatenate((target[:n], np.empty(more - n, np.int32)))
            total = np.concatenate((total[:n], np.empty(more - n)))
        before = n
        for at in range(n_touched):
            u = touched[at]
            if target_of[u] >= 0:
                target[n], total[n] = target_of[u], away[u]
                n += 1
            away[u] = np.inf
        count[k] = n - before
    return count, target[:n].copy(), total[:n].copy()
