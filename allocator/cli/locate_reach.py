"""From what ``allocator locate`` was given to travel times: who is how far from which site."""

from dataclasses import dataclass, replace
from math import hypot, isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from allocator.cli.locate_options import Asked, shares
from allocator.cli.locate_roads import along_roads, notes_of, read_network
from allocator.errors import InputError, raise_if_any
from allocator.files.instances.ends import DemandFile, Ends, read_ends
from allocator.files.instances.levels import LevelRow, levels_today, read_levels
from allocator.files.instances.opening import is_there
from allocator.files.instances.site_columns import SitesFile
from allocator.region.findings import Findings
from allocator.travel.distance import straight_line, straight_line_km
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.tables import read_pairs
from allocator.travel.times import TravelTimes

if TYPE_CHECKING:
    from allocator.travel.road_graph import RoadNetwork

_MOST_PAIRS = 100_000_000
"""Arcs that are still handled when no limit says which of them count."""


@dataclass(frozen=True, eq=False)
class Instance:
    """A location question as its files state it.

    Attributes
    ----------
    demand
        Everybody, also those left out of ``times``; None where sites alone are asked about.
    sites
        All sites.
    may_close
        Positions of existing sites that may be closed.
    weight
        What the distance of each cell of ``times`` is multiplied by, where it is not people.
    times
        Minutes or km from cells to sites, up to the farthest limit.
    limit, limit2
        Inclusive limits of reach, in the unit of ``times``; infinite when nobody gave one.
    levels, levels_today
        Of a hierarchy, from the lowest up; what level each existing site has, 1 the lowest, and 0
        elsewhere, None when the file does not say.
    shares, floors
        Group to the share that must be reached.
    left_out
        Positions of cells left out of ``times`` because nobody reaches them.
    notes, inputs
        What reading turned up; name and sha256 of each file.
    roads
        The streets that people travel along, if they do.
    """

    demand: Demand | None
    sites: SiteSet
    may_close: NDArray[np.int64]
    weight: NDArray[np.float64] | None
    times: TravelTimes
    limit: float
    limit2: float
    levels: tuple[LevelRow, ...]
    levels_today: list[int] | None
    shares: dict[str, float]
    floors: dict[str, float]
    left_out: NDArray[np.int64]
    notes: tuple[str, ...]
    inputs: tuple[tuple[str, str], ...]
    roads: "RoadNetwork | None" = None

    @property
    def permitted(self) -> NDArray[np.bool_]:
        """Whether each site may be open, shape ``(n_sites,)``."""
        mask = np.ones(len(self.sites), dtype=np.bool_)
        mask[self.sites.with_status("forbidden")] = False
        return mask

    @property
    def near_times(self) -> TravelTimes:
        """Only the arcs within the limit, the limit included."""
        if not isfinite(self.limit):
            return self.times
        times = self.times
        near = times.value <= self.limit * (1 + 1e-9)
        return replace(
            times, cell=times.cell[near], site=times.site[near], value=times.value[near],
            limit=self.limit,
        )  # fmt: skip


def read_instance(asked: Asked) -> Instance:
    """Read every file of a question; all problems of all files in one error."""
    found = Findings()
    by_group = shares(tuple(asked.of("share") or ()), "--share")
    floors = shares(tuple(asked.of("floor") or ()), "--floor")
    cells = _demand_file(asked, (*asked.groups, *by_group, *floors), found)
    needs_capacity = asked.model == "capacitated" and asked.of("max_load") is None
    sites = SitesFile(asked.sites, asked.sites_layer, needs_capacity=needs_capacity)
    placed = asked.times is None
    ends = read_ends(cells, sites, crs=asked.crs, placed=placed, found=found)
    unit = "km" if asked.in_km else "minutes"
    levels: list[LevelRow] = []
    if asked.of("levels") is not None:
        levels = read_levels(asked.of("levels"), unit=unit, found=found)
    today = None if ends is None else levels_today(ends, levels, asked.sites.name, found)
    times = None
    limit, limit2 = _limits(asked)
    farthest = max([row.reach for row in levels], default=max(limit, limit2))
    if ends is not None and asked.times is not None:
        times = _from_table(asked, ends, found)
    raise_if_any(found.problems, where=f"locate {asked.model}")
    if ends is None:
        raise InputError("could not be read", where=f"locate {asked.model}")
    roads = None
    if asked.roads is not None:
        found.read(asked.roads)
        roads = read_network(asked, ends.sites)
        times = along_roads(asked, roads, _from_side(ends), ends.sites, farthest)
        found.notes += notes_of(times)
    if times is None:
        times = _from_places(asked, ends, farthest)
    return Instance(
        demand=ends.demand, sites=ends.sites, may_close=ends.may_close, weight=ends.weight,
        times=times, limit=limit, limit2=limit2, levels=tuple(levels),
        levels_today=today, shares=by_group, floors=floors,
        left_out=np.empty(0, dtype=np.int64), notes=tuple(found.notes),
        inputs=tuple((s.file, s.sha256) for s in found.sources), roads=roads,
    )  # fmt: skip


