"""Layers as GeoJSON for the web: WGS84, after RFC 7946."""

from collections.abc import Sequence
from pathlib import Path

import pyogrio

from allocator.files.gis.file_names import part_names
from allocator.files.gis.forms import in_crs
from allocator.files.gis.layers import Layer
from allocator.files.places import known_crs

_DIGITS = {"RFC7946": "YES", "COORDINATE_PRECISION": "7", "SIGNIFICANT_FIGURES": "12"}
"""Longitude first, outer rings counterclockwise, a centimetre; numbers with 12 digits."""


def write_geojson(layers: Sequence[Layer], folder: Path, stem: str) -> list[str]:
    """Write ``STEM_LAYER.geojson``, one per layer; return the names of the files."""
    files = part_names(stem, [layer.name for layer in layers])
    names = []
    for layer in in_crs(layers, known_crs("EPSG:4326")):
        name = f"{files[layer.name]}.geojson"
        pyogrio.write_dataframe(
            layer.frame, folder / name, driver="GeoJSON", geometry_type="Unknown",
            DESCRIPTION=layer.told, **_DIGITS,
        )  # fmt: skip
        names.append(name)
    return names
