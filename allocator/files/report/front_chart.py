"""A front beside the plan: its points, what is proven, the knee, and every figure in a table."""

from collections.abc import Iterable

import numpy as np

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
    straight,
)  # fmt: skip
from allocator.files.report.figures import percent
from allocator.files.report.grids import Cell, Grid, Row, columns, number, shown
from allocator.files.report.studies import Front
from allocator.files.report.study_points import (
    bars,
    point,
    point_keys,
    proven_cell,
    stopped,
    with_unit,
)  # fmt: skip
from allocator.files.report.wording import Text, phrase, said

_LARGE = 1e7
_MILLION = 1e6


def front_chart(front: Front) -> Chart:
    """The held figure from left to right, the other upwards; each number is a row of the table."""
    points = front.points
    first, second = points["first"].to_numpy(float), points["second"].to_numpy(float)
    bound = points["bound"].to_numpy(float)
    proven = points["proven"].to_numpy(bool)
    shown_bound = bound[~proven & np.isfinite(bound)]
    x = _scaled(front, 1, second, (LEFT, RIGHT))
    y = _scaled(front, 0, [*first, *shown_bound], (BOTTOM, TOP))
    lines = [Line(straight(x, y, zip(second, first, strict=True)), "soft")]
    lines += bars(x, y, second, first, np.where(proven, np.nan, bound))
    dots, labels = [], []
    for row in points[np.isfinite(first) & np.isfinite(second)].to_dict("records"):
        at = x.at(float(row["second"])), y.at(float(row["first"]))
        dots.append(point(at, proven=bool(row["proven"]), value=float(row["first"])))
        labels.append(Label(at[0] + 9, at[1] + 17, Text.same(f"{float(row['point']):.0f}")))
        if row["knee"]:
            dots.append(Dot(*at, DOTS["ring"], "knee"))
            labels.append(Label(at[0] - 14, at[1] - 8, phrase("knee"), "end", "knee"))
    title = phrase("{first} against {second}", first=front.names[0], second=front.names[1])
    keys = [*point_keys(proven), *([Key(phrase("knee: farthest from the line between the ends"),
            "knee", DOTS["ring"], line=False)] if points["knee"].any() else [])]  # fmt: skip
    return Chart("front", title, x, y, lines, dots, labels, keys, _front_notes(front),
                 [_front_grid(front)])  # fmt: skip


def _scaled(front: Front, which: int, values: Iterable[float], edges: tuple[int, int]) -> Axis:
    """A scale of one of the figures; large ones are written in millions."""
    values = [float(v) for v in values]
    most = max((abs(v) for v in values if v == v), default=0.0)
    name, unit = front.names[which], front.units[which]
    by = _MILLION if most >= _LARGE else 1.0
    if by > 1:
        unit = phrase("million {unit}", unit=unit)
    return axis(with_unit(name, unit), values, edges, by=by)


def _front_notes(front: Front) -> list[Text]:
    notes = [phrase("Each point is a plan of its own; numbers are those of the table.")]
    if front.set_aside:
        rules = ", ".join(front.set_aside)
        notes.append(phrase("Rules that ask for nothing here, as they state a figure: {rules}.",
                            rules=rules))  # fmt: skip
    return notes + stopped(interrupted=front.interrupted)


def _front_grid(front: Front) -> Grid:
    heads: list[str | Text] = [
        phrase("point"),
        *(with_unit(n, u) for n, u in zip(front.names, front.units, strict=True)),
        with_unit(phrase("limit: {what}", what=front.names[1]), front.units[1]),
        with_unit(phrase("bound: {what}", what=front.names[0]), front.units[0]),
        phrase("gap to the bound"), "status", phrase("proven"), phrase("knee"),
        phrase("must rules that fail"), phrase("targets that fail"), phrase("wishes that fail"),
    ]  # fmt: skip
    rows = []
    for line in front.points.to_dict("records"):
        knee = phrase("knee") if line["knee"] else Text.same("")
        rows.append(Row([
            number(line["point"]), number(line["first"]), number(line["second"]),
            number(line["limit"]), number(line["bound"]), shown(percent(line["gap"]), line["gap"]),
            Cell(said(str(line["status"]))), proven_cell(proven=bool(line["proven"])), Cell(knee),
            number(line["must_failed"]), number(line["target_failed"]),
            number(line["wish_failed"]),
        ]))  # fmt: skip
    return Grid(
        "front", phrase("The points of the trade-off"),
        columns(heads, (0, 1, 2, 3, 4, 5, 9, 10, 11)), rows, page=60, source="front.csv",
    )  # fmt: skip
