"""Ways over a friction surface between the cells of one grid and any sites."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.shortest import in_order
from allocator.travel.surface_pairs import across_minutes, on_ground, pairs_on, ring_on
from allocator.travel.surface_raster import Floats, FrictionSurface, Whole
from allocator.travel.surface_report import notes_on_surface, whom_the_surface_leaves_out
from allocator.travel.times import TravelTimes


@dataclass(frozen=True, eq=False)
class SurfaceWays:
    """A surface, and where the cells lie on it.

    Attributes
    ----------
    surface
        Minutes per metre.
    given_at
        Raster cell of each cell of the grid, -1 outside, shape ``(n_cells,)``.
    demand
        Who lives there, if known.
    intra_cell_share, snap_limit_m, threads
        As for :func:`allocator.travel.surface.friction`.
    """

    surface: FrictionSurface
    given_at: Whole
    demand: Demand | None
    intra_cell_share: float = 0.0
    snap_limit_m: float = 0.0
    threads: int = 1

    @cached_property
    def cell_at(self) -> Whole:
        """Raster cell of each cell of the grid, beside the barrier that it lies on."""
        return self.placed(self.given_at)

    def placed(self, at: Whole) -> Whole:
        """Raster cells, beside the barriers that they lie on."""
        return self.surface.off_barriers(at, self.snap_limit_m)

    def times(self, site_at: Whole, limit: float) -> TravelTimes:
        """Arcs within a limit, by cell and then by site; nothing is said of who is left out."""
        most = limit * (1 + LIMIT_TOLERANCE)
        cell, site, minutes = pairs_on(self.surface, self.cell_at, site_at, most, self.threads)
        minutes = np.maximum(minutes, self._least[cell])
        near = np.flatnonzero(minutes <= most)
        cell, site, minutes = cell[near], site[near], minutes[near]
        order = in_order(cell, site, len(self.cell_at), len(site_at))
        return TravelTimes(
            n_cells=len(self.cell_at), n_sites=len(site_at), cell=cell[order], site=site[order],
            value=minutes[order], unit="minutes", limit=limit, demand=self.demand,
        )  # fmt: skip

    def nearest(self, site_at: Whole, limit: float) -> Floats:
        """Minutes between each cell and its nearest site; infinite beyond the limit."""
        most = limit * (1 + LIMIT_TOLERANCE)
        away, _ = spread_from(self.surface, site_at, most)
        found = np.full(len(self.cell_at), np.inf)
        usable = on_ground(self.surface, self.cell_at)
        found[usable] = np.maximum(away[self.cell_at[usable]], self._least[usable])
        found[found > most] = np.inf
        return found

    def report(self, site_at: Whole, sites: SiteSet | None) -> dict[str, object]:
        """Provenance: source, options and whom the surface leaves out; sites as given."""
        placed = self.placed(site_at)
        left_out = whom_the_surface_leaves_out(
            self.surface, self.cell_at, placed, self.demand, sites
        )
        return {
            **told_of(self.surface),
            "intra_cell_share": float(self.intra_cell_share),
            "snap_limit_m": float(self.snap_limit_m),
            "cells_moved_off_barriers": int((self.given_at != self.cell_at).sum()),
            "sites_moved_off_barriers": int((site_at != placed).sum()),
            "left_out": left_out,
            "notes": notes_on_surface(left_out),
        }

    @cached_property
    def _least(self) -> Floats:
        """Shortest way that counts in each cell's own raster cell, in minutes."""
        if not self.intra_cell_share:
            return np.zeros(len(self.cell_at))
        return self.intra_cell_share * across_minutes(self.surface, self.cell_at)


def spread_from(surface: FrictionSurface, site_at: Whole, most: float) -> tuple[Floats, Whole]:
    """Minutes from every raster cell to the nearest site, and which it is, in one search.

    Shapes ``(n_raster_cells,)``; infinite and -1 where none is reached.
    """
    from allocator.travel import (
        bucket_kernels,
        surface_kernels,
    )  # compiled: loaded when first needed

    usable = on_ground(surface, site_at)
    away = np.full(surface.pace.size, np.inf)
    label = np.full(surface.pace.size, -1, dtype=np.int32)
    width, n_buckets = ring_on(surface, most)
    touched, after, before = (np.empty(surface.pace.size, dtype=np.uint32) for _ in range(3))
    surface_kernels.spread(
        surface.pace, *surface.steps_m, site_at[usable], most, away, label, touched,
        width, np.full(n_buckets, bucket_kernels.NOTHING), after, before,
    )  # fmt: skip
    nearest = np.full(surface.pace.size, -1, dtype=np.int64)
    reached = np.isfinite(away)
    nearest[reached] = usable[label[reached]]
    return away, nearest


def told_of(surface: FrictionSurface) -> dict[str, object]:
    """Provenance of the surface itself."""
    across = surface.steps_m[0]
    source: Mapping[str, object] = surface.source
    return {
        "source": "friction surface",
        "surface": {**source, "crs": surface.crs},
        "direction": "the same both ways",
        "cell_m": [round(float(across.min()), 1), round(float(across.max()), 1)],
        "rows_columns": list(surface.pace.shape),
        "barriers": int(np.isnan(surface.pace).sum()),
    }
