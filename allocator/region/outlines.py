"""Outlines of counties and towns where only their areas and their towns' points are known.

Official boundaries are often not free to share. What is free is the point of every town and the
area of every county. From these two a *power diagram* gives outlines that have the right size, the
right neighbours and no gaps: county ``g`` takes the cells in which

    min over its towns t of |cell - t|^2  -  price_g

is the smallest, and the prices are moved until every county has its official area. Towns then
share out their county: each cell goes to the nearest one. Outlines are unions of grid cells, so
towns nest in counties exactly.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from allocator.errors import InputError, raise_if_any

_ROUNDS = 500


def regular_cells(
    bounds_m: tuple[float, float, float, float], side_m: float = 500.0
) -> pd.DataFrame:
    """Squares that fill a box, as a table of their centres.

    Parameters
    ----------
    bounds_m
        West, south, east, north, in metres; widened to whole multiples of ``side_m``.
    side_m
        Length of a side, in metres.

    Returns
    -------
    Table with ``row`` (0 in the north), ``col``, ``x_m``, ``y_m`` (centres), row by row.

    Examples
    --------
    >>> len(regular_cells((0, 0, 1500, 900), 500))
    6
    """
    if not side_m > 0:
        raise InputError(f"side_m must be > 0, got {side_m}", where="regular_cells")
    west, south = (np.floor(b / side_m) * side_m for b in bounds_m[:2])
    east, north = (np.ceil(b / side_m) * side_m for b in bounds_m[2:])
    n_rows, n_cols = round((north - south) / side_m), round((east - west) / side_m)
    row, col = (index.ravel() for index in np.indices((n_rows, n_cols)))
    return pd.DataFrame(
        {
            "row": row,
            "col": col,
            "x_m": west + (col + 0.5) * side_m,
            "y_m": north - (row + 0.5) * side_m,
        }
    )


def squared_km_to_nearest(
    cells: pd.DataFrame, points: pd.DataFrame, groups: Sequence[str], column: str
) -> NDArray[np.float64]:
    """Squared distance from each cell to the nearest point of each group, in km2.

    Returns
    -------
    Shape ``(n_groups, n_cells)``, in the order of ``groups``.
    """
    xy = cells[["x_m", "y_m"]].to_numpy(np.float64)
    rows = []
    for group in groups:
        of_group = points.loc[points[column] == group, ["x_m", "y_m"]].to_numpy(np.float64)
        if not len(of_group):
            raise InputError(f"no point has {column} = {group!r}", where="outlines")
        rows.append(cKDTree(of_group).query(xy)[0] / 1000.0)
    return np.asarray(np.square(np.array(rows)))


def assign_with_areas(cost: NDArray[np.float64], n_cells: ArrayLike) -> NDArray[np.int64]:
    """Give every cell to a group so that group ``g`` gets ``n_cells[g]`` cells.

    The last group takes the rest: it stands for everything outside. Cells go where cost minus
    price is least; each group's price is moved in turn until its count is right, which is
    coordinate ascent on the dual of the transport problem, so the total cost is least up to the
    last few cells. Groups that a round leaves a cell or more off are evened out along the border.

    Parameters
    ----------
    cost
        Shape ``(n_groups + 1, n_cells)``; the last row is the outside.
    n_cells
        Cells that each group but the last must get, shape ``(n_groups,)``.

    Returns
    -------
    Position of each cell's group, shape ``(n_cells,)``.
    """
    wanted = np.asarray(n_cells, dtype=np.int64)
    n_groups, n_all = cost.shape[0] - 1, cost.shape[1]
    problems = []
    if wanted.shape != (n_groups,):
        problems.append(f"n_cells must have {n_groups} numbers, got {wanted.size}")
    elif (wanted < 1).any() or wanted.sum() >= n_all:
        problems.append(
            f"n_cells must be >= 1 each and sum to less than the {n_all} cells, "
            f"got {wanted.tolist()} (sum {wanted.sum()})"
        )
    raise_if_any(problems, where="assign_with_areas")
    price = np.zeros(n_groups + 1)
    for _ in range(_ROUNDS):
        for g in range(n_groups):
            others = np.delete(cost - price[:, None], g, axis=0).min(axis=0)
            edge = np.partition(cost[g] - others, (wanted[g] - 1, wanted[g]))
            price[g] = (edge[wanted[g] - 1] + edge[wanted[g]]) / 2
        group = np.argmin(cost - price[:, None], axis=0)
        if (np.bincount(group, minlength=n_groups + 1)[:-1] == wanted).all():
            break
    return _evened_out(group, cost - price[:, None], wanted)


def _evened_out(
    group: NDArray[np.int64], priced: NDArray[np.float64], wanted: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Move the cells that lose least until every count is exact; groups trade with the outside."""
    group = group.copy()
    outside = len(wanted)
    for g, n in enumerate(wanted):
        surplus = int((group == g).sum()) - int(n)
        giver, taker = (g, outside) if surplus > 0 else (outside, g)
        held = np.flatnonzero(group == giver)
        loss = priced[taker, held] - priced[giver, held]
        group[held[np.argsort(loss, kind="stable")[: abs(surplus)]]] = taker
    return group


def nearest_within(cells: pd.DataFrame, points: pd.DataFrame, parent: str) -> NDArray[np.int64]:
    """Position of the nearest point that has the cell's own ``parent``, shape ``(n_cells,)``."""
    nearest = np.full(len(cells), -1, dtype=np.int64)
    for name in cells[parent].unique():
        mine = np.flatnonzero((cells[parent] == name).to_numpy())
        theirs = np.flatnonzero((points[parent] == name).to_numpy())
        if not len(theirs):
            raise InputError(f"no point has {parent} = {name!r}", where="outlines")
        tree = cKDTree(points[["x_m", "y_m"]].to_numpy(np.float64)[theirs])
        nearest[mine] = theirs[tree.query(cells[["x_m", "y_m"]].to_numpy(np.float64)[mine])[1]]
    return nearest


def outlines_of(cells: pd.DataFrame, by: str, *, side_m: float, crs: str) -> gpd.GeoDataFrame:
    """Unions of the cells that share a value in the column ``by``: no gaps, no overlaps."""
    half = side_m / 2
    x, y = cells["x_m"].to_numpy(np.float64), cells["y_m"].to_numpy(np.float64)
    squares = gpd.GeoSeries(
        shapely.box(x - half, y - half, x + half, y + half), index=cells.index, crs=crs
    )
    names = sorted(cells[by].unique())
    shapes = [
        shapely.multipolygons([p])
        if (p := shapely.normalize(shapely.coverage_union_all(squares[cells[by] == n]))).geom_type
        == "Polygon"
        else p
        for n in names
    ]
    return gpd.GeoDataFrame({by: names}, geometry=shapes, crs=crs)
