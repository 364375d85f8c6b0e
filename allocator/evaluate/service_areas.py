"""Service areas for maps: the ground from which the nearest open site is so many minutes away."""

from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.evaluate.arcs import Floats, OpenArcs, summed
from allocator.evaluate.bands import Bands
from allocator.location.questions.base import demand_of
from allocator.region.cell_shapes import CellShapes, Squares, around_centres, outlines, squares
from allocator.region.coordinates import (
    WGS84,
    geodesic_cell_areas_km2,
    metric_problem,
    parse_crs,
    project,
)
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.surface import NearestOnSurface
from allocator.travel.surface_raster import FrictionSurface
from allocator.travel.times import TravelTimes

_BANDS = (5, 10, 15, 20, 25, 30)
Whole = NDArray[np.int64]


def service_areas(
    times: TravelTimes,
    *,
    bands: Sequence[float] = _BANDS,
    side_m: float | None = None,
    cells: Any = None,
    by_site: bool = False,
    people: ArrayLike | None = None,
    open_sites: ArrayLike | None = None,
) -> gpd.GeoDataFrame:
    """Cells by band of minutes to the nearest open site, joined to areas (isochrones).

    Nothing is smoothed or filled: an area is exactly its cells, areas of different rows do not
    overlap, and where no cell is reached there is no area.

    Parameters
    ----------
    times
        How far everybody is from the sites; its demand has coordinates, or ``cells`` are given.
    bands
        Upper ends of the bands, included, in the unit of the travel times; the last must not lie
        beyond their limit.
    side_m
        Side of square cells around the centres of the demand, which then lie on a grid.
    cells
        Shapes of the cells instead: polygons in metres, one per cell, such as hexagons (a
        GeoSeries, GeoDataFrame or array). With neither, all that is nearer to a cell's centre than
        to any other: hexagons for a hexagonal grid, cut round at its edge.
    by_site
        Whether areas are told apart by the site that is nearest (of equally near ones the first).
    people
        People per cell, shape ``(n_cells,)``; those of the travel times when missing.
    open_sites
        Positions of the open sites, or a mask of shape ``(n_sites,)``. When missing: those that
        stand (status ``existing``), or all sites where nobody says what stands.

    Returns
    -------
    geopandas.GeoDataFrame
        One row per band (and site) that has cells: ``site`` (with ``by_site``), ``from_minutes``
        and ``to_minutes`` (``_km``), ``cells``, ``people``, ``km2``, ``geometry`` (multipolygon).
    """
    used = Bands.of(bands, searched=times.limit, unit=times.unit, where="service_areas")
    demand = demand_of(people, times.demand, times.n_cells, default=None)
    arcs = OpenArcs.of(times, open_sites, limit=used.ends[-1], where="service_areas")
    site, away = arcs.nearest(times.n_cells)
    shapes, crs = _shapes(times, side_m, cells)
    label = _labels(used, away, site if by_site else None)
    return _table(
        used, label, shapes, unit=times.unit, crs=crs, people=demand.people,
        sites=times.sites, by_site=by_site,
    )  # fmt: skip


def service_areas_on_surface(
    nearest: NearestOnSurface,
    *,
    bands: Sequence[float] = _BANDS,
    by_site: bool = False,
    sites: SiteSet | None = None,
    demand: Demand | None = None,
) -> gpd.GeoDataFrame:
    """The same from a map of minutes over a friction surface: raster cells, joined to areas.

    Parameters
    ----------
    nearest
        Minutes from each raster cell to its nearest site: see :func:`friction_nearest`.
    bands
        Upper ends of the bands, included, in minutes; the last must have been searched.
    by_site
        Whether areas are told apart by the site that is nearest.
    sites
        Names of the sites; positions serve when missing.
    demand
        Who lives where, with coordinates; without, there is no column ``people``.

    Returns
    -------
    geopandas.GeoDataFrame
        As :func:`service_areas`, in the system of the surface; ``km2`` is of the ellipsoid where
        that is one of degrees or of Mercator.
    """
    searched = float(nearest.provenance.get("max_minutes", np.inf))  # type: ignore[arg-type]
    used = Bands.of(bands, searched=searched, unit="minutes", where="service_areas")
    ground = FrictionSurface(np.zeros(nearest.minutes.shape), nearest.transform, nearest.crs)
    site = nearest.site.ravel().astype(np.int64)
    label = _labels(used, nearest.minutes.ravel(), site if by_site else None)
    shape = nearest.minutes.shape
    shapes = Squares(
        np.arange(nearest.minutes.size), (shape[0], shape[1]), nearest.transform,
        np.repeat(_row_km2(nearest), shape[1]),
    )  # fmt: skip
    return _table(
        used, label, shapes, unit="minutes", crs=nearest.crs,
        people=None if demand is None else _people_on(ground, demand), sites=sites,
        by_site=by_site,
    )  # fmt: skip


