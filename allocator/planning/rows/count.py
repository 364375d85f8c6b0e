"""Facilities per unit, named sites, people per facility."""

from fractions import Fraction
from math import ceil, floor

from allocator.lp.rows import Term
from allocator.planning.case import Area, Case
from allocator.planning.decisions import SiteModel
from allocator.planning.families import areas_of_count
from allocator.planning.have import given_in
from allocator.planning.rows.limits import whole_limits
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import Count, ForcedSite, ServedBand


def count(rule: Count, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add n_u {>=, <=, ==} number, n_u the open sites (with the attribute) in area u.

    With ``in_share`` it need not hold everywhere: n_u >= number * b_u, b_u yes or no, and
    sum_u b_u >= ceil(share * areas).
    """
    case, program = model.case, model.program
    found: list[Shortfall] = []
    holds: list[Term] = []
    for area in in_scope(areas_of_count(rule, case), case, scope):
        given = 1 if rule.times is None else given_in(case, rule.times, area)
        if given is None:
            continue
        sites = model.those(rule.sites, area)
        if rule.attribute is None:
            terms: list[Term] = [(1.0, model.open[j]) for j in sites]
        else:
            terms = [(1.0, model.has(rule.attribute, j)) for j in sites]
        limits = whole_limits(rule, Fraction(given))
        if rule.in_share < 1:
            here = program.binary(f"{rule.id}:holds[{area.id}]")
            row = [*terms, (-float(limits[0] or 0), here)]
            program.require(f"{rule.id}:number[{area.id}]", row, ">=", 0.0)
            holds.append((1.0, here))
            continue
        most = max(len(sites), limits[0] or 1)
        found += soften(program, (rule.id, area.id), terms, limits, most=most)
    if holds:
        enough = ceil(rule.in_share * len(holds))
        found += soften(program, (rule.id, "all"), holds, (enough, None), most=enough)
    return found


def forced(rule: ForcedSite, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add y_j = 1 for the named site, or z_j = 1 where it must have an attribute, too."""
    del scope
    inside = set(model.positions)
    chosen = [j for j in model.case.named(rule.site) if j in inside]
    wanted = rule.attribute
    terms = [(1.0, model.open[j] if wanted is None else model.has(wanted, j)) for j in chosen]
    return soften(model.program, (rule.id, "all"), terms, (1.0, None))


def served_band(rule: ServedBand, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add N_u / upper <= n_u <= N_u / lower: people per facility on the mean of area u."""
    case = model.case
    found = []
    for area in in_scope(case.areas(rule.level, pool=rule.pool), case, scope):
        limits = sites_for_band(rule, case, area)
        if limits[0] is None:
            continue
        sites = model.those(rule.sites, area)
        found += soften(
            model.program,
            (rule.id, area.id),
            [(1.0, model.open[j]) for j in sites],
            limits,
            most=len(sites) + limits[0] + 1.0,
        )
    return found


def sites_for_band(rule: ServedBand, case: Case, area: Area) -> tuple[int | None, int | None]:
    """Fewest and most facilities for the people of an area; neither where they are not known."""
    people = [case.people(u, rule.group) for u in area.units]
    if any(p is None for p in people):
        return None, None
    served = sum((p for p in people if p is not None), Fraction(0))
    return ceil(served / rule.upper), floor(served / rule.lower) if rule.lower else None
