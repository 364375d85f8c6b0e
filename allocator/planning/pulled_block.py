"""A program whose objectives are aims, within limits, after the rules."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from allocator.lp.rows import Solution
from allocator.planning.aims import Aim, Expression
from allocator.planning.blocks import Block
from allocator.planning.decided import Decided
from allocator.planning.shortfall import total_share
from allocator.planning.tasks import Task
from allocator.planning.tiers import STRENGTHS, Record, Tiers

_GIVEN_UP = "existing beds"
_NONE = 1e-9
_ROOM = 1e-6


@dataclass(frozen=True)
class Limit:
    """An aim that may be at most so much."""

    aim: Aim
    most: float


class PulledBlock(Block):
    """A block whose objectives are aims, within limits, the rules missed by no more than at best.

    ``held`` is the share by which rules are missed, by strength; None to find it.
    """

    def __init__(
        self, task: Task, aims: Sequence[Aim], limits: Sequence[Limit],
        held: Mapping[str, float] | None,
    ) -> None:  # fmt: skip
        super().__init__(task)
        self.aims, self.held = aims, held
        self._built: dict[str, Expression] = {}
        self.values: list[float] = []
        self.values_known = False
        self.aim_records: list[Record] = []
        self.reached: dict[str, float] = {}
        for limit in limits:
            terms, constant = self._of(limit.aim)
            words = f"{limit.aim.name} is at most {limit.most:g}"
            self.program.require(
                f"limit[{limit.aim.name}]", terms, "<=", limit.most - constant, limit=words
            )

    def _of(self, aim: Aim) -> Expression:
        if aim.name not in self._built:
            self._built[aim.name] = aim.build(self)
        return self._built[aim.name]

    def solve(self) -> Decided:
        """The rules, or what they are held at; then the aims in turn; then the ties."""
        task = self.task
        wanted = [self._of(aim) for aim in self.aims]
        cutting = any(model.separators for model in self.sites)
        tiers = Tiers(
            task.name, self.program, task.settings, self.separate if cutting else None,
            task.progress,
        )  # fmt: skip
        try:
            self._rules_first(tiers)
            for aim, (terms, constant) in zip(self.aims, wanted, strict=True):
                tiers.stage(aim.name, terms, constant=constant)
            self.aim_records = [r for a in self.aims for r in tiers.records if r.tier == a.name]
            self._settle_ties(tiers)
        except KeyboardInterrupt:
            tiers.interrupted, tiers.reproducible = True, False
        self.values_known = tiers.solution is not None
        if tiers.solution is not None:
            self.values = [self._value(expression, tiers.solution) for expression in wanted]
        terms, constant = wanted[0] if wanted else ([], 0.0)
        decided = self._decided(tiers, terms, constant, math.nan)
        if self.aim_records and self.aim_records[0].status.has_answer:
            first = self.aim_records[0]
            decided.objective, decided.bound = first.objective, first.bound
        return decided

    def _rules_first(self, tiers: Tiers) -> None:
        if self.held is not None:
            for strength in STRENGTHS:
                terms, constant = total_share(self.shortfalls.get(strength, []))
                if terms:
                    most = self.held.get(strength, 0.0) - constant
                    self.program.require(f"held[{strength}]", terms, "<=", most)
            if self.given_up:
                self.program.require(
                    f"held[{_GIVEN_UP}]", self.given_up, "<=", self.held[_GIVEN_UP]
                )
            return
        tiers.rules(self.shortfalls)
        if self.given_up:
            tiers.stage(_GIVEN_UP, self.given_up)
        if tiers.solution is None:
            return
        for strength in STRENGTHS:
            share = total_share(self.shortfalls.get(strength, []))
            self.reached[strength] = _with_room(self._value(share, tiers.solution))
        self.reached[_GIVEN_UP] = _with_room(self._value((self.given_up, 0.0), tiers.solution))

    @staticmethod
    def _value(expression: Expression, solution: Solution) -> float:
        terms, constant = expression
        return solution.value([t for t in terms if t[1] in solution.values], constant)


def _with_room(reached: float) -> float:
    return 0.0 if reached <= _NONE else reached + _ROOM
