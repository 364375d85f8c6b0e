"""Staffing: people per bed, vehicle or facility."""

from fractions import Fraction

from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.rows.quota import apart, in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Ratio


def ratio(rule: Ratio, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add staff_u >= rho / per * base_u in every unit u of the rule's level, each pair apart.

    Without a level it holds in every planning unit: staff work where the beds and vehicles are. A
    base of facilities counts those already decided and those of the same program.
    """
    case = model.case
    factor = float(per_base(rule, case))
    found = []
    areas = case.areas(rule.level, pool=rule.pool) if rule.level else apart(case)
    for pair in rule.pairs:
        if not model.plans(pair.resource) or not (pair.base is None or model.plans(pair.base)):
            continue
        if pair.units and not case.region.units.at(pair.units):
            continue
        for area in in_scope(areas, case, scope):
            staff = model.terms(pair.resource, area)
            if not staff:
                continue
            if pair.units:
                need = per_base(rule, case) * len(case.units_inside(area, pair.units))
                limits: tuple[float | None, float | None] = (float(need), None)
                terms = staff
            elif pair.base is None:
                counts = [model.count_open(pair.sites, u) for u in case.planning_units_in(area)]
                known = sum(open_now for open_now, _ in counts)
                deciding = [term for _, more in counts for term in more]
                need = per_base(rule, case) * known
                limits = (float(need), None)
                terms = staff + [(-factor * c, v) for c, v in deciding]
            else:
                terms = staff + [(-factor * c, v) for c, v in model.terms(pair.base, area)]
                limits = (0.0, None)
            found += soften(model.program, (rule.id, area.id), terms, limits, scale=100.0, most=1e7)
    return found


def per_base(rule: Ratio, case: Case) -> Fraction:
    """Persons per unit of the base; for vehicles times the share on duty and persons per post."""
    if not rule.on_duty:
        return rule.number / rule.per
    return rule.number / rule.per * case.exactly("on_duty_share") * case.exactly("fte_per_post")
