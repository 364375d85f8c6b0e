"""The best choice of a maximal cover so far, and the ways in which better ones are looked for."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.pool import Pool
from allocator.location.engines.maximal.problem import MaximalProblem
from allocator.location.engines.maximal.search import SwapSearch, greedy_choice
from allocator.location.engines.maximal.stage import Stage, givers

_FIRST_KICKS = 100
_KICKS_PER_ROUNDING = 50
_KICKS = 100
_WIDTHS = (3, 5, 8)  # how many sites move at once
_FAR_EVERY = 3
_FAR_KICKS = 100
_LOOKS_BEFORE_STARTS = 6  # in the tree: what ends before is easy
_STARTS_PER_LOOK = 2  # the harder, the more
_MOST_STARTS = 20  # at a look
_SOME = 1e-6
_FLOOR_TURNS = 15
_FLOOR_KICKS = 50


class Choices:
    """The best permitted choice so far.

    Attributes
    ----------
    chosen
        Positions of its sites, ascending; None while none is known.
    value
        What it is worth; ``-inf`` while none is known.
    """

    def __init__(self, whole: MaximalProblem, limits: Limits) -> None:
        self._whole, self._limits = whole, limits
        self.chosen: NDArray[np.int64] | None = None
        self.value = -np.inf
        self._swaps: SwapSearch | None = None
        self._looks = 0
        self._pool: Pool | None = None

    def offer(self, chosen: NDArray[np.int64]) -> None:
        """Take a choice if it is permitted and better."""
        chosen = np.unique(np.asarray(chosen, dtype=np.int64))
        value = self._whole.value(chosen)
        if value > self.value and self._whole.permits(chosen):
            self.chosen, self.value = chosen, value

    def look_first(self) -> None:
        """Nothing, what gives to the budget, the greedy choice, exchanges and kicks."""
        whole = self._whole
        self.offer(np.empty(0, dtype=np.int64))
        self.offer(givers(whole))
        search = self._swaps = SwapSearch(whole, seed=self._limits.seed)
        search.put(greedy_choice(whole, whole.weight))
        self.offer(search.climb())
        out = self._limits.out_of_time
        self.offer(search.kick(int(_FIRST_KICKS * self._limits.effort), stop=out))
        if whole.floors:
            self._look_for_floors()

    def _look_for_floors(self) -> None:
        """Search with what floors ask for made dearer until it is kept, then cheaper again."""
        whole = self._whole
        mean_cost = float(np.abs(whole.cost).mean()) * whole.n_sites if whole.n_sites else 0.0
        own = max(float(whole.weight.sum()), mean_cost, 1e-300)
        dear = np.array([own / max(float(f.weight.sum()), 1e-300) for f in whole.floors])
        for _ in range(_FLOOR_TURNS):
            if self._limits.out_of_time():
                return
            extra = [d * floor.weight for d, floor in zip(dear, whole.floors, strict=True)]
            weight = np.sum([whole.weight, *extra], axis=0)
            search = SwapSearch(whole, weight=weight, seed=self._limits.seed)
            search.put(greedy_choice(whole, weight))
            search.climb()
            chosen = search.kick(_FLOOR_KICKS)
            covered = whole.covered(chosen)
            short = np.array([float(f.weight[covered].sum()) < f.least for f in whole.floors])
            self.offer(chosen)
            dear = np.where(short, 2.0, 1.0) * dear if short.any() else 0.7 * dear

    def look_around(
        self, shares: NDArray[np.float64], stage: Stage, done: Callable[[], bool]
    ) -> None:
        """Round the shares, then kick the best choice near and far, until done."""
        self._look_among(shares, stage, _WIDTHS, done)

    def look_again(self, shares: NDArray[np.float64], stage: Stage) -> None:
        """Round the shares of a part of the tree, and kick the best choice a little."""
        self._looks += 1
        self._look_among(shares, stage, (2 + self._looks % 5,), lambda: False)
        if self._looks % _FAR_EVERY == 0:
            self._kick_far()
        if self._looks >= _LOOKS_BEFORE_STARTS:
            self._start_anew(min(_STARTS_PER_LOOK * self._looks, _MOST_STARTS))

    def _start_anew(self, times: int) -> None:
        """Start so many times elsewhere: the harder a problem, the more local optima it has."""
        if self._swaps is None or not self._swaps.usable:
            return
        pool = self._pool = self._pool or Pool(self._whole, seed=self._limits.seed)
        for _ in range(int(times * self._limits.effort)):
            if self._limits.out_of_time():
                return
            self.offer(pool.turn())

    def _look_among(
        self, shares: NDArray[np.float64], stage: Stage, widths: tuple[int, ...],
        done: Callable[[], bool],
    ) -> None:  # fmt: skip
        """Exchange only among sites that have a share or are chosen: few, so that it is fast."""
        picked = self._largest(shares, stage)
        self.offer(picked)
        some = stage.sites[shares > _SOME]
        if self.chosen is not None:
            some = np.union1d(some, self.chosen[np.isin(self.chosen, stage.sites)])
        part = Stage.of(self._whole, some, stage.taken)
        search = SwapSearch(part.problem, seed=self._limits.seed + self._looks)
        if not search.usable:
            return

        def offer(chosen: NDArray[np.int64]) -> None:
            self.offer(np.concatenate([part.taken, part.sites[chosen]]))

        search.put(np.flatnonzero(np.isin(some, picked)))
        offer(search.climb())
        offer(search.kick(int(_KICKS_PER_ROUNDING * self._limits.effort)))
        for width in widths:
            if done() or self.chosen is None:
                return
            search.put(np.flatnonzero(np.isin(some, self.chosen)))
            times = int(_KICKS * self._limits.effort)
            offer(search.kick(times, width=width, stop=self._limits.out_of_time))
        self._kick_far(0)

    def _largest(self, shares: NDArray[np.float64], stage: Stage) -> NDArray[np.int64]:
        """What is taken for good, and the largest shares that fit."""
        whole = self._whole
        order = np.argsort(-shares, kind="stable")
        order = order[shares[order] > _SOME]
        picked = np.concatenate([stage.taken, stage.sites[order]])
        fits = np.cumsum(np.maximum(whole.price[picked], 0.0)) <= whole.budget
        return picked[fits][: whole.most]

    def _kick_far(self, times: int = _FAR_KICKS) -> None:
        """Exchange and kick among all sites."""
        if self.chosen is None or self._swaps is None or not self._swaps.usable:
            return
        self._swaps.put(self.chosen)
        self.offer(self._swaps.climb())
        out = self._limits.out_of_time
        self.offer(self._swaps.kick(int(times * self._limits.effort), width=5, stop=out))
