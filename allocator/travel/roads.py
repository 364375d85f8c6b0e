"""Travel along roads: from a network to arcs within a limit, by cut-off Dijkstra."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError, raise_if_any
from allocator.region.coordinates import parse_crs, project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import (
    as_points,
    number_problems,
    point_problems,
    said_of,
    unplaced_problems,
)
from allocator.travel.road_files import read_roads
from allocator.travel.road_graph import Floats, RoadNetwork
from allocator.travel.road_report import warn_of
from allocator.travel.road_speeds import WALKING_KMH, RoadSpeeds, urban_streets
from allocator.travel.road_ways import RoadWays
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
    }
    ways = case.ways(
        used.minutes(case.roads, in_town), per_m=0.06 / access_kmh, unit="minutes",
        snap_limit_m=snap_limit_m, least_part_km=least_part_km, threads=threads, told=told,
    )  # fmt: skip
    return case.travel(ways, float(max_minutes))


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
    ways = case.ways(
        along, per_m=0.001, unit="km", snap_limit_m=snap_limit_m,
        least_part_km=least_part_km, threads=threads, told={},
    )  # fmt: skip
    return case.travel(ways, float(max_km))


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

    def ways(
        self, along: Floats, *, per_m: float, unit: Literal["minutes", "km"],
        snap_limit_m: float, least_part_km: float, threads: int, told: Mapping[str, object],
    ) -> RoadWays:  # fmt: skip
        """The roads, where streets cost ``along`` and access legs ``per_m`` a metre."""
        return RoadWays(
            self.roads, along, per_m, unit, self.cells, self.demand, self.direction,
            float(snap_limit_m), float(least_part_km), told, threads,
        )  # fmt: skip

    def travel(self, ways: RoadWays, limit: float) -> TravelTimes:
        """Arcs within a limit, with a report on whom they leave out."""
        sites = ways.snapped(self.sites)
        told = {**ways.report(sites, self.site_set), f"max_{ways.unit}": limit}
        warn_of(told)
        return replace(ways.times(sites, limit), sites=self.site_set, provenance=told)


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
