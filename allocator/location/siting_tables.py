"""An answer as tables: a row per site, a row per cell, and their points on the map."""

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.errors import InputError
from allocator.travel.ends import Demand, SiteSet

if TYPE_CHECKING:
    from allocator.location.siting import Siting


def sites_of(siting: "Siting") -> pd.DataFrame:
    """One row per site that is open or closed by an answer: id, status, people, cost, servers."""
    roles, known = siting.question.roles, siting.question.sites
    opened, closed = siting.open_sites, siting.closed_sites
    shown = np.concatenate([opened, closed])
    is_new, is_closed = np.isin(shown, siting.new_sites), np.arange(len(shown)) >= len(opened)
    status = np.where(is_closed, "closed", np.where(is_new, "new", "kept"))
    cost = np.select(
        [is_closed, is_new],
        [roles.closing_cost[shown], roles.cost[shown]],
        roles.running_cost[shown],
    )
    table = pd.DataFrame(
        {
            "id": [str(known.ids[j]) if known else str(j) for j in shown.tolist()],
            "status": status.tolist(),
            "people": np.concatenate([siting.load, np.zeros(len(closed))]),
            "cost": cost,
        }
    )
    for name, column in (("servers", siting.servers), ("level", siting.levels)):
        if column is not None:
            table[name] = np.concatenate([column, np.zeros(len(closed), dtype=np.int64)])
    return table


def cells_of(siting: "Siting") -> pd.DataFrame:
    """One row per cell: id, people, site that it goes to, how far, whether it is served."""
    demand, known, served = siting.question.demand, siting.question.sites, siting.served
    name = (lambda j: str(known.ids[j])) if known else str
    table = pd.DataFrame(
        {
            "id": [demand.name(i) for i in range(len(demand))],
            "people": demand.people,
            "site": ["" if j < 0 else name(j) for j in served.site.tolist()],
            "covered": served.covered,
        }
    )
    if siting.question.away_unit:
        table[siting.question.away_unit] = served.away
    return table


def on_the_map(
    table: pd.DataFrame, ends: Demand | SiteSet | None, shown: NDArray[np.int64], kind: str
) -> gpd.GeoDataFrame:
    """A table with the points of those ends (cells or sites) that it shows.

    Raises
    ------
    InputError
        If the ends have no coordinates.
    """
    if ends is None or ends.xy_m is None:
        raise InputError(f"the {kind}s have no coordinates", where=f"{kind}_points")
    points = gpd.points_from_xy(*ends.xy_m[shown].T)
    return gpd.GeoDataFrame(table, geometry=points, crs=ends.crs or None)
