"""Sites from tables and map layers."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from allocator.region.containment import finest_units, has_outlines, leaves, nearest_units
from allocator.region.coordinates import WGS84, project
from allocator.region.findings import Findings, LeftOut, listed
from allocator.region.grid import PopulationGrid
from allocator.region.manifest import SitesFile
from allocator.region.point_files import COORDINATE_COLUMNS, Points
from allocator.region.population_files import known_units
from allocator.region.sites import ATTRIBUTES, KINDS
from allocator.region.tables import Sheet
from allocator.region.tidying import one_column

STATUSES = ("existing", "candidate", "required")
GRADES = ("3A", "3B", "3C", "3", "2A", "2B", "2C", "2", "1A", "1B", "1C", "1")
BASES = ("measured", "modelled", "assumed")
COLUMNS = (
    "name", "kind", "grade", "run_by", "status", "unit", "x_m", "y_m", "opening_cost",
    "closing_cost", "beds", "attributes", "basis",
)  # fmt: skip
_OPTIONAL = (
    "grade", "run_by", "unit", "opening_cost", "closing_cost", "beds", "attributes", "basis",
)  # fmt: skip
_FAR_M = 5_000.0
"""A site farther than this outside all units is a mistake in its coordinates."""


def no_sites() -> pd.DataFrame:
    """A table of sites without rows."""
    table = pd.DataFrame({column: pd.Series(dtype=object) for column in COLUMNS})
    for column in ("x_m", "y_m", "opening_cost", "closing_cost", "beds"):
        table[column] = table[column].astype(float)
    return table.set_index(pd.Index([], name="id", dtype=object))


def our_names(sheet: Sheet, section: SitesFile) -> Sheet:
    """The sheet with our column names and kinds; rows of kinds mapped to nothing are left out."""
    for ours, theirs in section.columns.items():
        if not isinstance(theirs, str):
            sheet = one_column(sheet, ours, theirs)
    sheet = sheet.renamed({o: t for o, t in section.columns.items() if isinstance(t, str)})
    frame = sheet.frame.copy()
    if "id" not in frame:
        stem = sheet.file.rsplit(".", 1)[0]
        frame["id"] = [f"{stem}:{row}" for row in frame.index]
    for column, value in (("status", section.status), ("kind", section.kind)):
        if value is not None and column not in frame:
            frame[column] = value
    if section.messy and "name" not in frame:
        frame["name"] = ""
    sheet = replace(sheet, frame=frame)
    if not section.kinds or "kind" not in frame:
        return sheet
    nothing = [theirs for theirs, ours in section.kinds.items() if not ours]
    left_out = frame["kind"].isin(nothing)
    frame["kind"] = frame["kind"].map(lambda kind: section.kinds.get(kind, kind))
    if left_out.any():
        sheet.found.note(
            f"{sheet.file}: {int(left_out.sum())} rows are left out: region.toml maps their kinds "
            f"({listed(nothing)}) to nothing"
        )
    return sheet.where(~left_out)


def sites_table(
    sheet: Sheet,
    points: Points | None,
    units: gpd.GeoDataFrame,
    crs: str,
) -> pd.DataFrame | None:
    """The table of :class:`Sites` in the region's CRS, without rows that have a problem.

    ``unit`` is what the file states, '' where it does not; see :func:`with_units`. ``row`` is
    where the file holds it.
    """
    optional = (*_OPTIONAL, *COORDINATE_COLUMNS)
    if not sheet.has(["id", "name", "kind", "status"], optional=optional) or points is None:
        return None
    x_m, y_m = points.to(crs)
    table = pd.DataFrame(
        {
            "name": sheet.text("name").where(sheet.text("name") != "", sheet.text("id")),
            "kind": sheet.choice("kind", KINDS),
            "grade": sheet.choice("grade", GRADES, default=""),
            "run_by": sheet.text("run_by"),
            "status": sheet.choice("status", STATUSES),
            "unit": sheet.text("unit"),
            "x_m": x_m,
            "y_m": y_m,
            "opening_cost": sheet.numbers("opening_cost", blank_is_nan=True),
            "closing_cost": sheet.numbers("closing_cost", blank_is_nan=True),
            "beds": sheet.numbers("beds", blank_is_nan=True),
            "attributes": _attributes(sheet),
            "basis": sheet.choice("basis", BASES, default="measured"),
        }
    )
    table["row"] = sheet.frame.index
    table.index = pd.Index(sheet.ids(), name="id", dtype=object)
    known_units(sheet, table.loc[table["unit"] != "", "unit"], units)
    located = np.isfinite(table["x_m"]) & np.isfinite(table["y_m"])
    good = located & table["unit"].isin([*units.index, ""]) & ~table.index.duplicated()
    kept: pd.DataFrame = table[good]
    return kept


def _attributes(sheet: Sheet) -> "pd.Series[Any]":
    words = sheet.text("attributes").map(
        lambda text: tuple(w.strip() for w in text.split(";") if w.strip())
    )
    unknown = {w for row in words for w in row if w not in ATTRIBUTES}
    for word in sorted(unknown):
        sheet.found.problem(
            f"{sheet.at('attributes')}: {word!r} is not known "
            f"({sheet.rows(words.map(lambda row, w=word: w in row))}); "
            f"known: {', '.join(ATTRIBUTES)}; separate several by ';'"
        )
    return words


def with_units(
    table: pd.DataFrame,
    units: gpd.GeoDataFrame,
    grid: PopulationGrid | None,
    file: str,
    found: Findings,
    *,
    messy: bool = False,
    beyond_m: float = _FAR_M,
) -> pd.DataFrame:
    """Fill in the finest unit of each site by location.

    A site farther outside all of them than ``beyond_m`` is a problem; in a ``messy`` list it is
    left out by name.
    """
    table = table.copy()
    xy_m = table[["x_m", "y_m"]].to_numpy(np.float64)
    stated = table["unit"].to_numpy(object)
    if not has_outlines(units):
        if (stated == "").any():
            table["unit"] = np.where(stated == "", _unit_of_nearest_cell(xy_m, units, grid), stated)
            found.note(f"{file}: sites without a unit got the unit of the nearest populated cell")
        return table
    inside = finest_units(units, xy_m)
    outside = inside == ""
    near, distance_m = nearest_units(units, xy_m[outside], beyond_m)
    located = inside.copy()
    located[outside] = near
    far = np.flatnonzero(outside)[near == ""]
    km = dict(zip(np.flatnonzero(outside), distance_m / 1000, strict=True))
    if messy:
        for i in far:
            row = table.iloc[i]
            reason = f"lies {km[i]:,.1f} km outside all units{_meant(xy_m[i], units)}"
            found.leave_out(LeftOut(file, int(row["row"]), table.index[i], row["name"], reason))
    elif len(far):
        places = [f"{table.index[i]!r} ({km[i]:,.1f} km)" for i in far]
        found.problem(
            f"{file}: sites outside all units by more than {beyond_m / 1000:g} km: "
            f"{listed(places)}; mend their coordinates (GCJ-02? swapped? other crs?), leave them "
            "out, or, if they are meant to serve people across the border, say beyond_km"
        )
    if (near != "").any():
        names = table.index[np.flatnonzero(outside)[near != ""]]
        found.note(f"{file}: sites just outside all units belong to the nearest: {listed(names)}")
    table["unit"] = np.where(stated == "", located, stated)
    return table.drop(table.index[far]) if messy else table


def _meant(xy_m: "np.ndarray[Any, np.dtype[np.float64]]", units: gpd.GeoDataFrame) -> str:
    """Where a far place would lie if its degrees had another sign, or the other order."""
    lon, lat = (float(v[0]) for v in project(xy_m[:1], xy_m[1:], units.crs, WGS84))
    for words, x, y in (
        ("with the other sign of its latitude", lon, -lat),
        ("with the other sign of its longitude", -lon, lat),
        ("with latitude and longitude exchanged", lat, lon),
    ):
        if abs(y) > 90:
            continue
        there = np.column_stack(project(np.array([x]), np.array([y]), WGS84, units.crs))
        unit = nearest_units(units, there, _FAR_M)[0][0] if np.isfinite(there).all() else ""
        if unit:
            return f" ({words} it would lie in {units.loc[unit, 'name']})"
    return ""


def _unit_of_nearest_cell(
    xy_m: "np.ndarray[Any, np.dtype[np.float64]]",
    units: gpd.GeoDataFrame,
    grid: PopulationGrid | None,
) -> Any:
    if grid is None or len(grid) == 0:
        return np.full(len(xy_m), leaves(units)[0], dtype=object)
    nearest = cKDTree(grid.xy_m).query(xy_m)[1] if len(xy_m) else np.zeros(0, dtype=np.int64)
    return grid.table["unit"].to_numpy(object)[nearest]
