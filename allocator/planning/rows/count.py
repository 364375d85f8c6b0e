"""Facilities per unit, named sites, people per facility."""

from fractions import Fraction
from math import ceil, floor

from allocator.lp.program import Term
from allocator.planning.case import Area
from allocator.planning.decisions import SiteModel
from allocator.planning.rows.limits import whole_limits
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Count, ForcedSite, ServedBand


def count(rule: Count, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add n_u {>=, <=, ==} number, n_u the open sites (with the attribute) in area u."""
    case = model.case
    found = []
    for area in in_scope(case.areas(rule.level, pool=rule.pool), case, scope):
        if rule.above_people is not None:
            residents = sum(case.region.units.people(u) for u in area.units)
            if residents <= rule.above_people:
                continue
        sites = model.those(rule.sites, area)
        if rule.attribute is None:
            terms: list[Term] = [(1.0, model.open[j]) for j in sites]
        else:
            terms = [(1.0, model.has(rule.attribute, j)) for j in sites]
        limits = whole_limits(rule, Fraction(1))
        found += soften(
            model.program, (rule.id, area.id), terms, limits, most=max(len(sites), limits[0] or 1)
        )
    return found


def forced(rule: ForcedSite, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add y_j = 1 for the named site."""
    del scope
    table = model.case.region.sites.table
    chosen = [
        j for j in model.positions if rule.site in {str(table.index[j]), str(table["name"].iloc[j])}
    ]
    terms = [(1.0, model.open[j]) for j in chosen]
    return soften(model.program, (rule.id, "all"), terms, (1.0, None))


def served_band(rule: ServedBand, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add N_u / upper <= n_u <= N_u / lower: people per facility on the mean of area u."""
    case = model.case
    found = []
    for area in in_scope(case.areas(rule.level, pool=rule.pool), case, scope):
        people = [case.people(u, rule.group) for u in area.units]
        if any(p is None for p in people):
            continue
        served = sum((p for p in people if p is not None), Fraction(0))
        sites = model.those(rule.sites, area)
        most = floor(served / rule.lower) if rule.lower else None
        found += soften(
            model.program,
            (rule.id, area.id),
            [(1.0, model.open[j]) for j in sites],
            (ceil(served / rule.upper), most),
            most=len(sites) + float(served / rule.upper) + 1,
        )
    return found