def _shapes(times: TravelTimes, side_m: float | None, cells: Any) -> tuple[CellShapes, Any]:
    """Shapes of the cells, and their coordinate system."""
    demand, where = times.demand, "service_areas"
    if side_m is not None and cells is not None:
        raise InputError("give side_m or cells, not both", where=where)
    crs = "" if demand is None else demand.crs
    if cells is not None:
        stated = getattr(cells, "crs", None)
        return outlines(cells, times.n_cells, where=where), stated or crs
    if demand is None or demand.xy_m is None:
        raise InputError("the demand has no coordinates; give cells=...", where=where)
    if side_m is not None:
        return squares(demand.xy_m, side_m, where=where), crs
    return around_centres(demand.xy_m, where=where), crs


def _labels(bands: Bands, away: Floats, site: Whole | None) -> Whole:
    """A number per band (and site); -1 for cells that no band reaches. Shape of ``away``."""
    band, n_bands = bands.of_values(away), len(bands.ends)
    label = band if site is None else site * n_bands + band
    return np.where((band >= 0) & (band < n_bands), label, -1)


def _table(
    bands: Bands, label: Whole, shapes: CellShapes, *, unit: str, crs: Any,
    people: Floats | None, sites: SiteSet | None, by_site: bool,
) -> gpd.GeoDataFrame:  # fmt: skip
    """One row per label that has cells."""
    inside = label >= 0
    found, row, count = np.unique(label[inside], return_inverse=True, return_counts=True)
    joined = shapes.joined(label) if len(found) else {}
    site, band = np.divmod(found, len(bands.ends))
    table: dict[str, Any] = {}
    if by_site:
        table["site"] = [str(j) if sites is None else str(sites.ids[j]) for j in site.tolist()]
    table |= {
        f"from_{unit}": np.array(bands.starts)[band],
        f"to_{unit}": np.array(bands.ends)[band],
        "cells": count,
    }
    if people is not None:
        table["people"] = summed(row, people[inside], len(found))
    table["km2"] = summed(row, shapes.km2[inside], len(found))
    geometry = [joined[k] for k in found.tolist()]
    return gpd.GeoDataFrame(pd.DataFrame(table), geometry=geometry, crs=crs or None)


def _people_on(ground: FrictionSurface, demand: Demand) -> Floats:
    """People per raster cell; shape ``(n_rows * n_columns,)``."""
    problems = [] if demand.xy_m is not None else ["the demand has no coordinates; give xy_m"]
    if demand.crs and parse_crs(demand.crs) is None:
        problems.append(f"{demand.crs!r} is not a known coordinate reference system")
    raise_if_any(problems, where="service_areas")
    points = np.asarray(demand.xy_m, dtype=np.float64)
    if demand.crs and ground.crs:
        points = np.stack(project(points[:, 0], points[:, 1], demand.crs, ground.crs), axis=1)
    at = ground.position_of(points)
    on = at >= 0
    return summed(at[on], demand.people[on], ground.minutes_per_m.size)


def _row_km2(nearest: NearestOnSurface) -> Floats:
    """Area of a raster cell of each row, shape ``(n_rows,)``."""
    to, n_rows = nearest.transform, len(nearest.minutes)
    if not nearest.crs or not metric_problem(nearest.crs):
        return np.full(n_rows, abs(to.a * to.e) / 1e6)
    y = to.f + to.e * np.arange(n_rows + 1)
    lon, lat = project(np.full(n_rows + 1, to.c), y, nearest.crs, WGS84)
    beside, _ = project(np.array([to.c + to.a]), y[:1], nearest.crs, WGS84)
    edges = np.sort(np.stack([lat[:-1], lat[1:]]), axis=0)
    return geodesic_cell_areas_km2(edges[0], edges[1], abs(float(beside[0] - lon[0])))
