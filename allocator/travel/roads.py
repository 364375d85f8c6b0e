"""Travel along roads: from a network to arcs within a limit, by cut-off Dijkstra."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import parse_crs, project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import (
    LIMIT_TOLERANCE,
    as_points,
    number_problems,
    point_problems,
    said_of,
    unplaced_problems,
)
from allocator.travel.road_files import read_roads
from allocator.travel.road_graph import Floats, RoadNetwork
from allocator.travel.road_report import Ends, notes_on, warn_of, whom_roads_leave_out
from allocator.travel.road_speeds import WALKING_KMH, RoadSpeeds, urban_streets
from allocator.travel.shortest import RoadEnds, in_order, shortest
from allocator.travel.snapping import snap
from allocator.travel.times import Direction, TravelTimes


def road_network(
    roads: Any,
    cell_xy_m: ArrayLike | Demand,
    site_xy_m: ArrayLike | SiteSet,
    *,
    max_minutes: float,
    direction: Direction,
    speeds: RoadSpeeds | None = None,
    urban: ArrayLike | None = None,
    access_kmh: float = WALKING_KMH,
    snap_limit_m: float = 1000.0,
    least_part_km: float = 1.0,
    crs: str = "",
    threads: int = 1,
) -> TravelTimes:
    """Minutes between cells and sites along roads, with a walk to the nearest street at both ends.

    Points enter the roads at the nearest spot on a street, not at the nearest junction. Who is too
    far from a road, or on a part of the network (an island) without a site, has no arc; how many
    people that are stands in the provenance under ``left_out``, in its ``notes``, and in a
    :class:`RoadWarning` when it is more than 1 %.

    Parameters
    ----------
    roads
        A :class:`RoadNetwork`, a networkx graph, or a file: see :func:`read_roads`.
    cell_xy_m, site_xy_m
        Planar coordinates in metres, shapes ``(n_cells, 2)`` and ``(n_sites, 2)``; or a
        :class:`Demand` and a :class:`SiteSet` with coordinates, which the result then carries.
    max_minutes
        Arcs above this are left out; an arc of exactly this many minutes is kept.
    direction
        ``to site`` (people to a clinic) or ``from site`` (an ambulance from its station): one-way
        streets make the two differ.
    speeds
        Speeds by class of road, and what slows them. When missing: ``RoadSpeeds()``, or
        ``RoadSpeeds.walking()`` on roads that were read for walking.
    urban
        Whether each cell is urban, shape ``(n_cells,)``: streets near it take the urban factor.
    access_kmh
        Speed of the walk between a point and its street, straight; 4.8 as for all walking here.
    snap_limit_m
        Farthest that a point may lie from a street.
    least_part_km
        Streets of fragments smaller than this are passed over where a larger part is near enough;
        0: none are.
    crs
        Coordinate system of points given as bare arrays; that of the roads when missing.
    threads
        How many searches run at once; the answer is the same.
    """
    problems = number_problems(
        max_minutes=max_minutes, snap_limit_m=snap_limit_m, least_part_km=least_part_km
    )
    if not (access_kmh > 0 and np.isfinite(access_kmh)):
        problems.append(f"access_kmh must be finite and > 0, got {access_kmh}")
    case = _case(roads, cell_xy_m, site_xy_m, direction, crs, problems, urban=urban)
    on_foot = case.roads.source.get("mode") == "walk"
    used = speeds or (RoadSpeeds.walking() if on_foot else RoadSpeeds())
    in_town = None if case.urban is None else urban_streets(case.roads, case.cells, case.urban)
    told = {
        "speeds": used.as_told(urban_known=in_town is not None),
        "access_kmh": float(access_kmh),
        "max_minutes": float(max_minutes),
    }
    return case.travel(
        used.minutes(case.roads, in_town), per_m=0.06 / access_kmh, limit=float(max_minutes),
        unit="minutes", snap_limit_m=snap_limit_m, least_part_km=least_part_km, threads=threads,
        told=told,
    )  # fmt: skip


def road_network_km(
    roads: Any,
    cell_xy_m: ArrayLike | Demand,
    site_xy_m: ArrayLike | SiteSet,
    *,
    max_km: float,
    direction: Direction,
    snap_limit_m: float = 1000.0,
    least_part_km: float = 1.0,
    crs: str = "",
    threads: int = 1,
) -> TravelTimes:
    """Kilometres between cells and sites along roads, the straight way to the street included.

    Parameters are those of :func:`road_network`.

    Parameters
    ----------
    roads, cell_xy_m, site_xy_m, direction, snap_limit_m, least_part_km, crs, threads
        As there.
    max_km
        Arcs above this are left out; an arc of exactly this length is kept.
    """
    problems = number_problems(
        max_km=max_km, snap_limit_m=snap_limit_m, least_part_km=least_part_km
    )
    case = _case(roads, cell_xy_m, site_xy_m, direction, crs, problems)
    along = np.where(case.roads.is_open, case.roads.length_m / 1000, np.inf)
    return case.travel(
        along, per_m=0.001, limit=float(max_km), unit="km", snap_limit_m=snap_limit_m,
        least_part_km=least_part_km, threads=threads, told={"max_km": float(max_km)},
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Case:
    """A checked question: roads, and both ends in the roads' coordinate system."""

    roads: RoadNetwork
    cells: Floats
    sites: Floats
    demand: Demand | None
    site_set: SiteSet | None
    direction: Direction
    urban: NDArray[np.bool_] | None

    def travel(
        self, along: Floats, *, per_m: float, limit: float, unit: Literal["minutes", "km"],
        snap_limit_m: float, least_part_km: float, threads: int, told: Mapping[str, object],
    ) -> TravelTimes:  # fmt: skip
        """Arcs within a limit, where streets cost ``along`` and access legs ``per_m`` a metre."""
        rules = {"limit_m": snap_limit_m, "least_part_km": least_part_km}
        ends = Ends(
            snap(self.roads, self.cells, **rules), snap(self.roads, self.sites, **rules),
            self.cells, self.demand, self.site_set,
        )  # fmt: skip
        left_out = whom_roads_leave_out(self.roads, ends)
        notes = notes_on(left_out, ends)
        warn_of(left_out, notes)
        cells = RoadEnds(ends.cells, ends.cells.away_m * per_m)
        sites = RoadEnds(ends.sites, ends.sites.away_m * per_m)
        most = limit * (1 + LIMIT_TOLERANCE)
        if self.direction == "to site":
            cell, site, value = shortest(
                self.roads, along, cells, sites, limit=most, threads=threads
            )
        else:
            site, cell, value = shortest(
                self.roads, along, sites, cells, limit=most, threads=threads
            )
        order = in_order(cell, site, len(cells), len(sites))
        return TravelTimes(
            n_cells=len(cells), n_sites=len(sites), cell=cell[order], site=site[order],
            value=value[order], unit=unit, limit=limit, demand=self.demand, sites=self.site_set,
            provenance={
                "source": "roads", "roads": dict(self.roads.source), "direction": self.direction,
                **told, "snapped_to": "the nearest spot on a street",
                "snap_limit_m": float(snap_limit_m), "least_part_km": float(least_part_km),
                "nodes": self.roads.n_nodes, "streets": len(self.roads), "arcs": self.roads.n_arcs,
                "left_out": left_out, "notes": notes,
            },
        )  # fmt: skip


