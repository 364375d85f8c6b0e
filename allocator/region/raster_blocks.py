"""Reading a raster block by block: what counts as people, and what was no number of people."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from rasterio.windows import Window

from allocator.region.coordinates import Box, areal_scale, geodesic_cell_areas_km2, same_crs
from allocator.region.findings import Findings, listed

Floats = NDArray[np.float64]
CELLS_AT_ONCE = 4_000_000
CACHE_MB = 256
"""What GDAL may keep of a file; its own limit grows with the machine."""
_LARGEST_BLOCK_MB = 128
_MARGIN_CELLS = 3
"""Cells read around the units, so that people just off the coast are found."""


def window_around(raster: Any, box: Box, crs: Any) -> Window | None:
    """Rows and columns that cover a box, with a margin, cut to the raster; None if outside."""
    transformer = Transformer.from_crs(crs, raster.crs, always_xy=True)
    west, south, east, north = transformer.transform_bounds(*box, densify_pts=21)
    to = raster.transform  # without rotation, see raster_problems
    columns = sorted(((west - to.c) / to.a, (east - to.c) / to.a))
    rows = sorted(((south - to.f) / to.e, (north - to.f) / to.e))
    first_row = max(0, int(np.floor(rows[0])) - _MARGIN_CELLS)
    first_column = max(0, int(np.floor(columns[0])) - _MARGIN_CELLS)
    height = min(raster.height, int(np.ceil(rows[1])) + _MARGIN_CELLS) - first_row
    width = min(raster.width, int(np.ceil(columns[1])) + _MARGIN_CELLS) - first_column
    if height <= 0 or width <= 0:
        return None
    return Window(first_column, first_row, width, height)


def bounds_of(window: Window, transform: Any) -> Box:
    """West, south, east, north of a window, whichever way rows and columns run."""
    west, east = sorted(transform.c + transform.a * (window.col_off + d) for d in (0, window.width))
    south, north = sorted(
        transform.f + transform.e * (window.row_off + d) for d in (0, window.height)
    )
    return west, south, east, north


def parts_of(window: Window, raster: Any, cells: int | None = None) -> Iterator[Window]:
    """Parts of a window along the file's own blocks, so that memory does not grow with either.

    Whole rows where they are not too wide, else tiles; a block that is larger than a part is
    read in several. ``cells`` is how many a part may hold (:data:`CELLS_AT_ONCE`).
    """
    most = CELLS_AT_ONCE if cells is None else cells
    high, wide = map(int, raster.block_shapes[0])
    width = int(window.width)
    across = [(int(window.col_off), width)]
    if width * high > most and width > wide:
        width = min(width, max(most // high // wide, 1) * wide)
        across = list(_steps(int(window.col_off), int(window.width), width))
    height = max(most // width, 1)
    height = height // high * high or height
    for row, rows in _steps(int(window.row_off), int(window.height), height):
        for column, columns in across:
            yield Window(column, row, columns, rows)


def _steps(first: int, size: int, step: int) -> Iterator[tuple[int, int]]:
    """Starts and lengths of steps that end on multiples of ``step``."""
    at = first
    while at < first + size:
        end = min((at // step + 1) * step, first + size)
        yield at, end - at
        at = end


def block_problem(raster: Any) -> str:
    """Why a file cannot be read in parts; empty if it can."""
    high, wide = map(int, raster.block_shapes[0])
    together = raster.count if str(raster.profile.get("interleave")) == "pixel" else 1
    mb = high * wide * together * np.dtype(raster.dtypes[0]).itemsize / 2**20
    if mb <= _LARGEST_BLOCK_MB:
        return ""
    return (
        f"is stored in blocks of {high:,} x {wide:,} cells ({mb:,.0f} MB each, expected at most "
        f"{_LARGEST_BLOCK_MB}), so no part of it can be read alone; store it in tiles: "
        "gdal_translate -co TILED=YES -co COMPRESS=DEFLATE"
    )


@dataclass
class BlockReader:
    """Turns blocks of a raster into cells with people, and remembers odd values."""

    raster: Any
    settlement: Any
    """A raster aligned with ``raster``, or None."""
    kind: str
    region_crs: str
    nodata: int = 0
    not_a_number: int = 0
    negative: int = 0
    _negative_values: set[float] = field(default_factory=set)
    _negative_at: list[str] = field(default_factory=list)

    def people(self, part: Window) -> Floats:
        """People per cell of a block as an image in the file's order, 0 where nobody lives."""
        people = self._values(part)
        if self.kind == "density":
            row, column = np.nonzero(people)
            at_row, at_column = row + int(part.row_off), column + int(part.col_off)
            people[row, column] *= self._areas_km2(at_row, *self._centres(at_column, at_row))
        return people

    def cells(self, part: Window) -> pd.DataFrame:
        """Cells of a block: ``x``, ``y`` in the raster's CRS, people, area_km2, settlement."""
        values = self._values(part)
        row, column = np.nonzero(values)
        settlement = np.zeros(len(row))
        if self.settlement is not None:
            read = self.settlement.read(1, window=part, masked=True).filled(0)
            settlement = np.asarray(read[row, column], dtype=np.float64)
        people = values[row, column]
        row, column = row + int(part.row_off), column + int(part.col_off)
        x, y = self._centres(column, row)
        area_km2 = self._areas_km2(row, x, y)
        if self.kind == "density":
            people = people * area_km2
        return pd.DataFrame(
            {"x": x, "y": y, "people": people, "area_km2": area_km2, "settlement": settlement},
            index=pd.Index(self._ids(row, column), dtype=object),
        )

    def _values(self, part: Window) -> Floats:
        """What the file says of a block, 0 for what is no number of people; remembers that."""
        masked = self.raster.read(1, window=part, masked=True)
        values: Floats = np.array(masked.data, dtype=np.float64)
        values *= self.raster.scales[0]  # mostly 1, and the offset 0
        values += self.raster.offsets[0]
        nodata = np.ma.getmaskarray(masked)
        broken = ~nodata & ~np.isfinite(values)
        negative = ~nodata & ~broken & (values < 0)
        self.nodata += int(nodata.sum())
        self.not_a_number += int(broken.sum())
        self._remember_negative(part, values, negative)
        values[nodata | broken | negative] = 0.0
        return values

    def report(self, file: str, found: Findings) -> None:
        """Say how many values were no people."""
        if self.nodata:
            found.note(
                f"{file}: {self.nodata:,} cells of the part read are nodata: nobody lives there"
            )
        if self.not_a_number:
            found.note(f"{file}: {self.not_a_number:,} cells are NaN or infinite: taken as empty")
        if self.negative:
            values = listed([f"{v:g}" for v in sorted(self._negative_values)], most=5)
            found.note(
                f"{file}: {self.negative:,} cells are negative (values {values}; first: "
                f"{'; '.join(self._negative_at)}): taken as empty, not summed; if that is the "
                "nodata value, declare it in the file"
            )

    def _remember_negative(self, part: Window, values: Floats, negative: NDArray[np.bool_]) -> None:
        if not negative.any():
            return
        self.negative += int(negative.sum())
        self._negative_values |= {float(v) for v in np.unique(values[negative])[:10]}
        for row, column in np.argwhere(negative)[: 3 - len(self._negative_at)]:
            at_row, at_column = int(row + part.row_off), int(column + part.col_off)
            x, y = self._centres(at_column, at_row)
            self._negative_at.append(f"row {at_row} column {at_column} at {x:.6g}, {y:.6g}")

    def _centres(self, column: Any, row: Any) -> tuple[Any, Any]:
        to = self.raster.transform
        return to.c + to.a * (column + 0.5), to.f + to.e * (row + 0.5)

    def _ids(self, row: NDArray[np.int64], column: NDArray[np.int64]) -> list[str]:
        high, wide = len(str(self.raster.height)), len(str(self.raster.width))
        return [f"r{r:0{high}d}c{c:0{wide}d}" for r, c in zip(row, column, strict=True)]

    def _areas_km2(self, row: NDArray[np.int64], x: Floats, y: Floats) -> Floats:
        """True areas: on the ellipsoid for degrees, by the map's own scale for metres."""
        transform, crs = self.raster.transform, CRS.from_user_input(self.raster.crs)
        width, height = abs(transform.a), abs(transform.e)
        if crs.is_geographic:
            rows, back = np.unique(row, return_inverse=True)
            middle = transform.f + (rows + 0.5) * transform.e
            areas = geodesic_cell_areas_km2(middle - height / 2, middle + height / 2, width)
            return np.asarray(areas[back])
        planar_km2 = width * height * crs.axis_info[0].unit_conversion_factor ** 2 / 1e6
        if same_crs(crs, self.region_crs) or not len(x):
            return np.full(len(x), planar_km2)  # the plane in which the region is measured
        return np.asarray(planar_km2 / areal_scale(x, y, self.raster.crs))
