"""Where roads meet: places at which a post is quickly reached from all sides."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from allocator.errors import raise_if_any
from allocator.travel.road_graph import RoadNetwork


def junctions(
    roads: RoadNetwork, *, streets: int = 3, classes: Sequence[str] = ()
) -> gpd.GeoDataFrame:
    """Nodes at which several streets end; crossings, and no bends or dead ends.

    Parameters
    ----------
    streets
        Least number of streets that meet; a loop counts twice, as it leaves twice.
    classes
        Only where at least one of them is of these classes (``primary``), as ``roads.classes`` has
        them; empty: any.

    Returns
    -------
    One row per junction, by node: ``id``, ``x_m``, ``y_m``, ``streets`` (how many meet) and points
    in the network's CRS.
    """
    problems = [] if streets >= 1 else [f"streets: must be >= 1, got {streets}"]
    unknown = [name for name in classes if name not in roads.classes]
    if unknown:
        problems.append(
            f"classes: {', '.join(map(repr, unknown))} do not occur; there are "
            f"{', '.join(roads.classes) or 'none'}"
        )
    raise_if_any(problems, where="junctions")
    ends = np.concatenate([roads.tail, roads.head])
    meeting = np.bincount(ends, minlength=roads.n_nodes)
    chosen = meeting >= streets
    if classes:
        wanted = np.isin(roads.class_of, [roads.classes.index(name) for name in classes])
        touched = np.zeros(roads.n_nodes, dtype=np.bool_)
        touched[ends[np.tile(wanted, 2)]] = True
        chosen &= touched
    node = np.flatnonzero(chosen)
    x_m, y_m = roads.xy_m[node].T
    table = pd.DataFrame(
        {"id": [f"j{n}" for n in node], "x_m": x_m, "y_m": y_m, "streets": meeting[node]}
    )
    return gpd.GeoDataFrame(
        table, geometry=gpd.points_from_xy(x_m, y_m), crs=roads.crs or None
    )  # fmt: skip
