"""Coordinates of rows: which columns hold them, in which CRS, and whether they make sense."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from allocator.region.coordinates import WGS84, Box, parse_crs, project
from allocator.region.offsets import System, to_wgs84
from allocator.region.tables import Sheet

Floats = NDArray[np.float64]
_NAMES = (
    ("lon", "lat"), ("longitude", "latitude"), ("lng", "lat"), ("long", "lat"), ("x", "y"),
    ("x_m", "y_m"),
)  # fmt: skip
COORDINATE_COLUMNS = tuple(dict.fromkeys(name for pair in _NAMES for name in pair))


@dataclass(frozen=True, eq=False)
class Points:
    """Coordinates of rows in a CRS; NaN where a row has none. Shapes ``(n,)``."""

    x: Floats
    y: Floats
    crs: Any

    def to(self, crs: Any) -> tuple[Floats, Floats]:
        """Coordinates in another CRS."""
        return project(self.x, self.y, self.crs, crs)

    def box(self) -> Box | None:
        """West, south, east, north in the points' own CRS; None if no row has coordinates."""
        if not (np.isfinite(self.x) & np.isfinite(self.y)).any():
            return None
        west, east = float(np.nanmin(self.x)), float(np.nanmax(self.x))
        return west, float(np.nanmin(self.y)), east, float(np.nanmax(self.y))


def coordinate_columns(sheet: Sheet) -> tuple[str, str] | None:
    """The pair of columns that hold coordinates, whatever their case."""
    lower = {str(c).lower(): str(c) for c in sheet.frame.columns}
    for x, y in _NAMES:
        if x in lower and y in lower:
            return lower[x], lower[y]
    return None


def points_of(
    sheet: Sheet,
    *,
    crs: str | None,
    region_crs: str | None,
    system: System = "wgs84",
    box_degrees: Box | None = None,
) -> Points | None:
    """Where the rows of a sheet lie; centroids for polygons.

    ``box_degrees`` is where the region lies, to tell swapped columns.
    """
    if sheet.geometry is not None:
        centres = _centres(sheet)
        if not _plausible(centres, sheet, f"{sheet.file}, geometry", box_degrees):
            return None
        return _moved(centres, sheet, system)
    columns = coordinate_columns(sheet)
    if columns is None:
        sheet.found.problem(
            f"{sheet.file}: no coordinates: columns 'lon' and 'lat' (degrees), or 'x' and 'y' with "
            f"crs, are missing (columns found: {', '.join(sheet.frame.columns)})"
        )
        return None
    parsed = _crs_of(columns, sheet, crs, region_crs)
    x, y = (sheet.numbers(c, lowest=-np.inf) for c in columns)
    names = f"{sheet.at(columns[0])} and {columns[1]}"
    if parsed is None or not _plausible(Points(x, y, parsed), sheet, names, box_degrees):
        return None
    return _moved(Points(x, y, parsed), sheet, system)


def _centres(sheet: Sheet) -> Points:
    centres = shapely.centroid(sheet.geometry.to_numpy())
    points = Points(shapely.get_x(centres), shapely.get_y(centres), sheet.geometry.crs)
    missing = ~(np.isfinite(points.x) & np.isfinite(points.y))
    if missing.any():
        sheet.found.problem(
            f"{sheet.file}: no geometry in {sheet.rows(missing)}; draw it, or delete the row"
        )
    return points


def _crs_of(
    columns: tuple[str, str], sheet: Sheet, crs: str | None, region_crs: str | None
) -> CRS | None:
    """The CRS of coordinate columns: as stated, else WGS 84 for degrees, else the region's."""
    in_metres = columns[0].lower().startswith("x")
    stated = crs or (region_crs if in_metres else WGS84)
    if stated is None:
        sheet.found.problem(
            f"{sheet.file}: columns {columns[0]!r} and {columns[1]!r} need to know their crs; "
            f'write {sheet.found.setting("crs")} = "EPSG:NNNNN"'
        )
        return None
    parsed = parse_crs(stated)
    if parsed is None:
        sheet.found.problem(
            f"{sheet.file}: crs {stated!r} is not a known coordinate reference system; "
            "write EPSG:NNNNN"
        )
    return parsed


def _moved(points: Points, sheet: Sheet, system: System) -> Points | None:
    if system == "wgs84":
        return points
    if not points.crs.is_geographic:
        sheet.found.problem(
            f"{sheet.file}: coordinates = {system!r} are degrees, but the file is in {points.crs}; "
            "leave coordinates out, or give lon and lat"
        )
        return None
    lon, lat = to_wgs84(points.x, points.y, system)
    sheet.found.note(f"{sheet.file}: coordinates converted from {system} to WGS 84")
    return Points(lon, lat, points.crs)


def _plausible(points: Points, sheet: Sheet, names: str, box_degrees: Box | None) -> bool:
    x, y = points.x, points.y
    known = np.isfinite(x) & np.isfinite(y)
    if not known.any():
        return len(sheet) == 0
    degrees_like = known & (np.abs(x) <= 180) & (np.abs(y) <= 90)
    if not points.crs.is_geographic:
        if degrees_like.sum() == known.sum():
            sheet.found.problem(
                f"{names}: look like degrees (first: {x[known][0]:g}, {y[known][0]:g}), but the "
                "crs is in metres; name the columns lon and lat"
            )
            return False
        return True
    metres_like = known & ((np.abs(x) > 360) | (np.abs(y) > 360))
    if metres_like.any():
        at = int(np.flatnonzero(metres_like)[0])
        sheet.found.problem(
            f"{names}: look like metres (first: {x[at]:g}, {y[at]:g} in "
            f"{sheet.rows(metres_like)}); name the columns x and y and give their crs"
        )
        return False
    swapped = known & (np.abs(y) > 90)
    if swapped.any():
        at = int(np.flatnonzero(swapped)[0])
        sheet.found.problem(
            f"{names}: latitude {y[at]:g} lies outside -90..90 ({sheet.rows(swapped)}); longitude "
            "and latitude are probably swapped: exchange the columns"
        )
        return False
    if box_degrees is not None and _only_when_swapped(x[known], y[known], box_degrees):
        sheet.found.problem(
            f"{names}: the points (first: {x[known][0]:g}, {y[known][0]:g}) lie in the region only "
            "with longitude and latitude exchanged; they are swapped: exchange the columns"
        )
        return False
    return True


def _only_when_swapped(x: Floats, y: Floats, box: Box) -> bool:
    west, south, east, north = box
    margin = max(0.1, 0.5 * max(east - west, north - south))

    def share_inside(lon: Floats, lat: Floats) -> float:
        inside = (lon > west - margin) & (lon < east + margin)
        inside &= (lat > south - margin) & (lat < north + margin)
        return float(inside.mean())

    return share_inside(x, y) < 0.1 and share_inside(y, x) > 0.9
