"""One panel of a map: cells, outlines, facilities, scale bar and north arrow."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import Stroke
from numpy.typing import NDArray

from allocator.files.fonts import Face
from allocator.files.map_contents import COVERED_STATE, OUTSIDE_STATE, UNCOVERED_STATE
from allocator.files.map_ground import Ground

# Light blue and orange stay apart for colour-blind readers; the hatch for everyone in print.
FILLS = {COVERED_STATE: "#A9CFE6", UNCOVERED_STATE: "#F0A94B", OUTSIDE_STATE: "#E9E9E9"}
_HATCH = "////"
_HATCH_INK = "#8A4B00"
_MOST_SQUARES = 5000
"""More of them are an image within a PDF or SVG."""
_MOST_PIXELS = 60_000_000
_HALO = [Stroke(linewidth=2.2, foreground="white")]


def draw_cells(axes: Axes, xy_m: NDArray[np.float64], side_m: float, state: NDArray[Any]) -> None:
    """Fill every cell by its state, and hatch those that are not covered."""
    fill_cells(axes, xy_m, side_m, {fill: state == value for value, fill in FILLS.items()})
    hatch_cells(axes, xy_m[state == UNCOVERED_STATE], side_m)


def fill_cells(
    axes: Axes, xy_m: NDArray[np.float64], side_m: float, fills: Mapping[str, NDArray[Any]]
) -> None:
    """Fill cells by colour; ``fills`` has the cells (positions or mask) of each.

    Cells on a lattice are one small image, which keeps a PDF or SVG of a million cells small;
    others are squares.
    """
    if not len(xy_m):
        return
    origin = xy_m.min(axis=0)
    place = np.rint((xy_m - origin) / side_m).astype(np.int64)
    size = place.max(axis=0) + 1
    off = np.abs(xy_m - origin - place * side_m).max()
    if off > 0.05 * side_m or size.prod() > _MOST_PIXELS:
        _fill_squares(axes, xy_m, side_m, fills)
        return
    pixels = np.zeros((size[1], size[0], 4), dtype=np.uint8)
    for fill, cells in fills.items():
        column, row = place[cells].T
        pixels[row, column] = (*bytes.fromhex(fill.removeprefix("#")), 255)
    low, high = origin - side_m / 2, origin + (size - 0.5) * side_m
    limits = axes.get_xlim(), axes.get_ylim()
    axes.imshow(
        pixels, origin="lower", extent=(low[0], high[0], low[1], high[1]),
        interpolation="nearest", zorder=1,
    )  # fmt: skip
    axes.set_xlim(*limits[0])
    axes.set_ylim(*limits[1])


def _fill_squares(
    axes: Axes, xy_m: NDArray[np.float64], side_m: float, fills: Mapping[str, NDArray[Any]]
) -> None:
    half = side_m / 2
    corners = np.array([[-half, -half], [half, -half], [half, half], [-half, half]])
    for fill, cells in fills.items():
        squares = xy_m[cells][:, None, :] + corners[None, :, :]
        if len(squares):
            axes.add_collection(
                PolyCollection(
                    # The edge closes the seams between squares of a lattice that was turned.
                    squares,
                    facecolors=fill,
                    edgecolors=fill,
                    linewidths=0.4,
                    antialiased=False,
                    zorder=1,
                    rasterized=len(xy_m) > _MOST_SQUARES,
                ),
                autolim=False,
            )


def fill_shapes(axes: Axes, shapes: Sequence[Any], fill: str, *, hatched: bool) -> None:
    """Fill units."""
    for shape in shapes:
        axes.add_patch(
            PathPatch(
                _path(shape), facecolor=fill, edgecolor=_HATCH_INK if hatched else "none",
                linewidth=0, hatch=_HATCH if hatched else None, zorder=1,
            )
        )  # fmt: skip


def hatch_cells(axes: Axes, xy_m: NDArray[np.float64], side_m: float) -> None:
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
            _write(axes, at.x, at.y, name, face, 7.5, va="center")


def _write(axes: Axes, x: float, y: float, text: str, face: Face, size: float, *, va: str) -> None:
    """Write with a halo: the halo in shapes, the text as text, which SVG and PDF keep."""
    for effects in (_HALO, None):
        axes.text(
            x, y, text, fontproperties=face.properties(size), ha="center", va=va, zorder=7,
            path_effects=effects, clip_on=True, parse_math=False,
        )  # fmt: skip


def legend_cells(state: int, label: str) -> Patch:
    """Legend entry of a cell state."""
    return legend_area(FILLS[state], label, hatched=state == UNCOVERED_STATE)


def legend_area(fill: str, label: str, *, hatched: bool) -> Patch:
    """Legend entry of an area."""
    return Patch(
        facecolor=fill,
        edgecolor=_HATCH_INK if hatched else "#9A9A9A",
        linewidth=0 if hatched else 0.4,
        hatch=_HATCH if hatched else None,
        label=label,
    )


def draw_scale(axes: Axes, face: Face, ground: Ground) -> None:
    """Draw a scale bar of a round length, about a fifth of the width, and an arrow to the north.

    The bar is as long as on the ground in the middle of the map, whatever the CRS stretches.
    """
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    length_m = round_length(abs(right - left) * ground.metres / 5)
    drawn_m = length_m / ground.metres
    x, y = left + 0.04 * (right - left), bottom + 0.035 * (top - bottom)
    tall = 0.009 * (top - bottom)
    for part, ink in ((0.0, "black"), (0.5, "white")):
        axes.add_patch(
            Rectangle(
                (x + part * drawn_m, y), drawn_m / 2, tall, facecolor=ink, edgecolor="black",
                linewidth=0.7, zorder=7,
            )
        )  # fmt: skip
    label = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    for at, said in ((0.0, "0"), (1.0, label)):
        _write(axes, x + at * drawn_m, y + 1.6 * tall, said, face, 7, va="bottom")
    east, north = ground.north
    tip, tail = (0.955 + 0.0425 * east, 0.985), (0.955 - 0.0425 * east, 0.985 - 0.085 * north)
    axes.annotate(
        "N", xy=tip, xytext=tail, xycoords="axes fraction", ha="center",
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
