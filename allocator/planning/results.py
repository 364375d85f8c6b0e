"""Decisions as the tables of a plan."""

import math
from collections.abc import Mapping
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.plan_tables import FACILITY_COLUMNS, UNIT_COLUMNS, Line
from allocator.planning.apportionment import split
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import leaves
from allocator.planning.have import Have
from allocator.planning.planned import planned_resources
from allocator.planning.serving import away, coverage_rules, serving
from allocator.planning.travelling import nearest_minutes, reachable
from allocator.policy.rules import Inflow, Quota, Ratio, Share, Total
from allocator.region.ground import Region


def unit_table(case: Case, decided: Decided, as_read: Region) -> pd.DataFrame:
    """Units x resources: today's number, what is required (filled later), what is allocated.

    ``as_read`` has today's people and what they cause; the case has those planned for.
    """
    units = case.region.units
    today = replace(case, region=as_read)
    rows: list[list[object]] = [
        [unit, "residents", as_read.units.people(unit), math.nan, units.people(unit)]
        for unit in dict.fromkeys((units.root, *units.planning))
    ]
    for resource in planned_resources(case, list(case.policy.rules)):
        have = Have.of(today, resource)
        whole = math.nan if have.whole is None else have.whole
        total = sum(decided.amounts[resource, u] for u in units.planning)
        rows.append([units.root, resource, whole, math.nan, float(total)])
        for unit in (u for u in units.planning if u != units.root):
            now = have.by_unit.get(unit, math.nan)
            amount = float(decided.amounts[resource, unit])
            rows.append([unit, resource, now, math.nan, amount])
    table = pd.DataFrame(rows, columns=["unit", "resource", "have", "required", "allocated"])
    table["name"] = [units.name(u) for u in table["unit"]]
    table["level"] = units.table.loc[table["unit"], "level"].to_numpy()
    return table[list(UNIT_COLUMNS)]


def with_required(units: pd.DataFrame, lines: list[Line], case: Case) -> pd.DataFrame:
    """Fill ``required``: the largest floor that a rule of exactly one resource asks for."""
    resource_of: dict[str, str] = {}
    for rule in (leaf for r in case.policy.rules for leaf in leaves(r)):
        if isinstance(rule, Quota | Total) and len(rule.resources) == 1:
            resource_of[rule.id] = rule.resources[0]
        elif isinstance(rule, Share):
            resource_of[rule.id] = rule.part
        elif isinstance(rule, Inflow):
            resource_of[rule.id] = rule.resource
        elif isinstance(rule, Ratio) and len(rule.pairs) == 1:
            resource_of[rule.id] = rule.pairs[0].resource
    floors: dict[tuple[str, str], float] = {}
    for line in lines:
        resource = resource_of.get(line.rule)
        if resource is None or line.required is None or line.sense == "<=":
            continue
        unit = case.region.units.root if line.area == "all" else line.area
        floors[unit, resource] = max(floors.get((unit, resource), 0.0), line.required)
    pairs = zip(units["unit"], units["resource"], strict=True)
    return units.assign(required=[floors.get(pair, math.nan) for pair in pairs])


def facility_table(case: Case, decided: Decided, crs: str) -> gpd.GeoDataFrame:
    """All existing sites (kept, closed, upgraded) and the new ones."""
    sites = case.region.sites.table
    existing = sites["status"] == "existing"
    is_open = np.array(
        [decided.opened.get(j, bool(existing.iloc[j])) for j in range(len(sites))], dtype=np.bool_
    )
    listed = np.flatnonzero(is_open | existing.to_numpy())
    vehicles = _vehicles(case, decided, np.flatnonzero(is_open))
    served = _people_served(case, is_open)
    given: dict[int, list[str]] = {}
    for attribute, j in sorted(decided.attributes):
        given.setdefault(j, []).append(attribute)
    rows = []
    for j in listed.tolist():
        site = sites.iloc[j]
        gained = [a for a in given.get(j, ()) if not case.had(a, j)]
        status = _status(bool(existing.iloc[j]), bool(is_open[j]), bool(gained))
        cars, negative = vehicles.get(j, (0, 0))
        rows.append({
            "id": str(sites.index[j]), "name": site["name"], "kind": site["kind"],
            "grade": site["grade"], "run_by": site["run_by"], "status": status,
            "unit": site["unit"], "x_m": site["x_m"], "y_m": site["y_m"], "beds": site["beds"],
            "ambulances": cars, "negative_pressure": negative,
            "attributes": ";".join(sorted({*site["attributes"], *gained})),
            "people_served": served.get(j, 0.0) if is_open[j] else 0.0,
            "cost": _site_cost(case, j, status, gained), "basis": site["basis"],
        })  # fmt: skip
    table = pd.DataFrame(rows, columns=[c for c in FACILITY_COLUMNS if c not in {"lon", "lat"}])
    points = gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(table["x_m"], table["y_m"]), crs=crs
    )
    degrees = points.geometry.to_crs("EPSG:4326")
    points = points.assign(lon=degrees.x.round(7), lat=degrees.y.round(7))
    return points[[*FACILITY_COLUMNS, "geometry"]]


