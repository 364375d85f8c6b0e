"""Compiled inner loops of reach within a radius: only loaded when they are needed.

Squared distances decide, except within a hair of the radius (between ``sure`` and ``maybe``):
those pairs are handed back, for the caller to settle by the very formula that others use.
"""

import numba
import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Whole = NDArray[np.int64]
_Few = NDArray[np.int32]
_Order = NDArray[np.uint32]
_Pairs = list[tuple[np.int64, np.int64]]


@numba.njit(cache=True)
def bins_of(points: _Floats, low: _Floats, side: float, shape: _Whole) -> tuple[_Whole, _Order]:
    """Sort points into squares, row by row: ``order[start[b]:start[b + 1]]`` lie in square b."""
    n = len(points)
    at = np.empty(n, np.uint32)
    start = np.zeros(shape[0] * shape[1] + 1, np.int64)
    for k in range(n):
        x, y = square_of(points[k, 0], points[k, 1], low, side, shape)
        at[k] = y * shape[0] + x
        start[at[k] + 1] += 1
    start[:] = np.cumsum(start)
    place = start[:-1].copy()
    order = np.empty(n, np.uint32)
    for k in range(n):
        order[place[at[k]]] = k
        place[at[k]] += 1
    return start, order


@numba.njit(cache=True)
def square_of(
    x: float, y: float, low: _Floats, side: float, shape: _Whole
) -> tuple[np.int64, np.int64]:
    """Column and row of the square nearest to a point."""
    across = min(max((x - low[0]) / side, 0.0), float(shape[0] - 1))
    up = min(max((y - low[1]) / side, 0.0), float(shape[1] - 1))
    return np.int64(across), np.int64(up)


@numba.njit(cache=True)
def boxes_of(points: _Floats, start: _Whole, order: _Order) -> _Floats:
    """Least and greatest x, then y, of the points in each square, shape ``(n_squares, 4)``."""
    box = np.empty((len(start) - 1, 4))
    box[:, 0::2] = np.inf
    box[:, 1::2] = -np.inf
    for b in range(len(start) - 1):
        for at in range(start[b], start[b + 1]):
            x, y = points[order[at], 0], points[order[at], 1]
            box[b, 0], box[b, 1] = min(box[b, 0], x), max(box[b, 1], x)
            box[b, 2], box[b, 3] = min(box[b, 2], y), max(box[b, 3], y)
    return box


@numba.njit(cache=True)
def _extremes(box: _Floats, x: float, y: float) -> tuple[float, float]:
    """Squared distances from a point to the nearest and to the farthest spot of a box."""
    left, right, below, above = x - box[0], box[1] - x, y - box[2], box[3] - y
    short_x, short_y = max(-left, -right, 0.0), max(-below, -above, 0.0)
    long_x, long_y = max(left, right), max(below, above)
    return short_x * short_x + short_y * short_y, long_x * long_x + long_y * long_y


@numba.njit(cache=True)
def discs_over_squares(
    sites: _Floats, keys: NDArray[np.uint64], start: _Whole, box: _Floats,
    low: _Floats, side: float, shape: _Whole, sure: float, maybe: float,
) -> tuple[NDArray[np.uint64], _Whole, _Whole, _Few]:  # fmt: skip
    """What each square gets from the discs that hold it whole, and whose edges cross it.

    Returns
    -------
    key, count
        Per square: sum of the keys of the sites that reach all of it, and their number.
    edge_start, edge_site
        Per square: the sites that reach some of it, perhaps.
    """
    n_squares = len(start) - 1
    key, count = np.zeros(n_squares, np.uint64), np.zeros(n_squares, np.int64)
    edge_start = np.zeros(n_squares + 1, np.int64)
    edge_site = np.empty(0, np.int32)
    place = edge_start
    reach = np.sqrt(maybe) * (1 + 1e-9)
    for filling in range(2):
        for j in range(len(sites)):
            x, y = sites[j, 0], sites[j, 1]
            x0, y0 = square_of(x - reach, y - reach, low, side, shape)
            x1, y1 = square_of(x + reach, y + reach, low, side, shape)
            # A point may lie a rounding error outside its square: look one further.
            for b_y in range(max(int(y0) - 1, 0), min(int(y1) + 2, int(shape[1]))):
                for b_x in range(max(int(x0) - 1, 0), min(int(x1) + 2, int(shape[0]))):
                    b = b_y * shape[0] + b_x
                    if start[b] == start[b + 1]:
                        continue
                    nearest, farthest = _extremes(box[b], x, y)
                    if nearest > maybe:
                        continue
                    if filling:
                        if farthest > sure:
                            edge_site[place[b]] = j
                            place[b] += 1
                    elif farthest <= sure:
                        key[b] += keys[j]
                        count[b] += 1
                    else:
                        edge_start[b + 1] += 1
        if not filling:
            edge_start[:] = np.cumsum(edge_start)
            edge_site = np.empty(edge_start[-1], np.int32)
            place = edge_start[:-1].copy()
    return key, count, edge_start, edge_site


