"""Mean response: call handling + turnout + travel from the nearest open station, over people."""

import numpy as np
from numpy.typing import NDArray

from allocator.auditing.areas import lines_of_means
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.reach import INCLUSIVE, cells_in, minutes_from_km, nearest_km
from allocator.auditing.records import weakest
from allocator.plans import Line
from allocator.policy.rules import MeanResponse


def lines(rule: MeanResponse, case: Case) -> list[Line]:
    """Audit a mean response time."""
    if missing := case.missing_sites(rule.sites):
        return [line_of(rule, Finding(missing=missing), measure="minutes", sense="<=")]
    minutes = response_minutes(rule, case)

    def find(units: tuple[str, ...]) -> Finding:
        return _mean(rule, case, minutes, units)

    return lines_of_means(rule, case, find, measure="minutes")


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
