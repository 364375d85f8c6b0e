"""Why rules cannot all hold: which of them clash, and which single change would be enough.

A clash is a smallest set of rules and physical limits that no plan can keep together: leave any
of them out, and the rest can be kept. It is found by divide and conquer (QuickXplain: Junker,
AAAI 2004) over the same program that made the plan, with every limit allowed to give way.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from allocator.lp.program import CutsUnfinishedError, Program
from allocator.lp.rows import Row, Solution, Term
from allocator.lp.status import Status
from allocator.planning.blocks import Block
from allocator.planning.case import Case
from allocator.planning.decided import Clash, Decided, Party, Remedy
from allocator.planning.families import leaves
from allocator.planning.objectives import objective_terms
from allocator.planning.reach import limit_for_all
from allocator.planning.shortfall import Shortfall
from allocator.planning.tasks import Task
from allocator.planning.tiers import STRENGTHS
from allocator.policy.rules import CoverageRule, Rule

_MISSED = 1e-6
_ROOM = 1e-6
_OFF = 1e9
_LARGE = 20_000
"""Variables beyond which only the relaxation is asked, and no single change is tried."""
_REACH = Party("reach", "limit", "no permitted site lies within reach of these people", "people")


def explain(task: Task, decided: Decided) -> list[Clash]:
    """Clashes behind the rules that a block's plan misses, each with its remedies.

    One per rule that gave way, unless an earlier clash contains it; empty if none did.
    """
    missed = [r for r in task.rules if decided.missed.get(r.id, 0.0) > _MISSED]
    if decided.interrupted:
        return []
    found = [_out_of_reach(r, task.case) for r in missed if r.id in decided.beyond]
    rest = [r for r in missed if r.id not in decided.beyond]
    if not rest:
        return found
    trial = _Trial(task, decided)
    clashes: list[Clash] = []
    for rule in sorted(rest, key=lambda r: STRENGTHS.index(r.strength)):
        if not any(rule.id == party.id for clash in clashes for party in clash.parties):
            clashes.append(trial.clash(rule))
    return found + clashes


def _party(rule: Rule) -> Party:
    return Party(rule.id, rule.strength, rule.meaning)


def _out_of_reach(rule: Rule, case: Case) -> Clash:
    """A rule about people whom no site can reach, and the limit that would reach all of them."""
    remedies = []
    for leaf in leaves(rule):
        if isinstance(leaf, CoverageRule):
            unit, limit = (
                ("km", leaf.within_km) if leaf.within_km else ("minutes", leaf.within_minutes)
            )
            needed = limit_for_all(case, leaf)
            if math.isfinite(needed):
                more = needed - float(limit or 0)
                party = replace(_party(leaf), unit=unit)
                share = more / float(limit or 1)
                remedies.append(Remedy(party, more, share, math.nan, Status.OPTIMAL))
    return Clash((_party(rule), _REACH), tuple(remedies))


@dataclass(frozen=True, eq=False)
class _Side:
    """A rule or a limit in the program: by how much it gives way, and the row that holds it."""

    party: Party
    terms: list[Term]
    scale: float
    hold: Row

    @classmethod
    def of(cls, party: Party, misses: Sequence[Shortfall], program: Program) -> "_Side":
        terms = [t for m in misses for t in m.terms]
        scale = sum(m.scale for m in misses)
        return cls(party, terms, scale, program.require(f"hold[{party.id}]", terms, "<=", 0.0))


class _Trial:
    """The block's program, with every rule and limit held or let go at will."""

    def __init__(self, task: Task, decided: Decided) -> None:
        self._task, self._decided = task, decided
        self._block = Block(replace(task, progress=None, models=None))
        program = self._block.program
        misses = [s for found in self._block.shortfalls.values() for s in found]
        self._sides: dict[str, _Side] = {}
        for rule in task.rules:
            own = [s for s in misses if s.rule == rule.id and s.terms]
            if own:
                self._sides[rule.id] = _Side.of(_party(rule), own, program)
        for words in program.limits:
            text, _, unit = words.rpartition(" (")
            given = program.loosen(words)
            size = max(1.0, sum(abs(rhs) for _, rhs in given))
            slack = Shortfall(text, "all", tuple(t for t, _ in given), scale=size, most=_OFF)
            party = Party(text, "limit", text, unit.rstrip(")"))
            self._sides[text] = _Side.of(party, [slack], program)
        self._gave = {name for name, by in decided.missed.items() if by > _MISSED}
        self._large = program.size[1] > _LARGE

    def clash(self, rule: Rule) -> Clash:
        """The clash behind a missed rule, with each party's least change."""
        try:
            return self._with_remedies(self._clash(rule))
        except CutsUnfinishedError:
            return Clash((_party(rule),), note="too hard to say what it clashes with")

    def _clash(self, rule: Rule) -> Clash:
        if not self._possible([rule.id]):
            return Clash((_party(rule),), note="impossible in this region, whatever else gives way")
        others = [name for name in self._up_to(rule.strength) if name != rule.id]
        hold = [name for name in others if name not in self._gave]
        gave = [name for name in others if name in self._gave]
        for among in self._companies(hold, gave):
            if not self._possible([rule.id, *among]):
                members = {rule.id, *self._smallest([rule.id], False, among)}
                order = [name for name in self._sides if name in members]
                return Clash(tuple(self._sides[name].party for name in order))
        large = "too large to say what it clashes with"
        spared = "gives way so that other rules give way less"
        return Clash((_party(rule),), note=large if self._large else spared)

    def _companies(self, hold: list[str], gave: list[str]) -> Iterator[list[str]]:
        """Sets that can hold together, among which to look for what a rule clashes with.

        What holds in the plan does. A rule that clashes with none of that gives way to spare
        another one that gave way too.
        """
        yield hold
        yield self._together([*gave, *hold])

    def _together(self, names: Sequence[str], kept: Sequence[str] = ()) -> list[str]:
        """As many as can be kept together, the first ones first."""
        if not names or self._possible([*kept, *names]):
            return [*kept, *names]
        if len(names) == 1:
            return list(kept)
        half = len(names) // 2
        return self._together(names[half:], self._together(names[:half], kept))

    def _with_remedies(self, clash: Clash) -> Clash:
        """Each party's least change that lets all others hold, smallest share first."""
        if clash.note:
            return clash
        if self._large:
            return replace(clash, note="the program is too large to try single changes")
        strengths = [p.strength for p in clash.parties if p.strength != "limit"]
        last = max(strengths, key=STRENGTHS.index, default="must")
        mine = {p.id for p in clash.parties}
        held = [n for n in self._up_to(last) if n in mine or n not in self._gave]
        found = [self._remedy(p, [n for n in held if n != p.id]) for p in clash.parties]
        remedies = sorted((r for r in found if r is not None), key=lambda r: r.share)
        note = "" if remedies else "no single change is enough"
        return replace(clash, remedies=tuple(remedies), note=note)

    def _remedy(self, party: Party, held: list[str]) -> Remedy | None:
        side = self._sides[party.id]
        self._hold(held)
        least = self._solve(side.terms)
        if not least.status.has_answer:
            return None
        amount = least.value(side.terms)
        change = self._objective_change(side, amount, held)
        return Remedy(party, amount, amount / side.scale, change, least.status)

    def _objective_change(self, side: _Side, amount: float, held: list[str]) -> float:
        """What it does to the objective; rules of other clashes give way as they do now."""
        away = self._gave.intersection(self._sides).difference(held)
        now = {name: self._decided.missed[name] for name in away}
        for name, by in {**now, side.party.id: amount}.items():
            self._block.program.shift(self._sides[name].hold, by + _ROOM * max(1.0, by))
        terms, constant = objective_terms(
            self._task.about, self._task.rules, self._block.stock, self._block.sites
        )
        again = self._solve(terms)
        if not again.status.has_answer:
            return math.nan
        return again.value(terms, constant) - self._decided.objective

    def _up_to(self, strength: str) -> list[str]:
        """Limits, and rules at least as strong as a strength."""
        allowed = {"limit", *STRENGTHS[: STRENGTHS.index(strength) + 1]}
        return [name for name, side in self._sides.items() if side.party.strength in allowed]

    def _hold(self, names: Iterable[str]) -> None:
        held = set(names)
        for name, side in self._sides.items():
            self._block.program.shift(side.hold, 0.0 if name in held else _OFF)

    def _possible(self, names: Sequence[str]) -> bool:
        """Whether a plan can keep all of these; for large programs, whether the relaxation can."""
        self._hold(names)
        if self._solve([], relaxed=True).status is Status.INFEASIBLE:
            return False
        low: list[Term] = []
        if any(model.separators for model in self._block.sites):
            # What is let go is still kept low: cutting planes end sooner.
            free = [side for name, side in self._sides.items() if name not in names]
            low = [(c / side.scale, v) for side in free for c, v in side.terms]
        return self._large or self._solve(low).status is not Status.INFEASIBLE

    def _solve(self, terms: list[Term], *, relaxed: bool = False) -> Solution:
        # Rows are separated at whole choices only; without them the relaxation is looser still.
        separate = None if relaxed else self._block.separate
        solution = self._block.program.solve(
            terms, self._task.settings, separate=separate, relaxed=relaxed
        )
        if solution.interrupted:
            raise KeyboardInterrupt
        return solution

    def _smallest(self, kept: list[str], grown: bool, rest: list[str]) -> list[str]:
        """Fewest of ``rest`` that are impossible together with ``kept`` (QuickXplain)."""
        if grown and not self._possible(kept):
            return []
        if len(rest) == 1:
            return rest
        half = len(rest) // 2
        first, second = rest[:half], rest[half:]
        from_second = self._smallest(kept + first, bool(first), second)
        from_first = self._smallest(kept + from_second, bool(from_second), first)
        return from_first + from_second
