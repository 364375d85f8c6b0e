"""Compiled ascent of prices: only loaded when a median is looked for.

Each cell offers a price for being served. At prices ``u`` no choice of ``p`` sites costs less than
``sum_i u_i`` plus the ``p`` least of ``sum_i min(0, c_ij - u_i)``: the Lagrangian bound of the
p-median (Cornuejols, Fisher & Nemhauser 1977), safe for any prices.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray


class Ascent(NamedTuple):
    """All that an ascent knows; the arrays are changed in place.

    Attributes
    ----------
    start, site, cost, beyond
        Sorted lists in compressed rows; prices never exceed ``beyond``.
    price, best_price, direction, wanted
        Per cell: the price now, that of the best bound, the direction of the last step, and 1 less
        the chosen sites that the cell would pay less than its price at.
    worth
        Per site: ``sum_i min(0, c_ij - price_i)``.
    chosen, best_chosen
        Per site: among the chosen now, in the cheapest choice so far.
    numbers
        Best bound, cost of the cheapest choice by the lists, stride, steps without gain.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    beyond: NDArray[np.float64]
    price: NDArray[np.float64]
    best_price: NDArray[np.float64]
    direction: NDArray[np.float64]
    wanted: NDArray[np.float64]
    worth: NDArray[np.float64]
    chosen: NDArray[np.bool_]
    best_chosen: NDArray[np.bool_]
    numbers: NDArray[np.float64]


@numba.njit(cache=True)
def _choose(worth: NDArray[np.float64], p: int, chosen: NDArray[np.bool_]) -> float:
    """Mark the ``p`` sites of least worth, of equals the first; returns the sum of theirs."""
    edge = np.partition(worth, p - 1)[p - 1]
    total, left = 0.0, p
    for j in range(len(worth)):
        chosen[j] = worth[j] < edge
        if chosen[j]:
            total += worth[j]
            left -= 1
    for j in range(len(worth)):
        if left and worth[j] == edge:
            chosen[j] = True
            total += edge
            left -= 1
    return total


@numba.njit(cache=True)
def _worth_at(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    price: NDArray[np.float64],
    worth: NDArray[np.float64],
) -> float:
    """Fill ``sum_i min(0, c_ij - price_i)`` per site; returns the sum of the prices."""
    worth[:] = 0.0
    total = 0.0
    for i in range(len(price)):
        u = price[i]
        total += u
        for at in range(start[i], start[i + 1]):
            if cost[at] >= u:
                break
            worth[site[at]] += cost[at] - u
    return total


@numba.njit(cache=True)
def _serve(s: Ascent) -> float:
    """What all cells pay at the chosen sites; fills ``wanted``."""
    # Unpacked once: reading a field costs a reference count each time.
    start, site, cost, price, chosen = s.start, s.site, s.cost, s.price, s.chosen
    beyond, wanted = s.beyond, s.wanted
    total = 0.0
    for i in range(len(price)):
        times, pays = 0, -1.0
        for at in range(start[i], start[i + 1]):
            inside = cost[at] < price[i]
            if not inside and pays >= 0.0:
                break
            if chosen[site[at]]:
                if pays < 0.0:
                    pays = cost[at]
                if not inside:
                    break
                times += 1
        total += pays if pays >= 0.0 else beyond[i]
        wanted[i] = 1.0 - times
    return total


@numba.njit(cache=True)
def _step(s: Ascent, bound: float, goal: float, memory: float) -> bool:
    """Move the prices; False when there is no direction left."""
    price, beyond, direction, wanted = s.price, s.beyond, s.direction, s.wanted
    length = 0.0
    for i in range(len(price)):
        # A price that cannot rise any more should not shorten the steps of the others.
        g = 0.0 if wanted[i] > 0.0 and price[i] >= beyond[i] else wanted[i]
        direction[i] = memory * direction[i] + (1.0 - memory) * g
        length += direction[i] * direction[i]
    if length < 1e-12:
        return False
    step = s.numbers[2] * max(goal - bound, 1e-9 * abs(goal)) / length
    for i in range(len(price)):
        price[i] = min(max(price[i] + step * direction[i], 0.0), beyond[i])
    return True


@numba.njit(cache=True)
def climb(
    s: Ascent, p: int, goal: float, enough: float, steps: int, patience: int, memory: float
) -> bool:
    """Raise the bound by subgradient steps that remember their direction.

    Parameters
    ----------
    p
        1 ... number of sites.
    goal
        What the bound is aimed at: the cost of the best known choice.
    enough
        Bound at which to stop.
    patience
        Steps without gain after which strides are halved, going on from the best prices.
    memory
        Share of the old direction kept in each step.

    Returns
    -------
    bool
        Whether there is any use in going on.
    """
    numbers = s.numbers
    for _ in range(steps):
        bound = _worth_at(s.start, s.site, s.cost, s.price, s.worth) + _choose(s.worth, p, s.chosen)
        numbers[3] = 0.0 if bound > numbers[0] + 1e-5 * abs(numbers[0]) else numbers[3] + 1.0
        if bound > numbers[0]:
            numbers[0] = bound
            s.best_price[:] = s.price
        if numbers[0] >= enough:
            return False
        total = _serve(s)
        if total < numbers[1]:
            numbers[1] = total
            s.best_chosen[:] = s.chosen
        if numbers[3] >= patience:
            numbers[2] /= 2.0
            numbers[3] = 0.0
            s.price[:] = s.best_price
            s.direction[:] = 0.0
            if numbers[2] < 1e-3:
                return False
        elif not _step(s, bound, goal, memory):
            return False
    return True
