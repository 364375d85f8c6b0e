"""Candidate sites in settled cells of the grid."""

import numpy as np
import pandas as pd

from allocator.region.grid import PopulationGrid
from allocator.region.sites import KINDS, CandidateRule


def candidate_sites(
    rules: tuple[CandidateRule, ...], grid: PopulationGrid, settled_per_km2: float
) -> pd.DataFrame:
    """Rows of a sites table, one per rule and chosen cell; the first rule wins on the same cell."""
    parts = [_of_rule(rule, grid, settled_per_km2) for rule in rules]
    table = pd.concat(parts)
    return table[~table.index.duplicated()]


def _of_rule(rule: CandidateRule, grid: PopulationGrid, settled_per_km2: float) -> pd.DataFrame:
    table = grid.table
    group = "total" if rule.cells == "all" else rule.cells
    chosen = grid.in_group(group) & (grid.density_per_km2 >= settled_per_km2)
    chosen &= (table["unit"] != "").to_numpy()
    cells = table[chosen]
    if rule.spacing_km > 0:
        cells = _most_populated_per_block(cells, rule.spacing_km * 1000)
    label = KINDS[rule.kind][0]
    return pd.DataFrame(
        {
            "name": [f"new {label} in cell {cell}" for cell in cells.index],
            "kind": rule.kind,
            "grade": "",
            "run_by": "",
            "status": "candidate",
            "unit": cells["unit"].to_numpy(),
            "x_m": cells["x_m"].to_numpy(),
            "y_m": cells["y_m"].to_numpy(),
            "opening_cost": np.nan,
            "closing_cost": np.nan,
            "beds": np.nan,
            "attributes": [() for _ in range(len(cells))],
            "basis": "modelled",
        },
        index=pd.Index([f"{rule.kind}:{cell}" for cell in cells.index], name="id", dtype=object),
    )


def _most_populated_per_block(cells: pd.DataFrame, side_m: float) -> pd.DataFrame:
    """One cell of every square block: the most people, then the smallest id."""
    ids = cells.index.to_numpy(str)
    order = np.lexsort((ids, -cells["people"].to_numpy(np.float64)))
    blocks = np.floor(cells[["x_m", "y_m"]].to_numpy(np.float64)[order] / side_m)
    first = np.unique(blocks, axis=0, return_index=True)[1]
    return cells.iloc[np.sort(order[first])]
