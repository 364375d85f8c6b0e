"""A total that is split over the planning units as something else is."""

from fractions import Fraction

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.records import weakest
from allocator.plan_tables import Line
from allocator.policy.rules import Proportional
from allocator.region.stock import resources

_TOLERANCE = 2e-4
"""Shares have as many digits as there are people; a difference that small is none."""


def lines(rule: Proportional, case: Case) -> list[Line]:
    """Audit a split: how far the farthest unit is from its share; at most one away from it."""
    measure = resources()[rule.resource].unit
    return [line_of(rule, _farthest(rule, case), measure=measure, sense="<=")]


def _farthest(rule: Proportional, case: Case) -> Finding:
    units = case.region.units.planning
    weights = [_weight(rule, case, unit) for unit in units]
    known = [weight for weight in weights if weight is not None]
    if len(known) < len(units):
        if rule.to is not None:
            return Finding(missing=case.missing_counts(units, (rule.to,)))
        return Finding(missing=case.missing_people(units, str(rule.group)))
    if missing := case.missing_counts(units, (rule.resource,)):
        return Finding(missing=missing)
    numbers = [Fraction(case.count((unit,), rule.resource) or 0) for unit in units]
    total, whole = sum(numbers), sum(known)
    shares = [total * w / whole if whole else n for n, w in zip(numbers, known, strict=True)]
    away = [abs(n - share) for n, share in zip(numbers, shares, strict=True)]
    at = away.index(max(away))
    name = case.region.units.name(units[at])
    bases = [case.stock_basis((rule.resource,))]
    return Finding(
        upper=1.0,
        achieved=float(away[at]),
        note=f"farthest: {name}, {float(numbers[at]):,g} of a share of {float(shares[at]):,.1f}",
        basis=weakest([*bases, case.given_basis((rule.to,))] if rule.to is not None else bases),
        tolerance=_TOLERANCE,
    )


def _weight(rule: Proportional, case: Case, unit: str) -> Fraction | None:
    if rule.to is None:
        return case.people((unit,), str(rule.group))
    given = case.count((unit,), rule.to)
    return None if given is None else Fraction(given)
