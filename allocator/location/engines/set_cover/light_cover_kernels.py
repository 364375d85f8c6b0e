"""Compiled inner loops over the covers of a window, whose rows are the bits of one number."""

import numba
import numpy as np
from numpy.typing import NDArray

_Bits = NDArray[np.uint64]
_Floats = NDArray[np.float64]

_ONE = np.uint64(1)
_ROUNDS = 80
_CLOSE = 1e-7


@numba.njit(cache=True)
def _bit(x: np.uint64) -> int:
    """Position of the only bit that is set."""
    at = 0
    if x & np.uint64(0xFFFFFFFF00000000):
        at += 32
    if x & np.uint64(0xFFFF0000FFFF0000):
        at += 16
    if x & np.uint64(0xFF00FF00FF00FF00):
        at += 8
    if x & np.uint64(0xF0F0F0F0F0F0F0F0):
        at += 4
    if x & np.uint64(0xCCCCCCCCCCCCCCCC):
        at += 2
    if x & np.uint64(0xAAAAAAAAAAAAAAAA):
        at += 1
    return at


@numba.njit(cache=True)
def _sum_over(bits: np.uint64, value: _Floats) -> float:
    total = 0.0
    while bits:
        lowest = bits & (~bits + _ONE)
        total += value[_bit(lowest)]
        bits ^= lowest
    return total


@numba.njit(cache=True)
def window_prices(trace: _Bits, weight: _Floats, n_rows: int) -> _Floats:
    """Prices of a window's rows that no trace beats: their sum bounds every cover's weight."""
    n = len(trace)
    price, best = np.zeros(n_rows), np.zeros(n_rows)
    highest = -np.inf
    stride = 1.0
    for _ in range(_ROUNDS):
        missing = np.ones(n_rows)
        bound = price.sum()
        for j in range(n):
            left = weight[j] - _sum_over(trace[j], price)
            if left < 0:
                bound += left
                bits = trace[j]
                while bits:
                    lowest = bits & (~bits + _ONE)
                    missing[_bit(lowest)] -= 1
                    bits ^= lowest
        if bound > highest:
            highest, best = bound, price.copy()
        else:
            stride *= 0.9
        length = (missing * missing).sum()
        if length == 0:
            break
        move = stride * max(1.05 - bound, 0.02) / length
        price = np.maximum(price + move * missing, 0.0)
    factor = np.ones(n_rows)
    slack = np.empty(n)
    for j in range(n):
        worth = _sum_over(trace[j], best)
        ratio = weight[j] / worth if worth > weight[j] else 1.0
        bits = trace[j]
        while bits:
            lowest = bits & (~bits + _ONE)
            i = _bit(lowest)
            factor[i] = min(factor[i], ratio)
            bits ^= lowest
    best = best * factor
    for j in range(n):
        slack[j] = weight[j] - _sum_over(trace[j], best)
    for i in range(n_rows):
        room = np.inf
        for j in range(n):
            if trace[j] >> np.uint64(i) & _ONE:
                room = min(room, slack[j])
        if room > 0 and room < np.inf:
            best[i] += room
            for j in range(n):
                if trace[j] >> np.uint64(i) & _ONE:
                    slack[j] -= room
    return best


@numba.njit(cache=True)
def light_covers(
    trace: _Bits, weight: _Floats, n_rows: int, below: float, at_most: int, nodes: int
) -> tuple[NDArray[np.bool_], int]:
    """Covers of a window that weigh less than ``below``; none left when fewer than ``at_most``.

    Returns
    -------
    covers, n_nodes
        Shape ``(n_covers, n_traces)``; nodes looked at, ``-1`` when that were too many.
    """
    n = len(trace)
    price = window_prices(trace, weight, n_rows)
    slack = np.empty(n)
    for j in range(n):
        slack[j] = weight[j] - _sum_over(trace[j], price)
    order = np.argsort(slack, kind="mergesort")
    start = np.zeros(n_rows + 1, np.int64)
    member = np.empty(n * n_rows, np.int64)
    end = 0
    for i in range(n_rows):
        for j in order:
            if trace[j] >> np.uint64(i) & _ONE:
                member[end] = j
                end += 1
        start[i + 1] = end
    depth_max = n_rows + 1
    bare, bound = np.zeros(depth_max, np.uint64), np.zeros(depth_max)
    row, at = np.zeros(depth_max, np.int64), np.zeros(depth_max, np.int64)
    path = np.zeros(depth_max, np.int64)
    barred = np.zeros(n, np.int64)
    covers = np.zeros((at_most, n), np.bool_)
    n_covers = n_nodes = d = 0
    bare[0] = ~np.uint64(0) if n_rows == 64 else (_ONE << np.uint64(n_rows)) - _ONE
    bound[0] = price.sum()
    row[0] = -1
    while d >= 0:
        if row[d] < 0:
            n_nodes += 1
            if n_nodes > nodes:
                return covers[:n_covers], -1
            fewest = n + 1
            bits = bare[d]
            while bits:
                lowest = bits & (~bits + _ONE)
                i = _bit(lowest)
                bits ^= lowest
                free = 0
                for k in range(start[i], start[i + 1]):
                    j = member[k]
                    if barred[j] == 0 and bound[d] + slack[j] < below:
                        free += 1
                if free < fewest:
                    fewest, row[d] = free, i
            at[d] = start[row[d]]
        else:
            barred[member[at[d]]] += 1
            at[d] += 1
        i = row[d]
        deeper = False
        while at[d] < start[i + 1]:
            j = member[at[d]]
            if barred[j] == 0:
                fresh = bare[d] & trace[j]
                # What it pays for a second time is lost.
                low = bound[d] + slack[j] + _sum_over(trace[j] & ~bare[d], price)
                if low < below - _CLOSE:
                    path[d] = j
                    if fresh == bare[d]:
                        for k in range(d + 1):
                            covers[n_covers, path[k]] = True
                        _drop_needless(covers[n_covers], trace, weight, bare[0])
                        n_covers += 1
                        if n_covers == at_most:
                            return covers, n_nodes
                    else:
                        bare[d + 1], bound[d + 1], row[d + 1] = bare[d] & ~trace[j], low, -1
                        d += 1
                        deeper = True
                        break
            barred[j] += 1
            at[d] += 1
        if deeper:
            continue
        for k in range(start[i], start[i + 1]):
            barred[member[k]] -= 1
        d -= 1
    return covers[:n_covers], n_nodes


@numba.njit(cache=True)
def _drop_needless(
    cover: NDArray[np.bool_], trace: _Bits, weight: _Floats, everything: np.uint64
) -> None:
    """Take out of a cover what the rest covers too, heaviest first."""
    for j in np.argsort(-weight, kind="mergesort"):
        if cover[j]:
            rest = np.uint64(0)
            for k in range(len(trace)):
                if cover[k] and k != j:
                    rest |= trace[k]
            if rest == everything:
                cover[j] = False
