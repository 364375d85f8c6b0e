"""FrictionSurface: how many minutes a metre takes, cell by cell of a raster."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import CRS, Geod
from rasterio.transform import Affine
from rasterio.windows import Window
from scipy import ndimage

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import WGS84, Box, metric_problem, parse_crs, project, short_name
from allocator.region.raster import raster_problems
from allocator.region.raster_blocks import window_around

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_SLOWEST_MINUTES_PER_M = 1.0
"""A file whose middle value is slower than 60 m an hour holds speeds or times, not friction."""


@dataclass(frozen=True, eq=False)
class FrictionSurface:
    """Minutes per metre on a raster without rotation (Weiss et al. 2018, Nature 553:333).

    Attributes
    ----------
    minutes_per_m
        Shape ``(n_rows, n_columns)``. NaN, infinite and negative values are barriers.
    transform
        Affine transform from column and row to x and y of the cells' corners, as rasterio has it.
    crs
        Coordinate system: a projected one in metres, degrees, or Mercator, whose cells are measured
        on the ellipsoid row by row. Empty: metres of a system that nobody names.
    source
        Where it comes from; travel times carry it on.
    """

    minutes_per_m: Floats
    transform: Any
    crs: str = ""
    source: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = []
        if np.ndim(self.minutes_per_m) != 2 or not np.size(self.minutes_per_m):
            shape = np.shape(self.minutes_per_m)
            problems.append(f"minutes_per_m must be rows of columns, got shape {shape}")
        to = self.transform
        if to.b or to.d or not (to.a and to.e):
            problems.append(f"transform must have sides and no rotation, got {tuple(to)[:6]}")
        if self.crs and not self._along_parallels and (wrong := metric_problem(self.crs)):
            problems.append(f"crs: {wrong}")
        raise_if_any(problems, where="friction surface")

    @cached_property
    def pace(self) -> Floats:
        """Minutes per metre with NaN for every barrier, shape ``(n_rows, n_columns)``."""
        given = np.asarray(self.minutes_per_m, dtype=np.float64)
        return np.where(np.isfinite(given) & (given >= 0), given, np.nan)

    @cached_property
    def steps_m(self) -> tuple[Floats, Floats, Floats]:
        """Metres from a cell to the next one in its row, below it, and aslant below it.

        Shapes ``(n_rows,)``, ``(n_rows - 1,)`` and ``(n_rows - 1,)``.
        """
        n_rows, to = len(self.minutes_per_m), self.transform
        if not self._along_parallels:
            wide, high = abs(to.a), abs(to.e)
            return tuple(
                np.full(n, metres)
                for n, metres in (
                    (n_rows, wide), (n_rows - 1, high), (n_rows - 1, float(np.hypot(wide, high))),
                )
            )  # type: ignore[return-value]  # fmt: skip
        y = to.f + to.e * (np.arange(n_rows) + 0.5)
        here, lat = project(np.full(n_rows, to.c + 0.5 * to.a), y, self.crs, WGS84)
        beside, _ = project(np.full(n_rows, to.c + 1.5 * to.a), y, self.crs, WGS84)
        geod = Geod(ellps="WGS84")
        return (
            np.asarray(geod.inv(here, lat, beside, lat)[2]),
            np.asarray(geod.inv(here[1:], lat[:-1], here[1:], lat[1:])[2]),
            np.asarray(geod.inv(here[1:], lat[:-1], beside[1:], lat[1:])[2]),
        )

    @cached_property
    def parts(self) -> NDArray[np.int32]:
        """Number of the connected part of each cell, from 1; 0 for barriers; as the raster."""
        labels, _ = ndimage.label(np.isfinite(self.pace), structure=np.ones((3, 3)))
        return np.asarray(labels, dtype=np.int32)

    def position_of(self, xy: Floats) -> Whole:
        """Raster cell, row by row, of points in the surface's system; -1 outside; ``(n,)``."""
        n_rows, n_columns = np.shape(self.minutes_per_m)
        to = self.transform
        with np.errstate(invalid="ignore"):
            column = np.floor((xy[:, 0] - to.c) / to.a)
            row = np.floor((xy[:, 1] - to.f) / to.e)
            inside = (column >= 0) & (column < n_columns) & (row >= 0) & (row < n_rows)
        at = np.where(inside, row * n_columns + column, -1.0)
        return at.astype(np.int64)

    def off_barriers(self, at: Whole, limit_m: float) -> Whole:
        """The same raster cells, but instead of a barrier the nearest cell that is none.

        Parameters
        ----------
        at
            Raster cells, -1 for none, shape ``(n,)``.
        limit_m
            Farthest that the middles of the two may lie apart, in metres; where no cell is as near,
            the barrier stays.
        """
        is_barrier = np.isnan(self.pace)
        sunk = np.flatnonzero(at >= 0)
        sunk = sunk[is_barrier.ravel()[at[sunk]]]
        if not len(sunk) or not limit_m > 0 or is_barrier.all():
            return at
        across, down, _ = self.steps_m
        sides = (float(np.mean(down if len(down) else across)), float(np.mean(across)))
        away_m, (row, column) = ndimage.distance_transform_edt(
            is_barrier, sampling=sides, return_indices=True
        )
        sunk = sunk[away_m.ravel()[at[sunk]] <= limit_m]
        moved = at.copy()
        moved[sunk] = (row * self.pace.shape[1] + column).ravel()[at[sunk]]
        return moved

    @cached_property
    def _along_parallels(self) -> bool:
        """Whether rows are parallels, so that a cell is as wide as any other of its row."""
        crs = parse_crs(self.crs) if self.crs else None
        if crs is None:
            return False
        operation = crs.coordinate_operation
        method = operation.method_name.lower() if operation is not None else ""
        plain = "mercator" in method and not ("transverse" in method or "oblique" in method)
        return bool(crs.is_geographic or plain)


def read_friction(path: str | Path, *, box: Box | None = None, crs: str = "") -> FrictionSurface:
    """Minutes per metre from the first band of a raster file.

    Parameters
    ----------
    path
        GeoTIFF of minutes per metre; nodata, NaN and negative values are barriers.
    box
        West, south, east, north of the part to read, in ``crs``; everything when missing. Of a file
        of the whole world only that part is held in memory.
    crs
        Coordinate system of ``box``; that of the file when missing.
    """
    file = Path(path)
    raise_if_any(raster_problems(file), where="friction surface")
    with rasterio.open(file) as raster:
        window: Window | None = Window(0, 0, raster.width, raster.height)
        if box is not None:
            window = window_around(raster, box, CRS.from_user_input(crs or raster.crs))
        if window is None:
            raise InputError(
                f"{file.name}: does not overlap the points; check the crs of both",
                where="friction surface",
            )
        read = raster.read(1, window=window, masked=True)
        pace = read.astype(np.float64).filled(np.nan)
        to, name = raster.transform, short_name(raster.crs)
    west, north = to.c + to.a * window.col_off, to.f + to.e * window.row_off
    transform = Affine(to.a, 0.0, west, 0.0, to.e, north)
    usable = pace[np.isfinite(pace) & (pace >= 0)]
    if len(usable) and np.median(usable) > _SLOWEST_MINUTES_PER_M:
        raise InputError(
            f"{file.name}: expected minutes per metre (walking 5 km/h is 0.012), got a median of "
            f"{np.median(usable):g}; divide 0.06 by speeds in km/h",
            where="friction surface",
        )
    source = {"file": file.name, "rows_columns": list(pace.shape)}
    return FrictionSurface(pace, transform, name, source)