@numba.njit(cache=True)
def sign_cells(
    cells: _Floats, sites: _Floats, keys: NDArray[np.uint64], start: _Whole, order: _Order,
    key: NDArray[np.uint64], count: _Whole, edge_start: _Whole, edge_site: _Few,
    sure: float, maybe: float,
) -> tuple[NDArray[np.uint64], _Few, _Pairs]:  # fmt: skip
    """Per cell: sum of the keys of the sites that reach it, and their number; pairs in doubt."""
    signature = np.empty(len(cells), np.uint64)
    degree = np.empty(len(cells), np.int32)
    doubt = [(np.int64(0), np.int64(0)) for _ in range(0)]
    for b in range(len(start) - 1):
        for at in range(start[b], start[b + 1]):
            i = order[at]
            x, y = cells[i, 0], cells[i, 1]
            signed, reached = key[b], count[b]
            for e in range(edge_start[b], edge_start[b + 1]):
                j = edge_site[e]
                across, up = x - sites[j, 0], y - sites[j, 1]
                away = across * across + up * up
                if away <= sure:
                    signed += keys[j]
                    reached += 1
                elif away <= maybe:
                    doubt.append((np.int64(i), np.int64(j)))
            signature[i], degree[i] = signed, reached
    return signature, degree, doubt


@numba.njit(cache=True)
def sites_near(
    cells: _Floats, sites: _Floats, start: _Whole, order: _Order,
    low: _Floats, side: float, shape: _Whole, sure: float, maybe: float,
) -> tuple[_Whole, _Whole, _Pairs]:  # fmt: skip
    """Sites of each cell as compressed rows, ascending; pairs in doubt are left out and told."""
    first = np.zeros(len(cells) + 1, np.int64)
    found = np.empty(max(len(cells), 1), np.int64)
    doubt = [(np.int64(0), np.int64(0)) for _ in range(0)]
    reach = np.sqrt(maybe) * (1 + 1e-9)
    n = 0
    for i in range(len(cells)):
        x, y = cells[i, 0], cells[i, 1]
        x0, y0 = square_of(x - reach, y - reach, low, side, shape)
        x1, y1 = square_of(x + reach, y + reach, low, side, shape)
        for b_y in range(max(int(y0) - 1, 0), min(int(y1) + 2, int(shape[1]))):
            left = b_y * shape[0] + max(x0 - 1, 0)
            right = b_y * shape[0] + min(x1 + 1, shape[0] - 1)
            for at in range(start[left], start[right + 1]):
                j = order[at]
                across, up = x - sites[j, 0], y - sites[j, 1]
                away = across * across + up * up
                if away > maybe:
                    continue
                if away > sure:
                    doubt.append((np.int64(i), np.int64(j)))
                    continue
                if n == len(found):
                    found = np.concatenate((found, np.empty(n, np.int64)))
                found[n] = j
                n += 1
        found[first[i] : n].sort()
        first[i + 1] = n
    return first, found[:n].copy(), doubt


@numba.njit(cache=True)
def first_stranger(
    cells: _Floats, sites: _Floats, degree: _Few, row_of_cell: _Whole,
    row_start: _Whole, row_site: _Whole, sure: float, maybe: float,
) -> tuple[int, _Pairs]:  # fmt: skip
    """The first cell that does not reach its row's sites, -1 if all do; pairs in doubt.

    As many sites as the row has, and every site of the row: then the two sets are the same.
    """
    doubt = [(np.int64(0), np.int64(0)) for _ in range(0)]
    for i in range(len(cells)):
        row = row_of_cell[i]
        if row_start[row + 1] - row_start[row] != degree[i]:
            return i, doubt
        x, y = cells[i, 0], cells[i, 1]
        for at in range(row_start[row], row_start[row + 1]):
            j = row_site[at]
            across, up = x - sites[j, 0], y - sites[j, 1]
            away = across * across + up * up
            if away > maybe:
                return i, doubt
            if away > sure:
                doubt.append((np.int64(i), np.int64(j)))
    return -1, doubt
