"""The squares that a census is spread over: land of its units, and what draws people to it."""

from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from exactextract import exact_extract
from numpy.typing import NDArray

from allocator.errors import raise_if_any
from allocator.region.findings import listed
from allocator.region.land import Land
from allocator.region.raster import raster_problems

Floats = NDArray[np.float64]
_SLIVER = 1e-6
"""Land below this share of a square is an edge that two outlines draw differently."""


def census_squares(
    units: "gpd.GeoSeries", *, side_m: float, land: Land | None = None
) -> pd.DataFrame:
    """Squares on which the units have land, on whole multiples of their side.

    A square belongs to the unit with the most land in it; its area is all of its land inside the
    units.

    Parameters
    ----------
    units
        Outlines by unit id, in a metric CRS; they do not overlap.
    side_m
        Side of a square, in metres.
    land
        Where land is, inside the units.

    Returns
    -------
    Indexed by cell id: ``row`` and ``col`` (from the south-west), ``x_m``, ``y_m`` (middle),
    ``unit``, ``area_km2`` (land).

    Raises
    ------
    InputError
        If a unit has no square of its own.
    """
    shapes = np.asarray(units.to_numpy(), dtype=object)
    shapes = shapes if land is None else land.clipped(shapes)
    parts = [_of_unit(shape, side_m).assign(unit=name) for name, shape in zip(units.index, shapes,
             strict=True)]  # fmt: skip
    pieces = pd.concat(parts, ignore_index=True)
    pieces = pieces[pieces["area_km2"] > _SLIVER * side_m**2 / 1e6]
    largest = pieces.sort_values(["area_km2", "unit"], ascending=[False, True], kind="stable")
    cells = largest.drop_duplicates(["row", "col"]).set_index(["row", "col"]).sort_index()
    cells["area_km2"] = pieces.groupby(["row", "col"])["area_km2"].sum()
    cells["area_km2"] = cells["area_km2"].clip(upper=side_m**2 / 1e6)
    without = [name for name in units.index if name not in set(cells["unit"])]
    raise_if_any(
        [
            f"units {listed(without)} hold no square of {side_m:g} m of their own: they are too "
            "small for it, or have no land; choose a smaller side_m, or mend the outlines"
        ]
        if without
        else [],
        where="census to grid",
    )
    cells = cells.reset_index()
    row, col = cells["row"].to_numpy(np.int64), cells["col"].to_numpy(np.int64)
    cells["x_m"], cells["y_m"] = (col + 0.5) * side_m, (row + 0.5) * side_m
    cells["row"], cells["col"] = row - row.min(), col - col.min()
    wide = [len(str(int(cells[name].max()))) for name in ("row", "col")]
    cells.index = pd.Index(
        [f"r{r:0{wide[0]}d}c{c:0{wide[1]}d}" for r, c in cells[["row", "col"]].to_numpy()],
        name="id", dtype=object,
    )  # fmt: skip
    return cells[["row", "col", "x_m", "y_m", "unit", "area_km2"]]


def _of_unit(shape: Any, side_m: float) -> pd.DataFrame:
    """Row, column and land in km2 of the squares that a shape touches."""
    if shape is None or shape.is_empty:
        return pd.DataFrame({"row": [], "col": [], "area_km2": []})
    west, south, east, north = (int(np.floor(v / side_m)) for v in shape.bounds)
    row, col = (at.ravel() for at in np.mgrid[south : north + 1, west : east + 1])
    squares = shapely.box(col * side_m, row * side_m, (col + 1) * side_m, (row + 1) * side_m)
    shapely.prepare(shape)
    near = shapely.intersects(shape, squares)
    row, col, squares = row[near], col[near], squares[near]
    whole = shapely.contains_properly(shape, squares)
    area_m2 = np.full(len(squares), side_m**2)
    area_m2[~whole] = shapely.area(shapely.intersection(squares[~whole], shape))
    return pd.DataFrame({"row": row, "col": col, "area_km2": area_m2 / 1e6})


def layer_weights(
    cells: pd.DataFrame,
    raster: str | Path,
    *,
    side_m: float,
    crs: str,
    statistic: Literal["mean", "sum"] = "mean",
) -> Floats:
    """What a settlement layer says of each square: built-up share, a mask, another grid's people.

    Every raster cell counts by the part that the square covers; nodata counts as nothing.

    Parameters
    ----------
    cells
        As :func:`census_squares` gives them.
    raster
        GeoTIFF in any CRS, values >= 0.
    statistic
        ``mean`` of a share, a density or a mask: it is multiplied by the square's land area.
        ``sum`` of counts.

    Returns
    -------
    Weights >= 0, shape ``(n_cells,)``.
    """
    path = Path(raster)
    problems = raster_problems(path)
    if statistic not in ("mean", "sum"):
        problems.append(f"statistic: must be 'mean' or 'sum', got {statistic!r}")
    raise_if_any(problems, where="settlement layer")
    half = side_m / 2
    x_m, y_m = cells["x_m"].to_numpy(np.float64), cells["y_m"].to_numpy(np.float64)
    squares = gpd.GeoDataFrame(
        geometry=shapely.box(x_m - half, y_m - half, x_m + half, y_m + half), crs=crs
    )
    with rasterio.open(path) as source:
        read = exact_extract(
            source, squares.to_crs(source.crs), [statistic, "min"], output="pandas"
        )
    lowest = read["min"].min()
    if lowest < 0:
        raise_if_any(
            [
                f"{path.name}: holds {lowest:g}; a settlement layer must be >= 0: if that is the "
                "nodata value, declare it in the file"
            ],
            where="settlement layer",
        )
    weights = np.nan_to_num(read[statistic].to_numpy(np.float64))
    if statistic == "mean":
        weights = weights * cells["area_km2"].to_numpy(np.float64)
    return np.asarray(weights, dtype=np.float64)
