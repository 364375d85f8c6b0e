"""Census zones to a grid: many small zones, and nothing else is known.

Pycnophylactic interpolation (Tobler 1979): starting from an even density in every zone, each cell
takes the mean density of itself and its four neighbours, then every zone is scaled back to its
people; repeated. Density changes gently across borders instead of in steps, and the large zones at
the edge of a city have their people near it.

Whole people: cells are walked along a space-filling curve and shares are rounded on the running
sum, so any stretch of the walk holds its share to one person, even where a cell's own share is far
below one. Zone totals are exact, and the same figures give the same grid.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.errors import raise_if_any

_CROSS = ((1, 1), (1, 2), (1, 0), (2, 1), (0, 1))


def smooth_people(
    cells: pd.DataFrame, totals: "pd.Series[int]", *, rounds: int = 20
) -> pd.DataFrame:
    """Spread the people of small census zones over grid cells; see the module for the model.

    Parameters
    ----------
    cells
        Columns ``row``, ``col`` (whole numbers), ``zone`` (a key of ``totals``); cells have equal
        areas.
    totals
        Whole people per zone; every zone needs a cell.
    rounds
        How often densities are evened out; ``n`` rounds reach about ``sqrt(n)`` cells far.

    Returns
    -------
    The cells with ``people`` (whole); each zone's cells sum to its total.
    """
    _check_zones(cells, totals, rounds)
    zone = totals.index.get_indexer(pd.Index(cells["zone"]))
    of_zone = totals.to_numpy(np.float64)
    density = (of_zone / np.bincount(zone, minlength=len(of_zone)))[zone]
    row, col = (cells[c].to_numpy(np.int64) - cells[c].min() for c in ("row", "col"))
    # A rim of empty places on all sides: it has no people and does not count as a neighbour.
    board = np.zeros((2, row.max() + 3, col.max() + 3))
    board[1, row + 1, col + 1] = 1.0
    for _ in range(rounds):
        board[0, row + 1, col + 1] = density
        around = np.sum([board[:, row + r, col + c] for r, c in _CROSS], axis=0)
        density = around[0] / around[1]
        held = np.bincount(zone, weights=density, minlength=len(of_zone))
        density *= np.divide(of_zone, held, out=np.zeros_like(held), where=held > 0)[zone]
    walk = np.lexsort((along_curve(row, col), zone))
    people = np.zeros(len(cells), dtype=np.int64)
    for mine in np.split(walk, np.flatnonzero(np.diff(zone[walk])) + 1):
        people[mine] = rounded_on_the_way(density[mine], int(of_zone[zone[mine[0]]]))
    return cells.assign(people=people)


def along_curve(row: NDArray[np.int64], col: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each cell along a Z-order curve: the bits of row and col in turn."""
    place = np.zeros(len(row), dtype=np.int64)
    for bit in range(24):
        place |= ((row >> bit) & 1) << (2 * bit + 1) | ((col >> bit) & 1) << (2 * bit)
    return place


def rounded_on_the_way(weight: NDArray[np.float64], total: int) -> NDArray[np.int64]:
    """Whole numbers in proportion to ``weight``: differences of the rounded running sum."""
    reached = np.cumsum(weight)
    if not total:
        return np.zeros(len(weight), dtype=np.int64)
    steps = np.floor(reached * (total / reached[-1]) + 0.5).astype(np.int64)
    steps[-1] = total
    return np.asarray(np.diff(steps, prepend=0))


def _check_zones(cells: pd.DataFrame, totals: "pd.Series[int]", rounds: int) -> None:
    problems = [
        f"cells: column {column!r} is missing; there are {', '.join(map(str, cells.columns))}"
        for column in ("row", "col", "zone")
        if column not in cells.columns
    ]
    raise_if_any(problems, where="zones to grid")
    bad = totals[~((totals >= 0) & (totals % 1 == 0))]
    if len(bad):
        problems.append(
            f"totals: must be whole people >= 0, got {bad.iloc[0]} in zone {bad.index[0]!r}"
        )
    if cells.duplicated(["row", "col"]).any():
        problems.append("cells: two cells share a row and col; each place needs one")
    if rounds < 0:
        problems.append(f"rounds must be >= 0, got {rounds}")
    for name, missing in (
        ("cells: unknown zone", set(cells["zone"]) - set(totals.index)),
        ("totals: without any cell is zone", set(totals.index) - set(cells["zone"])),
    ):
        if missing:
            problems.append(f"{name} {', '.join(sorted(map(repr, missing)))}")
    raise_if_any(problems, where="zones to grid")
