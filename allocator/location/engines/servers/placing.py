"""Servers at sites, as good as can be proven: a start, prices, kicks, branch and bound."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.servers.narrowing import Narrowed, narrowed
from allocator.location.engines.servers.problem import ServerProblem, without_idle
from allocator.location.engines.servers.program import ServerRows, server_rows
from allocator.location.engines.servers.start import ServerSearch
from allocator.location.engines.set_cover.problem import cost_step
from allocator.lp.arrays import ArraySolution, solve_arrays
from allocator.lp.status import Status, relative_gap

_CLOSED = 1e-9
_PAIRS_TIMES_NODES = 40_000_000
_ROOM_BEYOND_START = 2
_REFINEMENTS = 6
_PAIRS_WORTH_KICKS = 2_000  # branch and bound alone is as quick on less
_PAIRS_FOR_SIMPLEX = 60_000
# Beyond this the root alone takes minutes, without a better bound than the prices'.
_PAIRS_FOR_BRANCHING = 250_000


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
        """Bound by prices, leave out what they exclude, then branch on the rest."""
        rows = server_rows(self._problem, self._fine(self._problem))
        solution = self._solve(self._problem, rows, whole=False)
        if solution.status is Status.INFEASIBLE:
            self.infeasible = True
            return
        self._lower_bound(rows.safe_bound(solution.duals))
        self._report("relaxation")
        if self._done():
            return
        rest: Narrowed | None = Narrowed(
            self._problem, np.arange(self._problem.n_sites), self._problem.n_sites
        )
        if self.search.best is not None:
            rest = narrowed(self._problem, rows, solution.duals, self.search.best_worth)
            if rest is not None and self._kicked(rest):
                rest = narrowed(self._problem, rows, solution.duals, self.search.best_worth)
        if rest is None:
            self._lower_bound(self.search.best_worth)
        elif not self._done():
            self._branch(rest)

    def _kicked(self, rest: Narrowed) -> bool:
        """Whether chance has found something better in the narrowed problem."""
        best, before = self.search.best, self.search.best_worth
        if best is None or rest.problem.matrix.nnz <= _PAIRS_WORTH_KICKS:
            return False
        search = ServerSearch(rest.problem, self._limits)
        search.offer(best[rest.sites])
        try:
            search.kick()
        finally:
            if search.best is not None:
                self.search.offer(rest.widened(search.best))
        self._report("kicks")
        return self.search.best_worth > before

    def _branch(self, rest: Narrowed) -> None:
        """Branch and bound; where far steps were priced too high, again with single ones."""
        problem = rest.problem
        self._say(f"servers: {problem.n_rows} rows, {problem.n_sites} sites left")
        fine = self._fine(problem, rest)
        for _ in range(_REFINEMENTS):
            rows = server_rows(problem, fine)
            if rows.matrix.nnz > _PAIRS_FOR_BRANCHING:
                return
            solution = self._solve(problem, rows, whole=True, rest=rest)
            if solution.status is Status.INFEASIBLE:
                # Nothing is left that is better than the best; without a best, nothing at all.
                self.infeasible = self.search.best is None
                if not self.infeasible:
                    self._lower_bound(self.search.best_worth)
                return
            self._lower_bound(max(rows.people(solution.bound), self.search.best_worth))
            if not len(solution.values):
                return
            found = np.rint(solution.values[: problem.n_sites]).astype(np.int64)
            self.search.offer(rest.widened(found))
            self._report("branching")
            coarse = problem.in_reach(found) > fine
            settled = self._done() or not (problem.is_concave and coarse.any())
            if settled or solution.status is not Status.OPTIMAL:
                return
            fine[coarse] = problem.in_reach(found)[coarse] + _ROOM_BEYOND_START

    def _fine(self, problem: ServerProblem, rest: Narrowed | None = None) -> NDArray[np.int64]:
        """Servers per row up to which steps stand alone: a little more than the best reaches."""
        best = self.search.best
        if best is None:
            return problem.fewest + _ROOM_BEYOND_START
        here = best if rest is None else best[rest.sites]
        return np.maximum(problem.in_reach(here), problem.fewest) + _ROOM_BEYOND_START

    def _solve(
        self, problem: ServerProblem, rows: ServerRows, *, whole: bool, rest: Narrowed | None = None
    ) -> ArraySolution:
        limits, start = self._limits, None
        if rest is not None and self.search.best is not None:
            here = self.search.best[rest.sites]
            start = rows.point(problem, here) if problem.allows(here) else None
        solution = solve_arrays(
            rows.cost, rows.matrix, rows.row_lower, rows.row_upper, rows.col_lower, rows.col_upper,
            rows.whole if whole else None,
            gap=limits.gap,
            # A millionth of a yes, a million times, would count as people who are reached.
            exact=self._problem.share > 0,
            start=start,
            method="ipm" if not whole and rows.matrix.nnz > _PAIRS_FOR_SIMPLEX else "choose",
            **limits.of_a_solve(max(500, _PAIRS_TIMES_NODES // rows.matrix.nnz)),
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
