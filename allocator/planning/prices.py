"""What one more unit of a rule, or of the vehicles, would be worth, by solving again.

Never by a dual of a program in whole numbers, and always for both sides: one more and one less
differ where the optimum is degenerate.
"""

import math
from collections.abc import Iterator
from dataclasses import replace

from allocator.planning.blocks import Block
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.families import leaves
from allocator.planning.have import Have
from allocator.planning.marginals import HELD, OBJECTIVE, SOLVED, Marginal
from allocator.planning.objectives import Objective
from allocator.planning.probing import Answer, Probe, Shift
from allocator.planning.sites_held import with_sites_held
from allocator.planning.tasks import Task
from allocator.policy.rules import (
    Budget,
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
from allocator.policy.words import one_of
from allocator.region.stock import resources

LARGE = 2_000
"""Variables beyond which a program with sites is asked again with the sites held."""
MOST_ASKED = 600
"""Questions per block; each is a solve of a small program."""
MOST_NODES = 5_000
"""Of branch and bound, per solve of a question: what is not proven by then has no line."""
IN_VAIN = 20
"""Questions that were not proven, after which no more are asked."""
_EXACT = 1e-9
_ROOM = 1e-4
"""What is held leaves a millionth of what is required: counts are whole within this."""


def with_prices(task: Task, decided: Decided) -> list[Marginal]:
    """Change of the planner's objective with one more and one less: lines of ``marginals``.

    Of each stock rule's figure in each area, of the vehicles of each unit, of a budget. A rule
    that another one outdoes costs nothing: infectious beds at 870 while 900 are required anyway.
    Where one more cannot be had, or a rule is missed already, the line says what is then missed
    more or less, and by how much. Where sites make the program large, or are taken from answers
    of large networks, they are held as planned.
    The cost of what nobody counted today has no price.
    """
    if decided.interrupted or not task.stocks:
        return []
    # A gap of 0.01 % would be wider than what one bed more costs.
    exact = replace(task, settings=replace(task.settings, gap=min(task.settings.gap, _EXACT)))
    method = SOLVED
    if task.offers or (task.kinds and Block(exact).program.size[1] > LARGE):
        exact, method = with_sites_held(exact, decided), HELD
    probe = Probe(exact, MOST_NODES)
    if probe.answer is None:
        decided.notes.append("what one more is worth was not asked: no such plan is proven")
        return []
    asking = _Asking(exact, probe, decided, method)
    found: list[Marginal] = []
    for number, (line, shifts) in enumerate(asking.questions()):
        if number >= MOST_ASKED:
            decided.notes.append(f"what one more is worth was asked {MOST_ASKED} times, no more")
            break
        found += asking.lines(line, probe.ask(shifts))
        if probe.unproven == IN_VAIN:
            break
    if probe.unproven:
        ended = ", and no more were asked" if probe.unproven == IN_VAIN else ""
        decided.notes.append(
            f"what one more or one less is worth was not proven within {MOST_NODES:,} nodes in "
            f"{probe.unproven} of {number + 1} questions{ended}: they have no line"
        )
    return found


def prices_of(found: list[Marginal]) -> dict[str, float]:
    """Rule id -> change of the objective per unit by which its figure rises in the region."""
    return {
        one.asked: one.effect
        for one in found
        if one.rule == OBJECTIVE and one.area == "all" and one.step == 1 and one.asked != "budget"
        and one.asked not in resources()
    }  # fmt: skip


class _Asking:
    """The questions of a block, and how its answers read."""

    def __init__(self, task: Task, probe: Probe, decided: Decided, method: str) -> None:
        self._task, self._probe, self._decided, self._method = task, probe, decided, method
        self._unit = Objective(task.about).unit(task.case.region.costs.currency)

    def questions(self) -> Iterator[tuple[Marginal, list[Shift]]]:
        """What is asked, as a line without an answer, and the rows that it moves."""
        yield from self._of_budgets()
        for rule in self._task.rules:
            if not isinstance(rule, Budget):
                yield from self._of_rule(rule)
        yield from self._of_vehicles()

    def _line(self, asked: str, what: str, area: str, step: float) -> Marginal:
        return Marginal(
            asked=asked, what=what, area=area, step=step, rule=OBJECTIVE, effect=math.nan,
            measure=self._unit, better="{measure} more", worse="{measure} less",
            method=self._method,
        )  # fmt: skip

    def lines(self, line: Marginal, answer: Answer | None) -> list[Marginal]:
        """The effect on the objective; or, where rules are missed more or less, on their misses."""
        before = self._probe.answer
        if answer is None or before is None:
            return []
        changes = {r: by - before.missed.get(r, 0.0) for r, by in answer.missed.items()}
        moved = {rule: _snapped(by) for rule, by in changes.items() if abs(by) > _ROOM}
        if not moved:
            return [replace(line, effect=answer.objective - before.objective)]
        return [
            replace(
                line, rule=rule, effect=by, measure="", better=f"{{measure}} more missed of {rule}",
                worse=f"{{measure}} less missed of {rule}",
            )
            for rule, by in moved.items()
        ]  # fmt: skip

    def _of_rule(self, rule: Rule) -> Iterator[tuple[Marginal, list[Shift]]]:
        if self._task.about == "cost" and not _all_known(self._task.case, rule):
            return
        misses = [s for found in self._probe.block.shortfalls.values() for s in found]
        rows = {s.area: list[Shift]() for s in misses if s.rule == rule.id and s.rows}
        for area, shifts in rows.items():
            own = [row for s in misses if (s.rule, s.area) == (rule.id, area) for row in s.rows]
            label = "all" if len(rows) == 1 else area
            for step in (1.0, -1.0) if len(own) <= 2 else ():
                line = self._line(rule.id, f"{{unit}} asked for by {rule.id}", label, step)
                yield line, [*shifts, *((row, step) for row in own)]

    def _of_vehicles(self) -> Iterator[tuple[Marginal, list[Shift]]]:
        """One more in a unit, or one less, and as many as planned elsewhere."""
        stock = self._probe.block.stock
        units = self._task.case.region.units.planning
        for known in resources().values() if stock is not None else ():
            if known.form != "vehicle" or known.given or stock is None or not stock.plans(known.id):
                continue
            if self._task.about == "cost" and Have.of(self._task.case, known.id).whole is None:
                continue
            amounts = {u: self._decided.amounts[known.id, u] for u in units}
            for sign in (1.0, -1.0):
                rows = {
                    u: self._probe.switch(
                        f"as planned {known.id}[{u}]", stock.amount[known.id, u], n, floor=sign > 0
                    )
                    for u, n in amounts.items()
                }
                for unit, number in amounts.items():
                    if number + sign >= 0:
                        line = self._line(known.id, one_of(known.label), unit, sign)
                        yield line, [(row, sign * (u == unit)) for u, row in rows.items()]

    def _of_budgets(self) -> Iterator[tuple[Marginal, list[Shift]]]:
        """A step of money more or less, a power of ten of at most a tenth of the budget."""
        rows = self._probe.block.budgets
        for name, row in rows.items():
            money = self._amount(name)
            if money is None or money < 10:
                continue
            step = 10.0 ** (math.floor(math.log10(money)) - 1)
            currency = self._task.case.region.costs.currency
            for by in (step, -step):
                line = self._line(name, f"{currency} of {name}", "all", by)
                yield line, [(row, by)]

    def _amount(self, name: str) -> float | None:
        if name == "budget":
            return self._task.budget
        stated = {r.id: r.amount for r in self._task.rules if isinstance(r, Budget)}
        amount = stated.get(name)
        return None if amount is None else float(amount)


def _snapped(value: float) -> float:
    return float(round(value)) if abs(value - round(value)) < _ROOM else value


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
