"""The compiled inner loops of the search by row weights: only loaded when a cover is looked for.

Arrays of pairs are compressed rows: the members of ``k`` are ``member[start[k]:start[k + 1]]``,
ascending.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

_SAMPLE = 200  # open sites looked at when one is to be closed; all, when there are no more


class SearchState(NamedTuple):
    """All that a search by row weights knows; the arrays are changed in place.

    Attributes
    ----------
    row_start, row_site, site_start, site_row, cost
        The problem: pairs by row and by site, and the cost of each site.
    here, may, stamp
        Per site: open now; something near it changed since it was closed; step of its last move.
    score
        Per site: weight of rows that opening it would cover, or minus what closing it would bare.
    times, weight
        Per row: open sites that reach it; how hard it has been to cover.
    opened, place, bare, bare_place
        Open sites and uncovered rows as lists, and where each one stands in its list.
    size
        Open sites, uncovered rows, steps so far.
    tabu
        The sites opened last: not to be closed at once.
    random
        State of the generator.
    best, totals
        The best cover; cost now, cost of the best, and the margin by which to be better.
    """

    row_start: NDArray[np.int64]
    row_site: NDArray[np.int64]
    site_start: NDArray[np.int64]
    site_row: NDArray[np.int64]
    cost: NDArray[np.float64]
    here: NDArray[np.bool_]
    may: NDArray[np.bool_]
    stamp: NDArray[np.int64]
    score: NDArray[np.int64]
    times: NDArray[np.int64]
    weight: NDArray[np.int64]
    opened: NDArray[np.int64]
    place: NDArray[np.int64]
    bare: NDArray[np.int64]
    bare_place: NDArray[np.int64]
    size: NDArray[np.int64]
    tabu: NDArray[np.int64]
    random: NDArray[np.uint64]
    best: NDArray[np.bool_]
    totals: NDArray[np.float64]


@numba.njit(cache=True)
def _below(random: NDArray[np.uint64], n: int) -> np.int64:
    """A pseudo-random whole number in ``0..n - 1`` (xorshift64*)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return np.int64(((x * np.uint64(2685821657736338717)) >> np.uint64(33)) % np.uint64(n))


@numba.njit(cache=True)
def _open(s: SearchState, j: int) -> None:
    """Open site ``j``."""
    # Unpacked once: reading a field costs a reference count each time.
    row_start, row_site, site_row = s.row_start, s.row_site, s.site_row
    here, may, score, times, weight = s.here, s.may, s.score, s.times, s.weight
    size, bare, bare_place = s.size, s.bare, s.bare_place
    here[j] = True
    s.stamp[j] = size[2]
    s.tabu[size[2] % 2] = j
    s.totals[0] += s.cost[j]
    score[j] = -score[j]
    s.opened[size[0]] = j
    s.place[j] = size[0]
    size[0] += 1
    for k in range(s.site_start[j], s.site_start[j + 1]):
        i = site_row[k]
        times[i] += 1
        if times[i] == 1:
            size[1] -= 1
            last = bare[size[1]]
            bare[bare_place[i]] = last
            bare_place[last] = bare_place[i]
        for at in range(row_start[i], row_start[i + 1]):
            other = row_site[at]
            may[other] = True
            if other == j:
                continue
            if times[i] == 1:
                score[other] -= weight[i]
            elif times[i] == 2 and here[other]:
                score[other] += weight[i]


@numba.njit(cache=True)
def _close(s: SearchState, j: int) -> None:
    """Close site ``j``; it may not open again before something near it has changed."""
    row_start, row_site, site_row = s.row_start, s.row_site, s.site_row
    here, may, score, times, weight = s.here, s.may, s.score, s.times, s.weight
    size, bare, bare_place = s.size, s.bare, s.bare_place
    here[j] = False
    s.stamp[j] = size[2]
    s.totals[0] -= s.cost[j]
    score[j] = -score[j]
    size[0] -= 1
    last = s.opened[size[0]]
    s.opened[s.place[j]] = last
    s.place[last] = s.place[j]
    for k in range(s.site_start[j], s.site_start[j + 1]):
        i = site_row[k]
        times[i] -= 1
        if times[i] == 0:
            bare[size[1]] = i
            bare_place[i] = size[1]
            size[1] += 1
        for at in range(row_start[i], row_start[i + 1]):
            other = row_site[at]
            may[other] = True
            if other == j:
                continue
            if times[i] == 0:
                score[other] += weight[i]
            elif times[i] == 1 and here[other]:
                score[other] -= weight[i]
    may[j] = False


@numba.njit(cache=True)
def _site_to_close(s: SearchState, everywhere: bool) -> int:
    """The open site that is cheapest to lose, per cost; of equals, the longest untouched.

    Looked for ``everywhere``, or in a sample without the sites opened last; -1 if there is none.
    """
    score, cost, stamp, opened, tabu, random = s.score, s.cost, s.stamp, s.opened, s.tabu, s.random
    n = s.size[0]
    sampled = n > _SAMPLE and not everywhere
    best = -1
    for at in range(_SAMPLE if sampled else n):
        j = opened[_below(random, n)] if sampled else opened[at]
        if not everywhere and (j == tabu[0] or j == tabu[1]):
            continue
        if best >= 0:
            mine, other = score[j] * cost[best], score[best] * cost[j]
            if mine < other or (mine == other and stamp[j] >= stamp[best]):
                continue
        best = j
    return best


@numba.njit(cache=True)
def _site_to_open(s: SearchState, i: int, room: float) -> int:
    """The best site for row ``i`` that costs no more than ``room``; -1 if there is none.

    Sites near which nothing has changed are only taken when the row has no other.
    """
    score, cost, stamp, may, row_site = s.score, s.cost, s.stamp, s.may, s.row_site
    best = -1
    for at in range(s.row_start[i], s.row_start[i + 1]):
        j = row_site[at]
        if cost[j] > room:
            continue
        if best >= 0 and may[j] == may[best]:
            mine, other = score[j] * cost[best], score[best] * cost[j]
            if mine < other or (mine == other and stamp[j] >= stamp[best]):
                continue
        elif best >= 0 and may[best]:
            continue
        best = j
    return best


@numba.njit(cache=True)
def search(s: SearchState, steps: int) -> None:
    """Go on for some steps, always after a cover that costs less than the best one known.

    Each step closes a site, opens sites for uncovered rows while the cost allows, and makes the
    rows that stay uncovered heavier.
    """
    size, totals, random = s.size, s.totals, s.random
    bare, weight, score = s.bare, s.weight, s.score
    row_start, row_site = s.row_start, s.row_site
    for _ in range(steps):
        while size[1] == 0 and size[0] > 0:
            if totals[0] <= totals[1] - totals[2]:
                s.best[:] = s.here
                totals[1] = totals[0]
            _close(s, _site_to_close(s, True))
        size[2] += 1
        j = _site_to_close(s, False)
        if j >= 0:
            _close(s, j)
        while size[1] > 0:
            i = bare[_below(random, size[1])]
            j = _site_to_open(s, i, totals[1] - totals[2] - totals[0])
            if j < 0:
                break
            _open(s, j)
        for at in range(size[1]):
            i = bare[at]
            weight[i] += 1
            for k in range(row_start[i], row_start[i + 1]):
                score[row_site[k]] += 1
    if size[1] == 0 and totals[0] <= totals[1] - totals[2]:
        s.best[:] = s.here
        totals[1] = totals[0]
