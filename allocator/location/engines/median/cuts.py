"""Compiled Benders cuts of the p-median: only loaded when a median is looked for.

At any prices ``u`` a cluster of cells pays at least ``sum_i u_i - sum_j sum_i (u_i - c_ij)^+ y_j``.
The cut is tightest at shares ``y`` when each price is what the cell pays at the site where the
shares of its nearest sites reach 1 (Duran-Mateluna, Ales & Elloumi, COR 2023).
"""

import numba
import numpy as np
from numpy.typing import NDArray

_WHOLE = 1e-9


@numba.njit(cache=True)
def prices_at(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    beyond: NDArray[np.float64],
    shares: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Per cell the tightest price, and whether the shares of its list stay below 1."""
    n = len(beyond)
    price, bare = np.empty(n), np.zeros(n, np.bool_)
    for i in range(n):
        mass = 0.0
        price[i] = beyond[i]
        for at in range(start[i], start[i + 1]):
            mass += shares[site[at]]
            if mass >= 1.0 - _WHOLE:
                price[i] = cost[at]
                break
        if mass < 1.0 - _WHOLE:
            bare[i] = True
            if np.isinf(beyond[i]):
                price[i] = cost[start[i + 1] - 1] if start[i + 1] > start[i] else 0.0
    return price, bare


@numba.njit(cache=True)
def cuts_at(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    cells: NDArray[np.int64],
    first: NDArray[np.int64],
    price: NDArray[np.float64],
    shares: NDArray[np.float64],
    theta: NDArray[np.float64],
    tolerance: float,
) -> tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.float64],
]:
    """Cuts at prices that shares and theta violate, one per cluster at most.

    Cluster ``k`` holds ``cells[first[k]:first[k + 1]]``. Returns clusters, constants, and per site
    what it saves, in compressed rows.
    """
    n_sites, n_clusters = len(shares), len(first) - 1
    found = np.empty(n_clusters, np.int64)
    constants = np.empty(n_clusters)
    begins = np.zeros(n_clusters + 1, np.int64)
    sites = np.empty(max(1024, 8 * n_sites), np.int32)
    values = np.empty(len(sites))
    place = np.full(n_sites, -1)
    count, end = 0, 0
    for k in range(n_clusters):
        if end + n_sites > len(sites):
            room = 2 * len(sites) + n_sites
            more_sites, more_values = np.empty(room, np.int32), np.empty(room)
            more_sites[:end], more_values[:end] = sites[:end], values[:end]
            sites, values = more_sites, more_values
        begin, constant, pays = end, 0.0, 0.0
        for c in range(first[k], first[k + 1]):
            i = cells[c]
            u = price[i]
            constant += u
            for at in range(start[i], start[i + 1]):
                saves = u - cost[at]
                if saves <= 0.0:
                    break
                j = site[at]
                pays -= saves * shares[j]
                if place[j] < begin:
                    place[j] = end
                    sites[end] = j
                    values[end] = saves
                    end += 1
                else:
                    values[place[j]] += saves
        if constant + pays - theta[k] > tolerance:
            found[count], constants[count] = k, constant
            count += 1
            begins[count] = end
        else:
            for at in range(begin, end):
                place[sites[at]] = -1
            end = begin
    return (
        found[:count].copy(), constants[:count].copy(), begins[: count + 1].copy(),
        sites[:end].copy(), values[:end].copy(),
    )  # fmt: skip


@numba.njit(cache=True)
def savings(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    price: NDArray[np.float64],
    n_sites: int,
) -> NDArray[np.float64]:
    """What each site saves at prices, ``sum_i (u_i - c_ij)^+``, shape ``(n_sites,)``."""
    saved = np.zeros(n_sites)
    for i in range(len(price)):
        for at in range(start[i], start[i + 1]):
            if cost[at] >= price[i]:
                break
            saved[site[at]] += price[i] - cost[at]
    return saved


@numba.njit(cache=True)
def savings_in_common(
    start: NDArray[np.int64],
    site: NDArray[np.int32],
    cost: NDArray[np.float64],
    price: NDArray[np.float64],
    n_sites: int,
    one: int,
) -> NDArray[np.float64]:
    """What each site would save where another one would too, shape ``(n_sites,)``."""
    shared = np.zeros(n_sites)
    for i in range(len(price)):
        mine = 0.0
        for at in range(start[i], start[i + 1]):
            if cost[at] >= price[i]:
                break
            if site[at] == one:
                mine = price[i] - cost[at]
                break
        if mine > 0.0:
            for at in range(start[i], start[i + 1]):
                if cost[at] >= price[i]:
                    break
                shared[site[at]] += min(mine, price[i] - cost[at])
    return shared
