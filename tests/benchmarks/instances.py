"""Made-up counties for the benchmarks, of any size, the same on every machine.

A plain of 60 x 60 km holds 25 towns of 2,000 to 200,000 people, each a Gaussian hill of density,
over a thin rural floor. Compact towns have 10,000 people per km2 in the middle, as Chinese cities
have, so that one site reaches most of a town; wide ones have 3,000 and take several sites each,
which is much harder for everybody. Of a square raster the densest cells are settled: the raster is
chosen so fine that there are exactly as many as wanted. People are whole (Poisson). Of the sites,
70 % are drawn near cells by their people and 30 % anywhere. All follows from sizes and seed.

    python tests/benchmarks/instances.py 10000000 1000    # prints what such a county looks like
"""

# ruff: noqa: T201

import argparse
import resource
import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes

RADIUS_KM = 3.5
SIDE_KM = 60.0
SEED = 2026
_TOWNS = 25
_TOWN_PEOPLE = (2_000, 200_000)
_DENSITIES_PER_KM2 = {"compact": (10_000, 70), "wide": (3_000, 40)}  # of a town's middle, rural
_SETTLED_SHARE = 0.6
_NEAR_PEOPLE_SHARE = 0.7
_NEAR_M = 500.0
_BLOCK_ROWS = 256
_BLOCK_CELLS = 4_096


@dataclass(frozen=True, eq=False)
class County:
    """Cells with people, and candidate sites.

    Attributes
    ----------
    people
        Per cell, whole, >= 0, shape ``(n_cells,)``.
    raster_row, raster_column
        Where each cell lies in the raster, ascending by row and then by column, shape
        ``(n_cells,)``; row 0 is the southernmost.
    raster_side
        Rows, and columns, of the square raster.
    site_xy_m
        Of the sites, shape ``(n_sites, 2)``.
    """

    people: NDArray[np.float64]
    raster_row: NDArray[np.int32]
    raster_column: NDArray[np.int32]
    raster_side: int
    site_xy_m: NDArray[np.float64]

    @property
    def cell_m(self) -> float:
        """Side of a cell in metres."""
        return SIDE_KM * 1000 / self.raster_side

    @cached_property
    def cell_xy_m(self) -> NDArray[np.float64]:
        """Centres of the cells in metres, shape ``(n_cells, 2)``."""
        xy_m = np.empty((len(self.people), 2))
        xy_m[:, 0] = self.raster_column
        xy_m[:, 1] = self.raster_row
        xy_m += 0.5
        xy_m *= self.cell_m
        return xy_m

    @cached_property
    def demand(self) -> Demand:
        """The cells as the models take them."""
        return Demand(self.people, xy_m=self.cell_xy_m)

    @cached_property
    def sites(self) -> SiteSet:
        """The sites as the models take them."""
        names = [f"S{j}" for j in range(len(self.site_xy_m))]
        return SiteSet(names, xy_m=self.site_xy_m)

    def all_km(self) -> TravelTimes:
        """Kilometres from every cell to every site, by cell and then by site.

        Positions are 32 bits wide: 100,000 x 1,000 pairs take 1.6 GB.
        """
        n_cells, n_sites = len(self.people), len(self.site_xy_m)
        km = np.empty((n_cells, n_sites))
        for at in range(0, n_cells, _BLOCK_CELLS):
            away = self.cell_xy_m[at : at + _BLOCK_CELLS, None, :] - self.site_xy_m
            km[at : at + _BLOCK_CELLS] = np.hypot(away[..., 0], away[..., 1]) / 1000
        return TravelTimes(
            n_cells, n_sites, cell=np.repeat(np.arange(n_cells, dtype=np.int32), n_sites),  # type: ignore[arg-type]
            site=np.tile(np.arange(n_sites, dtype=np.int32), n_cells),  # type: ignore[arg-type]
            value=km.ravel(), unit="km", demand=self.demand, sites=self.sites,
        )  # fmt: skip


