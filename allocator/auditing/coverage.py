"""Coverage: people of a group within minutes or km of an open facility."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, pi

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.reach import INCLUSIVE, cells_in, nearest_km, nearest_minutes, stands_in
from allocator.auditing.records import weakest
from allocator.plan_tables import Line
from allocator.policy.rules import CoverageRule

_TOLERANCE = 1e-6


def lines(rule: CoverageRule, case: Case) -> list[Line]:
    """Audit a coverage rule; a service radius is read as the assumption says."""
    reading = case.assumptions.word("radius_reading") if rule.radius else "max"
    measure = "sites" if reading == "area_mean" else "people"
    if missing := case.facilities.missing(rule.sites):
        return [line_of(rule, Finding(missing=missing), measure=measure, sense=">=")]
    if reading == "area_mean":
        audited = _MeanArea(rule, case)
        return lines_by_area(rule, case, audited.find, measure=measure, sense=">=")
    share = case.exactly("radius_share") if reading == "share" else rule.share
    people = _PeopleReached(rule, case, share)
    return lines_by_area(rule, case, people.find, measure=measure, sense=">=", split=False)


def covered(rule: CoverageRule, case: Case) -> NDArray[np.bool_]:
    """Which cells an open facility reaches, the limit included; shape ``(n_cells,)``."""
    return _within(rule, case, case.facilities.open(rule.sites))


def _within(rule: CoverageRule, case: Case, sites: pd.DataFrame) -> NDArray[np.bool_]:
    if rule.within_km is not None:
        return np.asarray(nearest_km(case, sites) <= float(rule.within_km) * INCLUSIVE)
    minutes = nearest_minutes(case, sites, rule.mode)
    if rule.from_call:
        number = case.assumptions.number
        minutes = number("call_handling_minutes") + number("turnout_minutes") + minutes
    return np.asarray(minutes <= float(rule.within_minutes or 0) * INCLUSIVE)


@dataclass(frozen=True)
class _PeopleReached:
    """Every person of the group counts, wherever they live."""

    rule: CoverageRule
    case: Case
    share: Fraction

    @cached_property
    def _reached(self) -> NDArray[np.bool_]:
        return covered(self.rule, self.case)

    @cached_property
    def _reachable(self) -> NDArray[np.bool_]:
        """Cells that an open, existing or candidate site reaches."""
        every = self.case.facilities.passing(self.rule.sites)
        return self._reached | _within(self.rule, self.case, every)

    def find(self, units: tuple[str, ...]) -> Finding:
        """People asked for and people reached in some units."""
        grid = self.case.region.grid
        inside = grid.in_group(self.rule.group) & cells_in(self.case, units)
        people = float(grid.people[inside].sum())
        reached = float(grid.people[inside & self._reached].sum())
        return Finding(
            lower=float(self.share * Fraction(people)),
            achieved=reached,
            rate_required=float(self.share),
            rate_achieved=reached / people if people else None,
            note=self._who_is_left_out(inside, whole=self.case.root in units),
            basis=weakest([grid.basis, self.case.facilities.basis(self.rule.sites)]),
            tolerance=_TOLERANCE,
        )

    def _who_is_left_out(self, inside: NDArray[np.bool_], *, whole: bool) -> str:
        grid = self.case.region.grid
        if not inside.any():
            return f"the grid has no {self.rule.group} cells here"
        notes = []
        limit = self.case.assumptions.number("settled_density_per_km2")
        thin = inside & (grid.density_per_km2 < limit)
        if people := float(grid.people[thin].sum()):
            missed = float(grid.people[thin & ~self._reached].sum())
            notes.append(
                f"{people:,.0f} people live in cells below the settled density of {limit:g} per "
                f"km2; {missed:,.0f} of them are not covered"
            )
        if whole and (people := float(grid.people[inside & ~self._reachable].sum())):
            notes.append(f"{people:,.0f} people are out of reach of every site, candidates too")
        outside = inside & ~cells_in(self.case, self.case.region.units.planning)
        if whole and (people := float(grid.people[outside].sum())):
            notes.append(f"{people:,.0f} people live in cells outside every planning unit")
        return "; ".join(notes)


@dataclass(frozen=True)
class _MeanArea:
    """Enough sites in the group's cells that a disc of the radius is their mean service area."""

    rule: CoverageRule
    case: Case

    def find(self, units: tuple[str, ...]) -> Finding:
        """Sites asked for by the group's area, and sites that stand in its cells."""
        grid = self.case.region.grid
        group = grid.in_group(self.rule.group)
        area_km2 = float(
            grid.table["area_km2"].to_numpy()[group & cells_in(self.case, units)].sum()
        )
        disc_km2 = pi * float(self.rule.within_km or 0) ** 2
        sites = self.case.facilities.open(self.rule.sites, units=units)
        found = int(stands_in(self.case, sites, group).sum())
        return Finding(
            lower=float(ceil(area_km2 / disc_km2)),
            achieved=float(found),
            weight=Fraction(area_km2),
            rate_required=disc_km2,
            rate_achieved=area_km2 / found if found else None,
            note=f"{area_km2:,.1f} km2 over discs of {disc_km2:,.2f} km2",
            basis=weakest([grid.basis, self.case.facilities.basis(self.rule.sites)]),
        )
