"""What the tree asks of a problem of choosing sites, whatever it is about."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import CutProgram, Point


class Relaxation(Protocol):
    """A cut program seen as worth: the more, the better."""

    @property
    def program(self) -> CutProgram:
        """The program that all branches share."""

    @property
    def site_weight(self) -> NDArray[np.float64]:
        """How much each site matters, shape ``(n_sites,)``."""

    def solve(self) -> Point | None:
        """Where the program ends, its bounds in worth; None when the clock ended it."""

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps."""

    def cut_off(self, point: Point, tolerance: float) -> int:
        """Add the cuts that a point violates by more than a tolerance (of worth); how many."""

    def overlap(self, site: int) -> NDArray[np.float64]:
        """How much of its weight each site shares with one of them, shape ``(n_sites,)``."""

    def rounded_down(self, bound: float) -> float:
        """The greatest worth that a choice can have below a bound."""

    def next_above(self, floor: float) -> float:
        """The least worth that counts as better than what has been found."""
