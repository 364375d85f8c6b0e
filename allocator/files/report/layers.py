"""What the map can show of the cells: who is covered, how far the nearest site is, who is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.files import map_contents as contents
from allocator.files.report.rasters import NOBODY
from allocator.files.report.wording import Text, joined, kind, phrase
from allocator.plans import Plan
from allocator.region.sites import KINDS

COVERED, UNCOVERED, OUTSIDE, INK = "#A9CFE6", "#F0A94B", "#E4E4E4", "#8A4B00"
_BANDS = ("#FFFFCC", "#C7E9B4", "#7FCDBB", "#41B6C4", "#2C7FB8", "#253494")
_PEOPLE = ("#FDBE85", "#FD8D3C", "#E6550D", "#A63603", "#5B1A01")
LADDERS = {
    "minutes": (5, 8, 11, 15, 20, 30, 45, 60, 90, 120, 180, 240),
    "km": (0.5, 1, 2, 3.5, 5, 8, 10, 15, 20, 30, 50, 100),
}
PRIMARY = ("community_health_centre", "township_health_centre", "health_station", "village_clinic")


@dataclass(frozen=True)
class Entry:
    """One class of a layer: what it means, how many people live there, and how it looks."""

    words: Text
    fill: str
    people: float
    hatched: bool = False


@dataclass(frozen=True, eq=False)
class Layer:
    """One picture of the cells.

    Attributes
    ----------
    theme
        Position of the coverage theme.
    form
        ``cover``, ``bands`` or ``missing``.
    state
        Class of each cell, shape ``(n_cells,)``, :data:`~allocator.files.report.rasters.NOBODY`
        where nothing is drawn.
    entries
        The classes, and with them the legend.
    """

    theme: int
    form: str
    today: bool
    title: Text
    state: NDArray[np.uint8]
    entries: tuple[Entry, ...]


def theme_name(theme: contents.Theme) -> Text:
    """What people of a theme are to reach: primary care, an ambulance station."""
    if theme.kinds and set(theme.kinds) <= set(PRIMARY):
        what = phrase("primary care")
    elif theme.kinds and len(theme.kinds) <= 2 and all(k in KINDS for k in theme.kinds):
        what = joined([kind(k) for k in theme.kinds], (" or ", "或"))
    else:
        what = phrase("a facility")
    rules = ", ".join(theme.rules)
    return Text(f"{what.english} ({rules})", f"{what.chinese}({rules})")


def layers(plan: Plan, themes: list[contents.Theme]) -> list[Layer]:
    """All layers: per theme who is covered, how far away and who is missed, today and then."""
    found = []
    for at, theme in enumerate(themes):
        if not theme.rules:
            continue
        for today in (True, False):
            found.append(_cover(plan, at, theme, today=today))
            found.append(_missing(plan, at, theme, today=today))
            found += _bands(plan, at, theme, today=today)
    return found


def _people(plan: Plan) -> NDArray[np.float64]:
    return plan.cells["people"].to_numpy(float)


def _cover(plan: Plan, at: int, theme: contents.Theme, *, today: bool) -> Layer:
    states = contents.states(plan, theme, today=today)
    order = (contents.COVERED_STATE, contents.UNCOVERED_STATE, contents.OUTSIDE_STATE)
    looks = (("covered", COVERED), ("NOT covered", UNCOVERED), ("not in these rules", OUTSIDE))
    people = _people(plan)
    state = np.full(len(states), NOBODY, dtype=np.uint8)
    entries = []
    for i, (value, (words, fill)) in enumerate(zip(order, looks, strict=True)):
        state[states == value] = i
        count = float(people[states == value].sum())
        entries.append(Entry(phrase(words), fill, count, hatched=i == 1))
    title = phrase("Who is covered: {what}", what=theme_name(theme))
    return Layer(at, "cover", today, title, state, tuple(entries))


def _missing(plan: Plan, at: int, theme: contents.Theme, *, today: bool) -> Layer:
    """People who are not covered, darker where there are more of them."""
    states = contents.states(plan, theme, today=today)
    people = _people(plan)
    # The same classes today and in the plan, or the two could not be compared.
    ends = _ends_of_people(people[contents.states(plan, theme, today=True) == 1])
    missed = states == contents.UNCOVERED_STATE
    band = np.searchsorted(ends, people)
    state = np.where(missed, band, len(ends) + 1).astype(np.uint8)
    state[states == contents.OUTSIDE_STATE] = len(ends) + 2
    starts = [0.0, *ends]
    entries = [
        Entry(
            _range_words(start, end, phrase("people in a cell")),
            _PEOPLE[i],
            float(people[missed & (band == i)].sum()),
        )
        for i, (start, end) in enumerate(zip(starts, [*ends, None], strict=True))
    ]
    entries.append(
        Entry(phrase("covered"), "#F4F6F7", float(people[states == contents.COVERED_STATE].sum()))
    )
    outside = float(people[states == contents.OUTSIDE_STATE].sum())
    entries.append(Entry(phrase("not in these rules"), OUTSIDE, outside))
    title = phrase("People not covered: {what}", what=theme_name(theme))
    return Layer(at, "missing", today, title, state, tuple(entries))


def _ends_of_people(people: NDArray[np.float64]) -> list[float]:
    """At most four round ends between the few and the many."""
    people = people[people > 0]
    if not len(people):
        return []
    ladder = [m * 10.0**p for p in range(7) for m in (1, 2, 5)]
    wanted = np.quantile(people, [0.25, 0.5, 0.75, 0.95])
    ends = sorted({min(ladder, key=lambda v: abs(v - q)) for q in wanted.tolist()})
    return [e for e in ends if e < people.max()]


def _bands(plan: Plan, at: int, theme: contents.Theme, *, today: bool) -> list[Layer]:
    """How far the nearest open site is, where the plan says so in one unit for the theme."""
    for unit in LADDERS:
        name = f"{unit}_today:" if today else f"{unit}:"
        if not all(f"{name}{rule}" in plan.cells.columns for rule in theme.rules):
            continue
        away = np.full(len(plan.cells), np.nan)
        for rule in theme.rules:
            found = plan.cells[f"{name}{rule}"].to_numpy(float)
            away = np.where(np.isnan(away), found, away)
        return [_layer_of_bands(plan, at, theme, unit, away, today=today)]
    return []


def _layer_of_bands(
    plan: Plan, at: int, theme: contents.Theme, unit: str, away: NDArray[np.float64], *, today: bool
) -> Layer:
    ends = band_ends(_limits(plan, theme, unit), unit)
    people = _people(plan)
    outside = contents.states(plan, theme, today=today) == contents.OUTSIDE_STATE
    band = np.where(np.isnan(away), len(ends), np.searchsorted(np.array(ends) * (1 + 1e-9), away))
    state = band.astype(np.uint8)
    state[outside] = len(ends) + 1
    named = phrase("minutes") if unit == "minutes" else phrase("km")
    entries = [
        Entry(
            _range_words(start, end, named),
            _BANDS[i],
            float(people[~outside & (band == i)].sum()),
        )
        for i, (start, end) in enumerate(zip([0.0, *ends], [*ends, None], strict=True))
    ]
    entries.append(Entry(phrase("not in these rules"), OUTSIDE, float(people[outside].sum())))
    words = "Minutes to the nearest: {what}" if unit == "minutes" else "km to the nearest: {what}"
    title = phrase(words, what=theme_name(theme))
    return Layer(at, "bands", today, title, state, tuple(entries))


def _limits(plan: Plan, theme: contents.Theme, unit: str) -> list[float]:
    """The limits of the theme's rules, where the plan tells them."""
    told = plan.provenance.get("coverage_rules")
    details: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    stated = [details.get(rule, {}).get(f"within_{unit}") for rule in theme.rules]
    return [float(v) for v in stated if isinstance(v, int | float) and v > 0]


def band_ends(limits: list[float], unit: str) -> list[float]:
    """Up to five ends of bands: the rules' own limits, and round values around them.

    >>> band_ends([15.0, 20.0], "minutes")
    [8.0, 11.0, 15.0, 20.0, 30.0]
    """
    ladder = [float(v) for v in LADDERS[unit]]
    own = sorted(set(limits))[:3]
    if not own:
        return ladder[:5]
    above = [v for v in ladder if v > own[-1] * 1.2][:1]
    between = [v for v in ladder if v not in own and v < own[-1] * 0.95]
    room = 5 - len(own) - len(above)
    return sorted({*own, *above, *(between[-room:] if room > 0 else [])})


def _end(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:g}"


def _range_words(start: float, end: float | None, measure: Text) -> Text:
    if end is None:
        return phrase("over {start} {measure}", start=_end(start), measure=measure)
    return phrase("{start} to {end} {measure}", start=_end(start), end=_end(end),
                  measure=measure)  # fmt: skip
