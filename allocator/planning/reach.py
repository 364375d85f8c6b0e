"""Who reaches what, in the terms of a coverage rule."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.planning.arcs import KeptArcs
from allocator.planning.case import Area, Case
from allocator.policy.rules import CoverageRule, MeanResponse
from allocator.travel.coverage import Coverage
from allocator.travel.distance import straight_line, straight_line_km
from allocator.travel.ends import SiteSet
from allocator.travel.journeys import site_set
from allocator.travel.means import Mode
from allocator.travel.times import TravelTimes
from allocator.travel.ways import FARTHEST

Cells = NDArray[np.int64]
Floats = NDArray[np.float64]


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
        return np.asarray(cKDTree(_xy_m(case, positions)).query(case.region.grid.xy_m[cells])[1])
    times = _times(case, rule, cells, positions, limit_of(case, rule))
    return times.nearest(np.ones(len(positions), dtype=np.bool_))[0]


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
        return float(_nearest_km(case, cells, positions).max())
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


def distances_km(case: Case, cells: Cells, positions: list[int], limit_km: float) -> TravelTimes:
    """Distances up to a limit, in km: straight, or along the roads that the planner names."""
    if kept := _kept_km(case):
        return kept.between(cells, positions, limit_km)
    return straight_line_km(
        case.region.grid.xy_m[cells],
        _xy_m(case, positions),
        max_km=limit_km,
        intra_cell_km=_intra_cell_km(case),
    )


def minutes(
    case: Case, mode: Mode, cells: Cells, positions: list[int], limit_minutes: float
) -> TravelTimes:
    """Travel minutes of a mode up to a limit, straight by the speed of the cell's settlement."""
    parts = [
        (at, _minutes_by(case, used, cells[at], positions, limit_minutes))
        for used, at in _by_mode(case, mode, cells)
    ]
    if len(parts) == 1:
        return parts[0][1]
    cell, site, value = (
        np.concatenate(columns)
        for columns in zip(*((at[t.cell], t.site, t.value) for at, t in parts), strict=True)
    )
    order = np.lexsort((site, cell))
    return replace(
        parts[0][1], n_cells=len(cells), cell=cell[order], site=site[order], value=value[order]
    )


def _minutes_by(
    case: Case, mode: Mode, cells: Cells, positions: list[int], limit_minutes: float
) -> TravelTimes:
    if kept := _kept(case, mode):
        return kept.between(cells, positions, limit_minutes)
    return straight_line(
        case.region.grid.xy_m[cells],
        _xy_m(case, positions),
        speed_kmh=speeds_kmh(case, mode)[cells],
        detour=case.assumptions.number("detour"),
        max_minutes=limit_minutes,
        intra_cell_km=_intra_cell_km(case),
    )


def speeds_kmh(case: Case, mode: Mode) -> Floats:
    """Straight speed per cell for a mode, in km/h, shape ``(n_cells,)``."""
    value = case.assumptions.number
    if mode == "walk":
        return np.full(len(case.region.grid), value("walking_kmh"))
    name = "ambulance" if mode == "ambulance" else "driving"
    return np.where(case.region.grid.urban, value(f"{name}_urban_kmh"), value(f"{name}_rural_kmh"))


def least_minutes(case: Case, mode: Mode, cells: Cells, positions: list[int]) -> Floats:
    """Minutes to the nearest of some sites, shape ``(n_cells,)``; a day where none is reached."""
    found = np.full(len(cells), FARTHEST)
    for used, at in _by_mode(case, mode, cells):
        if kept := _kept(case, used):
            found[at] = np.minimum(kept.nearest(positions)[cells[at]], FARTHEST)
        else:
            found[at] = _straight_ranks(case, used, cells[at], positions, 1)[0][:, 0]
    return found


def cells_of_response(case: Case, rule: MeanResponse, scope: Area | None = None) -> Cells:
    """Cells whose people a mean counts: all of the group whom some site can reach at all."""
    return reachable(
        case, "ambulance", cells_of(case, rule.group, scope), case.positions(rule.sites)
    )


def reachable(case: Case, mode: Mode, cells: Cells, positions: list[int]) -> Cells:
    """Those of the cells from which some site of the list is reached within a day."""
    lost = np.zeros(len(cells), dtype=np.bool_)
    for used, at in _by_mode(case, mode, cells):
        if kept := _kept(case, used):
            lost[at] = kept.nearest(positions)[cells[at]] > FARTHEST
    return cells[~lost]


