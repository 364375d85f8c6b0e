"""Units as outlines with figures per head: the county map."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from allocator.files.map_contents import named_shapes
from allocator.files.report.figures import figure
from allocator.files.report.wording import Text, phrase, resource
from allocator.plans import Plan
from allocator.region.stock import resources

FILLS = ("#EFF3FF", "#C6DBEF", "#9ECAE1", "#6BAED6", "#3182BD", "#08519C")
_FINENESS = 1500
"""Points of an outline: none is nearer to its neighbours' line than the extent over this."""
_FIRST = ("all_beds", "public_beds", "physicians", "nurses", "ambulances")


@dataclass(frozen=True)
class Frame:
    """From the plan's metres to the picture's: x to the right, y down, from a corner."""

    west: float
    south: float
    east: float
    north: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture, metres."""
        return math.ceil(self.east - self.west), math.ceil(self.north - self.south)

    def at(self, x_m: float, y_m: float) -> tuple[int, int]:
        """A point in the picture."""
        return round(x_m - self.west), round(self.north - y_m)


@dataclass(frozen=True)
class Outline:
    """A unit: its path for SVG, and where its name stands; ``planned`` if it has figures."""

    unit: str
    name: str
    path: str
    x: int
    y: int
    planned: bool


@dataclass(frozen=True)
class Choropleth:
    """Figures of the units today and in the plan, and the classes they fall into."""

    title: Text
    ends: tuple[float, ...]
    today: dict[str, float | None]
    plan: dict[str, float | None]


def outlines(plan: Plan, frame: Frame) -> list[Outline]:
    """The units that can be drawn, those without figures of their own first."""
    planned, others = named_shapes(plan)
    tolerance = max(frame.size) / _FINENESS
    found = []
    for named, own in ((others, False), (planned, True)):
        shapes: Any = shapely.coverage_simplify([s for _, s in named], tolerance) if named else []
        for ((name, unit), shape), thin in zip(named, shapes, strict=True):
            drawn = shape if thin is None or thin.is_empty else thin
            at = shape.representative_point()
            x, y = frame.at(at.x, at.y)
            # The whole region has no id where its parts are drawn: they have figures, not it.
            found.append(Outline(unit, name, _path(drawn, frame), x, y, own and unit != ""))
    return found


def _path(shape: Any, frame: Frame) -> str:
    """The rings of a shape as an SVG path in whole metres."""
    parts = []
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type != "Polygon":
            continue
        for ring in (polygon.exterior, *polygon.interiors):
            xy = np.asarray(ring.coords)[:-1, :2]
            x = np.rint(xy[:, 0] - frame.west).astype(int)
            y = np.rint(frame.north - xy[:, 1]).astype(int)
            steps = np.column_stack([np.diff(x), np.diff(y)])
            steps = steps[(steps != 0).any(axis=1)]
            moves = "".join(f"l{dx},{dy}" for dx, dy in steps.tolist())
            parts.append(f"M{x[0]},{y[0]}{moves}z")
    return "".join(parts)


def choropleths(plan: Plan, units: list[str]) -> list[Choropleth]:
    """Per resource what each unit has per 1,000 residents, the usual ones first."""
    if len(units) < 2:
        return []
    table = plan.units[plan.units["unit"].isin(units)]
    residents = table[table["resource"] == "residents"].set_index("unit")
    known = list(resources())
    present = [r for r in known if r in set(table["resource"]) and r != "residents"]
    present += [r for r in dict.fromkeys(table["resource"]) if r not in {*known, "residents"}]
    present.sort(key=lambda r: _FIRST.index(r) if r in _FIRST else len(_FIRST))
    found = []
    for name in present:
        rows = table[table["resource"] == name].set_index("unit")
        today = _per_1000(rows["have"], residents["have"], units)
        then = _per_1000(rows["allocated"], residents["allocated"], units)
        every = [v for v in [*today.values(), *then.values()] if v is not None]
        if not every:
            continue
        title = phrase("{what} per 1,000 residents", what=resource(name))
        found.append(Choropleth(title, _ends(every), today, then))
    return sorted(found, key=lambda c: not c.ends)


def _per_1000(
    values: "pd.Series[float]", people: "pd.Series[float]", units: list[str]
) -> dict[str, float | None]:
    rates = {}
    for unit in units:
        value, count = float(values.get(unit, math.nan)), float(people.get(unit, math.nan))
        rates[unit] = value / count * 1000 if count > 0 and not math.isnan(value) else None
    return rates


def _ends(values: list[float]) -> tuple[float, ...]:
    """Ends of at most five equal classes, today and in the plan alike; none if all agree."""
    if len({figure(v) for v in values}) < 2:
        return ()
    low, high = min(values), max(values)
    digits = max(0, 2 - math.floor(math.log10(high - low)))
    return tuple(sorted({round(low + (high - low) * i / 5, digits) for i in range(1, 5)}))


def class_of(value: float, ends: tuple[float, ...]) -> int:
    """Class of a figure: how many ends lie below it."""
    return sum(value > end for end in ends)
