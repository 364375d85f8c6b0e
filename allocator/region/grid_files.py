"""Population grids from tables and map layers."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.region.findings import listed
from allocator.region.manifest import GridFile
from allocator.region.point_files import Points
from allocator.region.tables import Sheet

Floats = NDArray[np.float64]
DENSEST_PER_KM2 = 200_000.0
"""No square kilometre on Earth holds more; above it, counts and densities were mixed up."""
_URBAN_WORDS = {"1": True, "true": True, "urban": True, "yes": True,
                "0": False, "false": False, "rural": False, "no": False}  # fmt: skip


@dataclass(frozen=True, eq=False)
class RawGrid:
    """Cells as read: not yet given to units.

    ``cells`` has ``x_m, y_m, people, area_km2``, ``urban`` (None where nothing says so) and
    ``unit`` ('' where the file does not say).
    """

    cells: pd.DataFrame
    settlement: Literal["layer", "density"]
    """``layer`` (stated by the data) or ``density`` (derived)."""


def grid_cells(sheet: Sheet, points: Points, section: GridFile, crs: Any) -> RawGrid | None:
    """Cells of a table or map layer in the region's metric CRS."""
    found = sheet.found
    optional = ["id", "unit", "area_km2", *_settlement_column(section)]
    if not sheet.has([section.people], optional=optional):
        return None
    people = sheet.numbers(section.people)
    area_km2 = _areas_km2(sheet, section, crs)
    urban = _urban(sheet, section)
    if area_km2 is None:
        return None
    x_m, y_m = points.to(crs)
    table = pd.DataFrame(
        {
            "x_m": x_m,
            "y_m": y_m,
            "people": people,
            "urban": urban,
            "unit": sheet.text("unit").to_numpy(object),
            "area_km2": area_km2,
        },
        index=_ids(sheet),
    )
    if section.kind == "density":
        table["people"] *= table["area_km2"]
    kept = table[(table["people"] > 0) & np.isfinite(table["x_m"]) & ~table.index.duplicated()]
    if kept.empty and not found.problems:
        found.problem(f"{sheet.file}, {section.people}: nobody lives in any cell; check the column")
    too_dense(kept, section.kind, f"{sheet.file}, {section.people}", found)
    return RawGrid(kept, "layer" if section.settlement else "density")


def too_dense(cells: pd.DataFrame, kind: str, where: str, found: Any) -> None:
    """Refuse cells that hold more people than any place on Earth."""
    density = cells["people"] / cells["area_km2"]
    dense = density > DENSEST_PER_KM2
    if not dense.any():
        return
    other = "density" if kind == "count" else "count"
    examples = [f"{i}: {d:,.0f} per km2" for i, d in density[dense].head(3).items()]
    found.problem(
        f"{where}: {int(dense.sum())} cells hold more than {DENSEST_PER_KM2:,.0f} people per km2 "
        f"({listed(examples)}); kind = {kind!r} is probably wrong (is it {other!r}?), or the file "
        "does not declare its nodata value"
    )


def _settlement_column(section: GridFile) -> list[str]:
    return [section.settlement] if section.settlement else []


def _ids(sheet: Sheet) -> pd.Index:
    if "id" in sheet:
        return pd.Index(sheet.ids(), dtype=object)
    width = len(str(sheet.frame.index.max()))
    return pd.Index([f"c{row:0{width}d}" for row in sheet.frame.index], dtype=object)


def _areas_km2(sheet: Sheet, section: GridFile, crs: Any) -> Floats | None:
    polygons = sheet.geometry is not None and "Polygon" in str(sheet.geometry.geom_type.iloc[0])
    if polygons:
        area_m2: Floats = sheet.geometry.to_crs(crs).area.to_numpy(np.float64)
        flat = ~(area_m2 > 0)
        if flat.any():
            sheet.found.problem(
                f"{sheet.file}: cells without area in {sheet.rows(flat)}; delete them"
            )
            return None
        return area_m2 / 1e6
    if "area_km2" in sheet:
        areas_km2 = sheet.numbers("area_km2")
        none = ~(areas_km2 > 0)
        if none.any():
            sheet.found.problem(
                f"{sheet.at('area_km2')}: must be > 0, the land of a cell: "
                f"{sheet.rows(none)}; mend it, or leave the column out"
            )
            return None
        sheet.found.note(f"{sheet.at('area_km2')}: taken as the land area of each cell")
        return areas_km2
    if section.cell_m is None:
        sheet.found.problem(
            f"{sheet.found.at('grid.cell_m')} is missing: {sheet.file} holds points, so give the "
            "side of a cell in metres"
        )
        return None
    return np.full(len(sheet), section.cell_m**2 / 1e6)


def _urban(sheet: Sheet, section: GridFile) -> "NDArray[np.object_] | None":
    column, found = section.settlement, sheet.found
    if column is None and "urban" in sheet:
        setting = found.setting("grid.settlement")
        found.note(
            f"{sheet.file}: column 'urban' is not used; to use it, set {setting} = \"urban\""
        )
    if column is None or column not in sheet:
        if column is not None:
            found.problem(
                f"{found.at('grid.settlement')} = {column!r} is no column of {sheet.file}; "
                f"columns found: {listed(sheet.frame.columns)}"
            )
        return None
    words = sheet.text(column).str.lower()
    wrong = ~words.isin(list(_URBAN_WORDS))
    if wrong.any():
        sheet.found.problem(
            f"{sheet.file}, {column}: {sheet.cells(words, wrong)} is neither 1 (urban) nor 0 "
            "(rural); mend it"
        )
    return np.array([_URBAN_WORDS.get(word) for word in words], dtype=object)
