"""One site more, or one less, where the others may stand elsewhere: what a rule's figure gains.

Asked is the best figure of one rule (people reached, mean response) with p, p + 1 and p - 1 sites
among all choices that keep every rule of the network as well as the plan does, either-or rules by
the same branch. What may not close stays. Money is no limit: each line says what its choice costs.

The classic models answer it, :func:`allocator.mclp` and :func:`allocator.p_median`; every set of
sites of which the rules want one is a cell that must be reached. Rules that cannot be said so are
left to a check of the answer in the network's own program; without them the bound is still safe.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from allocator.planning.decided import Decided
from allocator.planning.families import closable, crowding, leaves
from allocator.planning.figures import Asked, Best, Figure, Roles
from allocator.planning.keeping import Keeping
from allocator.planning.marginals import RESITED, STOPPED, Marginal
from allocator.planning.minutes_of_way import MinutesOfWay
from allocator.planning.people_reached import PeopleReached
from allocator.planning.site_marginals import SiteEffects, cost_of, figure_words
from allocator.planning.tasks import Task
from allocator.planning.wanted_sets import Places, wanted_sets
from allocator.policy.rules import CoverageRule
from allocator.region.sites import KINDS

LARGE = 200_000
"""Pairs of a site and a cell, or a wanted set, beyond which a cover is asked for less."""
MOST_REACHED, MOST_WAYS = 2_000_000, 40_000_000
"""Pairs beyond which a cover, or a mean response, is not solved again."""
_NODES = 30
_EXACT = 1e-9
_ROOM = 1e-6
_NAMED = 3
_FREE = ", the others free to move"


def resited(
    tasks: Sequence[Task], decided: Decided, found_effects: Sequence[SiteEffects]
) -> list[Marginal]:
    """Lines for one more, as many and one less of the sites of every rule on reach or response."""
    found: list[Marginal] = []
    for effects in found_effects:
        for task in tasks:
            if effects.rule.id in {leaf.id for rule in task.rules for leaf in leaves(rule)}:
                found += _Again(task, decided, effects).lines()
    return found


@dataclass(frozen=True, eq=False)
class _Again:
    """A network asked again about one rule."""

    task: Task
    decided: Decided
    effects: SiteEffects
    _questions: dict[tuple[bool, bool], Asked] = field(default_factory=dict, init=False)

    def lines(self) -> Iterator[Marginal]:
        """As many placed anew, one more, one less; nothing where the answer is no news."""
        if not self._opened or not self.effects.gain:
            return
        now = self._figure.value(self._opened)
        if self._covers and self._figure.limit - now <= _ROOM * max(1.0, now):
            yield self._line(1, _Choice(self._opened, 0.0, 0.0))  # all who can be reached are
        elif self._too_large:
            if self._covers:
                yield self._line(1, self._single(now, self._figure.limit))
        else:
            yield self._line(1, self._anew(1, now))
            if not self._large or self._quick:
                yield self._line(0, self._anew(0, now))
        if not self._large or (not self._too_large and self._quick):
            yield from self._less(now)

    def _anew(self, step: int, now: float) -> "_Choice":
        """The best choice of p + step sites; where none is found that the rules allow, a bound."""
        loose = self._best(step)
        for best in (loose, None):
            found = best or self._best(step, as_planned=True)
            if found.opened is not None and self._keeping.kept(self._opened, found.opened):
                effect = self._figure.value(found.opened) - now
                return _Choice(found.opened, effect, loose.bound - now)
        return (
            self._single(now, loose.bound)
            if step
            else _Choice(self._opened, 0.0, loose.bound - now)
        )

    def _less(self, now: float) -> Iterator[Marginal]:
        """One less: the rule itself may be kept less well where it has to be."""
        if len(self._opened) <= max(1, len(self._roles.stay | self._roles.required)):
            return  # nothing may go, or nothing would be left
        for with_own in (True,) if self._large else (True, False):
            best = self._best(-1, with_own=with_own)
            if best.opened is not None and self._keeping.kept(
                self._opened, best.opened, with_own=with_own
            ):
                effect = self._figure.value(best.opened) - now
                yield self._line(-1, _Choice(best.opened, effect, best.bound - now))
            if not best.impossible:
                return
        if not self._large:
            yield self._line(-1, None)

    def _single(self, now: float, bound: float) -> "_Choice":
        """The best single addition that the rules allow, else nothing."""
        gains = self.effects.gain
        for j in sorted(gains, key=lambda j: -gains[j])[:1]:
            more = self._opened | {j}
            if self._keeping.kept(self._opened, more):
                return _Choice(more, self._figure.value(more) - now, bound - now)
        return _Choice(self._opened, 0.0, bound - now)

    @property
    def _covers(self) -> bool:
        return isinstance(self.effects.rule, CoverageRule)

    @cached_property
    def _pairs(self) -> int:
        in_sets = sum(len(places) for some in self._sets.values() for places in some)
        return self._figure.pairs + in_sets

    @property
    def _large(self) -> bool:
        return self._too_large or (self._covers and self._pairs > LARGE)

    @property
    def _too_large(self) -> bool:
        return self._pairs > (MOST_REACHED if self._covers else MOST_WAYS)

    @property
    def _quick(self) -> bool:
        """Whether the wanted sets leave so little to decide that one program decides it."""
        figure = self._figure
        return isinstance(figure, PeopleReached) and figure.is_quick(self._question())

    @cached_property
    def _figure(self) -> Figure:
        case, rule = self.task.case, self.effects.rule
        inside = frozenset().union(*self.task.kinds)
        kinds = case.region.sites.table["kind"]
        positions = [j for j in case.positions(rule.sites) if kinds.iloc[j] in inside]
        if isinstance(rule, CoverageRule):
            return PeopleReached(case, positions, rule.group, rule)
        opened = frozenset(j for j in positions if self._stands(j))
        return MinutesOfWay(case, positions, rule.group, rule, opened)

    def _stands(self, position: int) -> bool:
        return self.decided.opened.get(position, self.task.case.stands(position))

    @cached_property
    def _opened(self) -> frozenset[int]:
        return frozenset(j for j in self._figure.positions if self._stands(j))

    @cached_property
    def _roles(self) -> Roles:
        """What stays, what may close, what must be opened: as in the network's own program."""
        case, status = self.task.case, self.task.case.region.sites.table["status"]
        positions = self._figure.positions
        standing = frozenset(j for j in positions if case.stands(j))
        closes = standing & closable(self.task.rules, case)
        needed = frozenset(j for j in positions if status.iloc[j] == "required")
        return Roles(standing - closes, closes, needed)

    @cached_property
    def _as_planned(self) -> Roles:
        """The same, but sites of which a rule may forbid one more are those of the plan."""
        crowded = frozenset(self._figure.positions) & (
            closable(self.task.rules, self.task.case) | crowding(self.task.rules, self.task.case)
        )
        roles = self._roles
        opened, shut = crowded & self._opened, crowded - self._opened
        return Roles(
            roles.stay | (roles.may_close & opened), roles.may_close - crowded,
            roles.required | (opened - roles.stay - roles.may_close), shut,
        )  # fmt: skip

    @cached_property
    def _sets(self) -> dict[str, list[Places]]:
        return wanted_sets(self.task, self.decided, self._figure.positions, set(self._opened))

    def _best(self, step: int, *, as_planned: bool = False, with_own: bool = True) -> Best:
        if self.task.progress:
            self.task.progress(f"{self.task.name}: {self.effects.rule.id}, sites {step:+d}")
        asked = self._question(as_planned=as_planned, with_own=with_own)
        return self._figure.best(len(self._opened) + step, asked)

    def _question(self, *, as_planned: bool = False, with_own: bool = True) -> Asked:
        if (as_planned, with_own) not in self._questions:
            self._questions[as_planned, with_own] = self._asked(as_planned, with_own)
        return self._questions[as_planned, with_own]

    def _asked(self, as_planned: bool, with_own: bool) -> Asked:
        own = "" if with_own else self.effects.rule.id
        settings, gains = self.task.settings, self.effects.gain
        nodes = min(_NODES, settings.node_limit or _NODES)
        single = max(gains, key=gains.__getitem__, default=None)
        return Asked(
            [places for rule, some in self._sets.items() if rule != own for places in some],
            self._as_planned if as_planned else self._roles,
            [self._opened, *([] if single is None else [self._opened | {single}])],
            replace(settings, gap=min(settings.gap, _EXACT), node_limit=nodes),
        )

    @cached_property
    def _keeping(self) -> Keeping:
        return Keeping(self.task, self.decided, self._figure.positions, self.effects.rule.id)

    def _line(self, step: int, choice: "_Choice | None") -> Marginal:
        """A choice as a line; None where there is none."""
        rule, table = self.effects.rule, self.task.case.region.sites.table
        kinds = rule.sites.kinds or tuple(sorted(set(table["kind"].iloc[self._figure.positions])))
        better, worse, measure = figure_words(rule)
        line = Marginal(
            asked="+".join(kinds), what=" or ".join(KINDS[kind][0] for kind in kinds), area="all",
            step=float(step), rule=rule.id, effect=math.nan, measure=measure, better=better,
            worse=worse, method=RESITED, how=_FREE if step else "",
        )  # fmt: skip
        if choice is None:
            return replace(line, worse="")
        came, went = choice.opened - self._opened, self._opened - choice.opened
        named = sorted(str(table.index[j]) for j in came) if len(came) <= _NAMED else []
        proven = abs(choice.bound - choice.effect) <= _ROOM * max(1.0, self._scale)
        return replace(
            line, effect=choice.effect, bound=choice.effect if proven else choice.bound,
            method=RESITED if proven else STOPPED, at=";".join(named),
            cost=sum(cost_of(self.task.case, j, more=True) for j in came)
            + sum(cost_of(self.task.case, j, more=False) for j in went),
        )  # fmt: skip

    @cached_property
    def _scale(self) -> float:
        return abs(self._figure.value(self._opened))


@dataclass(frozen=True)
class _Choice:
    """A choice of sites, how much better the figure is than the plan's, and what none can beat."""

    opened: frozenset[int]
    effect: float
    bound: float
