"""Facilities per unit, and named sites that must be open."""

from fractions import Fraction

import pandas as pd

from allocator.auditing.areas import holding, lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of, whole_bounds
from allocator.plans import Line
from allocator.policy.rules import Count, ForcedSite, SiteFilter


def lines(rule: Count, case: Case) -> list[Line]:
    """Audit a count of open facilities."""
    missing = case.missing_sites(rule.sites)

    def find(units: tuple[str, ...]) -> Finding:
        lower, upper = whole_bounds(rule, Fraction(1), case.exactly("around_tolerance"))
        found = case.open_sites(rule.sites, attribute=rule.attribute, units=units)
        return Finding(
            lower=lower,
            upper=upper,
            achieved=float(len(found)),
            weight=case.people(units),
            missing=missing,
            basis=case.site_basis(rule.sites),
        )

    if rule.above_people is None:
        found = lines_by_area(rule, case, find, measure="sites", sense=rule.sense)
        # Two stations of a city are nobody's share: a split over the units would only mislead.
        return found[:1] if rule.pool or not rule.level else found
    asked = holding(rule, case) if rule.level else (case.root,)
    if any(case.people((unit,)) is None for unit in asked):
        finding = Finding(missing=case.missing_people(asked))
        return [line_of(rule, finding, measure="sites", sense=rule.sense)]
    apart = rule.level and not rule.pool
    areas = [(unit,) for unit in asked] if apart else [asked]
    large = [area for area in areas if (case.people(area) or 0) > rule.above_people]
    if asked and not large:
        note = f"no unit has more than {rule.above_people:,} residents"
        finding = Finding(lower=0.0, upper=0.0, achieved=0.0, note=note)
        return [line_of(rule, finding, measure="sites", sense=rule.sense)]
    at = tuple(unit for area in large for unit in area) if apart else None
    return lines_by_area(rule, case, find, measure="sites", sense=rule.sense, units=at)


def forced_lines(rule: ForcedSite, case: Case) -> list[Line]:
    """Audit a site named by its id or its name."""
    known = _called(rule.site, case.facts.facilities, case.region.sites.table)
    finding = Finding(
        lower=1.0,
        achieved=float(min(1, len(_called(rule.site, case.facts.open)))),
        missing="" if known else f"sites.csv has no site {rule.site!r}",
        basis=case.site_basis(SiteFilter()),
    )
    return [line_of(rule, finding, measure="sites", sense=">=")]


def _called(name: str, *tables: pd.DataFrame) -> list[str]:
    """Ids of the sites with this id or name."""
    return [
        str(site)
        for table in tables
        for site, label in zip(table.index, table["name"], strict=True)
        if name in (site, label)
    ]
