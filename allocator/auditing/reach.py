"""How far people live from the nearest open facility: plain distances, computed here alone."""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.auditing.case import Case

INCLUSIVE = 1 + 1e-9
"""A limit includes its own value; this much rounding of a distance is forgiven."""
SAME_PLACE_M = 1e-6


def nearest_km(case: Case, facilities: pd.DataFrame) -> NDArray[np.float64]:
    """Straight km from each cell to the nearest facility, shape ``(n_cells,)``; inf if none.

    Nobody lives nearer than the mean way inside a cell.
    """
    grid = case.region.grid
    places = _places(facilities)
    if not len(places) or not len(grid):
        return np.full(len(grid), np.inf)
    away_m, _ = cKDTree(places).query(grid.xy_m)
    inside_m = case.assumptions.number("intra_cell_share") * grid.side_m
    return np.asarray(np.maximum(away_m, inside_m) / 1000.0)


def minutes_from_km(
    case: Case, km: NDArray[np.float64], mode: Literal["walk", "drive", "ambulance"]
) -> NDArray[np.float64]:
    """Travel minutes for straight km of each cell, shape ``(n_cells,)``."""
    number = case.assumptions.number
    if mode == "walk":
        speed_kmh = np.full(len(km), number("walking_kmh"))
    else:
        prefix = {"drive": "driving", "ambulance": "ambulance"}[mode]
        urban, rural = number(f"{prefix}_urban_kmh"), number(f"{prefix}_rural_kmh")
        speed_kmh = np.where(case.region.grid.urban, urban, rural)
    return np.asarray(km * number("detour") / speed_kmh * 60.0)


def stands_in(case: Case, facilities: pd.DataFrame, cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each facility's nearest cell is among ``cells``, shape ``(n_facilities,)``.

    Of cells equally near, one among ``cells`` is enough.
    """
    places = _places(facilities)
    xy_m = case.region.grid.xy_m
    if not len(places) or not cells.any():
        return np.zeros(len(places), dtype=np.bool_)
    to_any, _ = cKDTree(xy_m).query(places)
    to_group, _ = cKDTree(xy_m[cells]).query(places)
    return np.asarray(to_group <= to_any + SAME_PLACE_M)


def cells_in(case: Case, units: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which cells lie in the units, shape ``(n_cells,)``; the whole region has every cell."""
    if case.root in units:
        return np.ones(len(case.region.grid), dtype=np.bool_)
    return np.asarray(case.region.grid.table["unit"].isin(case.inside(units)), dtype=np.bool_)


def _places(facilities: pd.DataFrame) -> NDArray[np.float64]:
    """Coordinates in metres of the facilities that have any, shape ``(n, 2)``."""
    places = np.asarray(facilities[["x_m", "y_m"]].to_numpy(np.float64))
    return np.asarray(places[np.isfinite(places).all(axis=1)])