def county(n_cells: int, n_sites: int, *, seed: int = SEED, towns: str = "compact") -> County:
    """A county with exactly so many settled cells and sites; ``towns`` are compact or wide."""
    middle_per_km2, rural_per_km2 = _DENSITIES_PER_KM2[towns]
    rng = np.random.default_rng([seed, n_cells, n_sites])
    side = int(np.ceil(np.sqrt(n_cells / _SETTLED_SHARE)))
    cell_km = SIDE_KM / side
    middles = (np.arange(side) + 0.5) * cell_km
    column_hills, row_hills = _hills(rng, middles, middle_per_km2)
    density = np.empty((side, side), dtype=np.float32)
    for at in range(0, side, _BLOCK_ROWS):
        density[at : at + _BLOCK_ROWS] = row_hills[at : at + _BLOCK_ROWS] @ column_hills.T
    settled = _densest(density.ravel(), n_cells)
    mean = (density.ravel()[settled] + np.float32(rural_per_km2)) * np.float32(cell_km**2)
    del density
    people = rng.poisson(mean).astype(np.float64)
    row, column = np.divmod(settled, side)
    site_xy_m = _sites(rng, people, row, column, cell_km * 1000, n_sites)
    return County(people, row.astype(np.int32), column.astype(np.int32), side, site_xy_m)


def _hills(
    rng: np.random.Generator, middles: NDArray[np.float64], middle_per_km2: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each town's density is a product of a column's and a row's share: shapes (side, towns)."""
    people = np.exp(rng.uniform(*np.log(_TOWN_PEOPLE), size=_TOWNS))
    spread_km = np.sqrt(people / (2 * np.pi * middle_per_km2))
    centre = rng.uniform(0.08 * SIDE_KM, 0.92 * SIDE_KM, size=(2, _TOWNS))
    apart = (middles[None, :, None] - centre[:, None, :]) / spread_km
    column, row = np.exp(-(apart**2) / 2)
    return column, row * middle_per_km2


def _densest(density: NDArray[np.float32], n: int) -> NDArray[np.int64]:
    """Positions of the ``n`` largest, ascending; of equal ones the first."""
    least = np.partition(density, len(density) - n)[len(density) - n]
    above = density > least
    level = np.flatnonzero(density == least)[: n - int(np.count_nonzero(above))]
    above[level] = True
    return np.flatnonzero(above)


def _sites(
    rng: np.random.Generator,
    people: NDArray[np.float64],
    row: NDArray[np.int64],
    column: NDArray[np.int64],
    cell_m: float,
    n_sites: int,
) -> NDArray[np.float64]:
    """Most of them near people, some anywhere."""
    near = round(_NEAR_PEOPLE_SHARE * n_sites)
    upto = np.cumsum(people)
    at = np.searchsorted(upto, rng.uniform(0, upto[-1], size=near), side="right")
    close = (np.column_stack([column[at], row[at]]) + 0.5) * cell_m
    close += rng.uniform(-_NEAR_M, _NEAR_M, size=(near, 2))
    anywhere = rng.uniform(0, SIDE_KM * 1000, size=(n_sites - near, 2))
    return np.clip(np.concatenate([close, anywhere]), 0, SIDE_KM * 1000)


def main() -> None:
    """Print what a county of the given size looks like."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n_cells", type=int)
    parser.add_argument("n_sites", type=int)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--towns", choices=tuple(_DENSITIES_PER_KM2), default="compact")
    given = parser.parse_args()
    began = time.process_time()
    made = county(given.n_cells, given.n_sites, seed=given.seed, towns=given.towns)
    took = time.process_time() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(made.people):,} cells of {made.cell_m:.1f} m, {made.people.sum():,.0f} people, "
        f"{(made.people == 0).mean():.1%} of the cells empty, {len(made.site_xy_m):,} sites; "
        f"{took:.1f} s, {peak_mb:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
