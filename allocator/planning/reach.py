"""Who reaches what, in the terms of a coverage rule."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.planning.case import Area, Case
from allocator.planning.travelling import (
    Cells,
    Floats,
    distances_km,
    least_minutes,
    minutes,
    nearest_km,
    nearest_minutes,
    reachable,
)
from allocator.policy.rules import CoverageRule, MeanResponse
from allocator.travel.coverage import Coverage
from allocator.travel.times import TravelTimes
from allocator.travel.ways import FARTHEST


def cells_of(case: Case, group: str, scope: Area | None = None) -> Cells:
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


def reach(case: Case, rule: CoverageRule, cells: Cells, positions: list[int]) -> Coverage:
    """Sites (positions in the list) that each of the cells reaches under the rule."""
    limit = limit_of(case, rule)
    if limit < 0:  # the call is not even handled by then
        nobody = np.empty(0, dtype=np.int64)
        return Coverage.from_pairs(nobody, nobody, len(cells), len(positions))
    return _times(case, rule, cells, positions, limit).within(limit)


def limit_of(case: Case, rule: CoverageRule) -> float:
    """Limit of the way itself, in km or minutes; below 0 where handling a call takes as long."""
    if rule.within_km is not None:
        return float(rule.within_km)
    return float(rule.within_minutes or 0) - _before_the_way(case, rule)


def _before_the_way(case: Case, rule: CoverageRule) -> float:
    return overhead_minutes(case) if rule.from_call else 0.0


def overhead_minutes(case: Case) -> float:
    """Call handling and turnout, in minutes."""
    number = case.assumptions.number
    return number("call_handling_minutes") + number("turnout_minutes")


def nearest_place(case: Case, rule: CoverageRule, cells: Cells, positions: list[int]) -> Cells:
    """Which of some sites is nearest to each cell that the rule's limit lets reach one.

    Positions in the list; of equally near ones the first.
    """
    if case.journeys is None:
        return nearest_minutes(case, rule.mode, cells, positions, 1)[1][:, 0]
    times = _times(case, rule, cells, positions, limit_of(case, rule))
    return times.nearest(np.ones(len(positions), dtype=np.bool_))[0]


def away_from(case: Case, rule: CoverageRule, cells: Cells, positions: list[int]) -> Floats:
    """Minutes (or km) to the nearest of some sites as the rule counts them, shape ``(n_cells,)``.

    Beyond the rule's limit too; NaN where no site is reached within a day.
    """
    if rule.within_km is not None:
        km = nearest_km(case, cells, positions)
        return np.where(np.isfinite(km), km, np.nan)
    found = least_minutes(case, rule.mode, cells, positions)
    return np.where(found < FARTHEST, found, np.nan) + _before_the_way(case, rule)


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
    if rule.within_km is not None:
        return float(nearest_km(case, cells, positions).max())
    if len(reachable(case, rule.mode, cells, positions)) < len(cells):
        return math.inf
    away = least_minutes(case, rule.mode, cells, positions).max()
    return float(away) + _before_the_way(case, rule)


def _times(
    case: Case, rule: CoverageRule, cells: Cells, positions: list[int], limit: float
) -> TravelTimes:
    if rule.within_km is not None:
        return distances_km(case, cells, positions, limit)
    return minutes(case, rule.mode, cells, positions, limit)


def cells_of_response(case: Case, rule: MeanResponse, scope: Area | None = None) -> Cells:
    """Cells whose people a mean counts: all of the group whom some site can reach at all."""
    return reachable(
        case, "ambulance", cells_of(case, rule.group, scope), case.positions(rule.sites)
    )


def over_sites(coverage: Coverage, positions: list[int], everyone: list[int]) -> Coverage:
    """The same reach with sites numbered in a longer, ascending list that contains them."""
    place = np.searchsorted(np.asarray(everyone), np.asarray(positions, dtype=np.int64))
    return replace(coverage, site=place[coverage.site].astype(np.int64), n_sites=len(everyone))
