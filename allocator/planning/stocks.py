"""Beds, staff and vehicles per planning unit: variables, price, fair split."""

from allocator.lp.program import Solution, Term
from allocator.planning.apportionment import webster
from allocator.planning.case import Case
from allocator.planning.decisions import StockModel
from allocator.planning.families import leaves
from allocator.planning.have import Have, given_amounts
from allocator.planning.physical import (
    fix_given,
    inflow_cap,
    inside_parent,
    keep,
    planned_parts,
    sum_of_parts,
)
from allocator.planning.rows.projects import brought
from allocator.planning.rows.service import demand_by_unit
from allocator.policy.rules import ForcedSite, Inflow, Quota, Ratio, Rule, Service, Share, Total
from allocator.region.stock import resources

QUOTA_ONLY = "private_reserve"
"""Permission to build, not something that stands: reserving it changes nothing on the ground."""


def planned_resources(case: Case, rules: list[Rule]) -> list[str]:
    """Resources that the rules decide or the stock knows, in catalogue order.

    A share or a ratio decides its part only if its whole is decided or known: staff per bed of a
    grade whose beds nobody knows cannot be planned, and is reported as not evaluated.
    """
    stock = case.region.stock
    planned = {r for r in resources() if stock.knows(r)}
    flat = [leaf for rule in rules for leaf in leaves(rule)]
    for rule in flat:
        if isinstance(rule, Quota) and case.people(case.region.units.root, rule.group) is None:
            continue
        if isinstance(rule, Quota | Total):
            planned |= set(rule.resources)
        elif isinstance(rule, ForcedSite) and case.named(rule.site):
            planned |= {b.resource for b in rule.brings}
        elif isinstance(rule, Service) and demand_by_unit(rule, case) is not None:
            planned.add(rule.by)
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


def add_stocks(model: StockModel, planned: list[str], rules: list[Rule]) -> None:
    """Add x_{u,r} and what no rule may bend.

    A part lies inside its whole, and all parts sum to it; what exists stays unless a rule caps
    it; what is given is as it is; hiring stays within ``staff_inflow_cap``.
    """
    case, program = model.case, model.program
    for resource in planned:
        for unit in case.region.units.planning:
            model.amount[resource, unit] = program.integer(f"{resource}[{unit}]")
    capped = _capped(rules, planned)
    for resource in planned:
        if resources()[resource].given:
            fix_given(model, resource)
            continue
        inside_parent(model, resource)
        sum_of_parts(model, resource)
        have = Have.of(case, resource)
        if resource not in capped:
            keep(model, resource, have)
        inflow_cap(model, resource, have)


def added_terms(model: StockModel) -> dict[str, list[Term]]:
    """Expressions of what is added per resource, where today's stock is known."""
    return {r: t for r in _planned(model) if (t := _beyond(model, r, "added", 1.0))}


def cost_terms(model: StockModel) -> list[Term]:
    """Cost of what is added: beds and vehicles once, posts for ``cost_years``."""
    costs, years = model.case.region.costs, model.case.assumptions.number("cost_years")
    found = []
    for resource, terms in added_terms(model).items():
        once = 1.0 if resources()[resource].form != "staff" else years
        price = costs.of(resource) * once
        found += [(price * c, v) for c, v in terms if price]
    return found


def change_terms(model: StockModel) -> list[Term]:
    """Units added and units given up; all of them where today's stock is unknown."""
    found: list[Term] = []
    for resource in _planned(model):
        if resource == QUOTA_ONLY:
            continue
        have = Have.of(model.case, resource)
        found += _beyond(model, resource, "added", 1.0)
        found += _beyond(model, resource, "given up", -1.0)
        if have.whole is None:
            unknown = [u for u in model.case.region.units.planning if u not in have.by_unit]
            found += [(1.0, model.amount[resource, u]) for u in unknown]
    return found


def fair_terms(model: StockModel, solution: Solution) -> list[Term]:
    """Distance from a split by people (Webster), totals held; each resource weighs the same."""
    case, program = model.case, model.program
    units = case.region.units.planning
    people = [case.region.units.people(u) for u in units]
    found: list[Term] = []
    for resource in _planned(model):
        total = sum(solution.whole(model.amount[resource, u]) for u in units)
        everywhere = [(1.0, model.amount[resource, u]) for u in units]
        program.require(f"total[{resource}]", everywhere, "==", total)
        for unit, seats in zip(units, webster(total, people), strict=True):
            away = program.continuous(f"away[{resource}][{unit}]")
            amount = model.amount[resource, unit]
            program.require(f"away+[{resource}][{unit}]", [(1, away), (-1, amount)], ">=", -seats)
            program.require(f"away-[{resource}][{unit}]", [(1, away), (1, amount)], ">=", seats)
            found.append((1.0 / max(1, total), away))
    return found


def worst_rate_terms(model: StockModel, rules: list[Rule], worst: Term) -> None:
    """Add z <= x_u per / (number N_u) for every quota and planning unit: the worst-served one."""
    case = model.case
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if not isinstance(rule, Quota) or rule.sense == "<=":
            continue
        number = rule.number if rule.number is not None else rule.lower
        for unit in case.region.units.planning:
            people = case.people(unit, rule.group)
            if not people or not number:
                continue
            full = float(number * people / rule.per)
            terms = [(1.0 / full, model.amount[r, unit]) for r in rule.resources]
            model.program.require(
                f"worst[{rule.id}][{unit}]", [*terms, (-worst[0], worst[1])], ">=", 0.0
            )


def _planned(model: StockModel) -> list[str]:
    first = model.case.region.units.planning[0]
    return [r for r, u in model.amount if u == first]


def _beyond(model: StockModel, resource: str, name: str, sign: float) -> list[Term]:
    """Variables that are at least sign * (x - have), made once per (resource, name).

    What a project has paid for is not added once more.
    """
    case, program = model.case, model.program
    have = Have.of(case, resource)
    groups = [(u, [u], have.by_unit[u]) for u in have.by_unit]
    if have.whole is not None and not have.everywhere:
        groups = [("all", list(case.region.units.planning), have.whole)]
    found = []
    for label, members, today in groups:
        key = (f"{resource}:{name}", label)
        if key not in model.changes:
            variable = model.changes[key] = program.continuous(f"{resource} {name}[{label}]")
            terms = [(-sign, model.amount[resource, u]) for u in members]
            for unit in members if sign > 0 else ():
                known, deciding = brought(model, resource, unit, paid=True)
                today, terms = today + known, terms + deciding
            program.require(
                f"{resource} {name}[{label}]:row", [(1.0, variable), *terms], ">=", -sign * today
            )
        found.append((1.0, model.changes[key]))
    return found


def _base_is_known(pair: object, planned: set[str], case: Case) -> bool:
    base, sites = getattr(pair, "base", None), getattr(pair, "sites", ())
    if base is not None:
        return base in planned
    if levels := getattr(pair, "units", ()):
        return bool(case.region.units.at(levels))
    return any(case.positions(chosen) for chosen in sites)


def _capped(rules: list[Rule], planned: list[str]) -> set[str]:
    """Resources of which a rule may want less than there is."""
    capped: set[str] = set()
    for rule in (leaf for r in rules for leaf in leaves(r)):
        if isinstance(rule, Quota | Total) and rule.sense != ">=":
            capped |= set(rule.resources)
        elif isinstance(rule, Inflow) and rule.sense == "==":
            capped.add(rule.resource)
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
