"""What one more unit of a rule would be worth, by solving again: never by a dual of a MIP."""

from dataclasses import replace

from allocator.planning.blocks import Block
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import leaves
from allocator.planning.have import Have
from allocator.planning.tasks import Task
from allocator.policy.rules import (
    Inflow,
    Proportional,
    Quota,
    Ratio,
    Rule,
    Service,
    Share,
    Stay,
    Total,
)


def with_prices(task: Task, decided: Decided) -> dict[str, float]:
    """Change of the planner's objective per unit by which a rule's figure rises.

    Each stock rule's floor is raised by one unit and the block is solved again. A rule that
    another one outdoes costs nothing: infectious beds at 870 while 900 are required anyway.
    Rules that are missed have no price, nor has the cost of what nobody counted today.
    """
    if decided.interrupted or not task.stocks or task.kinds:
        return {}
    plain = replace(task, progress=None)
    prices: dict[str, float] = {}
    for rule in task.rules:
        if decided.missed.get(rule.id, 0.0) > 1e-6:
            continue
        if task.about == "cost" and not _all_known(task.case, rule):
            continue
        block = Block(plain, bump={rule.id: 1.0})
        if len(block.rows_of(rule.id)) not in {1, 2}:
            continue
        again = block.solve_objective()
        if again.interrupted:
            raise KeyboardInterrupt
        if sum(again.missed.values()) <= sum(decided.missed.values()) + 1e-6:
            prices[rule.id] = again.objective - decided.objective
    return prices


def _all_known(case: Case, rule: Rule) -> bool:
    """Whether today's stock is known of every resource that the rule asks for."""
    asked: list[str] = []
    for leaf in leaves(rule):
        if isinstance(leaf, Quota | Total):
            asked += leaf.resources
        elif isinstance(leaf, Share):
            asked.append(leaf.part)
        elif isinstance(leaf, Service):
            asked.append(leaf.by)
        elif isinstance(leaf, Stay):
            asked += leaf.beds
        elif isinstance(leaf, Inflow | Proportional):
            asked.append(leaf.resource)
        elif isinstance(leaf, Ratio):
            asked += [pair.resource for pair in leaf.pairs]
    return all(Have.of(case, resource).whole is not None for resource in asked)
