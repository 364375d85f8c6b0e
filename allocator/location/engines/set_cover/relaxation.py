"""Lower bounds of a cover problem: prices of rows, by linear programming or by ascent."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover.ascent import Ascent
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.lp.arrays import solve_arrays

# Up to here the linear program takes a second; beyond, ascent comes within 0.1 % of it in two,
# where the interior point method takes twenty.
_LP_PAIRS, _LP_ROWS = 100_000, 3_000
_SIMPLEX_PAIRS = 20_000
_ASCENT_STEPS = 4_000


def simple_prices(problem: CoverProblem) -> NDArray[np.float64]:
    """Prices of rows that no site can beat: the least cost per row among a row's sites."""
    per_row = problem.cost / np.maximum(problem.columns.degree, 1)
    return np.asarray(np.minimum.reduceat(per_row[problem.rows.site], problem.rows.start[:-1]))


def reduced_cost(problem: CoverProblem, prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cost of each site less the prices of its rows, shape ``(n_sites,)``."""
    worth = np.bincount(
        problem.rows.site, weights=np.repeat(prices, problem.rows.degree), minlength=problem.n_sites
    )
    return np.asarray(problem.cost - worth)


def price_bound(problem: CoverProblem, prices: NDArray[np.float64]) -> float:
    """What no cover can cost less than, for any prices >= 0: safe whatever a solver's tolerance.

    ``sum_i u_i + sum_j min(0, c_j - sum_(i in j) u_i)``, the Lagrangian dual at ``u``.
    """
    return float(prices.sum() + np.minimum(reduced_cost(problem, prices), 0.0).sum())


def row_prices(problem: CoverProblem, cost_of_cover: float, limits: Limits) -> NDArray[np.float64]:
    """Good prices, shape ``(n_rows,)``: by LP where it is quick, by ascent where it is not."""
    if problem.n_pairs <= _LP_PAIRS and problem.n_rows <= _LP_ROWS:
        return _prices_by_lp(problem, limits)
    return _prices_by_ascent(problem, cost_of_cover, limits)


def _prices_by_lp(problem: CoverProblem, limits: Limits) -> NDArray[np.float64]:
    solution = solve_arrays(
        problem.cost,
        problem.matrix,
        np.ones(problem.n_rows),
        np.full(problem.n_rows, np.inf),
        np.zeros(problem.n_sites),
        np.full(problem.n_sites, np.inf),
        method="choose" if problem.n_pairs <= _SIMPLEX_PAIRS else "ipm",
        **limits.of_a_solve(),
    )
    limits.note_clock(solution.stopped_by_clock)
    simple = simple_prices(problem)
    if not len(solution.duals):
        return simple
    prices = np.maximum(solution.duals, 0.0)
    # Stopped by the clock, the solver may hand over anything.
    return prices if price_bound(problem, prices) >= price_bound(problem, simple) else simple


def _prices_by_ascent(
    problem: CoverProblem, cost_of_cover: float, limits: Limits
) -> NDArray[np.float64]:
    rows = problem.rows
    ascent = Ascent(
        rows.start, rows.site, np.ones(problem.n_pairs), np.ones(problem.n_rows), problem.cost,
        price=simple_prices(problem), target=cost_of_cover,
    )  # fmt: skip
    ascent.run(_ASCENT_STEPS, limits)
    return ascent.prices
