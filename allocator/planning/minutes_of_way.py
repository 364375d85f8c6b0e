"""Minutes that an ambulance is under way, and the fewest that a number of sites can give."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.location.median import p_median
from allocator.planning.figures import Asked, Best, Figure
from allocator.planning.reach import cells_of_response
from allocator.planning.travelling import least_minutes, minutes
from allocator.planning.wanted_sets import with_sets
from allocator.policy.rules import MeanResponse
from allocator.travel.times import TravelTimes
from allocator.travel.ways import FARTHEST

_WIDER = 1.5
"""Ways are looked up to this multiple of the plan's longest one."""


@dataclass(frozen=True, eq=False)
class MinutesOfWay(Figure):
    """Minutes that an ambulance is under way, on the mean; ``planned`` are the plan's sites."""

    rule: MeanResponse
    planned: frozenset[int]

    @cached_property
    def _cells(self) -> NDArray[np.int64]:
        return cells_of_response(self.case, self.rule)

    @cached_property
    def _farthest(self) -> float:
        """Up to how many minutes ways are looked for."""
        times = least_minutes(self.case, "ambulance", self._cells, sorted(self.planned))
        longest = float(times.max())
        return longest if longest >= FARTHEST else _WIDER * longest

    @cached_property
    def _times(self) -> TravelTimes:
        return minutes(self.case, "ambulance", self._cells, self.positions, self._farthest)

    @property
    def limit(self) -> float:
        """Nothing is quicker than no way at all."""
        return 0.0

    @property
    def pairs(self) -> int:
        """Pairs of a cell and a site; fewer are near enough to count."""
        return len(self._cells) * len(self.positions)

    def value(self, opened: frozenset[int]) -> float:
        """Mean minutes with these sites open."""
        times = least_minutes(self.case, "ambulance", self._cells, sorted(opened))
        return float(self._people @ times) / float(self._people.sum())

    def best(self, p: int, asked: Asked) -> Best:
        """Fewest minutes with p open sites (p-median); a set is a cell that takes no time.

        A way that is longer than was looked for counts as that long: the bound stays safe.
        """
        n, m, beyond = len(self._cells), len(asked.sets), len(self.positions)
        near = self._times
        ends = np.searchsorted(near.cell, np.arange(n), side="right")  # where arcs stay in order
        cell, site = with_sets(
            np.insert(near.cell, ends, np.arange(n)), np.insert(near.site, ends, beyond), n,
            asked.sets,
        )  # fmt: skip
        value = np.insert(near.value, ends, self._farthest)
        value = np.concatenate([value, np.zeros(len(cell) - len(value))])
        times = TravelTimes(n + m, beyond + 1, cell, site, value)
        given = self._given(asked.roles)
        given["open_sites"] = np.append(np.asarray(given["open_sites"]), beyond)
        people = np.concatenate([self._people, np.ones(m)])
        siting = p_median(times, p=p + 1, people=people, settings=asked.how, **given)
        found = siting.status.has_answer
        return self._answer(siting, siting.bound / float(self._people.sum()) if found else 0.0)
