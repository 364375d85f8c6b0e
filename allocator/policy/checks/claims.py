"""What a rule demands of one subject, as bounds that can be compared with another rule's."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from allocator.policy.checks.findings import STRENGTHS
from allocator.policy.rules import (
    Count,
    CoverageRule,
    EitherOr,
    MeanResponse,
    Quota,
    Ratio,
    Rule,
    ServedBand,
    Service,
    Share,
    SiteShare,
    Total,
)
from allocator.policy.words import PEOPLE, exact_text, sites_in_words

_ABOUT = Fraction(1, 20)
"""Half width of 'about', as in the default of the assumption ``around_tolerance``."""
Ends = tuple[Fraction | None, Fraction | None]


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
    either: str = ""
    """The either-or of which the rule is a branch."""

    def bounds(self, population: Fraction) -> Ends:
        """The figures as numbers of things."""
        factor = population if self.per_person else Fraction(1)
        return (
            None if self.lower is None else self.lower * factor,
            None if self.upper is None else self.upper * factor,
        )


def claims_of(rule: Rule) -> Iterator[Claim]:
    """What a rule demands, as claims that can be compared; nothing for kinds that stand alone."""
    if rule.strength not in STRENGTHS:
        return
    if isinstance(rule, EitherOr):
        for branch in rule.branches:
            yield from (replace(claim, either=rule.id) for claim in claims_of(branch))
        return
    level = (rule.level, rule.pool)
    where = f"at {'/'.join(rule.level)}" if rule.level else "in the region"
    subject: tuple[object, ...]
    if isinstance(rule, Quota | Total):
        what = " + ".join(rule.resources)
        is_quota = isinstance(rule, Quota)
        # Quotas and totals can be compared in the region; below it only the data tell.
        scale = rule.kind if rule.level else ""
        group = rule.group if isinstance(rule, Quota) else "total"
        per = rule.per if isinstance(rule, Quota) else 1
        subject = ("amount", frozenset(rule.resources), level, group, scale)
        text = _figures(rule) + (f" per {per:,} {PEOPLE[group]}" if is_quota else "")
        ends = _ends(rule, per)
        yield _claim(rule, subject, f"{what} {where}", text, ends, per_person=is_quota)
    elif isinstance(rule, Count):
        what = sites_in_words(rule.sites) + (f" with {rule.attribute}" if rule.attribute else "")
        where_else = (rule.above_people, rule.up_to_people, rule.in_share, rule.times)
        subject = ("count", rule.sites, rule.attribute, where_else, level)
        yield _claim(rule, subject, f"number of {what} {where}", _figures(rule), _ends(rule))
    else:
        for key, about, text, ends in _other_claims(rule):
            yield _claim(rule, (*key, level), f"{about} {where}", text, ends)


def _claim(
    rule: Rule,
    subject: tuple[object, ...],
    about: str,
    text: str,
    ends: Ends,
    *,
    per_person: bool = False,
) -> Claim:
    return Claim(rule.id, rule.strength, subject, about, text, *ends, per_person)


def _other_claims(rule: Rule) -> Iterator[tuple[tuple[object, ...], str, str, Ends]]:
    """Subject, words, figure and ends of kinds whose figure is no number of things."""
    key: tuple[object, ...]
    if isinstance(rule, Share):
        about = f"{rule.part} of {rule.whole}"
        yield ("share", rule.part, rule.whole), about, *_part(rule)
    elif isinstance(rule, SiteShare):
        part = rule.attribute or (sites_in_words(rule.part) if rule.part else "")
        key = ("site share", rule.sites, rule.attribute, rule.part)
        yield key, f"{part} of {sites_in_words(rule.sites)}", *_part(rule)
    elif isinstance(rule, Service):
        about = f"what {rule.by} can take on of {rule.demand or PEOPLE[str(rule.group)]}"
        text = f">= {_percent(rule.share)}"
        yield ("service", rule.demand, rule.group, rule.by), about, text, (rule.share, None)
    elif isinstance(rule, Ratio):
        for pair in rule.pairs:
            base = pair.base or "/".join(pair.units) or sites_in_words(pair.sites)
            key = ("ratio", pair.resource, pair.base, pair.sites, pair.units, rule.on_duty)
            per = "" if rule.per == 1 else f" per {rule.per:,}"
            text = f">= {exact_text(rule.number)}{per}"
            yield key, f"{pair.resource} per {base}", text, (rule.number / rule.per, None)
    else:
        yield from _reach_claims(rule)


def _reach_claims(rule: Rule) -> Iterator[tuple[tuple[object, ...], str, str, Ends]]:
    if isinstance(rule, CoverageRule):
        reach, unit = rule.within_minutes or rule.within_km, "min" if rule.within_minutes else "km"
        way = (rule.mode, rule.from_call, unit)
        key = ("coverage", rule.sites, rule.group, way, rule.share, rule.radius)
        text = f"{_percent(rule.share)} within {exact_text(reach or Fraction(0))} {unit}"
        yield key, f"{PEOPLE[rule.group]} near {sites_in_words(rule.sites)}", text, (None, reach)
    elif isinstance(rule, MeanResponse):
        about = f"mean response of {sites_in_words(rule.sites)} to {PEOPLE[rule.group]}"
        text = f"<= {exact_text(rule.minutes)} min"
        yield ("response", rule.sites, rule.group), about, text, (None, rule.minutes)
    elif isinstance(rule, ServedBand):
        about = f"{PEOPLE[rule.group]} per {sites_in_words(rule.sites)}"
        text = f"{exact_text(rule.lower)} to {exact_text(rule.upper)}"
        yield ("served", rule.sites, rule.group), about, text, (rule.lower, rule.upper)


def _part(rule: Share | SiteShare) -> tuple[str, Ends]:
    ends = {
        ">=": (rule.number, None), "<=": (None, rule.number), "==": (rule.number, rule.number)
    }  # fmt: skip
    return f"{rule.sense} {_percent(rule.number)}", ends[rule.sense]


def _ends(rule: Quota | Total | Count, per: int = 1) -> Ends:
    number = rule.number or Fraction(0)
    lower, upper = {
        ">=": (rule.number, None),
        "<=": (None, rule.number),
        "==": (rule.number, rule.number),
        "band": (rule.lower, rule.upper),
        "about": (number * (1 - _ABOUT), number * (1 + _ABOUT)),
    }[rule.sense]
    return None if lower is None else lower / per, None if upper is None else upper / per


def floor_of(rule: Any) -> Fraction | None:
    """The least that a quota, total or count asks for; a quota's per head."""
    return _ends(rule, getattr(rule, "per", 1))[0]


def _figures(rule: Quota | Total | Count) -> str:
    if rule.lower is not None and rule.upper is not None:
        return f"{exact_text(rule.lower)} to {exact_text(rule.upper)}"
    return f"{rule.sense} {exact_text(rule.number or Fraction(0))}"


def _percent(share: Fraction) -> str:
    return f"{exact_text(share * 100)} %"
