"""What travel along roads leaves out, in numbers of people: for provenance and warnings."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from allocator.travel.ends import Demand, SiteSet
from allocator.travel.left_out import SHOWN, WARN_FROM_SHARE, Weights, first_names
from allocator.travel.road_graph import Floats, RoadNetwork
from allocator.travel.snapping import Snapped

_BEYOND_EDGE_M = 250.0
_LEFT_OUT = {
    "too_far_from_a_road": "are farther than {limit_m:g} m from any road and reach nothing",
    "beyond_the_edge_of_the_roads": (
        "are more than {edge_m:g} m outside the area that the roads cover: the network may be "
        "smaller than the grid; get a larger extract"
    ),
    "on_a_part_without_a_site": (
        "are on a part of the roads (an island, perhaps) that has no site and reach nothing"
    ),
}


class RoadWarning(UserWarning):
    """The roads do not serve everybody who lives on the grid."""


@dataclass(frozen=True, eq=False)
class Ends:
    """Both sides of the travel, snapped, and the people of the cells.

    Attributes
    ----------
    cells, sites
        Where they lie on the roads.
    cell_xy_m
        Cells in the roads' coordinate system, shape ``(n_cells, 2)``.
    demand, site_set
        What the caller said of them, if more than coordinates.
    """

    cells: Snapped
    sites: Snapped
    cell_xy_m: Floats
    demand: Demand | None
    site_set: SiteSet | None

    @cached_property
    def weights(self) -> Weights:
        """People per cell."""
        return Weights.of(self.demand, len(self.cell_xy_m))


def whom_roads_leave_out(roads: RoadNetwork, ends: Ends) -> dict[str, object]:
    """How many people are too far from a road, beyond the roads' edge, or on a part with no site.

    Counts are of people, or of cells where nobody says how many people live there.
    """
    told = ends.weights.told
    too_far = ~ends.cells.is_on
    beyond = _beyond_edge(roads, ends.cell_xy_m, ends.cells.away_m)
    part, km = roads.parts
    served = np.unique(part[ends.sites.node(roads)[ends.sites.is_on]])
    part_of_cell = np.where(ends.cells.is_on, part[ends.cells.node(roads)], -1)
    apart = ends.cells.is_on & ~np.isin(part_of_cell, served)
    site_ids = None if ends.site_set is None else ends.site_set.ids
    return {
        "counted": ends.weights.counted,
        "too_far_from_a_road": told(too_far),
        "farthest_from_a_road_m": float(ends.cells.away_m.max(initial=0.0)),
        "beyond_the_edge_of_the_roads": told(beyond),
        "on_a_part_without_a_site": told(apart),
        "passed_over_a_fragment": told(ends.cells.passed_over),
        "sites_too_far_from_a_road": first_names(np.flatnonzero(~ends.sites.is_on), site_ids),
        "parts": _parts(part_of_cell, part[ends.sites.node(roads)[ends.sites.is_on]], km, ends),
        "n_parts": len(np.unique(part[roads.tail])),
    }


def notes_on(left_out: Mapping[str, Any], ends: Ends) -> list[str]:
    """What a reader must know of it, in sentences; none where all is well."""
    notes, counted = [], ends.weights.counted
    for key, text in _LEFT_OUT.items():
        told = left_out[key]
        if told["cells"]:
            where = text.format(limit_m=ends.cells.limit_m, edge_m=_BEYOND_EDGE_M)
            some = f"{told[counted]:,.0f} {counted} ({told['share']:.1%})"
            notes.append(f"roads: {some} {where}")
    if named := left_out["sites_too_far_from_a_road"]:
        notes.append(
            f"roads: {int((~ends.sites.is_on).sum())} sites lie farther than "
            f"{ends.sites.limit_m:g} m from any road and serve nobody: {', '.join(named)}"
        )
    return notes


def warn_of(told: Mapping[str, Any]) -> None:
    """Warn with all notes if the roads leave out more than a hundredth of the people, or a site.

    Or if sites and roads lie shifted against each other.
    """
    left_out = told["left_out"]
    worst = max(left_out[key]["share"] for key in _LEFT_OUT)
    if worst > WARN_FROM_SHARE or left_out["sites_too_far_from_a_road"] or told["shifted"]:
        warnings.warn("\n".join(told["notes"]), RoadWarning, stacklevel=4)


def _beyond_edge(roads: RoadNetwork, xy_m: Floats, away_m: Floats) -> NDArray[np.bool_]:
    """Whether points lie well outside the convex hull of the roads, shape ``(n,)``."""
    beyond = away_m > _BEYOND_EDGE_M  # all streets lie in the hull
    points = roads.xy_m if roads.path_xy_m is None else roads.path_xy_m
    around = shapely.linestrings(np.concatenate([points, points[:1]]))
    hull = shapely.convex_hull(around)
    beyond[beyond] = shapely.distance(hull, shapely.points(xy_m[beyond])) > _BEYOND_EDGE_M
    return beyond


def _parts(
    part_of_cell: NDArray[np.int64], part_of_site: NDArray[np.int64], km: Floats, ends: Ends
) -> list[dict[str, object]]:
    """Parts on which people live, the most populous first: people, sites, km of road."""
    on = part_of_cell >= 0
    weights = ends.weights
    people = np.bincount(part_of_cell[on], weights=weights.per_cell[on], minlength=len(km))
    sites = np.bincount(part_of_site, minlength=len(km))
    order = np.lexsort((np.arange(len(km)), -people))
    return [
        {weights.counted: float(people[p]), "sites": int(sites[p]), "km": round(float(km[p]), 3)}
        for p in order[:SHOWN].tolist()
        if people[p] > 0
    ]
