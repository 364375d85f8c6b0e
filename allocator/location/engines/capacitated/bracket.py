"""A capacitated problem between its best answer and its best bound."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.location.engines.capacitated.sending import Assignment, assign
from allocator.location.engines.set_cover.problem import cost_step, rounded_up

_TOLERANCE = 1e-9


class CapacitatedBracket:
    """The best answer and the best bound of one problem so far.

    Parameters
    ----------
    problem
        Every cell has an arc.
    """

    def __init__(self, problem: CapacitatedProblem) -> None:
        self.problem = problem
        self.best: Assignment | None = None
        # Any answer costs at least this; prices below 0 are the worth of leaving sites open.
        cheapest = np.minimum.reduceat(problem.cost, problem.start[:-1])
        self.bound = float(cheapest.sum() + np.minimum(problem.price, 0.0).sum())
        self.prices = cheapest
        self.step = (
            cost_step(np.concatenate([problem.cost, problem.price]))
            if problem.single and (problem.price >= 0).all()
            else 0.0
        )
        self._seen: dict[bytes, float] = {}

    @property
    def cost(self) -> float:
        """Cost of the best answer; infinite while there is none."""
        return np.inf if self.best is None else self.best.cost

    @property
    def n_tried(self) -> int:
        """How many different sets of sites have been tried."""
        return len(self._seen)

    def try_sites(self, sites: NDArray[np.int64]) -> float:
        """Cost of serving everybody from these sites; infinite if that fails. Keeps the best."""
        key = np.sort(sites).astype(np.int64)
        known = self._seen.get(key.tobytes())
        if known is not None:
            return known
        answer = assign(self.problem, key)
        self._seen[key.tobytes()] = np.inf if answer is None else answer.cost
        self.offer(answer)
        return self._seen[key.tobytes()]

    def offer(self, answer: Assignment | None) -> None:
        """Take an answer if it is better."""
        if answer is not None and answer.cost < self.cost - _TOLERANCE * max(1.0, abs(answer.cost)):
            self.best = answer

    def raise_bound(self, bound: float) -> None:
        """Take a bound if it is higher; no bound lies above the cost of an answer."""
        self.bound = min(max(self.bound, rounded_up(bound, self.step)), self.cost)

    def closed(self, gap: float) -> bool:
        """Whether answer and bound meet, within a relative gap."""
        if self.best is None:
            return False
        return self.cost - self.bound <= max(gap, 1e-7) * abs(self.cost) + 1e-9
