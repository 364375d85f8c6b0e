"""Population counts on a coarser or shifted grid, with nobody lost."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import rasterio
from pyproj import Transformer
from rasterio.transform import Affine
from rasterio.warp import Resampling, reproject
from rasterio.windows import Window

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import metric_problem
from allocator.region.raster import raster_problems
from allocator.region.raster_blocks import (
    CACHE_MB,
    BlockReader,
    bounds_of,
    parts_of,
    window_around,
)

TOLERANCE = 0.005
"""A resampled raster may differ from its source by this share of the people."""
_CELLS_AT_ONCE = 1_000_000
"""The sum takes some 250 bytes per cell of the source."""

_UNDIVIDED = {"SRC_FILL_RATIO_HEURISTICS": "NO", "warp_mem_limit": 2000}
"""Where GDAL divides the work, people on the seams are lost (0.14 % have been seen)."""


def resample_counts(
    path: str | Path, out: str | Path, *, cell_m: float, crs: str
) -> tuple[float, float]:
    """Write counts on square cells of a metric CRS; each person goes where the cell's area goes.

    Nearest, bilinear or average resampling of counts loses or invents people; the sum does not.
    The source is read part by part, so its size does not matter.

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
    out = Path(out)
    with (
        TemporaryDirectory(dir=out.parent) as folder,
        rasterio.Env(GDAL_CACHEMAX=CACHE_MB),
        rasterio.open(source) as raster,
    ):
        draft = Path(folder) / out.name
        before, after = _write(draft, BlockReader(raster, None, "count", crs), cell_m, crs)
        if abs(after - before) > TOLERANCE * max(before, 1.0):
            raise InputError(
                f"{before:,.0f} people became {after:,.0f} ({after / max(before, 1.0) - 1:+.2%}); "
                f"expected at most {TOLERANCE:.1%} difference: choose cells not finer than the "
                "source",
                where=f"resample {source.name}",
            )
        draft.replace(out)
    return before, after


def _write(out: Path, reader: BlockReader, cell_m: float, crs: str) -> tuple[float, float]:
    """Bring part after part of the source to where it belongs; people before and after."""
    transform, width, height = _frame(reader.raster, cell_m, crs)
    whole = Window(0, 0, reader.raster.width, reader.raster.height)
    new_per_old = width * height / (whole.width * whole.height)
    at_once = max(1, int(_CELLS_AT_ONCE / max(new_per_old, 1.0)))
    before = after = 0.0
    with rasterio.open(
        out, "w+", driver="GTiff", height=height, width=width, count=1, dtype="float32", crs=crs,
        transform=transform, compress="deflate", tiled=True, bigtiff="if_safer",
    ) as raster:  # fmt: skip
        for part in parts_of(whole, reader.raster, at_once):
            people = reader.people(part)
            if not people.any():
                continue
            box = bounds_of(part, reader.raster.transform)
            to = window_around(raster, box, reader.raster.crs)
            if to is None:
                continue  # cannot be: the frame holds the whole source
            counts = np.zeros((int(to.height), int(to.width)))
            reproject(
                people, counts, src_crs=reader.raster.crs, dst_crs=crs, resampling=Resampling.sum,
                src_transform=_moved(reader.raster.transform, part),
                dst_transform=_moved(transform, to), src_nodata=None, dst_nodata=None,
                init_dest_nodata=False, tolerance=0, **_UNDIVIDED,
            )  # fmt: skip
            before, after = before + float(people.sum()), after + float(counts.sum())
            raster.write((raster.read(1, window=to) + counts).astype(np.float32), 1, window=to)
    return before, after


def _moved(transform: Affine, window: Window) -> Affine:
    """The transform of a window."""
    west = transform.c + transform.a * window.col_off
    north = transform.f + transform.e * window.row_off
    return Affine(transform.a, 0, west, 0, transform.e, north)


def _frame(raster: Any, cell_m: float, crs: str) -> tuple[Any, int, int]:
    """Transform, width and height that hold the whole source, on multiples of the cell."""
    transformer = Transformer.from_crs(raster.crs, crs, always_xy=True)
    west, south, east, north = transformer.transform_bounds(*raster.bounds)
    left = np.floor(west / cell_m - 1) * cell_m
    top = np.ceil(north / cell_m + 1) * cell_m
    columns = int(np.ceil((east - left) / cell_m)) + 1
    rows = int(np.ceil((top - south) / cell_m)) + 1
    return Affine(cell_m, 0, float(left), 0, -cell_m, float(top)), columns, rows
