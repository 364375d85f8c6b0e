"""Minutes and km between the cells and the sites of a case, whatever each mode travels by."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.planning.case import Case
from allocator.travel.distance import straight_line, straight_line_km
from allocator.travel.kept_arcs import KeptArcs
from allocator.travel.means import Mode
from allocator.travel.times import TravelTimes
from allocator.travel.ways import FARTHEST

Cells = NDArray[np.int64]
Floats = NDArray[np.float64]


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
    if arcs := kept(case, mode):
        return arcs.between(cells, positions, limit_minutes)
    return straight_line(
        case.region.grid.xy_m[cells],
        _xy_m(case, positions),
        speed_kmh=speeds_kmh(case, mode)[cells],
        detour=case.assumptions.number("detour"),
        max_minutes=limit_minutes,
        intra_cell_km=_intra_cell_km(case),
    )


def distances_km(case: Case, cells: Cells, positions: list[int], limit_km: float) -> TravelTimes:
    """Distances up to a limit, in km: straight, or along the roads that the planner names."""
    if arcs := kept_km(case):
        return arcs.between(cells, positions, limit_km)
    return straight_line_km(
        case.region.grid.xy_m[cells],
        _xy_m(case, positions),
        max_km=limit_km,
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
        if arcs := kept(case, used):
            found[at] = np.minimum(arcs.nearest(positions)[cells[at]], FARTHEST)
        else:
            found[at] = _straight_ranks(case, used, cells[at], positions, 1)[0][:, 0]
    return found


def reachable(case: Case, mode: Mode, cells: Cells, positions: list[int]) -> Cells:
    """Those of the cells from which some site of the list is reached within a day."""
    lost = np.zeros(len(cells), dtype=np.bool_)
    for used, at in _by_mode(case, mode, cells):
        if arcs := kept(case, used):
            lost[at] = arcs.nearest(positions)[cells[at]] > FARTHEST
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
        if arcs := kept(case, used):
            times = arcs.between(cells[at], positions, FARTHEST)
            away[at], place[at] = _first_ranks(times, ranks)
        else:
            away[at], place[at] = _straight_ranks(case, used, cells[at], positions, ranks)
    return away, place


def nearest_km(case: Case, cells: Cells, positions: list[int]) -> Floats:
    """Km to the nearest of some sites, shape ``(n_cells,)``; infinite where none is reached."""
    if arcs := kept_km(case):
        return arcs.nearest(positions)[cells]
    away_m = cKDTree(_xy_m(case, positions)).query(case.region.grid.xy_m[cells])[0]
    return np.maximum(away_m / 1000, _intra_cell_km(case))


def _by_mode(case: Case, mode: Mode, cells: Cells) -> Iterator[tuple[Mode, Cells]]:
    """By what the cells travel where a rule says a mode, and which places of the list do."""
    if case.journeys is None:
        yield mode, np.arange(len(cells))
        return
    for used, some in case.journeys.modes(mode):
        yield used, np.flatnonzero(some[cells])


def kept(case: Case, mode: Mode) -> KeptArcs | None:
    """Arcs of a mode; None where it goes straight."""
    if case.journeys is None or (ways := case.journeys.ways(mode)) is None:
        return None
    per_km = case.assumptions.number("detour") * 60 / speeds_kmh(case, mode)
    return case.journeys.arcs(mode, ways, _intra_cell_km(case) * per_km)


def kept_km(case: Case) -> KeptArcs | None:
    """Arcs in km; None where they are straight."""
    if case.journeys is None or (ways := case.journeys.km_ways) is None:
        return None
    least = np.full(len(case.region.grid), _intra_cell_km(case))
    return case.journeys.arcs("km", ways, least)


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


def _xy_m(case: Case, positions: list[int]) -> Floats:
    table = case.region.sites.table.iloc[positions]
    return np.asarray(table[["x_m", "y_m"]].to_numpy(np.float64))


def _intra_cell_km(case: Case) -> float:
    return case.assumptions.number("intra_cell_share") * case.region.grid.side_m / 1000
