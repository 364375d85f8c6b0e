"""One panel of a map: cells, outlines, facilities, scale bar and north arrow."""

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from allocator.files.fonts import Face
from allocator.files.map_contents import COVERED_STATE, OUTSIDE_STATE, UNCOVERED_STATE
from allocator.region.sites import KINDS

# Light blue and orange stay apart for colour-blind readers; the hatch for everyone in print.
FILLS = {COVERED_STATE: "#A9CFE6", UNCOVERED_STATE: "#F0A94B", OUTSIDE_STATE: "#E9E9E9"}
_HATCH = "////"
_HATCH_INK = "#8A4B00"
_STARS: list[Any] = [(n, 1, 0) for n in (3, 4, 6, 8, 10)] + [(n, 0, 30) for n in (3, 5, 7)]
_MARKERS = dict(zip(KINDS, [*"sPohD*X^vd<", *">pH8", *_STARS], strict=True))
_STATUSES: dict[str, dict[str, Any]] = {
    "kept": {"facecolors": "#1F3A5F", "edgecolors": "white", "linewidths": 0.3},
    "upgraded": {"facecolors": "#009E73", "edgecolors": "black", "linewidths": 0.6},
    "new": {"facecolors": "#F0E442", "edgecolors": "black", "linewidths": 0.7},
    "closed": {"facecolors": "#888888", "linewidths": 0.9},
}
_HALO = [withStroke(linewidth=2.2, foreground="white")]


def draw_cells(axes: Axes, xy_m: NDArray[np.float64], side_m: float, state: NDArray[Any]) -> None:
    """Fill every cell by its state, and hatch those that are not covered."""
    half = side_m / 2
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    for value, fill in FILLS.items():
        squares = xy_m[state == value][:, None, :] + corners[None, :, :]
        if len(squares):
            axes.add_collection(
                PolyCollection(
                    squares, facecolors=fill, edgecolors="none", antialiased=False, zorder=1
                ),
                autolim=False,
            )
    _hatch(axes, xy_m[state == UNCOVERED_STATE], side_m)


def _hatch(axes: Axes, xy_m: NDArray[np.float64], side_m: float) -> None:
    """Lay one hatch over the squares, merged on a lattice so that it runs through."""
    if not len(xy_m):
        return
    origin = xy_m.min(axis=0)
    lattice = np.unique(np.rint((xy_m - origin) / side_m), axis=0)
    west, south = origin[0] + (lattice * 2 - 1)[:, 0] * side_m / 2, (lattice * 2 - 1)[:, 1]
    south = origin[1] + south * side_m / 2
    east = origin[0] + (lattice * 2 + 1)[:, 0] * side_m / 2
    north = origin[1] + (lattice * 2 + 1)[:, 1] * side_m / 2
    shape = shapely.coverage_union_all(shapely.box(west, south, east, north))
    axes.add_patch(
        PathPatch(
            _path(shape),
            facecolor="none",
            edgecolor=_HATCH_INK,
            linewidth=0,
            hatch=_HATCH,
            zorder=2,
        )
    )


def _path(shape: Any) -> Outline:
    """A polygon or several, holes included, as one drawing path."""
    parts = []
    for polygon in shapely.get_parts(shape):
        turned = shapely.geometry.polygon.orient(polygon)
        parts += [Outline(np.asarray(r.coords), closed=True) for r in _rings(turned)]
    return Outline.make_compound_path(*parts)


def _rings(shape: Any) -> Iterator[Any]:
    if shape is None or shape.is_empty:
        return
    for polygon in shapely.get_parts(shape):
        if polygon.geom_type == "Polygon":
            yield polygon.exterior
            yield from polygon.interiors


def draw_outlines(axes: Axes, shapes: Sequence[Any], *, width: float, ink: str) -> None:
    """Draw the outlines of units."""
    lines = [np.asarray(ring.coords)[:, :2] for shape in shapes for ring in _rings(shape)]
    if lines:
        drawn = LineCollection(lines, colors=ink, linewidths=width, zorder=3)
        axes.add_collection(drawn, autolim=False)


def draw_names(axes: Axes, named: Sequence[tuple[str, Any]], face: Face) -> None:
    """Write names inside their units."""
    for name, shape in named:
        if name and shape is not None and not shape.is_empty:
            at = shape.representative_point()
            axes.text(
                at.x, at.y, name, fontproperties=face.properties(7.5), ha="center", va="center",
                path_effects=_HALO, zorder=6, clip_on=True,
            )  # fmt: skip


def draw_facilities(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the facilities: shape by kind, colour by status, new ones on top and larger."""
    size = marker_size(len(table))
    for order, status in enumerate(_STATUSES):
        looks = _STATUSES[status]
        here = table[table["status"] == status]
        for kind in sorted(set(here["kind"])):
            rows = here[here["kind"] == kind]
            axes.scatter(
                rows["x_m"], rows["y_m"], marker="x" if status == "closed" else _marker(kind),
                s=size * (1.0 if status == "kept" else 1.5), zorder=4 + order / 10, **looks,
            )  # fmt: skip


def marker_size(count: int) -> float:
    """Area of a marker in square points: smaller where there are many."""
    return float(np.clip(1500 / max(count, 1) ** 0.75, 5, 40))


def _marker(kind: str) -> Any:
    return _MARKERS.get(kind, "p")


def legend_cells(state: int, label: str) -> Patch:
    """Legend entry of a cell state."""
    hatched = state == UNCOVERED_STATE
    return Patch(
        facecolor=FILLS[state],
        edgecolor=_HATCH_INK if hatched else "none",
        linewidth=0,
        hatch=_HATCH if hatched else None,
        label=label,
    )


def legend_facility(kind: str, status: str, label: str) -> Line2D:
    """Legend entry of a kind of facility in a status."""
    looks = _STATUSES[status]
    closed = status == "closed"
    return Line2D(
        [], [], linestyle="none", marker="x" if closed else _marker(kind), markersize=5.5,
        markerfacecolor=looks["facecolors"], markeredgewidth=looks["linewidths"],
        markeredgecolor=looks.get("edgecolors", looks["facecolors"]), label=label,
    )  # fmt: skip


def draw_scale(axes: Axes, face: Face) -> None:
    """Draw a scale bar of a round length, about a fifth of the width, and a north arrow."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    length_m = round_length(abs(right - left) / 5)
    x, y = left + 0.04 * (right - left), bottom + 0.035 * (top - bottom)
    axes.plot([x, x + length_m], [y, y], color="black", linewidth=2.5, zorder=7,
              solid_capstyle="butt")  # fmt: skip
    label = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    axes.text(
        x + length_m / 2, y + 0.012 * (top - bottom), label, ha="center", va="bottom", zorder=7,
        fontproperties=face.properties(7), path_effects=_HALO,
    )  # fmt: skip
    axes.annotate(
        "N", xy=(0.955, 0.985), xytext=(0.955, 0.90), xycoords="axes fraction", ha="center",
        va="center", fontproperties=face.properties(9, bold=True), zorder=7,
        arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.2},
    )  # fmt: skip


def round_length(length: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is at most ``length``.

    >>> round_length(37_000), round_length(2_100)
    (20000.0, 2000.0)
    """
    power = 10.0 ** math.floor(math.log10(length))
    return max(m * power for m in (1, 2, 5) if m * power <= length * (1 + 1e-9))
