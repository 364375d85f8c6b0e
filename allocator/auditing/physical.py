"""What any plan must be, whatever the policy: whole, summing, nested, and where it says it is."""

from collections.abc import Iterator
from math import isclose, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from allocator.auditing.case import Case
from allocator.auditing.findings import few
from allocator.plan_tables import Line
from allocator.region.sites import FOUND_ATTRIBUTES, WITH_HOSPITAL_BEDS
from allocator.region.stock import parts_of, resources

_FARTHEST_M = 1.0
"""Most that two statements of one place may differ."""
_TEN_DIGITS = 1e-9
"""A table's numbers are written with ten digits: fractions of persons sum up to that."""


def lines(case: Case) -> list[Line]:
    """One line per check; none for today, which the region's reading has checked."""
    if not case.facts.planned:
        return []
    checks = {
        "inside": _inside, "sums": _sums, "whole": _whole, "given": _given, "beds": _beds,
        "vehicles": _vehicles, "places": _places, "sites": _sites,
    }  # fmt: skip
    remarks = {"sites": _strangers(case), "vehicles": _homeless(case)}
    return [_line(name, list(check(case)), remarks.get(name, "")) for name, check in checks.items()]


def _strangers(case: Case) -> str:
    """New facilities that the region has no candidate for: allowed, but named."""
    new = [
        name
        for name, row in case.facilities.listed
        if name not in case.facilities.known and row["open"]
    ]
    return f"not among the region's candidates: {few(new)}" if new else ""


def _homeless(case: Case) -> str:
    """Ambulances of units without an open station: they stand elsewhere."""
    found = []
    for unit in case.region.units.planning:
        number = case.facts.counts.get((unit, "ambulances"), 0.0)
        if number and not _stations_in(case, unit).any():
            found.append(f"{unit}: no open station for its {number:g} ambulances")
    return few(found)


def _stations_in(case: Case, unit: str) -> NDArray[np.bool_]:
    """Open ambulance stations of a unit, shape ``(n_facilities,)``."""
    listed = case.facts.facilities
    here = listed["unit"].isin(case.inside([unit])) & listed["open"]
    return np.asarray(here & listed["kind"].eq("ems_station"), dtype=np.bool_)


def _line(name: str, defects: list[str], remark: str) -> Line:
    found = float(len(defects))
    return Line(
        rule=f"PHYSICAL.{name}",
        area="all",
        area_name="all",
        measure="defects",
        sense="==",
        strength="must",
        required=0.0,
        achieved=found,
        slack=-found,
        met=not defects,
        binding=False,
        note="; ".join(part for part in (few(defects), remark) if part),
    )


def _inside(case: Case) -> Iterator[str]:
    """A resource inside another is never more than it, in any unit."""
    counts = case.facts.counts
    for (unit, name), number in counts.items():
        outer = counts.get((unit, resources()[name].inside))
        if outer is not None and number > outer:
            yield f"{unit}: {number:g} {name} of {outer:g} {resources()[name].inside}"


def _sums(case: Case) -> Iterator[str]:
    """The region's row is the sum of the planning units' rows, a whole that of its parts."""
    yield from _parts(case)
    counts, planning = case.facts.counts, case.region.units.planning
    if planning == (case.root,):
        return
    for name in dict.fromkeys(resource for _, resource in counts):
        total = counts.get((case.root, name))
        parts = [counts.get((unit, name)) for unit in planning]
        known = [part for part in parts if part is not None]
        if total is None or len(known) < len(parts):
            yield f"{name}: not every planning unit and the region have a row"
        elif not isclose(sum(known), total, rel_tol=_TEN_DIGITS):
            yield f"{name}: units sum to {sum(known):,g}, the region's row says {total:,g}"


def _parts(case: Case) -> Iterator[str]:
    """A whole whose parts are all planned is their sum, in every unit; what is given need not."""
    counts = case.facts.counts
    for (unit, whole), number in counts.items():
        parts = [counts.get((unit, p)) for p in parts_of(whole)]
        known = [part for part in parts if part is not None]
        if not parts or len(known) < len(parts) or resources()[whole].given:
            continue
        if sum(known) != number:
            yield f"{unit}: {number:g} {whole}, but its parts are {sum(known):g}"


def _given(case: Case) -> Iterator[str]:
    """What is given is as the region has it, to the whole number."""
    for (unit, name), number in case.given.items():
        listed = case.facts.counts[unit, name]
        if listed != number:
            yield f"{unit}: {listed:g} {name}, in the region {number:g}"


def _beds(case: Case) -> Iterator[str]:
    """A unit has the private beds of its new private hospitals, at least."""
    for unit in case.region.units.planning:
        there, inside = case.facts.counts.get((unit, "private_beds")), case.inside([unit])
        sizes = [
            case.facilities.known.get(name, row)["beds"]
            for name, row in case.facilities.listed
            if row["status"] == "new" and row["run_by"] == "private"
            if row["kind"] in WITH_HOSPITAL_BEDS and row["unit"] in inside
        ]
        beds = sum(size for size in sizes if not isnan(size))
        if there is not None and there < beds:
            yield f"{unit}: {there:g} private_beds, but its new private hospitals have {beds:g}"


