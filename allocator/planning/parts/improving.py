"""Answers for the whole: parts put together, then decided anew with their neighbours."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from allocator.lp.matrices import ArrayProgram
from allocator.lp.solvers import SolverSettings
from allocator.planning.parts.asking import Ask, Question, Reply, exact, solve, solve_in_turn
from allocator.planning.parts.holds import Holds
from allocator.planning.parts.joining import Cluster, Joining
from allocator.planning.parts.merging import members
from allocator.planning.parts.whole import RULE_TIERS, Answer, Whole

Floats = NDArray[np.float64]
_SAME = 1e-9
_NODES = 300
CORES = (400, 320, 250)
"""Sites of the groups that are decided anew, turn by turn."""
OWN_TIERS = (*RULE_TIERS, "existing beds", "objective")


@dataclass(eq=False)
class Answers:
    """The best answer so far.

    Attributes
    ----------
    best
        Values by piece; it keeps to all that is held.
    """

    whole: Whole
    holds: Holds
    ask: Ask
    settings: SolverSettings
    best: Answer
    _known: dict[int, list[list[Cluster]]] = field(default_factory=dict, init=False)

    @classmethod
    def first(
        cls, whole: Whole, holds: Holds, ask: Ask, settings: SolverSettings, costs: Sequence[Floats]
    ) -> "Answers":
        """Each part's own plan at some costs of its objective, then what all of them open."""
        new = cls(whole, holds, ask, settings, [])
        own = new._in_turn([p.program for p in whole.pieces], costs)
        opened = _opened(whole, own)
        programs = [_with(whole, k, opened) for k in range(len(whole.pieces))]
        new.best = new._in_turn(programs, costs)
        return new

    def offer(self, tier: str, answers: Sequence[Floats], costs: Sequence[Floats]) -> bool:
        """Put answers of the parts together; taken if that is better and keeps to what is held."""
        opened, how = _opened(self.whole, answers), exact(self.settings, tier)
        questions = [
            Question(_with(self.whole, k, opened), cost, *self.holds.rows_of(k), how)
            for k, cost in enumerate(costs)
        ]
        replies = list(self.ask(solve, questions))
        found = [r.x for r in replies]
        return all(r.status.has_answer for r in replies) and self._take(tier, found)

    def together(self, tier: str) -> float:
        """Decide all parts as one program; what it proves of the tier."""
        everything = Cluster(tuple(range(len(self.whole.pieces))))
        joining = Joining(self.whole, self.holds, tier, exact(self.settings, tier))
        reply = next(iter(self.ask(solve, [joining.question(everything, self.best)])))
        if reply.status.has_answer:
            self._take(tier, joining.answered(everything, self.best, reply.x))
        constants = [self.whole.terms(tier, k).constant for k in everything.core]
        return reply.bound + sum(constants) + self.whole.constants.get(tier, 0.0)

    def sweep(self, tier: str, turn: int) -> bool:
        """Decide parts anew: each by itself, then in turns with its neighbours' sites."""
        joining = Joining(self.whole, self.holds, tier, self._briefly())
        better = False
        for wave in self._waves(turn):
            questions = [joining.question(c, self.best, len(wave)) for c in wave]
            replies: Iterator[Reply] = self.ask(solve, questions)
            for cluster, reply in zip(wave, replies, strict=True):
                if reply.status.has_answer:
                    better |= self._take(tier, joining.answered(cluster, self.best, reply.x))
        return better

    def settle(self, tier: str) -> None:
        """Make the answer better in what settles ties, part by part, with all sites as they are."""
        opened = _opened(self.whole, self.best)
        questions = []
        for k, x in enumerate(self.best):
            piece = self.whole.pieces[k]
            program = _with(self.whole, k, opened)
            lower, upper = program.lower.copy(), program.upper.copy()
            for column in piece.amounts.values() if self._coupled(k) else ():
                lower[column] = upper[column] = x[column]
            program = replace(program, lower=lower, upper=upper)
            cost = self.whole.terms(tier, k).vector
            questions.append(
                Question(program, cost, *self.holds.rows_of(k), exact(self.settings, tier), x)
            )
        replies = list(self.ask(solve, questions))
        found = [r.x if r.status.has_answer else x for r, x in zip(replies, self.best, strict=True)]
        if self.holds.allow(found):
            self.best = found

    def _coupled(self, k: int) -> bool:
        return any(k in row.amounts for row in self.whole.rows)

    def _briefly(self) -> SolverSettings:
        """What makes an answer better is found early; nothing is proven here."""
        given = self.settings.node_limit
        return replace(self.settings, node_limit=_NODES if given is None else min(given, _NODES))

    def _waves(self, turn: int) -> list[list[Cluster]]:
        if turn not in self._known:
            self._known[turn] = waves(self.whole, turn)
        return self._known[turn]

    def _take(self, tier: str, found: Answer) -> bool:
        now, then = self.whole.value(tier, self.best), self.whole.value(tier, found)
        if then < now - _SAME * max(1.0, abs(now)) and self.holds.allow(found):
            self.best = found
            return True
        return False

    def _in_turn(self, programs: Sequence[ArrayProgram], costs: Sequence[Floats]) -> Answer:
        """Each part by itself, tier after tier."""
        asked = []
        for k, program in enumerate(programs):
            vectors = [
                costs[k] if tier == "objective" else self.whole.terms(tier, k).vector
                for tier in OWN_TIERS
            ]
            rows, upper = self.holds.rows_of(k)
            asked.append([
                Question(program, v, rows, upper, exact(self.settings, tier))
                for tier, v in zip(OWN_TIERS, vectors, strict=True)
                if v.any() or tier == "objective"
            ])  # fmt: skip
        return [reply.x for reply in self.ask(solve_in_turn, asked)]


