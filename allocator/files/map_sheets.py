"""The sheet of a map: what all its panels share, and a sheet of one panel with its legend."""

import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from allocator.files import map_contents as contents
from allocator.files import map_panels as panels
from allocator.files.fonts import Face, find_face
from allocator.files.labels import kind_label, word
from allocator.files.map_ground import Ground
from allocator.files.map_layers import Picture, legend_label, whole_people
from allocator.files.map_marks import draw_facilities, legend_facility, legend_vehicles
from allocator.files.map_notes import all_texts, foot_notes, region_name
from allocator.plans import Plan

DPI = 150
_WIDTH_IN, _MARGIN_IN, _LEGEND_IN, _LINE_IN = 11.69, 0.35, 3.25, 0.123
"""A4, landscape."""
_PANEL_IN = _WIDTH_IN - _LEGEND_IN - 2 * _MARGIN_IN
_LONGEST = 46
"""Characters of a line of the legend."""
_ACROSS = 195
"""Characters of a line of small print."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What all panels share."""

    plan: Plan
    chinese: bool
    face: Face
    side_m: float
    box: tuple[float, float, float, float]
    ground: Ground

    @classmethod
    def of(cls, plan: Plan, *, chinese: bool) -> "Sheet":
        """Extent, scale and font of the maps of a plan.

        Labels are drawn whole or not at all: without a Chinese font the map is in English.
        """
        face = find_face(all_texts(plan, chinese=chinese))
        box = contents.extent(plan)
        side_m = contents.cell_side_m(plan)
        return cls(plan, chinese and not face.lacks, face, side_m, box, Ground.of(plan.crs, box))

    def say(self, english: str, chinese: str) -> str:
        """The text in the language of the sheet."""
        return chinese if self.chinese else english


class MapFigure(Figure):
    """A figure that notebooks show by themselves."""

    def _repr_png_(self) -> bytes:
        from io import BytesIO

        found = BytesIO()
        self.savefig(found, format="png", metadata={"Software": "allocator"})
        return found.getvalue()


def new_figure(width_in: float, height_in: float) -> MapFigure:
    """An empty figure that no plotting state knows of."""
    figure = MapFigure(figsize=(width_in, height_in), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    return figure


def frame_panel(axes: Axes, sheet: Sheet) -> None:
    """Set the extent of a panel."""
    west, south, east, north = sheet.box
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect("equal", adjustable="box")
    axes.set_xticks([])
    axes.set_yticks([])


def draw_ground(
    axes: Axes,
    sheet: Sheet,
    table: pd.DataFrame | None,
    *,
    figures: dict[str, str] | None = None,
    by_vehicles: bool = False,
) -> None:
    """Draw outlines, facilities, names (and figures below them), scale and north."""
    planned, others = contents.named_shapes(sheet.plan)
    panels.draw_outlines(axes, [s for _, s in others], width=0.25, ink="#8C8C8C")
    panels.draw_outlines(axes, [s for _, s in planned], width=0.9, ink="#303030")
    if table is not None:
        draw_facilities(axes, table, by_vehicles=by_vehicles)
    said = figures or {}
    named = []
    for (name, unit), shape in planned:
        lines = [sheet.face.sayable(name, unit), said.get(unit, "")]
        named.append(("\n".join(line for line in lines if line), shape))
    panels.draw_names(axes, named, sheet.face)
    panels.draw_scale(axes, sheet.face, sheet.ground)


def draw_sheet(sheet: Sheet, picture: Picture) -> Figure:
    """One panel on a landscape page, its legend beside it, what it rests on below."""
    notes = [part for note in picture.notes for part in textwrap.wrap(note, _ACROSS)]
    notes += foot_notes(
        sheet.plan, sheet.face, [], sheet.ground, chinese=sheet.chinese, longest=_ACROSS
    )
    lines = [sheet.face.sayable(line) for line in picture.lines]
    lines = [part for line in lines for part in textwrap.wrap(line, 150)]
    west, south, east, north = sheet.box
    tall_in = float(np.clip(_PANEL_IN * (north - south) / (east - west), 3.5, 9.0))
    head_in, foot_in = 0.62 + 0.19 * len(lines), 0.25 + _LINE_IN * len(notes)
    figure = new_figure(_WIDTH_IN, head_in + tall_in + foot_in)
    height_in = float(figure.get_size_inches()[1])
    left = _MARGIN_IN / _WIDTH_IN
    region = sheet.face.sayable(region_name(sheet.plan, chinese=sheet.chinese), "region")
    figure.text(
        left, 1 - 0.34 / height_in, f"{region}: {sheet.face.sayable(picture.title)}", va="center",
        fontproperties=sheet.face.properties(14, bold=True),
    )  # fmt: skip
    for i, line in enumerate(lines):
        figure.text(
            left, 1 - (0.64 + 0.19 * i) / height_in, line, va="center",
            fontproperties=sheet.face.properties(9),
        )  # fmt: skip
    place = (left, foot_in / height_in, _PANEL_IN / _WIDTH_IN, tall_in / height_in)
    axes = figure.add_axes(place, anchor="NW")
    handles = fill_panel(axes, sheet, picture)
    figure.legend(
        handles=handles, loc="upper left", frameon=False, prop=sheet.face.properties(8),
        bbox_to_anchor=((_MARGIN_IN + _PANEL_IN + 0.1) / _WIDTH_IN, 1 - head_in / height_in + 0.01),
        borderaxespad=0.0, labelspacing=0.75, handlelength=1.6,
    )  # fmt: skip
    figure.text(
        left, 0.12 / height_in, "\n".join(notes), va="bottom", linespacing=1.35,
        fontproperties=sheet.face.properties(6.5),
    )  # fmt: skip
    return figure


def draw_on(axes: Axes, sheet: Sheet, picture: Picture) -> None:
    """The panel alone on axes of the caller's, legend and small print below."""
    handles = fill_panel(axes, sheet, picture)
    axes.set_title(
        sheet.face.sayable(picture.title), fontproperties=sheet.face.properties(10), loc="left"
    )
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0, -0.01), ncols=2, frameon=False,
        prop=sheet.face.properties(7), borderaxespad=0.2,
    )  # fmt: skip


