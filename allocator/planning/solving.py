"""Solving what rules couple: a cover, sites that are placed and then equipped, or one program."""

import math
from collections.abc import Callable
from dataclasses import replace

from allocator.planning.blocks import Block
from allocator.planning.decided import Decided
from allocator.planning.equipping import Steps, placing_and_equipping
from allocator.planning.explanation import explain
from allocator.planning.full_cover import fits_full_cover, full_cover
from allocator.planning.prices import prices_of, with_prices
from allocator.planning.tasks import Task


def solve_part(task: Task) -> Decided:
    """Solve what the rules of one task couple, unless an earlier plan has asked just that."""
    if task.answers is None:
        return _solved(task)
    return task.answers.get(task, _solved, Decided.is_final)


def _solved(task: Task) -> Decided:
    if fits_full_cover(task):
        return _explained(task, full_cover(task))
    if (steps := placing_and_equipping(task)) is not None:
        return _placed_then_equipped(steps)
    return _explained(task, Block(task).solve())


def _placed_then_equipped(steps: Steps) -> Decided:
    """Place sites task by task, then equip what stands."""
    decided = Decided()
    for task in steps.placing:
        decided.add(unless_interrupted(task, solve_part))
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


def solve_with_prices(task: Task) -> Decided:
    """Solve a task, and ask what one more of its stocks would cost."""
    return priced(task, solve_part(task))


def priced(task: Task, decided: Decided) -> Decided:
    """The answer with what one more of its stocks would cost, if that is asked."""
    if task.told_why and not task.before.interrupted:
        try:
            decided.marginals = with_prices(task, decided)
            decided.prices = prices_of(decided.marginals)
        except KeyboardInterrupt:
            decided.interrupted, decided.reproducible = True, False
            decided.notes.append("interrupted before what one more unit costs was known: no prices")
    return decided


def unless_interrupted(task: Task, solve: Callable[[Task], Decided]) -> Decided:
    """The answer; after an interrupt that left none, one that decides nothing."""
    try:
        return solve(task)
    except KeyboardInterrupt:
        return Decided(
            interrupted=True, reproducible=False, bound=math.nan,
            notes=[left_as_today(task.name)],
        )  # fmt: skip


def left_as_today(name: str) -> str:
    """What is said of a task that was interrupted before it had an answer."""
    return f"interrupted before an answer was found: {name} stays as it is today"
