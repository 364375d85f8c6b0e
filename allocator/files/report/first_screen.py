"""What a reader sees first: the five numbers that matter, and how many rules hold."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocator.files import map_contents as contents
from allocator.files.counties import region_row
from allocator.files.report.figures import figure, money, percent
from allocator.files.report.layers import theme_name
from allocator.files.report.wording import Text, joined, phrase, resource
from allocator.files.tables import is_missing
from allocator.plan_tables import Tally
from allocator.plans import Plan

_HOW_MANY = 5
_BEDS = ("all_beds", "public_beds", "hospital_beds")
_STRENGTHS = ("must", "target", "wish")


@dataclass(frozen=True)
class Number:
    """One of the numbers that matter; ``value`` is the plan's own figure."""

    key: str
    label: Text
    text: Text
    note: Text
    value: float


@dataclass(frozen=True)
class Bar:
    """Rules of one strength."""

    strength: str
    met: int
    failed: int
    unknown: int


def bars(tally: Tally) -> list[Bar]:
    """Rules met, given way and not evaluated, by strength."""
    return [
        Bar(s, tally.met.get(s, 0), tally.failed.get(s, 0), tally.not_evaluated.get(s, 0))
        for s in _STRENGTHS
    ]


def numbers(plan: Plan, themes: list[contents.Theme]) -> list[Number]:
    """The five numbers that matter most of those the plan has."""
    found = [*_rules(plan), *_cost(plan), *_covers(plan, themes[:2]), *_beds(plan), *_sites(plan)]
    found += [*_vehicles(plan), *_staff(plan), *_targets(plan), *_residents(plan)]
    return found[:_HOW_MANY]


def _rules(plan: Plan) -> Iterator[Number]:
    bar = bars(plan.tally)[0]
    known = bar.met + bar.failed
    note = phrase("{count} gave way", count=bar.failed) if bar.failed else phrase("none gave way")
    if bar.unknown:
        note = joined([note, phrase("{count} not evaluated", count=bar.unknown)])
    text = phrase("{met} of {known}", met=bar.met, known=known)
    yield Number("must", phrase("must rules hold"), text, note, bar.met)


def _covers(plan: Plan, themes: list[contents.Theme]) -> Iterator[Number]:
    people = plan.cells["people"].to_numpy(float)
    for at, theme in enumerate(themes):
        if not theme.rules:
            continue
        shares = []
        missed = 0.0
        for today in (True, False):
            state = contents.states(plan, theme, today=today)
            asked = people[state != contents.OUTSIDE_STATE].sum()
            covered = people[state == contents.COVERED_STATE].sum()
            shares.append(float(covered / asked) if asked > 0 else math.nan)
            missed = float(asked - covered)
        if math.isnan(shares[1]):
            continue
        note = phrase(
            "{missed} people are not; today {share} are",
            missed=figure(round(missed)), share=percent(shares[0]),
        )  # fmt: skip
        label = phrase("of people within reach of {what}", what=theme_name(theme))
        yield Number(f"cover-{at}", label, Text.same(percent(shares[1])), note, shares[1])


def _cost(plan: Plan) -> Iterator[Number]:
    cost = plan.provenance.get("cost")
    if not isinstance(cost, int | float) or math.isnan(cost):
        return
    currency = str(plan.provenance.get("currency", ""))
    budget = plan.provenance.get("budget")
    note = phrase("at the region's unit costs; no budget was set")
    if isinstance(budget, int | float):
        note = phrase("of a budget of {amount}", amount=Text(*money(float(budget), currency)))
    yield Number(
        "cost", phrase("cost of the plan"), Text(*money(float(cost), currency)), note, float(cost)
    )


def _amounts(plan: Plan, name: str) -> tuple[float, float]:
    """What the whole region has of a resource today, and in the plan."""
    root = region_row(plan, plan.units)
    rows = plan.units[(plan.units["resource"] == name) & (plan.units["unit"] == root)]
    if rows.empty:
        return math.nan, math.nan
    return float(rows["have"].iloc[0]), float(rows["allocated"].iloc[0])


def _beds(plan: Plan) -> Iterator[Number]:
    residents = _amounts(plan, "residents")
    for name in _BEDS:
        have, then = _amounts(plan, name)
        if math.isnan(then) or not residents[1] > 0:
            continue
        rate = then / residents[1] * 1000
        note = phrase("{count} beds; today is not known", count=figure(then))
        if not math.isnan(have) and residents[0] > 0:
            today = figure(have / residents[0] * 1000)
            note = phrase("{count} beds; today {rate} per 1,000", count=figure(then), rate=today)
        label = phrase("{what} per 1,000 residents", what=resource(name))
        yield Number("beds", label, Text.same(figure(rate)), note, rate)
        return


def _sites(plan: Plan) -> Iterator[Number]:
    counts: Mapping[str, int] = {
        str(k): int(v) for k, v in plan.facilities["status"].value_counts().items()
    }
    if not counts:
        return
    note = phrase(
        "{closed} close, {upgraded} are upgraded, {kept} stay",
        closed=figure(counts.get("closed", 0)), upgraded=figure(counts.get("upgraded", 0)),
        kept=figure(counts.get("kept", 0)),
    )  # fmt: skip
    opened = counts.get("new", 0)
    yield Number("sites", phrase("sites open"), Text.same(figure(opened)), note, opened)


def _vehicles(plan: Plan) -> Iterator[Number]:
    have, then = _amounts(plan, "ambulances")
    if math.isnan(then):
        return
    note = phrase("today is not known")
    if not is_missing(have):
        note = phrase("today {count}", count=figure(have))
    yield Number("ambulances", resource("ambulances"), Text.same(figure(then)), note, then)


def _staff(plan: Plan) -> Iterator[Number]:
    residents = _amounts(plan, "residents")
    for name in ("physicians", "nurses"):
        have, then = _amounts(plan, name)
        if math.isnan(then) or not residents[1] > 0:
            continue
        rate = then / residents[1] * 1000
        note = phrase("today is not known")
        if not math.isnan(have) and residents[0] > 0:
            note = phrase("today {count}", count=figure(have / residents[0] * 1000))
        label = phrase("{what} per 1,000 residents", what=resource(name))
        yield Number(name, label, Text.same(figure(rate)), note, rate)


def _targets(plan: Plan) -> Iterator[Number]:
    bar = bars(plan.tally)[1]
    text = phrase("{met} of {known}", met=bar.met, known=bar.met + bar.failed)
    note = phrase("{count} not evaluated", count=bar.unknown)
    yield Number("target", phrase("target rules hold"), text, note, bar.met)


def _residents(plan: Plan) -> Iterator[Number]:
    have, then = _amounts(plan, "residents")
    if not math.isnan(then):
        note = phrase("today {count}", count=figure(have))
        text = Text.same(figure(then))
        yield Number("residents", phrase("residents planned for"), text, note, then)
