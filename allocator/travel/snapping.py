"""From points to the nearest spot on a street: where people and sites enter the roads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.travel.road_graph import Floats, RoadNetwork, Whole

AT_END_M = 0.001
"""A spot closer than this to a street's end is the node there."""
_RINGS, _WIDER = 16, 4
_SQUARES_EACH = 4  # per segment of a street


@dataclass(frozen=True, eq=False)
class Snapped:
    """Points on streets.

    Attributes
    ----------
    street
        Nearest street of each point, shape ``(n,)``; -1 where it is too far.
    share
        Where on the street, from 0 at its tail to 1 at its head, shape ``(n,)``.
    away_m
        Straight way to that spot in metres, shape ``(n,)``, also where it is too far.
    limit_m
        Farthest that a point may lie from a street.
    passed_over
        Points whose very nearest street belongs to a fragment and was passed over, shape ``(n,)``.
    """

    street: Whole
    share: Floats
    away_m: Floats
    limit_m: float
    passed_over: NDArray[np.bool_]

    @property
    def is_on(self) -> NDArray[np.bool_]:
        """Whether each point found a street, shape ``(n,)``."""
        return self.street >= 0

    def node(self, roads: RoadNetwork) -> Whole:
        """The street's tail, which tells the part of the network; -1 where there is none."""
        return np.where(self.is_on, roads.tail[self.street], -1)


def snap(
    roads: RoadNetwork, xy_m: Floats, *, limit_m: float = 1000.0, least_part_km: float = 1.0
) -> Snapped:
    """Bring points to the nearest spot on a street, on its whole length and not only at its ends.

    Parameters
    ----------
    roads
        The streets.
    xy_m
        Points in the streets' coordinate system, shape ``(n, 2)``.
    limit_m
        Farthest that a point may lie from a street.
    least_part_km
        A street is passed over if it lies in no part of at least this length within which every
        node reaches every other, as long as such a part has a street within ``limit_m``. So a
        parking lot or the stub of a cut one-way road keeps nobody off the roads, and a small island
        still has its own. With 0 none is passed over.
    """
    everything = np.ones(len(roads), dtype=np.bool_)
    street, share, away_m = _nearest(roads, everything, xy_m)
    passed_over = np.zeros(len(xy_m), dtype=np.bool_)
    part, km = roads.round_trips
    whole = (part[roads.tail] == part[roads.head]) & (km[part[roads.tail]] >= least_part_km)
    doubtful = np.flatnonzero(~whole[street] & (away_m <= limit_m))
    if least_part_km > 0 and whole.any() and len(doubtful):
        other, spot, away = _nearest(roads, whole, xy_m[doubtful])
        taken = away <= limit_m
        at = doubtful[taken]
        street[at], share[at], away_m[at] = other[taken], spot[taken], away[taken]
        passed_over[at] = True
    street[~(away_m <= limit_m)] = -1
    return Snapped(street, share, away_m, limit_m, passed_over)


def _nearest(
    roads: RoadNetwork, wanted: NDArray[np.bool_], xy_m: Floats
) -> tuple[Whole, Floats, Floats]:
    """Nearest wanted street of each point, how far along it the spot lies, and the distance.

    Points to which no street is near are looked at again on a raster of wider squares.
    """
    from allocator.travel import snap_kernels  # compiled: loaded when first needed

    ends, street, from_m, length_m = roads.segments
    mine = np.flatnonzero(wanted[street])
    ends, street, from_m = ends[mine], street[mine], from_m[mine]
    corners = ends.reshape(-1, 2)
    low, extent = corners.min(axis=0), np.ptp(corners, axis=0)
    found = np.empty(len(xy_m), dtype=np.int64)
    share, away_m = np.empty(len(xy_m)), np.empty(len(xy_m))
    points, left = np.ascontiguousarray(xy_m, dtype=np.float64), np.arange(len(xy_m))
    side = max(float(np.sqrt(extent.prod() / (_SQUARES_EACH * len(mine)))), extent.max() / 1e4, 1.0)
    while len(left):
        shape = (extent // side).astype(np.int64) + 1
        start, inside = snap_kernels.squares_of(ends, low, side, shape)
        left = snap_kernels.nearest(
            points, left, ends, street, from_m, length_m, start, inside, low, side, shape,
            _RINGS, AT_END_M, found, share, away_m,
        )  # fmt: skip
        side *= _WIDER
    return found, share, away_m
