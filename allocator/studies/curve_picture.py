"""The picture of coverage curves: a line per radius over p, or one over the radius."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from allocator.studies.drawing import INK, KNEE, MARK, SOFT, Canvas

if TYPE_CHECKING:
    from allocator.studies.curves import CoverageStudy

_LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#1F3A5F", "#7A5C00")
_SAID = {
    "best": ("best choice", "最优"),
    "greedy": ("greedy: one by one", "贪心: 逐个选取"),
    "bound": ("not proven: the bar ends at the bound", "未证明: 竖线止于界"),
    "full": ("everybody who can be reached (LSCP)", "覆盖全部可达人口(LSCP)"),
    "across": ("open sites", "开设机构数(处)"),
    "up": ("share of people covered (%)", "覆盖人口占比(%)"),
    "title": ("people within reach", "覆盖曲线"),
}
_UNITS = {"km": ("km", "公里"), "minutes": ("minutes", "分钟"), "": ("", "")}


def draw_curve(study: "CoverageStudy", *, chinese: bool = False) -> Canvas:
    """Shares in percent; the greedy choice dashed, bounds as bars where nothing is proven."""
    points, unit = study.points, _UNITS[study.unit][chinese]
    radii = list(dict.fromkeys(points["radius"].tolist()))
    numbers = list(dict.fromkeys(points["p"].tolist()))
    over_radius = len(numbers) == 1 and len(radii) > 1
    words = {name: pair[chinese] for name, pair in _SAID.items()}
    texts = [*words.values(), unit, "半径 radius p ="]
    rows = 1 if over_radius else (len(radii) + 4) // 3
    canvas = Canvas.new(words["title"], _notes(study, chinese=chinese), texts, legend_rows=rows)
    if over_radius:
        _line(canvas, points, points["radius"].to_numpy(float), MARK, words, words["best"])
        canvas.label(
            f"{'半径' if chinese else 'radius'} ({unit})", f"{words['up']}, p = {numbers[0]}"
        )
    else:
        for k, radius in enumerate(radii):
            same = points["radius"].isna() if radius != radius else points["radius"] == radius
            part = points[same]
            ink = _LINES[k % len(_LINES)] if len(radii) > 1 else MARK
            name = words["best"] if len(radii) == 1 else f"{radius:g} {unit}"
            _line(canvas, part, part["p"].to_numpy(float), ink, words, name, first=not k)
        if len(radii) == 1:
            _mark_full(canvas, study, max(numbers), words)
        canvas.whole_steps()
        canvas.label(words["across"], words["up"])
    canvas.legend(columns=3)
    return canvas


def _line(
    canvas: Canvas, points: pd.DataFrame, x: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    ink: str, words: dict[str, str], name: str, *, first: bool = True,
) -> None:  # fmt: skip
    """One curve with its greedy one and its bounds."""
    share = 100 * points["share"].to_numpy(float)
    per_person = share / np.maximum(points["people"].to_numpy(float), 1e-300)
    bound = points["bound"].to_numpy(float) * per_person
    open_ = ~points["proven"].to_numpy(dtype=bool)
    axes = canvas.axes
    axes.plot(x, 100 * points["greedy_share"].to_numpy(float), color=SOFT, linestyle="--",
              linewidth=1.2, zorder=2, label=words["greedy"] if first else None)  # fmt: skip
    axes.plot(x, share, color=ink, linewidth=1.4, marker="o", markersize=4, zorder=3, label=name)
    labelled = False
    for at, value, end in zip(x[open_], share[open_], bound[open_], strict=True):
        if end == end:
            axes.plot([at, at], [value, end], color=INK, linewidth=1.4, zorder=4, marker="_",
                      label=words["bound"] if first and not labelled else None)  # fmt: skip
            labelled = True


def _mark_full(canvas: Canvas, study: "CoverageStudy", most: int, words: dict[str, str]) -> None:
    """Where everybody who can be reached is, if the curve comes near it."""
    if study.full.empty:
        return
    row = study.full.iloc[0]
    if row["sites"] <= 1.5 * most:
        canvas.axes.scatter(
            [row["sites"]], [100 * row["share"]], s=90, marker="*", color=KNEE, zorder=5,
            label=words["full"],
        )  # fmt: skip


def _notes(study: "CoverageStudy", *, chinese: bool) -> list[str]:
    notes = []
    unit = _UNITS[study.unit][chinese]
    for radius, most, least, share in (
        study.full[["radius", "sites", "bound", "share"]].to_numpy(float).tolist()
    ):
        at = "" if radius != radius else f"{radius:g} {unit}: "
        count = f"{most:.0f}" if most == least else f"{least:.0f}-{most:.0f}"
        notes.append(
            f"{at}覆盖全部可达人口(占{share:.1%})需{count}处。" if chinese
            else f"{at}all who can be reached ({share:.1%} of people) take {count} sites."
        )  # fmt: skip
    if len(notes) > 6:
        notes = [*notes[:6], f"... (+{len(notes) - 6})"]
    if study.interrupted:
        notes.append("求解被中断。" if chinese else "Interrupted: the points so far.")
    return notes
