"""The nested hierarchy as an integer program, straight to HiGHS."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from allocator.location.engines.hierarchy.problem import HierarchyProblem
from allocator.location.engines.limits import Limits
from allocator.lp.arrays import ArraySolution, solve_arrays

_PAIRS_TIMES_NODES = 50_000_000


class _Rows:
    """Rows as they come in: pieces of (row, column, value), bounds."""

    def __init__(self, n_columns: int) -> None:
        self._n_columns = n_columns
        self._blocks: list[csr_array] = []
        self._lower: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []

    def add(
        self,
        n_rows: int,
        entries: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]],
        lower: float | NDArray[np.float64],
        upper: float | NDArray[np.float64],
    ) -> None:
        """So many rows, from lists of rows, columns and values."""
        row, column, value = (np.concatenate(parts) for parts in zip(*entries, strict=True))
        shape = (n_rows, self._n_columns)
        self._blocks.append(coo_array((value, (row, column)), shape=shape).tocsr())
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), (n_rows,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (n_rows,)))

    def together(self) -> tuple[csr_array, NDArray[np.float64], NDArray[np.float64]]:
        """Matrix and bounds."""
        matrix = csr_array(vstack(self._blocks))
        return matrix, np.concatenate(self._lower), np.concatenate(self._upper)


def solve_hierarchy(
    problem: HierarchyProblem, limits: Limits, start: NDArray[np.bool_] | None = None
) -> ArraySolution:
    r"""Branch and bound over ``u``: site ``j`` has level ``l`` or a higher one.

    .. math:: z_{il} \le \sum_{j \in N_{il}} u_{jl}, \quad u_{j,l+1} \le u_{jl}, \quad
              \sum_j (u_{jl} - u_{j,l+1}) \le p_l

    Columns are ``u`` level by level, then ``z`` level by level, then referrals.
    """
    n_u = problem.n_levels * problem.n_sites
    sizes = [len(level.people) for level in problem.levels]
    n_z = sum(sizes)
    refer = _referral_arcs(problem)
    rows = _Rows(n_u + n_z + len(refer[0]))
    _cover_rows(problem, rows, n_u)
    _level_rows(problem, rows)
    _share_rows(problem, rows, n_u)
    _money_rows(problem, rows)
    _referral_rows(problem, rows, refer, n_u + n_z)
    matrix, lower, upper = rows.together()
    if problem.least_cost:
        worth = np.zeros(n_z)
        cost = problem.step_cost.ravel()
    else:
        worth = -np.concatenate([level.weight * level.people for level in problem.levels])
        cost = np.zeros(n_u)
    others = n_z + len(refer[0])
    solution = solve_arrays(
        np.concatenate([cost, worth, np.zeros(len(refer[0]))]),
        matrix,
        lower,
        upper,
        np.concatenate([problem.lower.ravel(), np.zeros(others)]),
        np.concatenate([problem.upper.ravel(), np.ones(others)]),
        np.concatenate([np.ones(n_u), np.zeros(others)]),
        gap=limits.gap,
        start=None if start is None or len(refer[0]) else _columns_of(problem, start),
        **limits.of_a_solve(max(1, int(_PAIRS_TIMES_NODES // max(1, matrix.nnz)))),
    )
    limits.note_clock(solution.stopped_by_clock)
    return solution


def _columns_of(problem: HierarchyProblem, at_least: NDArray[np.bool_]) -> NDArray[np.float64]:
    covered = [
        ((level.reach @ row.astype(np.float64)) > 0).astype(np.float64)
        for level, row in zip(problem.levels, at_least, strict=True)
    ]
    return np.concatenate([at_least.ravel().astype(np.float64), *covered])


def _cover_rows(problem: HierarchyProblem, rows: _Rows, first_z: int) -> None:
    """Nobody is covered who reaches no site of the level or a higher one."""
    for at, level in enumerate(problem.levels):
        n = len(level.people)
        pairs = level.reach.tocoo()
        each = np.arange(n)
        entries = [
            (pairs.row.astype(np.int64), at * problem.n_sites + pairs.col.astype(np.int64),
             np.ones(len(pairs.row))),
            (each, first_z + each, -np.ones(n)),
        ]  # fmt: skip
        rows.add(n, entries, 0.0, np.inf)
        first_z += n


def _level_rows(problem: HierarchyProblem, rows: _Rows) -> None:
    """Levels are nested; existing sites keep theirs; each level has at most its p."""
    n, each = problem.n_sites, np.arange(problem.n_sites)
    ones = np.ones(n)
    for at in range(problem.n_levels - 1):
        entries = [(each, at * n + each, ones), (each, (at + 1) * n + each, -ones)]
        rows.add(n, entries, 0.0, np.inf)
    kept = np.flatnonzero(problem.together > 1)
    if len(kept):
        row = np.arange(len(kept))
        highest = (problem.together[kept] - 1) * n + kept
        rows.add(
            len(kept),
            [(row, kept, np.ones(len(kept))), (row, highest, -np.ones(len(kept)))],
            0.0,
            0.0,
        )
    for at, level in enumerate(problem.levels):
        if level.p is None:
            continue
        none = np.zeros(n, dtype=np.int64)
        entries = [(none, at * n + each, ones)]
        if at + 1 < problem.n_levels:
            entries.append((none, (at + 1) * n + each, -ones))
        rows.add(1, entries, -np.inf, float(level.p))


def _share_rows(problem: HierarchyProblem, rows: _Rows, first_z: int) -> None:
    for level in problem.levels:
        n = len(level.people)
        if level.least > 0:
            total = float(level.people.sum())
            least = level.least / total * (1 - 1e-9)
            entries = [(np.zeros(n, dtype=np.int64), first_z + np.arange(n), level.people / total)]
            rows.add(1, entries, least, np.inf)
        first_z += n


def _money_rows(problem: HierarchyProblem, rows: _Rows) -> None:
    if problem.budget is None:
        return
    n = problem.n_levels * problem.n_sites
    entries = [(np.zeros(n, dtype=np.int64), np.arange(n), problem.step_cost.ravel())]
    rows.add(1, entries, -np.inf, problem.budget)


def _referral_arcs(problem: HierarchyProblem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lower site and higher site of each way to refer, where places are limited."""
    if problem.refers is None or problem.places is None:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    pairs = problem.refers.tocoo()
    return pairs.row.astype(np.int64), pairs.col.astype(np.int64)


def _referral_rows(
    problem: HierarchyProblem,
    rows: _Rows,
    refer: tuple[NDArray[np.int64], NDArray[np.int64]],
    first: int,
) -> None:
    """Each open lower site refers to a site of the highest level, within its places."""
    if problem.refers is None:
        return
    n, each = problem.n_sites, np.arange(problem.n_sites)
    top = (problem.n_levels - 1) * n
    is_lower = [(each, each, -np.ones(n)), (each, top + each, np.ones(n))]
    if problem.places is None:
        pairs = problem.refers.tocoo()
        to = (pairs.row.astype(np.int64), top + pairs.col.astype(np.int64), np.ones(pairs.nnz))
        rows.add(n, [*is_lower, to], 0.0, np.inf)
        return
    lower, higher = refer
    at, ones = np.arange(len(lower)), np.ones(len(lower))
    rows.add(n, [*is_lower, (lower, first + at, ones)], 0.0, 0.0)
    rows.add(len(at), [(at, first + at, -ones), (at, top + higher, ones)], 0.0, np.inf)
    places = problem.places.astype(np.float64)
    entries = [(higher, first + at, -ones), (each, top + each, places)]
    rows.add(n, entries, 0.0, np.inf)
