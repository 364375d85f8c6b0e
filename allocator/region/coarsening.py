"""``aggregate_km`` of ``[grid]``: fewer, larger cells, and a note on what that does to coverage."""

import numpy as np
import pandas as pd

from allocator.region.aggregation import aggregated
from allocator.region.findings import Findings
from allocator.region.grid import PopulationGrid
from allocator.region.manifest import GridFile

RADII_IN_CELLS = (2, 5, 10)
"""Radii, in sides of the new cells, for which the note says what changes."""


def coarsened(
    grid: PopulationGrid, section: GridFile, sites: pd.DataFrame, found: Findings
) -> PopulationGrid:
    """The grid on squares of ``aggregate_km``, as it is where that is not asked for.

    The note compares who lives near an existing site (near any, where none exists) by both grids.
    """
    side_km, file = section.aggregate_km, section.file
    if side_km is None:
        return grid
    if grid.side_m > 1000 * side_km * (1 + 1e-6):
        found.problem(
            f"{found.at('grid.aggregate_km')}: {side_km:g} km is less than the side of the cells "
            f"({grid.side_m / 1000:g} km); give a larger one, or leave it out"
        )
        return grid
    made = aggregated(grid, cell_km=side_km)
    words = (
        f"{file}: {len(grid):,} cells were put together to {len(made.coarse):,} of {side_km:g} km; "
        "people of every unit, urban and rural, are the same"
    )
    standing = sites[sites["status"] == "existing"] if len(sites) else sites
    near = standing if len(standing) else sites
    if len(near):
        xy_m = near[["x_m", "y_m"]].to_numpy(np.float64)
        changes = []
        for times in RADII_IN_CELLS:
            row = made.coverage_error(xy_m, times * side_km).loc["total"]
            changes.append(
                f"{times * side_km:g} km {row['covered_fine']:.2%} became "
                f"{row['covered_coarse']:.2%} ({row['misjudged']:.2%} misjudged)"
            )
        words += (
            f"; people within a straight distance of the {len(near)} "
            f"{'existing ' if len(standing) else ''}sites: {', '.join(changes)}; radii below "
            f"{5 * side_km:g} km want smaller cells"
        )
    found.note(words)
    return made.coarse
