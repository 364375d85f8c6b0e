"""Who reaches what, in the terms of a coverage rule."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.planning.case import Area, Case
from allocator.policy.rules import CoverageRule
from allocator.travel.coverage import Coverage
from allocator.travel.distance import straight_line, straight_line_km
from allocator.travel.times import TravelTimes


def cells_of(case: Case, group: str, scope: Area | None = None) -> NDArray[np.int64]:
    """Positions of the cells of a group (in an area), ascending."""
    grid = case.region.grid
    mask = grid.in_group(group)
    if scope is not None:
        units = case.region.units
        inside = {u for u in units.table.index if any(a in scope.units for a in units.ancestors(u))}
        mask = mask & grid.table["unit"].isin(inside).to_numpy()
    return np.flatnonzero(mask)


def settled(case: Case) -> NDArray[np.bool_]:
    """Cells dense enough that 'every resident' is enforced there, shape ``(n_cells,)``."""
    return case.region.grid.density_per_km2 >= case.assumptions.number("settled_density_per_km2")


def reach(
    case: Case, rule: CoverageRule, cells: NDArray[np.int64], positions: list[int]
) -> Coverage:
    """Sites (positions in the list) that each of the cells reaches under the rule."""
    if rule.within_km is not None:
        return distances_km(case, cells, positions, float(rule.within_km)).within(
            float(rule.within_km)
        )
    limit = float(rule.within_minutes or 0)
    return minutes(case, rule.mode, cells, positions, limit).within(limit)


def limit_for_all(case: Case, rule: CoverageRule) -> float:
    """Smallest limit (km, or minutes) at which a site lies within reach of everybody enforced.

    Infinite where the region has no such site.
    """
    cells = cells_of(case, rule.group)
    if rule.share >= 1:
        cells = cells[settled(case)[cells]]
    positions = case.positions(rule.sites)
    if not positions or not len(cells):
        return math.inf
    nearest_m = cKDTree(_xy_m(case, positions)).query(case.region.grid.xy_m[cells])[0]
    km = np.maximum(nearest_m / 1000, _intra_cell_km(case))
    if rule.within_km is not None:
        return float(km.max())
    hours = km * case.assumptions.number("detour") / speeds_kmh(case, rule.mode)[cells]
    return float(hours.max() * 60)


def distances_km(
    case: Case, cells: NDArray[np.int64], positions: list[int], limit_km: float
) -> TravelTimes:
    """Straight distances up to a limit, in km."""
    return straight_line_km(
        case.region.grid.xy_m[cells],
        _xy_m(case, positions),
        max_km=limit_km,
        intra_cell_km=_intra_cell_km(case),
    )


def minutes(
    case: Case, mode: str, cells: NDArray[np.int64], positions: list[int], limit_minutes: float
) -> TravelTimes:
    """Travel minutes of a mode up to a limit, by the speed of the cell's settlement."""
    return straight_line(
        case.region.grid.xy_m[cells],
        _xy_m(case, positions),
        speed_kmh=speeds_kmh(case, mode)[cells],
        detour=case.assumptions.number("detour"),
        max_minutes=limit_minutes,
        intra_cell_km=_intra_cell_km(case),
    )


def speeds_kmh(case: Case, mode: str) -> NDArray[np.float64]:
    """Speed per cell for a mode, in km/h, shape ``(n_cells,)``."""
    value = case.assumptions.number
    if mode == "walk":
        return np.full(len(case.region.grid), value("walking_kmh"))
    name = "ambulance" if mode == "ambulance" else "driving"
    return np.where(case.region.grid.urban, value(f"{name}_urban_kmh"), value(f"{name}_rural_kmh"))


def nearest_minutes(
    case: Case, mode: str, cells: NDArray[np.int64], positions: list[int], ranks: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Minutes to the nearest, second nearest ... of some sites, and their places in the list.

    Shapes ``(n_cells, ranks)``; infinite where there are fewer sites.
    """
    away_m, place = cKDTree(_xy_m(case, positions)).query(case.region.grid.xy_m[cells], k=ranks)
    shape = (len(cells), ranks)
    km = np.maximum(np.reshape(away_m, shape) / 1000, _intra_cell_km(case))
    pace = case.assumptions.number("detour") * 60 / speeds_kmh(case, mode)[cells]
    return km * pace[:, None], np.reshape(place, shape).astype(np.int64)


def over_sites(coverage: Coverage, positions: list[int], everyone: list[int]) -> Coverage:
    """The same reach with sites numbered in a longer, ascending list that contains them."""
    place = np.searchsorted(np.asarray(everyone), np.asarray(positions, dtype=np.int64))
    return replace(coverage, site=place[coverage.site].astype(np.int64), n_sites=len(everyone))


def _xy_m(case: Case, positions: list[int]) -> NDArray[np.float64]:
    table = case.region.sites.table.iloc[positions]
    return np.asarray(table[["x_m", "y_m"]].to_numpy(np.float64))


def _intra_cell_km(case: Case) -> float:
    return case.assumptions.number("intra_cell_share") * case.region.grid.side_m / 1000
