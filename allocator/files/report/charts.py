"""Charts drawn as SVG: scales, round ticks, lines and marks; words stay words of the page."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from allocator.files.report.grids import Grid
from allocator.files.report.wording import Text

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 66, 574, 52, 346
"""Edges of the panel in the picture."""
_LONGEST = 70
"""Letters of an axis' name in a picture; the table has it in full."""
DOTS = {
    "circle": "M-5,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0z",
    "diamond": "M0,-6.5L6.5,0L0,6.5L-6.5,0z",
    "square": "M-4.5,-4.5h9v9h-9z",
    "ring": "M-11,0a11,11 0 1,0 22,0a11,11 0 1,0 -22,0z",
}
"""Shapes of points, by name."""


@dataclass(frozen=True)
class Axis:
    """A scale from figures to the picture, from one edge of the panel to the other.

    ``by``: figures are written divided by it, with ``unit`` already in the label.
    """

    label: Text
    low: float
    high: float
    ticks: tuple[float, ...]
    edges: tuple[int, int]
    by: float = 1.0
    percent: bool = False

    def at(self, value: float) -> float:
        """Place of a figure in the picture, to a tenth."""
        start, end = self.edges
        part = (value - self.low) / (self.high - self.low)
        return round(start + part * (end - start), 1)

    @property
    def marked(self) -> list[tuple[float, str]]:
        """Places and texts of the ticks."""
        return [(self.at(v), self._text(v)) for v in self.ticks]

    def _text(self, value: float) -> str:
        if self.percent:
            return f"{value:.0%}"
        value /= self.by
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.6g}"


@dataclass(frozen=True)
class Line:
    """A line; ``look`` is its class in the style sheet."""

    path: str
    look: str


@dataclass(frozen=True)
class Dot:
    """A point with its own figure."""

    x: float
    y: float
    shape: str
    look: str
    value: float | None = None


@dataclass(frozen=True)
class Label:
    """Words in the picture; ``anchor`` is ``start``, ``middle`` or ``end``."""

    x: float
    y: float
    text: Text
    anchor: str = "start"
    look: str = ""


@dataclass(frozen=True)
class Key:
    """What a line or a shape means; ``line`` is false for a shape that stands alone."""

    text: Text
    look: str
    shape: str = ""
    line: bool = True


@dataclass(frozen=True)
class Chart:
    """A picture with its title, its key and the tables that say the same."""

    name: str
    title: Text
    x: Axis
    y: Axis
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    labels: Sequence[Label] = ()
    keys: Sequence[Key] = ()
    notes: Sequence[Text] = ()
    grids: Sequence[Grid] = field(default=())


def axis(
    label: Text, values: Iterable[float], edges: tuple[int, int], *, zero: bool = False,
    whole: bool = False, by: float = 1.0,
) -> Axis:  # fmt: skip
    """A scale with round ends around some figures; ``whole``: no ticks between whole numbers.

    >>> axis(Text("km", "公里"), [1.2, 8.9], (0, 100), zero=True).ticks
    (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)
    """
    known = [v for v in values if math.isfinite(v)] or [0.0]
    low, high = (min(0.0, *known) if zero else min(known)), max(known)
    if high <= low:
        high = low + (abs(low) or 1.0)
    step = max(_step(high - low), 1.0) if whole else _step(high - low)
    step = 5.0 if whole and step == 2.5 else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    # The least digits: 3 x 0.1 is 0.30000000000000004.
    ticks = tuple(float(f"{k * step:.12g}") for k in range(first, last + 1))
    name = Text(short(label.english, _LONGEST), short(label.chinese, _LONGEST))
    return Axis(name, ticks[0], ticks[-1], ticks, edges, by)


def share_axis(label: Text) -> Axis:
    """From none to all, upwards."""
    return Axis(label, 0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0), (BOTTOM, TOP), percent=True)


def _step(span: float) -> float:
    """A round distance of ticks, with four to seven of them."""
    size = 10.0 ** math.floor(math.log10(span / 5))
    return next(m * size for m in (1, 2, 2.5, 5, 10) if span / (m * size) <= 6.001)


def steps(x: Axis, y: Axis, points: Iterable[tuple[float, float]]) -> str:
    """A path that rises at each point, as shares of people do."""
    parts: list[str] = []
    before = (math.nan, math.nan)
    for value_x, value_y in points:
        here = (x.at(value_x), y.at(value_y))
        if not parts:
            parts.append(f"M{here[0]:g},{here[1]:g}")
        elif here != before:
            parts.append(f"H{here[0]:g}" + (f"V{here[1]:g}" if here[1] != before[1] else ""))
        before = here
    return "".join(parts)


def straight(x: Axis, y: Axis, points: Iterable[tuple[float, float]]) -> str:
    """A path from point to point; what is not known is left out."""
    known = [(a, b) for a, b in points if math.isfinite(a) and math.isfinite(b)]
    return "".join(f"{'L' if i else 'M'}{x.at(a):g},{y.at(b):g}" for i, (a, b) in enumerate(known))


def short(name: str, most: int) -> str:
    """A name that has room in a picture, in at most so many letters."""
    return name if len(name) <= most else name[: most - 1] + "…"


def apart(places: Sequence[float], least: float) -> list[float]:
    """Places moved as little as needed so that texts do not lie on each other; the order stays.

    >>> apart([100.0, 102.0, 300.0], 16.0)
    [93.0, 109.0, 300.0]
    """
    order = sorted(range(len(places)), key=lambda i: places[i])
    groups: list[list[int]] = []
    for i in order:
        groups.append([i])
        while len(groups) > 1 and _start(places, groups[-1], least) < (
            _start(places, groups[-2], least) + least * len(groups[-2])
        ):
            last = groups.pop()
            groups[-1] += last
    found = [0.0] * len(places)
    for group in groups:
        start = _start(places, group, least)
        for k, i in enumerate(group):
            found[i] = round(start + k * least, 1)
    return found


def _start(places: Sequence[float], group: list[int], least: float) -> float:
    middle = sum(places[i] for i in group) / len(group)
    return middle - least * (len(group) - 1) / 2