def _whole(case: Case) -> Iterator[str]:
    """Beds, people, vehicles and sites come in whole numbers, none below 0."""
    for (unit, name), number in case.facts.counts.items():
        # A raster's people are fractions of persons; everything else comes whole.
        fraction = number != round(number) and resources()[name].form != "people"
        if number < 0 or fraction:
            yield f"{unit}: {number:g} {name}"
    for name, row in case.facilities.listed:
        for column in ("beds", "ambulances", "negative_pressure"):
            if not isnan(row[column]) and (row[column] < 0 or row[column] != round(row[column])):
                yield f"{name}: {row[column]:g} {column}"


def _vehicles(case: Case) -> Iterator[str]:
    """Ambulances stand at open stations, and each unit's stations have as many as the unit."""
    listed = case.facts.facilities
    fleet = listed[["ambulances", "negative_pressure"]].fillna(0.0)
    for name in listed.index[(fleet["negative_pressure"] > fleet["ambulances"]).to_numpy()]:
        yield f"{name}: more negative-pressure ambulances than ambulances"
    for name in listed.index[(~listed["open"] & fleet.gt(0).any(axis=1)).to_numpy()]:
        yield f"{name}: closed, but with ambulances"
    for column, resource in (
        ("ambulances", "ambulances"),
        ("negative_pressure", "negative_pressure_ambulances"),
    ):
        if not (fleet[column] > 0).any():
            continue
        for unit in case.region.units.planning:
            here = listed["open"] & listed["unit"].isin(case.inside([unit]))
            stationed = float(fleet.loc[here.to_numpy(dtype=bool), column].sum())
            planned = case.facts.counts.get((unit, resource))
            housed = stationed > 0 or _stations_in(case, unit).any()
            if planned is not None and stationed != planned and housed:
                yield f"{unit}: {planned:g} {resource}, but {stationed:g} at its stations"


def _places(case: Case) -> Iterator[str]:
    """Degrees and metres name the same place, and the unit exists."""
    listed = case.facts.facilities
    to_metres = Transformer.from_crs("EPSG:4326", case.region.crs, always_xy=True)
    x_m, y_m = to_metres.transform(listed["lon"].to_numpy(float), listed["lat"].to_numpy(float))
    away_m = np.hypot(x_m - listed["x_m"].to_numpy(float), y_m - listed["y_m"].to_numpy(float))
    for name, metres in zip(listed.index, away_m, strict=True):
        if not metres <= _FARTHEST_M:
            how_far = f"{metres:,.0f} m apart" if np.isfinite(metres) else "not both known"
            yield f"{name}: lon, lat and x_m, y_m are {how_far}"
    for name, row in case.facilities.listed:
        if row["unit"] not in case.region.units.table.index:
            yield f"{name}: unknown unit {row['unit']!r}"


def _sites(case: Case) -> Iterator[str]:
    """The plan lists what stands, where it stands, and closes nothing that must be open."""
    listed = case.facts.facilities
    for name in listed.index[listed.index.duplicated()].unique():
        yield f"{name}: listed more than once"
    listed_ids, open_ids = set(listed.index), set(case.facts.open.index)
    for name, known in case.facilities.known.items():
        if known["status"] == "existing" and name not in listed_ids:
            yield f"{name}: stands today, but is not listed"
        if known["status"] == "required" and name not in open_ids:
            yield f"{name}: must be open, but is not"
    for name, row in case.facilities.listed:
        if name in case.facilities.known:
            yield from _disagreements(name, row, case.facilities.known[name])
        elif row["status"] != "new":
            yield f"{name}: listed as {row['status']}, but unknown to the region"


def _disagreements(name: str, row: dict[str, Any], known: dict[str, Any]) -> Iterator[str]:
    """What a plan says of a site against what the region says of it."""
    if known["status"] == "existing" and row["status"] == "new":
        yield f"{name}: stands today, but is listed as new"
    if known["status"] == "candidate" and row["status"] != "new":
        yield f"{name}: listed as {row['status']}, but does not stand today"
    for column in ("kind", "grade", "run_by"):
        if row[column] != known[column]:
            yield f"{name}: {column} {row[column]!r}, in the region {known[column]!r}"
    if not isnan(row["beds"]) and not isnan(known["beds"]) and row["beds"] != known["beds"]:
        yield f"{name}: {row['beds']:g} beds, in the region {known['beds']:g}"
    for attribute in FOUND_ATTRIBUTES:
        if (attribute in row["attributes"]) != (attribute in known["attributes"]):
            said = "is" if attribute in row["attributes"] else "is not"
            yield f"{name}: {said} said to be {attribute}, unlike in the region"
    moved_m = float(np.hypot(row["x_m"] - known["x_m"], row["y_m"] - known["y_m"]))
    if moved_m > _FARTHEST_M:
        yield f"{name}: {moved_m:,.0f} m from where the region has it"
