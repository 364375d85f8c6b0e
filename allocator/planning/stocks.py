"""Beds, staff and vehicles per planning unit: variables, price, fair split."""

from collections.abc import Mapping

from allocator.lp.rows import Solution, Term
from allocator.planning.decisions import StockModel
from allocator.planning.fair_split import fair_split
from allocator.planning.families import leaves
from allocator.planning.have import Have
from allocator.planning.physical import (
    PRIVATE,
    beds_of_new_sites,
    fix_given,
    inflow_cap,
    inside_parent,
    keep,
    planned_parts,
    sum_of_parts,
)
from allocator.planning.planned import may_shrink
from allocator.planning.rows.projects import brought
from allocator.policy.rules import Proportional, Quota, Rule
from allocator.region.stock import resources

QUOTA_ONLY = "private_reserve"
"""Permission to build, not something that stands: reserving it changes nothing on the ground."""


def add_stocks(model: StockModel, planned: list[str], rules: list[Rule]) -> None:
    """Add x_{u,r} and what no rule may bend.

    A part lies inside its whole, and all parts sum to it; what exists stays unless a rule caps
    it; what is given is as it is; hiring stays within ``staff_inflow_cap``.
    """
    case, program = model.case, model.program
    for resource in planned:
        for unit in case.region.units.planning:
            model.amount[resource, unit] = program.integer(f"{resource}[{unit}]")
    capped = may_shrink(rules, planned, case)
    split_anew = {r.resource for r in rules if isinstance(r, Proportional)}
    for resource in planned:
        if resources()[resource].given:
            fix_given(model, resource)
            continue
        inside_parent(model, resource)
        sum_of_parts(model, resource)
        have = Have.of(case, resource)
        if resource not in capped:
            keep(model, resource, have, anywhere=resource in split_anew)
        inflow_cap(model, resource, have)
        if resource == PRIVATE:
            beds_of_new_sites(model, have, shrinks=resource in capped)


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


def beds_given_up(model: StockModel, rules: list[Rule]) -> list[Term]:
    """Existing beds that a rule lets go, to be kept all the same wherever all rules allow it.

    A rule that sets a number ('==') takes away the floor of its beds and of their parts; without
    one, beds of grade 3A would close because they ask for more staff than others.
    """
    case = model.case
    if case.assumptions.word("existing_beds") == "release":
        return []
    planned = _planned(model)
    known = resources()
    beds = [
        r for r in may_shrink(rules, planned, case).intersection(planned)
        if known[r].form == "bed" and r != QUOTA_ONLY and not known[r].given
        and not planned_parts(r, model.plans)  # a whole is kept by its parts, not by other ones
    ]  # fmt: skip
    return [term for r in sorted(beds) for term in _beyond(model, r, "given up", -1.0)]


def given_up_in_words(model: StockModel, amounts: Mapping[tuple[str, str], int]) -> list[str]:
    """A note per kind of beds of which a plan has fewer than stand today."""
    notes = []
    for resource in _planned(model):
        known, today = resources()[resource], Have.of(model.case, resource).whole
        there = sum(n for (name, _), n in amounts.items() if name == resource)
        if known.form == "bed" and resource != QUOTA_ONLY and today is not None and there < today:
            gone = f"{today - there:,g} of {today:,g} {known.label}"
            notes.append(f"{gone} that stand today are given up: the rules leave no room for them")
    return notes


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
    """Distance from a split by people, totals held; each resource weighs the same."""
    program, units = model.program, model.case.region.units.planning
    totals = {
        resource: sum(solution.whole(model.amount[resource, u]) for u in units)
        for resource in _planned(model)
    }
    fair = fair_split(model.case, totals)
    found: list[Term] = []
    for resource, total in totals.items():
        everywhere = [(1.0, model.amount[resource, u]) for u in units]
        program.require(f"total[{resource}]", everywhere, "==", total)
        for unit, seats in zip(units, fair[resource], strict=True):
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
