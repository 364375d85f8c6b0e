"""What comes in over the plan: people every year or in all, money that grows."""

from fractions import Fraction
from math import ceil, floor

from allocator.auditing.areas import lines_by_area
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding
from allocator.plan_tables import Line
from allocator.policy.rules import Inflow
from allocator.region.stock import resources


def lines(rule: Inflow, case: Case) -> list[Line]:
    """Audit an inflow; what grows faster is above today's number times the growth."""
    years = case.exactly("plan_years") if rule.years is None else Fraction(rule.years)

    def find(units: tuple[str, ...]) -> Finding:
        missing, note, basis = case.missing_counts(units, (rule.resource,)), "", ""
        if rule.number is not None:
            lower = ceil(rule.number * (years if rule.each == "year" else 1))
            note = (
                f"{float(rule.number):,g} in each of {years} years" if rule.each == "year" else ""
            )
        else:
            today = case.today(units, rule.resource)
            if today is None:
                return Finding(missing=f"stock.csv has no {rule.resource!r}")
            growth = (1 + case.exactly("spending_growth")) ** round(years)
            lower = floor(Fraction(today) * growth) + 1
            note = f"{rule.faster_than} grows by {float(growth) - 1:.1%} in {round(years)} years"
            basis = "assumed"  # as the growth is
        return Finding(
            lower=float(lower),
            upper=float(lower) if rule.sense == "==" else None,
            achieved=case.count(units, rule.resource),
            weight=case.people(units),
            missing=missing,
            note="" if missing else note,
            basis=basis or case.stock_basis((rule.resource,)),
        )

    measure = resources()[rule.resource].unit
    return lines_by_area(rule, case, find, measure=measure, sense=rule.sense)
