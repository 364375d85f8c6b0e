"""Small and middling cover instances, in the package's own form."""

import numpy as np

from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.travel.coverage import Coverage


def coverage_of(sets, n_sites):
    """Coverage from each cell's set of sites."""
    cell = np.repeat(np.arange(len(sets)), [len(s) for s in sets])
    site = np.array([j for s in sets for j in s], dtype=np.int64)
    return Coverage.from_pairs(cell, site, len(sets), n_sites)


def problem_of(sets, cost):
    """Cover problem from each row's set of sites."""
    return CoverProblem(coverage_of(sets, len(cost)), np.asarray(cost, dtype=np.float64))


def sets_of(coverage):
    """Each cell's set of sites, as plain Python."""
    return [coverage.sites_of(i).tolist() for i in range(coverage.n_cells)]


def disc_sets(seed, n_cells, n_sites, radius):
    """Cells and sites in the unit square; each cell reaches at least its nearest site."""
    rng = np.random.default_rng(seed)
    cells, sites = rng.random((n_cells, 2)), rng.random((n_sites, 2))
    away = np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1))
    near = (away <= radius) | (away == away.min(axis=1, keepdims=True))
    return [np.flatnonzero(row).tolist() for row in near]


def lattice_sets(width, height, reach=2.46):
    """Every cell of a rectangle is a candidate for all cells within reach (in cells)."""
    x, y = (v.ravel() for v in np.meshgrid(np.arange(width), np.arange(height)))
    away = np.hypot(x[:, None] - x, y[:, None] - y)
    return [np.flatnonzero(row).tolist() for row in away <= reach]
