"""Roads from what a planner has: OpenStreetMap extracts, graphs, map layers."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import networkx as nx

from allocator.errors import InputError
from allocator.travel.graph_roads import roads_of_graph
from allocator.travel.line_roads import LineFields, roads_of_lines
from allocator.travel.osm_roads import roads_of_osm
from allocator.travel.road_graph import RoadNetwork

OSM_SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
GRAPH_SUFFIXES = (".graphml",)
LINE_SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".parquet")
"""Which reader takes which file."""


def read_roads(
    roads: Any,
    *,
    mode: Literal["drive", "walk"] = "drive",
    crs: str = "",
    restricted: bool = False,
    fields: LineFields | None = None,
) -> RoadNetwork:
    """Roads from a file or a networkx graph.

    Parameters
    ----------
    roads
        An OpenStreetMap extract (``.osm.pbf``, ``.osm``), a ``.graphml`` file as osmnx writes it, a
        map layer of lines (GeoPackage, GeoJSON, shapefile), a GeoDataFrame of lines, or a networkx
        graph.
    mode
        Whose roads: ``drive`` or ``walk``. Matters where the source tells them apart (extracts and
        classes of OpenStreetMap).
    crs
        Metric coordinate system of the result; the local UTM zone when missing. For graphs without
        a system of their own: what their coordinates are in.
    restricted
        Whether roads that an extract calls private or closed to the public are used, as ambulances
        may.
    fields
        For map layers: which columns say class, direction and speed.
    """
    if isinstance(roads, nx.Graph):
        return roads_of_graph(roads, mode=mode, crs=crs)
    if isinstance(roads, gpd.GeoDataFrame):
        return roads_of_lines(roads, fields or LineFields(), mode=mode, crs=crs)
    if not isinstance(roads, str | Path):
        kind = type(roads).__name__
        raise InputError(
            f"roads must be a file, a networkx graph or a GeoDataFrame, got {kind}", where="roads"
        )
    path = Path(roads)
    if not path.is_file():
        raise InputError(f"{path}: no such file", where="roads")
    name = path.name.lower()
    if name.endswith(OSM_SUFFIXES):
        read = roads_of_osm(path, mode=mode, crs=crs, restricted=restricted)
    elif name.endswith(GRAPH_SUFFIXES):
        read = roads_of_graph(_graphml(path), mode=mode, crs=crs)
    elif name.endswith(LINE_SUFFIXES):
        read = roads_of_lines(path, fields or LineFields(), mode=mode, crs=crs)
    else:
        raise InputError(
            f"{path.name}: roads are not read from such files; expected one of "
            f"{', '.join(OSM_SUFFIXES + GRAPH_SUFFIXES + LINE_SUFFIXES)}",
            where="roads",
        )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(read, source={"file": path.name, "sha256": digest, **read.source})


def _graphml(path: Path) -> "nx.Graph[Any]":
    """The graph in a file."""
    try:
        return nx.read_graphml(path)
    except Exception as error:  # the parser raises many kinds; all mean the same here
        raise InputError(
            f"{path.name}: cannot be read as graphml: {error}; write it again", where="roads"
        ) from error
