"""Compiled exchanges of open sites: only loaded when an answer is looked for.

Tables of what each exchange would bring are kept up to date, not worked out anew (Whitaker 1983;
Resende & Werneck, EJOR 174, 2006).
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.maximal.kernels import Pairs


class SwapState(NamedTuple):
    """All that the search by exchanges knows; the arrays are changed in place.

    Attributes
    ----------
    weight, cost, price, may
        Per row: worth of covering it. Per site: what it takes off the objective; what it takes of
        the budget; whether it may be used at all.
    times, only
        Per row: open sites that reach it; the one that does when there is just one.
    gain, loss
        Per site: weight of rows that it alone would cover, or does.
    extra
        Per slot and site: weight of rows that only the slot's site covers and the site would too.
    slot, opened
        Per site: its slot or -1. Per slot: its site or -1.
    size
        Open sites; exchanges made so far; the most sites that may be open.
    totals
        Spent, budget, least improvement that counts.
    random
        State of the generator.
    """

    weight: NDArray[np.float64]
    cost: NDArray[np.float64]
    price: NDArray[np.float64]
    may: NDArray[np.bool_]
    times: NDArray[np.int32]
    only: NDArray[np.int32]
    gain: NDArray[np.float64]
    loss: NDArray[np.float64]
    extra: NDArray[np.float64]
    slot: NDArray[np.int64]
    opened: NDArray[np.int64]
    size: NDArray[np.int64]
    totals: NDArray[np.float64]
    random: NDArray[np.uint64]


@numba.njit(cache=True)
def open_site(pairs: Pairs, s: SwapState, j: int) -> None:
    """Open a site and bring the tables up to date."""
    place = 0
    while s.opened[place] >= 0:
        place += 1
    s.opened[place] = j
    s.slot[j] = place
    s.size[0] += 1
    s.totals[0] += s.price[j]
    s.loss[j] = 0.0
    s.extra[place, :] = 0.0
    for at in range(pairs.site_start[j], pairs.site_start[j + 1]):
        r = pairs.site_row[at]
        w = s.weight[r]
        if s.times[r] == 0:
            s.only[r] = j
            s.loss[j] += w
            for back in range(pairs.row_start[r], pairs.row_start[r + 1]):
                i = pairs.row_site[back]
                s.gain[i] -= w
                s.extra[place, i] += w
        elif s.times[r] == 1:
            other = s.only[r]
            s.loss[other] -= w
            beside = s.slot[other]
            for back in range(pairs.row_start[r], pairs.row_start[r + 1]):
                s.extra[beside, pairs.row_site[back]] -= w
        s.times[r] += 1


@numba.njit(cache=True)
def close_site(pairs: Pairs, s: SwapState, j: int) -> None:
    """Close a site and bring the tables up to date."""
    place = s.slot[j]
    s.opened[place] = -1
    s.slot[j] = -1
    s.size[0] -= 1
    s.totals[0] -= s.price[j]
    for at in range(pairs.site_start[j], pairs.site_start[j + 1]):
        r = pairs.site_row[at]
        w = s.weight[r]
        s.times[r] -= 1
        if s.times[r] == 0:
            for back in range(pairs.row_start[r], pairs.row_start[r + 1]):
                s.gain[pairs.row_site[back]] += w
        elif s.times[r] == 1:
            other = -1
            for back in range(pairs.row_start[r], pairs.row_start[r + 1]):
                if s.slot[pairs.row_site[back]] >= 0:
                    other = pairs.row_site[back]
                    break
            s.only[r] = other
            s.loss[other] += w
            beside = s.slot[other]
            for back in range(pairs.row_start[r], pairs.row_start[r + 1]):
                s.extra[beside, pairs.row_site[back]] += w
    s.loss[j] = 0.0


@numba.njit(cache=True)
def best_move(s: SwapState) -> tuple[float, int, int]:
    """What improves most: its worth, the site to close (-1: none), the site to open (-1: none)."""
    best, out, into = s.totals[2], -1, -1
    n_sites = len(s.gain)
    room = s.size[0] < s.size[2]
    left = s.totals[1] - s.totals[0]
    if room:
        for j in range(n_sites):
            if s.slot[j] < 0 and s.may[j] and s.price[j] <= left:
                worth = s.gain[j] - s.cost[j]
                if worth > best:
                    best, out, into = worth, -1, j
    for place in range(len(s.opened)):
        i = s.opened[place]
        if i < 0:
            continue
        base = s.cost[i] - s.loss[i]
        if base > best:
            best, out, into = base, i, -1
        money = left + s.price[i]
        for j in range(n_sites):
            worth = base + s.gain[j] - s.cost[j] + s.extra[place, j]
            if worth > best and s.slot[j] < 0 and s.may[j] and s.price[j] <= money:
                best, out, into = worth, i, j
    return best, out, into


@numba.njit(cache=True)
def climb(pairs: Pairs, s: SwapState) -> float:
    """Make the best move until none improves; what that brought."""
    total = 0.0
    while True:
        worth, out, into = best_move(s)
        if out < 0 and into < 0:
            return total
        if out >= 0:
            close_site(pairs, s, out)
        if into >= 0:
            open_site(pairs, s, into)
        total += worth
        s.size[1] += 1


@numba.njit(cache=True)
def _dice(s: SwapState, n: int) -> int:
    x = s.random[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    s.random[0] = x
    return np.int64((x >> np.uint64(11)) % np.uint64(n))  # type: ignore[return-value]


@numba.njit(cache=True)
def kick_and_climb(
    pairs: Pairs, s: SwapState, kicks: int, width: int, attractive: NDArray[np.int64]
) -> float:
    """Close some neighbouring sites, open others by chance, climb; go back if that was no good.

    ``attractive`` lists the sites that chance may choose from. Returns the improvement in all.
    """
    n_slots = len(s.opened)
    total = 0.0
    before = np.zeros(n_slots, np.int64)
    for _ in range(kicks):
        if s.size[0] == 0 or len(attractive) == 0:
            return total
        before[:] = s.opened
        change = 0.0
        for _ in range(1 + _dice(s, width)):
            if s.size[0] == 0:
                break
            place = _dice(s, n_slots)
            while s.opened[place] < 0:
                place = (place + 1) % n_slots
            i = s.opened[place]
            money = s.totals[1] - s.totals[0] + s.price[i]
            j = attractive[_dice(s, len(attractive))]
            if _dice(s, 2) == 0:
                # One that shares rows with the site to be closed: a step aside, not a leap.
                at = pairs.site_start[i] + _dice(
                    s, max(1, pairs.site_start[i + 1] - pairs.site_start[i])
                )
                if at < pairs.site_start[i + 1]:
                    r = pairs.site_row[at]
                    wide = pairs.row_start[r + 1] - pairs.row_start[r]
                    j = pairs.row_site[pairs.row_start[r] + _dice(s, wide)]
            change += s.cost[i] - s.loss[i]
            close_site(pairs, s, i)
            if s.slot[j] < 0 and s.may[j] and s.price[j] <= money:
                change += s.gain[j] - s.cost[j]
                open_site(pairs, s, j)
        change += climb(pairs, s)
        if change >= 0.0:
            total += change
            continue
        for place in range(n_slots):
            i = s.opened[place]
            if i >= 0:
                kept = False
                for other in range(n_slots):
                    kept = kept or before[other] == i
                if not kept:
                    close_site(pairs, s, i)
        for place in range(n_slots):
            if before[place] >= 0 and s.slot[before[place]] < 0:
                open_site(pairs, s, before[place])
    return total
