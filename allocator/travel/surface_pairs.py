"""Pairs of points over a friction surface: one search per raster cell of the fewer side."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.travel.buckets import ring_of_buckets
from allocator.travel.surface_raster import Floats, FrictionSurface, Whole

_ORIGINS_AT_ONCE = 64


def on_ground(surface: FrictionSurface, at: Whole) -> Whole:
    """Positions of the points that lie on the raster and on no barrier."""
    inside = np.flatnonzero(at >= 0)
    return inside[np.isfinite(surface.pace.ravel()[at[inside]])]


def pairs_on(
    surface: FrictionSurface, cell_at: Whole, site_at: Whole, limit: float, threads: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Cells, sites and minutes of all pairs within a limit, searched from the fewer side."""
    from allocator.travel import surface_kernels  # compiled: loaded when first needed

    cells, sites = Places.of(surface, cell_at), Places.of(surface, site_at)
    near, far = (cells, sites) if len(cells.at) < len(sites.at) else (sites, cells)
    target_of = np.full(surface.pace.size, -1, dtype=np.int32)
    target_of[far.at] = np.arange(len(far.at), dtype=np.int32)
    ring = ring_on(surface, limit)

    def block(low: int) -> tuple[Whole, NDArray[np.int32], Floats]:
        found: tuple[Whole, NDArray[np.int32], Floats] = surface_kernels.pairs_within(
            surface.pace, *surface.steps_m, near.at[low : low + _ORIGINS_AT_ONCE], target_of, limit,
            *ring,
        )  # fmt: skip
        return found

    lows = range(0, len(near.at), _ORIGINS_AT_ONCE)
    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(block, lows))
    else:
        found = [block(low) for low in lows]
    if not found:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
    count, target, minutes = map(np.concatenate, zip(*found, strict=True))
    place = np.repeat(np.arange(len(near.at)), count)
    pair, one = near.points(place)
    again, other = far.points(target[pair])
    one, minutes = one[again], minutes[pair][again]
    return (one, other, minutes) if near is cells else (other, one, minutes)


@dataclass(frozen=True, eq=False)
class Places:
    """Raster cells in which points lie, each once, and the points of each."""

    at: Whole
    start: Whole
    point: NDArray[np.int32]

    @classmethod
    def of(cls, surface: FrictionSurface, position: Whole) -> "Places":
        """Places of the points that are on the raster and on no barrier."""
        on = on_ground(surface, position)
        on = on[np.argsort(position[on], kind="stable")]
        at, first = np.unique(position[on], return_index=True)
        return cls(at, np.append(first, len(on)), on.astype(np.int32))

    def points(self, place: NDArray[np.integer[Any]]) -> tuple[Whole, NDArray[np.int32]]:
        """Which of the given places each point is of, and the points; place by place."""
        size = np.diff(self.start)[place]
        of = np.repeat(np.arange(len(place)), size)
        within = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
        return of, self.point[self.start[place][of] + within]


def ring_on(surface: FrictionSurface, limit: float) -> tuple[float, int]:
    """Width and number of the buckets for a search on a surface.

    No step takes longer than the longest way across the slower of its two cells; and what is beyond
    the limit counts as the limit, for half of a slow cell may still lie within.
    """
    longest_m = max(float(metres.max(initial=0.0)) for metres in surface.steps_m)
    return ring_of_buckets(np.minimum(surface.pace.ravel() * longest_m, limit), limit)


def across_minutes(surface: FrictionSurface, at: Whole) -> Floats:
    """Minutes across raster cells from side to side, shape of ``at``."""
    row = at // surface.pace.shape[1]
    return np.asarray(surface.pace.ravel()[at] * surface.steps_m[0][row])
