"""Can p sites cover every row? Yes with a cover, no with a proof, or neither in reasonable work."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover.dominance import Reduced, reduce_by_dominance
from allocator.location.engines.set_cover.greedy import greedy_cover
from allocator.location.engines.set_cover.local_search import RowWeighting
from allocator.location.engines.set_cover.problem import CoverProblem, rounded_up
from allocator.location.engines.set_cover.relaxation import price_bound, row_prices, simple_prices
from allocator.lp.arrays import solve_arrays
from allocator.lp.status import Status

_STEPS_PER_ROW = 40
_STEPS_AT_ONCE = 5_000


class Answer(Enum):
    """What is known about ``p`` sites."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class CoverTest:
    """One question, whether ``p`` sites cover these rows, asked in steps of rising cost.

    Parameters
    ----------
    problem
        Every site costs 1.
    p
        Sites that may be opened, at least 0.
    """

    def __init__(self, problem: CoverProblem, p: int) -> None:
        self.p = p
        self.answer = Answer.UNKNOWN
        self.cover: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        if not problem.rows.degree.all():
            self.answer = Answer.NO
            return
        self._reduced: Reduced = reduce_by_dominance(problem)
        self._small = self._reduced.problem
        self._left = p - len(self._reduced.forced)
        if self._left < 0 or (self._left == 0 and self._small.n_rows):
            self.answer = Answer.NO
        elif not self._small.n_rows:
            self._take(np.empty(0, dtype=np.int64))

    def by_search(self, limits: Limits) -> Answer:
        """Look for a cover: greedily, then by row weights."""
        if self.answer is not Answer.UNKNOWN:
            return self.answer
        chosen = greedy_cover(self._small)
        if len(chosen) > self._left:
            search = RowWeighting(self._small, chosen, step=1.0, seed=limits.seed)
            steps = int(_STEPS_PER_ROW * self._small.n_rows * limits.effort)
            while steps > 0 and len(chosen) > self._left and not limits.out_of_time():
                search.run(min(steps, _STEPS_AT_ONCE))
                chosen = search.best
                steps -= _STEPS_AT_ONCE
        if len(chosen) <= self._left:
            self._take(chosen)
        return self.answer

    def by_bound(self, limits: Limits) -> Answer:
        """Look for a proof that there is none: prices of rows."""
        if self.answer is not Answer.UNKNOWN:
            return self.answer
        small = self._small
        if self._exceeds(price_bound(small, simple_prices(small))) or self._exceeds(
            price_bound(small, row_prices(small, self._left + 1.0, limits))
        ):
            self.answer = Answer.NO
        return self.answer

    def by_branching(self, limits: Limits) -> Answer:
        """Decide by branch and bound, with no more than ``p`` sites in any branch."""
        if self.answer is not Answer.UNKNOWN:
            return self.answer
        small = self._small
        n_rows, n_sites = small.n_rows, small.n_sites
        everyone = csr_array(np.ones((1, n_sites)))
        solution = solve_arrays(
            np.ones(n_sites),
            csr_array(vstack([small.matrix, everyone])),
            np.append(np.ones(n_rows), 0.0),
            np.append(np.full(n_rows, np.inf), self._left),
            np.zeros(n_sites),
            np.ones(n_sites),
            np.ones(n_sites),
            gap=1.0,  # any cover with so few sites will do
            **limits.of_a_solve(),
        )
        limits.note_clock(solution.stopped_by_clock)
        if solution.status is Status.INFEASIBLE or self._exceeds(solution.bound):
            self.answer = Answer.NO
        elif len(solution.values):
            chosen = np.flatnonzero(solution.values > 0.5)
            if len(chosen) <= self._left and (small.times_covered(chosen) > 0).all():
                self._take(chosen)
        return self.answer

    def _exceeds(self, bound: float) -> bool:
        return rounded_up(bound, 1.0) > self._left

    def _take(self, chosen: NDArray[np.int64]) -> None:
        self.cover = np.union1d(self._reduced.forced, self._reduced.sites[chosen])
        self.answer = Answer.YES
