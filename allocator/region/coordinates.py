"""Coordinate reference systems: a local metric one per region, fit for distances.

Distances are planar in the region's metric CRS, so that CRS must be projected, in metres, and
true to scale where the region lies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod, Proj, Transformer
from pyproj.exceptions import CRSError

from allocator.region.findings import Findings

WGS84 = "EPSG:4326"
_WGS84_ELLIPSOID = Geod(ellps="WGS84")
NOTED_SCALE_ERROR, REFUSED_SCALE_ERROR = 0.001, 0.005
_LONGEST_SHOWN = 160

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""West, south, east, north."""


@dataclass(frozen=True)
class ScaleCheck:
    """How true a CRS is to scale over a box: problem or note, empty if neither."""

    problem: str = ""
    note: str = ""


def parse_crs(text: str) -> CRS | None:
    """The CRS that a text such as ``EPSG:32651`` names; None if it names none."""
    try:
        return CRS.from_user_input(text)
    except CRSError:
        return None


def short_name(crs: Any) -> str:
    """``EPSG:32651`` where the CRS has a code, else its own text."""
    parsed = CRS.from_user_input(crs)
    authority = parsed.to_authority(min_confidence=70)
    return ":".join(authority) if authority else parsed.to_string()


def shown_crs(text: str) -> str:
    """A CRS as messages name it: as given, unless it is a page of WKT.

    >>> shown_crs(CRS("EPSG:4549").to_wkt())
    "'CGCS2000 / 3-degree Gauss-Kruger CM 120E' (given as WKT)"
    """
    parsed = parse_crs(text) if len(text) > _LONGEST_SHOWN else None
    return text if parsed is None else f"{parsed.name!r} (given as WKT)"


def local_metric_crs(box: Box) -> str:
    """The UTM zone of the middle of a box in degrees.

    >>> local_metric_crs((120.3, 30.3, 121.3, 31.0))
    'EPSG:32651'
    """
    lon, lat = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    zone = min(60, max(1, int((lon + 180) // 6) + 1))
    return f"EPSG:{32600 + zone if lat >= 0 else 32700 + zone}"


def metric_problem(crs_text: str) -> str:
    """Why distances must not be measured in this CRS; empty if they may."""
    crs = parse_crs(crs_text)
    if crs is None:
        return f"{crs_text!r} is not a known coordinate reference system; write EPSG:NNNNN"
    named = shown_crs(crs_text)
    if crs.is_geographic:
        return (
            f"{named} is geographic (degrees): distances need metres; leave crs out, or name "
            "a local projected one such as the UTM zone"
        )
    if not crs.is_projected:
        return f"{named} is not a projected coordinate reference system; use a UTM zone"
    operation = crs.coordinate_operation
    if operation is not None and "pseudo" in operation.method_name.lower():
        return (
            f"{named} is Web Mercator: its metres are 16 % too long at 31 degrees and worse "
            "farther north; leave crs out, or name the local UTM zone"
        )
    if any(abs(axis.unit_conversion_factor - 1) > 1e-9 for axis in crs.axis_info[:2]):
        return f"{named} is not in metres but in {crs.axis_info[0].unit_name}; use a UTM zone"
    return ""


def scale_check(crs_text: str, box: Box) -> ScaleCheck:
    """Compare the CRS's metres with true metres at the corners and the middle of a box."""
    west, south, east, north = box
    lon = np.array([west, east, west, east, (west + east) / 2])
    lat = np.array([south, south, north, north, (south + north) / 2])
    factors = Proj(crs_text).get_factors(lon, lat)
    scales = np.concatenate([factors.tissot_semimajor, factors.tissot_semiminor])
    error = float(np.max(np.abs(scales - 1))) if np.isfinite(scales).all() else float("inf")
    if error <= NOTED_SCALE_ERROR:
        return ScaleCheck()
    text = (
        f"crs {shown_crs(crs_text)}: lengths are up to {error:.2%} wrong in this region "
        f"(longitude {west:.2f} to {east:.2f}, latitude {south:.2f} to {north:.2f})"
    )
    better = local_metric_crs(box)
    if better == crs_text:
        return ScaleCheck(note=f"{text}; the region is wide for one zone")
    if error <= REFUSED_SCALE_ERROR:
        return ScaleCheck(note=f"{text}; {better} would be truer")
    return ScaleCheck(problem=f"{text}; use {better}, or leave crs out")


def region_crs(stated: str | None, box: Box | None, found: Findings) -> str:
    """The CRS in which a region is measured: the stated one if it is fit, else the UTM zone."""
    problem = metric_problem(stated) if stated else ""
    if problem:
        found.problem(f"{found.at('crs')}: {problem}")
    if stated and not problem:
        check = scale_check(stated, box) if box is not None else ScaleCheck()
        if check.problem:
            found.problem(check.problem)
        if check.note:
            found.note(check.note)
        return stated
    if box is None:
        found.problem(
            "nothing says where the region is: neither units with outlines nor "
            "coordinates of grid or sites could be read"
        )
        return "EPSG:32631"
    chosen = local_metric_crs(box)
    found.note(f"distances are measured in {chosen}, the UTM zone of the region's middle")
    if note := scale_check(chosen, box).note:
        found.note(note)
    return chosen


def same_crs(one: Any, other: Any) -> bool:
    """Whether two descriptions mean the same CRS."""
    return bool(CRS.from_user_input(one) == CRS.from_user_input(other))


def project(x: Floats, y: Floats, source: Any, target: Any) -> tuple[Floats, Floats]:
    """Coordinates in another CRS; x is always longitude or easting. Shapes ``(n,)``."""
    if same_crs(source, target):
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    moved = Transformer.from_crs(source, target, always_xy=True).transform(x, y)
    return np.asarray(moved[0], dtype=np.float64), np.asarray(moved[1], dtype=np.float64)


def box_in_degrees(box: Sequence[float], crs: Any) -> Box:
    """A box in longitude and latitude."""
    transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
    left, bottom, right, top = box
    west, south, east, north = transformer.transform_bounds(left, bottom, right, top)
    return float(west), float(south), float(east), float(north)


def geodesic_cell_areas_km2(south: Floats, north: Floats, width_degrees: float) -> Floats:
    """True areas of cells between two parallels, in km2; shape of ``south``.

    The area between two parallels on the ellipsoid is known in closed form (the authalic
    integral), so no cell needs to be approximated as a rectangle.
    """
    a_km = _WGS84_ELLIPSOID.a / 1000
    e2 = _WGS84_ELLIPSOID.es
    e = float(np.sqrt(e2))

    def integral(latitude: Floats) -> Floats:
        s = np.sin(np.radians(latitude))
        value: Floats = s / (1 - e2 * s**2) + np.arctanh(e * s) / e
        return value

    strip = a_km**2 * (1 - e2) / 2 * np.radians(width_degrees)
    areas: Floats = np.abs(strip * (integral(north) - integral(south)))
    return areas


def areal_scale(x: Floats, y: Floats, crs: Any) -> Floats:
    """Map area over true area at points of a projected CRS, shape ``(n,)``."""
    lon, lat = project(x, y, crs, WGS84)
    return np.asarray(Proj(crs).get_factors(lon, lat).areal_scale, dtype=np.float64)
