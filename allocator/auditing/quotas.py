"""Per-capita quotas: resources {>=, <=, ==, band, about} number * people / per."""

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, whole_bounds
from allocator.plan_tables import Line
from allocator.policy.rules import Quota
from allocator.region.stock import resources


def lines(rule: Quota, case: Case) -> list[Line]:
    """Audit a quota."""
    rate = rule.lower if rule.number is None else rule.number

    def find(units: tuple[str, ...]) -> Finding:
        people = case.people(units, rule.group)
        if people is None:
            return Finding(missing=case.missing_people(units, rule.group))
        lower, upper = whole_bounds(rule, people / rule.per, case.exactly("around_tolerance"))
        missing = case.missing_counts(units, rule.resources)
        achieved = sum(case.count(units, resource) or 0.0 for resource in rule.resources)
        return Finding(
            lower=lower,
            upper=upper,
            achieved=achieved,
            weight=people,
            rate_required=None if rate is None else float(rate),
            rate_achieved=float(achieved * rule.per / people) if people else None,
            missing=missing,
            basis=case.stock_basis(rule.resources),
        )

    return lines_by_area(
        rule,
        case,
        find,
        measure=resources()[rule.resources[0]].unit,
        sense=rule.sense,
        each=case.ceiling_in_every_unit,
    )
