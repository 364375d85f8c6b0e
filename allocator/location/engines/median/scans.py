"""Compiled scans of arcs and of sorted lists: only loaded when a median is looked for."""

from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True)
def nearest_open(
    start: NDArray[np.int64],
    site: NDArray[np.signedinteger[Any]],
    value: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Least value among the arcs of each row to an open site; infinite where there is none."""
    n = len(start) - 1
    least = np.full(n, np.inf)
    for i in range(n):
        for at in range(start[i], start[i + 1]):
            if value[at] < least[i] and is_open[site[at]]:
                least[i] = value[at]
    return least


@numba.njit(cache=True)
def open_in_reach(
    start: NDArray[np.int64], site: NDArray[np.signedinteger[Any]], is_open: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """How many open sites each row has an arc to."""
    n = len(start) - 1
    count = np.zeros(n, np.int64)
    for i in range(n):
        for at in range(start[i], start[i + 1]):
            if is_open[site[at]]:
                count[i] += 1
    return count


@numba.njit(cache=True)
def summed(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    beyond: NDArray[np.float64],
    group: NDArray[np.int64],
    n_groups: int,
    n_sites: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each group pays at each site, and where lists end: shapes (groups, sites), (groups,)."""
    together, top = np.zeros((n_groups, n_sites)), np.zeros(n_groups)
    for i in range(len(beyond)):
        top[group[i]] += beyond[i]
        for at in range(start[i], start[i + 1]):
            together[group[i], site[at]] += cost[at] - beyond[i]
    for g in range(n_groups):
        together[g] += top[g]
    return together, top


@numba.njit(cache=True)
def pays(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    beyond: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> float:
    """What all cells pay by sorted lists: no more than in truth where lists are cut short."""
    total = 0.0
    for i in range(len(beyond)):
        here = beyond[i]
        for at in range(start[i], start[i + 1]):
            if is_open[site[at]]:
                here = cost[at]
                break
        total += here
    return total


@numba.njit(cache=True)
def shortened(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    beyond: NDArray[np.float64],
    role: NDArray[np.int8],
    place: NDArray[np.int32],
) -> tuple[
    NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64],
    NDArray[np.bool_],
]:  # fmt: skip
    """Lists after some sites were decided on.

    Parameters
    ----------
    role
        Per site: 0 to be decided on, 1 open, -1 closed.
    place
        Per site: its new number, if still to be decided on.

    Returns
    -------
    start, site, cost, beyond, ended
        The lists up to the first open site, renumbered; and whether each list now ends at one.
    """
    n = len(beyond)
    new_start = np.zeros(n + 1, np.int64)
    new_beyond, ended = beyond.copy(), np.zeros(n, np.bool_)
    new_site, new_cost = np.empty(len(site), np.int32), np.empty(len(site))
    upto = 0
    for i in range(n):
        for at in range(start[i], start[i + 1]):
            j = site[at]
            if role[j] > 0:
                new_beyond[i] = cost[at]
                ended[i] = True
                break
            if role[j] == 0:
                new_site[upto], new_cost[upto] = place[j], cost[at]
                upto += 1
        new_start[i + 1] = upto
    return new_start, new_site[:upto].copy(), new_cost[:upto].copy(), new_beyond, ended
