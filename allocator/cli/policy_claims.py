"""Rules that speak of the same thing with different numbers: what a planner should look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from allocator.policy.policies import Policy
from allocator.policy.rules import (
    Count,
    CoverageRule,
    MeanResponse,
    Quota,
    Ratio,
    Rule,
    ServedBand,
    Share,
    SiteFilter,
    Total,
)

_STRENGTHS = ("must", "target", "wish")
_ABOUT = Fraction(1, 20)
"""Half width of 'about', as in the default of the assumption ``around_tolerance``."""


@dataclass(frozen=True)
class Claim:
    """What a rule demands of one subject: a figure within [lower, upper] (None = open).

    Claims of one subject can be compared. ``per_person`` figures are multiplied by the stated
    population where they meet figures that are not.
    """

    rule: str
    strength: str
    subject: tuple[object, ...]
    about: str
    text: str
    lower: Fraction | None
    upper: Fraction | None
    per_person: bool = False

    def bounds(self, population: Fraction) -> tuple[Fraction | None, Fraction | None]:
        """The figures as numbers of things."""
        factor = population if self.per_person else Fraction(1)
        return (
            None if self.lower is None else self.lower * factor,
            None if self.upper is None else self.upper * factor,
        )


def policy_warnings(policy: Policy) -> list[str]:
    """Pairs of rules of which one implies or contradicts the other, in words.

    A laxer must beside a stricter target or wish is no warning: the strict one is a further step.
    The branches of an either-or are not compared: they are alternatives.
    """
    by_subject: dict[tuple[object, ...], list[Claim]] = {}
    for rule in policy.rules:
        for claim in claims_of(rule):
            by_subject.setdefault(claim.subject, []).append(claim)
    pairs = [p for claims in by_subject.values() for p in combinations(claims, 2)]
    found = [_compare(a, b, policy.stated_population) for a, b in pairs]
    return list(dict.fromkeys(text for text in found if text))


def _compare(a: Claim, b: Claim, stated: Fraction | None) -> str:
    head = f"{a.about}: {a.rule} ({a.strength}) {a.text}; {b.rule} ({b.strength}) {b.text}"
    if a.rule == b.rule:
        return ""
    population, at = Fraction(1), ""
    if a.per_person != b.per_person:
        if stated is None:
            return f"{head}; which one decides depends on the population, which no rule states"
        population, at = stated, f" at the stated {float(stated):,.0f} people"
    (a_low, a_high), (b_low, b_high) = a.bounds(population), b.bounds(population)
    lows, highs = (
        [x for x in (a_low, b_low) if x is not None],
        [x for x in (a_high, b_high) if x is not None],
    )
    if lows and highs and max(lows) > min(highs):
        return f"{head}; they contradict each other{at}"
    if (a_low, a_high) == (b_low, b_high):
        return f"{head}; they say the same{at}"
    for strict, lax in ((a, b), (b, a)):
        if _within(strict.bounds(population), lax.bounds(population)):
            if _STRENGTHS.index(strict.strength) > _STRENGTHS.index(lax.strength):
                return ""
            return f"{head}; {strict.rule} implies {lax.rule}{at}"
    return ""


def _within(
    inner: tuple[Fraction | None, Fraction | None], outer: tuple[Fraction | None, Fraction | None]
) -> bool:
    low = outer[0] is None or (inner[0] is not None and inner[0] >= outer[0])
    return low and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def claims_of(rule: Rule) -> Iterator[Claim]:
    """What a rule demands, as claims that can be compared; nothing for kinds that stand alone."""
    if rule.strength not in _STRENGTHS:
        return
    level = (rule.level, rule.pool)
    where = f"at {'/'.join(rule.level)}" if rule.level else "in the region"
    subject: tuple[object, ...]
    if isinstance(rule, Quota):
        what = " + ".join(rule.resources)
        subject = ("amount", frozenset(rule.resources), level, rule.group, _scale(rule))
        text = f"{_figures(rule)} per {rule.per:,} {rule.group}"
        yield _claim(rule, subject, f"{what} {where}", text, per=rule.per, per_person=True)
    elif isinstance(rule, Total):
        what = " + ".join(rule.resources)
        subject = ("amount", frozenset(rule.resources), level, "total", _scale(rule))
        yield _claim(rule, subject, f"{what} {where}", _figures(rule))
    elif isinstance(rule, Count):
        what = _filter(rule.sites) + (f" with {rule.attribute}" if rule.attribute else "")
        subject = ("count", rule.sites, rule.attribute, rule.above_people, level)
        yield _claim(rule, subject, f"number of {what} {where}", _figures(rule))
    else:
        yield from _other_claims(rule, level, where)


def _other_claims(rule: Rule, level: tuple[object, ...], where: str) -> Iterator[Claim]:
    """Claims of the kinds whose figure is one number or a band, and not a number of things."""

    def claim(subject: tuple[object, ...], about: str, text: str,
              lower: Fraction | None, upper: Fraction | None) -> Claim:  # fmt: skip
        key = (*subject, level)
        return Claim(rule.id, rule.strength, key, f"{about} {where}", text, lower, upper)

    subject: tuple[object, ...]
    if isinstance(rule, Share):
        text = f"{rule.sense} {_short(rule.number)}"
        ends = (rule.number, None) if rule.sense == ">=" else (None, rule.number)
        yield claim(("share", rule.part, rule.whole), f"{rule.part} of {rule.whole}", text, *ends)
    elif isinstance(rule, Ratio):
        for pair in rule.pairs:
            base = pair.base or " or ".join(_filter(s) for s in pair.sites)
            subject = ("ratio", pair.resource, pair.base, pair.sites, rule.on_duty)
            about = f"{pair.resource} per {base}"
            yield claim(subject, about, f">= {_short(rule.number)}", rule.number, None)
    elif isinstance(rule, CoverageRule):
        reach, unit = rule.within_minutes or rule.within_km, "min" if rule.within_minutes else "km"
        subject = ("coverage", rule.sites, rule.group, rule.mode, unit, rule.share, rule.radius)
        text = f"{_short(rule.share * 100)} % within {_short(reach or Fraction(0))} {unit}"
        yield claim(subject, f"{rule.group} people near {_filter(rule.sites)}", text, None, reach)
    elif isinstance(rule, MeanResponse):
        about = f"mean response of {_filter(rule.sites)} to {rule.group} people"
        subject = ("response", rule.sites, rule.group)
        yield claim(subject, about, f"<= {_short(rule.minutes)} min", None, rule.minutes)
    elif isinstance(rule, ServedBand):
        about = f"{rule.group} people per {_filter(rule.sites)}"
        text = f"{_short(rule.lower)} to {_short(rule.upper)}"
        yield claim(("served", rule.sites, rule.group), about, text, rule.lower, rule.upper)


def _scale(rule: Quota | Total) -> str:
    """Quotas and totals can be compared in the region; below it only the data tell."""
    return "" if not rule.level else rule.kind


def _claim(
    rule: Quota | Total | Count,
    subject: tuple[object, ...],
    about: str,
    text: str,
    *,
    per: int = 1,
    per_person: bool = False,
) -> Claim:
    number = rule.number or Fraction(0)
    lower, upper = {
        ">=": (rule.number, None),
        "<=": (None, rule.number),
        "==": (rule.number, rule.number),
        "band": (rule.lower, rule.upper),
        "about": (number * (1 - _ABOUT), number * (1 + _ABOUT)),
    }[rule.sense]
    low, high = (None if x is None else x / per for x in (lower, upper))
    return Claim(rule.id, rule.strength, subject, about, text, low, high, per_person)


def _figures(rule: Quota | Total | Count) -> str:
    if rule.lower is not None and rule.upper is not None:
        return f"{_short(rule.lower)} to {_short(rule.upper)}"
    return f"{rule.sense} {_short(rule.number or Fraction(0))}"


def _filter(sites: SiteFilter) -> str:
    parts = [", ".join(p) for p in (sites.run_by, sites.grades, sites.kinds) if p]
    return " ".join(parts) or "facilities"


def _short(number: Fraction) -> str:
    return f"{float(number):,.10g}"
