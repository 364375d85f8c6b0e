"""Clusters of rows, each of which has a share of the linear program of maximal covering."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.maximal.problem import MaximalProblem

_CLUSTERS_PER_SITE = 0.6
_CLUSTERS = 300  # at most: the fewer, the faster each step, the more rounds


def clusters_of(problem: MaximalProblem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows in an order in which clusters of them follow each other, and where each begins.

    Rows of a cluster share a site, so that its cuts touch few sites; weights are about equal.
    """
    from allocator.location.engines.maximal import kernels

    if not problem.n_rows:
        return np.empty(0, dtype=np.int64), np.zeros(1, dtype=np.int64)
    weight = np.sum([problem.weight, *(floor.weight for floor in problem.floors)], axis=0)
    heaviest_first = np.lexsort((np.arange(len(weight)), -weight))
    worth = kernels.site_weights(problem.pairs, weight)
    centre = np.zeros(problem.n_sites, dtype=np.bool_)
    n_centres = max(1, min(_CLUSTERS, round(_CLUSTERS_PER_SITE * problem.n_sites)))
    centre[np.random.default_rng(0).permutation(problem.n_sites)[:n_centres]] = True
    home = kernels.least_loaded(problem.pairs, heaviest_first, centre & (worth > 0), weight)
    order = np.argsort(home, kind="stable")
    first = np.flatnonzero(np.diff(home[order], prepend=-1))
    return order, np.append(first, len(order))
