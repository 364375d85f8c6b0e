"""Maps in pairs: left today's facilities and who they reach, right the plan's."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from allocator.files import map_contents as contents
from allocator.files import map_panels as panels
from allocator.files.labels import kind_label, word
from allocator.files.map_away import about_rule
from allocator.files.map_marks import legend_facility
from allocator.files.map_notes import foot_notes, region_name, rule_lines
from allocator.files.map_sheets import Sheet, draw_ground, frame_panel, new_figure
from allocator.plans import Plan

_WIDTH_IN, _HEAD_IN, _MARGIN_IN, _TITLE_IN, _LINE_IN = 13.0, 0.55, 0.25, 0.32, 0.165
_PANEL_IN = (_WIDTH_IN - 3 * _MARGIN_IN) / 2


def draw_pairs(sheet: Sheet, rule: str | None = None) -> Figure:
    """Today and the plan side by side, one pair of maps per coverage theme, or the one of a rule.

    Names are drawn in a font that has their characters; without one, in Latin letters or as ids,
    and the map says so.
    """
    plan, face = sheet.plan, sheet.face
    drawn, left_out = contents.themes(plan)
    if rule is not None:
        chosen, _ = about_rule(plan, rule)
        drawn, left_out = [t for t in contents.all_themes(plan) if chosen in t.rules], []
    notes = foot_notes(plan, face, left_out, sheet.ground, chinese=sheet.chinese)
    west, south, east, north = sheet.box
    tall_in = float(np.clip(_PANEL_IN * (north - south) / (east - west), 3.0, 9.0))
    rows_in = [tall_in + _above_in(sheet, t) + _below_in(plan, t) for t in drawn]
    height_in = _HEAD_IN + sum(rows_in) + _LINE_IN * (len(notes) + 2)
    figure = new_figure(_WIDTH_IN, height_in)
    _heads(figure, sheet, height_in)
    top_in = height_in - _HEAD_IN
    for theme, row_in in zip(drawn, rows_in, strict=True):
        _row(figure, sheet, theme, top_in, tall_in)
        top_in -= row_in
    figure.text(
        _MARGIN_IN / _WIDTH_IN, _LINE_IN * 0.7 / height_in, "\n".join(notes), va="bottom",
        linespacing=1.35, fontproperties=face.properties(7),
    )  # fmt: skip
    return figure


def _above_in(sheet: Sheet, theme: contents.Theme) -> float:
    """Height of what stands above a pair of panels, in inches."""
    return _TITLE_IN + _LINE_IN * len(_said_of(sheet, theme))


def _said_of(sheet: Sheet, theme: contents.Theme) -> list[str]:
    return rule_lines(sheet.plan, theme, sheet.face, chinese=sheet.chinese)


def _below_in(plan: Plan, theme: contents.Theme) -> float:
    """Height of the longer legend of a pair of panels: two entries to a row."""
    table = contents.facilities(plan, theme, today=False)
    entries = 3 + len(table[["kind", "status"]].drop_duplicates())
    return _LINE_IN * ((entries + 1) // 2 + 1)


def _heads(figure: Figure, sheet: Sheet, height_in: float) -> None:
    region = sheet.face.sayable(region_name(sheet.plan, chinese=sheet.chinese), "region")
    policy = sheet.face.sayable(sheet.plan.policy, "policy")
    figure.text(
        _MARGIN_IN / _WIDTH_IN, 1 - 0.3 / height_in, f"{region}: {policy}", va="center",
        fontproperties=sheet.face.properties(13, bold=True),
    )  # fmt: skip


def _row(
    figure: Figure, sheet: Sheet, theme: contents.Theme, top_in: float, tall_in: float
) -> None:
    """Draw one pair of panels, what its rules mean above it."""
    height_in = figure.get_size_inches()[1]
    for i, line in enumerate(_said_of(sheet, theme)):
        figure.text(
            _MARGIN_IN / _WIDTH_IN, (top_in - _LINE_IN * (i + 0.5)) / height_in, line,
            va="center", fontproperties=sheet.face.properties(8),
        )  # fmt: skip
    bottom_in = top_in - _above_in(sheet, theme) - tall_in
    for column, today in enumerate((True, False)):
        left_in = _MARGIN_IN + column * (_PANEL_IN + _MARGIN_IN)
        place = (left_in / _WIDTH_IN, bottom_in / height_in, _PANEL_IN / _WIDTH_IN,
                 tall_in / height_in)  # fmt: skip
        _panel(figure.add_axes(place), sheet, theme, today=today)


def _panel(axes: Axes, sheet: Sheet, theme: contents.Theme, *, today: bool) -> None:
    plan = sheet.plan
    frame_panel(axes, sheet)
    state = contents.states(plan, theme, today=today)
    if len(state):
        xy_m = plan.cells[["x_m", "y_m"]].to_numpy(float)
        panels.draw_cells(axes, xy_m, sheet.side_m, state)
    table = contents.facilities(plan, theme, today=today)
    draw_ground(axes, sheet, table)
    rules = ", ".join(theme.rules)
    title = sheet.say("Today's facilities", "现状") if today else sheet.say("Plan", "规划")
    axes.set_title(
        f"{title}   {rules}", fontproperties=sheet.face.properties(10, bold=True), loc="left"
    )
    _legend(axes, sheet, state, table, today=today)


def _legend(axes: Axes, sheet: Sheet, state: Any, table: pd.DataFrame, *, today: bool) -> None:
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
        handles.append(legend_facility(str(kind), str(status), entry))
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, -0.01), ncols=2, frameon=False,
        prop=sheet.face.properties(7.5), borderaxespad=0.2, handletextpad=0.5, columnspacing=1.2,
    )  # fmt: skip
