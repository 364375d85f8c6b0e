"""What travel over a friction surface leaves out, in numbers of people."""

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from allocator.travel.ends import Demand, SiteSet
from allocator.travel.left_out import WARN_FROM_SHARE, Weights, first_names
from allocator.travel.surface_raster import FrictionSurface, Whole

_LEFT_OUT = {
    "outside_the_raster": "outside the raster and reach nothing; get a larger one",
    "on_a_barrier": ("on a barrier (water, nodata) and reach nothing; see snap_limit_m"),
    "on_a_part_without_a_site": "on a part of the surface (an island, perhaps) that has no site",
}


class SurfaceWarning(UserWarning):
    """The friction surface does not serve everybody who lives on the grid."""


def whom_the_surface_leaves_out(
    surface: FrictionSurface,
    cell_at: Whole,
    site_at: Whole,
    demand: Demand | None,
    sites: SiteSet | None,
) -> dict[str, object]:
    """How many people are outside the raster, on a barrier, or on a part with no site.

    Parameters
    ----------
    surface
        The raster.
    cell_at, site_at
        Raster cell of each point, -1 outside; shapes ``(n_cells,)`` and ``(n_sites,)``.
    demand, sites
        Who they are; without, cells are counted instead of people.
    """
    weights = Weights.of(demand, len(cell_at))
    told = weights.told
    part_of_cell, part_of_site = (
        np.where(at >= 0, surface.parts.ravel()[at], 0) for at in (cell_at, site_at)
    )

    lost_sites = {
        "sites_outside_the_raster": site_at < 0,
        "sites_on_a_barrier": (site_at >= 0) & (part_of_site == 0),
    }
    return {
        "counted": weights.counted,
        "outside_the_raster": told(cell_at < 0),
        "on_a_barrier": told((cell_at >= 0) & (part_of_cell == 0)),
        "on_a_part_without_a_site": told(
            (part_of_cell > 0) & ~np.isin(part_of_cell, np.unique(part_of_site))
        ),
        **{
            name: {
                "sites": int(lost.sum()),
                "first": first_names(np.flatnonzero(lost), None if sites is None else sites.ids),
            }
            for name, lost in lost_sites.items()
        },
    }


def notes_on_surface(left_out: Mapping[str, Any]) -> list[str]:
    """What a reader must know of it, in sentences; none where all is well."""
    notes, counted = [], left_out["counted"]
    for key, where in _LEFT_OUT.items():
        told = left_out[key]
        if told["cells"]:
            some = f"{told[counted]:,.0f} {counted} ({told['share']:.1%})"
            notes.append(f"friction surface: {some} are {where}")
    for key, where in (
        ("sites_outside_the_raster", "outside the raster"),
        ("sites_on_a_barrier", "on a barrier"),
    ):
        told = left_out[key]
        if told["sites"]:
            notes.append(
                f"friction surface: {told['sites']} sites lie {where} and serve nobody: "
                f"{', '.join(told['first'])}"
            )
    return notes


def warn_of_surface(told: Mapping[str, Any]) -> None:
    """Warn with all notes if more than a hundredth of the people, or a site, is left out."""
    left_out = told["left_out"]
    worst = max(left_out[key]["share"] for key in _LEFT_OUT)
    lost = left_out["sites_outside_the_raster"]["sites"] + left_out["sites_on_a_barrier"]["sites"]
    if worst > WARN_FROM_SHARE or lost:
        warnings.warn("\n".join(told["notes"]), SurfaceWarning, stacklevel=3)
