"""Coarser grids: nobody lost, and what it does to coverage measured.

Putting people together at one point moves them, and some cross the edge of a service area: the
modifiable areal unit problem. Cells of at most a fifth of the radius keep the error small; how
large it is for given sites, :meth:`Aggregation.coverage_error` says.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from allocator.errors import raise_if_any
from allocator.region.grid import PopulationGrid
from allocator.region.squares import Lattice, lattice_of, named_places

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_SAMPLES = 8
"""Points along a side of a coarse cell by which its covered part is measured."""
_ABOUT = 1 + 1e-12
GROUPS = ("total", "urban", "rural")


@dataclass(frozen=True, eq=False)
class Aggregation:
    """A grid and the coarser one made of it.

    Attributes
    ----------
    fine, coarse
        The grids. People of every unit, urban and rural, have the same sums in both.
    of_cell
        Position in ``coarse`` of each cell of ``fine``, shape ``(n_fine,)``.
    """

    fine: PopulationGrid
    coarse: PopulationGrid
    of_cell: Whole

    def coverage_error(self, sites_xy_m: ArrayLike, radius_km: float) -> pd.DataFrame:
        """Compare who lies within a straight-line radius of a site, by either grid.

        Parameters
        ----------
        sites_xy_m
            Places of the sites in the grid's CRS, shape ``(n_sites, 2)``.
        radius_km
            Inclusive.

        Returns
        -------
        One row per group (total, urban, rural; those with people). Shares of the people:
        ``covered_fine``; ``covered_coarse``, each coarse cell as its point, with its ``error``
        (coarse less fine); ``covered_in_part``, each coarse cell by the part of its area within
        reach, with its ``error_in_part``; ``misjudged``: whose answer the coarse grid changes,
        either way. Mean km to the nearest site: ``mean_km_fine``, ``mean_km_coarse``.
        """
        sites = np.asarray(sites_xy_m, dtype=np.float64)
        problems = []
        if sites.ndim != 2 or sites.shape[1] != 2 or not len(sites) or not np.isfinite(sites).all():
            problems.append(f"sites_xy_m: must be x and y of sites, got shape {sites.shape}")
        if not 0 < radius_km < np.inf:
            problems.append(f"radius_km: must be > 0, got {radius_km}")
        raise_if_any(problems, where="coverage error")
        tree, reach_m = cKDTree(sites), 1000 * radius_km * _ABOUT
        fine_m, coarse_m = (np.asarray(tree.query(g.xy_m)[0]) for g in (self.fine, self.coarse))
        coarse_m = coarse_m[self.of_cell]
        near_fine, near_coarse = fine_m <= reach_m, coarse_m <= reach_m
        part = _covered_part(self.coarse, tree, reach_m)[self.of_cell]
        rows = {}
        for group in GROUPS:
            people = np.where(self.fine.in_group(group), self.fine.people, 0.0)
            if not (whole := people.sum()) > 0:
                continue
            means = [v @ people / whole for v in (near_fine, near_coarse, part)]
            rows[group] = {
                "people": whole,
                "covered_fine": means[0],
                "covered_coarse": means[1],
                "error": means[1] - means[0],
                "covered_in_part": means[2],
                "error_in_part": means[2] - means[0],
                "misjudged": (near_fine != near_coarse) @ people / whole,
                "mean_km_fine": fine_m @ people / whole / 1000,
                "mean_km_coarse": coarse_m @ people / whole / 1000,
            }
        return pd.DataFrame.from_dict(rows, orient="index")


def aggregated(
    grid: PopulationGrid,
    *,
    factor: int | None = None,
    cell_km: float | None = None,
    at: Literal["people", "middle"] = "people",
) -> Aggregation:
    """Put cells together on coarser squares; sums per unit, urban and rural, stay.

    A square that holds several units, or urban and rural cells, becomes one cell for each.

    Parameters
    ----------
    factor
        Whole rows and columns of cells to put together; of cells in no rows, squares of so many
        cell sides.
    cell_km
        Instead of ``factor``: side of the squares in km. A cell belongs to the square that holds
        its centre.
    at
        Where a coarse cell lies: at the mean place of its ``people``, which is truer to distances,
        or in the ``middle`` of its square.
    """
    _check(grid, factor, cell_km, at)
    col, row, lattice = _squares(grid, factor, cell_km)
    table = grid.table
    people = grid.people
    fine = pd.DataFrame(
        {
            "row": row, "col": col, "unit": table["unit"].to_numpy(object), "urban": grid.urban,
            "people": people, "area_km2": table["area_km2"].to_numpy(np.float64),
            "east": grid.xy_m[:, 0] * people, "north": grid.xy_m[:, 1] * people,
            "x_m": grid.xy_m[:, 0], "y_m": grid.xy_m[:, 1],
        }
    )  # fmt: skip
    key = ["row", "col", "unit", "urban"]
    groups = fine.groupby(key, sort=True)
    coarse = groups[["people", "area_km2", "east", "north"]].sum().reset_index()
    if at == "people":
        coarse["x_m"], coarse["y_m"] = (coarse[c] / coarse["people"] for c in ("east", "north"))
    elif lattice is not None:
        middle = lattice.centres(coarse["col"].to_numpy(), coarse["row"].to_numpy())
        coarse["x_m"], coarse["y_m"] = middle.T
    else:
        coarse[["x_m", "y_m"]] = groups[["x_m", "y_m"]].mean().to_numpy()
    again = coarse.groupby(["row", "col"]).cumcount()
    name = "r" + coarse["row"].astype(str) + "c" + coarse["col"].astype(str)
    coarse.index = pd.Index(
        name.where(again == 0, name + "." + (again + 1).astype(str)), name="id", dtype=object
    )
    side_m = lattice.side_m if lattice is not None else grid.side_m * float(factor or 1)
    words = f"put together from {len(grid):,} cells of {grid.side_m:,.0f} m to {side_m:,.0f} m"
    return Aggregation(
        grid,
        replace(
            grid,
            table=coarse[list(table.columns.intersection(coarse.columns, sort=False))],
            side_m=side_m,
            note="; ".join(filter(None, [grid.note, words])),
        ),
        np.asarray(groups.ngroup().to_numpy(), dtype=np.int64),
    )


def _squares(
    grid: PopulationGrid, factor: int | None, cell_km: float | None
) -> tuple[Whole, Whole, Lattice | None]:
    """Column and row of each cell's square, and the squares where they are a lattice."""
    own = lattice_of(grid)
    if factor is not None and own is None:
        named = named_places(grid)
        if named is not None:
            return named[0] // factor, named[1] // factor, None
    fine_m = grid.side_m if own is None else own.side_m
    side_m = fine_m * factor if factor is not None else 1000 * float(cell_km or 0)
    lattice = own.coarser(side_m) if own is not None else None
    lattice = lattice or Lattice(side_m, 0.0, 0.0)
    return (*lattice.places(grid.xy_m), lattice)


