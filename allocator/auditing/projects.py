"""Named sites that must be open: what they must have, what they bring, what they cost."""

from collections.abc import Iterator

from allocator.auditing.case import Case
from allocator.auditing.findings import Finding, line_of
from allocator.auditing.records import has
from allocator.plan_tables import Line
from allocator.policy.rules import ForcedSite, SiteFilter


def lines(rule: ForcedSite, case: Case) -> list[Line]:
    """Audit a site named by its id or its name: open, with its attribute and what it brings."""
    listed = case.facilities.listed_as.get(rule.site, [])
    rows = dict(case.facilities.listed)
    built = [
        name for name in listed
        if rows[name]["open"] and (rule.attribute is None or has(rule.attribute, rows[name]))
    ]  # fmt: skip
    known = listed or case.facilities.known_as.get(rule.site)
    lacking = list(_lacking(rule, case)) if built else []
    silent = case.missing_counts(*_wanted(rule, case)) if built else ""
    finding = Finding(
        lower=1.0,
        achieved=0.0 if lacking else float(min(1, len(built))),
        missing=silent if known else f"sites.csv has no site {rule.site!r}",
        note="; ".join(lacking),
        basis=case.facilities.basis(SiteFilter()),
    )
    return [line_of(rule, finding, measure="sites", sense=">=")]


def _wanted(rule: ForcedSite, case: Case) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The unit in which a project brings something, and what."""
    unit = _unit_of(rule, case)
    return (unit,) if unit else (), tuple(dict.fromkeys(b.resource for b in rule.brings))


def _lacking(rule: ForcedSite, case: Case) -> Iterator[str]:
    """What of a project's beds or rooms is not in its unit, over what stood there."""
    units, resources = _wanted(rule, case)
    if not units or _place(rule, case) not in set(case.facts.open.index):
        return
    for resource in resources:
        asked = (case.region.stock.have(units[0], resource) or 0.0) + brought(
            case, resource, units[0]
        )
        there = case.count(units, resource)
        if there is not None and there < asked:
            yield f"{there:g} {resource} of {asked:g}"


def brought(case: Case, resource: str, unit: str, *, paid: bool = False) -> float:
    """What the open projects of a planning unit bring (those with a cost of their own)."""
    standing = set(case.facts.open.index)
    return float(
        sum(
            one.amount
            for rule in _projects(case)
            if (rule.cost is not None or not paid) and _place(rule, case) in standing
            if _unit_of(rule, case) == unit
            for one in rule.brings
            if one.resource == resource
        )
    )


def paid_projects(case: Case) -> dict[str, ForcedSite]:
    """The dearest project with a cost of its own at each facility, by id."""
    found: dict[str, ForcedSite] = {}
    for rule in _projects(case):
        place = _place(rule, case)
        if rule.cost is None or not place:
            continue
        if place not in found or rule.cost > (found[place].cost or 0):
            found[place] = rule
    return found


def _projects(case: Case) -> list[ForcedSite]:
    return [r for r in case.rules if isinstance(r, ForcedSite) and r.strength != "info"]


def _place(rule: ForcedSite, case: Case) -> str:
    """Id of the site that is meant, the first of several; '' if there is none."""
    found = case.facilities.known_as.get(rule.site) or case.facilities.listed_as.get(rule.site)
    return found[0] if found else ""


def _unit_of(rule: ForcedSite, case: Case) -> str:
    """The planning unit of a project's site; '' if it is in none."""
    place = _place(rule, case)
    row = case.facilities.known.get(place) or dict(case.facilities.listed).get(place)
    return case.region.units.planning_unit_of(row["unit"]) if row and row["unit"] else ""
