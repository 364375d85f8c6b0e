"""Servers at sites, as good as can be proven: a start, prices, kicks, branch and bound."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.problem import cost_step
from allocator.location.engines.server_problem import ServerProblem, without_idle
from allocator.location.engines.server_program import ServerRows, server_rows
from allocator.location.engines.server_start import ServerSearch
from allocator.lp.arrays import ArraySolution, solve_arrays
from allocator.lp.status import Status, relative_gap

_CLOSED = 1e-9
_PAIRS_TIMES_NODES = 40_000_000
_ROOM_BEYOND_START = 2
_REFINEMENTS = 6
_PAIRS_WORTH_KICKS = 2_000  # branch and bound alone is as quick on less


@dataclass(frozen=True, eq=False)
class Placement:
    """Servers at sites, and what no placement can be worth more than.

    Attributes
    ----------
    servers
        Per site, shape ``(n_sites,)``; None when none was found.
    worth, bound
        People, as the problem counts them.
    infeasible
        Whether it is proven that no placement keeps every rule.
    interrupted
        Whether the user stopped the search.
    """

    servers: NDArray[np.int64] | None
    worth: float
    bound: float
    infeasible: bool = False
    interrupted: bool = False


def best_servers(
    problem: ServerProblem,
    limits: Limits,
    say: Callable[[str], None],
    first: NDArray[np.int64] | None = None,
) -> Placement:
    """Find the best placement; ``first`` holds servers that keep ``must``, if any are known."""
    first = problem.low if first is None else first
    work = _Work(problem, limits, say)
    work.search.offer(first)
    interrupted = False
    try:
        work.start(first)
        work.prove()
    except KeyboardInterrupt:
        interrupted = True
    best = work.search.best
    if best is not None:
        best = without_idle(problem, best)
    return Placement(
        best, work.search.best_worth, work.bound, work.infeasible and best is None, interrupted
    )


class _Work:
    """A problem on its way; stopped at any time, it has the best placement and bound so far."""

    def __init__(self, problem: ServerProblem, limits: Limits, say: Callable[[str], None]) -> None:
        self._problem, self._limits, self._say = problem, limits, say
        self.search = ServerSearch(problem, limits)
        self.bound = float(problem.weight @ problem.value[problem.most])
        self.infeasible = False
        # What whole people add up to is a multiple of this, when steps are worth 0 or 1.
        in_full = bool(np.isin(problem.gain, (0.0, 1.0)).all())
        self._step = cost_step(problem.weight) if in_full else 0.0

    def start(self, first: NDArray[np.int64]) -> None:
        self._say(
            f"servers: {self._problem.n_rows} rows, {self._problem.n_sites} sites, "
            f"{self._problem.must.n_cells} rows that need one"
        )
        self.search.run(first)
        self._report("start")

    def prove(self) -> None:
        problem = self._problem
        reached = problem.fewest
        if self.search.best is not None:
            reached = problem.in_reach(self.search.best)
        fine = np.maximum(reached, problem.fewest) + _ROOM_BEYOND_START
        kicked = False
        for _ in range(_REFINEMENTS):
            rows = server_rows(problem, fine)
            if not self._bounded_by_prices(rows) or self._done():
                return
            if not kicked and rows.matrix.nnz > _PAIRS_WORTH_KICKS:
                self.search.kick()
                self._report("kicks")
                if self._done():
                    return
            kicked = True
            found = self._branch(rows)
            if found is None or self._done():
                return
            # Steps beyond the single ones were priced too high: single them out, and again.
            coarse = problem.in_reach(found) > fine
            if not problem.is_concave or not coarse.any():
                return
            fine[coarse] = problem.in_reach(found)[coarse] + _ROOM_BEYOND_START

    def _bounded_by_prices(self, rows: ServerRows) -> bool:
        solution = self._solve(rows, whole=False)
        if solution.status is Status.INFEASIBLE:
            self.infeasible = True
            return False
        self._lower_bound(rows.safe_bound(solution.duals))
        self._report("relaxation")
        return True

    def _branch(self, rows: ServerRows) -> NDArray[np.int64] | None:
        """The best servers of the program, if it was solved; better ones are kept."""
        solution = self._solve(rows, whole=True)
        if solution.status is Status.INFEASIBLE:
            self.infeasible = True
            return None
        self._lower_bound(rows.people(solution.bound))
        if not len(solution.values):
            return None
        found = np.rint(solution.values[: self._problem.n_sites]).astype(np.int64)
        self.search.offer(found)
        self._report("branching")
        return found if solution.status is Status.OPTIMAL else None

    def _solve(self, rows: ServerRows, *, whole: bool) -> ArraySolution:
        best, limits = self.search.best, self._limits
        solution = solve_arrays(
            rows.cost, rows.matrix, rows.row_lower, rows.row_upper, rows.col_lower, rows.col_upper,
            rows.whole if whole else None,
            gap=limits.gap,
            time_limit_seconds=limits.seconds_left(),
            node_limit=limits.node_limit or max(500, _PAIRS_TIMES_NODES // rows.matrix.nnz),
            seed=limits.seed,
            threads=limits.threads,
            # A millionth of a yes, a million times, would count as people who are reached.
            exact=self._problem.share > 0,
            start=rows.point(self._problem, best) if whole and best is not None else None,
        )  # fmt: skip
        limits.note_clock(solution.stopped_by_clock)
        return solution

    def _lower_bound(self, bound: float) -> None:
        if self._step > 0:
            bound = float(np.floor(bound / self._step + 1e-6) * self._step)
        self.bound = min(self.bound, bound)

    def _done(self) -> bool:
        gap = relative_gap(self.search.best_worth, self.bound)
        closed = self.search.best is not None and gap <= max(self._limits.gap, _CLOSED)
        return closed or self._limits.out_of_time()

    def _report(self, stage: str) -> None:
        self._say(f"servers: {stage}: {self.search.best_worth:,.1f}, bound {self.bound:,.1f}")
