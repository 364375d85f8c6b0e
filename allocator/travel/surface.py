"""Travel over a friction surface: least-cost minutes between cells and sites, and maps of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import parse_crs, project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import (
    LIMIT_TOLERANCE,
    as_points,
    number_problems,
    point_problems,
    said_of,
    unplaced_problems,
)
from allocator.travel.surface_raster import Floats, FrictionSurface, Whole, read_friction
from allocator.travel.surface_report import (
    notes_on_surface,
    warn_of_surface,
    whom_the_surface_leaves_out,
)
from allocator.travel.surface_ways import SurfaceWays, spread_from, told_of
from allocator.travel.times import TravelTimes

_MARGIN_M_PER_MINUTE = 1000.0
"""Read around the points of a file: nobody who drives 120 km/h at most gets farther and back."""


def friction(
    surface: FrictionSurface | str | Path,
    cell_xy_m: ArrayLike | Demand,
    site_xy_m: ArrayLike | SiteSet,
    *,
    max_minutes: float,
    intra_cell_share: float = 0.0,
    snap_limit_m: float = 0.0,
    crs: str = "",
    threads: int = 1,
) -> TravelTimes:
    """Least minutes between cells and sites over a raster of minutes per metre.

    A step to one of the eight neighbours costs the mean of both raster cells' minutes per metre
    times the distance between their centres, so that there and back take equally long. Who lives
    outside the raster, on a barrier, or on a part of the surface without a site has no arc; how
    many people that are stands in the provenance under ``left_out`` and ``notes``, and in a
    :class:`SurfaceWarning` when it is more than 1 %.

    Parameters
    ----------
    surface
        A :class:`FrictionSurface`, or a raster file of minutes per metre (as the Malaria Atlas
        Project publishes, Weiss et al. 2018 and 2020), of which only the part around the points is
        read. Surfaces of different years do not show how access has changed.
    cell_xy_m, site_xy_m
        Planar coordinates in metres, shapes ``(n_cells, 2)`` and ``(n_sites, 2)``; or a
        :class:`Demand` and a :class:`SiteSet` with coordinates, which the result then carries.
    max_minutes
        Arcs above this are left out; an arc of exactly this many minutes is kept.
    intra_cell_share
        Shortest way that counts, as a share of the side of the raster cell where people live; on
        average the middle of a square is 0.38 sides away. 0: in a site's own raster cell nobody
        needs any time.
    snap_limit_m
        A point on a barrier is taken to be in the nearest raster cell that is none, up to this far
        away: coarse surfaces end before the land does, and people live on the coast. 0: it is not.
    crs
        Coordinate system of points given as bare arrays; that of a projected surface when missing.
    threads
        How many searches run at once; the answer is the same.
    """
    problems = number_problems(
        max_minutes=max_minutes, intra_cell_share=intra_cell_share, snap_limit_m=snap_limit_m
    )
    case = _case(surface, {"demand": cell_xy_m, "sites": site_xy_m}, max_minutes, crs, problems)
    demand, site_set = said_of(cell_xy_m, site_xy_m)
    cell_at, site_at = case.positions
    ways = SurfaceWays(
        case.surface, cell_at, demand, float(intra_cell_share), float(snap_limit_m), threads
    )
    told = {**ways.report(site_at, site_set), "max_minutes": float(max_minutes)}
    warn_of_surface(told)
    times = ways.times(ways.placed(site_at), float(max_minutes))
    return replace(times, sites=site_set, provenance=told)


@dataclass(frozen=True, eq=False)
class NearestOnSurface:
    """The nearest site of each raster cell.

    Attributes
    ----------
    minutes
        Minutes to it, shape ``(n_rows, n_columns)``; NaN where none is reached.
    site
        Which it is, the first of equally near ones; -1 where none is reached; the same shape.
    transform, crs
        Where the raster lies.
    provenance
        Source and options.
    """

    minutes: Floats
    site: NDArray[np.int32]
    transform: Any
    crs: str
    provenance: Mapping[str, object]


def friction_nearest(
    surface: FrictionSurface | str | Path,
    site_xy_m: ArrayLike | SiteSet,
    *,
    max_minutes: float,
    snap_limit_m: float = 0.0,
    crs: str = "",
) -> NearestOnSurface:
    """Minutes from every raster cell to its nearest site, in one search from all sites.

    Parameters are those of :func:`friction`.

    Parameters
    ----------
    surface, site_xy_m, max_minutes, snap_limit_m, crs
        As there.
    """
    problems = number_problems(max_minutes=max_minutes, snap_limit_m=snap_limit_m)
    case = _case(surface, {"sites": site_xy_m}, max_minutes, crs, problems)
    ground = case.surface
    at = ground.off_barriers(case.positions[0], snap_limit_m)
    site_set = site_xy_m if isinstance(site_xy_m, SiteSet) else None
    left_out = whom_the_surface_leaves_out(ground, at[:0], at, None, site_set)
    told = {
        **told_of(ground), "max_minutes": float(max_minutes), "snap_limit_m": float(snap_limit_m),
        "left_out": left_out, "notes": notes_on_surface(left_out),
    }  # fmt: skip
    warn_of_surface(told)
    away, nearest = spread_from(ground, at, max_minutes * (1 + LIMIT_TOLERANCE))
    shape = ground.pace.shape
    return NearestOnSurface(
        np.where(nearest >= 0, away, np.nan).reshape(shape),
        nearest.astype(np.int32).reshape(shape), ground.transform, ground.crs, told,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Case:
    """A checked question: the surface, and each side's raster cells (-1 outside)."""

    surface: FrictionSurface
    positions: tuple[Whole, ...]


