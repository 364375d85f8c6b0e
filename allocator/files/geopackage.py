"""The plan as a GeoPackage, for GIS: layers in the region's CRS, or another, with QGIS styles."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pyogrio

from allocator.files.gis.forms import GisOptions, prepared_layers
from allocator.files.gis.layers import Layer
from allocator.files.gis.styles import Style, layer_styles
from allocator.plans import Plan

_DATE = "2000-01-01T00:00:00.000Z"
"""Date of the last change that GDAL writes: fixed, so that equal plans give equal contents."""
_VERSION = "1.2"
"""Of the GeoPackage standard: old enough for the programs that offices have."""
STYLES = "layer_styles"


def to_geopackage(
    plan: Plan,
    path: Path,
    *,
    chinese: bool = False,
    options: GisOptions | None = None,
    where: str = "",
) -> None:
    """Write the layers of a plan, what each holds (description), and the styles that QGIS reads.

    ``where`` is what messages call the file, if not by its path.
    """
    options = options or GisOptions()
    layers = prepared_layers(plan, options, where=where or str(path))
    styles = [] if options.names else layer_styles(layers, chinese=chinese)
    with _fixed_date():
        for layer in layers:
            layer.frame.to_file(
                path, layer=layer.name, driver="GPKG", engine="pyogrio",
                DESCRIPTION=layer.told, VERSION=_VERSION, **_geometry(layer),
            )  # fmt: skip
        if styles:
            _write_styles(styles, path)


def _geometry(layer: Layer) -> dict[str, str]:
    """Type of the geometry where there is none to tell it."""
    if layer.frame.geometry.notna().any():
        return {}
    kinds = {"allocation": "LineString", "service_areas": "MultiPolygon", "units": "MultiPolygon"}
    return {"geometry_type": kinds.get(layer.name, "Point")}


def _write_styles(styles: Sequence[Style], path: Path) -> None:
    """The table in which QGIS keeps styles, with the columns that it looks for."""
    first = {style.layer: style for style in reversed(styles)}
    table = pd.DataFrame(
        [
            {
                "f_table_catalog": "", "f_table_schema": "", "f_table_name": style.layer,
                "f_geometry_column": "geom", "styleName": style.name, "styleQML": style.qml,
                "styleSLD": "", "useAsDefault": first[style.layer] is style,
                "description": style.told, "owner": "", "ui": "",
                "update_time": pd.Timestamp(_DATE),
            }
            for style in styles
        ]
    )  # fmt: skip
    pyogrio.write_dataframe(table, path, layer=STYLES, driver="GPKG", append=True, FID="id")


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
