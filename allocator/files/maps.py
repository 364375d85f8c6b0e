"""A static map of a plan: left today's facilities and who they reach, right the plan's."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from allocator.errors import InputError
from allocator.files import map_contents as contents
from allocator.files import map_panels as panels
from allocator.files.counties import region_row
from allocator.files.fonts import Face, find_face
from allocator.files.labels import kind_label, word
from allocator.plans import Plan

_DPI = 150
_WIDTH_IN, _HEAD_IN, _FOOT_IN, _MARGIN_IN = 13.0, 0.75, 0.75, 0.25
CHINESE_TEXTS = (
    "现状规划已覆盖未覆盖不适用人来源规划人口坐标北模拟数据非实测机构网格未绘出见、保留新建关闭升级"
)
"""Every Chinese character that the map itself may write."""
_ENTRY_IN, _TITLE_IN = 0.165, 0.4


@dataclass(frozen=True, eq=False)
class _Sheet:
    """What all panels share."""

    plan: Plan
    chinese: bool
    face: Face
    side_m: float
    box: tuple[float, float, float, float]

    def say(self, english: str, chinese: str) -> str:
        return chinese if self.chinese else english


def to_map(plan: Plan, path: Path, *, chinese: bool = False) -> None:
    """Draw today and the plan side by side, one pair of maps per coverage theme.

    Names are drawn in a font that has their characters; without one, in Latin letters or as ids,
    and the map says so.
    """
    face = find_face(_all_texts(plan, chinese=chinese))
    # Labels are drawn whole or not at all: without a Chinese font the map falls back to English.
    sheet = _Sheet(plan, chinese and not face.lacks, face, contents.cell_side_m(plan), _box(plan))
    drawn, left_out = contents.themes(plan)
    width, south, _, north = sheet.box[2] - sheet.box[0], sheet.box[1], 0, sheet.box[3]
    panel_in = (_WIDTH_IN - 3 * _MARGIN_IN) / 2
    tall_in = float(np.clip(panel_in * (north - south) / width, 3.0, 9.0))
    row_in = tall_in + _TITLE_IN + _ENTRY_IN * max(_legend_rows(plan, t) for t in drawn)
    height_in = _HEAD_IN + row_in * len(drawn) + _FOOT_IN
    figure = Figure(figsize=(_WIDTH_IN, height_in), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    for row, theme in enumerate(drawn):
        bottom_in = height_in - _HEAD_IN - row * row_in - tall_in
        for column, today in enumerate((True, False)):
            left_in = _MARGIN_IN + column * (panel_in + _MARGIN_IN)
            axes = figure.add_axes(
                (left_in / _WIDTH_IN, bottom_in / height_in, panel_in / _WIDTH_IN,
                 tall_in / height_in)
            )  # fmt: skip
            _panel(axes, sheet, theme, today=today)
    _frame(figure, sheet, left_out, height_in)
    figure.savefig(path, format="png", dpi=_DPI, metadata={"Software": "allocator"})


def _panel(axes: Axes, sheet: _Sheet, theme: contents.Theme, *, today: bool) -> None:
    plan = sheet.plan
    west, south, east, north = sheet.box
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect("equal", adjustable="box")
    axes.set_xticks([])
    axes.set_yticks([])
    state = contents.states(plan, theme, today=today)
    if len(state):
        xy_m = plan.cells[["x_m", "y_m"]].to_numpy(float)
        panels.draw_cells(axes, xy_m, sheet.side_m, state)
    planning, others = _shapes(plan)
    panels.draw_outlines(axes, [s for _, s in others], width=0.25, ink="#8C8C8C")
    panels.draw_outlines(axes, [s for _, s in planning], width=0.9, ink="#303030")
    table = contents.facilities(plan, theme, today=today)
    panels.draw_facilities(axes, table)
    named = [(sheet.face.sayable(*names), shape) for names, shape in planning]
    panels.draw_names(axes, named, sheet.face)
    panels.draw_scale(axes, sheet.face)
    rules = ", ".join(theme.rules)
    title = sheet.say("Today's facilities", "现状") if today else sheet.say("Plan", "规划")
    axes.set_title(
        f"{title}   {rules}", fontproperties=sheet.face.properties(10, bold=True), loc="left"
    )
    _legend(axes, sheet, state, table, today=today)


def _legend_rows(plan: Plan, theme: contents.Theme) -> int:
    """Rows of the longer legend of a pair of maps: two entries to a row."""
    table = contents.facilities(plan, theme, today=False)
    return (3 + len(table[["kind", "status"]].drop_duplicates()) + 1) // 2


def _legend(axes: Axes, sheet: _Sheet, state: Any, table: pd.DataFrame, *, today: bool) -> None:
    """Legend below the panel: people by state, facilities by kind and status with their number."""
    people = sheet.plan.cells["people"].to_numpy(float)
    asked = people[state != contents.OUTSIDE_STATE].sum()
    labels = {
        contents.COVERED_STATE: ("covered", "已覆盖"),
        contents.UNCOVERED_STATE: ("NOT covered", "未覆盖"),
        contents.OUTSIDE_STATE: ("not in these rules", "不适用"),
    }
    handles: list[Any] = []
    for value, names in labels.items():
        count = people[state == value].sum()
        if value == contents.OUTSIDE_STATE and not (state == value).any():
            continue
        share = f" ({count / asked:.1%})" if asked > 0 and value != contents.OUTSIDE_STATE else ""
        text = f"{sheet.say(*names)}: {count:,.0f} {sheet.say('people', '人')}{share}"
        handles.append(panels.legend_cells(value, text))
    for (kind, status), rows in table.groupby(["kind", "status"], sort=False):
        label = kind_label(str(kind), chinese=sheet.chinese)
        if not today:
            label += f", {word(str(status), chinese=sheet.chinese)}"
        entry = f"{label}: {len(rows):,}"
        handles.append(panels.legend_facility(str(kind), str(status), entry))
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, -0.01), ncols=2, frameon=False,
        prop=sheet.face.properties(7.5), borderaxespad=0.2, handletextpad=0.5, columnspacing=1.2,
    )  # fmt: skip


def _frame(figure: Figure, sheet: _Sheet, left_out: list[str], height_in: float) -> None:
    """Title above, and below it what the map rests on."""
    plan = sheet.plan
    left = _MARGIN_IN / _WIDTH_IN
    region = sheet.face.sayable(plan.region, "region")
    policy = sheet.face.sayable(plan.policy, "policy")
    figure.text(
        left, 1 - 0.3 / height_in, f"{region}: {policy}",
        fontproperties=sheet.face.properties(13, bold=True), va="center",
    )  # fmt: skip
    lines = _notes(sheet, left_out)
    figure.text(
        left, 0.12 / height_in, "\n".join(lines), fontproperties=sheet.face.properties(7),
        va="bottom", linespacing=1.35,
    )  # fmt: skip


def _notes(sheet: _Sheet, left_out: list[str]) -> list[str]:
    plan = sheet.plan
    people = plan.cells["people"].astype(float).sum()
    year = str(plan.provenance.get("year", ""))
    planned = sheet.say("people as planned for", "规划人口") + (f" ({year})" if year else "")
    first = (
        f"{planned}: {people:,.0f}; CRS {plan.crs}; {sheet.say('north is grid north', '坐标北')}"
    )
    lines = [f"{first}; {plan.objective}: {plan.status.value}, gap {plan.gap:.1%}"]
    source = "; ".join(_sources(plan))
    if source:
        lines.append(sheet.face.sayable(f"{sheet.say('Sources', '来源')}: {source}"))
    modelled = contents.modelled_parts(plan)
    if modelled:
        lines.append(
            sheet.say(
                f"MODELLED, not measured: {', '.join(modelled)}",
                "模拟数据(非实测): " + "、".join(_PARTS_ZH[m] for m in modelled),
            )
        )
    if left_out:
        said = ", ".join(left_out)
        lines.append(
            sheet.say(f"Not drawn, see cells.csv: {said}", f"未绘出, 见 cells.csv: {said}")
        )
    if sheet.face.lacks:
        lines.append(
            "No font with Chinese characters is installed: names are in Latin letters or are ids"
        )
    return lines


_PARTS_ZH = {"facilities": "机构", "population grid": "人口网格"}


def _sources(plan: Plan) -> list[str]:
    told = plan.provenance.get("attribution")
    return [f"{k} ({v})" for k, v in told.items()] if isinstance(told, dict) else []


_Named = tuple[tuple[str, str], Any]
"""Name and id of a unit, and its outline."""


def _shapes(plan: Plan) -> tuple[list[_Named], list[_Named]]:
    """Outlines of the units that are planned for, with (name, id), and those of all others."""
    outlines = plan.outlines
    if "geometry" not in outlines.columns:
        return [], []
    own = set(plan.units["unit"])
    planned: list[_Named] = []
    others: list[_Named] = []
    for unit, name, shape in zip(outlines.index, outlines["name"], outlines.geometry, strict=True):
        if shape is not None and not shape.is_empty:
            (planned if unit in own else others).append(((str(name), str(unit)), shape))
    if len(planned) > 1:
        # The whole region's name would stand among those of its parts.
        root = region_row(plan, plan.units)
        planned = [(("", "") if names[1] == root else names, s) for names, s in planned]
    return planned, others


def _box(plan: Plan) -> tuple[float, float, float, float]:
    """What the panels show: cells, facilities and outlines, with a margin."""
    points = [plan.cells[["x_m", "y_m"]].to_numpy(float)]
    points.append(pd.DataFrame(plan.facilities)[["x_m", "y_m"]].to_numpy(float))
    planned, others = _shapes(plan)
    bounds = [shapely.bounds(s).reshape(2, 2) for _, s in [*planned, *others]]
    every = np.concatenate([*points, *bounds])
    if not len(every):
        raise InputError("the plan has no cells, facilities or outlines to draw", where="map")
    (west, south), (east, north) = every.min(axis=0), every.max(axis=0)
    margin = 0.03 * max(east - west, north - south, 1000.0) + contents.cell_side_m(plan) / 2
    return west - margin, south - margin, east + margin, north + margin


def _all_texts(plan: Plan, *, chinese: bool) -> list[str]:
    """Every text that may have to be drawn with characters beyond Latin."""
    planned, _ = _shapes(plan)
    texts = [plan.region, plan.policy, *_sources(plan), *(n for (n, _), _ in planned)]
    if chinese:
        kinds = sorted(set(plan.facilities["kind"]))
        texts += [CHINESE_TEXTS]
        texts += [kind_label(kind, chinese=True) for kind in kinds]
    return texts
