"""What is classified as urban or rural: squares of a given side, or the cells as they are."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from allocator.region.contiguity import Board, CellGraph, Places
from allocator.region.grid import PopulationGrid
from allocator.region.land import Land
from allocator.region.squares import Lattice, lattice_of, named_places, spread_over

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

_AS_IT_IS = 1.25
"""Cells with a side of more than this many times the wanted one are classified as they are."""
_MOST_PLACES = 100_000_000


@dataclass(frozen=True, eq=False)
class Ground:
    """Places with their people.

    Attributes
    ----------
    places
        What lies beside what.
    xy_m, people, area_km2
        Of each place, shapes ``(n_places, 2)`` and ``(n_places,)``.
    of_cell
        The place of each cell of the grid, shape ``(n_cells,)``.
    words
        What the places are.
    """

    places: Places
    xy_m: Floats
    people: Floats
    area_km2: Floats
    of_cell: Labels
    words: str


def settled_ground(grid: PopulationGrid, cell_km: float | None, land: Land | None = None) -> Ground:
    """Put cells on squares of a side; as they are where it is None or where they are larger.

    ``land`` says how much of a square is land; without it all of it is.
    """
    lattice = lattice_of(grid)
    if cell_km is None or grid.side_m > _AS_IT_IS * 1000 * cell_km:
        return _as_they_are(grid, lattice)
    wanted = Lattice(1000 * cell_km, 0.0, 0.0)
    fitting = None if lattice is None else lattice.coarser(wanted.side_m)
    if lattice is not None and fitting is not None and np.isclose(fitting.side_m, lattice.side_m):
        return _as_they_are(grid, lattice)
    if fitting is not None:
        col, row = fitting.places(grid.xy_m)
        squares = pd.DataFrame({"col": col, "row": row, "people": grid.people})
        squares = squares.groupby(["col", "row"], as_index=False).sum()
        how = "put together from whole cells"
    else:
        fitting = wanted
        squares = spread_over(grid, wanted)
        how = "over which every cell's people are spread by area"
    key = pd.MultiIndex.from_frame(squares[["col", "row"]])
    own = pd.MultiIndex.from_arrays(fitting.places(grid.xy_m))
    col, row = (squares[name].to_numpy(np.int64) for name in ("col", "row"))
    board = Board(row - row.min(), col - col.min())
    people = squares["people"].to_numpy(np.float64)
    middle = fitting.centres(col, row)
    area = np.full(len(squares), cell_km**2)
    words = f"squares of {cell_km:g} km, {how}"
    if land is not None:
        area = _land_km2(middle, fitting.side_m, land)
        words += ", of which the land counts"
    return _on(board, middle, people, area, key.get_indexer(own), words)


def _land_km2(middle: Floats, side_m: float, land: Land) -> Floats:
    """Land of each square; all of it where people live and the outlines show none."""
    low, high = (middle - side_m / 2).T, (middle + side_m / 2).T
    dry = shapely.area(land.clipped(np.asarray(shapely.box(*low, *high), dtype=object))) / 1e6
    return np.where(dry > 0, dry, side_m**2 / 1e6)


def _as_they_are(grid: PopulationGrid, lattice: Lattice | None) -> Ground:
    at = named_places(grid) if lattice is None else lattice.places(grid.xy_m)
    area = grid.table["area_km2"].to_numpy(np.float64)
    every = np.arange(len(grid))
    if at is not None:
        board = Board(at[1] - at[1].min(), at[0] - at[0].min())
        if board.n_places <= _MOST_PLACES:
            words = "the cells as they are, neighbours by row and column"
            return _on(board, grid.xy_m, grid.people, area, every, words)
    words = "the cells as they are, neighbours by the distance of their centres"
    return _on(CellGraph(grid.xy_m, area), grid.xy_m, grid.people, area, every, words)


def _on(
    places: Places, xy_m: Floats, people: Floats, area_km2: Floats, of_cell: Labels, words: str
) -> Ground:
    """Lay cells out on places; a place without a cell has nobody and a usual area."""
    at, n = places.of_cell, places.n_places
    areas = np.full(n, float(np.median(area_km2)))
    areas[at] = area_km2
    where = np.zeros((n, 2))
    where[at] = xy_m
    held = np.zeros(n)
    held[at] = people
    return Ground(places, where, held, areas, at[of_cell], words)
