"""From points to the nearest spot on a street: where people and sites enter the roads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.travel.road_graph import Floats, RoadNetwork, Whole


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
    street, share, away_m = roads.squares.nearest(xy_m)
    passed_over = np.zeros(len(xy_m), dtype=np.bool_)
    if least_part_km > 0:
        part, km = roads.round_trips
        whole = (part[roads.tail] == part[roads.head]) & (km[part[roads.tail]] >= least_part_km)
        doubtful = np.flatnonzero(~whole[street] & (away_m <= limit_m))
        if whole.any() and len(doubtful):
            other, spot, away = roads.squares.of_streets(whole).nearest(xy_m[doubtful])
            taken = away <= limit_m
            at = doubtful[taken]
            street[at], share[at], away_m[at] = other[taken], spot[taken], away[taken]
            passed_over[at] = True
    street[~(away_m <= limit_m)] = -1
    return Snapped(street, share, away_m, limit_m, passed_over)
