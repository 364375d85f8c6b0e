"""The p-dispersion: the largest distance at which p sites keep clear of each other."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.center.cover import Answer
from allocator.location.engines.dispersion.choice import PeacefulTest
from allocator.location.engines.limits import Limits

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Dispersed:
    """A choice of sites, and what no choice can be farther apart than.

    Attributes
    ----------
    chosen
        Positions of all open sites, ascending.
    apart, bound
        Least distance between two of them, and the proven upper bound.
    interrupted
        Whether the user stopped the search.
    """

    chosen: NDArray[np.int64]
    apart: float
    bound: float
    interrupted: bool


def most_dispersed(
    away: NDArray[np.float64],
    given: NDArray[np.int64],
    free: NDArray[np.int64],
    p: int,
    limits: Limits,
    say: Say,
) -> Dispersed:
    """Choose ``p`` sites, the given ones among them, as far from each other as can be.

    Parameters
    ----------
    away
        Distance between any two sites, symmetric, shape ``(n_sites, n_sites)``.
    given, free
        Positions of sites that are open anyway, and of those to choose from.
    """
    search = _Bisection(away, given, free, p, limits, say)
    interrupted = False
    try:
        search.run()
    except KeyboardInterrupt:
        interrupted = True
    return Dispersed(search.chosen, search.apart, search.bound, interrupted)


class _Bisection:
    """Distances that may be the answer: at ``low`` a choice is known, from ``high`` on none is.

    ``high`` is one past the last distance that has not been proven too large.
    """

    def __init__(
        self,
        away: NDArray[np.float64],
        given: NDArray[np.int64],
        free: NDArray[np.int64],
        p: int,
        limits: Limits,
        say: Say,
    ) -> None:
        self._away, self._given, self._free, self._p = away, given, free, p
        self._limits, self._say = limits, say
        # Of equals the first: the answer before anything has been looked at.
        self.chosen = np.sort(np.concatenate([given, free[: p - len(given)]]))
        self.apart = self._least(self.chosen)
        known = np.union1d(given, free)
        pairs = away[np.ix_(known, known)][np.triu_indices(len(known), 1)]
        ceiling = self._least(given) if len(given) > 1 else np.inf
        self._distances = np.unique(pairs[(pairs >= self.apart) & (pairs <= ceiling)])
        self._low, self._high = 0, len(self._distances)

    @property
    def bound(self) -> float:
        """The largest distance that has not been proven too large."""
        return float(self._distances[self._high - 1])

    def run(self) -> None:
        """Narrow: by search from below, by bounds from above, by branching what is left."""
        limits = self._limits
        if len(self.chosen) == len(self._given) + len(self._free) or not self._p - len(self._given):
            self._high = self._low + 1
            return
        self._cheaply(lambda test: test.by_search(limits), hopeful=False)
        self._cheaply(lambda test: test.by_bound(limits), hopeful=True)
        while self._low < self._high - 1 and not limits.out_of_time():
            middle = (self._low + self._high) // 2
            test = self._test(middle)
            if test.by_search(limits) is Answer.UNKNOWN:
                test.by_bound(limits)
            if test.by_branching(limits) is Answer.UNKNOWN:
                return
            self._learn(middle, test)

    def _cheaply(self, step: Callable[[PeacefulTest], Answer], *, hopeful: bool) -> None:
        """Bisect by a step that may not know, taking that for the answer it never gives."""
        low, high = self._low, self._high
        while low < high - 1 and not self._limits.out_of_time():
            middle = (low + high) // 2
            test = self._test(middle)
            answer = step(test)
            self._learn(middle, test)
            if answer is Answer.YES or (answer is Answer.UNKNOWN and hopeful):
                low = max(middle, self._low)
            else:
                high = min(middle, self._high)

    def _test(self, at: int) -> PeacefulTest:
        least = self._distances[at]
        clear = (self._away[np.ix_(self._free, self._given)] >= least).all(axis=1)
        self._clear = self._free[clear]
        conflict = self._away[np.ix_(self._clear, self._clear)] < least
        np.fill_diagonal(conflict, False)
        return PeacefulTest(conflict, self._p - len(self._given))

    def _learn(self, at: int, test: PeacefulTest) -> None:
        if test.answer is Answer.YES:
            chosen = np.union1d(self._given, self._clear[test.chosen])
            self.chosen, self.apart = chosen, self._least(chosen)
            self._low = int(np.searchsorted(self._distances, self.apart))
        elif test.answer is Answer.NO:
            self._high = min(self._high, at)
        self._say(f"p-dispersion: {self.apart:g} apart, bound {self.bound:g}")

    def _least(self, chosen: NDArray[np.int64]) -> float:
        pairs = self._away[np.ix_(chosen, chosen)]
        return float(pairs[np.triu_indices(len(chosen), 1)].min())