def nearest_minutes(
    case: Case, mode: Mode, cells: Cells, positions: list[int], ranks: int
) -> tuple[Floats, Cells]:
    """Minutes to the nearest, second nearest ... of some sites, and their places in the list.

    Shapes ``(n_cells, ranks)``; a day where none, or no other one, is reached.
    """
    away = np.full((len(cells), ranks), FARTHEST)
    place = np.zeros((len(cells), ranks), dtype=np.int64)
    for used, at in _by_mode(case, mode, cells):
        if kept := _kept(case, used):
            times = kept.between(cells[at], positions, FARTHEST)
            away[at], place[at] = _first_ranks(times, ranks)
        else:
            away[at], place[at] = _straight_ranks(case, used, cells[at], positions, ranks)
    return away, place


def over_sites(coverage: Coverage, positions: list[int], everyone: list[int]) -> Coverage:
    """The same reach with sites numbered in a longer, ascending list that contains them."""
    place = np.searchsorted(np.asarray(everyone), np.asarray(positions, dtype=np.int64))
    return replace(coverage, site=place[coverage.site].astype(np.int64), n_sites=len(everyone))


def _by_mode(case: Case, mode: Mode, cells: Cells) -> Iterator[tuple[Mode, Cells]]:
    """By what the cells travel where a rule says a mode, and which places of the list do."""
    if case.journeys is None:
        yield mode, np.arange(len(cells))
        return
    for used, some in case.journeys.modes(mode):
        yield used, np.flatnonzero(some[cells])


def _kept(case: Case, mode: Mode) -> KeptArcs | None:
    """Arcs of a mode; None where it goes straight."""
    ways = None if case.journeys is None else case.journeys.ways(mode)
    if ways is not None and mode not in case.arcs:
        per_km = case.assumptions.number("detour") * 60 / speeds_kmh(case, mode)
        case.arcs[mode] = KeptArcs(ways, _every_site(case), _intra_cell_km(case) * per_km)
    return case.arcs.get(mode)


def _kept_km(case: Case) -> KeptArcs | None:
    """Arcs in km; None where they are straight."""
    ways = None if case.journeys is None else case.journeys.km_ways
    if ways is not None and "km" not in case.arcs:
        least = np.full(len(case.region.grid), _intra_cell_km(case))
        case.arcs["km"] = KeptArcs(ways, _every_site(case), least)
    return case.arcs.get("km")


def _every_site(case: Case) -> SiteSet:
    return site_set(case.region.sites.table, case.region.crs)


def _first_ranks(times: TravelTimes, ranks: int) -> tuple[Floats, Cells]:
    """The least arcs of each cell, and their sites."""
    order = np.lexsort((times.site, times.value, times.cell))
    cell = times.cell[order]
    rank = np.arange(len(cell)) - np.searchsorted(cell, cell)
    first = rank < ranks
    away = np.full((times.n_cells, ranks), FARTHEST)
    place = np.zeros((times.n_cells, ranks), dtype=np.int64)
    away[cell[first], rank[first]] = times.value[order][first]
    place[cell[first], rank[first]] = times.site[order][first]
    return away, place


def _straight_ranks(
    case: Case, mode: Mode, cells: Cells, positions: list[int], ranks: int
) -> tuple[Floats, Cells]:
    away_m, place = cKDTree(_xy_m(case, positions)).query(case.region.grid.xy_m[cells], k=ranks)
    shape = (len(cells), ranks)
    km = np.maximum(np.reshape(away_m, shape) / 1000, _intra_cell_km(case))
    pace = case.assumptions.number("detour") * 60 / speeds_kmh(case, mode)[cells]
    return km * pace[:, None], np.reshape(place, shape).astype(np.int64)


def _nearest_km(case: Case, cells: Cells, positions: list[int]) -> Floats:
    """Km to the nearest of some sites, shape ``(n_cells,)``; infinite where none is reached."""
    if kept := _kept_km(case):
        return kept.nearest(positions)[cells]
    away_m = cKDTree(_xy_m(case, positions)).query(case.region.grid.xy_m[cells])[0]
    return np.maximum(away_m / 1000, _intra_cell_km(case))


def _xy_m(case: Case, positions: list[int]) -> Floats:
    table = case.region.sites.table.iloc[positions]
    return np.asarray(table[["x_m", "y_m"]].to_numpy(np.float64))


def _intra_cell_km(case: Case) -> float:
    return case.assumptions.number("intra_cell_share") * case.region.grid.side_m / 1000
