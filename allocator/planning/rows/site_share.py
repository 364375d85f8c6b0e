"""A part of the facilities: both the part and the whole may be decided."""

from fractions import Fraction

from allocator.lp.rows import Term
from allocator.planning.case import Area, Case
from allocator.planning.decisions import SiteModel
from allocator.planning.rows.quota import in_scope
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import SiteShare


def site_share(rule: SiteShare, model: SiteModel, scope: Area | None = None) -> list[Shortfall]:
    """Add sum_j in part - phi * sum_j in whole {>=, <=} 0 for every area.

    The part has the attribute (z_j), or passes the other filter as well (y_j). One hundred
    percent is what today's facilities ask for.
    """
    case = model.case
    found: list[Shortfall] = []
    for area in in_scope(case.areas(rule.level, pool=rule.pool), case, scope):
        whole = sorted({j for chosen in rule.sites for j in model.those(chosen, area)})
        if not whole:
            continue
        terms = part_less_share(rule, model, whole)
        limits = (None, 0.0) if rule.sense == "<=" else (0.0, None)
        scale, most = full_share(rule, case, whole), float(len(whole))
        found += soften(model.program, (rule.id, area.id), terms, limits, scale=scale, most=most)
    return found


def part_less_share(rule: SiteShare, model: SiteModel, positions: list[int]) -> list[Term]:
    """Of some sites: those in the part, less what the share of all of them is."""
    if rule.part is None:
        part: list[Term] = [(1.0, model.has(str(rule.attribute), j)) for j in positions]
    else:
        among = set(model.those(rule.part))
        part = [(1.0, model.open[j]) for j in positions if j in among]
    return [*part, *((-float(rule.number), model.open[j]) for j in positions)]


def full_share(rule: SiteShare, case: Case, positions: list[int]) -> float:
    """What one hundred percent is: the share of the facilities that stand today."""
    return float(max(Fraction(1), rule.number * sum(map(case.stands, positions))))
