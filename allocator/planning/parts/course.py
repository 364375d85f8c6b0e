"""The course of a plan by parts: the same tasks as a plan of the whole, each of them cut up."""

import math
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from allocator.lp.solvers import SolverSettings
from allocator.planning.agenda import Agenda
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.parts.asking import Ask, processes
from allocator.planning.parts.coupling import Coupling
from allocator.planning.parts.cutting import Cutter
from allocator.planning.parts.merging import Groups
from allocator.planning.parts.part_block import build
from allocator.planning.parts.piece import Piece
from allocator.planning.parts.stages import Stages
from allocator.planning.parts.territory import Territory
from allocator.planning.parts.whole import Answer, Whole
from allocator.planning.sequence import with_stock_of_today
from allocator.planning.solving import left_as_today
from allocator.planning.tasks import Task
from allocator.planning.tiers import Progress

_ROOM = 2e-6
_SITES_AT_ONCE = 400
"""Sites that are decided together when prices are sought: more prove more, and take longer."""


@dataclass(frozen=True, eq=False)
class _Course:
    """What every task of a plan by parts needs."""

    territory: Territory
    coupling: Coupling
    ask: Ask

    def solve(self, task: Task) -> Decided:
        """One task."""
        cutter = Cutter(task, self.territory, self.coupling)
        cuts = (cutter.cut(k) for k in range(len(self.territory)))
        if task.progress:
            task.progress(f"{task.name}: {len(self.territory)} parts")
        pieces: Sequence[Piece] = list(self.ask(build, cuts))
        whole = Whole.of(pieces, task, self.coupling)
        if task.progress:
            rows = sum(p.program.matrix.shape[0] for p in pieces)
            task.progress(
                f"{task.name}: {rows:,} rows in parts, {len(whole.rows)} over several, "
                f"{len(whole.borders):,} shared sites"
            )
        groups = Groups.of(whole, task, self.coupling, _SITES_AT_ONCE)
        stages = Stages(task.name, whole, groups, task.settings, self.ask, task.progress)
        value, bound = stages.run()
        decided = _decided(whole, stages.answers.best)
        decided.records = stages.records
        decided.objective, decided.bound = value, bound
        decided.interrupted = stages.interrupted
        decided.reproducible = stages.reproducible and not stages.interrupted
        return decided

    def solve_unless_interrupted(self, task: Task, decided: Decided) -> None:
        """One task, added to what is decided; after an interrupt its sites stay as they are."""
        if not decided.interrupted:
            try:
                decided.add(self.solve(task))
                return
            except KeyboardInterrupt:
                decided.interrupted, decided.reproducible = True, False
        decided.notes.append(left_as_today(task.name))
        decided.bound = math.nan


def decide_by_parts(
    case: Case,
    about: str,
    budget: float | None,
    settings: SolverSettings,
    progress: Progress | None,
    level: str,
    workers: "int | Executor",
) -> Decided:
    """Networks of sites, then beds, staff and vehicles; all together under a budget.

    Every task is cut into the units of a level, and what couples them is priced.
    """
    territory = Territory.of(case.region, level)
    coupling = Coupling.of(case, territory, about)
    agenda = Agenda.of(case, about, budget, settings, progress)
    with processes(workers) as ask:
        course = _Course(territory, coupling, ask)
        decided = Decided()
        if agenda.limits_money:
            course.solve_unless_interrupted(agenda.together, decided)
        else:
            for task in agenda.networks:
                course.solve_unless_interrupted(task, decided)
            stocks = replace(agenda.stocks, before=decided)
            course.solve_unless_interrupted(stocks, decided)
    decided.notes.append(_note(territory, level, len(coupling.areas), budget is not None))
    return with_stock_of_today(case, decided)


def _decided(whole: Whole, answer: Answer) -> Decided:
    """What the columns of all pieces say."""
    decided = Decided(bound=math.nan)
    for piece, x in zip(whole.pieces, answer, strict=True):
        decided.opened |= {j: bool(round(x[c])) for j, c in piece.homes.items()}
        decided.attributes |= {
            key for key, c in piece.attributes.items() if round(x[c]) and key[1] in piece.homes
        }
        decided.amounts |= {key: round(x[c]) for key, c in piece.amounts.items()}
        decided.branches |= {(r, a): b for (r, a, b), c in piece.branches.items() if round(x[c])}
        for one in piece.missed:
            by = one.constant + sum(
                v * x[c] for v, c in zip(one.coefficients, one.columns, strict=True)
            )
            decided.missed.setdefault(one.rule, 0.0)
            decided.missed[one.rule] += by if by > _ROOM * one.scale else 0.0
            decided.beyond |= {one.rule} if one.constant > 0 else set()
    for row in (*whole.rows, *whole.settled):
        by = row.missed(answer)
        decided.missed.setdefault(row.rule, 0.0)
        decided.missed[row.rule] += by if by > _ROOM * row.scale else 0.0
    decided.missed.pop("budget", None)
    decided.beyond |= {rule for rule, people in whole.beyond.items() if people > 0}
    return decided


def _note(territory: Territory, level: str, coupling: int, budget: bool) -> str:
    priced = coupling + budget
    return (
        f"planned by {level}, in {len(territory)} parts; {priced} rules or budgets over several "
        "parts, and sites that serve people across a border, were coupled by prices, and the bound "
        "is that of the whole. Among equally good plans, beds and staff were not shared out anew "
        "between parts; why rules give way, and what one more unit is worth, was not asked"
    )
