"""The p-median as the tree sees it: the less a choice costs, the more it is worth."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import CutPoint
from allocator.location.engines.maximal.master import Point
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
        self._master, self._program, self._enough = master, master.program, enough
        self._lengthen = lengthen
        self._last: CutPoint | None = None
        self.problem = self
        self.n_sites, self.most = self._program.n_sites, self._program.most
        self.site_weight = master.savings()
        self.set_sites, self.set_row = self._program.set_sites, self._program.set_row
        self.add_sites_row, self.drop_rows = self._program.add_sites_row, self._program.drop_rows
        self.basis, self.restart_from = self._program.basis, self._program.restart_from
        self.overlap = master.savings_in_common

    @property
    def low(self) -> NDArray[np.float64]:
        """Least share of each site."""
        return self._program.low

    @property
    def high(self) -> NDArray[np.float64]:
        """Largest share of each site."""
        return self._program.high

    def rounded_down(self, bound: float) -> float:
        """A bound; nothing at all where it is not worth looking further."""
        return -np.inf if -bound >= self._enough() else bound

    def next_above(self, _floor: float) -> float:
        """The least worth that is worth looking for."""
        return -self._enough()

    def solve(self) -> Point | None:
        """Where the program ends now; None when the clock ended it."""
        found = self._last = self._master.solve()
        if found is None:
            return None
        return Point(
            found.feasible, -found.bound, found.shares, found.theta, -found.closing,
            -found.opening,
        )  # fmt: skip

    def mass(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """What cuts are taken at: the shares themselves."""
        return shares

    def cut(
        self,
        _at: NDArray[np.float64],
        _shares: NDArray[np.float64],
        _theta: NDArray[np.float64],
        tolerance: float,
    ) -> int:
        """Add the cuts that the last point violates; how many."""
        if self._last is None:
            return 0
        added = self._master.cut(self._last, tolerance)
        self._lengthen(self._master)
        return added

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps."""
        return -self._master.probe(steps)
