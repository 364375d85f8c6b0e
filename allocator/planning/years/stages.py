"""The years' program solved part by part, each stage by stage."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from allocator.lp.rows import Term, Variable
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status, relative_gap
from allocator.planning.tiers import Progress, Record, Tiers
from allocator.planning.years.drafts import Draft, Part

Key = tuple[frozenset[Variable], frozenset[int]]
BLOCK = "years"
_TOLD = 1000
"""Variables of a part from which on its stages are told one by one."""


@dataclass(frozen=True, eq=False)
class Stage:
    """What is minimised, in the variables of a draft."""

    name: str
    terms: list[Term]


@dataclass(frozen=True, eq=False)
class Answer:
    """How the stages of one part ended; values by the draft's variables, None without any."""

    values: dict[Variable, float] | None
    records: list[Record]
    interrupted: bool
    reproducible: bool


@dataclass(frozen=True, eq=False)
class Solved:
    """How every stage of every part ended.

    Attributes
    ----------
    parts
        The answer of each part, by its variables and rows.
    records
        One for each stage, all parts together.
    """

    parts: dict[Key, Answer]
    records: list[Record]

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped it."""
        return any(answer.interrupted for answer in self.parts.values())

    @property
    def reproducible(self) -> bool:
        """Whether it would end alike once more."""
        return all(answer.reproducible for answer in self.parts.values())

    @cached_property
    def values(self) -> dict[Variable, float] | None:
        """Values by the draft's variables; None if interrupted before every part had an answer."""
        found: dict[Variable, float] = {}
        for answer in self.parts.values():
            if answer.values is None:
                return None
            found |= answer.values
        return found

    def whole(self, variable: Variable) -> int:
        """Value of a whole-number variable."""
        return round((self.values or {})[variable])


def solve_parts(
    draft: Draft,
    stages: Sequence[Stage],
    settings: SolverSettings,
    progress: Progress | None,
    before: Solved | None = None,
) -> Solved:
    """Minimise one expression after the other; what no row couples does not wait for the rest.

    ``before`` is how the same draft ended with fewer rows: the answers of parts without any
    new row stand.
    """
    found: dict[Key, Answer] = {}
    known = before.parts if before is not None else {}
    parts = draft.split(BLOCK)
    if progress:
        progress(f"{BLOCK}: {len(draft.rows):,} rows in {len(parts):,} parts that none couples")
    for part in parts:
        told = progress if len(part.variables) >= _TOLD else None
        answer = known.get(part.key) or _solve(part, stages, settings, told)
        found[part.key] = answer
        if answer.values is None:
            break
    return Solved(found, _together(stages, found.values()))


def _solve(
    part: Part, stages: Sequence[Stage], settings: SolverSettings, progress: Progress | None
) -> Answer:
    tiers = Tiers(BLOCK, part.program, settings, progress=progress, warm=True)
    for stage in stages:
        if own := part.terms(stage.terms):
            tiers.stage(stage.name, own)
    values = None
    if tiers.solution is not None:
        values = {number: tiers.solution.values[v] for number, v in part.variables.items()}
    return Answer(values, tiers.records, tiers.interrupted, tiers.reproducible)


def _together(stages: Sequence[Stage], parts: Iterable[Answer]) -> list[Record]:
    """One line per stage for all parts."""
    ended: dict[str, list[Record]] = {stage.name: [] for stage in stages}
    for record in (r for answer in parts for r in answer.records):
        ended[record.tier].append(record)
    return [_sum(records) for records in ended.values() if records]


def _sum(records: list[Record]) -> Record:
    objective = math.fsum(r.objective for r in records)
    bound = math.fsum(r.bound for r in records)
    status = Status.OPTIMAL
    if any(r.status is not Status.OPTIMAL for r in records):
        answered = all(r.status.has_answer for r in records)
        status = Status.FEASIBLE if answered else Status.NO_SOLUTION
    return replace(
        records[0], objective=objective, bound=bound, gap=relative_gap(objective, bound),
        status=status, seconds=math.fsum(r.seconds for r in records),
    )  # fmt: skip
