"""The planning unit (county, district) that a place of a plan lies in."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.files.counties import region_row
from allocator.plans import Plan


def unit_names(plan: Plan) -> dict[str, str]:
    """Names of all units that the plan or its outlines know, by id."""
    outlines = plan.outlines
    known = dict(zip(map(str, outlines.index), map(str, outlines["name"]), strict=True))
    return {**known, **dict(zip(map(str, plan.units["unit"]), plan.units["name"], strict=True))}


def own_units(plan: Plan) -> list[str]:
    """Units that are planned for, without the one that is the whole region if there are others."""
    present = [str(u) for u in dict.fromkeys(plan.units["unit"])]
    root = region_row(plan, plan.units) if len(present) > 1 else ""
    return [u for u in present if u != root]


def planning_units(
    plan: Plan, units: Sequence[str], x_m: Sequence[float], y_m: Sequence[float]
) -> NDArray[np.object_]:
    """Planning unit of each place, '' where it cannot be told, shape ``(n,)``.

    Its own unit where that is planned for; else the one above it, where the outlines tell what
    lies in what; else the outline that it lies in.
    """
    own = own_units(plan)
    if len(own) == 1:
        return np.full(len(units), own[0], dtype=object)
    above = _above(plan, set(own))
    found = np.array([above.get(str(u), "") for u in units], dtype=object)
    lost = np.flatnonzero(found == "")
    shapes = plan.outlines
    if not len(lost) or "geometry" not in shapes.columns:
        return found
    drawn = shapes[shapes.index.isin(own) & shapes.geometry.notna()]
    if drawn.empty:
        return found
    points = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(np.asarray(x_m)[lost], np.asarray(y_m)[lost]), crs=drawn.crs
    )
    inside = gpd.sjoin(points, drawn[["geometry"]].rename_axis("planning_unit"), how="inner")
    inside = inside[~inside.index.duplicated()]
    found[lost[inside.index.to_numpy()]] = inside["planning_unit"].astype(str).to_numpy()
    return found


def _above(plan: Plan, own: set[str]) -> dict[str, str]:
    """Planning unit of every unit, itself or one above it."""
    found = {unit: unit for unit in own}
    if "parent" not in plan.outlines.columns:
        return found
    parents = dict(zip(plan.outlines.index, plan.outlines["parent"], strict=True))
    for unit in plan.outlines.index:
        at, steps = str(unit), 0
        while at not in own and parents.get(at) and steps < len(parents):
            at, steps = str(parents[at]), steps + 1
        if at in own:
            found[str(unit)] = at
    return found


def site_units(plan: Plan) -> "pd.Series[str]":
    """Planning unit of each facility, by facility id."""
    table = pd.DataFrame(plan.facilities)
    found = planning_units(plan, list(table["unit"]), list(table["x_m"]), list(table["y_m"]))
    return pd.Series(found, index=table["id"].astype(str), dtype=object)


def cell_units(plan: Plan) -> NDArray[np.object_]:
    """Planning unit of each cell, shape ``(n_cells,)``."""
    cells = plan.cells
    return planning_units(plan, list(cells["unit"]), list(cells["x_m"]), list(cells["y_m"]))
