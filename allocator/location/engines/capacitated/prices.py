"""Prices of cells: a bound by Lagrangian relaxation, and what it rules out.

Relaxed is that every cell is served once; what is left falls apart into one knapsack per site.
"""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.capacitated.bracket import CapacitatedBracket
from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.location.engines.limits import Limits

_AT_ONCE = 50  # steps between two looks at answers, limits and interrupts
_ROUNDS = 24
_IDLE_ROUNDS = 4
_WORTH_GOING_ON = 2e-5
_OPTIMISM = 1.03  # target over the bound while no answer is known
_MARGIN = 1e-7


class PriceClimb:
    """An ascent of prices that can be run a while, looked at, and run on."""

    def __init__(self, problem: CapacitatedProblem) -> None:
        from allocator.location.engines.capacitated.kernels import Climb

        self.problem = problem
        prices = _fourth_cheapest(problem)
        self._climb = Climb(
            prices=prices,
            direction=np.zeros(problem.n_cells),
            scale=_scale(prices),
            openness=np.zeros(problem.n_sites),
            numbers=np.array([-np.inf, 0.1, 0.0, 0.0, 0.1]),
        )

    @property
    def prices(self) -> NDArray[np.float64]:
        """The best prices so far, per cell."""
        return self._climb.prices

    @property
    def openness(self) -> NDArray[np.float64]:
        """How often the relaxation opened each site lately, 0..1."""
        steps = float(self._climb.numbers[3])
        return np.asarray(self._climb.openness / max(1.0 - 0.98**steps, 1e-9))

    def run(self, steps: int, target: float) -> float:
        """Go on for so many steps towards ``target``; the bound at the best prices."""
        from allocator.location.engines.capacitated.kernels import ascend

        known = self._climb.numbers[0]
        if not np.isfinite(target):
            low = known if np.isfinite(known) else float(self.prices.sum())
            target = low + (_OPTIMISM - 1) * max(abs(low), 1e-9)
        ascend(self.problem.arcs, self._climb, steps, target)
        return float(self._climb.numbers[0])


def climb_prices(
    bracket: CapacitatedBracket, climb: PriceClimb, limits: Limits, rounds: int = _ROUNDS
) -> None:
    """Raise the bound, trying the sites that the relaxation likes as answers on the way."""
    idle = 0
    for _ in range(rounds):
        before = bracket.bound
        bracket.raise_bound(climb.run(_AT_ONCE, bracket.cost))
        bracket.prices = climb.prices.copy()
        bracket.try_sites(liked_sites(bracket.problem, climb))
        risen = bracket.bound - before
        idle = idle + 1 if risen < _WORTH_GOING_ON * abs(bracket.bound) else 0
        over = idle >= _IDLE_ROUNDS or bracket.closed(limits.gap) or limits.out_of_time()
        if over:
            return


def liked_sites(problem: CapacitatedProblem, climb: PriceClimb) -> NDArray[np.int64]:
    """Sites that the relaxation opens most, as many as it opens."""
    liking = np.where(problem.forced, 2.0, climb.openness)
    n = round(float(climb.openness[~problem.forced].sum())) + int(problem.forced.sum())
    n = min(max(n, problem.fewest, 1), max(problem.most, 1))
    return np.sort(np.argsort(-liking, kind="stable")[:n])


def _fourth_cheapest(problem: CapacitatedProblem) -> NDArray[np.float64]:
    """Where the prices start: each cell's fourth cheapest arc, or its dearest."""
    order = np.lexsort((problem.cost, problem.cell))
    rank = np.minimum(3, np.diff(problem.start) - 1)
    return np.asarray(problem.cost[order[problem.start[:-1] + rank]], dtype=np.float64)


def _scale(typical: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the price of a cell may move beside others: as its costs do."""
    mean = float(typical.mean())
    return np.maximum(typical / mean, 1e-3) if mean > 0 else np.ones(len(typical))


def rule_out(
    bracket: CapacitatedBracket, target: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """What no answer up to ``target`` contains, at the bracket's prices.

    Nothing is asked of answers that are no better than the one in hand.

    Returns
    -------
    shut, must, arcs
        Sites that no such answer opens; sites that each opens; arcs that one may use, shape
        ``(n_arcs,)``. Arcs are ruled out only where cells stay whole: part of a cell may go
        anywhere at little cost.
    """
    from allocator.location.engines.capacitated.kernels import relax, site_value

    problem, prices = bracket.problem, bracket.prices
    arcs = problem.arcs
    share, value = np.zeros(len(problem.site)), np.empty(problem.n_sites)
    is_open = np.zeros(problem.n_sites, dtype=np.bool_)
    bound = relax(arcs, prices, share, value, is_open)
    limit = min(target, bracket.cost - bracket.step) + _MARGIN * max(1.0, abs(bracket.cost))
    opened, closed = _if_opened(problem, bound, value, is_open)
    shut = (opened > limit) & ~problem.forced
    must = closed > limit
    kept = ~shut[problem.site]
    if problem.single:
        n_sites = problem.n_sites
        loose = np.array([site_value(arcs, prices, j, False, share) for j in range(n_sites)])
        loose += problem.price
        reduced = np.maximum(problem.cost - prices[problem.cell], 0.0)
        at = problem.site
        dearer = np.maximum(0.0, loose[at] + reduced - value[at])
        kept &= opened[at] + np.where(reduced > 0, dearer, 0.0) <= limit
    return shut, must, kept


def _if_opened(
    problem: CapacitatedProblem,
    bound: float,
    value: NDArray[np.float64],
    is_open: NDArray[np.bool_],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds if each site were open, and if each were closed (infinite where that cannot be)."""
    n_open = int(is_open.sum())
    loose_open = is_open & ~problem.forced
    dearest = float(value[loose_open].max()) if loose_open.any() else -np.inf
    cheapest = float(value[~is_open].min()) if (~is_open).any() else np.inf
    room = n_open < problem.most
    saved = max(0.0, dearest) if room else dearest
    opened = np.where(is_open, bound, bound + value - saved)
    if not room and not np.isfinite(dearest):
        opened = np.where(is_open, bound, np.inf)
    added = min(0.0, cheapest) if n_open > problem.fewest else cheapest
    closed = np.where(loose_open, bound - value + added, bound)
    closed[problem.forced] = np.inf
    return opened, closed
