"""Facilities on the map: a shape per kind, a look per status."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from allocator.files.report.outlines import Frame
from allocator.files.sentences import in_chinese
from allocator.files.tables import is_missing
from allocator.plans import Plan
from allocator.region.sites import KINDS

STATUSES = ("kept", "upgraded", "new", "closed")


@dataclass(frozen=True)
class Group:
    """Facilities of one kind and status: positions in the plan's table, and in the picture."""

    kind: str
    status: str
    places: tuple[tuple[int, int, int], ...]


def groups(plan: Plan, frame: Frame) -> list[Group]:
    """Facilities by kind and status, those that change drawn last."""
    table = pd.DataFrame(plan.facilities).reset_index(drop=True)
    found = []
    for status in STATUSES:
        here = table[table["status"] == status]
        for kind in dict.fromkeys(here["kind"]):
            rows = here[here["kind"] == kind]
            places = [
                (int(str(i)), *frame.at(x, y))
                for i, x, y in zip(rows.index, rows["x_m"], rows["y_m"], strict=True)
            ]
            found.append(Group(str(kind), status, tuple(places)))
    return found


def facility_data(plan: Plan) -> list[list[Any]]:
    """What a click on a facility tells, in the order of the plan's table.

    Id, name (or, of sites that the engine names, both languages), grade, unit, beds, ambulances,
    people served, cost, year.
    """
    table = pd.DataFrame(plan.facilities)
    names: Mapping[str, str] = {
        str(u): str(n) for u, n in zip(plan.outlines.index, plan.outlines["name"], strict=True)
    }
    rows = []
    for row in table.to_dict("records"):
        numbers = [row["beds"], row["ambulances"], row["people_served"], row["cost"]]
        plain = [None if is_missing(v) else round(float(v), 3) for v in numbers]
        year = row.get("year")
        rows.append([
            str(row["id"]), _name(str(row["name"])), str(row["grade"]),
            names.get(str(row["unit"]), str(row["unit"])), *plain,
            None if is_missing(year) else int(float(str(year))),
        ])  # fmt: skip
    return rows


def _name(name: str) -> str | list[str]:
    chinese = in_chinese(name, "name")
    return name if chinese is None else [name, chinese]


def shape_of(kind: str) -> str:
    """An SVG path of about one unit of radius for a kind; unknown kinds share a pentagon."""
    order = list(KINDS)
    return _SHAPES[order.index(kind) % len(_SHAPES)] if kind in KINDS else _polygon(5)


def _polygon(corners: int, turn: float = 0.0, inner: float | None = None) -> str:
    """A regular polygon, or a star with that inner radius, the first corner up."""
    points = []
    count = corners * (1 if inner is None else 2)
    for i in range(count):
        angle = 2 * math.pi * i / count + turn
        radius = inner if inner is not None and i % 2 else 1.0
        points.append(f"{radius * math.sin(angle):.2f},{-radius * math.cos(angle):.2f}")
    return "M" + "L".join(points) + "z"


_CIRCLE = "M-.9,0a.9,.9 0 1,0 1.8,0a.9,.9 0 1,0 -1.8,0z"
_CROSS = "M-.35,-1h.7v.65h.65v.7h-.65v.65h-.7v-.65h-.65v-.7h.65z"
_SQUARE = "M-.8,-.8h1.6v1.6h-1.6z"
_BAR = "M-1,-.45h2v.9h-2z"
_COLUMN = "M-.45,-1h.9v2h-.9z"
_SHAPES = (
    _SQUARE, _polygon(5), _polygon(4), _CIRCLE, _polygon(3), _CROSS, _polygon(4, inner=0.45),
    _polygon(3, math.pi), _polygon(5, inner=0.45), _polygon(6), _polygon(3, math.pi / 2),
    _BAR, _COLUMN, _polygon(6, inner=0.5), _polygon(3, -math.pi / 2), _polygon(7),
    _polygon(8, inner=0.6), _polygon(3, inner=0.35), _polygon(6, math.pi / 6),
    _polygon(10, inner=0.6), _polygon(4, math.pi / 4, inner=0.45), _polygon(8), _polygon(12),
)  # fmt: skip
