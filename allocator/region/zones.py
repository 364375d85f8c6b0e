"""Zonal totals by the part of every cell that a unit covers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from rasterio.windows import Window
from shapely.geometry import box

from allocator.errors import raise_if_any
from allocator.region.findings import Findings
from allocator.region.grid import PopulationGrid
from allocator.region.raster import KINDS_OF_VALUES, raster_problems
from allocator.region.raster_blocks import (
    CACHE_MB,
    BlockReader,
    bounds_of,
    parts_of,
    window_around,
)
from allocator.region.units import Units

_NOTED_GAP = 0.05


def zonal_totals(raster: str | Path, units: Units, *, kind: str = "count") -> "pd.Series[float]":
    """People of each unit with an outline: every cell counts by the part that the unit covers.

    Nodata, NaN and negative values count as nobody. Sums by cell centres would err where units are
    small against the cells. The raster is read part by part.

    Parameters
    ----------
    raster
        GeoTIFF of counts or densities, in any CRS.
    units
        Units with outlines.
    kind
        ``count`` or ``density`` (people per km2).

    Returns
    -------
    Series
        People, indexed by unit id; 0 outside the raster.
    """
    problems = raster_problems(Path(raster))
    if kind not in KINDS_OF_VALUES:
        problems.append(f"kind: must be 'count' or 'density' (people per km2), got {kind!r}")
    shapes = units.table.geometry.dropna()
    if shapes.empty:
        problems.append("units have no outlines, so nothing can be summed; give some")
    raise_if_any(problems, where="zonal totals")
    totals = {}
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB), rasterio.open(raster) as source:
        reader = BlockReader(source, None, kind, str(units.table.crs))
        outlines = shapes.to_crs(source.crs)
        for unit, outline in outlines.items():
            west, south, east, north = map(float, outline.bounds)
            window = window_around(source, (west, south, east, north), source.crs)
            parts = [] if window is None else parts_of(window, source)
            totals[unit] = sum((_sum(reader, part, outline) for part in parts), 0.0)
    return pd.Series(totals, name="people", dtype=np.float64)


def _sum(reader: BlockReader, part: Window, outline: Any) -> float:
    """People of one part of a raster inside an outline."""
    to = reader.raster.transform
    west, south, east, north = bounds_of(part, to)
    if not outline.intersects(box(west, south, east, north)):
        return 0.0
    people = reader.people(part)
    if not people.any():
        return 0.0
    upright = people[:: -1 if to.e > 0 else 1, :: -1 if to.a < 0 else 1]
    grid = NumPyRasterSource(
        np.ascontiguousarray(upright), xmin=west, ymin=south, xmax=east, ymax=north,
        srs_wkt=reader.raster.crs.to_wkt(),
    )  # fmt: skip
    feature = {"type": "Feature", "geometry": outline.__geo_interface__, "properties": {}}
    answer = exact_extract(grid, [feature], ["sum"])
    return float(answer[0]["properties"]["sum"])


def compare_with_zones(
    path: Path, grid: PopulationGrid, units: Units, kind: str, found: Findings
) -> None:
    """Note planning units whose people by cell centres and by covered parts differ."""
    planning = units.table.loc[list(units.planning)]
    if planning.geometry.isna().any():
        return
    exact = zonal_totals(path, Units(planning, units.planning), kind=kind)
    of_unit = {u: units.planning_unit_of(u) for u in units.table.index}
    centred = grid.table["people"].groupby(grid.table["unit"].map(of_unit)).sum()
    for unit, people in exact.items():
        by_centres = float(centred.get(unit, 0.0))
        if abs(by_centres - people) > _NOTED_GAP * max(people, 1.0):
            found.note(
                f"{path.name}: {units.name(str(unit))} has {by_centres:,.0f} people by cell "
                f"centres and {people:,.0f} by the part of each cell inside its outline; "
                "the cells are coarse for it, or its coast cuts them"
            )
