"""Layers as shapefiles: one per layer, with a table of field names and notes on what is cut."""

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from allocator.errors import raise_if_any
from allocator.files.gis.aliases import alias_of
from allocator.files.gis.field_names import field_names
from allocator.files.gis.file_names import part_names
from allocator.files.gis.layers import Layer
from allocator.files.tables import Form, to_csv

LONGEST_TEXT = 254
"""Bytes of UTF-8 that a dBASE field holds."""
LARGEST = 2**31 - 1
"""Bytes of one file of a shapefile."""
_DATE = "2000-01-01"
_NUMBER_WIDTH = 24
_KINDS = {"allocation": "LineString", "service_areas": "Polygon", "units": "Polygon"}


def write_shapefiles(
    layers: Sequence[Layer], folder: Path, stem: str, *, chinese: bool, where: str
) -> list[str]:
    """Write ``STEM_LAYER.shp`` and its kin, ``STEM_fields.csv`` and ``STEM_notes.txt``.

    ``STEM_fields.csv`` tells which column each ten-character field is; the notes, what a layer
    holds, what was cut, and what a shapefile cannot say (nothing, true).

    Returns
    -------
    list of str
        Names of the files written.

    Raises
    ------
    InputError
        Naming each layer that would not fit into 2 GB.
    """
    files = part_names(stem, [layer.name for layer in layers])
    notes, fields, made = list(_GENERAL), [], []
    for layer in layers:
        names = field_names(str(c) for c in layer.frame.columns if c != "geometry")
        fields += [
            {"layer": layer.name, "field": field, "column": column,
             "meaning": alias_of(column, chinese=chinese)}
            for column, field in names.items()
        ]  # fmt: skip
        notes += ["", f"{files[layer.name]}.shp: {layer.told}"]
        if layer.frame.empty:
            notes.append("  Nothing to write: there is no such file.")
            continue
        table, cut = _fitted(layer.frame)
        notes += [f"  {note}" for note in cut]
        made.append((layer.name, table.rename(columns=names)))
    raise_if_any(_too_large(made), where=where)
    for name, frame in made:
        pyogrio.write_dataframe(
            frame, folder / f"{files[name]}.shp", driver="ESRI Shapefile", ENCODING="UTF-8",
            DBF_DATE_LAST_UPDATE=_DATE, **_geometry_type(name, frame),
        )  # fmt: skip
    table = pd.DataFrame(fields, columns=["layer", "field", "column", "meaning"])
    (folder / f"{stem}_fields.csv").write_bytes(to_csv(table, _TEXT))
    (folder / f"{stem}_notes.txt").write_text("\n".join(notes) + "\n", "utf-8", newline="\n")
    return sorted(p.name for p in folder.iterdir() if p.name.startswith(f"{stem}_"))


_TEXT: dict[str, Form] = {"layer": "text", "field": "text", "column": "text", "meaning": "text"}
_GENERAL = (
    "Text is UTF-8 (see the .cpg files). Field names have ten characters: what each one is stands "
    "in the table of fields.",
    "true and false are 1 and 0. Where a number is not known the field is empty; some programs "
    "show 0 there. Blanks at the ends of a text are not kept.",
)


def _fitted(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Flags as 1 and 0, texts cut to what a field holds, and notes on the latter."""
    found, notes = frame.copy(), []
    for column in [c for c in frame.columns if c != "geometry"]:
        values = found[column]
        if pd.api.types.is_bool_dtype(values):
            found[column] = values.astype("Int16" if values.hasnans else "int16")
        elif not pd.api.types.is_numeric_dtype(values):
            cut = [_cut(v) if isinstance(v, str) else v for v in values]
            longer = sum(1 for a, b in zip(cut, values, strict=True) if a != b and b is not None)
            found[column] = cut
            if longer:
                notes.append(
                    f"{column}: {longer} texts are longer than {LONGEST_TEXT} bytes and were cut; "
                    "the csv files and the GeoPackage have them whole."
                )
    return found, notes


def _cut(text: str) -> str:
    """The text as far as a field holds it, no character halved."""
    return text.encode("utf-8")[:LONGEST_TEXT].decode("utf-8", errors="ignore")


def _too_large(made: Sequence[tuple[str, gpd.GeoDataFrame]]) -> list[str]:
    problems = []
    for name, frame in made:
        widths = 0
        for column in [c for c in frame.columns if c != "geometry"]:
            is_text = not pd.api.types.is_numeric_dtype(frame[column])
            sizes = [len(str(v).encode("utf-8")) for v in frame[column]] if is_text else []
            widths += max(sizes, default=1) if is_text else _NUMBER_WIDTH
        table = len(frame) * (widths + 1)
        shapes = int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum()) * 16
        if max(table, shapes + 60 * len(frame)) > LARGEST:
            problems.append(
                f"layer {name} would have {max(table, shapes) / 1e9:,.1f} GB; a shapefile holds "
                "2 GB: write a GeoPackage (.gpkg)"
            )
    return problems


def _geometry_type(name: str, frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Type of the geometry where there is none to tell it."""
    if frame.geometry.notna().any():
        return {}
    return {"geometry_type": _KINDS.get(name, "LineString" if "Lines" in name else "Point")}
