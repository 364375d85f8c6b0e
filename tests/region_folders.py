"""A tiny region folder on disk, sound by default; tests break one thing in it.

Two districts side by side near 120.9 E, 30.7 N, four cells of 1 km in each.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer

CRS = "EPSG:32651"
WEST_M, SOUTH_M = 300_000, 3_400_000

TOML = """
name = "Tiny"
crs = "EPSG:32651"

[units]
file = "units.csv"

[populations]
file = "populations.csv"

[grid]
file = "grid.csv"
kind = "count"
cell_m = 1000
settlement = "urban"
crs = "EPSG:32651"

[sites]
file = "sites.csv"

[stock]
file = "stock.csv"

[costs]
file = "costs.csv"

[[candidates]]
kind = "health_station"
"""
UNITS = """id,name,level,parent
R,Whole,city,
A,West,district,R
B,East,district,R
"""
POPULATIONS = """unit,basis,total,urban,rural,age60,age65,under3
R,census,3600,2600,1000,720,500,72
A,census,1000,1000,0,200,140,20
B,census,2600,1600,1000,520,360,52
"""
GRID = """id,x,y,people,urban,unit
c1,300500,3400500,100,1,A
c2,301500,3400500,200,1,A
c3,300500,3401500,300,1,A
c4,301500,3401500,400,1,A
c5,302500,3400500,500,0,B
c6,303500,3400500,600,1,B
c7,302500,3401500,500,0,B
c8,303500,3401500,1000,1,B
"""
SITES = """id,name,kind,status,lon,lat,unit,grade,run_by,opening_cost,closing_cost,attributes
S1,Station one,ems_station,existing,120.913,30.713,A,,city,,,direct;decontamination
S2,Hospital,general_hospital,existing,120.934,30.713,B,3A,city,1000,50,
"""
STOCK = """unit,resource,have,basis,source
A,public_beds,10,measured,survey
B,public_beds,20,measured,survey
"""
COSTS = """item,cost,unit,basis,source
public_beds,1000,CNY per bed,assumed,assumed
health_station,5000,CNY per site,assumed,assumed
closing:ems_station,100,CNY per site,assumed,assumed
"""
FILES: dict[str, str] = {
    "region.toml": TOML,
    "units.csv": UNITS,
    "populations.csv": POPULATIONS,
    "grid.csv": GRID,
    "sites.csv": SITES,
    "stock.csv": STOCK,
    "costs.csv": COSTS,
}


def tiny_folder(folder: Path, changed: Mapping[str, str | bytes | None] | None = None) -> Path:
    """Write the folder; ``changed`` replaces a file's content, None leaves the file out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**FILES, **(changed or {})}.items():
        if isinstance(content, bytes):
            (folder / name).write_bytes(content)
        elif content is not None:
            (folder / name).write_text(content, encoding="utf-8")
    return folder


def swapped(text: str, old: str, new: str) -> str:
    """``text`` with ``old`` replaced; fails if there is nothing to replace."""
    if old not in text:
        raise ValueError(f"{old!r} does not occur")
    return text.replace(old, new)


def outlines(
    boxes_km: Mapping[str, tuple[float, float, float, float]],
    *,
    crs: str = CRS,
    west: float = WEST_M,
    south: float = SOUTH_M,
) -> str:
    """The units as GeoJSON; boxes west, south, east, north in km from the corner."""
    tree = {"R": ("Whole", "city", ""), "A": ("West", "district", "R"),
            "B": ("East", "district", "R")}  # fmt: skip
    to_degrees = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform
    features = []
    for unit, (name, level, parent) in tree.items():
        geometry = None
        if unit in boxes_km:
            x0, y0, x1, y1 = (1000 * km for km in boxes_km[unit])
            corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)]
            ring = [list(to_degrees(west + x, south + y)) for x, y in corners]
            geometry = {"type": "Polygon", "coordinates": [ring]}
        properties = {"id": unit, "name": name, "level": level, "parent": parent}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return json.dumps({"type": "FeatureCollection", "features": features})


HALVES = {"A": (0, 0, 2, 2), "B": (2, 0, 4, 2)}
"""Outlines that fit the cells."""


def raster(
    path: Path,
    values: NDArray[np.float64],
    *,
    nodata: float | None = -1.0,
    crs: str = CRS,
    west: float = WEST_M,
    north: float = SOUTH_M + 2000,
    cell: float = 1000.0,
) -> Path:
    """A GeoTIFF whose cells fit the folder's."""
    height, width = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=height, width=width, count=1, dtype="float64", crs=crs,
        transform=rasterio.Affine(cell, 0, west, 0, -cell, north), nodata=nodata,
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


CELLS = np.array([[300.0, 400.0, 500.0, 1000.0], [100.0, 200.0, 500.0, 600.0]])
"""People of the eight cells as an image, north on top."""