def waves(whole: Whole, turn: int) -> list[list[Cluster]]:
    """Clusters that cover all parts, in rounds within which none touches what another changes.

    In turn 0 every part is a core; later groups of neighbours, with other edges in every turn.
    """
    found: list[tuple[set[int], set[int], list[Cluster]]] = []
    for core in _cores(whole, turn):
        cluster = Cluster.around(sorted(core), whole)
        inside = set(cluster.members)
        beside = _beside(whole, core)
        for taken, cores, wave in found:
            if not inside & taken and not beside & taken and not _beside(whole, inside) & cores:
                wave.append(cluster)
                taken |= inside
                cores |= core
                break
        else:
            found.append((inside, set(core), [cluster]))
    return [wave for _, _, wave in found]


def _cores(whole: Whole, turn: int) -> list[set[int]]:
    if turn == 0:
        return [{k} for k in range(len(whole.pieces))]
    return [set(some) for some in members(whole.pieces, CORES[min(turn, len(CORES)) - 1])]


def _beside(whole: Whole, parts: set[int]) -> set[int]:
    """The parts that share sites with some, and they themselves."""
    return {n for k in parts for n in whole.neighbours.get(k, ())} | parts


def _opened(whole: Whole, answers: Sequence[Floats]) -> dict[int, float]:
    """Sites open at home, or counted on by a neighbour."""
    opened = {
        site: float(answers[k][column] > 0.5)
        for k, piece in enumerate(whole.pieces)
        for site, column in piece.homes.items()
    }
    for border in whole.borders:
        if answers[border.part][border.column] > 0.5:
            opened[border.site] = 1.0
    return opened


def _with(whole: Whole, k: int, opened: dict[int, float]) -> ArrayProgram:
    """A piece's program with these sites open, and no others."""
    piece = whole.pieces[k]
    lower, upper = piece.program.lower.copy(), piece.program.upper.copy()
    for site, column in piece.homes.items():
        lower[column] = upper[column] = opened[site]
    for site, column in piece.copies.items():
        upper[column] = max(lower[column], min(upper[column], opened[site]))
    return replace(piece.program, lower=lower, upper=upper)
