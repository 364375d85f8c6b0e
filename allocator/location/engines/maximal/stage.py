"""What is left of a maximal cover when some sites are decided."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.maximal.problem import Floor, MaximalProblem, merged
from allocator.location.engines.set_cover.problem import CoverProblem


def givers(problem: MaximalProblem) -> NDArray[np.int64]:
    """Sites that give to the budget, the most generous that may be open: the cheapest choice."""
    order = np.argsort(problem.price, kind="stable")[: problem.most]
    return np.sort(order[problem.price[order] < 0])


@dataclass(eq=False)
class Stage:
    """What is left of a problem when some sites are opened and others closed for good."""

    problem: MaximalProblem
    sites: NDArray[np.int64]
    taken: NDArray[np.int64]
    base: float
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(
        cls, whole: MaximalProblem, sites: NDArray[np.int64], taken: NDArray[np.int64]
    ) -> "Stage":
        """What is left of ``whole`` with ``taken`` open and only ``sites`` to decide about."""
        bare = np.flatnonzero(~whole.covered(taken))
        rows = CoverProblem(whole.rows, whole.cost).part(bare, sites).rows
        floors = [
            Floor(f.weight[bare], f.least - float(f.weight.sum() - f.weight[bare].sum()))
            for f in whole.floors
        ]
        rest = MaximalProblem(
            rows, whole.weight[bare], whole.most - len(taken), whole.cost[sites],
            whole.price[sites], whole.budget - float(whole.price[taken].sum()),
            [f for f in floors if f.least > 0],
        )  # fmt: skip
        n = len(sites)
        return cls(merged(rest), sites, taken, whole.value(taken), np.zeros(n), np.ones(n))
