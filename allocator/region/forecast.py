"""The region as it is planned for: people scaled to a forecast, candidates laid out."""

from dataclasses import replace
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.assumptions import Assumptions
from allocator.errors import PolicyError
from allocator.region.apportionment import largest_remainder
from allocator.region.candidates import candidate_sites
from allocator.region.checks import grid_by_planning_unit
from allocator.region.findings import nearest
from allocator.region.grid import PopulationGrid
from allocator.region.ground import Region
from allocator.region.sites import Sites
from allocator.region.stock import Stock, resources
from allocator.region.units import GROUPS, Units

_NOTED_GAP = 0.02
_NEIGHBOURHOOD_KM = 5.0
"""Whole people stay within squares of this side."""


def for_planning(
    region: Region,
    assumptions: Assumptions,
    stated_population: Fraction | float | None,
) -> Region:
    """The region with the people it is planned for, and candidate sites as rows.

    Parameters
    ----------
    assumptions
        ``population`` and ``population_shares`` say for how many people, and how they are split;
        ``settled_density_per_km2`` where something may be built; ``urban_density_per_km2`` which
        cells are urban, where the grid has no settlement layer.
    stated_population
        The figure that the policy states for its year, or None.

    Returns
    -------
    Region
        Without a forecast people stay as they are. With one, planning units and cells hold whole
        people: units sum to the forecast exactly, cells of a planning unit to the unit exactly;
        and what people cause (visits, households) grows, or shrinks, with them.
        A second call changes nothing more.
    """
    grid = _settlement_by_density(region.grid, assumptions)
    units, stock, notes = region.units, region.stock, []
    forecast = people_to_plan_for(assumptions, stated_population)
    if forecast is not None:
        weights, basis = forecast_weights(region, assumptions)
        units = _units_under(units, weights, forecast)
        grid, cell_notes = _grid_under(grid, units)
        notes.append(f"people are scaled to {forecast:,}, split by {basis}")
        notes += cell_notes
        stock, stock_notes = stock_under(stock, region.units, units)
        notes += stock_notes
    sites = region.sites
    if region.candidates:
        settled = assumptions.number("settled_density_per_km2")
        new = candidate_sites(region.candidates, grid, settled)
        new = new[~new.index.isin(sites.table.index)]
        sites = Sites(pd.concat([sites.table, new]) if len(sites) else new)
    return replace(
        region, units=units, grid=grid, sites=sites, stock=stock, candidates=(),
        notes=(*region.notes, *(n for n in notes if n not in region.notes)),
    )  # fmt: skip


def people_to_plan_for(assumptions: Assumptions, stated: Fraction | float | None) -> int | None:
    """For how many people a plan is made; None where they stay as they are."""
    wanted = assumptions["population"]
    if wanted == "policy":
        wanted = None if stated is None else float(stated)
    if wanted is None or wanted == "region":
        return None
    return round(float(wanted))


def _settlement_by_density(grid: PopulationGrid, assumptions: Assumptions) -> PopulationGrid:
    if grid.settlement == "layer":
        return grid
    urban = grid.density_per_km2 >= assumptions.number("urban_density_per_km2")
    return replace(grid, table=grid.table.assign(urban=urban), settlement="layer")


def forecast_weights(region: Region, assumptions: Assumptions) -> tuple["pd.Series[float]", str]:
    """People of the planning units that split the forecast, and the name of their basis."""
    planning = list(region.units.planning)
    basis = assumptions.word("population_shares")
    if basis == "default":
        basis = region.default_basis
    if not basis:
        return region.units.table.loc[planning, "total"].astype(float), "today's people"
    known = [] if region.populations.empty else list(dict.fromkeys(region.populations["basis"]))
    if basis not in known:
        raise PolicyError(
            f"population_shares: the region has no population figures of basis {basis!r}; "
            f"{nearest(basis, known)}",
            where="assumptions",
        )
    rows = region.populations[region.populations["basis"] == basis].set_index("unit")
    weights = rows["total"].reindex(planning).astype(float)
    if weights.isna().any():
        raise PolicyError(
            f"population_shares: basis {basis!r} has no figure for "
            f"{', '.join(weights.index[weights.isna()])}",
            where="assumptions",
        )
    return weights, f"the {basis} people of the units"


def _units_under(units: Units, weights: "pd.Series[float]", forecast: int) -> Units:
    table = units.table.copy()
    parts = largest_remainder(np.asarray(weights.to_numpy(np.float64)), forecast)
    children: dict[str, list[str]] = {}
    for unit, parent in table["parent"].items():
        children.setdefault(parent, []).append(str(unit))
    for unit, people in zip(weights.index, parts, strict=True):
        _set_people(table, units, str(unit), int(people))
        _split_below(table, units, str(unit), int(people), children)
    _sum_above(table, units)
    return Units(table, units.planning)