def _case(
    roads: Any, cell_xy_m: ArrayLike | Demand, site_xy_m: ArrayLike | SiteSet,
    direction: Direction, crs: str, problems: list[str], *, urban: ArrayLike | None = None,
) -> _Case:  # fmt: skip
    """Everything looked at, and every problem raised at once."""
    if direction not in get_args(Direction):
        problems.append(
            f"direction must be 'to site' (people to a clinic) or 'from site' (ambulances), "
            f"got {direction!r}"
        )
    network = _network(roads, problems)
    demand, site_set = said_of(cell_xy_m, site_xy_m)
    points = []
    for name, end, given in (("demand", demand, cell_xy_m), ("sites", site_set, site_xy_m)):
        if unplaced := unplaced_problems(**{name: end}):
            problems += unplaced
            continue
        stated = crs if end is None else end.crs or crs
        at = as_points(given)
        if network is not None and stated and network.crs:
            at = _moved(at, stated, network.crs, name, problems)
        points.append(at)
    if len(points) == 2:
        problems += point_problems(*points)
    mask = None if urban is None else np.asarray(urban, dtype=np.bool_)
    n_cells = len(points[0]) if points else 0
    if mask is not None and mask.shape != (n_cells,):
        problems.append(f"urban must have one entry per cell ({n_cells}), got shape {mask.shape}")
    raise_if_any(problems, where="roads")
    if network is None:  # cannot be: then there were problems
        raise InputError("no roads", where="roads")
    return _Case(network, points[0], points[1], demand, site_set, direction, mask)


def _network(roads: Any, problems: list[str]) -> RoadNetwork | None:
    """Roads as a network; None, with problems, if they are not fit."""
    try:
        return roads if isinstance(roads, RoadNetwork) else read_roads(roads)
    except InputError as error:
        problems += error.problems
        return None


def _moved(points: Floats, stated: str, target: str, name: str, problems: list[str]) -> Floats:
    """Points in the roads' coordinate system."""
    if stated == target:
        return points
    if parse_crs(stated) is None:
        problems.append(f"{name}: {stated!r} is not a known coordinate reference system")
        return points
    return np.stack(project(points[:, 0], points[:, 1], stated, target), axis=1)
