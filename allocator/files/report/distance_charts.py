"""Coverage curves of the plan: how many people are within so many minutes or km, today and then."""

import math

import numpy as np
from numpy.typing import NDArray

from allocator.files.report.charts import (
    BOTTOM,
    DOTS,
    LEFT,
    RIGHT,
    TOP,
    Axis,
    Chart,
    Dot,
    Key,
    Label,
    Line,
    axis,
    share_axis,
    short,
    steps,
)
from allocator.files.report.distances import Reached, Ways, ways
from allocator.files.report.figures import figure, percent, signed
from allocator.files.report.grids import Cell, Grid, Row, columns, shown
from allocator.files.report.layers import LADDERS, theme_name
from allocator.files.report.wording import Text, joined, phrase
from allocator.plans import Plan

MOST_POINTS = 200
"""Points of one line; more would not be seen."""
_MOST_ROWS = 9
_ROOM = 22
"""What words above a line take below the upper edge of the panel."""
_SEEN = 0.985
"""Share of the people reached whose ways the picture shows; the table has all."""
_WHO = {"urban": "urban residents", "rural": "rural residents"}
_HOW = {"walk": "on foot", "ambulance": "by ambulance"}


def distance_charts(plan: Plan) -> list[Chart]:
    """A chart and a table per group of people and kinds of site, the strongest rules first."""
    return [_chart(one, number) for number, one in enumerate(ways(plan), 1)]


