"""Coordinates of Chinese web maps (GCJ-02, BD-09) to WGS 84 and back.

GCJ-02 is WGS 84 moved by a smooth field of some 500 m; the public approximation is a polynomial
plus three series of sines, good to a few metres against the real one. BD-09 turns and moves
GCJ-02 further. The way back is found by fixed-point iteration.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
System = Literal["wgs84", "gcj02", "bd09"]

_AXIS_M, _ECCENTRICITY_SQUARED = 6378245.0, 0.00669342162296594323
"""Krasovsky ellipsoid of 1940, on which the field is defined."""
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north of where the field applies."""
_X_PI = np.pi * 3000.0 / 180.0


def in_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Whether points lie where the field applies, in degrees; shapes ``(n,)``."""
    west, south, east, north = _CHINA
    inside: NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside


def _waves(t: Floats, *terms: tuple[float, float]) -> Floats:
    total = np.zeros_like(t)
    for amplitude, per_pi in terms:
        total += amplitude * np.sin(t * np.pi * per_pi)
    return total * 2.0 / 3.0


def _field(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """By how many degrees GCJ-02 lies east and north of WGS 84."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    short = _waves(x, (20.0, 6.0), (20.0, 2.0))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y**2 + 0.1 * x * y + 0.2 * root + short
    north = north + _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east = 300.0 + x + 2.0 * y + 0.1 * x**2 + 0.1 * x * y + 0.1 * root + short
    east = east + _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    sine = np.sin(np.radians(lat))
    w2 = 1.0 - _ECCENTRICITY_SQUARED * sine**2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / w2**1.5
    parallel_m = _AXIS_M / np.sqrt(w2) * np.cos(np.radians(lat))
    return np.degrees(east / parallel_m), np.degrees(north / meridian_m)


def wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees in GCJ-02 (Amap, Tencent); points outside China stay. Shapes ``(n,)``."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    east, north = _field(lon, lat)
    inside = in_china(lon, lat)
    return np.where(inside, lon + east, lon), np.where(inside, lat + north, lat)


def gcj02_to_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees in WGS 84 from GCJ-02; points outside China stay. Shapes ``(n,)``."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    at_lon, at_lat = lon.copy(), lat.copy()
    for _ in range(8):  # each round shrinks the error about a hundredfold
        moved_lon, moved_lat = wgs84_to_gcj02(at_lon, at_lat)
        at_lon, at_lat = at_lon + lon - moved_lon, at_lat + lat - moved_lat
    return at_lon, at_lat


def gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees in BD-09 (Baidu) from GCJ-02. Shapes ``(n,)``."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def bd09_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Degrees in GCJ-02 from BD-09 (Baidu). Shapes ``(n,)``."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    at_lon, at_lat = lon - 0.0065, lat - 0.006
    for _ in range(8):
        moved_lon, moved_lat = gcj02_to_bd09(at_lon, at_lat)
        at_lon, at_lat = at_lon + lon - moved_lon, at_lat + lat - moved_lat
    return at_lon, at_lat


def to_wgs84(lon: Floats, lat: Floats, system: System) -> tuple[Floats, Floats]:
    """Degrees in WGS 84 from any of the three systems. Shapes ``(n,)``."""
    if system == "bd09":
        lon, lat = bd09_to_gcj02(lon, lat)
    if system in ("gcj02", "bd09"):
        return gcj02_to_wgs84(lon, lat)
    return lon, lat


def from_wgs84(lon: Floats, lat: Floats, system: System) -> tuple[Floats, Floats]:
    """Degrees in any of the three systems from WGS 84. Shapes ``(n,)``."""
    if system == "wgs84":
        return lon, lat
    lon, lat = wgs84_to_gcj02(lon, lat)
    return gcj02_to_bd09(lon, lat) if system == "bd09" else (lon, lat)
