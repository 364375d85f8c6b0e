"""Mean response: call handling + turnout + travel from the nearest open station, over people."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.auditing.areas import lines_of_means
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.reach import INCLUSIVE, cells_in, nearest_minutes
from allocator.auditing.records import weakest
from allocator.plan_tables import Line
from allocator.policy.rules import MeanResponse
from allocator.travel.ways import FARTHEST


def lines(rule: MeanResponse, case: Case) -> list[Line]:
    """Audit a mean response time."""
    if missing := case.facilities.missing(rule.sites):
        return [line_of(rule, Finding(missing=missing), measure="minutes", sense="<=")]
    responses = Responses(rule, case)
    return lines_of_means(rule, case, responses.find, measure="minutes")


@dataclass(frozen=True)
class Responses:
    """Whoever lives where some site could send an ambulance counts, by the nearest open one."""

    rule: MeanResponse
    case: Case

    @cached_property
    def minutes(self) -> NDArray[np.float64]:
        """Response time of each cell, shape ``(n_cells,)``; a day on the way if none comes."""
        number = self.case.assumptions.number
        before = number("call_handling_minutes") + number("turnout_minutes")
        return before + np.where(np.isinf(self._away), FARTHEST, self._away)

    @cached_property
    def lost(self) -> NDArray[np.bool_]:
        """Cells that no site of the region reaches, open or not; shape ``(n_cells,)``."""
        if self.case.journeys is None:
            return np.zeros(len(self.case.region.grid), dtype=np.bool_)
        every = self._from(self.case.facilities.passing(self.rule.sites))
        return np.isinf(np.minimum(self._away, every))

    @cached_property
    def _away(self) -> NDArray[np.float64]:
        """Minutes on the way from the nearest open station; inf if none comes."""
        return self._from(self.case.facilities.open(self.rule.sites))

    def _from(self, sites: pd.DataFrame) -> NDArray[np.float64]:
        return nearest_minutes(self.case, sites, "ambulance")

    def find(self, units: tuple[str, ...]) -> Finding:
        """The mean response in some units."""
        grid = self.case.region.grid
        inside = grid.in_group(self.rule.group) & cells_in(self.case, units)
        counted = inside & ~self.lost
        people, limit = grid.people[counted], float(self.rule.minutes)
        basis = weakest([grid.basis, self.case.facilities.basis(self.rule.sites)])
        if not people.sum():
            note = f"the grid has no {self.rule.group} people here"
            note += " whom a site can reach" if inside.any() else ""
            return Finding(upper=limit, achieved=0.0, note=note, basis=basis)
        if np.isinf(self._away).all():
            return Finding(upper=limit, note="no station is open", basis=basis)
        return Finding(
            upper=limit, achieved=float(np.average(self.minutes[counted], weights=people)),
            tolerance=INCLUSIVE - 1, basis=basis, note=self._not_in_it(inside),
        )  # fmt: skip

    def _not_in_it(self, inside: NDArray[np.bool_]) -> str:
        people = float(self.case.region.grid.people[inside & self.lost].sum())
        if not people:
            return ""
        return f"{people:,.0f} people whom no site can reach are not in the mean"