def _case(
    surface: FrictionSurface | str | Path, ends: Mapping[str, Any], max_minutes: float, crs: str,
    problems: list[str],
) -> _Case:  # fmt: skip
    """Everything looked at, and every problem raised at once."""
    points: list[Floats] = []
    stated: list[str] = []
    for name, end in ends.items():
        if unplaced := unplaced_problems(**{name: end}):
            problems += unplaced
            continue
        points.append(as_points(end))
        stated.append((end.crs if isinstance(end, Demand | SiteSet) else "") or crs)
    if len(points) == len(ends):
        some = points[0] if len(ends) > 1 else np.empty((0, 2))
        problems += point_problems(some, points[-1])
    problems += [
        f"{text!r} is not a known coordinate reference system; write EPSG:NNNNN"
        for text in sorted(set(stated) - {""})
        if parse_crs(text) is None
    ]
    raise_if_any(problems, where="friction")
    ground = surface
    if not isinstance(ground, FrictionSurface):
        ground = _around(ground, points, stated, max_minutes)
    lost = not all(stated) and bool(ground.crs) and bool(parse_crs(ground.crs).is_geographic)  # type: ignore[union-attr]
    if lost:
        raise InputError(
            f"the surface is in degrees ({ground.crs}) and nobody says what the points are in; "
            "give crs, such as the local UTM zone",
            where="friction",
        )
    moved = []
    for at, system in zip(points, stated, strict=True):
        if system and ground.crs:
            at = np.stack(project(at[:, 0], at[:, 1], system, ground.crs), axis=1)
        moved.append(ground.position_of(at))
    return _Case(ground, tuple(moved))


def _around(
    path: str | Path, points: list[Floats], stated: list[str], max_minutes: float
) -> FrictionSurface:
    """The part of a file in which the ways between points lie."""
    every = np.concatenate(points)
    if not len(every) or len(set(stated)) > 1 or not stated[0]:
        return read_friction(path)
    margin = max_minutes * _MARGIN_M_PER_MINUTE
    west, south = (every.min(axis=0) - margin).tolist()
    east, north = (every.max(axis=0) + margin).tolist()
    return read_friction(path, box=(west, south, east, north), crs=stated[0])
