"""Which beds, staff and vehicles a policy decides, and of which it may want fewer."""

from allocator.planning.case import Case
from allocator.planning.families import leaves
from allocator.planning.have import given_amounts
from allocator.planning.physical import planned_parts
from allocator.planning.rows.service import demand_by_unit
from allocator.planning.rows.stay import needed_beds
from allocator.policy.rules import (
    Fairness,
    ForcedSite,
    Inflow,
    Quota,
    Ratio,
    Rule,
    Service,
    Share,
    Stay,
    Total,
)
from allocator.region.stock import resources


def planned_resources(case: Case, rules: list[Rule]) -> list[str]:
    """Resources that the rules decide or the stock knows, in catalogue order.

    A share or a ratio decides its part only if its whole is decided or known: staff per bed of a
    grade whose beds nobody knows cannot be planned, and is reported as not evaluated.
    """
    stock = case.region.stock
    planned = {r for r in resources() if stock.knows(r)}
    flat = [leaf for rule in rules for leaf in leaves(rule)]
    for rule in flat:
        if isinstance(rule, Quota | Fairness) and _unknown(rule.group, case):
            continue
        if isinstance(rule, Quota | Total | Fairness):
            planned |= set(rule.resources)
        elif isinstance(rule, ForcedSite) and case.named(rule.site):
            planned |= {b.resource for b in rule.brings}
        elif isinstance(rule, Service) and demand_by_unit(rule, case) is not None:
            planned.add(rule.by)
        elif isinstance(rule, Stay) and needed_beds(rule, case) is not None:
            planned |= set(rule.beds)
        elif isinstance(rule, Inflow) and rule.number is not None:
            planned.add(rule.resource)
    before = -1
    while before != len(planned):
        before = len(planned)
        for rule in flat:
            if isinstance(rule, Share) and rule.whole in planned:
                planned.add(rule.part)
            elif isinstance(rule, Ratio):
                planned |= {p.resource for p in rule.pairs if _base_is_known(p, planned, case)}
    unknown = {r for r in planned if resources()[r].given and given_amounts(case, r) is None}
    return [r for r in resources() if r in planned - unknown and r != "residents"]


def may_shrink(rules: list[Rule], planned: list[str], case: Case) -> set[str]:
    """Resources of which a rule may want less than there is."""
    capped: set[str] = set()
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if isinstance(rule, Quota | Total) and rule.sense != ">=":
            capped |= set(rule.resources)
        elif isinstance(rule, Inflow) and rule.sense == "==":
            capped.add(rule.resource)
        elif isinstance(rule, Stay) and case.assumptions.word("bed_need") == "max":
            capped |= set(rule.beds)
        elif isinstance(rule, Share):
            capped |= {rule.part} if rule.sense == "<=" else set()
    before = -1
    while before != len(capped):
        before = len(capped)
        # A capped whole lets go of its parts too, or the part would hold it up; and a whole that
        # is the sum of its parts shrinks with any of them.
        capped |= {r.id for r in resources().values() if r.inside in capped}
        capped |= {r for r in planned if capped & set(planned_parts(r, planned.__contains__))}
    return capped


def _unknown(group: str, case: Case) -> bool:
    return case.people(case.region.units.root, group) is None


def _base_is_known(pair: object, planned: set[str], case: Case) -> bool:
    base, sites = getattr(pair, "base", None), getattr(pair, "sites", ())
    if base is not None:
        return base in planned
    if levels := getattr(pair, "units", ()):
        return bool(case.region.units.at(levels))
    return any(case.positions(chosen) for chosen in sites)
