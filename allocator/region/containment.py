"""Which unit a point lies in."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_POINTS_AT_ONCE = 250_000
"""As geometries, points take much more memory than as numbers."""


def depth_of_units(table: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Steps from each unit up to the root, shape ``(n_units,)``."""
    parent = table["parent"].to_dict()
    depths = []
    for unit in table.index:
        depth, at = 0, parent[unit]
        while at:
            depth, at = depth + 1, parent[at]
        depths.append(depth)
    return np.array(depths, dtype=np.int64)


def leaves(table: gpd.GeoDataFrame) -> list[str]:
    """Ids of the units that contain no other."""
    parents = set(table["parent"])
    return [str(u) for u in table.index if u not in parents]


def has_outlines(table: gpd.GeoDataFrame) -> bool:
    """Whether units can be found by location."""
    return not bool(table.geometry.isna().all())


def finest_units(table: gpd.GeoDataFrame, xy_m: Floats) -> NDArray[np.object_]:
    """Id of the finest unit that contains each point, '' outside all; shape ``(n_points,)``.

    A point on a boundary belongs to the unit that comes first in the table.
    """
    if len(xy_m) > _POINTS_AT_ONCE:
        return np.concatenate([finest_units(table, part) for part in in_parts(xy_m)])
    answer = np.full(len(xy_m), "", dtype=object)
    best = np.full(len(xy_m), -1, dtype=np.int64)
    if not len(xy_m):
        return answer
    depth = depth_of_units(table)
    known = np.flatnonzero(~table.geometry.isna().to_numpy())
    outlines = table.geometry.to_numpy()[known]
    tree = shapely.STRtree(np.asarray(shapely.points(xy_m), dtype=object))
    of_outline, of_point = tree.query(outlines, predicate="intersects")
    for position in range(len(known)):
        points = of_point[of_outline == position]
        deeper = points[depth[known[position]] > best[points]]
        best[deeper] = depth[known[position]]
        answer[deeper] = table.index[known[position]]
    return answer


def nearest_units(
    table: gpd.GeoDataFrame, xy_m: Floats, within_m: float
) -> tuple[NDArray[np.object_], Floats]:
    """Nearest finest unit of each point ('' beyond ``within_m``) and its distance in metres."""
    if len(xy_m) > _POINTS_AT_ONCE:
        found = [nearest_units(table, part, within_m) for part in in_parts(xy_m)]
        of, metres = zip(*found, strict=True)
        return np.concatenate(of), np.concatenate(metres)
    answer = np.full(len(xy_m), "", dtype=object)
    distance_m = np.full(len(xy_m), np.inf)
    if not len(xy_m):
        return answer, distance_m
    finest = table.loc[leaves(table)]
    finest = finest[~finest.geometry.isna()]
    tree = shapely.STRtree(finest.geometry.to_numpy())
    pairs: Any = tree.query_nearest(shapely.points(xy_m), return_distance=True, all_matches=False)
    (of_point, of_unit), metres = pairs
    distance_m[of_point] = metres
    near = metres <= within_m
    answer[of_point[near]] = finest.index.to_numpy()[of_unit[near]]
    return answer, distance_m


def in_parts(xy_m: Floats) -> list[Floats]:
    """Points in few enough at a time."""
    return np.array_split(xy_m, -(-len(xy_m) // _POINTS_AT_ONCE))
