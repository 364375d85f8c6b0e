"""How much of a plan is different from today, counted from its tables alone."""

from allocator.auditing.case import Case
from allocator.auditing.projects import brought
from allocator.auditing.records import has
from allocator.region.stock import resources

_QUOTA_ONLY = "private_reserve"
"""Permission to build, not something that stands."""


def changed_from_today(case: Case) -> float:
    """Sites opened, closed and upgraded, and what is more or less of each resource than today."""
    known = case.facilities.known
    changed = 0.0
    for name, row in case.facilities.listed:
        changed += row["status"] in {"new", "closed"}
        if row["open"]:
            before = known.get(name)
            changed += sum(before is None or not has(a, before) for a in row["attributes"])
    for resource in dict.fromkeys(r for _, r in case.facts.counts):
        one = resources()[resource]
        if one.form != "people" and not one.given and resource != _QUOTA_ONLY:
            changed += _stock_changed(case, resource)
    return changed


def _stock_changed(case: Case, resource: str) -> float:
    """More or less than today by unit; of the region as a whole where no unit's is known."""
    units = case.region.units.planning
    stock = case.region.stock
    flow = resources()[resource].form == "flow" and not stock.knows(resource)
    today = {u: 0.0 if flow else stock.have(u, resource) for u in units}
    planned = {u: case.facts.counts.get((u, resource), 0.0) for u in units}
    paid = {u: brought(case, resource, u, paid=True) for u in units}
    whole = stock.have(case.root, resource)

    def apart(now: float, then: float, free: float) -> float:
        return max(0.0, then - now - free) + max(0.0, now - then)

    if any(n is None for n in today.values()) and whole is not None:
        return apart(whole, sum(planned.values()), sum(paid.values()))
    return sum(
        planned[u] if (n := today[u]) is None else apart(n, planned[u], paid[u]) for u in units
    )
