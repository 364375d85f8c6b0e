"""What comes in over the plan: people every year or in all, money that grows."""

from fractions import Fraction
from math import ceil, floor

from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.have import have_in
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Inflow


def inflow(rule: Inflow, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add x_u {>=, ==} number * years, or x_u > today * growth, for every area u."""
    case = model.case
    if not model.plans(rule.resource):
        return []
    found = []
    for area in in_scope(case.areas(rule.level, pool=rule.pool), case, scope):
        terms, need = model.terms(rule.resource, area), asked(rule, case, area)
        if terms and need is not None:
            limits = (need, need if rule.sense == "==" else None)
            most = max(1e7, float(need)) if rule.sense == "==" else None
            found += soften(model.program, (rule.id, area.id), terms, limits, most=most)
    return found


def asked(rule: Inflow, case: Case, area: Area) -> int | None:
    """The number that the rule asks for in an area; None where today's is not known."""
    years = case.exactly("plan_years") if rule.years is None else Fraction(rule.years)
    if rule.number is not None:
        return ceil(rule.number * (years if rule.each == "year" else 1))
    today = have_in(case, rule.resource, area)
    if today is None:
        return None
    growth = (1 + case.exactly("spending_growth")) ** round(years)
    return floor(Fraction(today) * growth) + 1
