"""Good choices for the worst future: sites added and exchanged while that helps."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.robust.problem import RobustProblem

_MOST_PASSES = 40
_BETTER = 1e-9


class Choices:
    """The best choice so far, and how it is made better."""

    def __init__(self, problem: RobustProblem) -> None:
        self._problem = problem
        self.chosen: NDArray[np.int64] | None = None
        self.value = np.inf

    def offer(self, chosen: NDArray[np.int64]) -> None:
        """Take a choice if it is better than the best, filled up to as many as may be open."""
        chosen = np.unique(np.asarray(chosen, dtype=np.int64))[: self._problem.most]
        value = self._problem.value(chosen)
        if value < self.value - _BETTER * max(1.0, abs(value)) or (
            self.chosen is None and np.isfinite(value)
        ):
            self.chosen, self.value = chosen, value

    def improve(self, start: NDArray[np.int64]) -> None:
        """Exchange one site for another as long as the worst sample gains; then offer."""
        self.offer(start)
        pairs = self._problem.dense
        if pairs is None:
            return
        chosen = self._filled(np.unique(start)[: self._problem.most], pairs)
        value = self._problem.value(chosen)
        for _ in range(_MOST_PASSES):
            best = self._best_exchange(chosen, pairs, value)
            if best is None:
                break
            chosen, value = best
        self.offer(chosen)

    def _filled(self, chosen: NDArray[np.int64], pairs: NDArray[np.float64]) -> NDArray[np.int64]:
        """The choice with sites added one by one, each the one that helps most."""
        paid = self._problem.paid(chosen)
        while len(chosen) < self._problem.most:
            worth = self._with_one_more(paid, pairs)
            worth[chosen] = np.inf
            site = int(np.argmin(worth))
            if site in chosen:
                break
            chosen, paid = np.append(chosen, site), np.minimum(paid, pairs[:, site])
        return np.sort(chosen)

    def _best_exchange(
        self, chosen: NDArray[np.int64], pairs: NDArray[np.float64], value: float
    ) -> tuple[NDArray[np.int64], float] | None:
        best, least = None, value - _BETTER * max(1.0, abs(value))
        for out in range(len(chosen)):
            rest = np.delete(chosen, out)
            worth = self._with_one_more(self._problem.paid(rest), pairs)
            worth[chosen] = np.inf
            site = int(np.argmin(worth))
            if worth[site] < least:
                best, least = np.sort(np.append(rest, site)), float(worth[site])
        return None if best is None else (best, least)

    def _with_one_more(
        self, paid: NDArray[np.float64], pairs: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The worst sample's sum with each site added, shape ``(n_sites,)``."""
        problem = self._problem
        # A cell without any site is worse than all that can be paid.
        far = float(problem.top.max(initial=1.0)) * 1e3 + 1.0
        least = np.minimum(np.minimum(paid, far)[:, None], pairs)
        np.minimum(least, far, out=least)
        sums = problem.weight @ least - problem.offset[:, None]
        found: NDArray[np.float64] = sums.max(axis=0)
        return found
