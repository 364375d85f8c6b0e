"""What a map's metres are on the ground, and where true north is."""

import math
from dataclasses import dataclass

from allocator.files.places import known_crs


@dataclass(frozen=True)
class Ground:
    """Scale and north in the middle of a map.

    Attributes
    ----------
    metres
        Metres on the ground, west to east, per metre of the map; 1 where the CRS is not known.
    north
        Direction of true north on the map, as a unit vector (east, north).
    is_known
        Whether the CRS says so.
    """

    metres: float = 1.0
    north: tuple[float, float] = (0.0, 1.0)
    is_known: bool = False

    @classmethod
    def of(cls, crs: str, box: tuple[float, float, float, float]) -> "Ground":
        """In the middle of a box (west, south, east, north) in the map's own metres.

        The scale is measured along the middle line on the ellipsoid: a map in web Mercator at
        60 degrees north shows every kilometre twice as long as it is.
        """
        from pyproj import Geod, Transformer

        known = known_crs(crs)
        if known is None:
            return cls()
        west, south, east, north = box
        x, y = (west + east) / 2, (south + north) / 2
        to_degrees = Transformer.from_crs(known, "EPSG:4326", always_xy=True)
        to_metres = Transformer.from_crs("EPSG:4326", known, always_xy=True)
        half = (east - west) / 2
        lons, lats = to_degrees.transform([x - half, x + half, x], [y, y, y])
        ends = (*lons, *lats)
        if not all(math.isfinite(v) for v in ends) or half <= 0:
            return cls()
        _, _, length_m = Geod(ellps="WGS84").inv(lons[0], lats[0], lons[1], lats[1])
        up_x, up_y = to_metres.transform(lons[2], lats[2] + 0.01)
        dx, dy = up_x - x, up_y - y
        size = math.hypot(dx, dy)
        if not size > 0 or not math.isfinite(size):
            return cls()
        return cls(length_m / (2 * half), (dx / size, dy / size), True)

    @property
    def turn_degrees(self) -> float:
        """From grid north to true north, clockwise, in degrees."""
        return math.degrees(math.atan2(*self.north))
