"""Map layers (GeoPackage, GeoJSON, shapefile) as checked tables with geometry."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray

from allocator.region.findings import Findings, listed
from allocator.region.offsets import System, to_wgs84
from allocator.region.tables import TABLE_SUFFIXES, Sheet, all_text, read_table

VECTOR_SUFFIXES = (".gpkg", ".geojson", ".json", ".shp")


def read_sheet(path: Path, found: Findings, *, layer: str | None = None, basis: str = "",
               note: str = "") -> Sheet | None:  # fmt: skip
    """Read a table or a map layer, by suffix; remember the file and its hash."""
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES + VECTOR_SUFFIXES:
        found.problem(
            f"{path.name}: files of kind {suffix!r} are not read here; expected one of "
            f"{', '.join(TABLE_SUFFIXES + VECTOR_SUFFIXES)}"
        )
        return None
    if not path.is_file():
        found.problem(
            f"{path.name}: no such file beside region.toml; mend the name or add the file"
        )
        return None
    found.read(path, basis=basis, note=note)
    return read_table(path, found) if suffix in TABLE_SUFFIXES else _layer(path, layer, found)


def _layer(path: Path, layer: str | None, found: Findings) -> Sheet | None:
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        if layer is not None and layer not in layers:
            found.problem(f"{path.name}: no layer {layer!r}; layers found: {', '.join(layers)}")
            return None
        if layer is None and len(layers) > 1:
            found.problem(
                f'{path.name}: several layers ({", ".join(layers)}); say which: layer = "..."'
            )
            return None
        frame = gpd.read_file(path, layer=layer or layers[0], encoding=_encoding(path, found))
    except Exception as error:  # GDAL raises many kinds; all mean the same here
        found.problem(f"{path.name}: cannot be read as a map layer: {error}; export it again")
        return None
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
        found.problem(f"{path.name}: carries no geometry; use a csv file for plain tables")
        return None
    frame.index = pd.RangeIndex(1, len(frame) + 1)
    return map_sheet(path.name, frame, found)


def map_sheet(name: str, frame: gpd.GeoDataFrame, found: Findings) -> Sheet | None:
    """Turn a map layer in memory into a sheet; None if nobody knows where it lies."""
    if frame.crs is None:
        mend = (
            "(a shapefile needs its .prj); set it in QGIS and export again"
            if found.arguments is None
            else '(frame.crs is None); set it: frame.set_crs("EPSG:NNNNN")'
        )
        found.problem(f"{name}: has no coordinate reference system {mend}")
        return None
    kinds = sorted(set(frame.geometry.dropna().geom_type))
    if len({k.removeprefix("Multi") for k in kinds}) > 1:
        found.problem(f"{name}: mixes geometry types ({listed(kinds)}); use one per layer")
        return None
    if problem := _misplaced(frame):
        found.problem(f"{name}: {problem}")
        return None
    columns = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    return Sheet(name, all_text(columns), found, frame.geometry)


def in_wgs84(sheet: Sheet | None, system: System) -> Sheet | None:
    """A layer whose degrees are those of a Chinese web map, brought to WGS 84."""
    if sheet is None or sheet.geometry is None or system == "wgs84":
        return sheet
    if not sheet.geometry.crs.is_geographic:
        sheet.found.problem(
            f"{sheet.file}: coordinates = {system!r} are degrees, but the layer is in "
            f"{sheet.geometry.crs.name}; leave coordinates out"
        )
        return None
    sheet.found.note(f"{sheet.file}: coordinates converted from {system} to WGS 84")

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack(to_wgs84(xy[:, 0], xy[:, 1], system), axis=1)

    return replace(sheet, geometry=sheet.geometry.transform(moved))


def _misplaced(frame: gpd.GeoDataFrame) -> str:
    """Why the coordinates cannot be in the layer's own CRS; empty if they can."""
    west, south, east, north = map(float, frame.total_bounds)
    shown = f"(coordinates {west:.6g} to {east:.6g} and {south:.6g} to {north:.6g})"
    if frame.crs.is_geographic:
        if max(map(abs, (west, south, east, north))) > 360:
            return f"says degrees but looks like metres {shown}; give the layer its true crs"
        if south < -90 or north > 90:
            return (
                f"has latitudes outside -90..90 {shown}; longitude and latitude are probably "
                "swapped: exchange them (in QGIS: Swap X and Y coordinates)"
            )
    elif west < east and max(-west, east) <= 180 and max(-south, north) <= 90:
        return f"says metres but looks like degrees {shown}; give the layer its true crs"
    return ""


def _encoding(path: Path, found: Findings) -> str | None:
    """The encoding of a shapefile that does not declare it: UTF-8 if it fits, else GBK."""
    table = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or not table.is_file():
        return None
    if any(path.with_suffix(s).is_file() for s in (".cpg", ".CPG")):
        return None
    content = table.read_bytes()
    body = content[int.from_bytes(content[8:10], "little") :]
    for encoding in ("utf-8", "gb18030"):
        try:
            body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8":
            found.note(f"{path.name}: declares no encoding (.cpg); read as GBK")
        return "GBK" if encoding == "gb18030" else "UTF-8"
    return None
