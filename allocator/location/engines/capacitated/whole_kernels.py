"""Compiled: whole cells given to open sites, improved by moving one cell or swapping two.

Only loaded when such an assignment is looked for.
"""

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True)
def _outside(load: float, low: float, high: float) -> float:
    """How far a load lies outside its band."""
    return max(0.0, load - high) + max(0.0, low - load)


@numba.njit(cache=True)
def place(
    cost: NDArray[np.float64],
    people: NDArray[np.float64],
    high: NDArray[np.float64],
    order: NDArray[np.int64],
    price: NDArray[np.float64],
    load: NDArray[np.float64],
    at: NDArray[np.int64],
) -> None:
    """Give cells, in ``order``, to the site that costs least with room left, or least at all.

    ``price`` is what a person adds at each site; ``load`` and ``at`` are written.
    """
    n_sites = cost.shape[1]
    for cell in order:
        best, least = -1, np.inf
        anyhow, least_anyhow = -1, np.inf
        for site in range(n_sites):
            value = cost[cell, site] + people[cell] * price[site]
            if value < least_anyhow:
                anyhow, least_anyhow = site, value
            if value < least and load[site] + people[cell] <= high[site]:
                best, least = site, value
        at[cell] = best if best >= 0 else anyhow
        load[at[cell]] += people[cell]


@numba.njit(cache=True)
def improve(
    cost: NDArray[np.float64],
    people: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    penalty: float,
    load: NDArray[np.float64],
    at: NDArray[np.int64],
    passes: int,
) -> float:
    """Move and swap cells while that pays; a person outside a band costs ``penalty``.

    Returns how far loads still lie outside their bands, together.
    """
    n_cells = len(at)
    for _ in range(passes):
        changed = _move_cells(cost, people, low, high, penalty, load, at)
        for one in range(n_cells):
            for other in range(one + 1, n_cells):
                a, b = at[one], at[other]
                if a == b:
                    continue
                gain = (cost[one, b] + cost[other, a]) - (cost[one, a] + cost[other, b])
                more = people[other] - people[one]  # for a; less for b
                if gain >= 0.0 and more == 0.0:
                    continue
                gain += penalty * (
                    _outside(load[a] + more, low[a], high[a])
                    - _outside(load[a], low[a], high[a])
                    + _outside(load[b] - more, low[b], high[b])
                    - _outside(load[b], low[b], high[b])
                )
                if gain < -1e-9 * (1.0 + abs(cost[one, a] + cost[other, b])):
                    at[one], at[other] = b, a
                    load[a] += more
                    load[b] -= more
                    changed = True
        if not changed:
            break
    outside = 0.0
    for site in range(len(low)):
        outside += _outside(load[site], low[site], high[site])
    return outside


@numba.njit(cache=True)
def _move_cells(
    cost: NDArray[np.float64],
    people: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    penalty: float,
    load: NDArray[np.float64],
    at: NDArray[np.int64],
) -> bool:
    """Move single cells while that pays; whether any was moved."""
    moved, changed = False, True
    while changed:
        changed = False
        for cell in range(len(at)):
            a, n = at[cell], people[cell]
            leave = penalty * (
                _outside(load[a] - n, low[a], high[a]) - _outside(load[a], low[a], high[a])
            )
            best, least = a, -1e-9 * (1.0 + abs(cost[cell, a]))
            for b in range(len(low)):
                if b == a or cost[cell, b] == np.inf:
                    continue
                gain = cost[cell, b] - cost[cell, a] + leave
                gain += penalty * (
                    _outside(load[b] + n, low[b], high[b]) - _outside(load[b], low[b], high[b])
                )
                if gain < least:
                    best, least = b, gain
            if best != a:
                load[a] -= n
                load[best] += n
                at[cell] = best
                moved = changed = True
    return moved
