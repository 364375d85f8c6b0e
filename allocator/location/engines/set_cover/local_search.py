"""Local search by row weights: open sites wander, rows that stay uncovered grow heavier.

After Gao, Weise & Li, 'An efficient local search heuristic with row weighting for the unicost set
covering problem', EJOR 246 (2015); costs enter by comparing scores per cost. Stops by steps, never
by the clock: the same seed gives the same cover.
"""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.set_cover.problem import CoverProblem

_COST_TOLERANCE = 1e-9
_RANDOM_START = 88_172_645_463_325_253  # any odd number will do


class RowWeighting:
    """A search that can be run a while, looked at, and run on.

    Parameters
    ----------
    problem
        Costs must be > 0.
    chosen
        Positions of a cover to start from.
    step
        Amount of which all costs are multiples; 0 when there is none.
    """

    def __init__(
        self, problem: CoverProblem, chosen: NDArray[np.int64], *, step: float = 0.0, seed: int = 0
    ) -> None:
        from allocator.location.engines.set_cover import (
            search_kernels,  # compiled: loaded when first needed
        )

        n_rows, n_sites = problem.n_rows, problem.n_sites
        rows, columns = problem.rows, problem.columns
        here = np.zeros(n_sites, dtype=np.bool_)
        here[chosen] = True
        times = problem.times_covered(chosen)
        bared = np.bincount(rows.site[np.repeat(times == 1, rows.degree)], minlength=n_sites)
        opened, place = np.zeros(n_sites, dtype=np.int64), np.zeros(n_sites, dtype=np.int64)
        opened[: len(chosen)] = chosen
        place[chosen] = np.arange(len(chosen))
        price = problem.price(chosen)
        margin = step / 2 if step > 0 else _COST_TOLERANCE * max(1.0, price)
        self._search = search_kernels.search
        self._state = search_kernels.SearchState(
            row_start=rows.start,
            row_site=rows.site,
            site_start=columns.start,
            site_row=columns.site,
            cost=problem.cost,
            here=here,
            may=np.ones(n_sites, dtype=np.bool_),
            stamp=np.zeros(n_sites, dtype=np.int64),
            score=np.where(here, -bared, 0).astype(np.int64),
            times=times,
            weight=np.ones(n_rows, dtype=np.int64),
            opened=opened,
            place=place,
            bare=np.zeros(n_rows, dtype=np.int64),
            bare_place=np.zeros(n_rows, dtype=np.int64),
            size=np.array([len(chosen), 0, 0], dtype=np.int64),
            tabu=np.full(2, -1, dtype=np.int64),
            random=np.array([2 * seed + _RANDOM_START], dtype=np.uint64),
            best=here.copy(),
            totals=np.array([price, price, margin]),
        )

    @property
    def best(self) -> NDArray[np.int64]:
        """Positions of the best cover so far, ascending."""
        return np.flatnonzero(self._state.best)

    def run(self, steps: int) -> None:
        """Go on for so many steps."""
        self._search(self._state, steps)
