"""Two small parts of the linear program of maximal covering: clusters of rows, best sites."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.maximal.problem import MaximalProblem

_CLUSTERS_PER_SITE = 0.6
_CLUSTERS = 300  # at most: the fewer, the faster each step, the more rounds


def best_sites(
    worth: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], most: int
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Least sum over at most ``most`` sites, and how much it rises when each is closed or opened.

    ``inf`` where that is not possible.
    """
    fixed = low > 0.5
    free = np.flatnonzero((high > 0.5) & ~fixed)
    room = most - int(fixed.sum())
    closing, opening = np.zeros(len(worth)), np.zeros(len(worth))
    closing[fixed], opening[high < 0.5] = np.inf, np.inf
    if room < 0:
        return np.inf, closing, opening
    order = free[np.argsort(worth[free], kind="stable")]
    taken, others = order[:room], order[room:]
    taken = taken[worth[taken] < 0]
    last = worth[taken[-1]] if len(taken) == room and room else 0.0
    following = min(0.0, float(worth[others[0]])) if len(others) and len(taken) == room else 0.0
    opening[free] = (worth[free] - last) if room else np.inf
    opening[taken] = 0.0
    closing[taken] = following - worth[taken]
    return float(worth[fixed].sum() + worth[taken].sum()), closing, opening


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
