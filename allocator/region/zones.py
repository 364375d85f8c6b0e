"""Zonal totals by the part of every cell that a unit covers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rasterio
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from numpy.typing import NDArray
from rasterio.windows import Window

from allocator.errors import InputError
from allocator.region.findings import Findings
from allocator.region.grid import PopulationGrid
from allocator.region.raster_blocks import BlockReader, window_around
from allocator.region.units import Units

_NOTED_GAP = 0.05


def zonal_totals(raster: str | Path, units: Units, *, kind: str = "count") -> "pd.Series[float]":
    """People of each unit with an outline: every cell counts by the part that the unit covers.

    Nodata, NaN and negative values count as nobody. Compare with sums by cell centres, which
    err where units are small against the cells.

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
    shapes = units.table.geometry.dropna()
    if shapes.empty:
        raise InputError("units have no outlines, so nothing can be summed", where="zonal totals")
    totals = {}
    with rasterio.open(raster) as source:
        reader = BlockReader(source, None, kind, str(units.table.crs))
        outlines = shapes.to_crs(source.crs)
        for unit, outline in outlines.items():
            west, south, east, north = map(float, outline.bounds)
            window = window_around(source, (west, south, east, north), source.crs)
            totals[unit] = 0.0 if window is None else _sum(reader, window, outline)
    return pd.Series(totals, name="people", dtype=np.float64)


def _sum(reader: BlockReader, window: Window, outline: Any) -> float:
    to = reader.raster.transform
    west, east = sorted(to.c + to.a * (window.col_off + np.array([0, window.width])))
    south, north = sorted(to.f + to.e * (window.row_off + np.array([0, window.height])))
    grid = NumPyRasterSource(
        _people(reader, window), xmin=west, ymin=south, xmax=east, ymax=north,
        srs_wkt=reader.raster.crs.to_wkt(),
    )  # fmt: skip
    feature = {"type": "Feature", "geometry": outline.__geo_interface__, "properties": {}}
    answer = exact_extract(grid, [feature], ["sum"])
    return float(answer[0]["properties"]["sum"])


def _people(reader: BlockReader, window: Window) -> NDArray[np.float64]:
    """People per cell of a window as an image, north on top, zero where nobody lives."""
    image = np.zeros((int(window.height), int(window.width)))
    cells, to = reader.cells(window), reader.raster.transform
    if len(cells):
        column, row = (cells["x"] - to.c) / to.a, (cells["y"] - to.f) / to.e
        at = (
            np.floor(row).astype(np.int64) - int(window.row_off),
            np.floor(column).astype(np.int64) - int(window.col_off),
        )
        image[at] = cells["people"].to_numpy(np.float64)
    return image if to.e < 0 else image[::-1]


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
