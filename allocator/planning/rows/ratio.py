"""Staffing: people per bed, vehicle or facility."""

from fractions import Fraction

from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Ratio


def ratio(rule: Ratio, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add staff_u >= rho * base_u in every planning unit u, for each pair apart.

    A base of facilities counts those already decided and those of the same program.
    """
    case = model.case
    factor = float(per_base(rule, case))
    found = []
    areas = [Area(u, (u,)) for u in case.region.units.planning]
    for pair in rule.pairs:
        if not model.plans(pair.resource):
            continue
        for area in in_scope(areas, case, scope):
            staff = model.terms(pair.resource, area)
            if pair.base is None:
                known, deciding = model.count_open(pair.sites, area.units[0])
                need = per_base(rule, case) * known
                limits: tuple[float | None, float | None] = (float(need), None)
                terms = staff + [(-factor * c, v) for c, v in deciding]
            else:
                terms = staff + [(-factor * c, v) for c, v in model.terms(pair.base, area)]
                limits = (0.0, None)
            found += soften(model.program, (rule.id, area.id), terms, limits, scale=100.0, most=1e7)
    return found


def per_base(rule: Ratio, case: Case) -> Fraction:
    """Persons per unit of the base; for vehicles times the share on duty and persons per post."""
    if not rule.on_duty:
        return rule.number
    on_duty = Fraction(repr(case.assumptions.number("on_duty_share")))
    return rule.number * on_duty * Fraction(repr(case.assumptions.number("fte_per_post")))