def _set_people(table: gpd.GeoDataFrame, units: Units, unit: str, people: int) -> None:
    """Give a unit its people; groups keep their share, urban + rural is the total exactly."""
    before = {group: units.people(unit, group) for group in GROUPS}
    total = before["total"]
    after = {
        group: np.nan if np.isnan(n) or not total > 0 else float(round(n / total * people))
        for group, n in before.items()
    }
    if not np.isnan(after["urban"] + after["rural"]):
        split = np.array([before["urban"], before["rural"]])
        after["urban"], after["rural"] = map(float, largest_remainder(split, people))
    after["total"] = float(people)
    table.loc[unit, list(GROUPS)] = [after[group] for group in GROUPS]


def _split_below(
    table: gpd.GeoDataFrame, units: Units, unit: str, people: int, children: dict[str, list[str]]
) -> None:
    """Scale the units inside a planning unit with it; whole people, exact where all are known."""
    below = children.get(unit, [])
    now = np.array([units.people(child) for child in below])
    if not below:
        return
    before = units.people(unit)
    if now.sum() > 0 and abs(now.sum() - before) <= 0.01 * before:
        parts = largest_remainder(now, people).astype(np.float64)
    else:
        parts = np.round(now * (people / before if before > 0 else 0.0))
    for child, part in zip(below, parts, strict=True):
        if not np.isnan(part):
            _set_people(table, units, child, int(part))
            _split_below(table, units, child, int(part), children)


def _sum_above(table: gpd.GeoDataFrame, units: Units) -> None:
    for unit in table.index:
        inside = set(units.inside(str(unit)))
        parts = [u for u in units.planning if u in inside]
        if parts and unit not in units.planning:
            sums = table.loc[parts, list(GROUPS)].astype(float).sum(min_count=len(parts))
            table.loc[unit, list(GROUPS)] = sums


def _grid_under(grid: PopulationGrid, units: Units) -> tuple[PopulationGrid, list[str]]:
    """Cells with whole people that sum to their planning unit exactly."""
    of_unit = {u: units.planning_unit_of(u) for u in units.table.index}
    planning = grid.table["unit"].map(of_unit).fillna("").to_numpy(object)
    people = grid.people.copy()
    notes = []
    for unit in units.planning:
        total = int(units.people(unit))
        cells = np.flatnonzero(planning == unit)
        if people[cells].sum() > 0:
            people[cells] = _whole_people(grid.table.iloc[cells], total)
        elif total:
            notes.append(f"{units.name(unit)}: {total:,} people are in no cell: the grid is empty")
    outside = float(people[planning == ""].sum())
    if outside:
        notes.append(f"{outside:,.0f} people in cells outside all planning units are not scaled")
    scaled = replace(grid, table=grid.table.assign(people=people))
    return scaled, notes + _settlement_gaps(scaled, units)


def _whole_people(cells: pd.DataFrame, total: int) -> NDArray[np.float64]:
    """Whole people that sum to ``total``: split over neighbourhoods first, then over their cells.

    Largest remainders over all cells at once would empty sparse country: on a fine raster every
    cell with less than half a person there loses it to some fuller cell far away.
    """
    side_m = _NEIGHBOURHOOD_KM * 1000
    places = [cells["unit"], cells["urban"], cells["x_m"] // side_m, cells["y_m"] // side_m]
    place = cells.groupby(places, sort=True).ngroup().to_numpy()
    people = cells["people"].to_numpy(np.float64)
    sums = np.asarray(np.bincount(place, weights=people), dtype=np.float64)
    by_place = largest_remainder(sums, total)
    whole = np.zeros(len(cells))
    order = np.argsort(place, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(place[order])) + 1)
    for group, part in zip(groups, by_place, strict=True):
        whole[group] = largest_remainder(people[group], int(part)) if part else 0.0
    return whole


def stock_under(stock: Stock, before: Units, after: Units) -> tuple[Stock, list[str]]:
    """As much of what people cause per resident as today."""
    rows = stock.table["resource"].map(lambda name: resources()[name].grows).to_numpy(dtype=bool)
    growth = np.array([
        after.people(unit) / before.people(unit) if before.people(unit) > 0 else 1.0
        for unit in stock.table.loc[rows, "unit"]
    ])  # fmt: skip
    if not (growth != 1).any():
        return stock, []
    table = stock.table.copy()
    table.loc[rows, "have"] = table.loc[rows, "have"].to_numpy(np.float64) * growth
    measured = rows & (table["basis"] == "measured").to_numpy(dtype=bool)
    table.loc[measured, "basis"] = "modelled"
    names = ", ".join(dict.fromkeys(table.loc[rows, "resource"]))
    return Stock(table), [f"given figures that grow with residents: {names}"]


def _settlement_gaps(grid: PopulationGrid, units: Units) -> list[str]:
    in_urban_cells = grid_by_planning_unit(grid, units)["urban"].to_dict()
    notes = []
    for unit in units.planning:
        stated, in_cells = units.people(unit, "urban"), in_urban_cells[unit]
        if stated > 0 and abs(in_cells - stated) > _NOTED_GAP * stated:
            notes.append(
                f"{units.name(unit)}: {in_cells:,.0f} people in urban cells, {stated:,.0f} urban "
                f"by its figures ({in_cells / stated - 1:+.1%})"
            )
    return notes