def cell_table(case: Case, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Grid cells with, per coverage rule, who is covered and how far away the nearest site is.

    Columns per rule: ``covered_today:RULE``, ``covered:RULE``, ``nearest:RULE`` (the open site of
    the plan that serves a cell, empty where none is in reach), ``minutes_today:RULE`` and
    ``minutes:RULE`` (``km...`` for a rule in km) to the nearest open site, however far.
    """
    columns = ["x_m", "y_m", "people", "urban", "unit"]
    cells = case.region.grid.table[columns].copy()
    sites = case.region.sites.table
    open_now = (sites["status"] == "existing").to_numpy()
    opened = facilities.loc[facilities["status"] != "closed", "id"]
    open_then = sites.index.isin(opened)
    names = sites.index.to_numpy(dtype=object)
    for rule in coverage_rules(case):
        unit = "km" if rule.within_km is not None else "minutes"
        for when, is_open in (("_today", open_now), ("", open_then)):
            found = serving(case, rule, is_open)
            covered = np.zeros(len(cells), dtype=np.bool_)
            covered[found.cells] = found.covered
            cells[f"covered{when}:{rule.id}"] = covered
        # The last one is the plan's.
        nearest = np.full(len(cells), "", dtype=object)
        nearest[found.cells[found.covered]] = names[found.site[found.covered]]
        cells[f"nearest:{rule.id}"] = nearest
        cells[f"{unit}_today:{rule.id}"] = away(case, rule, open_now)
        cells[f"{unit}:{rule.id}"] = away(case, rule, open_then)
    return cells


def _status(existing: bool, is_open: bool, upgraded: bool) -> str:
    if not is_open:
        return "closed"
    if not existing:
        return "new"
    return "upgraded" if upgraded else "kept"


def _site_cost(case: Case, position: int, status: str, gained: list[str]) -> float:
    if status == "closed":
        return case.closing_cost(position)
    cost = sum(case.attribute_cost(a, position) for a in gained)
    return cost + (case.opening_cost(position) if status == "new" else 0.0)


def _people_served(case: Case, is_open: NDArray[np.bool_]) -> dict[int, float]:
    """People whose nearest open site (of the rule's kinds, within its reach) each site is."""
    served: dict[int, float] = {}
    for rule in coverage_rules(case):
        found = serving(case, rule, is_open)
        site, people = found.site[found.covered], case.region.grid.people[found.cells]
        number = np.bincount(site, people[found.covered], minlength=1)
        for j in np.unique(site).tolist():
            served[j] = served.get(j, 0.0) + float(number[j])
    return served


def _vehicles(
    case: Case, decided: Decided, opened: NDArray[np.int64]
) -> Mapping[int, tuple[int, int]]:
    """Ambulances and negative-pressure ones at each open station.

    One per station, the others and the negative-pressure ones by the people near it (Webster).
    """
    kinds = case.region.sites.table["kind"]
    site_units = case.region.sites.table["unit"].tolist()
    stations = [int(j) for j in opened if kinds.iloc[j] == "ems_station"]
    near = _people_near(case, stations)
    found: dict[int, tuple[int, int]] = {}
    for unit in case.region.units.planning:
        here = [j for j in stations if case.region.units.planning_unit_of(site_units[j]) == unit]
        cars = decided.amounts.get(("ambulances", unit), 0)
        if not here or not cars:
            continue
        weights = [near[j] for j in here]
        # Only after an interrupt may there be fewer vehicles than stations.
        least = [1] * len(here) if cars >= len(here) else None
        method = case.assumptions.word("apportionment")
        each = split(method, cars, weights, lower=least)
        negative = min(cars, decided.amounts.get(("negative_pressure_ambulances", unit), 0))
        special = split(method, negative, weights, upper=each)
        found |= {j: (n, k) for j, n, k in zip(here, each, special, strict=True)}
    return found


def _people_near(case: Case, stations: list[int]) -> dict[int, float]:
    """People whose nearest open station each one is."""
    if not stations:
        return {}
    everybody = reachable(case, "ambulance", np.arange(len(case.region.grid)), stations)
    nearest = nearest_minutes(case, "ambulance", everybody, stations, 1)[1][:, 0]
    people = np.bincount(nearest, case.region.grid.people[everybody], minlength=len(stations))
    return dict(zip(stations, people.tolist(), strict=True))
