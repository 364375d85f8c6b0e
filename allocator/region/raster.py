"""GeoTIFF to population cells: only where the units are, losing nobody in silence."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.windows import Window

from allocator.errors import InputError, raise_if_any
from allocator.region.containment import has_outlines
from allocator.region.coordinates import (
    Box,
    box_in_degrees,
    metric_problem,
    project,
    same_crs,
    short_name,
)
from allocator.region.findings import Findings, listed
from allocator.region.grid import PopulationGrid
from allocator.region.grid_files import RawGrid, too_dense
from allocator.region.placement import placed_grid
from allocator.region.raster_blocks import (
    CACHE_MB,
    BlockReader,
    block_problem,
    parts_of,
    window_around,
)
from allocator.region.units import Units

KINDS_OF_VALUES = ("count", "density")
_MOST_CELLS = 20_000_000
_EMPTIEST_TOWN_PER_KM2 = 300.0
"""Where no cell is as dense as the edge of a town, people per cell were read as per km2."""


def read_raster_grid(
    path: str | Path,
    *,
    kind: str,
    units: Units | None,
    crs: str,
    settlement: str | Path | None = None,
) -> PopulationGrid:
    """Read a population raster as points, without resampling.

    Parameters
    ----------
    path
        GeoTIFF in any CRS; only the part around the units is read.
    kind
        ``count`` (people per cell) or ``density`` (people per km2).
    units
        Units with outlines in any CRS; None = one unit that holds everybody, with id ``all``.
    crs
        Local metric CRS of the answer.
    settlement
        Raster aligned with ``path``: 1 urban, 0 rural.

    Returns
    -------
    PopulationGrid
        Cells with people only; ``note`` says what was left out and why.

    Raises
    ------
    InputError
        Listing every problem found.
    """
    file, found = Path(path), Findings()
    if kind not in KINDS_OF_VALUES:
        found.problem(f"kind: must be 'count' or 'density' (people per km2), got {kind!r}")
    if problem := metric_problem(crs):
        found.problem(f"crs: {problem}")
    layer = None if settlement is None else Path(settlement)
    for part in [file, *([] if layer is None else [layer])]:
        found.problems += raster_problems(part)
    raise_if_any(found.problems, where=file.name)
    table = _everybody() if units is None else units.table
    if has_outlines(table) and not same_crs(table.crs, crs):
        table = table.to_crs(crs)
    raw = raster_cells(file, kind=kind, crs=crs, found=found, units=table, settlement=layer)
    raise_if_any(found.problems, where=file.name)
    if raw is None:
        raise InputError("could not be read", where=file.name)
    grid = placed_grid(raw, table, file=file.name, basis="measured", note="", found=found)
    raise_if_any(found.problems, where=file.name)
    return PopulationGrid(
        grid.table, grid.side_m, grid.basis, "; ".join(found.notes), grid.settlement
    )


def raster_box(path: Path) -> Box:
    """West, south, east, north of a raster in degrees."""
    with rasterio.open(path) as raster:
        return box_in_degrees(tuple(raster.bounds), raster.crs)


def raster_problems(path: Path) -> list[str]:
    """What makes a raster unusable as a grid."""
    if not path.is_file():
        return [f"{path.name}: no such file; mend the name or add the file"]
    try:
        with rasterio.open(path) as raster:
            if raster.crs is None:
                return [f"{path.name}: has no coordinate reference system; set it in QGIS"]
            if raster.transform.b or raster.transform.d:
                return [f"{path.name}: is rotated; warp it to a north-up raster first"]
            if problem := block_problem(raster):
                return [f"{path.name}: {problem}"]
    except rasterio.errors.RasterioError as error:
        return [f"{path.name}: cannot be read as a raster: {error}; export it again as GeoTIFF"]
    return []


def raster_cells(
    path: Path,
    *,
    kind: str,
    crs: str,
    found: Findings,
    units: gpd.GeoDataFrame,
    settlement: Path | None = None,
) -> RawGrid | None:
    """Cells with people as points in ``crs``, read only around the outlines of ``units``."""
    with ExitStack() as stack:
        stack.enter_context(rasterio.Env(GDAL_CACHEMAX=CACHE_MB))
        raster = stack.enter_context(rasterio.open(path))
        layer = None if settlement is None else stack.enter_context(rasterio.open(settlement))
        window: Window | None = Window(0, 0, raster.width, raster.height)
        if has_outlines(units):
            west, south, east, north = map(float, units.total_bounds)
            window = window_around(raster, (west, south, east, north), units.crs)
        if layer is not None and not _aligned(raster, layer, found):
            return None
        if window is None:
            found.problem(
                f"{path.name}: does not overlap the units (it covers {_bounds(raster)}); "
                "check the crs of both files"
            )
            return None
        if raster.count > 1:
            found.note(f"{path.name}: has {raster.count} bands; the first is read")
        reader = BlockReader(raster, layer, kind, crs)
        table = _all_cells(reader, parts_of(window, raster), path.name, found)
        reader.report(path.name, found)
        x_m, y_m = project(table["x"].to_numpy(), table["y"].to_numpy(), raster.crs, crs)
    if table.empty:
        found.problem(f"{path.name}: no cell near the units holds people; check the file")
        return None
    too_dense(table, kind, path.name, found)
    densest = float((table["people"] / table["area_km2"]).max())
    if kind == "density" and densest < _EMPTIEST_TOWN_PER_KM2:
        found.note(
            f"{path.name}: nowhere more than {densest:,.0f} people per km2 live: kind = 'density' "
            "is probably wrong (is it 'count'?)"
        )
    values = sorted(set(table["settlement"]) - {0.0, 1.0})
    if values and settlement is not None:
        found.problem(
            f"{settlement.name}: settlement must be 1 (urban) or 0 (rural), got "
            f"{listed([f'{v:g}' for v in values])}; reclassify the raster"
        )
    urban = None if settlement is None else table["settlement"] == 1
    cells = table.assign(x_m=x_m, y_m=y_m, urban=urban, unit="")
    cells = cells[["x_m", "y_m", "people", "urban", "unit", "area_km2"]]
    return RawGrid(cells, "density" if settlement is None else "layer")


def _all_cells(
    reader: BlockReader, parts: Iterable[Window], file: str, found: Findings
) -> pd.DataFrame:
    """Cells of all parts, row by row; too many for any region are a problem."""
    tables, cells = [], 0
    for part in parts:
        tables.append(reader.cells(part))
        cells += len(tables[-1])
        if cells > _MOST_CELLS:
            found.problem(
                f"{file}: more than {_MOST_CELLS:,} cells around the units hold people, too many "
                "to plan with; give units with outlines of a smaller region, or coarser cells"
            )
            break
    table = pd.concat(tables)
    return table if table.index.is_monotonic_increasing else table.sort_index()


def _aligned(raster: Any, layer: Any, found: Findings) -> bool:
    same = raster.shape == layer.shape and raster.crs == layer.crs
    if same and raster.transform.almost_equals(layer.transform, precision=1e-9):
        return True
    found.problem(
        f"{Path(layer.name).name}: is not aligned with {Path(raster.name).name} "
        f"({layer.height} x {layer.width} in {short_name(layer.crs)} against {raster.height} x "
        f"{raster.width} in {short_name(raster.crs)}); align it in QGIS (nearest neighbour)"
    )
    return False


def _bounds(raster: Any) -> str:
    west, south, east, north = (f"{v:.6g}" for v in raster.bounds)
    return f"{west} to {east}, {south} to {north} in {short_name(raster.crs)}"


def _everybody() -> gpd.GeoDataFrame:
    table = pd.DataFrame({"name": ["all"], "level": ["region"], "parent": [""]}, index=["all"])
    return gpd.GeoDataFrame(table, geometry=np.array([None], dtype=object))
