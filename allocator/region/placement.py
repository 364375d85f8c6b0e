"""Cells to units: by location, by the file's own column, or the nearest one on the coast."""

import geopandas as gpd
import numpy as np
import pandas as pd

from allocator.assumptions import Assumptions
from allocator.region.containment import finest_units, has_outlines, leaves, nearest_units
from allocator.region.findings import Findings, listed, nearest
from allocator.region.grid import PopulationGrid
from allocator.region.grid_files import RawGrid

_COAST_SIDES = 2.0
"""People within this many cell sides of a unit belong to it: the mask cuts the coast."""


def placed_grid(
    raw: RawGrid, units: gpd.GeoDataFrame, *, file: str, basis: str, note: str, found: Findings
) -> PopulationGrid:
    """Give every cell its finest unit and its settlement; say where people were moved or lost."""
    cells = raw.cells.copy()
    side_m = round(float(np.sqrt(cells["area_km2"].mean() * 1e6)), 6)
    stated = cells["unit"] != ""
    unknown = sorted(set(cells.loc[stated, "unit"]) - set(units.index))
    if unknown:
        found.problem(
            f"{file}, unit: {len(unknown)} ids are not in {found.units_table}: "
            f"{listed(map(repr, unknown))}; {nearest(unknown[0], list(units.index))}"
        )
    if not stated.all():
        cells = _by_location(cells, ~stated, units, side_m, file, found)
    if raw.settlement == "density":
        threshold = Assumptions().number("urban_density_per_km2")
        cells["urban"] = cells["people"] / cells["area_km2"] >= threshold
        found.note(
            f"{file}: no settlement layer: cells with at least {threshold:g} people per km2 are "
            "urban (assumption urban_density_per_km2)"
        )
    cells["urban"] = cells["urban"].astype(bool)
    cells = cells.rename_axis("id")
    return PopulationGrid(
        cells[["x_m", "y_m", "people", "urban", "unit", "area_km2"]],
        side_m, basis=basis, note=note, settlement=raw.settlement,
    )  # fmt: skip


def _by_location(
    cells: pd.DataFrame,
    open_: "pd.Series[bool]",
    units: gpd.GeoDataFrame,
    side_m: float,
    file: str,
    found: Findings,
) -> pd.DataFrame:
    finest = leaves(units)
    if not has_outlines(units):
        if len(finest) > 1:
            found.problem(
                f"{file}: needs a column 'unit' (ids of {found.units_table}), because the "
                "units have no outlines to place cells by"
            )
        cells.loc[open_, "unit"] = finest[0]
        return cells
    xy_m = cells[["x_m", "y_m"]].to_numpy(np.float64)
    here = open_.to_numpy()
    unit = cells["unit"].to_numpy(object).copy()
    unit[here] = finest_units(units, xy_m[here])
    outside = here & (unit == "")
    limit_m = _COAST_SIDES * side_m
    moved, distance_m = nearest_units(units, xy_m[outside], limit_m)
    unit[outside] = moved
    cells["unit"] = unit
    people = cells["people"].to_numpy()
    _tell_outside(people, outside, unit == "", distance_m, limit_m, file, found)
    return cells[cells["unit"] != ""]


def _tell_outside(
    people: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    outside: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    lost: "np.ndarray[tuple[int], np.dtype[np.bool_]]",
    distance_m: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    limit_m: float,
    file: str,
    found: Findings,
) -> None:
    if not outside.any():
        return
    kept = outside & ~lost
    if kept.any():
        found.note(
            f"{file}: {people[kept].sum():,.0f} people in {int(kept.sum()):,} cells just outside "
            f"all units were given to the nearest unit (within {limit_m:,.0f} m: the coast)"
        )
    if lost.any():
        found.note(
            f"{file}: {people[lost].sum():,.0f} people in {int(lost.sum()):,} cells lie outside "
            f"all units (by more than {limit_m:,.0f} m) and are not planned for"
        )
    if lost.all() or not len(people):
        found.problem(
            f"{file}: no cell lies in or near a unit (nearest: {distance_m.min() / 1000:,.1f} km); "
            "check the crs and the coordinates of both files"
        )
