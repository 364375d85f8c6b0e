"""Tier after tier over all parts: prices for the proof, joined parts for the answer."""

import math
import time
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from allocator.errors import InfeasibleError
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status, relative_gap
from allocator.planning.parts.asking import Ask, Question, Reply, exact, solve
from allocator.planning.parts.holds import TIERS, Holds
from allocator.planning.parts.improving import Answers
from allocator.planning.parts.joining import Cluster, Joining
from allocator.planning.parts.merging import Groups
from allocator.planning.parts.prices import Prices
from allocator.planning.parts.whole import LIMITS, Whole
from allocator.planning.tiers import Progress, Record

Floats = NDArray[np.float64]
_ROUNDS = 6
_SWEEPS = 3
_NONE = 1e-6
_FAR = 100.0
AS_ONE = 5_000
"""Columns of all parts up to which they are decided as one program after all."""
_WHY = {
    Status.INFEASIBLE: "the physical limits contradict each other (a budget below what the "
    "required sites cost, or stock that a fixed total cannot hold)",
    Status.UNBOUNDED: "the objective has no limit",
    Status.NO_SOLUTION: "stopped before any answer was found; allow more time or work",
}


@dataclass(eq=False)
class Stages:
    """The search through the tiers of one task."""

    name: str
    whole: Whole
    groups: Groups
    settings: SolverSettings
    ask: Ask
    progress: Progress | None = None
    records: list[Record] = field(default_factory=list)
    reproducible: bool = True
    interrupted: bool = False
    holds: Holds = field(init=False)
    answers: Answers = field(init=False)

    def __post_init__(self) -> None:
        self.holds = Holds(self.whole)

    def run(self) -> tuple[float, float]:
        """All tiers; the value and the bound of the planner's objective."""
        own = Prices(self.whole, self.holds, "objective")
        self.answers = Answers.first(
            self.whole, self.holds, self.ask, self.settings, own.costs(own.centre)
        )
        bound = math.nan
        try:
            for tier in TIERS:
                if tier == "objective" or self._asks(tier):
                    bound = self._stage(tier)
            for tier in ("cost", "change"):
                if any(tier in p.tiers and p.tiers[tier].vector.any() for p in self.whole.pieces):
                    self.holds.keep_as_is(self.answers.best)
                    self.answers.settle(tier)
        except KeyboardInterrupt:
            # What the stages before found still stands.
            self.interrupted = True
        settled = any(record.tier == "objective" for record in self.records)
        return self.whole.value("objective", self.answers.best), bound if settled else math.nan

    def _asks(self, tier: str) -> bool:
        known = any(tier in p.asked for p in self.whole.pieces)
        return known or bool(self.whole.rows_of(tier)) or tier in self.whole.constants

    def _cannot(self, bound: float) -> None:
        """Money cannot hold: proven, or no answer was found."""
        limits = ", ".join(dict.fromkeys(row.rule for row in self.whole.rows_of(LIMITS)))
        reason = _WHY[Status.INFEASIBLE if bound > _NONE else Status.NO_SOLUTION]
        raise InfeasibleError(f"{self.name}, {limits}: {reason}")

    def _stage(self, tier: str) -> float:
        """One tier: solved, recorded, held; returns its bound."""
        began = time.perf_counter()
        least = self._least(tier)
        bound = sum(least) + self.whole.constants.get(tier, 0.0)
        self._tell(tier, bound, "parts alone")
        if not self._closed(tier, bound):
            bound = self._search(tier, bound)
        value = self.whole.value(tier, self.answers.best)
        bound = min(bound, value)
        status = Status.OPTIMAL if self._closed(tier, bound) else Status.FEASIBLE
        if tier == LIMITS and value > _NONE:
            self._cannot(bound)
        if tier != LIMITS:
            gap, seconds = relative_gap(value, bound), time.perf_counter() - began
            self.records.append(Record(tier, self.name, value, bound, gap, status, seconds))
        self.holds.hold(tier, self.answers.best, least)
        return bound

    def _closed(self, tier: str, bound: float) -> bool:
        value = self.whole.value(tier, self.answers.best)
        return value - bound <= max(self.settings.gap * abs(value), 1e-9 * max(1.0, abs(value)))

    def _least(self, tier: str) -> list[float]:
        """What each piece needs of a tier at the least, as if all others helped for nothing."""
        terms = [self.whole.terms(tier, k) for k in range(len(self.whole.pieces))]
        some = [k for k, e in enumerate(terms) if e.vector.any()]
        costs = {k: terms[k].vector for k in some}
        replies = self._replies(tier, self.whole, self.holds, costs)
        found = {k: r.bound for k, r in zip(some, replies, strict=True)}
        return [found.get(k, 0.0) + e.constant for k, e in enumerate(terms)]

    def _search(self, tier: str, bound: float) -> float:
        """Prices and answers in turns, until they meet or no more comes of it."""
        if sum(len(x) for x in self.answers.best) <= AS_ONE:
            bound = max(bound, self.answers.together(tier))
            self._tell(tier, bound, "together")
            return bound
        groups = self.groups
        holds = groups.holds(self.holds)
        prices = Prices(groups.whole, holds, tier)
        everywhere = Cluster(tuple(range(len(groups.members))))
        joining = Joining(groups.whole, holds, tier, exact(self.settings, tier))
        prices.start_from(joining.question(everywhere, groups.joined(self.answers.best)))
        trial = prices.centre
        for turn in range(_ROUNDS):
            replies = self._priced(tier, holds, prices.costs(trial))
            better = prices.learn(trial, [r.bound for r in replies], [r.x for r in replies])
            bound = max(bound, prices.bound)
            self._tell(tier, bound, f"prices {turn + 1}")
            if better and not self._closed(tier, bound):
                self._offer(tier, prices, [r.x for r in replies])
            if turn == 0 and not self._closed(tier, bound):
                self._sweeps(tier, bound)
            trial, weights = prices.next()
            if self._closed(tier, bound) or prices.stalled():
                break
        chosen = [prices.answers(k)[int(np.argmax(w))] for k, w in enumerate(weights)]
        if not self._closed(tier, bound) and self._offer(tier, prices, chosen):
            self._sweeps(tier, bound)
        return bound

    def _offer(self, tier: str, prices: Prices, answers: list[Floats]) -> bool:
        """Answers of the groups as an answer of the whole."""
        costs = self.groups.parted(self.whole, prices.costs(prices.centre))
        return self.answers.offer(tier, self.groups.parted(self.whole, answers), costs)

    def _sweeps(self, tier: str, bound: float) -> None:
        """Parts by themselves, then with their neighbours, until nothing gets better."""
        idle = 0
        for turn in range(_SWEEPS):
            better = self.answers.sweep(tier, turn)
            self._tell(tier, bound, f"sweep {turn + 1}")
            idle = 0 if better else idle + 1
            if self._closed(tier, bound) or (turn and idle > 1):
                return

    def _replies(
        self, tier: str, whole: Whole, holds: Holds, costs: dict[int, Floats]
    ) -> list[Reply]:
        how = exact(self.settings, tier)
        questions = [
            Question(whole.pieces[k].program, cost, *holds.rows_of(k), how)
            for k, cost in costs.items()
        ]
        replies = list(self.ask(solve, questions))
        for k, reply in zip(costs, replies, strict=True):
            self.reproducible &= reply.reproducible
            if not reply.status.has_answer:
                raise InfeasibleError(f"{self.name}, part {k}: {_WHY[reply.status]}")
        return replies

    def _priced(self, tier: str, holds: Holds, costs: list[Floats]) -> list[Reply]:
        """Replies of the groups at some prices.

        Too high a price asks for more and more of what has no limit: the reply then ends far away,
        which tells of the price, and proves nothing.
        """
        how, found = exact(self.settings, tier), []
        questions, limits = [], []
        for k, (cost, now) in enumerate(
            zip(costs, self.groups.joined(self.answers.best), strict=True)
        ):
            program = self.groups.whole.pieces[k].program
            far = np.where(np.isinf(program.upper), _FAR * (1000 + np.abs(now)), np.inf)
            limited = replace(program, upper=np.minimum(program.upper, far))
            questions.append(Question(limited, cost, *holds.rows_of(k), how))
            limits.append(far)
        for reply, far in zip(self.ask(solve, questions), limits, strict=True):
            self.reproducible &= reply.reproducible
            if not reply.status.has_answer:
                raise InfeasibleError(f"{self.name}: {_WHY[reply.status]}")
            lost = bool((reply.x >= far - 0.5).any())
            found.append(replace(reply, bound=-math.inf) if lost else reply)
        return found

    def _tell(self, tier: str, bound: float, what: str) -> None:
        if self.progress:
            value = self.whole.value(tier, self.answers.best)
            self.progress(f"{self.name}: {tier}, {what}: {value:,.7g} against {bound:,.7g}")
