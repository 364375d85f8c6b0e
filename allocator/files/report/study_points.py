"""What the charts of studies have in common: points, bounds, and what is proven."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from allocator.files.report.charts import DOTS, Axis, Dot, Key, Line
from allocator.files.report.grids import Cell
from allocator.files.report.wording import Text, phrase


def bars(
    x: Axis, y: Axis, across: Iterable[float], value: Iterable[float], bound: Iterable[float]
) -> list[Line]:
    """From each value to what nothing can beat."""
    found = []
    for at, start, end in zip(across, value, bound, strict=True):
        if all(map(math.isfinite, (at, start, end))):
            path = f"M{x.at(at):g},{y.at(start):g}V{y.at(end):g}m-5,0h10"
            found.append(Line(path, "bar"))
    return found


def point(at: tuple[float, float], *, proven: bool, value: float) -> Dot:
    """A plan: full where nothing can beat it, else hollow and of another shape."""
    shape, look = ("circle", "plan") if proven else ("square", "open-end")
    return Dot(*at, DOTS[shape], look, value)


def point_keys(proven: NDArray[np.bool_]) -> list[Key]:
    """What the shapes of the points mean."""
    best = Key(phrase("proven best"), "plan", DOTS["circle"], line=False)
    keys = [best] if proven.any() else []
    if not proven.all():
        words = phrase("not proven: the bar ends at what nothing can beat")
        keys.append(Key(words, "open-end", DOTS["square"], line=False))
    return keys


def stopped(*, interrupted: bool) -> list[Text]:
    """A note where the user stopped the study."""
    return [phrase("Interrupted: these are the points so far.")] if interrupted else []


def with_unit(name: Text, unit: Text) -> Text:
    """A name, and what it is counted in."""
    if not unit.english:
        return name
    return Text(f"{name.english} ({unit.english})", f"{name.chinese} ({unit.chinese})")


def proven_cell(*, proven: bool) -> Cell:
    """Whether nothing can beat it, in a word and a sign."""
    mark, look = ("✓", "flag-good") if proven else ("?", "flag-open")
    words = phrase("proven" if proven else "not proven")
    return Cell(Text(f"{mark} {words.english}", f"{mark} {words.chinese}"), look=look)
