"""The p-center: the least distance at which p sites cover every cell (Minieka 1970)."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.center.cover import Answer, CoverTest
from allocator.location.engines.limits import Limits
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.engines.set_cover.problem import CoverProblem

Say = Callable[[str], None]
_Step = Callable[[CoverTest], Answer]


@dataclass(frozen=True, eq=False)
class Center:
    """A choice of sites, and what no choice can reach everybody within less than.

    Attributes
    ----------
    chosen
        Positions of the free sites to open, ascending; at most ``p``.
    radius, bound
        Largest distance of a cell from its nearest open site, and the proven lower bound.
    interrupted
        Whether the user stopped the search.
    """

    chosen: NDArray[np.int64]
    radius: float
    bound: float
    interrupted: bool


def best_center(
    problem: MedianProblem, limits: Limits, say: Say, known: NDArray[np.int64]
) -> Center:
    """Find the least radius at which ``p`` of the free sites cover every cell of weight 1.

    Parameters
    ----------
    problem
        Weights are 0 (the cell does not count) or 1.
    known
        ``p`` free sites that serve every cell that counts.
    """
    search = _Bisection(problem, known, limits, say)
    interrupted = False
    try:
        search.run()
    except KeyboardInterrupt:
        interrupted = True
    return Center(search.chosen, search.radius, search.bound, interrupted)


class _Bisection:
    """Distances that may be the answer, narrowed from both sides.

    Everything below ``low`` is proven too short; at ``high`` a choice of sites is known.
    """

    def __init__(
        self, problem: MedianProblem, known: NDArray[np.int64], limits: Limits, say: Say
    ) -> None:
        self._problem, self._limits, self._say = problem, limits, say
        self.chosen = known
        self.radius = self._radius_of(known)
        everyone = np.union1d(problem.given, problem.free)
        self.bound = float(problem.costs(everyone).max(initial=0.0))
        self._radii = np.array([self.bound, self.radius])
        self._low, self._high = 0, 1

    def run(self) -> None:
        """Narrow: by search from above, by bounds from below, by branching what is left."""
        limits = self._limits
        if self.bound >= self.radius:
            return
        self._radii = self._distances()
        self._high = len(self._radii) - 1
        self._cheaply(lambda test: test.by_search(limits), from_above=True)
        self._cheaply(lambda test: test.by_bound(limits), from_above=False)
        while self._low < self._high and not limits.out_of_time():
            test = self._test(self._high - 1)
            if test.by_search(limits) is Answer.UNKNOWN:
                test.by_bound(limits)
            if test.by_branching(limits) is Answer.UNKNOWN:
                return
            self._learn(self._high - 1, test)

    def _cheaply(self, step: _Step, *, from_above: bool) -> None:
        """Bisect by a step that may not know, taking that for the answer it never gives."""
        low, high = self._low, self._high
        while low < high and not self._limits.out_of_time():
            middle = (low + high) // 2
            test = self._test(middle)
            answer = step(test)
            self._learn(middle, test)
            if answer is Answer.YES or (answer is Answer.UNKNOWN and not from_above):
                high = min(middle, self._high)
            else:
                low = max(middle + 1, self._low)

    def _test(self, at: int) -> CoverTest:
        problem, radius = self._problem, float(self._radii[at])
        cells = np.flatnonzero((problem.weight > 0) & (problem.cap > radius))
        rows = problem.free_in_reach(cells, radius).aggregate()[0]
        return CoverTest(CoverProblem(rows, np.ones(rows.n_sites)), problem.p)

    def _learn(self, at: int, test: CoverTest) -> None:
        if test.answer is Answer.YES:
            self.chosen = self._problem.free[test.cover]
            self.radius = self._radius_of(self.chosen)
            self._high = int(np.searchsorted(self._radii, self.radius))
        elif test.answer is Answer.NO:
            self._low = max(self._low, at + 1)
            self.bound = float(self._radii[self._low])
        self._say(f"p-center: radius {self.radius:g}, bound {self.bound:g}")

    def _radius_of(self, chosen: NDArray[np.int64]) -> float:
        opened = np.union1d(self._problem.given, chosen)
        return float(self._problem.costs(opened).max(initial=0.0))

    def _distances(self) -> NDArray[np.float64]:
        """Distinct distances between bound and radius, ascending."""
        arcs, found = self._problem.arcs, [np.array([self.bound, self.radius])]
        for lo, hi in arcs.blocks():
            value = arcs.value[arcs.start[lo] : arcs.start[hi]]
            found.append(np.unique(value[(value > self.bound) & (value < self.radius)]))
        return np.unique(np.concatenate(found))
