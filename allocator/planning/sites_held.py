"""Beds, staff and vehicles alone, with the sites as planned and with the money that they leave.

A program of ten thousand candidates answers one question in minutes; what one bed more is worth is
asked hundreds of times, of the few hundred rows that are left once it is known where sites stand.
"""

from dataclasses import replace

from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import speaks_of_stocks
from allocator.planning.tasks import Task
from allocator.policy.rules import Budget


def with_sites_held(task: Task, decided: Decided) -> Task:
    """The task without its decisions on sites: they are those of the plan, and paid."""
    budgets = [rule for rule in task.rules if isinstance(rule, Budget)]
    cost = cost_of_sites(task.case, decided)
    spent = {rule.id: cost - subsidies(rule, task.case, decided) for rule in budgets}
    return replace(
        task, name=f"{task.name}: sites as planned", kinds=(), offers=(),
        rules=[*(rule for rule in task.rules if speaks_of_stocks(rule)), *budgets],
        before=Decided(opened=dict(decided.opened), attributes=set(decided.attributes)),
        spent={"budget": cost, **spent},
    )  # fmt: skip


def cost_of_sites(case: Case, decided: Decided) -> float:
    """What opening, closing and equipping the sites of a plan costs."""
    cost = sum(case.attribute_cost(*key) for key in decided.attributes if not case.had(*key))
    for j, is_open in decided.opened.items():
        if is_open != case.stands(j):
            cost += case.opening_cost(j) if is_open else case.closing_cost(j)
    return float(cost)


def subsidies(rule: Budget, case: Case, decided: Decided) -> float:
    """What is paid from elsewhere for the plan's new sites, or for what they get."""
    chosen = [j for j in case.positions(rule.sites) if decided.opened.get(j)]
    paid = [
        j for j in chosen
        if (
            not case.stands(j) if rule.attribute is None
            else (rule.attribute, j) in decided.attributes and not case.had(rule.attribute, j)
        )
    ]  # fmt: skip
    return float(rule.subsidy_per_site) * len(paid)
