"""Population counts on a coarser or shifted grid, with nobody lost."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import metric_problem
from allocator.region.raster import raster_problems

TOLERANCE = 0.005
"""A resampled raster may differ from its source by this share of the people."""


def resample_counts(
    path: str | Path, out: str | Path, *, cell_m: float, crs: str
) -> tuple[float, float]:
    """Write counts on square cells of a metric CRS; each person goes where the cell's area goes.

    Nearest, bilinear or average resampling of counts loses or invents people; the sum does not.

    Parameters
    ----------
    path
        GeoTIFF of counts (people per cell).
    out
        GeoTIFF to write: float32 counts, 0 where nobody lives.
    cell_m
        Side of the new cells, in metres; not finer than the source.
    crs
        Metric CRS of the new raster.

    Returns
    -------
    tuple
        People before and after.

    Raises
    ------
    InputError
        If the totals differ by more than 0.5 %; nothing is written then.
    """
    source = Path(path)
    problems = raster_problems(source)
    if not cell_m > 0:
        problems.append(f"cell_m: must be > 0, got {cell_m}")
    if problem := metric_problem(crs):
        problems.append(f"crs: {problem}")
    raise_if_any(problems, where=f"resample {source.name}")
    with rasterio.open(source) as raster:
        people = _people(raster)
        transform, width, height = _frame(raster, cell_m, crs)
        counts = np.zeros((height, width), dtype=np.float64)
        reproject(
            people, counts, src_transform=raster.transform, src_crs=raster.crs,
            dst_transform=transform, dst_crs=crs, resampling=Resampling.sum,
            src_nodata=None, dst_nodata=None, init_dest_nodata=False,
        )  # fmt: skip
    before, after = float(people.sum()), float(counts.sum())
    if abs(after - before) > TOLERANCE * max(before, 1.0):
        raise InputError(
            f"{before:,.0f} people became {after:,.0f} ({after / max(before, 1.0) - 1:+.2%}); "
            f"expected at most {TOLERANCE:.1%} difference: choose cells not finer than the source",
            where=f"resample {source.name}",
        )
    _write(Path(out), counts, transform, crs)
    return before, after


def _people(raster: Any) -> NDArray[np.float64]:
    values: NDArray[np.float64] = raster.read(1, masked=True).astype(np.float64).filled(0.0)
    return np.where(np.isfinite(values) & (values > 0), values, 0.0)


def _frame(raster: Any, cell_m: float, crs: str) -> tuple[Any, int, int]:
    """Transform, width and height that hold the whole source, on multiples of the cell."""
    transformer = Transformer.from_crs(raster.crs, crs, always_xy=True)
    west, south, east, north = transformer.transform_bounds(*raster.bounds)
    left = np.floor(west / cell_m - 1) * cell_m
    top = np.ceil(north / cell_m + 1) * cell_m
    columns = int(np.ceil((east - left) / cell_m)) + 1
    rows = int(np.ceil((top - south) / cell_m)) + 1
    return Affine(cell_m, 0, float(left), 0, -cell_m, float(top)), columns, rows


def _write(out: Path, counts: NDArray[np.float64], transform: Any, crs: str) -> None:
    height, width = counts.shape
    with rasterio.open(
        out, "w", driver="GTiff", height=height, width=width, count=1, dtype="float32", crs=crs,
        transform=transform, compress="deflate",
    ) as raster:  # fmt: skip
        raster.write(counts.astype(np.float32), 1)
