"""A block asked again with a right-hand side moved, its misses held at what the plan reached.

An optimum may have several dual prices, and a program in whole numbers has none: what one more or
one less is worth is the difference of two optima, one for each side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from allocator.lp.rows import Row, Solution, Term, Variable
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.blocks import Block
from allocator.planning.objectives import objective_terms
from allocator.planning.shortfall import total_share
from allocator.planning.tasks import Task
from allocator.planning.tiers import STRENGTHS

_OFF = 1e9
_NO_MISS = 1e-9
_TIGHT = 1e-7
Shift = tuple[Row, float]
"""A row, and by how much its right-hand side moves."""


@dataclass(frozen=True)
class Answer:
    """The optimum of a moved program: the objective, and what each rule misses in its unit."""

    objective: float
    missed: dict[str, float]


@dataclass(frozen=True, eq=False)
class _Tier:
    """What one strength misses, or beds given up: terms, the row that holds it, the least."""

    terms: list[Term]
    hold: Row
    least: float


@dataclass(eq=False)
class Probe:
    """A block's program that answers the same question for many right-hand sides.

    ``answer`` is the optimum as planned; None where no proven one was found. A solve of a question
    takes ``most_nodes`` of branch and bound at most; ``unproven`` counts the questions that ended
    before they were proven.
    """

    task: Task
    most_nodes: int
    block: Block = field(init=False)
    answer: Answer | None = field(init=False)
    unproven: int = field(init=False, default=0)
    _tiers: list[_Tier] = field(init=False, default_factory=list)
    _off: dict[str, Shift] = field(init=False, default_factory=dict)
    _settings: SolverSettings = field(init=False)
    _stopped: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        task = replace(self.task, progress=None, models=None)
        self._settings = task.settings
        self.block = Block(task)
        self._terms, self._constant = objective_terms(
            task.about, task.rules, self.block.stock, self.block.sites
        )
        for strength in STRENGTHS:
            terms, _ = total_share(self.block.shortfalls.get(strength, []))
            if terms:
                self._add_tier(strength, terms)
        if self.block.given_up:
            self._add_tier("existing beds", self.block.given_up)
        self._base = self._solve(self._terms)
        self.answer = self._read(self._base)
        limit = self._settings.node_limit
        most = self.most_nodes if limit is None else min(limit, self.most_nodes)
        self._settings = replace(self._settings, node_limit=most)

    def _add_tier(self, strength: str, terms: list[Term]) -> None:
        solution = self._solve(terms)
        least = solution.value(terms) if solution.status.has_answer else _OFF
        hold = self.block.program.require(f"hold[{strength}]", terms, "<=", _room(least))
        self._tiers.append(_Tier(terms, hold, least))

    def switch(self, name: str, variable: Variable, limit: float, *, floor: bool) -> Row:
        """A limit of a variable that holds only while a question moves its row by 0 or more."""
        row = self.block.program.require(name, [(1.0, variable)], ">=" if floor else "<=", limit)
        self._off[row.name] = (row, -_OFF if floor else _OFF)
        self.block.program.shift(*self._off[row.name])
        return row

    def ask(self, shifts: Sequence[Shift]) -> Answer | None:
        """The optimum with right-hand sides moved; None where there is none, or none is proven.

        Must comes before target, target before wish, and all of them before the objective, as in
        the plan itself.
        """
        if self.answer is not None and all(self._still_holds(*shift) for shift in shifts):
            return self.answer  # as good as before, and no program that asks more is better
        program = self.block.program
        try:
            for row, by in shifts:
                program.shift(row, by)
            if not any(tier.least > _NO_MISS for tier in self._tiers):
                # Nothing was missed, so nothing can be missed less.
                first = self._read(self._solve(self._terms))
                if first is not None:
                    return first
            found = self._in_tiers()
            self.unproven += found is None and self._stopped
            return found
        finally:
            for row, _ in shifts:
                program.shift(*self._off.get(row.name, (row, 0.0)))

    def _in_tiers(self) -> Answer | None:
        """All stages from the start."""
        program = self.block.program
        for tier in self._tiers:
            program.shift(tier.hold, _OFF)
        try:
            for tier in self._tiers:
                solution = self._solve(tier.terms)
                if solution.status is not Status.OPTIMAL:
                    return None
                held = _room(solution.value(tier.terms))
                program.shift(tier.hold, held - tier.hold.rhs)
            return self._read(self._solve(self._terms))
        finally:
            for tier in self._tiers:
                program.shift(tier.hold, 0.0)

    def _still_holds(self, row: Row, by: float) -> bool:
        """Whether a row is tightened, and the plan keeps it all the same."""
        tighter = by >= 0 if row.sense == ">=" else by <= 0
        left, limit = self._base.value(row.terms), row.rhs + by
        room = _TIGHT * max(1.0, abs(limit))
        kept = left >= limit - room if row.sense == ">=" else left <= limit + room
        return tighter and kept

    def _solve(self, terms: list[Term]) -> Solution:
        separate = self.block.separate if any(m.separators for m in self.block.sites) else None
        solution = self.block.program.solve(terms, self._settings, separate=separate)
        if solution.interrupted:
            raise KeyboardInterrupt
        self._stopped = solution.status in {Status.FEASIBLE, Status.NO_SOLUTION}
        return solution

    def _read(self, solution: Solution) -> Answer | None:
        if solution.status is not Status.OPTIMAL:
            return None
        missed: dict[str, float] = {}
        for found in self.block.shortfalls.values():
            for one in found:
                missed[one.rule] = missed.get(one.rule, 0.0) + one.missed(solution)
        return Answer(solution.value(self._terms, self._constant), missed)


def _room(least: float) -> float:
    """What later stages may not exceed; what misses nothing leaves no room for a miss."""
    return 0.0 if least <= _NO_MISS else least + 1e-6
