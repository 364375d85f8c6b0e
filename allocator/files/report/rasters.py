"""Cells as a picture: one small paletted PNG per layer of the map."""

import base64
import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

NOBODY = 255
"""Class of what is no cell: left clear."""
_WIDEST_PX, _MOST_PX = 900, 1_500_000
_FINEST = 4
_WITHIN = 0.51
"""How far a point may be from a cell's centre to be of that cell, in sides."""


@dataclass(frozen=True, eq=False)
class Raster:
    """Where each pixel's cell is.

    Attributes
    ----------
    cell
        Position of the cell that a pixel shows, -1 for none; shape ``(rows, columns)``, north up.
    west, north, east, south
        Edges, metres.
    """

    cell: NDArray[np.int64]
    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, cells: pd.DataFrame, side_m: float) -> "Raster | None":
        """The raster of a plan's cells, several pixels to a cell; None without cells."""
        if cells.empty or side_m <= 0:
            return None
        xy = cells[["x_m", "y_m"]].to_numpy(float)
        (west, south), (east, north) = xy.min(axis=0) - side_m / 2, xy.max(axis=0) + side_m / 2
        step = _step(east - west, north - south, side_m)
        columns = max(1, round((east - west) / step))
        rows = max(1, round((north - south) / step))
        x = west + (np.arange(columns) + 0.5) * (east - west) / columns
        y = north - (np.arange(rows) + 0.5) * (north - south) / rows
        points = np.column_stack([np.tile(x, rows), np.repeat(y, columns)])
        reach = max(side_m * _WITHIN, step)
        found = cKDTree(xy).query(points, distance_upper_bound=reach, p=np.inf)[1]
        place = np.where(found < len(xy), found, -1).reshape(rows, columns)
        return cls(place.astype(np.int64), float(west), float(south), float(east), float(north))


def _step(width_m: float, height_m: float, side_m: float) -> float:
    """Side of a pixel: a whole part of a cell's side, or larger where the map would be huge."""
    wide = max(width_m, height_m) / side_m
    parts = int(np.clip(_WIDEST_PX // max(wide, 1), 1, _FINEST))
    step = side_m / parts
    return max(step, float(np.sqrt(width_m * height_m / _MOST_PX)))


def png(
    raster: Raster, state: NDArray[np.uint8], fills: list[str], hatched: frozenset[int], ink: str
) -> str:
    """A picture of the cells as a ``data:`` address.

    Parameters
    ----------
    state
        Class of each cell, shape ``(n_cells,)``; :data:`NOBODY` is left clear.
    fills
        Colour of each class, ``#rrggbb``.
    hatched
        Classes with diagonal lines in ``ink``: who cannot tell the colours sees the lines.
    """
    from PIL import Image

    shown = np.where(raster.cell >= 0, state[raster.cell], NOBODY).astype(np.uint8)
    line = len(fills)
    if hatched:
        rows, columns = np.indices(shown.shape)
        shown[((rows + columns) % 4 == 0) & np.isin(shown, sorted(hatched))] = line
    colours = [int(c[i : i + 2], 16) for c in [*fills, ink] for i in (1, 3, 5)]
    picture = Image.frombytes("P", (shown.shape[1], shown.shape[0]), shown.tobytes())
    picture.putpalette([*colours, *([0] * (768 - len(colours)))])
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=True, transparency=NOBODY)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
