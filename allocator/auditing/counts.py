"""Facilities per unit."""

from dataclasses import replace
from fractions import Fraction
from math import ceil

from allocator.auditing.areas import Find, holding, lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, few, line_of, whole_bounds
from allocator.plan_tables import Line
from allocator.policy.rules import Count


def lines(rule: Count, case: Case) -> list[Line]:
    """Audit a count of open facilities."""
    missing = case.facilities.missing(rule.sites)

    def find(units: tuple[str, ...]) -> Finding:
        times, unknown = _times(rule, case, units)
        lower, upper = whole_bounds(rule, times, case.exactly("around_tolerance"))
        found = case.facilities.open(rule.sites, attribute=rule.attribute, units=units)
        return Finding(
            lower=lower,
            upper=upper,
            achieved=float(len(found)),
            weight=case.people(units),
            missing="; ".join(text for text in (missing, unknown) if text),
            basis=case.facilities.basis(rule.sites),
        )

    if rule.above_people is None and rule.up_to_people is None:
        if rule.in_share < 1:
            return _lines_in_share(rule, case, find, holding(rule, case))
        found = lines_by_area(rule, case, find, measure="sites", sense=rule.sense)
        # Two stations of a city are nobody's share: a split over the units would only mislead.
        return found[:1] if rule.pool or not rule.level else found
    asked = holding(rule, case) if rule.level else (case.root,)
    if any(case.people((unit,)) is None for unit in asked):
        finding = Finding(missing=case.missing_people(asked))
        return [line_of(rule, finding, measure="sites", sense=rule.sense)]
    apart = rule.level and not rule.pool
    areas = [(unit,) for unit in asked] if apart else [asked]
    meant = [area for area in areas if _is_meant(rule, case.people(area) or Fraction(0))]
    if asked and not meant:
        finding = Finding(lower=0.0, upper=0.0, achieved=0.0, note=_nobody(rule))
        return [line_of(rule, finding, measure="sites", sense=rule.sense)]
    at = tuple(unit for area in meant for unit in area) if apart else None
    if rule.in_share < 1:
        return _lines_in_share(rule, case, find, at or ())
    return lines_by_area(rule, case, find, measure="sites", sense=rule.sense, units=at)


def _times(rule: Count, case: Case, units: tuple[str, ...]) -> tuple[Fraction, str]:
    """How often the number counts in some units, and what is missing to know it."""
    if rule.times is None:
        return Fraction(1), ""
    given = case.count(units, rule.times)
    return Fraction(given or 0), case.missing_counts(units, (rule.times,))


def _is_meant(rule: Count, residents: Fraction) -> bool:
    above = rule.above_people is None or residents > rule.above_people
    return above and (rule.up_to_people is None or residents <= rule.up_to_people)


def _nobody(rule: Count) -> str:
    limits = [] if rule.above_people is None else [f"more than {rule.above_people:,}"]
    limits += [] if rule.up_to_people is None else [f"at most {rule.up_to_people:,}"]
    return f"no unit has {' and '.join(limits)} residents"


def _lines_in_share(rule: Count, case: Case, find: Find, at: tuple[str, ...]) -> list[Line]:
    """How many of the units have their number, against the share that must; then each unit."""
    parts = [find((unit,)) for unit in at]
    where = "" if at else f"the units file has no unit of level {' or '.join(rule.level)}"
    total = Finding(
        lower=float(ceil(rule.in_share * len(at))),
        achieved=float(sum(part.below == 0 for part in parts)),
        rate_required=float(rule.in_share),
        missing=where or few([part.missing for part in parts if part.missing]),
        basis=case.facilities.basis(rule.sites),
    )
    if at:
        total = replace(total, rate_achieved=(total.achieved or 0.0) / len(at))
    return [line_of(rule, total, measure="units", sense=rule.sense)] + [
        line_of(
            rule,
            part,
            measure="sites",
            sense=rule.sense,
            area=unit,
            area_name=case.region.units.name(unit),
            strength="info",
        )
        for unit, part in zip(at, parts, strict=True)
    ]
