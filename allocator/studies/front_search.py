"""The search for a front: both ends first, then one figure at its best while the other is held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite, nan

from allocator.auditing.case import Case as Audited
from allocator.auditing.facts import Facts
from allocator.errors import InfeasibleError, SolverError
from allocator.lp.status import Status, relative_gap
from allocator.planning.aims import amount, lowest_rate, not_covered, uneven
from allocator.planning.pulled_block import Limit
from allocator.planning.tiers import Record
from allocator.planning.trading import Pulled, Trader
from allocator.plans import Plan
from allocator.policy.rules import Fairness
from allocator.studies.figures import Figure, levelled_up, within

_SAME = 1e-6
_TURNS = 30
_MINUTES = 0.05
_NEARLY_NONE = 1e-6
_NEAR = 1e-4
"""Share of the way between the ends below which two limits are not told apart."""


@dataclass(frozen=True, eq=False)
class Point:
    """One plan of a front.

    Attributes
    ----------
    first, second
        The two figures, read from the plan's tables by the audit.
    limit
        What the second was allowed; NaN at the ends.
    bound
        What the first cannot beat within that limit.
    gap, status, proven
        Of the first; ``proven`` only if every solve behind the point was.
    plan
        The plan itself.
    """

    first: float
    second: float
    limit: float
    bound: float
    gap: float
    status: Status
    proven: bool
    plan: Plan


class Search:
    """Asks a trader for the points of a front."""

    def __init__(self, trader: Trader, first: Figure, second: Figure) -> None:
        self._trader, self.first, self.second = trader, first, second
        self._offsets: dict[str, float] = {}
        self._caps: list[Limit] = []

    @cached_property
    def _start(self) -> Plan:
        """A plan that keeps the rules as well as any; from it follows what can be had at all."""
        start = self._trader.rules_first().plan
        self.first, self.second = self._levelled(start)
        return start

    def _levelled(self, start: Plan) -> tuple[Figure, Figure]:
        """Without an end to beds there is none to fairness: no area gets more than the best has."""
        found = []
        for figure in (self.first, self.second):
            rule, audited = figure.rule, self._audited(start)
            if isinstance(rule, Fairness):
                highest, whole = levelled_up(rule, audited)
                if figure.is_gini:
                    self._caps = [Limit(amount(rule.resources), whole)]
                else:
                    figure = replace(figure, aim=lowest_rate(rule, highest))
            found.append(figure)
        return found[0], found[1]

    def at(self, limit: float) -> Point | None:
        """The best first figure while the second is held at a limit; None if no plan keeps it."""
        aims = [self.first] if self.second.aim is None else [self.first, self.second]
        try:
            pulled = self._ask(aims, [self._limit(self.second, limit)])
        except InfeasibleError:
            return None
        return self._point(pulled.plan, pulled.records[:1], pulled.records, limit)

    def best_first(self) -> Point:
        """One end: the best first figure, and the best second that goes with it."""
        _ = self._start
        if self.second.aim is not None:
            pulled = self._ask([self.first, self.second], [])
            return self._point(pulled.plan, pulled.records[:1], pulled.records, nan)
        pulled = self._ask([self.first], [])
        held = [self._limit(self.first, self._read(self.first, pulled.plan))]
        best, records = self._least(self.second, held, pulled)
        # What bounds the first figure is the solve in which it was aimed at.
        every = (*pulled.records, *records)
        return self._point(best.plan, pulled.records[:1], every, nan)

    def best_second(self) -> Point:
        """The other end: the best second figure, and the best first that goes with it."""
        start = self._start
        if self.second.aim is not None:
            pulled = self._ask([self.second, self.first], [])
            return self._point(pulled.plan, pulled.records[1:2], pulled.records, nan)
        least, records = self._least(self.second, [], Pulled(start, (), ()))
        limit = self._limit(self.second, self._read(self.second, least.plan))
        pulled = self._ask([self.first], [limit])
        every = (*pulled.records, *records)
        return self._point(pulled.plan, pulled.records[:1], every, nan)

    def _ask(self, aims: Sequence[Figure], limits: Sequence[Limit]) -> Pulled:
        words = " then ".join(f.label for f in aims)
        asked = [f.aim for f in aims if f.aim is not None]
        said = f"trade-off: best {words}"
        pulled = self._trader.pulled(asked, limits, said=said, unit=aims[0].unit)
        for figure, value in zip(aims, pulled.values, strict=False):
            self._check(figure, value, pulled.plan)
        return pulled

    def _check(self, figure: Figure, value: float, plan: Plan) -> None:
        """What the program says against what the audit reads; the first time fixes the offset."""
        read = figure.low(self._read(figure, plan)) + figure.whole
        usual = 0.0 if figure.offset_free else read - value
        offset = self._offsets.setdefault(figure.name, usual)
        if plan.interrupted:
            return
        # What is held may give by a millionth while ties are settled.
        room = 5 * _SAME * max(1.0, abs(read), abs(figure.whole))
        if figure.rule is not None and figure.unit == "minutes":
            room = max(room, 1e-4)
        if abs(read - value - offset) > room:
            raise SolverError(
                f"{figure.name}: the program says {value + offset:,.6f}, the audit {read:,.6f}"
            )

    def _limit(self, figure: Figure, value: float) -> Limit:
        """That a figure is no worse than a value."""
        if figure.is_gini and figure.rule is not None:
            return Limit(uneven(figure.rule, value), _NEARLY_NONE * 1e-3)  # type: ignore[arg-type]
        if figure.is_percentile:
            rule = within(figure, value + _NEARLY_NONE)
            grid = self._trader.case.region.grid
            people = float(grid.people[grid.in_group(rule.group)].sum())
            aim = not_covered([rule], f"not within {value:.6g} minutes")
            return Limit(aim, (1 - figure.share) * people * (1 + 1e-12))
        if figure.aim is None:
            raise SolverError(f"{figure.name} can be neither aimed at nor limited")
        low = figure.low(value) + figure.whole - self._offsets.get(figure.name, 0.0)
        return Limit(figure.aim, low + max(_NEARLY_NONE, 1e-7 * abs(low)))

    def _least(
        self, figure: Figure, limits: Sequence[Limit], start: Pulled
    ) -> tuple[Pulled, tuple[Record, ...]]:
        if figure.is_gini:
            return self._least_gini(figure, limits, start)
        return self._least_percentile(figure, limits, start)

    def _least_gini(
        self, figure: Figure, limits: Sequence[Limit], start: Pulled
    ) -> tuple[Pulled, tuple[Record, ...]]:
        """By the parametric method for fractions (Dinkelbach, Management Science 13(7), 1967).

        Half the mean difference less g times the mean is made small, g the best coefficient so
        far: when that is 0, g is the least.
        """
        best = start
        value = self._read(figure, start.plan)
        for _ in range(_TURNS):
            aim = uneven(figure.rule, value)  # type: ignore[arg-type]
            said = f"trade-off: least {figure.label}"
            pulled = self._trader.pulled([aim], [*limits, *self._caps], said=said, unit="")
            found = self._read(figure, pulled.plan)
            if found < value:
                best = pulled
            if not pulled.records or pulled.values[0] >= -_NEARLY_NONE or not found < value:
                return best, pulled.records
            value = found
        return best, ()

    def _least_percentile(
        self, figure: Figure, limits: Sequence[Limit], start: Pulled
    ) -> tuple[Pulled, tuple[Record, ...]]:
        """By halving: as many people as possible within so many minutes, again and again."""
        best, value = start, self._read(figure, start.plan)
        low = 0.0
        proof: tuple[Record, ...] = ()
        while value - low > _MINUTES:
            minutes = (low + value) / 2
            limit = self._limit(figure, minutes)
            said = f"trade-off: least {figure.label}"
            pulled = self._trader.pulled([limit.aim], limits, said=said, unit="people")
            found = self._read(figure, pulled.plan)
            if found < value:
                best, value = pulled, found
            if found > minutes or not pulled.records:
                low, proof = minutes, pulled.records
            if pulled.plan.interrupted:
                break
        return best, proof

    def _point(
        self, plan: Plan, own: Sequence[Record], records: Sequence[Record], limit: float
    ) -> Point:
        """The figures of a plan, and how well the first is proven: by its ``own`` record."""
        first, second = self._read(self.first, plan), self._read(self.second, plan)
        bound, status = nan, Status.FEASIBLE
        for record in own:
            low = record.bound - self.first.whole + self._offsets.get(self.first.name, 0.0)
            bound = low if self.first.best == "min" else -low
            status = record.status
            # No bound is better than what has been reached.
            bound = min(bound, first) if self.first.best == "min" else max(bound, first)
        proven = bool(records) and all(r.status is Status.OPTIMAL for r in records)
        gap = relative_gap(first, bound) if isfinite(bound) else nan
        done = proven and not plan.interrupted
        return Point(first, second, limit, bound, gap, status, done, plan)

    def _read(self, figure: Figure, plan: Plan) -> float:
        """A figure of a plan from its tables, by the audit."""
        return figure.read(self._audited(plan))

    def _audited(self, plan: Plan) -> Audited:
        case = self._trader.case
        facts = Facts.of_plan(case.region, plan.units, plan.facilities)
        return Audited(case.region, case.assumptions, facts, case.policy.rules, case.journeys)


@dataclass(frozen=True)
class Part:
    """Values of the held figure, low ones good, between two that are known; ``missed`` once."""

    low: float
    high: float
    missed: bool = False


class Gaps:
    """What of the held figure has not been looked at: the widest part is halved first.

    A plan that is best within a limit is best within every limit down to its own figure: nothing
    is to be found between the two. Where the middle of a part finds its low end again, the next
    limit lies just below its high end: if that finds nothing either, nothing is left in it.
    """

    def __init__(self, one: float, other: float) -> None:
        self._parts = [Part(min(one, other), max(one, other))]
        self._step = _NEAR * abs(one - other) + 1e-6 * max(abs(one), abs(other))

    def next(self) -> tuple[Part, float] | None:
        """The widest part and a limit in it; None if nothing is left."""
        wide = [part for part in self._parts if part.high - part.low > 2 * self._step]
        if not wide:
            return None
        part = max(wide, key=lambda one: one.high - one.low)
        return part, part.high - self._step if part.missed else (part.low + part.high) / 2

    def looked(self, part: Part, limit: float, found: float | None) -> None:
        """What a solve within a limit found, low ones good; None for no plan."""
        self._parts.remove(part)
        new = found is not None and found > part.low + self._step
        self._parts.append(Part(limit, part.high, missed=not new))
        if new and found is not None:
            self._parts.append(Part(part.low, found))
