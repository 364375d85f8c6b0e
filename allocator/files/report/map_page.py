"""The map of the report: pictures of the cells, outlines, facilities, and data for a click."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from allocator.errors import InputError
from allocator.files import map_contents as contents
from allocator.files.map_notes import source_notes, sources
from allocator.files.report import layers as cell_layers
from allocator.files.report.cell_data import cell_data
from allocator.files.report.figures import figure, percent
from allocator.files.report.marks import STATUSES, Group, facility_data, groups, shape_of
from allocator.files.report.outlines import (
    FILLS,
    Choropleth,
    Frame,
    Outline,
    choropleths,
    class_of,
    outlines,
)
from allocator.files.report.rasters import Raster, png
from allocator.files.report.wording import Page, Text, kind, phrase, said
from allocator.plans import Plan


@dataclass(frozen=True, eq=False)
class Map:
    """What the template draws; ``data`` is what the script needs.

    ``choices`` are groups of (key, title): what can be shown.
    """

    width: int
    height: int
    picture: str
    box: tuple[int, int, int, int]
    choices: list[tuple[Text, list[tuple[str, Text]]]]
    outlines: list[Outline]
    groups: list[Group]
    shapes: dict[str, str]
    kinds: list[tuple[str, Text, int]]
    size: float
    notes: list[str]
    data: dict[str, Any]
    legend: list[tuple[Text, str, bool]]
    opens_with: str


def map_of(plan: Plan, themes: list[contents.Theme], page: Page, theme: int = 0) -> Map | None:
    """The map, opening with a theme; None for a plan without a place."""
    try:
        frame = Frame(*contents.extent(plan))
    except InputError:
        return None
    width, height = frame.size
    side = contents.cell_side_m(plan)
    raster = Raster.of(plan.cells, side)
    drawn = cell_layers.layers(plan, themes) if raster is not None else []
    shapes = outlines(plan, frame)
    heads = choropleths(plan, [o.unit for o in shapes if o.planned])
    marks = groups(plan, frame)
    told = {f"{x.form}-{x.theme}-{_when(today=x.today)}": _layer(x, raster, page) for x in drawn}
    opened = [x for x in drawn if x.theme == theme and x.form == "cover" and not x.today]
    kinds = _kinds(marks)
    data = {
        "size": [width, height],
        "layers": told,
        "choropleths": [_choropleth(c, page) for c in heads],
        "fills": list(FILLS),
        "themes": [list(t.kinds) for t in themes],
        "cells": cell_data(plan, frame, side) if raster is not None else None,
        "units": [[o.unit, o.name, o.x, o.y] for o in shapes if o.planned],
        **_facility_parts(plan, marks, page),
    }
    return Map(
        width=width,
        height=height,
        picture=told[f"cover-{theme}-plan"]["picture"] if opened else "",
        box=_box(raster, frame),
        choices=_choices(drawn, heads),
        outlines=shapes,
        groups=marks,
        shapes={k: shape_of(k) for k in kinds},
        kinds=[(k, kind(k), n) for k, n in kinds.items()],
        size=_size(width, sum(kinds.values())),
        notes=[*sources(plan), *source_notes(plan)],
        data=data,
        legend=[entry for x in opened for entry in _entries(x)],
        opens_with=f"cover-{theme}",
    )


def _kinds(marks: list[Group]) -> dict[str, int]:
    """How many facilities of each kind there are, the most first."""
    kinds: dict[str, int] = {}
    for group in marks:
        kinds[group.kind] = kinds.get(group.kind, 0) + len(group.places)
    return dict(sorted(kinds.items(), key=lambda pair: -pair[1]))


def _facility_parts(plan: Plan, marks: list[Group], page: Page) -> dict[str, Any]:
    """What the script knows of facilities."""
    return {
        "kinds": {k: page.pair(kind(k)) for k in _kinds(marks)},
        "statuses": {s: page.pair(said(s)) for s in STATUSES},
        "groups": [[g.kind, g.status, [p[0] for p in g.places]] for g in marks],
        "facilities": facility_data(plan),
        "places": _places(marks, len(plan.facilities)),
    }


def _box(raster: Raster | None, frame: Frame) -> tuple[int, int, int, int]:
    """Where the picture of the cells stands: left, top, width and height."""
    if raster is None:
        return 0, 0, *frame.size
    x, y = frame.at(raster.west, raster.north)
    return x, y, round(raster.east - raster.west), round(raster.north - raster.south)


def _when(*, today: bool) -> str:
    return "today" if today else "plan"


def _size(width: int, count: int) -> float:
    """Radius of a mark in metres at the first zoom: smaller where there are many."""
    return width * float(np.clip(0.09 / max(count, 1) ** 0.4, 0.0042, 0.014))


def _layer(layer: cell_layers.Layer, raster: Raster | None, page: Page) -> dict[str, Any]:
    hatched = frozenset(i for i, e in enumerate(layer.entries) if e.hatched)
    picture = "" if raster is None else png(
        raster, layer.state, [e.fill for e in layer.entries], hatched, cell_layers.INK
    )  # fmt: skip
    return {
        "picture": picture,
        "title": page.pair(layer.title),
        "legend": [[page.pair(words), fill, hatched] for words, fill, hatched in _entries(layer)],
    }


def _asked(layer: cell_layers.Layer) -> int:
    """How many of the first classes the rules speak of: the last one is all others."""
    return len(layer.entries) - 1


def _entries(layer: cell_layers.Layer) -> list[tuple[Text, str, bool]]:
    """The legend of a layer: words with people and their share, colour, whether hatched."""
    total = sum(e.people for e in layer.entries[: _asked(layer)])
    rows = []
    for i, entry in enumerate(layer.entries):
        asked = i < _asked(layer)
        if entry.people == 0 and not asked:
            continue
        count = figure(round(entry.people))
        words = phrase("{what}: {count} people", what=entry.words, count=count)
        if asked and total > 0:
            share = percent(entry.people / total)
            words = Text(f"{words.english} ({share})", f"{words.chinese} ({share})")
        rows.append((words, entry.fill, entry.hatched))
    return rows


def _choices(
    drawn: list[cell_layers.Layer], heads: list[Choropleth]
) -> list[tuple[Text, list[tuple[str, Text]]]]:
    grouped = {
        "cover": phrase("Who is covered"),
        "missing": phrase("People not covered"),
        "bands": phrase("How far it is"),
    }
    found = [
        (label, [(f"{form}-{x.theme}", x.title) for x in drawn if x.form == form and not x.today])
        for form, label in grouped.items()
    ]
    found.append((phrase("By county"), [(f"county-{i}", c.title) for i, c in enumerate(heads)]))
    return [(label, choices) for label, choices in found if choices]


def _choropleth(found: Choropleth, page: Page) -> dict[str, Any]:
    def told(values: dict[str, float | None]) -> dict[str, list[Any]]:
        return {
            unit: [figure(v), class_of(v, found.ends)]
            for unit, v in values.items()
            if v is not None
        }

    return {
        "title": page.pair(found.title),
        "ends": [f"{e:,g}" for e in found.ends],
        "today": told(found.today),
        "plan": told(found.plan),
    }


def _places(marks: list[Group], count: int) -> list[list[int]]:
    """Where each facility of the plan's table stands in the picture."""
    found = [[0, 0]] * count
    for group in marks:
        for at, x, y in group.places:
            found[at] = [x, y]
    return found
