"""Compiled: people sent to open sites at least cost, by shortest augmenting paths.

Only loaded when an assignment is looked for. Sites are few and cells many, so paths are sought in
the graph of sites alone: from one site to another leads the cell that moves there most cheaply.
"""

import numba
import numpy as np
from numpy.typing import NDArray

DONE, IMPOSSIBLE, GAVE_UP = 0, 1, 2


@numba.njit(cache=True)
def _cheapest_moves(
    site: int,
    unit: NDArray[np.float64],
    flow: NDArray[np.float64],
    step: NDArray[np.float64],
    mover: NDArray[np.int64],
) -> None:
    """Cost of moving one person from ``site`` to each other site, and the cell that does it."""
    n_sites = len(flow)
    for other in range(n_sites):
        step[site, other] = np.inf
    at_site = flow[site]
    for cell in range(len(at_site)):
        if at_site[cell] > 0.0:
            here = unit[cell, site]
            for other in range(n_sites):
                cost = unit[cell, other] - here
                if cost < step[site, other]:
                    step[site, other] = cost
                    mover[site, other] = cell
    step[site, site] = np.inf


@numba.njit(cache=True)
def _shortest_path(
    step: NDArray[np.float64],
    excess: NDArray[np.float64],
    potential: NDArray[np.float64],
    before: NDArray[np.int64],
    tolerance: float,
) -> int:
    """Nearest node that lacks people, from any that has too many; updates the potentials."""
    n = len(excess)
    away = np.full(n, np.inf)
    done = np.zeros(n, np.bool_)
    for node in range(n):
        before[node] = -1
        if excess[node] > tolerance:
            away[node] = 0.0
    target = -1
    while target < 0:
        nearest, least = -1, np.inf
        for node in range(n):
            if not done[node] and away[node] < least:
                nearest, least = node, away[node]
        if nearest < 0:
            return -1
        done[nearest] = True
        if excess[nearest] < -tolerance:
            target = nearest
            break
        for node in range(n):
            if not done[node] and step[nearest, node] < np.inf:
                # Rounding may leave a reduced cost a hair below 0.
                cost = max(0.0, step[nearest, node] + potential[nearest] - potential[node])
                if least + cost < away[node]:
                    away[node] = least + cost
                    before[node] = nearest
    for node in range(n):
        potential[node] += min(away[node], away[target])
    return target


@numba.njit(cache=True)
def send(
    unit: NDArray[np.float64],
    people: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    flow: NDArray[np.float64],
    price: NDArray[np.float64],
) -> int:
    """Send everybody to a site at least cost, each site's load within its band.

    Successive shortest paths (Ahuja, Magnanti & Orlin, Network Flows, 1993, section 9.7), from
    the assignment without bands. A last node takes the load of each site, between ``low`` and
    ``high``.

    Parameters
    ----------
    unit
        Cost per person, infinite where there is no way, shape ``(n_cells, n_sites)``.
    people
        Per cell, >= 0, shape ``(n_cells,)``.
    low, high
        Band of each site, shape ``(n_sites,)``.
    flow
        Written: people from each cell, shape ``(n_sites, n_cells)``; must be 0.
    price
        Written: what one more person at each site costs the others, shape ``(n_sites,)``.

    Returns
    -------
    int
        ``DONE``; ``IMPOSSIBLE``: no assignment keeps the bands; ``GAVE_UP``: too many paths.
    """
    n_cells, n_sites = unit.shape
    root = n_sites
    step = np.full((n_sites + 1, n_sites + 1), np.inf)
    mover = np.full((n_sites + 1, n_sites + 1), -1, np.int64)
    load = np.zeros(n_sites)
    total = 0.0
    for cell in range(n_cells):
        best = np.argmin(unit[cell])
        if people[cell] > 0.0:
            if unit[cell, best] == np.inf:
                return IMPOSSIBLE
            flow[best, cell] = people[cell]
            load[best] += people[cell]
            total += people[cell]
    taken = np.minimum(np.maximum(load, low), high)
    excess = np.zeros(n_sites + 1)
    excess[:n_sites] = load - taken
    excess[root] = taken.sum() - total
    tolerance = 1e-11 * max(total, 1e-300)
    potential = np.zeros(n_sites + 1)
    before = np.full(n_sites + 1, -1, np.int64)
    stale = np.ones(n_sites, np.bool_)
    for _ in range(200 * (n_cells + n_sites) + 1000):
        if excess.max() <= tolerance:
            for site in range(n_sites):
                price[site] = potential[root] - potential[site]
            return DONE
        for site in range(n_sites):
            if stale[site]:
                _cheapest_moves(site, unit, flow, step, mover)
                stale[site] = False
            step[site, root] = 0.0 if taken[site] < high[site] - tolerance else np.inf
            step[root, site] = 0.0 if taken[site] > low[site] + tolerance else np.inf
        target = _shortest_path(step, excess, potential, before, tolerance)
        if target < 0:
            return IMPOSSIBLE
        _augment(target, before, mover, excess, flow, taken, low, high, stale)
    return GAVE_UP


@numba.njit(cache=True)
def _augment(
    target: int,
    before: NDArray[np.int64],
    mover: NDArray[np.int64],
    excess: NDArray[np.float64],
    flow: NDArray[np.float64],
    taken: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    stale: NDArray[np.bool_],
) -> None:
    """Push along the path to ``target`` as many people as it carries."""
    root = len(taken)
    amount = -excess[target]
    node = target
    while before[node] >= 0:
        last = before[node]
        if node == root:
            amount = min(amount, high[last] - taken[last])
        elif last == root:
            amount = min(amount, taken[node] - low[node])
        else:
            amount = min(amount, flow[last, mover[last, node]])
        node = last
    amount = min(amount, excess[node])
    excess[node] -= amount
    excess[target] += amount
    node = target
    while before[node] >= 0:
        last = before[node]
        if node == root:
            taken[last] += amount
        elif last == root:
            taken[node] -= amount
        else:
            cell = mover[last, node]
            # Exactly 0 when the whole flow moves: no crumbs are left behind.
            flow[last, cell] = 0.0 if flow[last, cell] <= amount else flow[last, cell] - amount
            flow[node, cell] += amount
            stale[last] = True
            stale[node] = True
        node = last
