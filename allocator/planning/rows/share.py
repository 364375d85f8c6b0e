"""Part of a whole: both are decisions, so the row stays linear."""

from allocator.planning.case import Area
from allocator.planning.decisions import StockModel
from allocator.planning.rows.quota import apart, in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Share


def share(rule: Share, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add part_u - phi * whole_u {>=, <=} 0 for every area u."""
    case = model.case
    areas = case.areas(rule.level, pool=rule.pool)
    if not rule.level and case.assumptions.word("rounding") == "per_unit":
        areas = apart(case)
    found = []
    for area in in_scope(areas, case, scope):
        whole = [(-float(rule.number) * c, v) for c, v in model.terms(rule.whole, area)]
        terms = model.terms(rule.part, area) + whole
        if not terms:
            continue  # below the planning units nothing is decided
        limits = (0.0, None) if rule.sense == ">=" else (None, 0.0)
        found += soften(model.program, (rule.id, area.id), terms, limits, most=1e7, scale=100.0)
    return found
