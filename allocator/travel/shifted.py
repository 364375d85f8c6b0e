"""Points that lie some 500 m off the roads, all in one direction: Chinese web-map coordinates.

Amap and Tencent give GCJ-02, Baidu BD-09; read as WGS 84, every facility is 300 to 1,300 m away
from where it stands, in nearly one direction. What the shift would be at each point is known (see
:mod:`allocator.region.offsets`), so it can be undone on trial: if that brings the points much
nearer to the roads than they were, they are probably shifted. Nothing is moved here.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.stats import wilcoxon

from allocator.errors import raise_if_any
from allocator.region.coordinates import WGS84, project
from allocator.region.offsets import System, from_wgs84, in_china, to_wgs84
from allocator.travel.ends import SiteSet
from allocator.travel.points import as_points
from allocator.travel.road_graph import RoadNetwork
from allocator.travel.snapping import snap

Floats = NDArray[np.float64]
Away = Callable[[Floats], Floats]

Whose = Literal["points", "roads"]
_WHOSE: tuple[Whose, ...] = ("points", "roads")
_SYSTEMS: tuple[System, ...] = ("gcj02", "bd09")
_NAMES = {"gcj02": "GCJ-02 (Amap, Tencent)", "bd09": "BD-09 (Baidu)"}
FEWEST = 10
_CHANCE = 1e-3
"""So seldom may points that are in place look shifted by mere chance."""
_NEARER = 0.75
"""The median distance must fall to this part of what it was."""
_TURNS = 12
_OTHER_WAYS = range(2, _TURNS - 1)
"""Turns of the shift that would have to do worse; the nearest ones overlap with it."""
_WINDS = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


class ShiftWarning(UserWarning):
    """Coordinates look as if they came from a Chinese web map and were read as WGS 84."""


@dataclass(frozen=True)
class Shift:
    """The evidence that points are shifted against what they should lie near.

    Attributes
    ----------
    system
        ``gcj02`` or ``bd09``.
    whose
        ``points``: they are in that system. ``roads``: what they should lie near is.
    n, nearer
        Points looked at, and how many of them come nearer when the shift is undone.
    before_m, after_m
        Median distance to the roads as given, and with the shift undone.
    by_m, bearing_degrees
        Mean length of the shift and where it points to, clockwise from north: the points lie so
        far, and in that direction, from their places.
    chance
        Chance of coming so much nearer if nothing were shifted (Wilcoxon's signed ranks).
    """

    system: System
    whose: Whose
    n: int
    nearer: int
    before_m: float
    after_m: float
    by_m: float
    bearing_degrees: float
    chance: float

    @property
    def text(self) -> str:
        """The evidence in a sentence, with what to do."""
        wind = _WINDS[round(self.bearing_degrees / 45) % 8]
        name = _NAMES[self.system]
        mend = (
            f"say coordinates = '{self.system}'"
            if self.whose == "points"
            else "convert them to WGS 84"
        )
        return (
            f"the {self.whose} seem to lie {self.by_m:,.0f} m to the {wind} of their places, as "
            f"{name} does when read as WGS 84: with that undone, {self.nearer} of {self.n} points "
            f"come nearer to the roads, and their median distance falls from {self.before_m:,.0f} "
            f"to {self.after_m:,.0f} m; if that is what they are, {mend}; nothing was moved"
        )


def shift_of(points: ArrayLike | SiteSet, roads: Any, *, crs: str = "") -> Shift | None:
    """Whether points look shifted against the roads, with the evidence; None where they do not.

    The shift is undone on trial, in either system, for the points or for the roads. It counts
    if the points come nearer to the roads (Wilcoxon's signed ranks, one chance in 1,000), if
    their median distance falls by a quarter, and if no shift of that length in any other
    direction would bring them as near. Ten points inside China and well inside the roads are
    needed; in towns, where a street is always near, it takes some thirty or more.

    Parameters
    ----------
    points
        Planar coordinates in metres, shape ``(n, 2)``, or sites with coordinates.
    roads
        What the points should lie near: a :class:`RoadNetwork`, an array of shapely geometries
        (lines, outlines of settlements), or points such as settled cells, shape ``(m, 2)``; in
        the same coordinate system.
    crs
        That system; needed unless sites or roads say it.
    """
    stated = crs or (points.crs if isinstance(points, SiteSet) else "")
    stated = stated or (roads.crs if isinstance(roads, RoadNetwork) else "")
    raise_if_any(
        [] if stated else ["crs is not known; say crs='EPSG:NNNNN'"], where="shift of points"
    )
    trial = _trial(as_points(points), roads, stated)
    tried = [trial.of(system, whose) for whose in _WHOSE for system in _SYSTEMS]
    found = [shift for shift in tried if shift is not None]
    return min(found, key=lambda shift: shift.after_m, default=None)


def shift_of_sites(sites: SiteSet | None, roads: RoadNetwork) -> Shift | None:
    """The same of the sites that stand already, whatever their system; the others may lie anywhere.

    None where nobody says where sites or roads lie.
    """
    if sites is None or sites.xy_m is None or not roads.crs:
        return None
    there = sites.xy_m if sites.status is None else sites.xy_m[sites.with_status("existing")]
    moved = project(there[:, 0], there[:, 1], sites.crs or roads.crs, roads.crs)
    return shift_of(np.stack(moved, axis=1), roads)


def warn_of_shift(points: ArrayLike | SiteSet, roads: Any, *, crs: str = "") -> Shift | None:
    """The same, as a :class:`ShiftWarning` too."""
    shift = shift_of(points, roads, crs=crs)
    if shift is not None:
        warnings.warn(shift.text, ShiftWarning, stacklevel=2)
    return shift


@dataclass(frozen=True, eq=False)
class _Trial:
    """Points, and how far any others are from the roads."""

    xy_m: Floats
    crs: str
    away_m: Away
    hull: Any

    def of(self, system: System, whose: Whose) -> Shift | None:
        """The evidence that this system was read as WGS 84; None if there is too little."""
        there = self._undone(system, whose)
        step = there - self.xy_m
        used = np.hypot(*step.T) > 1.0  # outside China nothing moves
        used &= shapely.contains_xy(self.hull, self.xy_m) & shapely.contains_xy(self.hull, there)
        if used.sum() < FEWEST:
            return None
        here, step = self.xy_m[used], step[used]
        before, after = np.split(self.away_m(np.concatenate([here, here + step])), 2)
        chance = _chance(before, after)
        if chance > _CHANCE / 4 or np.median(after) > _NEARER * np.median(before):
            return None  # four cases are looked at
        ways = np.concatenate([here + _turned(step, k / _TURNS) for k in _OTHER_WAYS])
        elsewhere = self.away_m(ways).reshape(len(_OTHER_WAYS), -1)
        if np.median(after) >= np.median(elsewhere, axis=1).min():
            return None
        east, north = -step.mean(axis=0) if whose == "points" else step.mean(axis=0)
        return Shift(
            system, whose, int(used.sum()), int((after < before).sum()),
            float(np.median(before)), float(np.median(after)), float(np.hypot(east, north)),
            float(np.degrees(np.arctan2(east, north)) % 360), chance,
        )  # fmt: skip

    def _undone(self, system: System, whose: Whose) -> Floats:
        """The points where they would be if the system had been known."""
        lon, lat = project(self.xy_m[:, 0], self.xy_m[:, 1], self.crs, WGS84)
        inside = in_china(lon, lat)
        moved = to_wgs84(lon, lat, system) if whose == "points" else from_wgs84(lon, lat, system)
        there = np.stack(project(*moved, WGS84, self.crs), axis=1)
        return np.where(inside[:, None], there, self.xy_m)


def _chance(before: Floats, after: Floats) -> float:
    """Chance of coming so much nearer by accident."""
    nearer = before - after
    return float(wilcoxon(nearer, alternative="greater").pvalue) if nearer.any() else 1.0


def _turned(step: Floats, part: float) -> Floats:
    """Steps turned by a part of a full turn, shape ``(n, 2)``."""
    turn = np.exp(2j * np.pi * part) * (step[:, 0] + 1j * step[:, 1])
    return np.stack([turn.real, turn.imag], axis=1)


def _trial(xy_m: Floats, roads: Any, crs: str) -> _Trial:
    """What the points should lie near, as a function that measures how far others are."""
    if isinstance(roads, RoadNetwork):
        on = roads.xy_m if roads.path_xy_m is None else roads.path_xy_m
        away = partial(_from_streets, roads)
    elif (shapes := np.asarray(roads)).dtype == object:
        on = shapely.get_coordinates(shapes)
        away = partial(_from_shapes, shapely.STRtree(shapes))
    else:
        on = as_points(roads)
        away = partial(_from_points, cKDTree(on))
    hull = shapely.convex_hull(shapely.multipoints(on))
    shapely.prepare(hull)
    return _Trial(xy_m, crs, away, hull)


def _from_streets(roads: RoadNetwork, xy_m: Floats) -> Floats:
    return snap(roads, xy_m, limit_m=np.inf, least_part_km=0.0).away_m


def _from_shapes(tree: shapely.STRtree, xy_m: Floats) -> Floats:
    (of_point, _), metres = tree.query_nearest(
        shapely.points(xy_m), return_distance=True, all_matches=False
    )
    return np.asarray(metres[np.argsort(of_point)])


def _from_points(tree: cKDTree, xy_m: Floats) -> Floats:
    return np.asarray(tree.query(xy_m)[0], dtype=np.float64)
