"""Cells that no site reaches: finding them, leaving them out, and what would reach them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.cli.locate_options import Asked
from allocator.cli.locate_reach import Instance
from allocator.cli.locate_roads import along_roads
from allocator.travel.ends import Demand, SiteSet


def beyond_reach(instance: Instance, limit: float) -> NDArray[np.int64]:
    """Cells that no permitted site reaches within a limit, ascending."""
    times = instance.times
    near = instance.permitted[times.site] & (times.value <= limit * (1 + 1e-9))
    reached = np.zeros(times.n_cells, dtype=np.bool_)
    reached[times.cell[near]] = True
    return np.flatnonzero(~reached)


def without(instance: Instance, cells: NDArray[np.int64]) -> Instance:
    """The same question for everybody but some cells."""
    if not len(cells) or instance.demand is None:
        return instance
    demand, times = instance.demand, instance.times
    stays = np.ones(times.n_cells, dtype=np.bool_)
    stays[cells] = False
    kept = np.flatnonzero(stays)
    at = np.cumsum(stays) - 1
    arcs = stays[times.cell]
    rest = Demand(
        demand.people[kept],
        ids=None if demand.ids is None else [demand.ids[i] for i in kept.tolist()],
        groups={g: people[kept] for g, people in demand.groups.items()},
        xy_m=None if demand.xy_m is None else demand.xy_m[kept],
        crs=demand.crs,
    )
    fewer = replace(
        times, n_cells=len(kept), cell=at[times.cell[arcs]], site=times.site[arcs],
        value=times.value[arcs], demand=rest,
    )  # fmt: skip
    weight = None if instance.weight is None else instance.weight[kept]
    return replace(instance, times=fewer, weight=weight, left_out=cells)


def what_would_do(asked: Asked, instance: Instance, cells: NDArray[np.int64]) -> str:
    """The smallest limit at which a permitted site reaches all of some cells, in words."""
    permitted = np.flatnonzero(instance.permitted)
    if not len(permitted):
        return "every site is forbidden"
    demand, sites = instance.demand, instance.sites
    if demand is None or demand.xy_m is None or sites.xy_m is None:
        return _in_the_table(instance, cells)
    if instance.roads is not None:
        return _along_the_roads(asked, instance, cells)
    away_m = cKDTree(sites.xy_m[permitted]).query(demand.xy_m[cells])[0]
    km = float(np.max(away_m)) / 1000
    if asked.speed_kmh is None:
        return f"--radius-km {_up(km)} would reach every cell"
    minutes = km * (asked.detour or 1.0) / asked.speed_kmh * 60
    return f"--within-minutes {_up(minutes)} would reach every cell"


def _along_the_roads(asked: Asked, instance: Instance, cells: NDArray[np.int64]) -> str:
    demand, sites = instance.demand, instance.sites
    if demand is None or demand.xy_m is None or sites.xy_m is None or instance.roads is None:
        return ""
    permitted = np.flatnonzero(instance.permitted)
    lost = Demand(demand.people[cells], xy_m=demand.xy_m[cells], crs=demand.crs)
    usable = SiteSet(
        [sites.ids[j] for j in permitted.tolist()], xy_m=sites.xy_m[permitted], crs=sites.crs
    )
    times = along_roads(asked, instance.roads, lost, usable, np.inf)
    least = np.full(len(cells), np.inf)
    np.minimum.at(least, times.cell, times.value)
    if apart := int(np.isinf(least).sum()):
        return f"{apart} of them have no road to a permitted site at all"
    option = "--radius-km" if asked.in_km else "--within-minutes"
    return f"{option} {_up(float(least.max()))} would reach every cell"


def _in_the_table(instance: Instance, cells: NDArray[np.int64]) -> str:
    times = instance.times
    least = np.full(times.n_cells, np.inf)
    usable = instance.permitted[times.site]
    np.minimum.at(least, times.cell[usable], times.value[usable])
    lost = int(np.isinf(least[cells]).sum())
    if lost:
        return f"{lost} of them have no permitted site in the table of times at all"
    return f"--within-minutes {_up(float(least[cells].max()))} would reach every cell"


def _up(number: float) -> str:
    """A number with at most 3 decimals, never below the true one."""
    return f"{np.ceil(number * 1000 - 1e-6) / 1000:.10g}"
