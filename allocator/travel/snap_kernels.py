"""Compiled inner loops of snapping: only loaded when they are needed.

Segments lie in a raster of squares, each in all squares that it touches; a point looks at the
squares around its own, ring by ring, until nothing nearer can come.
"""

import numba
import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Whole = NDArray[np.int64]
_Few = NDArray[np.uint32]


@numba.njit(cache=True, nogil=True)
def _square(at: float, low: float, side: float, most: int) -> int:
    """Row or column of a coordinate, the nearest one if it lies outside."""
    return int(min(max((at - low) / side, 0.0), most - 1.0))


@numba.njit(cache=True, nogil=True)
def squares_of(segment: _Floats, low: _Floats, side: float, shape: _Whole) -> tuple[_Few, _Few]:
    """Segments by square, as compressed rows.

    Parameters
    ----------
    segment
        x and y of the start, x and y of the end; shape ``(n_segments, 4)``.
    low, side, shape
        Lower left corner of the raster, side of its squares, columns and rows.
    """
    start = np.zeros(shape[0] * shape[1] + 1, np.uint32)
    inside = np.empty(0, np.uint32)
    place = start
    for filling in range(2):
        for s in range(len(segment)):
            x0, y0, x1, y1 = segment[s]
            if y0 > y1:
                x0, y0, x1, y1 = x1, y1, x0, y0
            first, last = _square(y0, low[1], side, shape[1]), _square(y1, low[1], side, shape[1])
            for row in range(first, last + 1):
                left, right = x0, x1
                if first != last:
                    slope = (x1 - x0) / (y1 - y0)
                    below, above = low[1] + row * side, low[1] + (row + 1) * side
                    left = x0 + (max(below, y0) - y0) * slope
                    right = x0 + (min(above, y1) - y0) * slope
                # A rounding error farther on both sides, so that no square is missed.
                one = _square(min(left, right) - 1e-6, low[0], side, shape[0])
                other = _square(max(left, right) + 1e-6, low[0], side, shape[0])
                for column in range(one, other + 1):
                    square = row * shape[0] + column
                    if filling:
                        inside[place[square]] = s
                        place[square] += 1
                    else:
                        start[square + 1] += 1
        if not filling:
            start = np.cumsum(start).astype(np.uint32)
            inside = np.empty(start[-1], np.uint32)
            place = start[:-1].copy()
    return start, inside


@numba.njit(cache=True, nogil=True)
def nearest(
    points: _Floats, chosen: _Whole, segment: _Floats, street: _Whole, from_m: _Floats,
    length_m: _Floats, start: _Few, inside: _Few, low: _Floats, side: float, shape: _Whole,
    rings: int, at_end_m: float, found: _Whole, share: _Floats, away_m: _Floats,
) -> _Whole:  # fmt: skip
    """Nearest street of the chosen points, written to ``found``, ``share`` and ``away_m``.

    Of equally near streets one that ends there comes first, then the first in the list.

    Parameters
    ----------
    points, chosen
        All points, shape ``(n, 2)``, and the positions of those that are looked at.
    segment, street, from_m
        Segments as in :func:`squares_of`, the street of each, and the way along the street up to
        its start.
    length_m
        Length of each street along its path.
    start, inside, low, side, shape
        The raster.
    rings
        Rings of squares to look at.
    at_end_m
        A spot closer than this to a street's end is that end.

    Returns
    -------
    Positions of the points to which something nearer might lie beyond the rings.
    """
    unsure = np.empty(len(chosen), np.int64)
    n_unsure = 0
    for point in chosen:
        x, y = points[point]
        column, row = _square(x, low[0], side, shape[0]), _square(y, low[1], side, shape[1])
        least, best, at_end, along_best = np.inf, np.int64(-1), False, 0.0
        left, right = max(column - rings, 0), min(column + rings, shape[0] - 1)
        ring, sure = 0, False
        while ring <= rings:
            for r in range(max(row - ring, 0), min(row + ring, shape[1] - 1) + 1):
                on_edge = r == row - ring or r == row + ring
                step = 1 if on_edge or ring == 0 else 2 * ring
                for c in range(column - ring, column + ring + 1, step):
                    if c < left or c > right:
                        continue
                    square = r * shape[0] + c
                    if start[square] == start[square + 1]:
                        continue
                    # How far the square is at least, a rounding error less.
                    across = max(low[0] + c * side - x, x - low[0] - (c + 1) * side, 0.0)
                    up = max(low[1] + r * side - y, y - low[1] - (r + 1) * side, 0.0)
                    if (across * across + up * up) * 0.999999 - 1e-6 > least:
                        continue
                    for k in range(start[square], start[square + 1]):
                        s = inside[k]
                        ax, ay, bx, by = segment[s]
                        dx, dy = bx - ax, by - ay
                        whole = dx * dx + dy * dy
                        t = 0.0
                        if whole > 0:
                            t = min(max(((x - ax) * dx + (y - ay) * dy) / whole, 0.0), 1.0)
                        # From the nearer end, so that an end is met exactly.
                        u = t - 1.0
                        px = ax + t * dx if t < 0.5 else bx + u * dx
                        py = ay + t * dy if t < 0.5 else by + u * dy
                        away = (x - px) ** 2 + (y - py) ** 2
                        if away > least:
                            continue
                        along = from_m[s] + t * np.sqrt(whole)
                        ends = along < at_end_m or along > length_m[street[s]] - at_end_m
                        nearer = away < least or (ends and not at_end)
                        if nearer or (ends == at_end and street[s] < best):
                            least, best, at_end, along_best = away, street[s], ends, along
            # Everything in farther rings lies at least this far from the point's own square.
            if least <= (ring * side) ** 2 * 0.999999 and ring > 0:
                sure = True
                break
            ring += 1
        found[point], away_m[point] = best, np.sqrt(least)
        if best >= 0:
            whole_m = length_m[best]
            share[point] = along_best / max(whole_m, at_end_m)
            if along_best > whole_m - at_end_m:
                share[point] = 1.0
            if along_best < at_end_m:
                share[point] = 0.0
        if not sure and (rings < shape[0] or rings < shape[1]):
            unsure[n_unsure] = point
            n_unsure += 1
    return unsure[:n_unsure].copy()
