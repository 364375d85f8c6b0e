"""Cells on squares: the rows and columns in which they stand, or a coarser square for each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.region.grid import PopulationGrid

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_OFF = 0.01
"""How far a centre may lie off its place, as a share of the side, and still stand in it."""


@dataclass(frozen=True)
class Lattice:
    """Equal squares without gaps: their side, and where the edges lie (metres)."""

    side_m: float
    x0_m: float
    y0_m: float

    def places(self, xy_m: Floats) -> tuple[Whole, Whole]:
        """Column and row (counted from the south) of each point; shapes ``(n,)``."""
        col, row = ((xy_m - [self.x0_m, self.y0_m]) / self.side_m).T
        return np.floor(col).astype(np.int64), np.floor(row).astype(np.int64)

    def centres(self, col: Whole, row: Whole) -> Floats:
        """Middle of each square, shape ``(n, 2)``."""
        return np.column_stack(
            [self.x0_m + (col + 0.5) * self.side_m, self.y0_m + (row + 0.5) * self.side_m]
        )

    def coarser(self, side_m: float) -> "Lattice | None":
        """Squares of whole numbers of these; None where the sides do not fit each other."""
        times = side_m / self.side_m
        if round(times) < 1 or abs(times - round(times)) > 1e-6 * times:
            return None
        return Lattice(side_m, self.x0_m % self.side_m, self.y0_m % self.side_m)


def lattice_of(grid: PopulationGrid) -> Lattice | None:
    """The squares on which the cells stand, one each; None if they do not."""
    xy_m = grid.xy_m
    steps = [float(np.diff(u).min()) for c in xy_m.T if len(u := np.unique(np.round(c, 2))) > 1]
    sides = [grid.side_m, *([min(steps)] if steps else [])]
    for side_m in dict.fromkeys(side for side in sides if side > 0):
        if side_m < 0.5 * grid.side_m:
            continue
        start = xy_m[0] - side_m / 2
        off = (xy_m - start) / side_m - 0.5
        if np.abs(off - np.round(off)).max() > _OFF:
            continue
        lattice = Lattice(side_m, float(start[0] % side_m), float(start[1] % side_m))
        col, row = (at - at.min() for at in lattice.places(xy_m))
        if len(np.unique(row * (col.max() + 1) + col)) == len(grid):
            return lattice
    return None


def named_places(grid: PopulationGrid) -> tuple[Whole, Whole] | None:
    """Column and row of raster cells, as their names say; None where they do not, or mislead.

    Cells of a raster are called r012c345, rows counted from the north. In the region's CRS they may
    stand askew, but a step from column to column must be about the same everywhere.
    """
    names = pd.Series(grid.table.index.astype(str)).str.extract(r"^r(\d+)c(\d+)$")
    if names.isna().any(axis=None):
        return None
    row, col = (names[i].to_numpy(np.int64) for i in (0, 1))
    for steps, lines in ((col, row), (row, col)):
        order = np.lexsort((steps, lines))
        next_ = (np.diff(steps[order]) == 1) & (np.diff(lines[order]) == 0)
        moved = np.diff(grid.xy_m[order], axis=0)[next_]
        if len(moved):
            usual = np.median(moved, axis=0)
            if np.hypot(*(moved - usual).T).max() > 0.3 * np.hypot(*usual):
                return None
    return col, row


def spread_over(grid: PopulationGrid, lattice: Lattice) -> pd.DataFrame:
    """People per square, every cell split over the squares that it overlaps.

    A cell is taken as a square of its own area around its centre.

    Returns
    -------
    One row per square with people: ``col``, ``row``, ``people``, ``area_km2`` (of the cells' parts
    in it). Both sums are those of the grid.
    """
    half_m = np.sqrt(grid.table["area_km2"].to_numpy(np.float64) * 1e6) / 2
    low = (grid.xy_m - half_m[:, None] - [lattice.x0_m, lattice.y0_m]) / lattice.side_m
    high = (grid.xy_m + half_m[:, None] - [lattice.x0_m, lattice.y0_m]) / lattice.side_m
    first = np.floor(low).astype(np.int64)
    reach = int(np.ceil(high - first).max())
    parts = []
    for right in range(reach):
        for up in range(reach):
            at = first + np.array([right, up])
            wide = np.clip(np.minimum(high, at + 1) - np.maximum(low, at), 0, None)
            share = np.prod(wide / (high - low), axis=1)
            some = share > 0
            parts.append((at[some], share[some], np.flatnonzero(some)))
    cell = np.concatenate([part[2] for part in parts])
    share = np.concatenate([part[1] for part in parts])
    share /= np.bincount(cell, weights=share, minlength=len(grid))[cell]
    table = pd.DataFrame(np.concatenate([part[0] for part in parts]), columns=["col", "row"])
    table["people"] = share * grid.people[cell]
    table["area_km2"] = share * grid.table["area_km2"].to_numpy(np.float64)[cell]
    return table.groupby(["col", "row"], as_index=False).sum()
