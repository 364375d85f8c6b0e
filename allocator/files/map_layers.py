"""What one map shows: areas in classes, each with a colour, a hatch, a label and its people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.errors import InputError
from allocator.files import map_contents as contents
from allocator.files.labels import kind_label, resource_label
from allocator.files.map_away import Unit, about_rule, away, disagreement
from allocator.files.map_notes import rule_meaning
from allocator.plans import Plan
from allocator.region.apportionment import largest_remainder
from allocator.travel.times import TravelTimes

_GREY = "#E9E9E9"
_NEAR = ("#08519C", "#3182BD", "#6BAED6", "#BDD7E7", "#E3EEF8")
"""Within the rule's limit: the darker, the nearer."""
_FAR = ("#FDD0A2", "#FDAE6B", "#F08C3A")
"""Beyond it, hatched."""
_STEPS = ("#EDF3E6", "#C2DDB6", "#8CC299", "#4F9D7E", "#1F6F5C")
"""Rates per head, low to high."""
_CHANGES: tuple[tuple[int, str, bool, str, str], ...] = (
    (1, "#A9CFE6", False, "covered, as today", "已覆盖(现状即已覆盖)"),
    (2, "#3B7DB8", False, "newly covered", "新增覆盖"),
    (3, "#D55E00", True, "loses its cover", "失去覆盖"),
    (4, "#F0A94B", True, "NOT covered", "未覆盖"),
)
_LOST, _NOWHERE = _CHANGES[2][1], "#7A7A7A"
_ONLY_WHERE_SEEN = {_GREY, _LOST, _NOWHERE}
_MOST_CLASSES, _NAMED_KINDS = 5, 2


@dataclass(frozen=True, eq=False)
class Class:
    """One class of a map: cells (positions) or shapes in one colour, and how many people.

    ``counts``: whether its people are part of the whole that shares are of.
    """

    fill: str
    hatched: bool
    label: str
    people: float
    cells: NDArray[np.int64]
    shapes: tuple[Any, ...] = ()
    counts: bool = True


@dataclass(frozen=True, eq=False)
class Picture:
    """What one panel shows.

    Attributes
    ----------
    title, lines
        What it is, and what the rule means, each in the language asked for.
    classes
        In the order of the legend.
    kinds
        Kinds of site to draw; no sites where None.
    figures
        What is written below the name of each unit, by unit id.
    notes
        What a reader has to know of the figures.
    """

    title: str
    lines: tuple[str, ...]
    classes: tuple[Class, ...]
    kinds: tuple[str, ...] | None
    figures: dict[str, str]
    notes: tuple[str, ...] = ()
    today: bool = False


def cover_picture(plan: Plan, rule: str | None, *, chinese: bool) -> Picture:
    """Who is covered as today, newly, no longer, not at all."""
    chosen, about = about_rule(plan, rule)
    theme = next(
        (t for t in contents.themes(plan)[0] if chosen in t.rules),
        contents.Theme((chosen,), (str(about.get("group") or "total"),),
                       tuple(about.get("kinds", ())), (str(about.get("meaning", "")),)),
    )  # fmt: skip
    before = contents.states(plan, theme, today=True)
    after = contents.states(plan, theme, today=False)
    had, has = before == contents.COVERED_STATE, after == contents.COVERED_STATE
    asked = after != contents.OUTSIDE_STATE
    state = np.select([had & has & asked, has & asked, had & asked, asked], [1, 2, 3, 4], 0)
    classes = [
        (value, fill, hatched, zh if chinese else en) for value, fill, hatched, en, zh in _CHANGES
    ]
    title = f"{'覆盖情况' if chinese else 'Who is covered'}: {', '.join(theme.rules)}"
    return Picture(
        title,
        tuple(rule_meaning(plan, rule, chinese=chinese) for rule in theme.rules),
        tuple(_of_cells(plan, state, classes, chinese=chinese)),
        theme.kinds,
        {},
    )


