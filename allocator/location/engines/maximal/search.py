"""Good answers to maximal covering: greedy, exchanges, and kicks that start the exchanges anew.

Exchanges keep tables of what each one would bring (Whitaker 1983; Resende & Werneck 2007), so that
looking at all of them takes microseconds. Stops by work, never by the clock: the same seed gives
the same answer.
"""

import heapq
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.maximal.problem import MaximalProblem

_RANDOM_START = 88_172_645_463_325_253  # any odd number will do
_LARGEST_TABLE = 40_000_000  # slots x sites; beyond, only a greedy answer is looked for
_KICKS_AT_ONCE = 50


class SwapSearch:
    """A search that can be run a while, looked at, and run on.

    It keeps to the number of sites and the budget; of floors it knows only what ``weight`` says.

    Parameters
    ----------
    weight
        Worth of covering each row, if not that of the problem, shape ``(n_rows,)``.
    cost
        What each site takes off, if not that of the problem, shape ``(n_sites,)``.
    """

    def __init__(
        self,
        problem: MaximalProblem,
        *,
        weight: NDArray[np.float64] | None = None,
        cost: NDArray[np.float64] | None = None,
        seed: int = 0,
    ) -> None:
        from allocator.location.engines.maximal import kernels, swaps

        self._kernels, self._problem = swaps, problem
        n_rows, n_sites = problem.n_rows, problem.n_sites
        weight = problem.weight if weight is None else weight
        slots = min(problem.most, n_sites)
        self.usable = slots * n_sites <= _LARGEST_TABLE
        worth = kernels.site_weights(problem.pairs, weight)
        self._state = swaps.SwapState(
            weight=weight,
            cost=problem.cost if cost is None else cost,
            price=problem.price,
            may=np.ones(n_sites, dtype=np.bool_),
            times=np.zeros(n_rows, dtype=np.int32),
            only=np.full(n_rows, -1, dtype=np.int32),
            gain=worth,
            loss=np.zeros(n_sites),
            extra=np.zeros((slots if self.usable else 0, n_sites)),
            slot=np.full(n_sites, -1, dtype=np.int64),
            opened=np.full(slots if self.usable else 0, -1, dtype=np.int64),
            size=np.array([0, 0, problem.most if self.usable else 0], dtype=np.int64),
            totals=np.array([0.0, problem.budget, 1e-9 * max(1.0, float(weight.sum()))]),
            random=np.array([2 * seed + _RANDOM_START], dtype=np.uint64),
        )

    @property
    def chosen(self) -> NDArray[np.int64]:
        """Positions of the open sites, ascending."""
        return np.flatnonzero(self._state.slot >= 0)

    def put(self, chosen: NDArray[np.int64]) -> None:
        """Open exactly these sites, the first ones where they are more than may be."""
        wanted = set(np.sort(chosen)[: self._problem.most].tolist())
        here = set(self.chosen.tolist())
        for site in sorted(here - wanted):
            self._kernels.close_site(self._problem.pairs, self._state, site)
        for site in sorted(wanted - here):
            self._kernels.open_site(self._problem.pairs, self._state, site)

    def climb(self) -> NDArray[np.int64]:
        """Improve until no exchange helps."""
        if self.usable:
            self._kernels.climb(self._problem.pairs, self._state)
        return self.chosen

    def kick(
        self,
        times: int,
        *,
        width: int = 3,
        attractive: NDArray[np.int64] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> NDArray[np.int64]:
        """Kick up to ``width`` sites and climb, so many times; never worse than before."""
        sites = np.arange(self._problem.n_sites) if attractive is None else attractive
        left = times if self.usable else 0
        while left > 0 and not stop():  # in pieces, so that Ctrl-C comes through
            now = min(left, _KICKS_AT_ONCE)
            self._kernels.kick_and_climb(self._problem.pairs, self._state, now, width, sites)
            left -= now
        return self.chosen


def greedy_order(problem: MaximalProblem, weight: NDArray[np.float64]) -> list[int]:
    """Open the site that brings most (per price where a budget binds), again and again.

    Gains only shrink, so a stale entry of the queue is put back with its true gain. Equal sites
    are taken in their order. Sites in the order of their opening.
    """
    from allocator.location.engines.maximal import kernels

    columns = problem.columns
    dear = np.isfinite(problem.budget)
    per = np.maximum(problem.price, 1e-9) if dear else np.ones(problem.n_sites)
    worth = kernels.site_weights(problem.pairs, weight) - problem.cost
    queue = [(-w / d, j) for j, (w, d) in enumerate(zip(worth.tolist(), per.tolist(), strict=True))]
    heapq.heapify(queue)
    left = weight.copy()
    chosen: list[int] = []
    spent = 0.0
    while queue and len(chosen) < problem.most:
        _, site = heapq.heappop(queue)
        near = columns.sites_of(site)
        true = -float(left[near].sum() - problem.cost[site]) / float(per[site])
        if true >= 0:
            continue
        if queue and (true, site) > queue[0]:
            heapq.heappush(queue, (true, site))
            continue
        if spent + problem.price[site] > problem.budget:
            continue
        left[near] = 0.0
        chosen.append(site)
        spent += float(problem.price[site])
    return chosen


def greedy_choice(problem: MaximalProblem, weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """The greedy choice, ascending."""
    return np.array(sorted(greedy_order(problem, weight)), dtype=np.int64)
