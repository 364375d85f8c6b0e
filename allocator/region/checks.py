"""Checks that need several files at once: whether grid and units agree."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from allocator.region.findings import Findings, listed
from allocator.region.grid import PopulationGrid
from allocator.region.units import Units

_NOTED_GAP, _REFUSED_GAP = 0.02, 0.20
_REFUSED_FACTOR = 5.0
_NOTED_OVERLAP = 0.01
_FAR_KM = 200.0


def grid_by_planning_unit(grid: PopulationGrid, units: Units) -> pd.DataFrame:
    """Grid people per planning unit: columns total, urban, rural; index the planning units."""
    of_unit = {u: units.planning_unit_of(u) for u in units.table.index}
    planning = grid.table["unit"].map(of_unit).fillna("")
    people = grid.table["people"]
    urban = people.where(grid.table["urban"], 0.0)
    sums = pd.DataFrame({"total": people, "urban": urban, "rural": people - urban})
    return sums.groupby(planning).sum().reindex(list(units.planning), fill_value=0.0)


def scaled_to_units(
    grid: PopulationGrid, units: Units, file: str, found: Findings
) -> PopulationGrid:
    """Scale cells so that planning units sum to their totals; says the factors."""
    sums = grid_by_planning_unit(grid, units)["total"]
    totals = units.table.loc[list(units.planning), "total"].astype(float)
    empty = list(sums.index[(sums == 0) & (totals > 0)])
    if empty:
        found.problem(
            f"{file}: nobody lives in the cells of units {listed(empty)}, so they cannot be scaled "
            "to the units' totals; check that the grid covers them"
        )
    factor = (totals / sums.where(sums > 0)).dropna()
    wild = factor[(factor > _REFUSED_FACTOR) | (factor < 1 / _REFUSED_FACTOR)]
    if not wild.empty:
        found.problem(
            f"{file}: scaling to the units' totals would multiply cells by "
            f"{listed([f'{f:.3g} in {u}' for u, f in wild.items()])}; "
            "check kind (count or density) and the crs"
        )
    if not factor.empty:
        found.note(
            f"{file}: cells were scaled to the units' totals, by factors "
            f"{factor.min():.4f} to {factor.max():.4f}"
        )
    of_unit = {u: units.planning_unit_of(u) for u in units.table.index}
    by_cell = grid.table["unit"].map(of_unit).map(factor).fillna(1.0)
    return replace(grid, table=grid.table.assign(people=grid.table["people"] * by_cell))


def compare_grid_with_units(grid: PopulationGrid, units: Units, file: str, found: Findings) -> None:
    """Grid sums against unit totals: an error above 20 %, a note above 2 %."""
    sums = grid_by_planning_unit(grid, units)["total"]
    totals = units.table.loc[list(units.planning), "total"].astype(float)
    gap = (sums - totals) / totals.where(totals > 0)
    for refused in (True, False):
        size = gap.abs()
        rows = gap[size > _REFUSED_GAP] if refused else gap[
            (size > _NOTED_GAP) & (size <= _REFUSED_GAP)
        ]  # fmt: skip
        if rows.empty:
            continue
        text = listed([
            f"{units.name(str(u))}: {sums[u]:,.0f} in cells, {totals[u]:,.0f} stated ({g:+.1%})"
            for u, g in rows.items()
        ])  # fmt: skip
        if refused:
            found.problem(
                f"{file}: cells differ from the units' totals by more than {_REFUSED_GAP:.0%}: "
                f'{text}; check kind and crs, or set {found.setting("grid.scale_to")} = "units"'
            )
        else:
            found.note(f"{file}: cells differ from the units' totals: {text}")


def people_from_grid(table: gpd.GeoDataFrame, grid: PopulationGrid) -> gpd.GeoDataFrame:
    """Units with the sums of their cells (total, urban, rural); other groups as they were."""
    people = grid.table["people"]
    urban = people.where(grid.table["urban"], 0.0)
    cells = pd.DataFrame({"total": people, "urban": urban, "rural": people - urban})
    own = cells.groupby(grid.table["unit"]).sum().reindex(table.index, fill_value=0.0)
    parent = table["parent"].to_dict()
    result = table.copy()
    for group in own.columns:
        sums = own[group].to_dict()
        for unit, count in own[group].items():
            at = parent[unit]
            while at:
                sums[at] += count
                at = parent[at]
        result[group] = pd.Series(sums).reindex(table.index)
    return result


def fill_finer_units(units: Units, grid: PopulationGrid, found: Findings) -> Units:
    """Give towns and streets without figures their part of the planning unit, by grid people."""
    table = units.table
    planning = {unit: units.planning_unit_of(unit) for unit in table.index}
    unstated = table.index[table["total"].isna()]
    blank = [unit for unit in unstated if planning[unit] not in ("", unit)]
    if not blank:
        return units
    sums = people_from_grid(table, grid)
    whole = [planning[unit] for unit in blank]
    in_cells = sums.loc[whole, "total"].to_numpy(np.float64)
    stated = table.loc[whole, "total"].to_numpy(np.float64)
    factor = np.divide(stated, in_cells, out=np.zeros(len(blank)), where=in_cells > 0)
    filled = table.copy()
    for group in ("total", "urban", "rural"):
        filled.loc[blank, group] = sums.loc[blank, group].to_numpy(np.float64) * factor
    found.note(
        f"people of {len(blank)} units below the planning level are not stated; they are the "
        "cells' people, scaled to their planning unit (modelled)"
    )
    return replace(units, table=filled)


def check_sites_near_cells(sites: pd.DataFrame, grid: PopulationGrid, found: Findings) -> None:
    """Sites far from everybody are misplaced; where units have outlines, those say so before."""
    places, cells = sites[["x_m", "y_m"]].to_numpy(np.float64), grid.xy_m
    known = np.isfinite(places).all(axis=1)  # what is not, has been told
    cells = cells[np.isfinite(cells).all(axis=1)]
    if not known.any() or not len(cells):
        return
    away_km = np.zeros(len(places))
    away_km[known] = np.asarray(cKDTree(cells).query(places[known])[0]) / 1000
    far = np.flatnonzero(away_km > _FAR_KM)
    if len(far):
        named = [f"{sites.index[i]!r} ({away_km[i]:,.0f} km)" for i in far.tolist()]
        found.problem(
            f"sites farther than {_FAR_KM:g} km from all cells with people: {listed(named)}; mend "
            "their coordinates (a sign? swapped? other crs?), or leave them out"
        )


def check_outlines(units: Units, file: str, found: Findings) -> None:
    """Note planning units whose outlines overlap, or do not fill the region's."""
    shapes = units.table.geometry.reindex(list(units.planning))
    if shapes.isna().any() or len(shapes) < 2:
        return
    union = shapes.union_all()
    overlap = float(shapes.area.sum() - union.area) / float(union.area)
    if overlap > _NOTED_OVERLAP:
        found.note(
            f"{file}: outlines of planning units overlap by {overlap:.1%} of their area; a cell "
            "there belongs to the first in the file"
        )
    whole = units.table.geometry.loc[units.root]
    if whole is not None and abs(whole.area / union.area - 1) > _REFUSED_GAP / 10:
        found.note(
            f"{file}: outlines of the planning units cover {union.area / whole.area:.1%} of the "
            "outline of the whole region"
        )
