"""Compiled inner loops of maximal covering: only loaded when an answer is looked for.

Pairs are compressed rows: the sites of row ``r`` are ``row_site[row_start[r]:row_start[r + 1]]``,
the rows of site ``j`` are ``site_row[site_start[j]:site_start[j + 1]]``; both ascending.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

_ON_THE_EDGE = 1e-9  # sums of shares this near to 1 may count as covered or not, as suits the cut


class Pairs(NamedTuple):
    """Rows and sites in reach of each other, seen from both sides."""

    row_start: NDArray[np.int64]
    row_site: NDArray[np.int32]
    site_start: NDArray[np.int64]
    site_row: NDArray[np.int32]


@numba.njit(cache=True)
def open_mass(pairs: Pairs, shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the shares of the sites that each row reaches, shape ``(n_rows,)``."""
    mass = np.zeros(len(pairs.row_start) - 1)
    for j in range(len(shares)):
        share = shares[j]
        if share > 0.0:
            for at in range(pairs.site_start[j], pairs.site_start[j + 1]):
                mass[pairs.site_row[at]] += share
    return mass


@numba.njit(cache=True)
def site_weights(pairs: Pairs, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of the rows of each site, shape ``(n_sites,)``."""
    total = np.zeros(len(pairs.site_start) - 1)
    for j in range(len(total)):
        for at in range(pairs.site_start[j], pairs.site_start[j + 1]):
            total[j] += weight[pairs.site_row[at]]
    return total


@numba.njit(cache=True)
def least_loaded(
    pairs: Pairs, order: NDArray[np.int64], centre: NDArray[np.bool_], load: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Give each row to the least loaded of its sites, centres first; shape ``(n_rows,)``."""
    home = np.zeros(len(order), np.int64)
    sum_load = np.zeros(len(centre))
    for r in order:
        best = -1
        for wanted in (True, False):
            for at in range(pairs.row_start[r], pairs.row_start[r + 1]):
                j = pairs.row_site[at]
                if centre[j] == wanted and (best < 0 or sum_load[j] < sum_load[best]):
                    best = j
            if best >= 0:
                break
        home[r] = best
        sum_load[best] += load[r]
    return home


@numba.njit(cache=True)
def distinct_sites(pairs: Pairs, first_row: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many sites the rows of each cluster reach together, shape ``(n_clusters,)``."""
    count = np.zeros(len(first_row) - 1, np.int64)
    seen = np.full(len(pairs.site_start) - 1, -1)
    for k in range(len(count)):
        for at in range(pairs.row_start[first_row[k]], pairs.row_start[first_row[k + 1]]):
            if seen[pairs.row_site[at]] != k:
                seen[pairs.row_site[at]] = k
                count[k] += 1
    return count


@numba.njit(cache=True)
def benders_cuts(
    pairs: Pairs,
    weight: NDArray[np.float64],
    first_row: NDArray[np.int64],
    room: NDArray[np.int64],
    at_mass: NDArray[np.float64],
    lp_mass: NDArray[np.float64],
    theta: NDArray[np.float64],
    tolerance: float,
) -> tuple[
    NDArray[np.int64],
    NDArray[np.float64],
    NDArray[np.int64],
    NDArray[np.int32],
    NDArray[np.float64],
]:
    """Cuts taken at one point that the LP's point violates, one per cluster at most.

    ``theta_k <= sum_(r covered) w_r + sum_j (sum_(r bare, j near r) w_r) y_j``, where a row counts
    as covered if ``at_mass >= 1``. Returns clusters, constants, and compressed coefficients.
    """
    n_clusters = len(first_row) - 1
    wanted = np.zeros(n_clusters, np.bool_)
    constant = np.zeros(n_clusters)
    bare = np.zeros(len(weight), np.bool_)
    size, n_cuts = 0, 0
    for k in range(n_clusters):
        rest = 0.0
        for r in range(first_row[k], first_row[k + 1]):
            mass = at_mass[r]
            if mass > 1.0 + _ON_THE_EDGE or (mass >= 1.0 - _ON_THE_EDGE and lp_mass[r] >= 1.0):
                constant[k] += weight[r]
            else:
                bare[r] = True
                rest += weight[r] * lp_mass[r]
        if theta[k] - constant[k] - rest > tolerance:
            wanted[k] = True
            n_cuts += 1
            size += room[k]
    clusters = np.empty(n_cuts, np.int64)
    constants = np.empty(n_cuts)
    start = np.zeros(n_cuts + 1, np.int64)
    site = np.empty(size, np.int32)
    value = np.empty(size)
    place = np.full(len(pairs.site_start) - 1, -1)
    cut, end = 0, 0
    for k in range(n_clusters):
        if not wanted[k]:
            continue
        begin = end
        for r in range(first_row[k], first_row[k + 1]):
            if not bare[r] or weight[r] == 0.0:
                continue
            for at in range(pairs.row_start[r], pairs.row_start[r + 1]):
                j = pairs.row_site[at]
                if place[j] < begin:
                    place[j] = end
                    site[end] = j
                    value[end] = 0.0
                    end += 1
                value[place[j]] += weight[r]
        clusters[cut] = k
        constants[cut] = constant[k]
        cut += 1
        start[cut] = end
    return clusters, constants, start, site[:end], value[:end]


@numba.njit(cache=True)
def overlap_with(pairs: Pairs, weight: NDArray[np.float64], site: int) -> NDArray[np.float64]:
    """Weight that each site shares with one site, shape ``(n_sites,)``."""
    shared = np.zeros(len(pairs.site_start) - 1)
    for at in range(pairs.site_start[site], pairs.site_start[site + 1]):
        r = pairs.site_row[at]
        for back in range(pairs.row_start[r], pairs.row_start[r + 1]):
            shared[pairs.row_site[back]] += weight[r]
    return shared
