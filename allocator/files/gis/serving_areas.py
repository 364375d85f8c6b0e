"""The ground that each open site serves: its cells, joined to one area."""

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from allocator.errors import InputError
from allocator.files.gis.serving_lines import rules_served, served_cells
from allocator.region.cell_shapes import CellShapes, around_centres, squares

AREA_COLUMNS: tuple[str, ...] = (
    "rule", "site", "name", "kind", "status", "cells", "people", "km2", "minutes_mean",
    "minutes_most", "km_mean", "km_most",
)  # fmt: skip
_WHERE = "service areas"


def serving_areas(cells: pd.DataFrame, sites: pd.DataFrame) -> tuple[gpd.GeoDataFrame, str]:
    """Areas with the columns of :data:`AREA_COLUMNS`, and in words what ground a cell stands for.

    One row per coverage rule and site that serves anybody; areas of one rule do not overlap.
    """
    rules = rules_served(cells)
    if not rules or cells.empty:
        return _empty(), "The plan does not tell who serves whom: no areas."
    shapes, told = _ground(cells)
    if shapes is None:
        return _empty(), told
    found = [_of_rule(rule, served_cells(cells, sites, rule), sites, shapes) for rule in rules]
    parts = [part for part in found if len(part)]
    if not parts:
        return _empty(), "No site serves anybody: no areas."
    return gpd.GeoDataFrame(pd.concat(parts, ignore_index=True)), told


def _ground(cells: pd.DataFrame) -> tuple[CellShapes | None, str]:
    """Squares where the centres stand on a grid, else what is nearest to each centre."""
    xy_m = cells[["x_m", "y_m"]].to_numpy(np.float64)
    if len(xy_m) < 2:
        return None, "One cell alone tells no size of cells: no areas."
    away = np.asarray(cKDTree(xy_m).query(xy_m, k=2)[0])
    side_m = float(np.median(away[:, 1]))
    try:
        found = squares(xy_m, side_m, where=_WHERE), f"A cell is a square of {side_m:,.6g} m."
    except InputError:
        try:
            return around_centres(xy_m, where=_WHERE), "A cell is what is nearest to its centre."
        except InputError as error:
            return None, f"No areas: {error.problems[0]}."
    return found


def _of_rule(
    rule: str, part: pd.DataFrame, sites: pd.DataFrame, shapes: CellShapes
) -> gpd.GeoDataFrame:
    label = np.full(len(shapes.km2), -1, dtype=np.int64)
    rows = part.index.to_numpy()
    label[rows] = part["site"].to_numpy(np.int64)
    joined = shapes.joined(label) if len(rows) else {}
    whole = part.assign(km2=shapes.km2[rows]).groupby("site", sort=True)
    people = whole["people"].sum()
    counted = part["people"].where(part["site"].map(people) > 0, 1.0)
    weight = counted.groupby(part["site"]).sum()
    table = pd.DataFrame({"cells": whole.size(), "people": people, "km2": whole["km2"].sum()})
    for unit in ("minutes", "km"):
        sums = (part[unit] * counted).groupby(part["site"]).sum(min_count=1)
        table[f"{unit}_mean"] = sums / weight
        table[f"{unit}_most"] = whole[unit].max()
    named = sites.iloc[table.index.to_numpy(np.int64)]
    table = table.assign(
        rule=rule, site=named["id"].astype(str).to_numpy(), name=named["name"].to_numpy(),
        kind=named["kind"].to_numpy(), status=named["status"].to_numpy(),
    )  # fmt: skip
    geometry = [joined[k] for k in table.index.tolist()]
    return gpd.GeoDataFrame(table[list(AREA_COLUMNS)].reset_index(drop=True), geometry=geometry)


def _empty() -> gpd.GeoDataFrame:
    texts = {"rule", "site", "name", "kind", "status"}
    table = pd.DataFrame(
        {c: pd.Series(dtype=object if c in texts else float) for c in AREA_COLUMNS}
    )
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([], dtype="geometry"))
