"""Absolute numbers: resources {>=, <=, ==, band, about} number."""

from fractions import Fraction

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, whole_bounds
from allocator.plan_tables import Line
from allocator.policy.rules import Total
from allocator.region.stock import resources


def lines(rule: Total, case: Case) -> list[Line]:
    """Audit a total; a figure of the whole region is split over units by residents."""

    def find(units: tuple[str, ...]) -> Finding:
        lower, upper = whole_bounds(rule, Fraction(1), case.exactly("around_tolerance"))
        return Finding(
            lower=lower,
            upper=upper,
            achieved=sum(case.count(units, resource) or 0.0 for resource in rule.resources),
            weight=case.people(units),
            missing=case.missing_counts(units, rule.resources),
            basis=case.stock_basis(rule.resources),
        )

    measure = resources()[rule.resources[0]].unit
    return lines_by_area(rule, case, find, measure=measure, sense=rule.sense)
