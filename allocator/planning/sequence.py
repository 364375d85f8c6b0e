"""What no rule couples is solved apart; what counts couple, one after the other."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from allocator.lp.solvers import SolverSettings
from allocator.planning.agenda import Agenda
from allocator.planning.answers import Answers
from allocator.planning.apportionment import split
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.have import Have, given_amounts
from allocator.planning.planned import planned_resources
from allocator.planning.resiting import resited
from allocator.planning.site_marginals import site_effects, site_marginals
from allocator.planning.solving import (
    left_as_today,
    solve_part,
    solve_with_prices,
    unless_interrupted,
)
from allocator.planning.tasks import OFFERED, Task
from allocator.planning.tiers import Progress
from allocator.planning.vehicle_marginals import vehicle_marginals
from allocator.planning.within_budget import are_large, bounded, within_money
from allocator.policy.rules import Budget
from allocator.region.stock import resources


def decide(
    case: Case,
    about: str,
    budget: float | None,
    settings: SolverSettings,
    progress: Progress | None,
    models: Path | None,
    *,
    told_why: bool = True,
    answers: Answers | None = None,
) -> Decided:
    """Solve networks of sites, then beds, staff and vehicles; all together under a budget.

    After an interrupt, what was not yet decided stays as it is today; beds, staff and vehicles,
    which take seconds, are still planned unless they were what was interrupted.
    """
    agenda = Agenda.of(
        case, about, budget, settings, progress, models=models, told_why=told_why
    )  # fmt: skip
    base, stocks = agenda.together, agenda.stocks
    parts = [replace(part, answers=answers) for part in agenda.networks]
    if not agenda.limits_money:
        decided = _apart(parts, stocks)
    elif about == "cost" and are_large(parts):
        decided = _within(replace(base, name=OFFERED), agenda.budgets, parts, stocks)
    else:
        decided = unless_interrupted(base, solve_with_prices)
    return _with_marginals_of_sites(parts, case, with_stock_of_today(case, decided))


def _apart(parts: Sequence[Task], stocks: Task) -> Decided:
    """One network after the other, then beds, staff and vehicles."""
    decided = Decided()
    for task in parts:
        if decided.interrupted:
            decided.notes.append(left_as_today(task.name))
            decided.bound = math.nan
        else:
            decided.add(unless_interrupted(task, solve_part))
    decided.add(unless_interrupted(replace(stocks, before=decided), solve_with_prices))
    return decided


def _within(base: Task, budgets: Sequence[Budget], parts: Sequence[Task], stocks: Task) -> Decided:
    """Networks too large for one program, within money; as without it where that does not bind."""
    quiet = [replace(part, told_why=False) for part in parts]
    answers = [unless_interrupted(part, solve_part) for part in quiet]
    free = Decided()
    for answer in answers:
        free.add(answer)
    without_money = replace(stocks, budget=None, told_why=False, before=free)
    free.add(unless_interrupted(without_money, solve_part))
    limits = [float(rule.amount) for rule in budgets if rule.amount is not None]
    limits += [] if stocks.budget is None else [stocks.budget]
    if free.interrupted:
        return free
    if free.objective <= min(limits):
        decided = _apart(parts, replace(stocks, budget=None)) if stocks.told_why else free
        decided.notes.append("the money suffices for the plan that comes without regard to it")
        return decided
    found = unless_interrupted(base, lambda task: within_money(task, quiet, answers, free))
    return bounded(found, free)


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


def with_stock_of_today(case: Case, decided: Decided) -> Decided:
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
