"""A cover problem between its best cover and its best bound, and how the two are brought together.

In this order: greedy cover; local search; prices of rows (the LP bound); sites too dear at those
prices dropped; what is left given to branch and bound, if it is small enough for that, and else
cuts from windows (a bound above the LP's).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover.branching import branch
from allocator.location.engines.set_cover.dominance import reduce_by_dominance
from allocator.location.engines.set_cover.greedy import greedy_cover, without_redundant
from allocator.location.engines.set_cover.local_search import RowWeighting
from allocator.location.engines.set_cover.problem import CoverProblem, rounded_up
from allocator.location.engines.set_cover.relaxation import (
    price_bound,
    reduced_cost,
    row_prices,
    simple_prices,
)
from allocator.location.engines.set_cover.window_cuts import window_bound

_TOLERANCE = 1e-6
_FIRST_STEPS_PER_ROW = 25
_STEPS_PER_ROW = 230
_USUAL_CHANGES = 350  # sites looked at per move where those numbers of steps are meant
_STEPS_AT_ONCE = 20_000  # a tenth of a second: how long an interrupt may have to wait
# Branch and bound beyond this many rows spends minutes at its root without a result.
_ROWS_FOR_BRANCHING = 1_500
_PAIRS_WITHOUT_PROOF = 25_000  # after so many pairs branched on in vain, no more is tried


class Bracket:
    """The best cover and the best bound of one problem so far.

    Parameters
    ----------
    problem
        Every row reaches a site, every cost is > 0.
    step
        Amount of which all costs are multiples; 0 when there is none.
    """

    def __init__(self, problem: CoverProblem, step: float) -> None:
        self.problem = problem
        self.step = step
        self.chosen = greedy_cover(problem)
        self.cost = problem.price(self.chosen)
        self.bound = -np.inf
        self.raise_bound(price_bound(problem, simple_prices(problem)))

    def offer(self, chosen: NDArray[np.int64]) -> None:
        """Take a cover if it is one and costs less."""
        if not (self.problem.times_covered(chosen) > 0).all():
            return
        chosen = without_redundant(self.problem, chosen)
        if self.problem.price(chosen) < self.cost:
            self.chosen, self.cost = chosen, self.problem.price(chosen)

    def raise_bound(self, bound: float) -> None:
        """Take a bound if it is higher; no bound lies above a cover's cost."""
        self.bound = min(max(self.bound, rounded_up(bound, self.step)), self.cost)

    def closed(self, gap: float = 0.0) -> bool:
        """Whether cover and bound meet, within a relative gap."""
        return self.cost - self.bound <= max(gap, _TOLERANCE) * self.cost


def narrow(bracket: Bracket, limits: Limits, report: Callable[[], None]) -> None:
    """Bring cover and bound together as far as the limits allow; report after each stage."""
    problem = bracket.problem
    if bracket.closed(limits.gap) or limits.out_of_time():
        return
    search = RowWeighting(problem, bracket.chosen, step=bracket.step, seed=limits.seed)
    _search(bracket, search, _FIRST_STEPS_PER_ROW, limits)
    prices = row_prices(problem, bracket.cost, limits)
    bracket.raise_bound(price_bound(problem, prices))
    report()
    if bracket.closed(limits.gap) or limits.out_of_time():
        return
    _search(bracket, search, _STEPS_PER_ROW, limits)
    report()
    if bracket.closed(limits.gap) or limits.out_of_time():
        return
    if _branch(bracket, prices, limits) or limits.out_of_time():
        return
    bracket.raise_bound(window_bound(problem, prices, bracket.cost, limits))
    report()
    for again in range(1, int(limits.effort)):
        # Another way from the start finds what more of the same way does not.
        start = greedy_cover(problem)
        search = RowWeighting(problem, start, step=bracket.step, seed=limits.seed + again)
        _search(bracket, search, _FIRST_STEPS_PER_ROW + _STEPS_PER_ROW, limits)
        report()


def _search(bracket: Bracket, search: RowWeighting, steps_per_row: int, limits: Limits) -> None:
    problem = bracket.problem
    changes = problem.n_pairs / problem.n_rows * problem.n_pairs / problem.n_sites
    per_row = steps_per_row * min(1.0, (_USUAL_CHANGES / changes) ** 0.5)
    left = int(per_row * problem.n_rows * limits.effort / max(1, int(limits.effort)))
    while left > 0 and not bracket.closed(limits.gap) and not limits.out_of_time():
        search.run(min(left, _STEPS_AT_ONCE))
        bracket.offer(search.best)
        left -= _STEPS_AT_ONCE


def _branch(bracket: Bracket, prices: NDArray[np.float64], limits: Limits) -> bool:
    """Branch and bound on the sites that a cheaper cover may still use; whether it was tried.

    A site whose reduced cost exceeds the gap is in no cheaper cover. Where a row loses its last
    site, or the rest proves no cheaper cover, the cover in hand is the best.
    """
    problem = bracket.problem
    slack = bracket.cost - bracket.step - price_bound(problem, prices)
    margin = _TOLERANCE * max(1.0, bracket.cost)
    sites = np.flatnonzero(reduced_cost(problem, prices) <= slack + margin)
    rest = problem.part(np.arange(problem.n_rows), sites)
    if not rest.rows.degree.all():
        bracket.raise_bound(bracket.cost)
        return True
    reduced = reduce_by_dominance(rest)
    small, forced = reduced.problem, reduced.forced
    in_vain = limits.pairs_in_vain >= _PAIRS_WITHOUT_PROOF * limits.effort
    too_many = small.n_rows > _ROWS_FOR_BRANCHING * min(max(limits.effort, 1.0), 2.0)
    if too_many or in_vain:
        return False
    base = rest.price(forced)
    bound, found = base, np.empty(0, dtype=np.int64)
    if small.n_rows:
        solution = branch(small, limits)
        bound += solution.bound
        found = reduced.sites[solution.values > 0.5] if len(solution.values) else found
    bracket.offer(sites[np.union1d(forced, found)])
    # Covers that use a dropped site cost no less than the one in hand.
    bracket.raise_bound(min(bound, bracket.cost))
    return True
