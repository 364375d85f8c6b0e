"""How far people live from the nearest open facility.

Straight lines are computed here alone; ways along roads and the like are asked of the source anew,
from the facilities as the tables have them.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.auditing.case import Case
from allocator.travel.ends import SiteSet
from allocator.travel.journeys import site_set
from allocator.travel.means import Mode

INCLUSIVE = 1 + 1e-9
"""A limit includes its own value; this much rounding of a distance is forgiven."""
SAME_PLACE_M = 1e-6


def nearest_km(case: Case, facilities: pd.DataFrame) -> NDArray[np.float64]:
    """Km from each cell to the nearest facility, shape ``(n_cells,)``; inf if none.

    Straight, unless the planner names roads to measure along. Nobody lives nearer than the mean
    way inside a cell.
    """
    along = None if case.journeys is None else case.journeys.km_ways
    if along is None:
        return _straight_km(case, facilities)
    return np.maximum(along.nearest(_located(case, facilities)), _inside_m(case) / 1000.0)


def nearest_minutes(case: Case, facilities: pd.DataFrame, mode: Mode) -> NDArray[np.float64]:
    """Minutes between each cell and the nearest facility, shape ``(n_cells,)``; inf if none."""
    if case.journeys is None:
        return _straight_minutes(case, _straight_km(case, facilities), mode)
    found = np.full(len(case.region.grid), np.inf)
    for used, cells in case.journeys.modes(mode):
        ways = case.journeys.ways(used)
        if ways is None:
            away = _straight_minutes(case, _straight_km(case, facilities), used)
        else:
            inside_km = np.full(len(found), _inside_m(case) / 1000.0)
            least = _straight_minutes(case, inside_km, used)
            away = np.maximum(ways.nearest(_located(case, facilities)), least)
        found[cells] = away[cells]
    return found


def _straight_km(case: Case, facilities: pd.DataFrame) -> NDArray[np.float64]:
    grid = case.region.grid
    places = _places(facilities)
    if not len(places) or not len(grid):
        return np.full(len(grid), np.inf)
    away_m, _ = cKDTree(places).query(grid.xy_m)
    return np.asarray(np.maximum(away_m, _inside_m(case)) / 1000.0)


def _straight_minutes(case: Case, km: NDArray[np.float64], mode: Mode) -> NDArray[np.float64]:
    """Travel minutes for straight km of each cell, shape ``(n_cells,)``."""
    number = case.assumptions.number
    if mode == "walk":
        speed_kmh = np.full(len(km), number("walking_kmh"))
    else:
        prefix = {"drive": "driving", "ambulance": "ambulance"}[mode]
        urban, rural = number(f"{prefix}_urban_kmh"), number(f"{prefix}_rural_kmh")
        speed_kmh = np.where(case.region.grid.urban, urban, rural)
    return np.asarray(km * number("detour") / speed_kmh * 60.0)


def _inside_m(case: Case) -> float:
    """Mean way inside a cell, in metres."""
    return case.assumptions.number("intra_cell_share") * case.region.grid.side_m


def _located(case: Case, facilities: pd.DataFrame) -> SiteSet:
    """The facilities that have coordinates."""
    places = facilities[["x_m", "y_m"]].to_numpy(np.float64)
    return site_set(facilities[np.isfinite(places).all(axis=1)], case.region.crs)


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
