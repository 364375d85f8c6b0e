"""A raster of squares over the streets, to find the nearest street of many points."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_Few = NDArray[np.uint32]

AT_END_M = 0.001
"""A spot closer than this to a street's end is the node there."""
_RINGS, _WIDER = 16, 4
_SQUARES_EACH = 4  # per segment of a street


@dataclass(frozen=True, eq=False)
class StreetSquares:
    """Straight segments of streets in a raster; the arrays are those of ``RoadNetwork.segments``.

    Attributes
    ----------
    segment
        x and y of each segment's start and of its end, shape ``(n_segments, 4)``.
    street, from_m
        Street of each segment, and the way along the street up to its start.
    length_m
        Length of each street, shape ``(n_streets,)``.
    """

    segment: Floats
    street: Whole
    from_m: Floats
    length_m: Floats

    def of_streets(self, wanted: NDArray[np.bool_]) -> "StreetSquares":
        """The same for some of the streets; ``wanted`` has shape ``(n_streets,)``."""
        mine = np.flatnonzero(wanted[self.street])
        return StreetSquares(
            self.segment[mine], self.street[mine], self.from_m[mine], self.length_m
        )

    def nearest(self, xy_m: Floats) -> tuple[Whole, Floats, Floats]:
        """Nearest street of each point, how far along it the spot lies, and the distance.

        Points to which no street is near are looked at again on a raster of wider squares. Shapes
        ``(n, 2)`` -> ``(n,)`` three times.
        """
        from allocator.travel import snap_kernels  # compiled: loaded when first needed

        found = np.empty(len(xy_m), dtype=np.int64)
        share, away_m = np.empty(len(xy_m)), np.empty(len(xy_m))
        points, left = np.ascontiguousarray(xy_m, dtype=np.float64), np.arange(len(xy_m))
        side = self._side
        while len(left):
            start, inside, shape = self._finest if side == self._side else self._raster(side)
            left = snap_kernels.nearest(
                points, left, self.segment, self.street, self.from_m, self.length_m, start, inside,
                self._low, side, shape, _RINGS, AT_END_M, found, share, away_m,
            )  # fmt: skip
            side *= _WIDER
        return found, share, away_m

    @cached_property
    def _box(self) -> tuple[Floats, Floats]:
        """Lowest and highest x and y."""
        x0, y0, x1, y1 = self.segment.T
        low = np.array([min(x0.min(), x1.min()), min(y0.min(), y1.min())])
        return low, np.array([max(x0.max(), x1.max()), max(y0.max(), y1.max())])

    @property
    def _low(self) -> Floats:
        return self._box[0]

    @property
    def _extent(self) -> Floats:
        return self._box[1] - self._box[0]

    @cached_property
    def _side(self) -> float:
        """Side of the finest squares."""
        extent = self._extent
        usual = float(np.sqrt(extent.prod() / (_SQUARES_EACH * len(self.segment))))
        return max(usual, float(extent.max()) / 1e4, 1.0)

    @cached_property
    def _finest(self) -> tuple[_Few, _Few, Whole]:
        return self._raster(self._side)

    def _raster(self, side: float) -> tuple[_Few, _Few, Whole]:
        """Segments by square, as compressed rows, and columns and rows of the raster."""
        from allocator.travel import snap_kernels  # compiled: loaded when first needed

        shape = (self._extent // side).astype(np.int64) + 1
        return *snap_kernels.squares_of(self.segment, self._low, side, shape), shape
