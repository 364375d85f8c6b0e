"""How far people have to go under the coverage rules, exactly, as the plan's cells tell."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.files import map_away
from allocator.files import map_contents as contents
from allocator.plans import Plan
from allocator.travel.points import LIMIT_TOLERANCE

UNITS: tuple[map_away.Unit, ...] = ("minutes", "km")
_ROUNDING = 1e-3
"""Cells tell minutes and km in thousandths, whereas cover was told from the figure in full."""
_Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reached:
    """People by how far they have to go.

    Attributes
    ----------
    away
        Minutes or km, rising, each once; shape ``(n,)``.
    people
        People who have at most so far to go, shape ``(n,)``; those whom no site is reached by
        are never among them.
    """

    away: _Floats
    people: _Floats

    @classmethod
    def of(cls, away: _Floats, people: _Floats) -> "Reached":
        """From cells, both of shape ``(n_cells,)``; NaN where no site is reached."""
        known = np.isfinite(away)
        ends, at = np.unique(away[known], return_inverse=True)
        return cls(ends, np.cumsum(np.bincount(at, people[known], minlength=len(ends))))

    def within(self, limits: _Floats) -> _Floats:
        """People who have at most so far to go, limits included; the shape of ``limits``."""
        so_far = np.concatenate([[0.0], self.people])
        at = np.searchsorted(self.away, limits * (1 + LIMIT_TOLERANCE), side="right")
        return np.asarray(so_far[at])

    def share_end(self, share: float) -> float:
        """How far that share of the people who are reached has to go; 0 if nobody is reached."""
        if not len(self.people):
            return 0.0
        at = int(np.searchsorted(self.people, share * self.people[-1] * (1 - 1e-12)))
        return float(self.away[min(at, len(self.away) - 1)])


@dataclass(frozen=True, eq=False)
class Ways:
    """The ways of one group of people to one kind of site, and the rules that speak of them.

    Attributes
    ----------
    theme
        The rules that ask for the same ways.
    limits
        What each rule asks for, in the order of the rules; NaN where the plan does not tell.
    people
        All people of the group, reached or not.
    today
        None where the plan does not tell of today.
    measured
        How the ways were measured, in English and in Chinese.
    differing
        People of the plan whose cover is not what their ways and the limits say, as in a plan
        that was edited by hand.
    """

    theme: contents.Theme
    limits: tuple[float, ...]
    unit: map_away.Unit
    mode: str
    from_call: bool
    measured: tuple[str, str]
    people: float
    plan: Reached
    today: Reached | None
    differing: float = 0.0

    @property
    def known_limits(self) -> list[float]:
        """Limits of the rules, each once, rising."""
        return sorted({limit for limit in self.limits if limit == limit})

    def rules_at(self, limit: float) -> list[str]:
        """Rules with that limit."""
        pairs = zip(self.theme.rules, self.limits, strict=True)
        return [rule for rule, own in pairs if own == limit]


def ways(plan: Plan) -> list[Ways]:
    """A curve per group of people and kinds of site, the strongest rules first.

    Rules that ask for the same ways with other limits share one; rules of which the plan does not
    tell how far people are have none.
    """
    found: dict[tuple[Any, ...], Ways] = {}
    for theme in contents.all_themes(plan):
        for place, rule in enumerate(theme.rules):
            one = _ways(plan, theme, place)
            if one is None:
                continue
            alike = (one.unit, one.mode, one.from_call, theme.kinds, theme.groups[place])
            key = alike if theme.kinds else (rule,)
            known = found.get(key)
            if known is None:
                found[key] = one
            elif _same(known, one):
                found[key] = _joined(known, one)
            else:
                found[key, rule] = one
    return list(found.values())


def _ways(plan: Plan, theme: contents.Theme, place: int) -> Ways | None:
    rule, group = theme.rules[place], theme.groups[place]
    unit = next((u for u in UNITS if f"{u}:{rule}" in plan.cells.columns), None)
    own = contents.Theme((rule,), (group,), theme.kinds)
    states = contents.states(plan, own, today=False)
    asked = states != contents.OUTSIDE_STATE
    people = plan.cells["people"].to_numpy(float)
    total = float(people[asked].sum())
    if unit is None or not total > 0:
        return None
    _, about = map_away.about_rule(plan, rule)
    then = map_away.away(plan, rule, about, today=False, unit=unit)
    value = _as_covered(then.value, then.limit, states)
    reached = Reached.of(value[asked], people[asked])
    held = states == contents.COVERED_STATE
    differs = asked & ((value <= then.limit * (1 + LIMIT_TOLERANCE)) != held)
    differing = float(people[differs].sum()) if then.limit == then.limit else 0.0
    return Ways(
        own, (then.limit,), unit, str(about.get("mode") or ""), bool(about.get("from_call")),
        then.measured, total, reached, _today(plan, own, unit, about, asked), differing,
    )  # fmt: skip


def _today(
    plan: Plan, own: contents.Theme, unit: map_away.Unit, about: Mapping[str, Any],
    asked: NDArray[np.bool_],
) -> Reached | None:  # fmt: skip
    (rule,) = own.rules
    states = contents.states(plan, own, today=True)
    told = not (states[asked] == contents.OUTSIDE_STATE).any()
    if not told or f"{unit}_today:{rule}" not in plan.cells.columns:
        return None
    now = map_away.away(plan, rule, about, today=True, unit=unit)
    value = _as_covered(now.value, now.limit, states)
    return Reached.of(value[asked], plan.cells["people"].to_numpy(float)[asked])


def _as_covered(away: _Floats, limit: float, states: NDArray[np.int8]) -> _Floats:
    """Ways that rounding alone put on the other side of the limit, put back.

    What differs by more than that is left: then the curve shows what the cells say.
    """
    near = np.abs(away - limit) <= _ROUNDING
    inside = near & (states == contents.COVERED_STATE)
    outside = near & (states == contents.UNCOVERED_STATE)
    found = np.where(inside, np.minimum(away, limit), away)
    return np.where(outside, np.maximum(away, limit + _ROUNDING / 2), found)


def _same(one: Ways, other: Ways) -> bool:
    """Whether two rules tell of the same ways; what rounding put back is no difference."""
    pairs = [(one.plan, other.plan)]
    if one.today is not None and other.today is not None:
        pairs.append((one.today, other.today))
    elif one.today is not other.today:
        return False
    return one.people == other.people and all(
        np.array_equal(a.away, b.away) and np.array_equal(a.people, b.people) for a, b in pairs
    )


def _joined(one: Ways, other: Ways) -> Ways:
    mine, more = one.theme, other.theme
    theme = replace(mine, rules=(*mine.rules, *more.rules), groups=(*mine.groups, *more.groups))
    return replace(
        one, theme=theme, limits=(*one.limits, *other.limits),
        differing=max(one.differing, other.differing),
    )  # fmt: skip