def band_picture(
    plan: Plan,
    rule: str | None,
    *,
    chinese: bool,
    today: bool = False,
    unit: Unit | None = None,
    bands: Sequence[float] | None = None,
    times: TravelTimes | None = None,
) -> Picture:
    """How far people are from the nearest site that a rule counts, in bands."""
    chosen, about = about_rule(plan, rule)
    found = away(plan, chosen, about, today=today, unit=unit, bands=bands, times=times)
    group = str(about.get("group") or "total")
    urban = plan.cells["urban"].to_numpy(bool)
    asked = {"urban": urban, "rural": ~urban}.get(group, np.ones(len(urban), dtype=bool))
    band = np.where(found.band == -1, len(found.ends) + 1, found.band) + 1
    state = np.where(asked, band, 0)
    word = {"minutes": "分钟", "km": "公里"}[found.unit] if chinese else found.unit
    starts = (0.0, *found.ends[:-1])
    labels = [f"{a:g}-{b:g} {word}" for a, b in zip(starts, found.ends, strict=True)]
    labels += [f">{found.ends[-1]:g} {word}"]
    labels += ["无可达站点" if chinese else "no site is reached"]
    looks = _band_looks(found.ends, found.limit)
    classes = [
        (i + 1, *look, label) for i, (look, label) in enumerate(zip(looks, labels, strict=True))
    ]
    kinds = tuple(about.get("kinds", ()))
    few = 0 < len(kinds) <= _NAMED_KINDS
    where = "、".join(kind_label(k, chinese=True) for k in kinds) if few else "机构"
    sites = " or ".join(kind_label(k, chinese=False) for k in kinds) if few else "site"
    when = ("现状" if today else "规划") if chinese else ("today" if today else "plan")
    title = (
        f"到最近{where}的{word}数({when})"
        if chinese
        else f"{word.capitalize()} to the nearest {sites}, {chosen} ({when})"
    )
    notes = [f"{word}: {found.measured[chinese]}"]
    apart = disagreement(plan, chosen, found, asked, today=today)
    if apart >= 0.5:
        notes.append(
            f"{apart:,.0f} 人的分级与规则 {chosen} 的覆盖结果不一致(规则另有条件)"
            if chinese
            else f"for {apart:,.0f} people the bands differ from the cover of {chosen}, "
            "which asks for more than the kind of site"
        )
    return Picture(
        title,
        (rule_meaning(plan, chosen, chinese=chinese),),
        tuple(_of_cells(plan, state, classes, chinese=chinese)),
        kinds,
        {},
        tuple(notes),
        today,
    )


def unit_picture(
    plan: Plan, resource: str | None, *, chinese: bool, today: bool = False
) -> Picture:
    """A resource per 1,000 residents, by planning unit."""
    rates, people, resource = _rates(plan, resource, today=today)
    shapes = {names[1]: shape for names, shape in contents.named_shapes(plan)[0] if names[1]}
    if not set(shapes) & set(rates.index):
        raise InputError(
            "the plan has no outlines of its units; draw it where plan.gpkg lies beside the tables",
            where="map of units",
        )
    groups, breaks = _classes_of(rates)
    word = resource_label(resource, chinese=chinese)
    classes = []
    for i, (low, high) in enumerate(breaks):
        units = [u for u in rates.index if groups.get(u) == i]
        text = _figure(low) if low == high else f"{_figure(low)} - {_figure(high)}"
        text += (
            f" ({len(units)} 个单位)"
            if chinese
            else f" ({len(units)} unit{'s' * (len(units) > 1)})"
        )
        fill = _STEPS[-1] if len(breaks) == 1 else _STEPS[round(i * 4 / (len(breaks) - 1))]
        classes.append((text, units, fill, False))
    unknown = [u for u in rates.index if np.isnan(rates[u])]
    if unknown:
        classes.append(("未知" if chinese else "not known", unknown, _GREY, True))
    nobody = np.empty(0, dtype=np.int64)
    when = ("现状" if today else "规划") if chinese else ("today" if today else "plan")
    title = (
        f"每千人口{word}({when})"
        if chinese
        else f"{word} per 1,000 residents ({when})".capitalize()
    )
    made = tuple(
        Class(fill, hatched, text, float(people.reindex(units).sum()), nobody,
              tuple(shapes[u] for u in units if u in shapes))
        for text, units, fill, hatched in classes
    )  # fmt: skip
    figures = {u: _figure(rates[u]) for u in rates.index if not np.isnan(rates[u])}
    return Picture(title, (), made, None, figures, (), today)


