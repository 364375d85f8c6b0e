"""The greedy cover, and dropping what a cover does not need."""

import heapq

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.set_cover.problem import CoverProblem


def greedy_cover(problem: CoverProblem) -> NDArray[np.int64]:
    """Open the site with the most uncovered rows per cost, again and again (Chvatal 1979).

    Costs at most ``1 + 1/2 + ... + 1/k`` times the least, ``k`` the rows of the largest site.
    Gains only shrink, so a stale entry of the queue is put back with its true gain. Equal sites
    are taken in their order. Every row must reach a site.
    """
    columns, rows = problem.columns, problem.rows
    gain = columns.degree.copy()
    cost = problem.cost
    queue = [(-g / c, j) for j, (g, c) in enumerate(zip(gain.tolist(), cost.tolist(), strict=True))]
    heapq.heapify(queue)
    covered = np.zeros(problem.n_rows, dtype=np.bool_)
    left = problem.n_rows
    chosen: list[int] = []
    while left:
        promised, site = heapq.heappop(queue)
        true = -float(gain[site]) / float(cost[site])
        if true != promised:
            heapq.heappush(queue, (true, site))
            continue
        near = columns.sites_of(site)
        fresh = near[~covered[near]]
        covered[fresh] = True
        left -= len(fresh)
        chosen.append(site)
        np.subtract.at(gain, rows.of_cells(fresh).site, 1)
    return without_redundant(problem, np.array(sorted(chosen), dtype=np.int64))


def without_redundant(
    problem: CoverProblem,
    chosen: NDArray[np.int64],
    weight: NDArray[np.float64] | None = None,
) -> NDArray[np.int64]:
    """Drop sites whose rows are all covered by others, dearest (or heaviest) first.

    Parameters
    ----------
    chosen
        Positions of a cover, ascending.
    weight
        What to drop first; the cost by default, shape ``(n_sites,)``.
    """
    heavy = problem.cost if weight is None else weight
    times = problem.times_covered(chosen)
    kept = np.ones(len(chosen), dtype=np.bool_)
    for at in np.lexsort((-chosen, -heavy[chosen])):
        near = problem.columns.sites_of(int(chosen[at]))
        if (times[near] > 1).all():
            times[near] -= 1
            kept[at] = False
    return chosen[kept]
