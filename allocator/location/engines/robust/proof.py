"""The best choice for the worst future, and what none can beat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import Point
from allocator.location.engines.branching.tree import Tree
from allocator.location.engines.limits import Limits
from allocator.location.engines.robust.master import RobustMaster
from allocator.location.engines.robust.problem import RobustProblem
from allocator.location.engines.robust.search import Choices

_CLOSE = 1e-7
_MOST_ROUNDS = 300
_PART_OF_GAP = 1e-4


@dataclass(frozen=True, eq=False)
class RobustChoice:
    """A choice of sites and a bound: no choice's worst sample is below it.

    ``chosen`` is None when none is known; with an infinite bound there is none.
    """

    chosen: NDArray[np.int64] | None
    value: float
    bound: float
    interrupted: bool


def best_for_worst(
    problem: RobustProblem,
    limits: Limits,
    say: Callable[[str], None],
    starts: Sequence[NDArray[np.int64]] = (),
    *,
    stopped: bool = False,
) -> RobustChoice:
    """Exchanges from all starts, then the linear program with its cuts, then branch and bound.

    Parameters
    ----------
    starts
        Choices to begin with, positions of sites; the best of a single future, say.
    stopped
        The user has stopped it already: the best of the starts is the answer.
    """
    search = _Search(problem, limits, say)
    interrupted = stopped
    try:
        search.run(starts, stopped=stopped)
    except KeyboardInterrupt:
        interrupted = True
    return RobustChoice(search.best.chosen, search.best.value, search.bound, interrupted)


class _Search:
    def __init__(self, problem: RobustProblem, limits: Limits, say: Callable[[str], None]) -> None:
        self._problem, self._limits, self._say = problem, limits, say
        self.best = Choices(problem)
        sums = problem.weight @ problem.least - problem.offset
        self._bound = float(sums.max(initial=-np.inf))

    @property
    def bound(self) -> float:
        """What no choice's worst sample is below."""
        return min(self._bound, self.best.value)

    def run(self, starts: Sequence[NDArray[np.int64]], *, stopped: bool) -> None:
        """Everything, in order; only the starts where the user has stopped."""
        for start in starts:
            self.best.offer(start)
        if stopped:
            return
        first = np.empty(0, dtype=np.int64) if self.best.chosen is None else self.best.chosen
        self.best.improve(first)
        if not self._problem.n_cells or not self._problem.most:
            self._bound = self._problem.value(np.empty(0, dtype=np.int64))
            return
        if self._done():
            return
        master = RobustMaster(self._problem, self._limits)
        point = self._converge(master)
        if point is None or self._done():
            return
        if not point.feasible:
            self._bound = np.inf
            return
        self._round_off(point.shares)
        self._branch(master)

    def _converge(self, master: RobustMaster) -> Point | None:
        """Solve and cut until nothing is violated; None when the clock ended it."""
        point: Point
        for _ in range(_MOST_ROUNDS):
            found = master.solve()
            if found is None:
                return None
            point = found
            if not point.feasible:
                return point
            self._bound = max(self._bound, -point.bound)
            if self._done():
                return point
            room = self.best.value - self._bound
            if not master.cut_off(point, _PART_OF_GAP * room if np.isfinite(room) else 0.0):
                break
        self._tell("at the root of the tree")
        return point

    def _round_off(self, shares: NDArray[np.float64]) -> None:
        """Open the sites with the largest shares, and exchange from there."""
        order = np.argsort(-shares, kind="stable")[: self._problem.most]
        self.best.improve(np.sort(order[shares[order] > 1e-6]))

    def _branch(self, master: RobustMaster) -> None:
        tree = Tree(
            master, self._limits, floor=lambda: -self.best.value, offer=self.best.offer,
            round_off=self._round_off, bound=-self._bound, gap=self._limits.gap,
        )  # fmt: skip

        def report() -> None:
            self._bound = max(self._bound, -tree.bound)
            self._tell(f"{tree.nodes} nodes, {tree.left} left")

        try:
            tree.run(report)
        finally:
            report()

    def _done(self) -> bool:
        gap = max(_CLOSE, self._limits.gap)
        close = self.best.value - self._bound <= gap * max(1.0, abs(self.best.value))
        return bool(close) or self._limits.out_of_time()

    def _tell(self, where: str) -> None:
        self._say(f"worst future: {self.best.value:,.6g}, at least {self._bound:,.6g}, {where}")
