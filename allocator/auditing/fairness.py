"""How evenly something is spread over areas, against a floor or a ceiling."""

from fractions import Fraction

from allocator.auditing.areas import holding
from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.inequality import Spread, gap, gini, mean_deviation
from allocator.plan_tables import Line
from allocator.policy.rules import Fairness
from allocator.region.stock import resources

_TOLERANCE = 2e-6
"""Relative: rates have as many digits as there are people."""


def lines(rule: Fairness, case: Case) -> list[Line]:
    """Audit a measure of the rates of the areas, from the tables, exactly."""
    unit = resources()[rule.resources[0]].unit
    measure = "Gini coefficient" if rule.measure == "gini" else f"{unit} per {rule.per:,}"
    return [line_of(rule, _found(rule, case), measure=measure, sense=rule.sense)]


def _found(rule: Fairness, case: Case) -> Finding:
    areas = holding(rule, case)
    if not areas:
        return Finding(missing=f"the units file has no unit of level {' or '.join(rule.level)}")
    people = [case.people((area,), rule.group) for area in areas]
    if any(number is None for number in people):
        return Finding(missing=case.missing_people(areas, rule.group))
    if missing := case.missing_counts(areas, rule.resources):
        return Finding(missing=missing)
    counts = [[case.count((area,), r) for r in rule.resources] for area in areas]
    amounts = [sum((Fraction(n or 0) for n in row), Fraction(0)) for row in counts]
    spread = Spread.of(areas, amounts, [n or Fraction(0) for n in people])
    if not spread.names:
        return Finding(missing=f"nobody of the group {rule.group} lives in any area")
    achieved = _achieved(rule, spread)
    names = [case.region.units.name(area) for area in spread.names]
    rates = [float(rule.per * rate) for rate in spread.rates]
    return Finding(
        lower=float(rule.number) if rule.sense == ">=" else None,
        upper=float(rule.number) if rule.sense == "<=" else None,
        achieved=float(achieved),
        note=f"lowest: {names[spread.worst]} {rates[spread.worst]:.4g}; highest: "
        f"{names[spread.best]} {rates[spread.best]:.4g} per {rule.per:,}",
        basis=case.stock_basis(rule.resources),
        tolerance=_TOLERANCE,
    )


def _achieved(rule: Fairness, spread: Spread) -> Fraction:
    if rule.measure == "gini":
        return gini(spread)
    if rule.measure == "worst":
        return rule.per * min(spread.rates)
    return rule.per * (gap(spread) if rule.measure == "range" else mean_deviation(spread))
