"""HierarchyProblem: sites of nested levels over aggregated rows of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False)
class LevelRows:
    """One level: which sites each row of people reaches, and what is asked.

    Attributes
    ----------
    reach
        Zeros and ones, shape ``(n_rows, n_sites)``.
    people
        Per row, > 0.
    weight
        What a covered person counts.
    least
        Least people covered.
    p
        Most sites of exactly this level; None for no limit.
    """

    reach: csr_array
    people: NDArray[np.float64]
    weight: float
    least: float
    p: int | None


@dataclass(frozen=True, eq=False)
class HierarchyProblem:
    """Give sites levels; ``at_least[l, j]`` says that site ``j`` has level ``l`` or a higher one.

    Attributes
    ----------
    levels
        From the lowest to the highest.
    cost
        Of having each site at exactly each level, shape ``(n_levels, n_sites)``.
    lower, upper
        Bounds of ``at_least``, shape ``(n_levels, n_sites)``.
    together
        Sites that, once open, have at least this many levels: shape ``(n_sites,)``, 0 for none.
    budget
        Most that the levels may cost; None for no limit.
    least_cost
        Whether cost is minimised, not weighted people maximised.
    refers
        Which lower site may refer to which site of the highest level, shape
        ``(n_sites, n_sites)``; None when nobody refers.
    places
        Lower sites that each can take, shape ``(n_sites,)``; None for no limit.
    base
        What it costs beside ``cost``, whatever is done: only shown.
    """

    levels: Sequence[LevelRows]
    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    together: NDArray[np.int64]
    budget: float | None
    least_cost: bool
    refers: csr_array | None = None
    places: NDArray[np.int64] | None = None
    base: float = 0.0

    @property
    def n_levels(self) -> int:
        """Number of levels."""
        return len(self.levels)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return int(self.cost.shape[1])

    @cached_property
    def step_cost(self) -> NDArray[np.float64]:
        """What each level adds to the cost of the one below, shape ``(n_levels, n_sites)``."""
        return np.diff(self.cost, axis=0, prepend=0.0)

    def covered(self, at_least: NDArray[np.bool_]) -> list[float]:
        """People covered at each level."""
        return [
            float(level.people[(level.reach @ row.astype(np.float64)) > 0].sum())
            for level, row in zip(self.levels, at_least, strict=True)
        ]

    def objective(self, at_least: NDArray[np.bool_]) -> float:
        """Cost, or weighted people covered."""
        if self.least_cost:
            return self.price(at_least)
        weights = [level.weight for level in self.levels]
        return float(np.dot(weights, self.covered(at_least)))

    def price(self, at_least: NDArray[np.bool_]) -> float:
        """What the levels cost."""
        return float(self.step_cost[at_least].sum())

    @property
    def most(self) -> float:
        """Weighted people that reach a permitted site: what no answer can exceed."""
        may = self.upper > 0
        weights = [level.weight for level in self.levels]
        return float(np.dot(weights, self.covered(may)))
