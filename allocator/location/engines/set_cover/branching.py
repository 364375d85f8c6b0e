"""Branch and bound on a cover problem small enough for it, with cuts from windows beforehand."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover.greedy import greedy_cover
from allocator.location.engines.set_cover.local_search import RowWeighting
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.engines.set_cover.windows import CutMaker, WindowKind, window_kinds
from allocator.lp.arrays import ArraySolution, solve_arrays
from allocator.lp.incremental import GrowingLp
from allocator.lp.status import Status

_STEPS = 20_000
_PAIRS_TIMES_NODES = 1_000_000
_ROWS_WORTH_CUTS = 300  # with fewer, branch and bound alone is done before the cuts are found
_ROWS_PER_WINDOW = 20
_ROUNDS = 6
_SOLVES = 15_000
_SOLVES_PER_WINDOW = 60
_LEAST_RISE = 5e-4  # of the linear program per round: with less, branching does more
_LEAST_VIOLATION = 0.01


def branch(problem: CoverProblem, limits: Limits) -> ArraySolution:
    """The least-cost cover, or the best one and a bound after as many nodes as the limits allow."""
    matrix = problem.matrix
    if problem.n_rows > _ROWS_WORTH_CUTS:
        matrix = csr_array(vstack([matrix, cutting_planes(problem, limits)]))
        matrix.indptr, matrix.indices = (
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
        )
    start = np.zeros(problem.n_sites)
    search = RowWeighting(problem, greedy_cover(problem), seed=limits.seed)
    search.run(_STEPS)
    start[search.best] = 1.0
    solution = solve_arrays(
        problem.cost,
        matrix,
        np.ones(matrix.shape[0]),
        np.full(matrix.shape[0], np.inf),
        np.zeros(problem.n_sites),
        np.ones(problem.n_sites),
        np.ones(problem.n_sites),
        gap=limits.gap,
        start=start,
        **limits.of_a_solve(max(1, _PAIRS_TIMES_NODES // problem.n_pairs)),
    )
    limits.note_clock(solution.stopped_by_clock)
    if solution.status is not Status.OPTIMAL:
        limits.pairs_in_vain += problem.n_pairs
    return solution


def cutting_planes(problem: CoverProblem, limits: Limits) -> csr_array:
    """Rows ``weight @ y >= 1`` that every cover satisfies and the linear program alone does not.

    Shape ``(n_cuts, n_sites)``. Round by round: the linear program with the cuts so far, then a
    look at the window around each row.
    """
    program = GrowingLp(
        problem.cost,
        np.zeros(problem.n_sites),
        np.ones(problem.n_sites),
        seed=limits.seed,
        threads=limits.threads,
    )
    program.add_rows(1.0, np.inf, problem.matrix)
    found = [csr_array((0, problem.n_sites))]
    kinds = window_kinds(problem, _ROWS_PER_WINDOW)
    left = int(_SOLVES * limits.effort)
    before = -np.inf
    for _ in range(_ROUNDS):
        point = program.solve(limits.seconds_left())
        rise = point.objective - before
        if point.status is not Status.OPTIMAL or rise < _LEAST_RISE * abs(point.objective):
            break
        before = point.objective
        cuts, left = _round(problem, kinds, point.values, left, limits)
        found.append(cuts)
        program.add_rows(1.0, np.inf, cuts)
    return csr_array(vstack(found))


def _round(
    problem: CoverProblem,
    kinds: list[WindowKind],
    y: NDArray[np.float64],
    left: int,
    limits: Limits,
) -> tuple[csr_array, int]:
    """Cuts that a point violates, one per kind of window, and the solves that are left."""
    sites, weights, sizes = [np.empty(0, np.int64)], [np.empty(0)], [0]
    for kind in kinds:
        if left <= 0 or limits.out_of_time():
            break
        maker = CutMaker(kind)
        for window in range(kind.n_windows):
            site, place = kind.window(window)
            load = np.bincount(place, weights=y[site], minlength=len(kind.trace)).astype(float)
            if load.max() > 1 - 1e-6 and np.abs(load - np.rint(load)).max() < 1e-6:
                continue
            weight, solves = maker.cut(
                load, min(left, _SOLVES_PER_WINDOW), limits, least_violation=_LEAST_VIOLATION
            )
            left -= solves
            if weight is not None:
                kept = weight[place] > 0
                sites.append(site[kept])
                weights.append(weight[place][kept])
                sizes.append(int(kept.sum()))
    start = np.cumsum(sizes)
    shape = (len(start) - 1, problem.n_sites)
    return csr_array((np.concatenate(weights), np.concatenate(sites), start), shape=shape), left
