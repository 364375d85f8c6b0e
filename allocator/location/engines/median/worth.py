"""The p-median as the tree sees it: the less a choice costs, the more it is worth."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import CutProgram, Point
from allocator.location.engines.median.master import MedianMaster


class MedianWorth:
    """A master program whose bounds are worth, not cost.

    Parameters
    ----------
    master
        The program.
    enough
        Cost from which on nothing is worth looking for; asked again at each turn.
    lengthen
        Called after cuts were made, since lists may have ended too soon.
    """

    def __init__(
        self,
        master: MedianMaster,
        enough: Callable[[], float],
        lengthen: Callable[[MedianMaster], None],
    ) -> None:
        self._master, self._enough, self._lengthen = master, enough, lengthen
        self.program: CutProgram = master.program
        self.site_weight: NDArray[np.float64] = master.savings()

    def solve(self) -> Point | None:
        """Where the program ends now; None when the clock ended it."""
        found = self._master.solve()
        return found and found.times(-1.0)

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps."""
        return -self._master.probe(steps)

    def cut_off(self, point: Point, tolerance: float) -> int:
        """Add the cuts that a point violates; how many."""
        added = self._master.cut(point, tolerance)
        self._lengthen(self._master)
        return added

    def overlap(self, site: int) -> NDArray[np.float64]:
        """What each site saves where one of them saves too."""
        return self._master.savings_in_common(site)

    def rounded_down(self, bound: float) -> float:
        """A bound; nothing at all where it is not worth looking further."""
        return -np.inf if -bound >= self._enough() else bound

    def next_above(self, floor: float) -> float:  # noqa: ARG002
        """The least worth that is worth looking for."""
        return -self._enough()
