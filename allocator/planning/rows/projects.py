"""What named projects bring to their units, and what of it their cost has paid."""

from allocator.lp.rows import Term
from allocator.planning.decisions import StockModel
from allocator.planning.have import Have
from allocator.planning.shortfall import Shortfall, soften
from allocator.policy.rules import ForcedSite


def brings(rule: ForcedSite, model: StockModel) -> list[Shortfall]:
    """Add x_{u,r} >= today + sum_p a_{p,r} y_p over the projects p of the site's unit u.

    A project that is not open brings nothing: it is missed as a site.
    """
    own = next((p for p in model.case.projects if p.rule is rule), None)
    if own is None or not own.unit or model.open_site(own.position) == (0, []):
        return []
    found = []
    for resource in dict.fromkeys(b.resource for b in rule.brings):
        if not model.plans(resource):
            continue
        today = Have.of(model.case, resource).by_unit.get(own.unit, 0.0)
        known, deciding = brought(model, resource, own.unit)
        amount: list[Term] = [(1.0, model.amount[resource, own.unit])]
        terms = amount + [(-c, v) for c, v in deciding]
        limits = (today + known, None)
        found += soften(model.program, (rule.id, own.unit), terms, limits, most=1e12)
    return found


def brought(
    model: StockModel, resource: str, unit: str, *, paid: bool = False
) -> tuple[float, list[Term]]:
    """What projects bring to a unit (with a cost of their own): known, and being decided."""
    known = 0.0
    terms: list[Term] = []
    for project in model.case.projects:
        amount = project.amount(resource)
        if not amount or project.unit != unit or (paid and project.cost is None):
            continue
        is_open, deciding = model.open_site(project.position)
        known += amount * is_open
        terms += [(amount * c, v) for c, v in deciding]
    return known, terms
