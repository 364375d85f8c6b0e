"""The least-cost cover of any size: presolve, split, and narrow each piece."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover.bracket import Bracket, narrow
from allocator.location.engines.set_cover.components import pieces_of
from allocator.location.engines.set_cover.dominance import reduce_by_dominance
from allocator.location.engines.set_cover.greedy import without_redundant
from allocator.location.engines.set_cover.problem import CoverProblem, cost_step, rounded_up
from allocator.lp.status import relative_gap

_ROWS_WORTH_A_LINE = 500


@dataclass(frozen=True, eq=False)
class Cover:
    """A cover, and what none can cost less than.

    Attributes
    ----------
    chosen
        Positions of the sites to open, ascending.
    cost, bound
        Its cost, and the proven lower bound.
    interrupted
        Whether the user stopped the search for better ones.
    rows_left
        Rows that presolve could not decide.
    """

    chosen: NDArray[np.int64]
    cost: float
    bound: float
    interrupted: bool
    rows_left: int


def least_cost_cover(problem: CoverProblem, limits: Limits, say: Callable[[str], None]) -> Cover:
    """Find a cheap cover and a bound; costs >= 0, and every row must reach a site."""
    step = cost_step(problem.cost)
    free = _useful_free_sites(problem)
    rows = np.flatnonzero(problem.times_covered(free) == 0)
    paid = np.flatnonzero(problem.cost > 0)
    whole = problem.part(rows, paid)
    whole = CoverProblem(whole.rows.aggregate()[0], whole.cost)
    work = _Work(whole, step, say)
    interrupted = False
    try:
        work.prepare()
        work.narrow(limits)
    except KeyboardInterrupt:
        interrupted = True
    chosen = np.union1d(free, paid[work.chosen()]).astype(np.int64)
    chosen = without_redundant(problem, chosen)
    cost = problem.price(chosen)
    bound = min(rounded_up(work.bound(), step), cost)
    return Cover(chosen, cost, bound, interrupted, work.rows_left)


def _useful_free_sites(problem: CoverProblem) -> NDArray[np.int64]:
    """Sites that cost nothing, without those that only repeat what others of them cover."""
    free = np.flatnonzero((problem.cost == 0) & (problem.columns.degree > 0))
    return without_redundant(problem, free, weight=-problem.columns.degree.astype(np.float64))


class _Work:
    """Pieces of a problem on their way; stopped at any time, it has a cover and a bound."""

    def __init__(self, problem: CoverProblem, step: float, say: Callable[[str], None]) -> None:
        self._problem, self._step, self._say = problem, step, say
        self._forced: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._parts: Sequence[tuple[NDArray[np.int64], Bracket]] = ()
        self._prepared = False
        self.rows_left = problem.n_rows

    def prepare(self) -> None:
        """Presolve, split, and cover each piece greedily."""
        self._say(f"set cover: {self._problem.n_rows} rows, {self._problem.n_sites} sites")
        reduced = reduce_by_dominance(self._problem)
        pieces = pieces_of(reduced.problem)
        self.rows_left = reduced.problem.n_rows
        parts = [(reduced.sites[p.sites], Bracket(p.problem, self._step)) for p in pieces]
        self._forced, self._parts, self._prepared = reduced.forced, parts, True
        self._say(
            f"set cover: {self.rows_left} rows, {reduced.problem.n_sites} sites in "
            f"{len(pieces)} parts after presolve, {len(reduced.forced)} sites forced"
        )
        self._report()

    def narrow(self, limits: Limits) -> None:
        """Bring covers and bounds together, smallest piece first."""
        for _, bracket in self._parts:
            large = bracket.problem.n_rows >= _ROWS_WORTH_A_LINE
            narrow(bracket, limits, self._report if large else lambda: None)
        self._report()

    def chosen(self) -> NDArray[np.int64]:
        """The best cover so far."""
        if not self._prepared:
            self._parts = [(np.arange(self._problem.n_sites), Bracket(self._problem, self._step))]
            self._prepared = True
        best = [sites[bracket.chosen] for sites, bracket in self._parts]
        return np.sort(np.concatenate([self._forced, *best]))

    def bound(self) -> float:
        """The best bound so far."""
        return self._problem.price(self._forced) + sum(b.bound for _, b in self._parts)

    def _report(self) -> None:
        cost, bound = self._problem.price(self.chosen()), self.bound()
        gap = relative_gap(cost, bound)
        self._say(f"set cover: cost {cost:g}, bound {bound:g}, gap {gap:.1%}")