def curve_points(
    reached: Reached, up_to: float, always: list[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places of a curve and the exact number of people within each, at most :data:`MOST_POINTS`.

    Parameters
    ----------
    up_to
        Where the curve ends.
    always
        Places that must be among them.
    """
    own = reached.away[reached.away <= up_to]
    kept = [0.0, up_to, *(v for v in always if v <= up_to)]
    room = MOST_POINTS - len(kept)
    if len(own) > room:
        evenly = np.linspace(0.0, up_to, room + 1)[1:]
        before = np.searchsorted(own, evenly, side="right") - 1
        own = own[np.unique(before[before >= 0])]
    x = np.unique(np.concatenate([kept, own]))
    return x, reached.within(x)


def _chart(one: Ways, number: int) -> Chart:
    what = theme_name(one.theme)
    limits = one.known_limits
    lines = [("plan", one.plan)] + ([("today", one.today)] if one.today is not None else [])
    ends = [line.share_end(_SEEN) for _, line in lines]
    x = axis(_across(one), [*ends, *(1.4 * v for v in limits)], (LEFT, RIGHT), zero=True)
    y = share_axis(phrase("share of people"))
    drawn, dots, labels = [], [], []
    for look, line in lines:
        away, people = curve_points(line, x.high, limits)
        drawn.append(Line(steps(x, y, zip(away, people / one.people, strict=True)), look))
        for limit in limits:
            share = float(line.within(np.array(limit)) / one.people)
            dots.append(Dot(x.at(limit), y.at(share), DOTS[_SHAPES[look]], look, share))
    for place, limit in enumerate(limits):
        at = x.at(limit)
        drawn.append(Line(f"M{at:g},{TOP - 12 - 15 * place}V{BOTTOM}", "limit"))
        labels.append(_limit_label(one, limit, at, place))
        labels += _share_labels([d for d in dots if d.x == at], at)
    return Chart(
        f"far-{number}",
        phrase("How far {who} have to go: {what}", who=phrase(_WHO.get(one.theme.groups[0],
               "all residents")), what=what),
        x, y, drawn, dots, [*labels, *_names(one, x, y)], _keys(one),
        _notes(one), [_table(one, number)],
    )  # fmt: skip


def _across(one: Ways) -> Text:
    return phrase("km to the nearest site" if one.unit == "km" else "minutes to the nearest site")


_SHAPES = {"plan": "circle", "today": "diamond"}


def _notes(one: Ways) -> list[Text]:
    """How many people, how their ways were measured, and whether the plan says otherwise."""
    how = [phrase(_HOW.get(one.mode, "by car"))] if one.unit == "minutes" else []
    how += [Text(*one.measured)]
    how += [phrase("from the call")] if one.from_call else []
    notes = [phrase("{count} people; {how}", count=figure(round(one.people)), how=joined(how))]
    if one.differing >= 1:
        count = figure(round(one.differing))
        notes.append(phrase("For {count} people the rules' lines say otherwise.", count=count))
    return notes


def _keys(one: Ways) -> list[Key]:
    keys = [Key(phrase("in the plan"), "plan", DOTS["circle"])]
    if one.today is not None:
        keys.append(Key(phrase("today"), "today", DOTS["diamond"]))
    if one.known_limits:
        keys.append(Key(phrase("limit of a rule"), "limit"))
    return keys


def _limit_label(one: Ways, limit: float, at: float, place: int) -> Label:
    words = phrase(
        "{rules}: {value} {measure}", rules=short(", ".join(one.rules_at(limit)), 26),
        value=f"{limit:g}", measure=phrase(one.unit),
    )  # fmt: skip
    return Label(at, TOP - 16 - 15 * place, words, _anchor(at))


def _anchor(at: float) -> str:
    """Words near an edge stay in the picture."""
    third = (RIGHT - LEFT) / 3
    return "start" if at < LEFT + third else "end" if at > RIGHT - third else "middle"


def _share_labels(dots: list[Dot], at: float) -> list[Label]:
    """Shares beside their points: left above where there is room, else right below."""
    upper = min(dots, key=lambda dot: dot.y)
    labels = []
    below = 0.0
    for dot in sorted(dots, key=lambda dot: dot.y):
        words = Text.same(percent(dot.value))
        if dot is upper and dot.y > TOP + _ROOM and at > LEFT + 60:
            labels.append(Label(at - 9, dot.y - 7, words, "end", dot.look))
            continue
        below = min(max(dot.y + 18, below + 15), BOTTOM - 6)
        labels.append(Label(at + 9, below, words, "start", dot.look))
    return labels


def _names(one: Ways, x: Axis, y: Axis) -> list[Label]:
    """What each line is, where the two are farthest apart and no limit is near."""
    # Words need room on either side.
    places = np.linspace(x.low, x.high, 81)[8:-16]
    near = [np.abs(places - v) < 0.14 * (x.high - x.low) for v in one.known_limits]
    free = ~np.any(near, axis=0) if near else np.ones(len(places), dtype=bool)
    places = places[free] if free.any() else places
    then = one.plan.within(places) / one.people
    if one.today is None:
        at = len(places) // 2
        return [_name("in the plan", "plan", x.at(places[at]), y.at(then[at]), above=True)]
    now = one.today.within(places) / one.people
    at = int(np.argmax(np.abs(then - now)))
    here = x.at(places[at])
    if abs(then[at] - now[at]) < 0.02:
        return [_name("today and in the plan", "plan", here, y.at(then[at]), above=True)]
    return [
        _name("in the plan", "plan", here, y.at(then[at]), above=bool(then[at] > now[at])),
        _name("today", "today", here, y.at(now[at]), above=bool(then[at] < now[at])),
    ]


def _name(words: str, look: str, at: float, height: float, *, above: bool) -> Label:
    """The name of a line, above it to the left or below it to the right."""
    above = above and height > TOP + _ROOM
    low = min(height + (-7 if above else 19), BOTTOM - 6)
    side, anchor = (-7, "end") if above else (7, "start")
    return Label(at + side, low, phrase(words), anchor, look)


def ladder(one: Ways) -> list[float]:
    """Limits of the rules, and round values between the nearest and the farthest people."""
    limits = one.known_limits
    lines = [line for line in (one.plan, one.today) if line is not None and len(line.away)]
    if not lines:
        return limits
    nearest = min(float(line.away[0]) for line in lines)
    farthest = max(float(line.away[-1]) for line in lines)
    rungs = [float(v) for v in LADDERS[one.unit]]
    enough = next((v for v in rungs if v >= farthest), rungs[-1])
    round_ = [v for v in rungs if nearest <= v <= enough and v not in limits]
    # The last rung says where everybody is; those nearest to what the rules ask tell most.
    middle = float(np.median(limits)) if limits else farthest / 2
    round_.sort(key=lambda v: (v != enough, abs(math.log(v / middle))))
    return sorted([*limits, *round_[: max(_MOST_ROWS - len(limits), 0)]])


def _table(one: Ways, number: int) -> Grid:
    """The curve in figures: shares and people within the limits and round values."""
    measure = phrase(one.unit)
    values = ladder(one)
    then = one.plan.within(np.array(values))
    now = None if one.today is None else one.today.within(np.array(values))
    rows = []
    for k, value in enumerate(values):
        rules = ", ".join(one.rules_at(value))
        words = phrase("within {value} {measure}", value=f"{value:g}", measure=measure)
        if rules:
            words = phrase("within {value} {measure}: limit of {rules}", value=f"{value:g}",
                           measure=measure, rules=rules)  # fmt: skip
        today = None if now is None else float(now[k])
        rows.append(_row(words, value, today, float(then[k]), one.people))
    unreached = one.people - _all(one.plan)
    unreached_now = None if one.today is None else one.people - _all(one.today)
    if max(unreached, unreached_now or 0.0) > 0:
        words = phrase("no site is reached")
        rows.append(_row(words, None, unreached_now, unreached, one.people))
    heads: list[str | Text] = [
        phrase("people"), phrase("share today"), phrase("share in the plan"),
        phrase("people in the plan"), phrase("change in people"),
    ]  # fmt: skip
    caption = phrase("{what}: people by {measure}", what=theme_name(one.theme), measure=measure)
    return Grid(f"far-{number}", caption, columns(heads, (1, 2, 3, 4)), rows).trimmed()


def _all(reached: Reached) -> float:
    """People whom some site is reached by."""
    return float(reached.people[-1]) if len(reached.people) else 0.0


def _row(words: Text, value: float | None, now: float | None, then: float, people: float) -> Row:
    today = Cell("", None, "number") if now is None else shown(percent(now / people), now / people)
    more = None if now is None else then - now
    return Row([
        Cell(words, value), today, shown(percent(then / people), then / people),
        Cell(figure(round(then)), then, "number"),
        Cell("" if more is None else signed(round(more)), more, "number"),
    ])  # fmt: skip
