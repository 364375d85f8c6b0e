"""Straight-line travel: arcs within a limit through a k-d tree, never a dense matrix."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from allocator.errors import raise_if_any
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import (
    LIMIT_TOLERANCE,
    as_points,
    ends_of,
    number_problems,
    point_problems,
)
from allocator.travel.times import Positions, TravelTimes

_BUCKETS_PER_DOUBLING = 3
_PAIRS_AT_ONCE = 1_000_000
_MOST = 0.3  # share of pairs in reach from which on all are looked at
_SPEEDS_SHOWN = 10

_Arcs = tuple[Positions, Positions, NDArray[np.float64]]


def straight_line(
    cell_xy_m: ArrayLike | Demand,
    site_xy_m: ArrayLike | SiteSet,
    *,
    speed_kmh: ArrayLike,
    detour: float = 1.0,
    max_minutes: float,
    intra_cell_km: float = 0.0,
) -> TravelTimes:
    """Minutes from cells to sites: ``max(straight line, intra cell) * detour / speed``.

    Parameters
    ----------
    cell_xy_m, site_xy_m
        Planar coordinates in metres, shapes ``(n_cells, 2)`` and ``(n_sites, 2)``; or a
        :class:`Demand` and a :class:`SiteSet` with coordinates, which the result then carries.
    speed_kmh
        Speed in km/h: one for all, or one per cell, shape ``(n_cells,)``.
    detour
        Way travelled per straight line, >= 1.
    max_minutes
        Arcs above this are left out; an arc of exactly this many minutes is kept.
    intra_cell_km
        Shortest distance that counts, in km: people live all over a cell, not in its centre.
    """
    demand, site_set = ends_of(cell_xy_m, site_xy_m)
    cells, sites = as_points(cell_xy_m), as_points(site_xy_m)
    speeds = np.asarray(speed_kmh, dtype=np.float64)
    problems = point_problems(cells, sites)
    problems += number_problems(max_minutes=max_minutes, intra_cell_km=intra_cell_km)
    problems += _speed_problems(speeds, len(cells))
    if not (np.isfinite(detour) and detour >= 1):
        problems.append(f"detour must be finite and >= 1, got {detour}")
    raise_if_any(problems, where="straight_line")

    speed_of_cell = np.broadcast_to(speeds, (len(cells),))

    def minutes_of(cell: NDArray[np.int64], km: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.maximum(km, intra_cell_km) * (detour * 60) / speed_of_cell[cell]

    reach_km = speed_of_cell * (max_minutes / 60 / detour)
    cell, site, minutes = _arcs_within(cells, sites, reach_km, minutes_of, float(max_minutes))
    provenance = {
        "source": "straight line",
        "speed_kmh": _shown(speeds),
        "detour": float(detour),
        "max_minutes": float(max_minutes),
        "intra_cell_km": float(intra_cell_km),
    }
    return TravelTimes(
        n_cells=len(cells),
        n_sites=len(sites),
        cell=cell,
        site=site,
        value=minutes,
        unit="minutes",
        limit=float(max_minutes),
        provenance=provenance,
        demand=demand,
        sites=site_set,
    )


def straight_line_km(
    cell_xy_m: ArrayLike | Demand,
    site_xy_m: ArrayLike | SiteSet,
    *,
    max_km: float,
    intra_cell_km: float = 0.0,
) -> TravelTimes:
    """Kilometres from cells to sites: ``max(straight line, intra cell)``.

    Parameters
    ----------
    cell_xy_m, site_xy_m
        Planar coordinates in metres, shapes ``(n_cells, 2)`` and ``(n_sites, 2)``; or a
        :class:`Demand` and a :class:`SiteSet` with coordinates, which the result then carries.
    max_km
        Arcs above this are left out; an arc of exactly this length is kept.
    intra_cell_km
        Shortest distance that counts, in km.
    """
    demand, site_set = ends_of(cell_xy_m, site_xy_m)
    cells, sites = as_points(cell_xy_m), as_points(site_xy_m)
    problems = point_problems(cells, sites)
    problems += number_problems(max_km=max_km, intra_cell_km=intra_cell_km)
    raise_if_any(problems, where="straight_line_km")

    def km_of(_: NDArray[np.int64], km: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(np.maximum(km, intra_cell_km))

    reach_km = np.full(len(cells), float(max_km))
    cell, site, km = _arcs_within(cells, sites, reach_km, km_of, float(max_km))
    provenance: Mapping[str, object] = {
        "source": "straight line",
        "max_km": float(max_km),
        "intra_cell_km": float(intra_cell_km),
    }
    return TravelTimes(
        n_cells=len(cells),
        n_sites=len(sites),
        cell=cell,
        site=site,
        value=km,
        unit="km",
        limit=float(max_km),
        provenance=provenance,
        demand=demand,
        sites=site_set,
    )


def _arcs_within(
    cells: NDArray[np.float64],
    sites: NDArray[np.float64],
    reach_km: NDArray[np.float64],
    value_of: Callable[[NDArray[np.int64], NDArray[np.float64]], NDArray[np.float64]],
    limit: float,
) -> _Arcs:
    """Arcs (cell, site, value) up to a limit, by cell and then by site.

    ``value_of`` tells the value from cells and km; ``reach_km`` is how far a cell can get at the
    limit. Cells are searched some at a time, so that hardly more memory is needed than the arcs
    take.
    """
    # So that cell * n_sites + site always fits: 32 bits where they hold that, else 64.
    width = np.int32 if len(cells) * len(sites) < 2**31 else np.int64
    count = np.zeros(len(cells), dtype=np.int64)
    near: list[Positions] = [np.empty(0, width)]
    values = [np.empty(0)]
    if len(cells) and len(sites):
        tree = cKDTree(sites)
        reach_m = reach_km * 1000 * (1 + 10 * LIMIT_TOLERANCE)
        step = max(_PAIRS_AT_ONCE // len(sites), 1)
        for at in range(0, len(cells), step):
            block = np.arange(at, min(at + step, len(cells)))
            cell, site = _pairs(cells, tree, block, reach_m[block])
            away_m = cells[cell] - sites[site]
            value = value_of(cell, np.hypot(away_m[:, 0], away_m[:, 1]) / 1000)
            kept = value <= limit * (1 + LIMIT_TOLERANCE)
            count[block] = np.bincount(cell[kept] - at, minlength=len(block))
            near.append(site[kept].astype(width))
            values.append(value[kept])
    # One after the other, each freed as soon as it is joined.
    site = np.concatenate(near)
    del near
    value = np.concatenate(values)
    del values
    return np.repeat(np.arange(len(cells), dtype=width), count), site, value


def _pairs(
    cells: NDArray[np.float64],
    tree: cKDTree,
    block: NDArray[np.int64],
    reach_m: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of some cells and all sites in reach or a little beyond, by cell and then by site.

    Cells of like reach are searched together, so a slow cell does not pay for a fast one. Where
    most pairs are in reach anyway, none are looked for.
    """
    n_sites = tree.n
    bucket = np.ceil(np.log2(np.maximum(reach_m, 1e-6)) * _BUCKETS_PER_DOUBLING)
    found: list[NDArray[np.int64]] = []
    for one in np.unique(bucket):
        members = block[bucket == one]
        own, farthest = cKDTree(cells[members]), float(reach_m[bucket == one].max())
        if own.count_neighbors(tree, farthest) > _MOST * len(members) * n_sites:
            if len(members) == len(block):
                return np.repeat(block, n_sites), np.tile(np.arange(n_sites), len(block))
            key = members[:, None] * n_sites + np.arange(n_sites)
        else:
            pairs = own.sparse_distance_matrix(tree, farthest, output_type="ndarray")
            key = members[pairs["i"]] * n_sites + pairs["j"]
        found.append(key.ravel())
    cell, site = np.divmod(np.sort(np.concatenate(found)), n_sites)
    return cell, site


def _speed_problems(speeds: NDArray[np.float64], n_cells: int) -> list[str]:
    problems = []
    if speeds.ndim and speeds.shape != (n_cells,):
        problems.append(
            f"speed_kmh must be one number or one per cell ({n_cells}), got shape {speeds.shape}"
        )
    bad = ~(np.isfinite(speeds) & (speeds > 0))
    if bad.any():
        problems.append(f"speed_kmh must be finite and > 0, got {np.atleast_1d(speeds[bad])[0]}")
    return problems


def _shown(speeds: NDArray[np.float64]) -> object:
    distinct: list[float] = np.unique(speeds).tolist()
    if len(distinct) == 1:
        return distinct[0]
    if len(distinct) <= _SPEEDS_SHOWN:
        return tuple(distinct)
    return f"{distinct[0]:g} to {distinct[-1]:g}, by cell"
