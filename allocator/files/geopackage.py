"""The plan as a GeoPackage, for GIS: units, facilities and cells, in the region's CRS."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from allocator.errors import InputError
from allocator.files.places import known_crs
from allocator.files.tables import plain_tables
from allocator.plans import Plan

_DATE = "2000-01-01T00:00:00.000Z"
"""Date of the last change that GDAL writes: fixed, so that equal plans give equal contents."""


def to_geopackage(plan: Plan, path: Path) -> None:
    """Write the layers ``units`` (one column per resource and part), ``facilities``, ``cells``."""
    crs = known_crs(plan.crs)
    if crs is None:
        raise InputError(
            f"the plan's CRS {plan.crs!r} is not known, so nothing can be put on a map",
            where=str(path),
        )
    tables = plain_tables(plan)
    layers = {"units": unit_layer(plan, tables["units"])}
    for name in ("facilities", "cells"):
        table = tables[name]
        points = gpd.points_from_xy(table["x_m"].astype(float), table["y_m"].astype(float))
        layers[name] = gpd.GeoDataFrame(_plain(table), geometry=points)
    with _fixed_date():
        for name, layer in layers.items():
            layer.set_crs(crs, allow_override=True).to_file(
                path, layer=name, driver="GPKG", engine="pyogrio"
            )


def unit_layer(plan: Plan, units: pd.DataFrame) -> gpd.GeoDataFrame:
    """Every unit with its outline and its figures, one column per resource and part.

    Columns are named ``ambulances_have``, ``ambulances_required``, ``ambulances_allocated``.
    """
    parts = ["have", "required", "allocated"]
    columns: dict[str, pd.Series[float]] = {}
    for resource in dict.fromkeys(units["resource"]):
        rows = units[units["resource"] == resource].set_index("unit")
        columns |= {f"{resource}_{part}": rows[part].astype(float) for part in parts}
    wide = pd.DataFrame(columns, index=pd.Index(dict.fromkeys(units["unit"]), name="unit"))
    named = units.drop_duplicates("unit").set_index("unit")[["name", "level"]]
    outlines = plan.outlines
    others = [u for u in outlines.index if u not in named.index]
    named = pd.concat([named, pd.DataFrame(outlines)[["name", "level"]].loc[others]])
    shapes = outlines.geometry if "geometry" in outlines.columns else pd.Series(dtype=object)
    table = named.join(wide).rename_axis("unit")
    geometry = gpd.GeoSeries([shapes.get(u) for u in table.index], index=table.index)
    return gpd.GeoDataFrame(table, geometry=geometry).reset_index()


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Columns that GDAL can store: whole columns of true, false and nothing as nullable."""
    flags = [c for c in table.columns if table[c].map(lambda v: isinstance(v, bool)).any()]
    return table.astype({c: "boolean" for c in flags if table[c].dtype == object})


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
