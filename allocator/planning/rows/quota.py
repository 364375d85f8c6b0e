"""Per-capita quotas and absolute totals: sum of stocks against number * people / per."""

from fractions import Fraction

from allocator.planning.case import Area, Case
from allocator.planning.decisions import StockModel
from allocator.planning.rows.limits import whole_limits
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Quota, Total


def quota(rule: Quota, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add sum_r x_{u,r} {>=, <=, ==} ceil(number * N_{u,g} / per) for every area u."""
    found = []
    for area in quota_areas(rule, model.case, scope):
        people = [model.case.people(u, rule.group) for u in area.units]
        if any(p is None for p in people):
            continue
        total = sum((p for p in people if p is not None), Fraction(0))
        found += _row(rule, model, area, total / rule.per)
    return found


def total(rule: Total, model: StockModel, scope: Area | None = None) -> list[Shortfall]:
    """Add sum_r x_{u,r} {>=, <=, ==} number for every area u."""
    found = []
    for area in in_scope(model.case.areas(rule.level, pool=rule.pool), model.case, scope):
        found += _row(rule, model, area, Fraction(1))
    return found


def quota_areas(rule: Quota, case: Case, scope: Area | None = None) -> list[Area]:
    """Areas of a quota; a region-wide one holds in every unit if rounding is per unit."""
    areas = case.areas(rule.level, pool=rule.pool)
    if not rule.level and case.assumptions.word("rounding") == "per_unit":
        areas = apart(case)
    return in_scope(areas, case, scope)


def apart(case: Case) -> list[Area]:
    """Every planning unit as an area of its own."""
    return [Area(u, (u,)) for u in case.region.units.planning]


def in_scope(areas: list[Area], case: Case, scope: Area | None) -> list[Area]:
    """Areas inside a scope; one that is wider than the scope is narrowed to it."""
    if scope is None:
        return areas
    units = case.region.units
    found = []
    for area in areas:
        if all(any(s in scope.units for s in units.ancestors(u)) for u in area.units):
            found.append(area)
        elif any(u in area.units for s in scope.units for u in units.ancestors(s)):
            found.append(scope)
    return found


def _row(rule: Quota | Total, model: StockModel, area: Area, factor: Fraction) -> list[Shortfall]:
    limits = whole_limits(rule, factor)
    terms = [t for r in rule.resources for t in model.terms(r, area)]
    if not terms:
        return []  # below the planning units nothing is decided
    most = None if limits[1] is None else 1e7
    return soften(model.program, (rule.id, area.id), terms, limits, most=most)
