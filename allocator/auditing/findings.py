"""From what was found in an area to a line of the compliance table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import Protocol

from allocator.auditing.apportionment import largest_remainders, webster, worst_first
from allocator.plan_tables import Line

SHARED = "share of the region's figure"
_CLOSE = 1e-6
"""Relative distance from the limit below which a measured line counts as binding."""


class _Named(Protocol):
    """What a line takes from its rule."""

    @property
    def id(self) -> str: ...
    @property
    def strength(self) -> str: ...


class _Bounded(Protocol):
    """A rule with a number or a band."""

    @property
    def sense(self) -> str: ...
    @property
    def number(self) -> Fraction | None: ...
    @property
    def lower(self) -> Fraction | None: ...
    @property
    def upper(self) -> Fraction | None: ...


@dataclass(frozen=True)
class Finding:
    """What a rule asks in some area, and what is there.

    Attributes
    ----------
    lower, upper
        Least and most that the rule allows, in the line's measure; None = no limit.
    achieved
        What is there; None with an empty ``missing`` means that nothing is there to measure.
    weight
        By which a figure of the whole region is split over units; None = unknown.
    stated_slack
        Where the slack is not that of ``achieved`` (sums over units, each counted apart).
    missing
        The input that is not there; the line is then not evaluated.
    tolerance
        Relative; 0 for counts, which are exact.
    """

    lower: float | None = None
    upper: float | None = None
    achieved: float | None = None
    weight: Fraction | None = None
    rate_required: float | None = None
    rate_achieved: float | None = None
    stated_slack: float | None = None
    missing: str = ""
    note: str = ""
    basis: str = "planned"
    tolerance: float = 0.0

    @property
    def slack(self) -> float | None:
        """How far inside the limits; below 0 = outside; None if not known."""
        if self.missing or self.achieved is None:
            return None
        if self.stated_slack is not None:
            return self.stated_slack
        gaps = [] if self.lower is None else [self.achieved - self.lower]
        gaps += [] if self.upper is None else [self.upper - self.achieved]
        slack = min(gaps, default=0.0)
        return 0.0 if -self.tolerance * self._limit <= slack < 0 else slack

    @property
    def below(self) -> float:
        """By how much it falls short of the lower limit."""
        return self._outside(self.lower, sign=1)

    @property
    def above(self) -> float:
        """By how much it exceeds the upper limit."""
        return self._outside(self.upper, sign=-1)

    def _outside(self, limit: float | None, *, sign: int) -> float:
        slack = self.slack
        if limit is None or self.achieved is None or slack is None or slack >= 0:
            return 0.0
        return max(0.0, sign * (limit - self.achieved))

    @property
    def _limit(self) -> float:
        limit = self.upper if self.lower is None else self.lower
        return abs(limit or 0.0)

    @property
    def binding(self) -> bool | None:
        """Whether it is met with nothing to spare."""
        if self.slack is None:
            return None if self.missing else False
        if self.lower is None and self.upper is None and self.stated_slack is None:
            return False
        near = _CLOSE * max(1.0, self._limit) if self.tolerance else 0.0
        return abs(self.slack) <= near


def line_of(
    rule: _Named,
    finding: Finding,
    *,
    measure: str,
    sense: str,
    area: str = "all",
    area_name: str = "all",
    strength: str = "",
) -> Line:
    """One line of the compliance table."""
    only_upper = sense == "<="
    evaluated = not finding.missing
    slack = finding.slack
    return Line(
        rule=rule.id,
        area=area,
        area_name=area_name,
        measure=measure,
        sense=sense,
        strength=strength or rule.strength,
        required=finding.upper if only_upper else finding.lower,
        required_upper=finding.upper if sense in {"band", "about"} else None,
        achieved=finding.achieved if evaluated else None,
        rate_required=finding.rate_required,
        rate_achieved=finding.rate_achieved if evaluated else None,
        slack=slack,
        met=(slack is not None and slack >= 0) if evaluated else None,
        binding=finding.binding,
        evaluated=evaluated,
        basis=finding.basis if evaluated else "",
        note="; ".join(part for part in (finding.missing, finding.note) if part),
    )


def whole_bounds(
    rule: _Bounded, base: Fraction, around_tolerance: Fraction
) -> tuple[float | None, float | None]:
    """Least and most whole number that ``number * base`` allows: floors up, ceilings down.

    An equality asks for the figure rounded up, so that 5.75 per 1,000 of 5.8 million is 33,350.
    """
    if rule.number is None:
        low, high = rule.lower or Fraction(0), rule.upper or Fraction(0)
        return float(ceil(low * base)), float(floor(high * base))
    number = rule.number * base
    if rule.sense == "about":
        # The whole number that is meant lies in the band, however narrow the band is.
        return (
            float(ceil(number * (1 - around_tolerance))),
            float(max(floor(number * (1 + around_tolerance)), ceil(number))),
        )
    up, down = float(ceil(number)), float(floor(number))
    return {">=": (up, None), "<=": (None, down), "==": (up, up)}[rule.sense]


def few(texts: Iterable[str], most: int = 3) -> str:
    """The first few distinct texts in one, with how many more there are."""
    distinct = list(dict.fromkeys(texts))
    more = [f"and {len(distinct) - most} more"] if len(distinct) > most else []
    return "; ".join(distinct[:most] + more)


def shared_out(total: Finding, parts: Sequence[Finding], method: str = "webster") -> list[Finding]:
    """Split the total's limits over the parts by weight, so that they sum to it exactly."""
    shared = {"hamilton": largest_remainders, "max_min": worst_first}.get(method, webster)
    weights = [part.weight for part in parts if part.weight is not None]
    if len(weights) < len(parts):
        return [
            replace(part, lower=None, upper=None, missing=part.missing or "no figure to split by")
            for part in parts
        ]
    lowers = [None] * len(parts) if total.lower is None else shared(int(total.lower), weights)
    uppers = [None] * len(parts) if total.upper is None else shared(int(total.upper), weights)
    return [
        replace(
            part,
            lower=None if low is None else float(low),
            upper=None if high is None else float(high),
            note=SHARED,
        )
        for part, low, high in zip(parts, lowers, uppers, strict=True)
    ]


