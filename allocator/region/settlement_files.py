"""The section ``[settlement]`` of ``region.toml``: what makes a cell urban."""

from dataclasses import replace

import numpy as np

from allocator.region.findings import Findings, listed, nearest
from allocator.region.grid import PopulationGrid
from allocator.region.land import land_of, outlines_file
from allocator.region.manifest import GridFile, SettlementRule
from allocator.region.settlement import CLASSES, degree_of_urbanisation
from allocator.region.table_sources import TableSource
from allocator.region.units import Units

DECIDED_LATER = ("degree_of_urbanisation", "units")
"""Methods that need all cells, with the people that they are planned with."""


def check_rule(rule: SettlementRule | None, grid: GridFile | None, found: Findings) -> None:
    """Say where ``[settlement]`` and ``[grid] settlement`` do not go together."""
    if rule is None:
        return
    method, layer = found.at("settlement.method"), found.setting("grid.settlement")
    if grid is not None and rule.method == "layer" and grid.settlement is None:
        found.problem(f'{method} = "layer" needs the layer: set {layer}')
    if grid is not None and rule.method != "layer" and grid.settlement is not None:
        found.problem(
            f"{method} = {rule.method!r}, but {layer} = {grid.settlement!r} says which cells are "
            "urban, too; leave one of the two out"
        )
    if (rule.method == "units") != bool(rule.units):
        found.problem(
            f"{found.at('settlement.units')}: the list of urban units belongs to method "
            f"'units', got method {rule.method!r} and {len(rule.units)} units; mend one"
        )


def settled(
    grid: PopulationGrid,
    rule: SettlementRule | None,
    units: Units,
    tables: TableSource,
    *,
    crs: str,
    file: str,
    found: Findings,
) -> PopulationGrid:
    """The grid with its urban cells as the rule says; as read where no rule decides them here."""
    if rule is None or rule.method not in DECIDED_LATER:
        return grid
    if rule.method == "units":
        return _by_units(grid, rule, units, file, found)
    land = land_of(outlines_file(rule.land, tables, found),
                   outlines_file(rule.water, tables, found), crs, found)  # fmt: skip
    settlement = degree_of_urbanisation(grid, cell_km=rule.cell_km or None, land=land)
    shares = settlement.shares(grid)
    parts = ", ".join(f"{name.replace('_', ' ')} {shares[name]:.1%}" for name in CLASSES[::-1])
    counts = settlement.clusters["settlement"].value_counts()
    found.note(
        f"{file}: settlement by the degree of urbanisation on {settlement.provenance['cells']}: "
        f"{parts} of the people ({counts.get('urban_centre', 0)} centres, "
        f"{counts.get('urban_cluster', 0)} clusters); urban in rules: "
        f"{'centres and clusters' if rule.urban == 'clusters' else 'centres alone'}; towns that "
        "the region's border cuts count by what lies inside"
    )
    return settlement.on(grid, rule.urban)


def _by_units(
    grid: PopulationGrid, rule: SettlementRule, units: Units, file: str, found: Findings
) -> PopulationGrid:
    known = list(units.table.index)
    strangers = [unit for unit in rule.units if unit not in known]
    if strangers:
        found.problem(
            f"{found.at('settlement.units')}: {listed(map(repr, strangers))} are not in "
            f"{found.units_table}; {nearest(strangers[0], known)}"
        )
    named = set(rule.units)
    inside = {u: not named.isdisjoint(units.ancestors(u)) for u in known}
    urban = grid.table["unit"].map(inside).fillna(False).to_numpy(np.bool_)
    share = float(grid.people[urban].sum() / grid.people.sum())
    found.note(
        f"{file}: urban are the cells of units {listed(rule.units)} ({share:.1%} of the people)"
    )
    return replace(grid, table=grid.table.assign(urban=urban), settlement="layer")
