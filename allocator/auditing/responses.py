"""Mean response: call handling + turnout + travel from the nearest open station, over people."""

import numpy as np
from numpy.typing import NDArray

from allocator.auditing.areas import holding
from allocator.auditing.case import Case, weakest
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.reach import INCLUSIVE, cells_in, minutes_from_km, nearest_km
from allocator.plans import Line
from allocator.policy.rules import MeanResponse


def lines(rule: MeanResponse, case: Case) -> list[Line]:
    """Audit a mean response time. It does not add up: each area has its own mean.

    Where the rule holds in every unit apart, the region's line is that of the slowest unit.
    """
    at = holding(rule, case)
    missing = case.missing_sites(rule.sites)
    if not at:
        missing = f"the units file has no unit of level {' or '.join(rule.level)}"
    if missing:
        return [line_of(rule, Finding(missing=missing), measure="minutes", sense="<=")]
    minutes = response_minutes(rule, case)
    parts = [_mean(rule, case, minutes, (unit,)) for unit in at]
    if rule.level and not rule.pool:
        total, strength = _slowest(parts), rule.strength
    else:
        total, strength = _mean(rule, case, minutes, at if rule.level else (case.root,)), "info"
    return [line_of(rule, total, measure="minutes", sense="<=")] + [
        line_of(
            rule,
            part,
            measure="minutes",
            sense="<=",
            area=unit,
            area_name=case.region.units.name(unit),
            strength=strength,
        )
        for unit, part in zip(at, parts, strict=True)
    ]


def response_minutes(rule: MeanResponse, case: Case) -> NDArray[np.float64]:
    """Response time of each cell, in minutes, shape ``(n_cells,)``; inf if nothing is open."""
    km = nearest_km(case, case.open_sites(rule.sites))
    number = case.assumptions.number
    before = number("call_handling_minutes") + number("turnout_minutes")
    return np.asarray(before + minutes_from_km(case, km, "ambulance"))


def _mean(
    rule: MeanResponse, case: Case, minutes: NDArray[np.float64], units: tuple[str, ...]
) -> Finding:
    grid = case.region.grid
    inside = grid.in_group(rule.group) & cells_in(case, units)
    people = grid.people[inside]
    limit = float(rule.minutes)
    basis = weakest([grid.basis, case.site_basis(rule.sites)])
    if not people.sum():
        note = f"the grid has no {rule.group} people here"
        return Finding(upper=limit, achieved=0.0, note=note, basis=basis)
    if np.isinf(minutes).any():
        return Finding(upper=limit, note="no station is open", basis=basis)
    mean = float(np.average(minutes[inside], weights=people))
    return Finding(upper=limit, achieved=mean, tolerance=INCLUSIVE - 1, basis=basis)


def _slowest(parts: list[Finding]) -> Finding:
    return max(parts, key=lambda part: float("inf") if part.achieved is None else part.achieved)
