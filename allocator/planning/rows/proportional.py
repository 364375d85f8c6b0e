"""A total that is split over the planning units as something else is."""

from collections.abc import Mapping
from fractions import Fraction

from allocator.lp.rows import Term
from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.have import given_amounts
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Proportional

HUNDRED_PERCENT = 100.0
"""A split has no figure of its own: misses weigh as those of shares and ratios do."""


def proportional(
    rule: Proportional, model: StockModel, scope: Area | None = None
) -> list[Shortfall]:
    """Add -1 <= x_u - X w_u / W <= 1 in every planning unit, X = sum_u x_u, W = sum_u w_u."""
    del scope
    units = model.case.region.units.planning
    weights = split_by(rule, model.case)
    whole = sum((weights or {}).values(), Fraction(0))
    if not model.plans(rule.resource) or not weights or not whole or len(units) < 2:
        return []
    found = []
    for unit in units:
        share = float(weights[unit] / whole)
        terms: list[Term] = [
            ((1.0 if u == unit else 0.0) - share, model.amount[rule.resource, u]) for u in units
        ]
        found += soften(
            model.program, (rule.id, unit), terms, (-1.0, 1.0), scale=HUNDRED_PERCENT, most=1e7
        )
    return found


def split_by(rule: Proportional, case: Case) -> Mapping[str, Fraction] | None:
    """What the split follows in every planning unit; None if not known."""
    if rule.to is not None:
        given = given_amounts(case, rule.to)
        return None if given is None else {unit: Fraction(n) for unit, n in given.items()}
    people = {unit: case.people(unit, str(rule.group)) for unit in case.region.units.planning}
    known = {unit: n for unit, n in people.items() if n is not None}
    return known if len(known) == len(people) else None
