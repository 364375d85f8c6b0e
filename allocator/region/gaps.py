"""People between the planning units: inside the region's outline, in none of its parts."""

from dataclasses import replace

import numpy as np

from allocator.region.containment import has_outlines, nearest_units
from allocator.region.findings import Findings
from allocator.region.grid import PopulationGrid
from allocator.region.units import Units


def without_gaps(grid: PopulationGrid, units: Units, file: str, found: Findings) -> PopulationGrid:
    """Give cells of gaps between planning units to the nearest unit; nobody is planned for else.

    Outlines of several sources rarely meet everywhere; who lives between them would be counted in
    the region and planned for in none of its parts.
    """
    if not units.planning or not has_outlines(units.table):
        return grid
    above = [u for u in units.table.index if not units.planning_unit_of(str(u))]
    between = grid.table["unit"].isin(above).to_numpy(np.bool_)
    if not between.any():
        return grid
    nearest, distance_m = nearest_units(units.table, grid.xy_m[between], np.inf)
    unit = grid.table["unit"].to_numpy(object).copy()
    unit[between] = nearest
    found.note(
        f"{file}: {grid.people[between].sum():,.0f} people in {int(between.sum()):,} cells live in "
        "gaps between the planning units' outlines; they were given to the nearest unit (at most "
        f"{distance_m.max() / 1000:,.1f} km away)"
    )
    return replace(grid, table=grid.table.assign(unit=unit))
