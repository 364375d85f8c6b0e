"""What a rule asks for in a line: its sense, its exact number, and the unit of the number."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from allocator.policy.words import PEOPLE, exact_text, sites_in_words
from allocator.region.sites import ATTRIBUTES
from allocator.region.stock import resources


@dataclass(frozen=True)
class Figure:
    """A number, a band or a list, as the rule states it.

    Attributes
    ----------
    sense
        ``>=``, ``<=``, ``==``, ``band``, ``about``; empty where there is nothing to compare.
    number
        Exact: a decimal, a fraction such as ``1/3``, a band ``3..5``, a list ``166; 42``; empty
        where the rule has none.
    unit
        What the number counts, and per how much of what.
    """

    sense: str
    number: str
    unit: str

    @property
    def short(self) -> str:
        """The number for people, with its sense: ``>= 5.75``, ``>= 80 %``, ``3 to 5``."""
        sense = "" if self.sense in {"", "band"} else self.sense
        number = re.sub(r"(?<!\d)(?<!\d\.)\d{5,}", lambda found: f"{int(found[0]):,}", self.number)
        if self.unit.startswith("of ") and self.number:  # a share
            number = f"{exact_text(Fraction(self.number) * 100)} %"
        elif self.unit.startswith("%") and self.number:
            number += " %"
        return f"{sense} {number.replace('..', ' to ')}".strip() if number else ""

    @property
    def text(self) -> str:
        """Number and unit: ``>= 5.75 beds per 1,000 residents``, ``>= 80 % of all visits``."""
        return f"{self.short} {self.unit.removeprefix('%').lstrip()}".strip()


def figure_of(rule: Any) -> Figure:
    """The figure of a rule of any kind; alternatives are joined by 'or'."""
    if rule.kind == "either_or":
        branches = [figure_of(branch) for branch in rule.branches]
        return Figure(
            "", " or ".join(b.number for b in branches), " or ".join(b.unit for b in branches)
        )
    return _OF_KIND[rule.kind](rule)


def _bounded(rule: Any, unit: str) -> Figure:
    if rule.sense == "band":
        return Figure("band", f"{exact_text(rule.lower)}..{exact_text(rule.upper)}", unit)
    return Figure(rule.sense, exact_text(rule.number), unit)


def _labels(ids: Iterable[str]) -> str:
    return " + ".join(resources()[i].label for i in ids)


def _quota(rule: Any) -> Figure:
    return _bounded(rule, f"{_labels(rule.resources)} per {rule.per:,} {PEOPLE[rule.group]}")


def _total(rule: Any) -> Figure:
    return _bounded(rule, _labels(rule.resources))


def _share(rule: Any) -> Figure:
    unit = f"of {resources()[rule.whole].label}: {resources()[rule.part].label}"
    return Figure(rule.sense, exact_text(rule.number), unit)


def _ratio(rule: Any) -> Figure:
    per = "" if rule.per == 1 else f"{rule.per:,} "
    pairs = [f"{resources()[p.resource].label} per {per}{_base(p)}" for p in rule.pairs]
    return Figure(">=", exact_text(rule.number), "; ".join(pairs))


def _base(pair: Any) -> str:
    if pair.base:
        return resources()[pair.base].label
    return "/".join(pair.units) if pair.units else sites_in_words(pair.sites)


def _count(rule: Any) -> Figure:
    unit = sites_in_words(rule.sites) + _with(rule.attribute)
    if rule.times:
        unit += f" for every one of {resources()[rule.times].label}"
    if rule.above_people:
        unit += f", where more than {rule.above_people:,} people live"
    if rule.up_to_people:
        unit += f", where at most {rule.up_to_people:,} people live"
    if rule.in_share < 1:
        unit += f", in {exact_text(rule.in_share * 100)} % of the units"
    return _bounded(rule, unit)


def _with(attribute: str | None) -> str:
    return "" if attribute is None else f", {ATTRIBUTES[attribute][0]}"


def _forced_site(rule: Any) -> Figure:
    number = "; ".join(str(b.amount) for b in rule.brings)
    brought = "; ".join(resources()[b.resource].label for b in rule.brings)
    site = f"{rule.site}{_with(rule.attribute)}"
    return Figure("", number, f"{brought} by {site}" if brought else site)


def _site_share(rule: Any) -> Figure:
    part = sites_in_words(rule.part) if rule.part else ATTRIBUTES[rule.attribute][0]
    return Figure(rule.sense, exact_text(rule.number), f"of {sites_in_words(rule.sites)}: {part}")


def _coverage(rule: Any) -> Figure:
    reach, unit = (rule.within_minutes, "min") if rule.within_minutes else (rule.within_km, "km")
    share = f"{exact_text(rule.share * 100)} % of {PEOPLE[rule.group]}"
    unit += " from the call" * rule.from_call
    return Figure("<=", exact_text(reach), f"{unit} to {sites_in_words(rule.sites)} for {share}")


def _mean_response(rule: Any) -> Figure:
    return Figure("<=", exact_text(rule.minutes), f"min on the mean of {PEOPLE[rule.group]}")


def _served_band(rule: Any) -> Figure:
    number = f"{exact_text(rule.lower)}..{exact_text(rule.upper)}"
    return Figure("band", number, f"{PEOPLE[rule.group]} per {sites_in_words(rule.sites)}")


def _budget(rule: Any) -> Figure:
    if rule.amount is not None:
        return Figure("<=", exact_text(rule.amount), "in all")
    if rule.subsidy_per_person:
        unit = f"paid for everyone of {resources()[rule.people].label}"
        return Figure("", exact_text(rule.subsidy_per_person), unit)
    sites = sites_in_words(rule.sites)
    if rule.attribute:
        unit = f"paid for each {sites} that becomes: {ATTRIBUTES[rule.attribute][0]}"
    else:
        unit = f"paid for each new {sites}"
    return Figure("", exact_text(rule.subsidy_per_site), unit)


def _parameter(rule: Any) -> Figure:
    if rule.number is None:
        return Figure("==", "", f"{rule.definition} people")
    return Figure("==", exact_text(rule.number), "residents")


def _indicator(rule: Any) -> Figure:
    return Figure("", rule.number, rule.unit)


def _service(rule: Any) -> Figure:
    demand = resources()[rule.demand].label if rule.demand else PEOPLE[rule.group]
    unit = f"of {demand}, within the capacity of {resources()[rule.by].label}"
    return Figure(">=", exact_text(rule.share), unit)


def _inflow(rule: Any) -> Figure:
    came = resources()[rule.resource].label
    if rule.faster_than:
        return Figure("", "", f"{came} grows faster than {resources()[rule.faster_than].label}")
    when = "every year" if rule.each == "year" else "over the plan"
    return Figure(rule.sense, exact_text(rule.number), f"{came} {when}")


def _stay(rule: Any) -> Figure:
    return Figure("<=", exact_text(rule.days), f"days on the mean in {_labels(rule.beds)}")


def _gate(rule: Any) -> Figure:
    beds = _labels(ward.beds for ward in rule.wards)
    return Figure("<=", "0", f"further {beds} where a standard is failed")


def _link(rule: Any) -> Figure:
    unit = f"of {sites_in_words(rule.sites)}: linked with {sites_in_words(rule.to)}"
    return Figure("==", "1", unit)


def _proportional(rule: Any) -> Figure:
    weight = resources()[rule.to].label if rule.to else PEOPLE[rule.group]
    return Figure("", "", f"{resources()[rule.resource].label} in proportion to {weight}")


def _fairness(rule: Any) -> Figure:
    what = _labels(rule.resources)
    if rule.measure == "gini":
        return Figure("<=", exact_text(rule.number), f"Gini coefficient of {what} per head")
    words = {"worst": "lowest rate", "range": "range of rates", "mean_deviation": "mean deviation"}
    unit = f"{words[rule.measure]} of {what} per {rule.per:,} {PEOPLE[rule.group]}"
    return Figure(rule.sense, exact_text(rule.number), unit)


_OF_KIND: dict[str, Callable[[Any], Figure]] = {
    "quota": _quota,
    "total": _total,
    "share": _share,
    "ratio": _ratio,
    "count": _count,
    "forced_site": _forced_site,
    "site_share": _site_share,
    "coverage": _coverage,
    "mean_response": _mean_response,
    "served_band": _served_band,
    "budget": _budget,
    "parameter": _parameter,
    "indicator": _indicator,
    "service": _service,
    "inflow": _inflow,
    "stay": _stay,
    "gate": _gate,
    "link": _link,
    "proportional": _proportional,
    "fairness": _fairness,
}
