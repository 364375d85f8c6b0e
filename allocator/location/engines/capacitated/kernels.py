"""Compiled: what each site is worth at given prices of cells, and the ascent of those prices.

Only loaded when a capacitated question is asked. Arcs are by site: site ``j`` serves the cells
``cell[start[j]:start[j + 1]]``, at a cost for the whole of each.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray


class Arcs(NamedTuple):
    """A capacitated problem seen from its sites."""

    start: NDArray[np.int64]
    cell: NDArray[np.int64]
    cost: NDArray[np.float64]
    people: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    price: NDArray[np.float64]
    forced: NDArray[np.bool_]
    fewest: int
    most: int
    whole: bool  # cells go to one site each, and people and capacities are whole numbers


class Climb(NamedTuple):
    """State of an ascent: arrays that the kernel changes in place."""

    prices: NDArray[np.float64]  # the best so far
    direction: NDArray[np.float64]
    scale: NDArray[np.float64]
    openness: NDArray[np.float64]  # how often each site was open lately, 0..1
    numbers: NDArray[np.float64]  # best bound, stride, idle steps, steps, weight of the latest


@numba.njit(cache=True)
def site_value(
    arcs: Arcs, prices: NDArray[np.float64], j: int, exact: bool, share: NDArray[np.float64]
) -> float:
    """Least of ``sum_i (c_ij - u_i) x_ij`` over what site ``j`` may serve, or less.

    Only ``exact`` looks at the least load, and at whole cells where they must be whole. ``share``
    (per arc) receives the ``x``.
    """
    first, last = arcs.start[j], arcs.start[j + 1]
    value, load, n_taken = 0.0, 0.0, 0
    for at in range(first, last):
        reduced = arcs.cost[at] - prices[arcs.cell[at]]
        share[at] = 0.0
        if reduced < 0.0:
            share[at] = 1.0
            value += reduced
            load += arcs.people[arcs.cell[at]]
            n_taken += 1
    if load > arcs.high[j]:
        taken = np.empty(n_taken, np.int64)
        n_taken = 0
        for at in range(first, last):
            if share[at] > 0.0 and arcs.people[arcs.cell[at]] > 0.0:
                taken[n_taken] = at
                n_taken += 1
        taken = taken[:n_taken]
        if exact and arcs.whole:
            return value + _leave_whole(arcs, prices, taken, load, arcs.high[j], share)
        return value + _leave(arcs, prices, taken, load - arcs.high[j], share)
    if exact and load < arcs.low[j]:
        return value + _fill(arcs, prices, j, arcs.low[j] - load, share)
    return value


@numba.njit(cache=True)
def _leave(
    arcs: Arcs,
    prices: NDArray[np.float64],
    taken: NDArray[np.int64],
    too_many: float,
    share: NDArray[np.float64],
) -> float:
    """Give up so many people of the arcs taken, those worth least per person first."""
    worth = np.empty(len(taken))
    for k in range(len(taken)):
        i = arcs.cell[taken[k]]
        worth[k] = (prices[i] - arcs.cost[taken[k]]) / arcs.people[i]
    lost = 0.0
    for k in np.argsort(worth):
        people = arcs.people[arcs.cell[taken[k]]]
        part = min(1.0, too_many / people)
        share[taken[k]] = 1.0 - part
        lost += part * people * worth[k]
        too_many -= part * people
        if too_many <= 0.0:
            break
    return lost


@numba.njit(cache=True)
def _leave_whole(
    arcs: Arcs,
    prices: NDArray[np.float64],
    taken: NDArray[np.int64],
    load: float,
    room: float,
    share: NDArray[np.float64],
) -> float:
    """The same for whole cells: a 0-1 knapsack by dynamic programming over what is given up.

    Giving up at least ``load - room`` people at the least loss.
    """
    least = int(np.ceil(load - room - 1e-9))
    loss = np.full(least + 1, np.inf)
    loss[0] = 0.0
    came_from = np.full((len(taken), least + 1), -1, np.int32)
    for k in range(len(taken)):
        i = arcs.cell[taken[k]]
        worth, people = prices[i] - arcs.cost[taken[k]], int(arcs.people[i])
        for given in range(least - 1, -1, -1):
            after = min(least, given + people)
            if loss[given] + worth < loss[after]:
                loss[after] = loss[given] + worth
                came_from[k, after] = given
    given = least
    for k in range(len(taken) - 1, -1, -1):
        if came_from[k, given] >= 0:
            share[taken[k]] = 0.0
            given = came_from[k, given]
    return float(loss[least])


@numba.njit(cache=True)
def _fill(
    arcs: Arcs, prices: NDArray[np.float64], j: int, too_few: float, share: NDArray[np.float64]
) -> float:
    """Take so many more people, those that cost least per person first; infinite if too few."""
    first, last = arcs.start[j], arcs.start[j + 1]
    more = np.empty(last - first, np.int64)
    each = np.empty(last - first)
    n = 0
    for at in range(first, last):
        people = arcs.people[arcs.cell[at]]
        if share[at] == 0.0 and people > 0.0:
            more[n] = at
            each[n] = (arcs.cost[at] - prices[arcs.cell[at]]) / people
            n += 1
    paid = 0.0
    for k in np.argsort(each[:n]):
        people = arcs.people[arcs.cell[more[k]]]
        part = min(1.0, too_few / people)
        share[more[k]] = part
        paid += part * people * each[k]
        too_few -= part * people
        if too_few <= 1e-9 * arcs.low[j]:
            return float(paid)
    return np.inf


@numba.njit(cache=True)
def relax(
    arcs: Arcs,
    prices: NDArray[np.float64],
    share: NDArray[np.float64],
    value: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> float:
    """Lagrangian bound at any prices: no answer costs less.

    Writes what each site is worth (its own price added), which sites the relaxation opens, and
    their ``share`` per arc. Only sites that it opens are valued exactly; the others' values are
    lower than exact ones.
    """
    n_sites = len(arcs.low)
    exact = np.zeros(n_sites, np.bool_)
    for j in range(n_sites):
        value[j] = arcs.price[j] + site_value(arcs, prices, j, False, share)
    while True:
        choose(arcs, value, is_open)
        settled = True
        for j in range(n_sites):
            if is_open[j] and not exact[j]:
                value[j] = arcs.price[j] + site_value(arcs, prices, j, True, share)
                exact[j] = True
                settled = False
        if settled:
            break
    bound = prices.sum()
    for j in range(n_sites):
        if is_open[j]:
            bound += value[j]
    return float(bound)


@numba.njit(cache=True)
def choose(arcs: Arcs, value: NDArray[np.float64], is_open: NDArray[np.bool_]) -> None:
    """Open what must be, then the sites of least value, between ``fewest`` and ``most``."""
    n_open = 0
    for j in range(len(value)):
        is_open[j] = arcs.forced[j]
        n_open += arcs.forced[j]
    for j in np.argsort(value):
        if is_open[j]:
            continue
        if n_open >= arcs.most or (value[j] >= 0.0 and n_open >= arcs.fewest):
            break
        is_open[j] = True
        n_open += 1


@numba.njit(cache=True)
def ascend(arcs: Arcs, climb: Climb, steps: int, target: float) -> None:
    """So many steps of the volume algorithm (Barahona & Anbil, Math. Programming 87, 2000).

    Each step leaves the best prices along the average of what the relaxations missed; strides
    grow after good steps and shrink after a row of bad ones.
    """
    n_sites, n_cells = len(arcs.low), len(climb.prices)
    share = np.zeros(len(arcs.cell))
    value, is_open = np.empty(n_sites), np.zeros(n_sites, np.bool_)
    missed, prices = np.empty(n_cells), np.empty(n_cells)
    for _ in range(steps):
        length = 0.0
        for i in range(n_cells):
            length += climb.direction[i] ** 2 * climb.scale[i]
        first = climb.numbers[3] == 0.0
        gap = max(target - climb.numbers[0], 1e-6 * abs(target))
        stride = 0.0 if first or length < 1e-300 else climb.numbers[1] * gap / length
        for i in range(n_cells):
            prices[i] = climb.prices[i] + stride * climb.scale[i] * climb.direction[i]
        bound = relax(arcs, prices, share, value, is_open)
        missed[:] = 1.0
        for j in range(n_sites):
            climb.openness[j] *= 0.98
            if is_open[j]:
                climb.openness[j] += 0.02
                for at in range(arcs.start[j], arcs.start[j + 1]):
                    missed[arcs.cell[at]] -= share[at]
        along = 0.0
        for i in range(n_cells):
            along += missed[i] * climb.direction[i] * climb.scale[i]
        fresh = 1.0 if first else climb.numbers[4]
        for i in range(n_cells):
            climb.direction[i] = (1.0 - fresh) * climb.direction[i] + fresh * missed[i]
        climb.numbers[3] += 1.0
        if bound > climb.numbers[0]:
            if along > 0.0 and not first:
                climb.numbers[1] = min(2.0, climb.numbers[1] * 1.1)
            if bound > climb.numbers[0] + 1e-5 * abs(bound):
                climb.numbers[2] = 0.0
            climb.numbers[0] = bound
            climb.prices[:] = prices
        else:
            climb.numbers[2] += 1.0
            if climb.numbers[2] >= 20.0:
                climb.numbers[1] *= 0.66
                climb.numbers[4] = max(0.01, climb.numbers[4] * 0.8)
                climb.numbers[2] = 0.0
