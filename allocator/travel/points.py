"""Points in metres: taken from what the caller gave, and checked."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.region.coordinates import metric_problem, project
from allocator.travel.ends import Demand, SiteSet

LIMIT_TOLERANCE = 1e-9
"""A pair exactly on the limit counts, whatever the last bits of its coordinates say."""
_FAR_APART_M = 100_000.0


def ends_of(
    cells: ArrayLike | Demand, sites: ArrayLike | SiteSet
) -> tuple[Demand | None, SiteSet | None]:
    """What the two sides are, where the caller said more than coordinates."""
    demand, site_set = said_of(cells, sites)
    problems = unplaced_problems(demand=demand, sites=site_set)
    stated = {side.crs for side in (demand, site_set) if side and side.crs}
    problems += [problem for crs in sorted(stated) if (problem := metric_problem(crs))]
    if demand and site_set and demand.crs and site_set.crs and demand.crs != site_set.crs:
        problems.append(
            f"demand is in {demand.crs} and sites in {site_set.crs}; project both to one system"
        )
    raise_if_any(problems, where="straight line")
    return demand, site_set


def said_of(
    cells: ArrayLike | Demand, sites: ArrayLike | SiteSet
) -> tuple[Demand | None, SiteSet | None]:
    """The two sides, None where the caller gave bare coordinates."""
    demand = cells if isinstance(cells, Demand) else None
    return demand, sites if isinstance(sites, SiteSet) else None


def unplaced_problems(**sides: object) -> list[str]:
    """Which of the named sides carry no coordinates."""
    return [
        f"the {name} have no coordinates; give xy_m"
        for name, side in sides.items()
        if isinstance(side, Demand | SiteSet) and side.xy_m is None
    ]


def as_points(xy_m: ArrayLike | Demand | SiteSet) -> NDArray[np.float64]:
    """Coordinates as an array of floats; no points at all have shape ``(0, 2)``."""
    given = xy_m.xy_m if isinstance(xy_m, Demand | SiteSet) else xy_m
    points = np.asarray(given, dtype=np.float64)
    return points.reshape(0, 2) if points.size == 0 else points


def points_in(end: Demand | SiteSet, crs: str) -> NDArray[np.float64]:
    """Coordinates of one side in another system; as they are where either is not known."""
    at = as_points(end)
    if not crs or not end.crs or crs == end.crs:
        return at
    return np.stack(project(at[:, 0], at[:, 1], end.crs, crs), axis=1)


def point_problems(cells: NDArray[np.float64], sites: NDArray[np.float64]) -> list[str]:
    """What is wrong with two sets of points: shapes, missing values, degrees instead of metres."""
    problems = []
    for name, points in (("cell_xy_m", cells), ("site_xy_m", sites)):
        if points.ndim != 2 or points.shape[1] != 2:
            problems.append(f"{name} must have shape (n, 2), got {points.shape}")
        elif not np.isfinite(points).all():
            bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
            problems.append(
                f"{name} must be finite; {len(bad)} points are not, first: row {bad[0]}, "
                f"{points[bad[0]].tolist()}"
            )
    if problems or not (len(cells) and len(sites)):
        return problems
    if like_degrees(cells, sites):
        problems.append(
            "cell_xy_m and site_xy_m look like degrees of longitude and latitude; "
            "project them to a metric coordinate system first"
        )
    elif (like_degrees(cells) or like_degrees(sites)) and _far_apart(cells, sites):
        wrong = "cell_xy_m" if like_degrees(cells) else "site_xy_m"
        problems.append(
            f"{wrong} look like degrees while the other side does not; "
            "both must be in the same metric coordinate system"
        )
    return problems


def like_degrees(*sides: NDArray[np.float64]) -> bool:
    """Whether coordinates could be longitudes and latitudes and do not all coincide."""
    low = np.min([points.min(axis=0) for points in sides], axis=0)
    high = np.max([points.max(axis=0) for points in sides], axis=0)
    in_range = bool((low >= [-180, -90]).all() and (high <= [180, 90]).all())
    return in_range and bool((low < high).any())


def _far_apart(cells: NDArray[np.float64], sites: NDArray[np.float64]) -> bool:
    apart_m = np.maximum(
        cells.min(axis=0) - sites.max(axis=0), sites.min(axis=0) - cells.max(axis=0)
    )
    return bool(apart_m.max() > _FAR_APART_M)


def number_problems(**numbers: float) -> list[str]:
    """Which of the named numbers are not finite and >= 0."""
    return [
        f"{name} must be finite and >= 0, got {number}"
        for name, number in numbers.items()
        if not (np.isfinite(number) and number >= 0)
    ]
