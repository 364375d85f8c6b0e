"""Solving in tiers: must, then target, then wish, then what the planner wants."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from allocator.errors import InfeasibleError
from allocator.lp.program import Program
from allocator.lp.rows import Separate, Solution, Term, Variable
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.shortfall import Shortfall, total_share

STRENGTHS = ("must", "target", "wish")
Progress = Callable[[str], None]
_NO_MISS = 1e-9


@dataclass(frozen=True)
class Record:
    """How one tier of one block ended: a line of ``tiers.csv``."""

    tier: str
    block: str
    objective: float
    bound: float
    gap: float
    status: Status
    seconds: float


@dataclass(eq=False)
class Tiers:
    """Solves one program stage by stage; each stage's best is kept while the next is solved."""

    block: str
    program: Program
    settings: SolverSettings
    separate: Separate | None = None
    progress: Progress | None = None
    warm: bool = False
    """Each stage starts from the answer of the one before, so that it never ends with none."""
    records: list[Record] = field(default_factory=list)
    solution: Solution | None = None
    interrupted: bool = False
    reproducible: bool = True

    def rules(self, shortfalls: dict[str, list[Shortfall]]) -> None:
        """Minimise the misses of must rules, then of targets, then of wishes."""
        for strength in STRENGTHS:
            terms, constant = total_share(shortfalls.get(strength, []))
            if shortfalls.get(strength):
                self.stage(strength, terms, constant=constant)

    def stage(
        self, tier: str, terms: list[Term], *, constant: float = 0.0, record: bool = True
    ) -> None:
        """Minimise one expression and hold it."""
        if self.interrupted:
            return
        if self.progress:
            rows, columns = self.program.size
            self.progress(f"{self.block}: {tier} ({rows:,} rows, {columns:,} variables)")
        try:
            solution = self.program.solve(
                terms, self.settings, constant=constant, separate=self.separate,
                start=self.values() if self.warm and self.solution is not None else None,
            )  # fmt: skip
        except KeyboardInterrupt:
            # Between two calls of the solver: what the stages before found still stands.
            self.interrupted, self.reproducible = True, False
            return
        self.interrupted |= solution.interrupted
        self.reproducible &= solution.reproducible
        if not solution.status.has_answer:
            if not solution.interrupted:
                self._without_answer(tier, solution)
            return
        self.solution = solution
        if record:
            self.records.append(
                Record(
                    tier, self.block, solution.objective, solution.bound, solution.gap,
                    solution.status, solution.seconds,
                )
            )  # fmt: skip
        if terms:
            self.program.require(f"hold[{tier}]", terms, "<=", self._held(tier, terms, solution))

    def _held(self, tier: str, terms: list[Term], solution: Solution) -> float:
        """What the next stages may not exceed; a tier without any miss leaves no room for one."""
        reached = solution.value(terms)
        if tier in STRENGTHS and reached <= _NO_MISS:
            return 0.0
        return reached + max(1e-6, 1e-7 * abs(solution.objective))

    def _without_answer(self, tier: str, solution: Solution) -> None:
        """Fall back to the stage before, or say that there is nothing."""
        if self.solution is None:
            reason = {
                Status.INFEASIBLE: "the physical limits contradict each other (a budget below what "
                "the required sites cost, or stock that a fixed total cannot hold)",
                Status.UNBOUNDED: "the objective has no limit",
            }.get(solution.status, "stopped before any answer was found; allow more time or work")
            raise InfeasibleError(f"{self.block}, tier {tier}: {reason}")
        value = math.nan
        self.records.append(
            Record(tier, self.block, value, value, math.nan, solution.status, solution.seconds)
        )

    def values(self) -> dict[Variable, float]:
        """Values of the last stage that had an answer."""
        return self.solution.values if self.solution else {}
