"""People near the outer border: sites on its other side may serve them, unseen by the plan."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from allocator.region.containment import in_parts
from allocator.region.findings import Findings
from allocator.region.grid import PopulationGrid
from allocator.region.units import Units

BUFFER_KM = 5.0
"""Sites may stand so far outside the units; they are given to the nearest."""
_NOTED_SHARE = 0.01


def near_border(
    units: gpd.GeoDataFrame, xy_m: NDArray[np.float64], within_m: float
) -> NDArray[np.bool_]:
    """Points so near to the outer border of all units, on its inner side or beyond it.

    Gaps between units are no border. Without outlines nothing is near. Shape ``(n_points,)``.
    """
    shapes = units.geometry.dropna()
    if shapes.empty or not len(xy_m):
        return np.zeros(len(xy_m), dtype=np.bool_)
    rings = shapely.get_exterior_ring(shapely.get_parts(shapes.union_all()))
    border = shapely.multilinestrings(rings)
    shapely.prepare(border)
    near = [shapely.dwithin(border, shapely.points(part), within_m) for part in in_parts(xy_m)]
    return np.concatenate(near)


def note_on_border(units: Units, grid: PopulationGrid, found: Findings) -> None:
    """Say how many people might be served from outside, and how sites there can be given."""
    near = near_border(units.table, grid.xy_m, BUFFER_KM * 1000)
    people, everybody = float(grid.people[near].sum()), float(grid.people.sum())
    if not near.any() or people <= _NOTED_SHARE * everybody:
        return
    found.note(
        f"{people:,.0f} people ({people / everybody:.0%}) live within {BUFFER_KM:g} km of the "
        "region's outer border: where that is no coast, sites beyond it may serve them, and are "
        f"seen if the lists of sites reach {BUFFER_KM:g} km beyond the border (more: beyond_km)"
    )
