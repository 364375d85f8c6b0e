"""A friction surface from what lies on the ground: land cover, slopes, water and roads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
from numpy.typing import ArrayLike, NDArray
from rasterio.features import rasterize
from rasterio.warp import Resampling, reproject

from allocator.errors import raise_if_any
from allocator.region.coordinates import parse_crs, same_crs, short_name
from allocator.region.raster import raster_problems
from allocator.travel.road_graph import RoadNetwork
from allocator.travel.road_speeds import WALKING_KMH, RoadSpeeds
from allocator.travel.surface_raster import Floats, FrictionSurface

_TOBLER_STEEPNESS, _TOBLER_BEST = 3.5, 0.05
_FLAT, _KINDS_SHOWN = 0.0, 10


def hiking_factor(slope_degrees: ArrayLike) -> Floats:
    """Minutes on a slope over minutes on flat ground, the mean of up and down; shape as given.

    Tobler's hiking function (1993, Three presentations on geographical analysis and modeling):
    speed is in proportion to ``exp(-3.5 |gradient + 0.05|)``, so that one is fastest slightly
    downhill. Which way a raster cell is crossed nobody knows, and people go there and back.
    """
    gradient = np.tan(np.radians(np.asarray(slope_degrees, dtype=np.float64)))
    up, down = (
        np.exp(_TOBLER_STEEPNESS * (np.abs(way + _TOBLER_BEST) - _TOBLER_BEST))
        for way in (gradient, -gradient)
    )
    return np.asarray((up + down) / 2)


def build_friction(
    frame: str | Path,
    *,
    land_kmh: Mapping[int, float] | float = WALKING_KMH,
    slope: str | Path | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    roads: RoadNetwork | None = None,
    speeds: RoadSpeeds | None = None,
) -> FrictionSurface:
    """Minutes per metre: a walk over the land, slower on slopes, and the fastest road of each cell.

    The order is that of Weiss et al. (2018): land cover sets the speed off the roads and slopes
    slow it; water is a barrier; where a road touches a raster cell, its speed counts if it is
    faster, over water too (bridges).

    Parameters
    ----------
    frame
        Land cover as a raster of classes, in the cells and the system that the surface shall have;
        nodata (the sea) is a barrier. With one speed for all land any raster serves.
    land_kmh
        Speed off the roads by class of land cover, in km/h, 0 for barriers; every class that occurs
        must be named. Or one speed for all land.
    slope
        Raster of slopes in degrees, in any system; land of unknown slope is flat. Driving is not
        slowed by slopes: speeds by class of road hold for the roads as they are.
    barriers
        Water and whatever else stops a walk, as polygons (raster cells whose middle they hold) or
        lines (all that they touch).
    roads
        Streets: see :func:`allocator.travel.road_files.read_roads`. Of two directions the faster.
    speeds
        Speeds on them, as in :func:`allocator.travel.roads.road_network`. Streets for walking
        (``mode="walk"``) are slowed by slopes.
    """
    file, slopes = Path(frame), None if slope is None else Path(slope)
    problems = raster_problems(file)
    problems += [] if slopes is None else raster_problems(slopes)
    if barriers is not None and barriers.crs is None:
        problems.append("barriers have no coordinate reference system; set it with set_crs")
    if roads is not None and parse_crs(roads.crs) is None:
        problems.append(f"roads: {roads.crs!r} is not a known coordinate reference system")
    raise_if_any(problems, where="friction surface")
    with rasterio.open(file) as raster:
        land = raster.read(1, masked=True)
        ground = FrictionSurface(np.ones(land.shape), raster.transform, short_name(raster.crs))
    speed = _land_speed(land, land_kmh)
    slower = np.ones(land.shape) if slopes is None else hiking_factor(_slope(slopes, ground))
    if barriers is not None:
        speed[_touched(ground, barriers)] = 0.0
    used = speeds or (RoadSpeeds.walking() if _on_foot(roads) else RoadSpeeds())
    driven = np.zeros(land.shape) if roads is None else _road_speed(ground, roads, used)
    driven = driven / slower if _on_foot(roads) else driven
    fastest = np.maximum(speed / slower, driven)
    with np.errstate(divide="ignore"):
        pace = np.where(fastest > 0, 0.06 / fastest, np.nan)
    source = {
        "built_from": file.name,
        "land_kmh": dict(land_kmh) if isinstance(land_kmh, Mapping) else float(land_kmh),
        "slope": "not used" if slopes is None else f"{slopes.name}, Tobler's hiking function",
        "barriers": 0 if barriers is None else len(barriers),
        "roads": "none" if roads is None else dict(roads.source),
        "speeds": "none" if roads is None else used.as_told(urban_known=False),
        "share_of_cells_with_a_road": float((driven > 0).mean()),
    }
    return FrictionSurface(pace, ground.transform, ground.crs, source)


def _on_foot(roads: RoadNetwork | None) -> bool:
    return roads is not None and roads.source.get("mode") == "walk"


def _land_speed(land: Any, land_kmh: Mapping[int, float] | float) -> Floats:
    """Speed off the roads in km/h, shape of ``land``; 0 for barriers."""
    table = land_kmh if isinstance(land_kmh, Mapping) else {0: land_kmh}
    problems = [
        f"land_kmh of class {name} must be finite and >= 0, got {kmh}"
        for name, kmh in table.items()
        if not (np.isfinite(kmh) and kmh >= 0)
    ]
    known = ~np.ma.getmaskarray(land) & np.isfinite(land.data)
    if not isinstance(land_kmh, Mapping):
        raise_if_any(problems, where="friction surface")
        return np.where(known, float(land_kmh), 0.0)
    speed = np.zeros(land.shape)
    classes, counts = np.unique(land.data[known], return_counts=True)
    unnamed = []
    for value, count in zip(classes.tolist(), counts.tolist(), strict=True):
        if value not in land_kmh:
            unnamed.append(f"{value:g} ({count:,} cells)")
        else:
            speed[known & (land.data == value)] = land_kmh[value]
    if unnamed:
        more = ", ..." if len(unnamed) > _KINDS_SHOWN else ""
        problems.append(
            f"land_kmh: {len(unnamed)} classes of land cover have no speed: "
            f"{', '.join(unnamed[:_KINDS_SHOWN])}{more}; name each, 0 for barriers"
        )
    raise_if_any(problems, where="friction surface")
    return speed


def _slope(path: Path, ground: FrictionSurface) -> Floats:
    """Slopes in degrees on the cells of a surface; flat where unknown."""
    with rasterio.open(path) as raster:
        read = raster.read(1, masked=True).astype(np.float64).filled(np.nan)
        place, crs = raster.transform, raster.crs
    steep = read[np.isfinite(read)]
    if len(steep) and not 0 <= steep.min() <= steep.max() < 90:
        seen = f"{steep.min():g}..{steep.max():g}"
        raise_if_any(
            [f"{path.name}: slopes must lie in 0..90 degrees, got {seen}; convert percentages"],
            where="friction surface",
        )
    same_cells = read.shape == ground.minutes_per_m.shape and place.almost_equals(ground.transform)
    if same_cells and same_crs(crs, ground.crs):
        return np.asarray(np.nan_to_num(read, nan=_FLAT))
    slope = np.full(ground.minutes_per_m.shape, np.nan)
    reproject(
        read, slope, src_transform=place, src_crs=crs, dst_transform=ground.transform,
        dst_crs=ground.crs, src_nodata=np.nan, dst_nodata=np.nan, resampling=Resampling.average,
    )  # fmt: skip
    return np.asarray(np.nan_to_num(slope, nan=_FLAT))


def _touched(ground: FrictionSurface, shapes: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Raster cells that lines touch or whose middle polygons hold."""
    moved = shapes.to_crs(ground.crs).geometry
    moved = moved[~(moved.is_empty | moved.isna())]
    flat = np.zeros(ground.minutes_per_m.shape, dtype=np.bool_)
    is_line = moved.geom_type.isin(["LineString", "MultiLineString", "LinearRing"])
    for some, all_touched in ((moved[is_line], True), (moved[~is_line], False)):
        if len(some):
            flat |= rasterize(
                some, out_shape=flat.shape, transform=ground.transform, all_touched=all_touched,
                dtype=np.uint8,
            ).astype(np.bool_)  # fmt: skip
    return flat


def _road_speed(ground: FrictionSurface, roads: RoadNetwork, speeds: RoadSpeeds) -> Floats:
    """Speed of the fastest road that touches each raster cell, in km/h; 0 where there is none."""
    minutes = speeds.minutes(roads)
    with np.errstate(divide="ignore", invalid="ignore"):
        kmh = np.nanmax(np.where(minutes > 0, roads.length_m / 1000 / minutes * 60, 0.0), axis=1)
    order = np.argsort(kmh, kind="stable")  # what is burnt in last stays
    lines = gpd.GeoSeries(roads.lines[order], crs=roads.crs).to_crs(ground.crs)
    drawn = np.flatnonzero(kmh[order] > 0)
    speed = np.zeros(ground.minutes_per_m.shape)
    if len(drawn):
        shapes = zip(lines.iloc[drawn], kmh[order][drawn], strict=True)
        rasterize(shapes, out=speed, transform=ground.transform, all_touched=True)
    return speed
