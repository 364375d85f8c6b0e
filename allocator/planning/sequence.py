"""What no rule couples is solved apart; what counts couple, one after the other."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from allocator.lp.solvers import SolverSettings
from allocator.planning.apportionment import split
from allocator.planning.blocks import Block
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.equipping import Steps, placing_and_equipping
from allocator.planning.explanation import explain
from allocator.planning.families import (
    networks,
    required_apart,
    speaks_of_sites,
    speaks_of_stocks,
)
from allocator.planning.full_cover import fits_full_cover, full_cover
from allocator.planning.have import Have, given_amounts
from allocator.planning.planned import planned_resources
from allocator.planning.prices import prices_of, with_prices
from allocator.planning.resiting import resited
from allocator.planning.site_marginals import site_effects, site_marginals
from allocator.planning.tasks import Task
from allocator.planning.tiers import Progress
from allocator.planning.vehicle_marginals import vehicle_marginals
from allocator.policy.rules import Budget
from allocator.region.stock import resources

_EXACT = 1e-9


def decide(
    case: Case,
    about: str,
    budget: float | None,
    settings: SolverSettings,
    progress: Progress | None,
    models: Path | None,
    *,
    told_why: bool = True,
) -> Decided:
    """Solve networks of sites, then beds, staff and vehicles; all together under a budget.

    After an interrupt, what was not yet decided stays as it is today; beds, staff and vehicles,
    which take seconds, are still planned unless they were what was interrupted.
    """
    rules = [r for r in case.policy.rules if r.strength != "info"]
    of_sites = [r for r in rules if speaks_of_sites(r)]
    of_stocks = [r for r in rules if speaks_of_stocks(r)]
    budgets = [r for r in rules if isinstance(r, Budget) and r.amount is not None]
    apart = [r for r in of_stocks if r not in of_sites]
    groups = networks(of_sites, case)
    groups += required_apart(case, groups)
    base = Task(
        name="everything", case=case, rules=[*of_sites, *apart, *budgets],
        kinds=tuple(kinds for kinds, _ in groups), stocks=True, about=about, budget=budget,
        settings=settings, progress=progress, models=models, told_why=told_why,
    )  # fmt: skip
    parts = [
        replace(base, name=_name(kinds), rules=found, kinds=(kinds,), stocks=False, budget=None)
        for kinds, found in groups
    ]
    if budget is not None or budgets:
        decided = _unless_interrupted(base, _solve_with_prices)
        return _with_marginals_of_sites(parts, case, _with_stock_of_today(case, decided))
    decided = Decided()
    for task in parts:
        if decided.interrupted:
            decided.notes.append(_left_as_today(task.name))
            decided.bound = math.nan
        else:
            decided.add(_unless_interrupted(task, solve_part))
    # Whole beds and posts are few rows: there, a gap of 0.01 % would be a bed too many.
    exact = replace(settings, gap=min(settings.gap, _EXACT))
    task = replace(
        base, name="beds, staff, vehicles", rules=of_stocks, kinds=(), before=decided,
        settings=exact,
    )  # fmt: skip
    decided.add(_unless_interrupted(task, _solve_with_prices))
    return _with_marginals_of_sites(parts, case, _with_stock_of_today(case, decided))


def solve_part(task: Task) -> Decided:
    """Solve what the rules of one task couple."""
    if fits_full_cover(task):
        return _explained(task, full_cover(task))
    if (steps := placing_and_equipping(task)) is not None:
        return _placed_then_equipped(steps)
    return _explained(task, Block(task).solve())


def _placed_then_equipped(steps: Steps) -> Decided:
    """Place sites task by task, then equip what stands."""
    decided = Decided()
    for task in steps.placing:
        decided.add(_unless_interrupted(task, solve_part))
    task = replace(steps.equipping, before=decided)
    equipped = _explained(task, Block(task).solve())
    steps.settle(equipped, decided)
    decided.add(equipped)
    return decided


def _explained(task: Task, decided: Decided) -> Decided:
    """Say why rules gave way, if asked; an interrupt costs the explanation, not the plan."""
    if not task.told_why:
        return decided
    try:
        decided.clashes = explain(task, decided)
    except KeyboardInterrupt:
        decided.interrupted, decided.reproducible = True, False
        decided.notes.append("interrupted before it was known why rules gave way")
    return decided


def _solve_with_prices(task: Task) -> Decided:
    decided = solve_part(task)
    if task.told_why and not task.before.interrupted:
        try:
            decided.marginals = with_prices(task, decided)
            decided.prices = prices_of(decided.marginals)
        except KeyboardInterrupt:
            decided.interrupted, decided.reproducible = True, False
            decided.notes.append("interrupted before what one more unit costs was known: no prices")
    return decided


def _with_marginals_of_sites(parts: list[Task], case: Case, decided: Decided) -> Decided:
    """Add what one more station, and one more vehicle, would do for people.

    ``parts`` are the networks of sites, each with its rules.
    """
    if decided.interrupted or not all(task.told_why for task in parts):
        return decided
    try:
        effects = list(site_effects(case, decided))
        decided.marginals = [
            *resited(parts, decided, effects),
            *site_marginals(case, effects),
            *vehicle_marginals(case, decided, effects),
            *decided.marginals,
        ]
    except KeyboardInterrupt:
        decided.interrupted = True
        decided.notes.append("interrupted before what one more station would do was known")
    return decided


def _unless_interrupted(task: Task, solve: Callable[[Task], Decided]) -> Decided:
    try:
        return solve(task)
    except KeyboardInterrupt:
        return Decided(
            interrupted=True, reproducible=False, bound=math.nan,
            notes=[_left_as_today(task.name)],
        )  # fmt: skip


def _left_as_today(name: str) -> str:
    return f"interrupted before an answer was found: {name} stays as it is today"


def _with_stock_of_today(case: Case, decided: Decided) -> Decided:
    """Fill what an interrupt left undecided with today's stock; 0 where nobody counted it."""
    units = case.region.units
    people = [units.people(u) for u in units.planning]
    for resource in planned_resources(case, list(case.policy.rules)):
        if (resource, units.planning[0]) in decided.amounts:
            continue
        if (given := given_amounts(case, resource)) and resources()[resource].given:
            decided.amounts |= {(resource, u): n for u, n in given.items()}
            continue
        have = Have.of(case, resource)
        shared = split(case.assumptions.word("apportionment"), round(have.whole or 0), people)
        for unit, number in zip(units.planning, shared, strict=True):
            decided.amounts[resource, unit] = round(have.by_unit.get(unit, number))
    return decided


def _name(kinds: frozenset[str]) -> str:
    return " + ".join(sorted(kind.replace("_", " ") for kind in kinds))