def _demand_file(asked: Asked, named: tuple[str, ...], found: Findings) -> DemandFile | None:
    """Where the people are, with the groups that options name; None if sites alone are asked of."""
    demand = asked.demand
    if asked.form.needs == "apart":
        if demand is not None:
            found.note("--demand is not used: p-dispersion asks about sites alone")
        if {asked.radius_km, asked.within_minutes} != {None}:
            found.note("the limit is not used: p-dispersion looks at every distance between sites")
        return None
    if demand is None:
        return None
    groups = tuple(dict.fromkeys(g for g in named if g != "total"))
    return DemandFile(
        demand, asked.demand_layer, asked.people_column, groups, asked.of("weight_column"),
        asked.grid_kind,
    )  # fmt: skip


def _limits(asked: Asked) -> tuple[float, float]:
    """The limit and the farther one, in the unit of the travel times."""
    second = asked.of("radius2_km") if asked.of("minutes2") is None else asked.of("minutes2")
    first = asked.within_minutes
    if first is None and asked.radius_km is not None:
        first = asked.radius_km
        if asked.speed_kmh is not None:
            first = asked.radius_km * (asked.detour or 1.0) / asked.speed_kmh * 60
    limit = float("inf") if first is None else first
    return limit, limit if second is None else float(second)


def _from_table(asked: Asked, ends: Ends, found: Findings) -> TravelTimes | None:
    path, demand = asked.times, ends.demand
    if path is None or not is_there(path, "--times", found):
        return None
    from_ids = ends.sites.ids if demand is None else demand.ids or ()
    what = "sites" if demand is None else "demand"
    pairs = read_pairs(path, from_ids, ends.sites.ids, found, from_what=what)
    if pairs is None:
        return None
    found.read(path)
    return TravelTimes(
        n_cells=len(from_ids), n_sites=len(ends.sites), cell=pairs.start, site=pairs.end,
        value=pairs.minutes, provenance={"source": "table", "file": path.name},
        demand=demand, sites=ends.sites,
    )  # fmt: skip


def _from_side(ends: Ends) -> Demand:
    """Where travel begins; between sites, the from-side are the sites themselves."""
    sites = ends.sites
    return ends.demand or Demand(
        np.zeros(len(sites)), ids=sites.ids, xy_m=sites.xy_m, crs=sites.crs
    )


def _from_places(asked: Asked, ends: Ends, farthest: float) -> TravelTimes:
    """Straight lines: km, or minutes where a speed is given; every pair unless there is a limit."""
    sites, cells = ends.sites, _from_side(ends)
    if not isfinite(farthest) or asked.form.needs == "apart":
        farthest = _everywhere(asked, cells, sites)
    if asked.speed_kmh is None:
        return straight_line_km(cells, sites, max_km=farthest)
    detour = asked.detour or 1.0
    return straight_line(
        cells, sites, speed_kmh=asked.speed_kmh, detour=detour, max_minutes=farthest
    )


def _everywhere(asked: Asked, cells: Demand, sites: SiteSet) -> float:
    """A limit that no pair exceeds, in the unit of the travel times."""
    if len(cells) * len(sites) > _MOST_PAIRS:
        raise InputError(
            f"{len(cells):,} cells x {len(sites):,} sites are too many pairs; give --radius-km (or "
            "--within-minutes with --speed-kmh), beyond which nobody goes",
            where=f"locate {asked.model}",
        )
    points = np.concatenate([np.asarray(cells.xy_m), np.asarray(sites.xy_m)])
    wide_m, high_m = points.max(axis=0) - points.min(axis=0)
    km = hypot(wide_m, high_m) / 1000 * 1.001 + 0.001
    return km if asked.speed_kmh is None else km * (asked.detour or 1.0) / asked.speed_kmh * 60
