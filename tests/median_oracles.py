"""Slow and obvious answers about distances to compare with; nothing here comes from the package."""

from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack


def _choices(n_sites, p, given, forbidden):
    others = [j for j in range(n_sites) if j not in given and j not in forbidden]
    size = min(p - len(given), len(others))
    return [] if size < 0 else [[*given, *more] for more in combinations(others, size)]


def least_median(away, people, p, *, given=(), forbidden=()):
    """Least people times distance over all choices of p sites; None if none serves everybody."""
    counts = np.asarray(people) > 0
    best = None
    for chosen in _choices(away.shape[1], p, given, forbidden):
        nearest = away[counts][:, chosen].min(axis=1, initial=np.inf)
        if np.isfinite(nearest).all():
            cost = float((np.asarray(people)[counts] * nearest).sum())
            best = cost if best is None else min(best, cost)
    return best


def least_radius(away, p, *, given=(), forbidden=()):
    """Least largest distance over all choices of p sites; None if none serves everybody."""
    radii = [
        away[:, chosen].min(axis=1, initial=np.inf).max(initial=0.0)
        for chosen in _choices(away.shape[1], p, given, forbidden)
    ]
    best = min(radii, default=np.inf)
    return float(best) if np.isfinite(best) else None


def widest(apart, p, *, given=(), forbidden=()):
    """Largest least distance over all choices of p sites, each pair by its shorter direction."""
    pairs = np.minimum(apart, apart.T)
    return max(
        (
            min(pairs[i, j] for i, j in combinations(chosen, 2))
            for chosen in _choices(len(apart), p, given, forbidden)
            if len(chosen) > 1
        ),
        default=None,
    )


def median_by_milp(away, people, p):
    """ReVelle and Swain's integer program, solved by SciPy; infinite entries are no arcs."""
    n_cells, n_sites = away.shape
    cell, site = np.nonzero(np.isfinite(away))
    n = len(cell)
    arc = np.arange(n)
    served = coo_array((np.ones(n), (cell, arc)), shape=(n_cells, n + n_sites))
    only_open = coo_array(
        (np.r_[np.ones(n), -np.ones(n)], (np.r_[arc, arc], np.r_[arc, n + site])),
        shape=(n, n + n_sites),
    )
    count = coo_array(
        (np.ones(n_sites), (np.zeros(n_sites, int), n + np.arange(n_sites))), shape=(1, n + n_sites)
    )
    rows = vstack([served, only_open, count]).tocsr()
    lower = np.r_[np.ones(n_cells), np.full(n, -np.inf), p]
    upper = np.r_[np.ones(n_cells), np.zeros(n), p]
    answer = milp(
        np.r_[np.asarray(people)[cell] * away[cell, site], np.zeros(n_sites)],
        constraints=LinearConstraint(rows, lower, upper),
        integrality=np.r_[np.zeros(n), np.ones(n_sites)],
        bounds=Bounds(0, 1),
    )
    return answer.fun if answer.status == 0 else None
