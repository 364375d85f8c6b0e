"""How each layer looks in QGIS: colours that stay apart for all, and shapes besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.etree.ElementTree import Element, tostring

import numpy as np
import pandas as pd

from allocator.files.gis import symbols
from allocator.files.gis.aliases import alias_of
from allocator.files.gis.layers import Layer
from allocator.files.labels import header, kind_label, resource_label, word
from allocator.files.storable import storable
from allocator.files.tables import AWAY

_SHAPES = (
    "circle", "square", "triangle", "diamond", "pentagon", "hexagon", "star", "octagon",
    "equilateral_triangle", "cross_fill", "half_square",
    "right_half_triangle", "semi_circle", "third_circle",
)  # fmt: skip
# Colour and edge of a site by what becomes of it; a closed one is hollow.
_STATUS = {
    "kept": ("70,130,180,255", "35,35,35,255", 0.2, 2.2),
    "new": ("230,120,0,255", "0,0,0,255", 0.5, 3.0),
    "upgraded": ("0,130,100,255", "0,0,0,255", 0.4, 2.6),
    "closed": ("255,255,255,0", "120,0,80,255", 0.5, 2.4),
}
_STEPS = ("239,243,255,255", "189,215,231,255", "107,174,214,255", "49,130,189,255", "8,81,156,255")
_RULES = ("0,90,160,170", "200,90,0,170", "0,120,90,170", "150,60,120,170", "90,90,90,170")
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_MANY = 300
"""Sites of a kind with more than this are drawn small."""
_BANDS = (5.0, 8.0, 11.0, 15.0, 30.0)
"""Ends of the bands of minutes."""
_KM = (0.5, 1.0, 2.0, 3.0, 5.0)


@dataclass(frozen=True)
class Style:
    """A style of a layer; the first one of a layer is the one that QGIS takes."""

    layer: str
    name: str
    qml: str
    told: str


def layer_styles(layers: Sequence[Layer], *, chinese: bool) -> list[Style]:
    """Styles of all layers that have rows; several for ``cells``, to choose from."""
    found: list[Style] = []
    for layer in layers:
        aliases = {
            str(c): alias_of(str(c), chinese=chinese)
            for c in layer.frame.columns
            if c != "geometry"
        }
        for name, kind, drawn, text in _MADE[layer.name](layer.frame, chinese):
            root = symbols.document(kind, drawn, text=text, aliases=aliases)
            qml = _DOCTYPE + storable(tostring(root, encoding="unicode"))
            found.append(Style(layer.name, name, qml, layer.told))
    return found


_Made = list[tuple[str, str, Element, Element | None]]


def _units(frame: pd.DataFrame, chinese: bool) -> _Made:
    """Planning units by a figure per 1,000 residents, all others as outlines; with names."""
    outline = symbols.fill("255,255,255,0", edge="60,60,60,255", edge_width=0.5)
    figure = _first_figure(frame)
    if figure is None:
        drawn = symbols.renderer([symbols.Rule("", header("unit", chinese=chinese), outline)])
        return [("outlines", "fill", drawn, symbols.labels('"name"', size=8))]
    resource, values, part_of_whole = figure
    per = f'"{resource}_allocated" * 1000 / "residents_allocated"'
    named = resource_label(resource, chinese=chinese)
    unit = header("per_1000", chinese=chinese)
    rules = []
    classes = ranges(values)
    for (lower, upper), colour in zip(classes, _STEPS, strict=False):
        label = f"{named}: {lower:,.6g} - {upper:,.6g} ({unit})"
        where = f"{part_of_whole}{_within(per, lower, upper, classes)}"
        rules.append(symbols.Rule(where, label, symbols.fill(colour)))
    thin = symbols.fill("255,255,255,0", edge="140,140,140,255", edge_width=0.15)
    small = '"residents_allocated" IS NULL'
    rules.append(symbols.Rule(small, word("units without figures", chinese=chinese), thin))
    large = '"residents_allocated" IS NOT NULL'
    rules.append(symbols.Rule(large, header("unit", chinese=chinese), outline))
    text = symbols.labels(f'if({part_of_whole}, "name", NULL)', size=9)
    return [(f"{resource} per 1,000"[:30], "fill", symbols.renderer(rules), text)]


def _within(
    expression: str, lower: float, upper: float, classes: Sequence[tuple[float, float]]
) -> str:
    """What lets a class through; the lowest and the highest are open, so that rounding loses none.

    One that holds all lets all through.
    """
    found = "" if (lower, upper) == classes[0] else f" AND {expression} >= {lower!r}"
    return found if (lower, upper) == classes[-1] else f"{found} AND {expression} < {upper!r}"


def _column(name: str) -> str:
    """A column in a QGIS expression."""
    inside = name.replace('"', '""')
    return f'"{inside}"'


def _quoted(text: str) -> str:
    """A text in a QGIS expression."""
    inside = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{inside}'"


def _first_figure(frame: pd.DataFrame) -> tuple[str, "pd.Series[float]", str] | None:
    """The first resource per head that differs between units, and a filter for the units.

    The region itself, which lies under all others, is left out by the filter.
    """
    if "residents_allocated" not in frame.columns:
        return None
    people = frame["residents_allocated"].astype(float)
    rest = frame[people.notna() & (people > 0) & (people < people.max())]
    columns = [str(c) for c in frame.columns if str(c).endswith("_allocated")]
    columns.sort(key=lambda c: "beds" not in c)
    for column in columns:
        per = rest[column].astype(float) * 1000 / rest["residents_allocated"].astype(float)
        per = per.dropna()
        if column != "residents_allocated" and len(ranges(per)) > 1:
            where = f'"residents_allocated" < {float(people.max())!r}'
            return column.removesuffix("_allocated"), per, where
    return None


def _sites(frame: pd.DataFrame, chinese: bool) -> _Made:
    """By kind (shape) and by what becomes of it (colour, edge, size)."""
    kinds = list(dict.fromkeys(frame["kind"].astype(str)))
    shapes = {kind: _SHAPES[i % len(_SHAPES)] for i, kind in enumerate(kinds)}
    pairs = sorted(
        {(str(k), str(s)) for k, s in zip(frame["kind"], frame["status"], strict=True)},
        key=lambda p: (kinds.index(p[0]), list(_STATUS).index(p[1]) if p[1] in _STATUS else 9),
    )
    many = frame["kind"].astype(str).value_counts() > _MANY
    classes = []
    for kind, status in pairs:
        colour, edge, width, size = _STATUS.get(status, _STATUS["kept"])
        scale = 0.5 if many[kind] else 1.0
        mark = symbols.marker(
            shapes[kind], colour, size=size * scale, edge=edge, edge_width=width * scale
        )
        label = f"{kind_label(kind, chinese=chinese)}: {word(status, chinese=chinese)}"
        classes.append((f"{kind} {status}", label, mark))
    drawn = symbols.categorised('concat("kind", \' \', "status")', classes)
    return [("kind and status", "marker", drawn, None)]


def _cells(frame: pd.DataFrame, chinese: bool) -> _Made:
    """By people; and, to choose from, by how far the nearest site is under each rule."""
    side = _side_m(frame)
    people = frame["people"].astype(float)
    said = word("people", chinese=chinese)

    def mark(colour: str) -> symbols.Symbol:
        if side is None:
            return symbols.marker("square", colour, size=2, edge_width=0)
        return symbols.marker("square", colour, size=side, edge_width=0, unit=symbols.ON_THE_GROUND)

    found: _Made = []
    classes = [
        (lower, upper, f"{lower:,.6g} - {upper:,.6g} {said}", mark(colour))
        for (lower, upper), colour in zip(ranges(people), _STEPS, strict=False)
    ]
    found.append(("people", "marker", symbols.graduated("people", classes), None))
    for column in map(str, frame.columns):
        if not column.startswith(AWAY):
            continue
        values = frame[column].astype(float).dropna()
        ends = _KM if column.startswith("km") else _BANDS
        unit = ("公里" if chinese else "km") if ends is _KM else word("minutes", chinese=chinese)
        if values.empty:
            continue
        edges = [0.0, *ends, max(float(values.max()), ends[-1] + 1)]
        bands = [
            (lower, upper, f"{lower:g} - {upper:,.6g} {unit}", mark(colour))
            for lower, upper, colour in zip(edges, edges[1:], (*_FAR,), strict=False)
        ]
        found.append((column[:30], "marker", symbols.graduated(_column(column), bands), None))
    return found


_FAR = (
    "8,81,156,255", "66,146,198,255", "158,202,225,255", "254,217,118,255", "253,141,60,255",
    "165,40,20,255",
)  # fmt: skip


def _allocation(frame: pd.DataFrame, chinese: bool) -> _Made:
    word_of = header("rule", chinese=chinese)
    classes = [
        (str(rule), f"{word_of}: {rule}", symbols.line(_RULES[i % len(_RULES)], width=0.25))
        for i, rule in enumerate(dict.fromkeys(frame["rule"]))
    ]
    return [("rule", "line", symbols.categorised("rule", classes), None)]


def _service_areas(frame: pd.DataFrame, chinese: bool) -> _Made:
    """People served, one rule at a time: areas of several rules lie over one another."""
    found: _Made = []
    said = word("people", chinese=chinese)
    for rule in dict.fromkeys(map(str, frame["rule"])):
        people = frame.loc[frame["rule"] == rule, "people"].astype(float)
        classes = ranges(people)
        rules = []
        for (lower, upper), colour in zip(classes, _STEPS, strict=False):
            where = f'"rule" = {_quoted(rule)}{_within(_column("people"), lower, upper, classes)}'
            label = f"{rule}: {lower:,.6g} - {upper:,.6g} {said}"
            clear = f"{colour.rpartition(',')[0]},200"
            area = symbols.fill(clear, edge="255,255,255,255")
            rules.append(symbols.Rule(where, label, area))
        found.append((f"people {rule}"[:30], "fill", symbols.renderer(rules), None))
    return found


_MADE = {
    "units": _units,
    "sites": _sites,
    "cells": _cells,
    "allocation": _allocation,
    "service_areas": _service_areas,
}


def ranges(values: "pd.Series[float]", most: int = 5) -> list[tuple[float, float]]:
    """Up to five ranges with about as many values each; together they hold every value.

    Ends between ranges have two significant digits.

    >>> ranges(pd.Series([1.0, 2.0, 3.04, 4.0, 10.0]), most=2)
    [(1.0, 3.0), (3.0, 10.0)]
    """
    known = values.dropna().to_numpy(np.float64)
    if not len(known):
        return []
    low, high = float(known.min()), float(known.max())
    inner = [float(f"{q:.2g}") for q in np.quantile(known, np.arange(1, most) / most)]
    edges = [low, *sorted({e for e in inner if low < e < high}), high]
    return list(pairwise(edges)) if len(edges) > 1 else [(low, high)]


def _side_m(frame: pd.DataFrame) -> float | None:
    """Usual distance between neighbours in a row of cells, in metres."""
    x = np.unique(np.round(frame["x_m"].astype(float), 2))
    return float(np.median(np.diff(x))) if len(x) > 1 else None