def fill_panel(axes: Axes, sheet: Sheet, picture: Picture) -> list[Any]:
    """Draw a picture into a panel; the entries of its legend."""
    frame_panel(axes, sheet)
    plan = sheet.plan
    xy_m = plan.cells[["x_m", "y_m"]].to_numpy(float)
    panels.fill_cells(axes, xy_m, sheet.side_m, {c.fill: c.cells for c in picture.classes})
    hatched = [c.cells for c in picture.classes if c.hatched and len(c.cells)]
    if hatched:
        panels.hatch_cells(axes, xy_m[np.sort(np.concatenate(hatched))], sheet.side_m)
    for one in picture.classes:
        panels.fill_shapes(axes, one.shapes, one.fill, hatched=one.hatched)
    table = _sites(plan, picture)
    by_vehicles = table is not None and bool(table["ambulances"].fillna(0).gt(0).any())
    draw_ground(axes, sheet, table, figures=picture.figures, by_vehicles=by_vehicles)
    people = whole_people([c.people for c in picture.classes])
    whole = float(sum(c.people for c in picture.classes if c.counts))
    handles: list[Any] = []
    for one, printed in zip(picture.classes, people, strict=True):
        text = legend_label(one, whole, printed, chinese=sheet.chinese)
        handles.append(panels.legend_area(one.fill, _wrapped(text), hatched=one.hatched))
    if len(plan.cells) and not picture.figures:
        nobody = sheet.say("white: nobody lives there", "白色:无人居住")
        handles.append(panels.legend_area("#FFFFFF", nobody, hatched=False))
    if table is not None:
        handles += _site_entries(sheet, table, today=picture.today, by_vehicles=by_vehicles)
    return handles


def _sites(plan: Plan, picture: Picture) -> pd.DataFrame | None:
    if picture.kinds is None:
        return None
    return contents.facilities(plan, contents.Theme((), (), picture.kinds), today=picture.today)


def _site_entries(
    sheet: Sheet, table: pd.DataFrame, *, today: bool, by_vehicles: bool
) -> list[Any]:
    """Facilities by kind and status with their number, and what sizes mean."""
    handles = []
    for (kind, status), rows in table.groupby(["kind", "status"], sort=False):
        label = kind_label(str(kind), chinese=sheet.chinese)
        if not today:
            label += f", {word(str(status), chinese=sheet.chinese)}"
        handles.append(legend_facility(str(kind), str(status), _wrapped(f"{label}: {len(rows):,}")))
    if by_vehicles:
        counts = table.loc[table["status"] != "closed", "ambulances"].fillna(0).astype(int)
        some = counts[counts > 0]
        kind = str(table.loc[some.index[0], "kind"])
        for vehicles in sorted({int(some.min()), round(float(some.median())), int(some.max())}):
            text = f"{vehicles:,} {sheet.say('vehicles' if vehicles > 1 else 'vehicle', '辆')}"
            handles.append(legend_vehicles(kind, vehicles, text))
    return handles


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(text, _LONGEST))
