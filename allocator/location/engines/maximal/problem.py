"""MaximalProblem: rows worth covering, sites with a cost, limits and floors, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.set_cover.problem import CoverProblem, cost_step
from allocator.travel.coverage import Coverage

if TYPE_CHECKING:
    from allocator.location.engines.maximal.kernels import Pairs

_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Floor:
    """Weight that must be covered: ``sum_(r covered) weight_r >= least``."""

    weight: NDArray[np.float64]
    least: float


@dataclass(frozen=True, eq=False)
class MaximalProblem:
    r"""Open sites so that what they cover, less what they cost, is most.

    .. math:: \max \sum_r w_r \min(1, \sum_{j \in N_r} y_j) - \sum_j c_j y_j
        \quad \text{s.t.} \quad \sum_j y_j \le q, \; \sum_j b_j y_j \le B,
        \; \sum_r g_r \min(1, \sum_{j \in N_r} y_j) \ge f \;\; \forall (g, f), \; y_j \in \{0, 1\}

    Attributes
    ----------
    rows
        Sites of each row.
    weight
        Of each row, >= 0, shape ``(n_rows,)``.
    most
        Most sites that may be open (q).
    cost
        What each site takes off the objective, shape ``(n_sites,)``; may be below 0.
    price, budget
        What each site takes of the budget, and the budget; below 0 where it gives.
    floors
        Weights that must be covered.
    """

    rows: Coverage
    weight: NDArray[np.float64]
    most: int
    cost: NDArray[np.float64]
    price: NDArray[np.float64]
    budget: float = np.inf
    floors: Sequence[Floor] = field(default_factory=tuple)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.rows.n_cells

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return self.rows.n_sites

    @cached_property
    def columns(self) -> Coverage:
        """The same pairs seen from the sites."""
        return CoverProblem(self.rows, self.cost).columns

    @cached_property
    def pairs(self) -> "Pairs":
        """Both views of the pairs, as the compiled loops take them."""
        from allocator.location.engines.maximal.kernels import Pairs

        rows, columns = self.rows, self.columns
        return Pairs(
            rows.start, rows.site.astype(np.int32), columns.start, columns.site.astype(np.int32)
        )

    @cached_property
    def step(self) -> float:
        """Amount of which every value is a multiple; 0 when there is none."""
        return cost_step(np.concatenate([self.weight, np.abs(self.cost)]))

    def covered(self, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Whether each row reaches a chosen site."""
        hit = np.zeros(self.n_rows, dtype=np.bool_)
        hit[self.columns.of_cells(np.asarray(chosen, dtype=np.int64)).site] = True
        return hit

    def value(self, chosen: NDArray[np.int64]) -> float:
        """Weight covered less cost."""
        return float(self.weight[self.covered(chosen)].sum() - self.cost[chosen].sum())

    def permits(self, chosen: NDArray[np.int64]) -> bool:
        """Whether a choice keeps to the number, the budget and the floors."""
        if len(chosen) > self.most:
            return False
        if self.price[chosen].sum() > self.budget + _TOLERANCE * max(1.0, abs(self.budget)):
            return False
        covered = self.covered(chosen) if self.floors else None
        return all(
            float(floor.weight[covered].sum()) >= floor.least - _TOLERANCE * max(1.0, floor.least)
            for floor in self.floors
        )

    def in_order(self, order: NDArray[np.int64]) -> "MaximalProblem":
        """The same problem with its rows in another order, or only some of them."""
        return MaximalProblem(
            self.rows.of_cells(order), self.weight[order], self.most, self.cost, self.price,
            self.budget, [Floor(f.weight[order], f.least) for f in self.floors],
        )  # fmt: skip

    def rounded_down(self, bound: float) -> float:
        """A bound lowered to the next value that can be had, forgiving the last digits."""
        if self.step <= 0:
            return bound
        return float(np.floor(bound / self.step + 1e-6) * self.step)

    def next_above(self, value: float) -> float:
        """The least that a choice worth more than ``value`` can be worth, less a hair.

        ``value`` need not be one that can be had: it may be worth found under other limits.
        """
        if np.isinf(value):
            return value
        if self.step <= 0:
            return value + _TOLERANCE * abs(value)
        return float((np.floor(value / self.step + 1e-6) + 1 - 1e-6) * self.step)


def merged(problem: MaximalProblem) -> MaximalProblem:
    """Rows that matter, those that reach the same sites added up: the same values, fewer rows."""
    weights = [problem.weight, *(floor.weight for floor in problem.floors)]
    matters = np.any(np.stack(weights) > 0, axis=0) & (problem.rows.degree > 0)
    rows, row_of = problem.rows.of_cells(np.flatnonzero(matters)).aggregate()

    def added(weight: NDArray[np.float64]) -> NDArray[np.float64]:
        per_row = np.bincount(row_of, weights=weight[matters], minlength=rows.n_cells)
        return np.asarray(per_row, dtype=np.float64)

    return MaximalProblem(
        rows, added(problem.weight), problem.most, problem.cost, problem.price, problem.budget,
        [Floor(added(floor.weight), floor.least) for floor in problem.floors],
    )  # fmt: skip
