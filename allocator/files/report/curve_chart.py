"""Coverage curves beside the plan: people whom so many sites reach at best, by radius."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.files.report.charts import (
    LEFT,
    RIGHT,
    Chart,
    Key,
    Label,
    Line,
    apart,
    axis,
    share_axis,
    straight,
)  # fmt: skip
from allocator.files.report.figures import percent
from allocator.files.report.grids import Cell, Grid, Row, columns, number, shown
from allocator.files.report.studies import Curve
from allocator.files.report.study_points import (
    bars,
    point,
    point_keys,
    proven_cell,
    stopped,
    with_unit,
)  # fmt: skip
from allocator.files.report.wording import Text, phrase, said

_LOOKS = 4
"""Lines that dashes tell apart; further ones take them again, and have their words."""
_MOST_WITH_GREEDY = 2


def curve_chart(curve: Curve) -> Chart:
    """People reached at best over the number of open sites, a line per radius; or over the radius.

    Shares in percent; the greedy choice is dotted where there are few lines.
    """
    points = curve.points
    radii = list(dict.fromkeys(points["radius"].fillna(-1.0).tolist()))
    counts = list(dict.fromkeys(points["p"].tolist()))
    over_radius = len(counts) == 1 and len(radii) > 1
    across = "radius" if over_radius else "p"
    name = _radius(curve.unit) if over_radius else phrase("open sites")
    x = axis(name, points[across], (LEFT, RIGHT - 60), whole=not over_radius)
    y = share_axis(phrase("share of people"))
    groups = [points] if over_radius else [
        points[points["radius"].fillna(-1.0) == radius] for radius in radii
    ]  # fmt: skip
    lines, dots, ends = [], [], []
    for k, part in enumerate(groups):
        at, share = part[across].to_numpy(float), part["share"].to_numpy(float)
        proven = part["proven"].to_numpy(bool)
        if len(groups) <= _MOST_WITH_GREEDY:
            greedy = zip(at, part["greedy_share"].to_numpy(float), strict=True)
            lines.append(Line(straight(x, y, greedy), "greedy"))
        lines.append(Line(straight(x, y, zip(at, share, strict=True)), f"series-{k % _LOOKS}"))
        lines += bars(x, y, at, share, np.where(proven, np.nan, _bound_share(part)))
        dots += [
            point((x.at(a), y.at(s)), proven=bool(p), value=float(s))
            for a, s, p in zip(at, share, proven, strict=True)
        ]
        ends.append((x.at(at[-1]), y.at(share[-1]), float(part["radius"].iloc[0])))
    labels = [] if len(groups) == 1 else _end_labels(curve.unit, ends)
    return Chart("curve", _curve_title(curve, points, over_radius=over_radius), x, y, lines, dots,
                 labels, _curve_keys(points, len(groups)), stopped(interrupted=curve.interrupted),
                 [_curve_grid(curve), _full_grid(curve)])  # fmt: skip


def _curve_title(curve: Curve, points: pd.DataFrame, *, over_radius: bool) -> Text:
    radius = points["radius"].dropna().unique()
    if over_radius:
        count = f"{float(points['p'].iloc[0]):.0f}"
        return phrase("People that {count} sites reach at best, over the radius", count=count)
    if len(radius) == 1:
        return phrase("People that sites reach at best within {value} {measure}",
                      value=f"{radius[0]:g}", measure=_unit(curve.unit))  # fmt: skip
    return phrase("People that sites reach at best, by their number")


def _curve_keys(points: pd.DataFrame, groups: int) -> list[Key]:
    keys = point_keys(points["proven"].to_numpy(bool))
    if groups <= _MOST_WITH_GREEDY:
        keys.append(Key(phrase("greedy: one site after the other"), "greedy"))
    return keys


def _end_labels(unit: str, ends: list[tuple[float, float, float]]) -> list[Label]:
    """The radius beside the end of each line; of equally high ones the largest on top."""
    ends = sorted(ends, key=lambda end: -end[2])
    heights = apart([height for _, height, _ in ends], 16.0)
    return [
        Label(at + 10, height + 4.5, Text(f"{radius:g} {_unit(unit).english}",
              f"{radius:g} {_unit(unit).chinese}"))
        for (at, _, radius), height in zip(ends, heights, strict=True)
    ]  # fmt: skip


def _bound_share(part: pd.DataFrame) -> NDArray[np.float64]:
    """Bounds as shares of the people whom the shares are of."""
    people, share = part["people"].to_numpy(float), part["share"].to_numpy(float)
    whole = np.divide(people, share, out=np.full(len(part), np.nan), where=share > 0)
    return np.asarray(part["bound"].to_numpy(float) / whole)


def _unit(unit: str) -> Text:
    return phrase(unit) if unit else Text.same("")


def _radius(unit: str) -> Text:
    return with_unit(phrase("radius"), _unit(unit))


def _curve_grid(curve: Curve) -> Grid:
    heads: list[str | Text] = [
        phrase("open sites"), _radius(curve.unit), phrase("people covered at best"),
        phrase("share of people"), phrase("bound: {what}", what=phrase("people")),
        phrase("gap to the bound"), "status", phrase("proven"), phrase("more than the row before"),
        phrase("people covered by the greedy choice"), phrase("share, greedy"),
    ]  # fmt: skip
    rows = [
        Row([
            number(line["p"]), number(line["radius"]), number(line["people"], "people"),
            shown(percent(line["share"]), line["share"]), number(line["bound"], "people"),
            shown(percent(line["gap"]), line["gap"]), Cell(said(str(line["status"]))),
            proven_cell(proven=bool(line["proven"])), number(line["gained"], "people"),
            number(line["greedy"], "people"),
            shown(percent(line["greedy_share"]), line["greedy_share"]),
        ])
        for line in curve.points.to_dict("records")
    ]  # fmt: skip
    return Grid(
        "curve", phrase("The points of the curve"), columns(heads, (0, 1, 2, 3, 4, 5, 8, 9, 10)),
        rows, page=60, source="curve.csv",
    ).trimmed()  # fmt: skip


def _full_grid(curve: Curve) -> Grid:
    heads: list[str | Text] = [
        _radius(curve.unit), phrase("sites that reach everybody who can be reached"),
        phrase("at least"), phrase("people whom some site can reach"), phrase("share of people"),
    ]  # fmt: skip
    rows = [
        Row([
            number(line["radius"]), number(line["sites"]), number(line["bound"]),
            number(line["people"], "people"), shown(percent(line["share"]), line["share"]),
        ])
        for line in curve.full.to_dict("records")
    ]  # fmt: skip
    return Grid("full", phrase("How many sites reach everybody"), columns(heads, (0, 1, 2, 3, 4)),
                rows, source="full_cover.csv")  # fmt: skip
