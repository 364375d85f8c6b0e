"""Compiled inner loops of travel along roads: only loaded when they are needed.

Nodes, arcs and points are numbered by unsigned whole numbers: a signed index costs a look at its
sign each time, which makes the search a third slower.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from allocator.travel.bucket_kernels import NOTHING, put, take_out

_Floats = NDArray[np.float64]
_Whole = NDArray[np.int64]
_Few = NDArray[np.uint32]
_Street = NDArray[np.int32]
_Positions = NDArray[np.int32]


@numba.njit(cache=True, nogil=True)
def _search(
    start: _Few, node: _Few, cost: _Floats, first_node: _Few, first_cost: _Floats, limit: float,
    away: _Floats, touched: _Few, width: float, first: _Few, after: _Few, before: _Few,
) -> int:  # fmt: skip
    """Dijkstra's algorithm from some nodes up to a limit; how many nodes it has touched.

    ``away`` is infinite at the start and keeps what was found, up to the limit. Nodes wait in a
    ring of buckets, ``first``, a power of two and empty at the start. A node that gets nearer while
    its own bucket is emptied comes once more: the result is that of a search by increasing cost.
    """
    n_touched, waiting, per_cost, ring = 0, 0, 1 / width, len(first) - 1
    nearest = np.inf
    for k in range(len(first_node)):
        u = first_node[k]
        if first_cost[k] <= limit and first_cost[k] < away[u]:
            if away[u] == np.inf:
                touched[n_touched] = u
                n_touched += 1
                waiting += 1
            else:
                take_out(first, after, before, int(away[u] * per_cost) & ring, u)
            away[u] = first_cost[k]
            nearest = min(nearest, away[u])
            put(first, after, before, int(away[u] * per_cost) & ring, u)
    bucket = int(nearest * per_cost) & ring if waiting else 0
    while waiting > 0:
        u = first[bucket]
        if u == NOTHING:
            bucket = (bucket + 1) & ring
            continue
        take_out(first, after, before, bucket, u)
        waiting -= 1
        so_far = away[u]
        for arc in range(start[u], start[u + 1]):
            v, there = node[arc], so_far + cost[arc]
            if there < away[v] and there <= limit:
                if away[v] == np.inf:
                    touched[n_touched] = v
                    n_touched += 1
                    waiting += 1
                elif after[v] == v:
                    waiting += 1
                else:
                    take_out(first, after, before, int(away[v] * per_cost) & ring, v)
                away[v] = there
                put(first, after, before, int(there * per_cost) & ring, v)
    return n_touched


@numba.njit(cache=True, nogil=True)
def arcs_from(
    start: _Few, node: _Few, cost: _Floats,
    leave_node: _Few, leave_cost: _Floats, from_street: _Street, from_share: _Floats,
    from_leg: _Floats, at_start: _Few, at_target: _Few, at_cost: _Floats, on_start: _Few,
    on_target: _Few, to_share: _Floats, to_leg: _Floats, along: _Floats, limit: float,
    width: float, n_buckets: int, low: int, high: int,
) -> tuple[_Whole, _Positions, _Floats]:  # fmt: skip
    """Targets that origins ``low`` to ``high`` reach within a limit, and what it costs.

    Parameters
    ----------
    start, node, cost
        The roads as compressed rows, in the direction of the search.
    leave_node, leave_cost
        Nodes at which each origin enters the roads and the cost up to there, access leg included,
        shape ``(n_origins, 2)``.
    from_street, from_share, from_leg
        Street of each origin (-1: none), where on it, and the cost of the access leg.
    at_start, at_target, at_cost
        Per node: targets one goes to from there, and the cost of the last stretch and leg.
    on_start, on_target
        Per street: targets on it.
    to_share, to_leg
        Where on its street a target lies, and the cost of its access leg.
    along
        Cost of each whole street, towards its head and towards its tail; shape ``(n_streets, 2)``.
    limit
        Highest cost that counts.
    width, n_buckets
        Costs that wait together, and how many of these make a ring, a power of two; longer than any
        step or first cost.
    low, high
        The origins.

    Returns
    -------
    count, target, total
        Number of targets per origin, and then for each pair the target and its cost.
    """
    away = np.full(len(start) - 1, np.inf)
    touched = np.empty(len(start) - 1, np.uint32)
    first = np.full(n_buckets, NOTHING, np.uint32)
    after, before = np.empty(len(away), np.uint32), np.empty(len(away), np.uint32)
    best = np.full(len(to_share), np.inf)
    reached = np.empty(len(to_share), np.uint32)
    count = np.zeros(high - low, np.int64)
    target, total = np.empty(1024, np.int32), np.empty(1024)
    n = 0
    for origin in range(low, high):
        street = from_street[origin]
        if street < 0:
            continue
        n_touched = _search(
            start, node, cost, leave_node[origin], leave_cost[origin],
            limit, away, touched, width, first, after, before,
        )  # fmt: skip
        n_reached = 0
        for k in range(n_touched):
            u = touched[k]
            for at in range(at_start[u], at_start[u + 1]):
                t, whole = at_target[at], away[u] + at_cost[at]
                if whole <= limit and whole < best[t]:
                    if best[t] == np.inf:
                        reached[n_reached] = t
                        n_reached += 1
                    best[t] = whole
            away[u] = np.inf
        for at in range(on_start[street], on_start[street + 1]):
            t = on_target[at]
            whole = from_leg[origin] + _stretch(along, street, from_share[origin], to_share[t])
            whole += to_leg[t]
            if whole <= limit and whole < best[t]:
                if best[t] == np.inf:
                    reached[n_reached] = t
                    n_reached += 1
                best[t] = whole
        if n + n_reached > len(target):
            more = max(2 * len(target), n + n_reached)
            target = np.concatenate((target[:n], np.empty(more - n, np.int32)))
            total = np.concatenate((total[:n], np.empty(more - n)))
        for k in range(n_reached):
            target[n], total[n] = reached[k], best[reached[k]]
            best[reached[k]] = np.inf
            n += 1
        count[origin - low] = n_reached
    return count, target[:n].copy(), total[:n].copy()


@numba.njit(cache=True, nogil=True)
def nearest_from(
    start: _Few, node: _Few, cost: _Floats,
    leave_node: _Few, leave_cost: _Floats, from_street: _Street, from_share: _Floats,
    from_leg: _Floats, at_start: _Few, at_target: _Few, at_cost: _Floats, on_start: _Few,
    on_target: _Few, to_share: _Floats, to_leg: _Floats, along: _Floats, limit: float,
    width: float, n_buckets: int,
) -> _Floats:  # fmt: skip
    """Least cost at which any origin reaches each target; infinite beyond the limit.

    Parameters are those of :func:`arcs_from`; one search for all origins together.
    """
    away = np.full(len(start) - 1, np.inf)
    touched = np.empty(len(start) - 1, np.uint32)
    first = np.full(n_buckets, NOTHING, np.uint32)
    after, before = np.empty(len(away), np.uint32), np.empty(len(away), np.uint32)
    best = np.full(len(to_share), np.inf)
    n_touched = _search(
        start, node, cost, leave_node.ravel(), leave_cost.ravel(), limit, away, touched,
        width, first, after, before,
    )  # fmt: skip
    for k in range(n_touched):
        u = touched[k]
        for at in range(at_start[u], at_start[u + 1]):
            t, whole = at_target[at], away[u] + at_cost[at]
            if whole <= limit and whole < best[t]:
                best[t] = whole
    for origin in range(len(from_street)):
        street = from_street[origin]
        if street < 0:
            continue
        for at in range(on_start[street], on_start[street + 1]):
            t = on_target[at]
            whole = from_leg[origin] + _stretch(along, street, from_share[origin], to_share[t])
            whole += to_leg[t]
            if whole <= limit and whole < best[t]:
                best[t] = whole
    return best


@numba.njit(cache=True, nogil=True)
def _stretch(along: _Floats, street: int, from_share: float, to_share: float) -> float:
    """Cost between two spots on one street."""
    further = to_share - from_share
    if further > 0:
        return float(further * along[street, 0])
    if further < 0:
        return float(-further * along[street, 1])
    return 0.0


@numba.njit(cache=True, nogil=True)
def order_by(key: _Positions, n_keys: int) -> _Whole:
    """Positions that sort small whole numbers, equal ones in the order in which they stand."""
    place = np.zeros(n_keys + 1, np.int64)
    for k in key:
        place[k + 1] += 1
    place = np.cumsum(place)
    order = np.empty(len(key), np.int64)
    for at in range(len(key)):
        order[place[key[at]]] = at
        place[key[at]] += 1
    return order
