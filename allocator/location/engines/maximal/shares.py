"""Covering shares of weights at least cost: as a set cover, by number of sites, or by cost."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.covering import Cuts, best_choice
from allocator.location.engines.maximal.problem import MaximalProblem, merged
from allocator.location.engines.maximal.search import (
    SwapSearch,
    greedy_choice,
    greedy_order,
)
from allocator.location.engines.set_cover.covering import least_cost_cover
from allocator.location.engines.set_cover.problem import CoverProblem, cost_step, rounded_up

_KICKS = 400


@dataclass(frozen=True, eq=False)
class ShareCover:
    """Sites that cover what was asked for, their cost, and what none can cost less than."""

    chosen: NDArray[np.int64]
    cost: float
    bound: float
    interrupted: bool = False


def least_cost_share(
    problem: MaximalProblem, every: bool, limits: Limits, say: Callable[[str], None]
) -> ShareCover:
    """Keep all floors at least cost; it must be possible.

    Parameters
    ----------
    problem
        Only its floors and costs count; costs are >= 0.
    every
        Whether the floors ask for every row that they weigh.
    """
    nobody = np.empty(0, dtype=np.int64)
    if not problem.floors:
        return ShareCover(nobody, 0.0, 0.0)
    if every:
        return _cover_every_row(problem, limits, say)
    prices = np.unique(problem.cost)
    if len(problem.floors) == 1 and len(prices) == 1 and prices[0] > 0:
        search = _FewestSites(problem, limits, say)
        interrupted = search.run()
        return ShareCover(
            search.chosen,
            float(prices[0] * len(search.chosen)),
            float(prices[0] * search.bound),
            interrupted,
        )
    return _by_cost(problem, limits, say)


def _cover_every_row(
    problem: MaximalProblem, limits: Limits, say: Callable[[str], None]
) -> ShareCover:
    weighed = np.any([floor.weight > 0 for floor in problem.floors], axis=0)
    weighed &= problem.rows.degree > 0  # what is too light to matter may be out of reach
    everyone = np.arange(problem.n_sites)
    part = CoverProblem(problem.rows, problem.cost).part(np.flatnonzero(weighed), everyone)
    cover = least_cost_cover(part, limits, say)
    return ShareCover(cover.chosen, cover.cost, cover.bound, cover.interrupted)


def _by_cost(problem: MaximalProblem, limits: Limits, say: Callable[[str], None]) -> ShareCover:
    choice = best_choice(problem, limits, say, starts=[_all_that_help(problem)])
    chosen = np.empty(0, dtype=np.int64) if choice.chosen is None else choice.chosen
    step = cost_step(problem.cost)
    bound = max(rounded_up(-choice.bound, step), 0.0)
    return ShareCover(chosen, -choice.value, min(bound, -choice.value), choice.interrupted)


def _all_that_help(problem: MaximalProblem) -> NDArray[np.int64]:
    """A choice that keeps every floor if any does, the dearest dropped where that is possible."""
    chosen = np.flatnonzero(problem.columns.degree > 0)
    times = np.bincount(problem.columns.of_cells(chosen).site, minlength=problem.n_rows)
    spare = np.array([float(f.weight[times > 0].sum()) - f.least for f in problem.floors])
    kept = []
    for site in chosen[np.lexsort((-chosen, -problem.cost[chosen]))].tolist():
        near = problem.columns.sites_of(site)
        alone = near[times[near] == 1]
        lost = np.array([float(f.weight[alone].sum()) for f in problem.floors])
        if (lost <= spare).all():
            spare -= lost
            times[near] -= 1
        else:
            kept.append(site)
    return np.array(sorted(kept), dtype=np.int64)


class _FewestSites:
    """One floor, equal costs: the fewest sites, by asking what one site fewer can cover."""

    def __init__(self, problem: MaximalProblem, limits: Limits, say: Callable[[str], None]) -> None:
        floor = problem.floors[0]
        n = problem.n_sites
        plain = replace(problem, weight=floor.weight, cost=np.zeros(n), floors=())
        self._problem = merged(plain)
        step = self._problem.step
        self._least = rounded_up(floor.least, step) if step else floor.least * (1 - 1e-12)
        self._limits, self._say, self._cuts = limits, say, Cuts()
        self.chosen = self._greedy()
        self.bound = self._by_largest()

    def _greedy(self) -> NDArray[np.int64]:
        """As many sites of the greedy order as reach the floor."""
        order = np.array(greedy_order(self._problem, self._problem.weight), dtype=np.int64)
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            reached = self._problem.value(order[:middle]) >= self._least
            low, high = (low, middle) if reached else (middle + 1, high)
        return np.sort(order[:low])

    def _by_largest(self) -> int:
        """So many sites are needed even if none repeated what another covers."""
        worth = np.bincount(
            self._problem.rows.site,
            weights=np.repeat(self._problem.weight, self._problem.rows.degree),
            minlength=self._problem.n_sites,
        )
        together = np.cumsum(np.sort(worth)[::-1])
        enough = np.flatnonzero(together >= self._least * (1 - 1e-9))
        return int(enough[0]) + 1 if len(enough) else self._problem.n_sites

    def run(self) -> bool:
        """Search; whether the user ended it."""
        try:
            self._shorten()
            self._prove()
        except KeyboardInterrupt:
            return True
        return False

    def _shorten(self) -> None:
        while len(self.chosen) > self.bound and not self._limits.out_of_time():
            fewer = replace(self._problem, most=len(self.chosen) - 1)
            search = SwapSearch(fewer, seed=self._limits.seed)
            search.put(greedy_choice(fewer, fewer.weight))
            chosen = search.climb()
            if self._problem.value(chosen) < self._least:
                chosen = search.kick(int(_KICKS * self._limits.effort))
            if self._problem.value(chosen) < self._least:
                return
            self.chosen = chosen
            self._say(f"partial cover: {len(chosen)} sites will do")

    def _prove(self) -> None:
        # How few the linear program alone rules out: that is what stands if the clock ends it.
        asked = len(self.chosen) - 1
        while self.bound <= asked and not self._limits.out_of_time():
            if self._ask(asked, at_root=True):
                break
            asked -= 1
        while self.bound < len(self.chosen) and not self._limits.out_of_time():
            if not self._ask(len(self.chosen) - 1, at_root=False):
                return

    def _ask(self, most: int, *, at_root: bool) -> bool:
        """Whether it is known now if so few sites are enough."""
        self._say(f"partial cover: are {most} sites enough?")
        fewer = replace(self._problem, most=most)
        choice = best_choice(
            fewer, self._limits, self._say, enough=self._least, cuts=self._cuts, at_root=at_root
        )
        if choice.chosen is not None and choice.value >= self._least:
            self.chosen = choice.chosen
        elif choice.bound < self._least:
            self.bound = max(self.bound, most + 1)
        if choice.interrupted:
            raise KeyboardInterrupt
        return len(self.chosen) <= most or self.bound > most
