"""Straight-line travel: arcs within a limit through a k-d tree, never a dense matrix."""

from collections.abc import Mapping

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
from allocator.travel.times import TravelTimes

_BUCKETS_PER_DOUBLING = 3
_SPEEDS_SHOWN = 10

_Arcs = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


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
    cell, site, km = _arcs_within(cells, sites, speed_of_cell * (max_minutes / 60 / detour))
    minutes = np.maximum(km, intra_cell_km) * (detour * 60) / speed_of_cell[cell]
    provenance = {
        "source": "straight line",
        "speed_kmh": _shown(speeds),
        "detour": float(detour),
        "max_minutes": float(max_minutes),
        "intra_cell_km": float(intra_cell_km),
    }
    kept = minutes <= max_minutes * (1 + LIMIT_TOLERANCE)
    return TravelTimes(
        n_cells=len(cells),
        n_sites=len(sites),
        cell=cell[kept],
        site=site[kept],
        value=minutes[kept],
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

    cell, site, km = _arcs_within(cells, sites, np.full(len(cells), float(max_km)))
    km = np.maximum(km, intra_cell_km)
    kept = km <= max_km * (1 + LIMIT_TOLERANCE)
    provenance: Mapping[str, object] = {
        "source": "straight line",
        "max_km": float(max_km),
        "intra_cell_km": float(intra_cell_km),
    }
    return TravelTimes(
        n_cells=len(cells),
        n_sites=len(sites),
        cell=cell[kept],
        site=site[kept],
        value=km[kept],
        unit="km",
        limit=float(max_km),
        provenance=provenance,
        demand=demand,
        sites=site_set,
    )


def _arcs_within(
    cells: NDArray[np.float64], sites: NDArray[np.float64], reach_km: NDArray[np.float64]
) -> _Arcs:
    """Arcs (cell, site, km) a little beyond each cell's reach, by cell and then by site.

    Cells of like reach are searched together, so a slow cell does not pay for a fast one.
    """
    if not len(cells) or not len(sites):
        nobody = np.empty(0, dtype=np.int64)
        return nobody, nobody, np.empty(0)
    tree = cKDTree(sites)
    reach_m = reach_km * 1000 * (1 + 10 * LIMIT_TOLERANCE)
    bucket = np.ceil(np.log2(np.maximum(reach_m, 1e-6)) * _BUCKETS_PER_DOUBLING)
    found: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for one in np.unique(bucket):
        members = np.flatnonzero(bucket == one)
        near = cKDTree(cells[members]).sparse_distance_matrix(
            tree, float(reach_m[members].max()), output_type="ndarray"
        )
        found.append((members[near["i"]], near["j"].astype(np.int64)))
    cell = np.concatenate([pair[0] for pair in found]).astype(np.int64)
    site = np.concatenate([pair[1] for pair in found])
    order = np.argsort(cell * len(sites) + site)
    cell, site = cell[order], site[order]
    away_m = cells[cell] - sites[site]
    return cell, site, np.hypot(away_m[:, 0], away_m[:, 1]) / 1000


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