def each_apart(parts: Sequence[Finding], *, of: str = "units") -> Finding:
    """The sum over units that must each hold: what one has too much helps no other."""
    lowers = [part.lower for part in parts if part.lower is not None]
    uppers = [part.upper for part in parts if part.upper is not None]
    total = replace(
        parts[0],
        lower=sum(lowers) if len(lowers) == len(parts) else None,
        upper=sum(uppers) if len(uppers) == len(parts) else None,
        weight=None,
        rate_achieved=None,
        missing=few([part.missing for part in parts if part.missing]),
        note=few([part.note for part in parts if part.note]),
        achieved=None,
    )
    found = [part.achieved for part in parts if part.achieved is not None]
    if total.missing or len(found) < len(parts):
        return total
    short = sum(part.below for part in parts)
    over = sum(part.above for part in parts)
    if not short and not over:
        return replace(total, achieved=sum(found))
    if short:
        achieved = sum(
            a if p.lower is None else min(a, p.lower) for a, p in zip(found, parts, strict=True)
        )
        count = f"{sum(part.below > 0 for part in parts)} of {len(parts)} {of} short"
    else:
        achieved = sum(
            a if p.upper is None else max(a, p.upper) for a, p in zip(found, parts, strict=True)
        )
        count = f"{sum(part.above > 0 for part in parts)} of {len(parts)} {of} above their limit"
    note = f"{count}; a surplus elsewhere does not count"
    return replace(
        total,
        achieved=achieved,
        stated_slack=-(short + over),
        note="; ".join(part for part in (note, total.note) if part),
    )