def _covered_part(grid: PopulationGrid, sites: cKDTree, reach_m: float) -> Floats:
    """Share of each cell's area, taken as a square around its place, within reach of a site."""
    steps = (np.arange(_SAMPLES) + 0.5) / _SAMPLES - 0.5
    offset = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    side_m = np.sqrt(grid.table["area_km2"].to_numpy(np.float64) * 1e6)
    inside = np.zeros(len(grid))
    for step in offset:
        inside += sites.query(grid.xy_m + side_m[:, None] * step)[0] <= reach_m
    return inside / len(offset)


def _check(grid: PopulationGrid, factor: int | None, cell_km: float | None, at: str) -> None:
    problems = []
    if (factor is None) == (cell_km is None):
        problems.append(f"give factor or cell_km, one of them; got {factor} and {cell_km}")
    if factor is not None and (isinstance(factor, bool) or factor != int(factor) or factor < 1):
        problems.append(f"factor: must be a whole number >= 1, got {factor}")
    if cell_km is not None and not grid.side_m <= 1000 * cell_km * (1 + 1e-6) < np.inf:
        problems.append(
            f"cell_km: must be at least the side of the cells ({grid.side_m / 1000:g} km), "
            f"got {cell_km}"
        )
    if at not in ("people", "middle"):
        problems.append(f"at: must be 'people' or 'middle', got {at!r}")
    raise_if_any(problems, where="aggregation")
