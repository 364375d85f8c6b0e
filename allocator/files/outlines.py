"""Outlines of the units of a written plan: csv holds none, the GeoPackage beside it does."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from allocator.files.places import known_crs

GEOPACKAGE, LAYER = "plan.gpkg", "units"
_COLUMNS = ("unit", "name", "level")
_PARENT = "parent"


def outlines_beside(folder: Path, units: pd.DataFrame, crs: str) -> tuple[gpd.GeoDataFrame, str]:
    """Units with their outlines as the folder's GeoPackage has them, and a note if it fails.

    Without one, the units of the tables, without geometry. Only shapes (and units that the plan
    does not plan for, as streets) are taken from there: names and levels are those of the tables.
    """
    named = units.drop_duplicates("unit").set_index("unit")[["name", "level"]]
    nothing = gpd.GeoSeries([None] * len(named), index=named.index, crs=known_crs(crs))
    bare = gpd.GeoDataFrame(named, geometry=nothing)
    path = folder / GEOPACKAGE
    if not path.is_file():
        return bare, ""
    try:
        layer = gpd.read_file(path, layer=LAYER, columns=[*_COLUMNS, _PARENT], engine="pyogrio")
    except (OSError, ValueError, DataSourceError, DataLayerError) as error:
        return bare, f"{GEOPACKAGE}: its outlines cannot be read ({error})"
    if lacking := [c for c in _COLUMNS if c not in layer.columns]:
        return bare, f"{GEOPACKAGE}: its layer {LAYER} lacks {', '.join(lacking)}"
    columns = ["name", "level", *([_PARENT] if _PARENT in layer.columns else []), "geometry"]
    layer = layer.drop_duplicates("unit").set_index("unit")[columns]
    if known_crs(crs) is not None and layer.crs is not None:
        layer = layer.to_crs(known_crs(crs))
    for column in ("name", "level"):
        layer[column] = named[column].reindex(layer.index).fillna(layer[column]).astype(object)
    missing = bare[~bare.index.isin(layer.index)]
    if not missing.empty:
        layer = pd.concat([layer, missing])
    if _PARENT in layer.columns:
        layer[_PARENT] = layer[_PARENT].fillna("").astype(str)
    return gpd.GeoDataFrame(layer, geometry="geometry", crs=known_crs(crs)), ""
