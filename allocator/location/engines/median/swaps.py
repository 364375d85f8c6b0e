"""Compiled interchange of sites: only loaded when a median is looked for.

Resende & Werneck, 'On the implementation of a swap-based local search procedure for the p-median
problem' (2003), on sorted lists: what a swap saves is ``gain[in] - loss[out] + extra[out, in]``.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray


class SwapState(NamedTuple):
    """All that an interchange knows; the arrays are changed in place.

    Attributes
    ----------
    start, site, cost, rest
        Sorted lists in compressed rows; what a cell pays when no site of its list is open.
    slot
        Per site: its row in ``extra`` and its place in ``opened``; -1 while closed.
    opened
        Numbers of the open sites.
    first, second
        Per cell: the nearest two open sites, -1 where the list holds none.
    pays, would
        Per cell: what it pays, and what it would pay without its nearest site.
    gain, loss, extra
        Per site, per slot, and per slot and site.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    rest: NDArray[np.float64]
    slot: NDArray[np.int32]
    opened: NDArray[np.int32]
    first: NDArray[np.int32]
    second: NDArray[np.int32]
    pays: NDArray[np.float64]
    would: NDArray[np.float64]
    gain: NDArray[np.float64]
    loss: NDArray[np.float64]
    extra: NDArray[np.float64]


@numba.njit(cache=True)
def _look(s: SwapState, i: int) -> None:
    """Find the nearest two open sites of a cell."""
    slot, site = s.slot, s.site
    first, second = -1, -1
    pays = would = s.rest[i]
    for at in range(s.start[i], s.start[i + 1]):
        if slot[site[at]] >= 0:
            if first < 0:
                first, pays = site[at], s.cost[at]
            else:
                second, would = site[at], s.cost[at]
                break
    s.first[i], s.second[i] = first, second
    s.pays[i], s.would[i] = pays, would


@numba.njit(cache=True)
def _count(s: SwapState, i: int, sign: float) -> None:
    """Add a cell's part in the tables, or take it away."""
    slot, site, cost, gain, extra = s.slot, s.site, s.cost, s.gain, s.extra
    pays, would = s.pays[i], s.would[i]
    mine = slot[s.first[i]] if s.first[i] >= 0 else -1
    if mine >= 0:
        s.loss[mine] += sign * (would - pays)
    for at in range(s.start[i], s.start[i + 1]):
        c = cost[at]
        if c >= would:
            break
        j = site[at]
        if slot[j] >= 0:
            continue
        if c < pays:
            gain[j] += sign * (pays - c)
            if mine >= 0:
                extra[mine, j] += sign * (would - pays)
        elif mine >= 0:
            extra[mine, j] += sign * (would - c)


@numba.njit(cache=True)
def prepare(s: SwapState) -> float:
    """Fill the tables for the open sites; returns what all cells pay."""
    s.gain[:] = 0.0
    s.loss[:] = 0.0
    s.extra[:] = 0.0
    total = 0.0
    for i in range(len(s.rest)):
        _look(s, i)
        _count(s, i, 1.0)
        total += s.pays[i]
    return total


@numba.njit(cache=True)
def _swap(s: SwapState, out: int, into: int) -> None:
    """Close the site ``out``, open ``into``, and mend the tables of the cells that notice."""
    # Unpacked once: reading a field costs a reference count each time.
    slot, site, cost, start = s.slot, s.site, s.cost, s.start
    first, second, woulds = s.first, s.second, s.would
    n = len(woulds)
    notices = np.zeros(n, np.bool_)
    for i in range(n):
        hit = first[i] == out or second[i] == out
        if not hit:
            would = woulds[i]
            for at in range(start[i], start[i + 1]):
                if cost[at] >= would:
                    break
                if site[at] == into:
                    hit = True
                    break
        if hit:
            notices[i] = True
            _count(s, i, -1.0)
    place = slot[out]
    slot[out], slot[into] = -1, place
    s.opened[place] = into
    # What is left in these entries belongs to nobody now, up to rounding.
    s.loss[place] = 0.0
    s.extra[place, :] = 0.0
    s.gain[into] = 0.0
    s.gain[out] = 0.0
    s.extra[:, into] = 0.0
    s.extra[:, out] = 0.0
    for i in range(n):
        if notices[i]:
            _look(s, i)
            _count(s, i, 1.0)


@numba.njit(cache=True)
def _best_swap(s: SwapState) -> tuple[float, int, int]:
    """The swap that saves most: what it saves, the site to close, the site to open."""
    slot, opened, gain, loss, extra = s.slot, s.opened, s.gain, s.loss, s.extra
    best, out, into = 0.0, -1, -1
    for r in range(len(opened)):
        for j in range(len(slot)):
            if slot[j] < 0:
                saves = gain[j] - loss[r] + extra[r, j]
                if saves > best:
                    best, out, into = saves, opened[r], j
    return best, out, into


@numba.njit(cache=True)
def descend(s: SwapState, margin: float, most: int) -> int:
    """Swap while that saves more than a margin; at most so many times, returns how many."""
    for done in range(most):
        saves, out, into = _best_swap(s)
        if out < 0 or saves <= margin:
            return done
        _swap(s, out, into)
    return most


@numba.njit(cache=True)
def replace(s: SwapState, out: NDArray[np.int32], into: NDArray[np.int32]) -> None:
    """Close some sites and open others instead, whatever that costs."""
    for k in range(len(out)):
        _swap(s, out[k], into[k])


@numba.njit(cache=True)
def add_greedily(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    rest: NDArray[np.float64],
    n_sites: int,
    p: int,
) -> NDArray[np.int32]:
    """Open one site after the other, each time the one that saves most; of equals the first."""
    pays = rest.copy()
    gain = np.zeros(n_sites)
    for i in range(len(rest)):
        for at in range(start[i], start[i + 1]):
            gain[site[at]] += pays[i] - cost[at]
    opened = np.empty(p, np.int32)
    for step in range(p):
        best = np.argmax(gain)
        opened[step] = best
        for i in range(len(rest)):
            before, after = pays[i], -1.0
            for at in range(start[i], start[i + 1]):
                if cost[at] >= before:
                    break
                if site[at] == best:
                    after = cost[at]
                    break
            if after < 0.0:
                continue
            for at in range(start[i], start[i + 1]):
                if cost[at] >= before:
                    break
                gain[site[at]] -= before - max(after, cost[at])
            pays[i] = after
        gain[best] = -np.inf
    return opened