def legend_label(one: Class, whole: float, printed: int, *, chinese: bool) -> str:
    """``0-5 minutes: 12,345 people (12.3%)``."""
    share = f" ({one.people / whole:.1%})" if whole > 0 and one.counts else ""
    return f"{one.label}: {printed:,} {'人' if chinese else 'people'}{share}"


def whole_people(people: Sequence[float]) -> list[int]:
    """Whole numbers that add up to the rounded sum, for legends."""
    total = round(float(np.sum(people)))
    if total <= 0:
        return [0] * len(people)
    return list(map(int, largest_remainder(np.asarray(people, dtype=np.float64), total)))


def _of_cells(
    plan: Plan,
    state: NDArray[Any],
    classes: Sequence[tuple[int, str, bool, str]],
    *,
    chinese: bool,
) -> list[Class]:
    """Classes of cells by state; what is grey or not asked only where there is a cell of it."""
    people = plan.cells["people"].to_numpy(float)
    outside = "不适用本规则" if chinese else "not in this rule"
    made = []
    for value, fill, hatched, label in [*classes, (0, _GREY, False, outside)]:
        at = np.flatnonzero(state == value)
        if len(at) or fill not in _ONLY_WHERE_SEEN:
            sum_people = float(people[at].sum())
            made.append(Class(fill, hatched, label, sum_people, at, counts=value > 0))
    return made


def _band_looks(ends: tuple[float, ...], limit: float) -> list[tuple[str, bool]]:
    """Colour and hatch of each band, of what lies beyond the last, and of what is not reached."""
    highest = ends[-1] if np.isnan(limit) else limit
    near = sum(end <= highest * (1 + 1e-9) for end in ends)
    far = len(ends) - near + 1
    inside = [_NEAR[round(i * (len(_NEAR) - 2) / max(near - 1, 1))] for i in range(near)]
    beyond = [_FAR[min(i, len(_FAR) - 1)] for i in range(far)]
    hatched = not np.isnan(limit)  # no rule speaks of this unit: nothing is beyond it
    return [*((c, False) for c in inside), *((c, hatched) for c in beyond), (_NOWHERE, True)]


def _rates(
    plan: Plan, resource: str | None, *, today: bool
) -> tuple["pd.Series[float]", "pd.Series[float]", str]:
    """Rate per 1,000 and residents by unit, without the whole region; and of which resource."""
    units = plan.units
    known = [r for r in dict.fromkeys(units["resource"]) if r != "residents"]
    if not known or "residents" not in set(units["resource"]):
        raise InputError("the plan has no resources by unit to draw", where="map of units")
    chosen = resource or ("public_beds" if "public_beds" in known else known[0])
    if chosen not in known:
        raise InputError(
            f"resource: the plan has no {chosen!r}; it has {', '.join(known)}", where="map of units"
        )
    column = "have" if today else "allocated"
    root = contents.region_row(plan, units) if len(set(units["unit"])) > 1 else ""
    table = units[units["unit"] != root].set_index("unit")
    people = table.loc[table["resource"] == "residents", column].astype(float)
    amount = table.loc[table["resource"] == chosen, column].astype(float).reindex(people.index)
    return amount / people.where(people > 0) * 1000, people, chosen


def _classes_of(rates: "pd.Series[float]") -> tuple[dict[str, int], list[tuple[float, float]]]:
    """Class of each unit, and the lowest and highest rate of each: as many units in each."""
    # By the figures that are shown: what reads the same is no difference to colour.
    known = rates.dropna().map(lambda rate: round(rate, 2) if abs(rate) < 100 else round(rate))
    values = np.unique(known)
    if not len(values):
        return {}, []
    parts = np.array_split(values, min(_MOST_CLASSES, len(values)))
    lows = np.array([part[0] for part in parts])
    groups = np.searchsorted(lows, known, side="right") - 1
    breaks = [(float(part[0]), float(part[-1])) for part in parts]
    return dict(zip(map(str, known.index), map(int, groups), strict=True)), breaks


def _figure(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
