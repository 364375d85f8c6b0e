"""Good choices that differ, and better ones among the sites of them all.

Each start ends in another local optimum, and what a local optimum lacks some other one has: among
the few dozen sites of the best of them, exchanges are fast and find what no start found alone
(Glover, Laguna & Marti, "Fundamentals of scatter search and path relinking", 2000).
"""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.maximal.problem import MaximalProblem
from allocator.location.engines.maximal.search import SwapSearch, greedy_choice
from allocator.location.engines.maximal.stage import Stage

_SIZE = 8
_KICKS = 200
_PATIENCE = 60
"""Turns without a better choice after which the pool holds nothing but variants of one."""


class Pool:
    """Local optima, the best few; grows start by start, the same for the same seed.

    Of floors it knows nothing: what it finds is to be checked.
    """

    def __init__(self, whole: MaximalProblem, *, seed: int) -> None:
        self._whole, self._seed = whole, seed
        self._held: list[tuple[float, tuple[int, ...]]] = []
        self._turns = self._better_at = 0
        self._greedy: NDArray[np.int64] | None = None

    def add(self, chosen: NDArray[np.int64]) -> None:
        """Hold a choice, positions of sites, if it is one of the best."""
        new = (self._whole.value(chosen), tuple(sorted(chosen.tolist())))
        if not self._held or new[0] > self._held[0][0]:
            self._better_at = self._turns
        self._held = sorted({*self._held, new}, reverse=True)[:_SIZE]

    def turn(self) -> NDArray[np.int64]:
        """Start once more, look among the sites of all; the best choice held.

        When that has led nowhere for a while, all are dropped: others come together anew.
        """
        self._turns += 1
        if self._turns - self._better_at > _PATIENCE:
            self._held = []
        start = self._start()
        self.add(start)
        some = np.unique(np.concatenate([np.array(held, np.int64) for _, held in self._held]))
        part = Stage.of(self._whole, some, np.empty(0, dtype=np.int64))
        search = SwapSearch(part.problem, seed=self._seed + self._turns)
        for begin in (start, self._best()):
            search.put(np.flatnonzero(np.isin(some, begin)))
            search.climb()
            self.add(some[search.kick(_KICKS, width=3 + self._turns % 4)])
        return self._best()

    def _best(self) -> NDArray[np.int64]:
        return np.array(self._held[0][1], dtype=np.int64)

    def _start(self) -> NDArray[np.int64]:
        """From the greedy choice by kicks that no start before had."""
        if self._greedy is None:
            self._greedy = greedy_choice(self._whole, self._whole.weight)
        search = SwapSearch(self._whole, seed=1000 * self._seed + self._turns)
        search.put(self._greedy)
        search.climb()
        return search.kick(_KICKS, width=3 + self._turns % 3)
