"""Facilities of a written plan, put on the map again and checked."""

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from allocator.region.sites import ATTRIBUTES, KINDS

STATUSES = ("kept", "new", "closed", "upgraded")
_APART_M = 100.0
"""lon, lat are rounded for people; more than this apart from x_m, y_m is a contradiction."""


def place_facilities(table: pd.DataFrame, crs: str) -> tuple[pd.DataFrame, list[str]]:
    """The facilities with point geometry in ``crs``, and what is wrong with them.

    A facility added by hand may leave ``x_m`` and ``y_m`` empty: they are computed from ``lon``
    and ``lat``.
    """
    table = table.copy()
    problems = _word_problems(table)
    known = known_crs(crs)
    ids = [str(i) for i in table["id"]]
    lacking = table[["x_m", "y_m"]].isna().any(axis=1).to_numpy()
    lonlat = table[["lon", "lat"]].notna().all(axis=1).to_numpy()
    if known is not None:
        to_metres = Transformer.from_crs("EPSG:4326", known, always_xy=True)
        east, north = to_metres.transform(table["lon"].to_numpy(), table["lat"].to_numpy())
        found = np.isfinite(east) & np.isfinite(north) & lonlat
        filled = lacking & found
        apart = np.hypot(table["x_m"] - east, table["y_m"] - north).to_numpy()
        problems += [
            f"facilities.csv: {ids[i]}: lon, lat and x_m, y_m are {apart[i]:,.0f} m "
            "apart; mend one of them, or leave x_m and y_m empty"
            for i in (found & ~lacking & (apart > _APART_M)).nonzero()[0]
        ]
        table.loc[filled, "x_m"], table.loc[filled, "y_m"] = east[filled], north[filled]
        lacking = lacking & ~filled
    problems += [
        f"facilities.csv: {ids[i]}: x_m and y_m are missing (metres, in the plan's CRS)"
        for i in lacking.nonzero()[0]
    ]
    points = gpd.points_from_xy(table["x_m"], table["y_m"], crs=known)
    return gpd.GeoDataFrame(table, geometry=points), problems


def known_crs(crs: str) -> CRS | None:
    """The CRS of that name, or None if the name is empty or means nothing."""
    try:
        return CRS.from_user_input(crs) if crs else None
    except CRSError:
        return None


def _word_problems(table: pd.DataFrame) -> list[str]:
    problems = []
    for row in table[["id", "kind", "status", "attributes"]].itertuples(index=False):
        where = f"facilities.csv: {row.id}"
        if row.status not in STATUSES:
            problems.append(
                f"{where}: status must be one of {', '.join(STATUSES)}, got {row.status!r}"
            )
        if row.kind not in KINDS:
            problems.append(f"{where}: unknown kind {row.kind!r}; known: {', '.join(KINDS)}")
        problems += [
            f"{where}: unknown attribute {a!r}; known: {', '.join(ATTRIBUTES)}"
            for a in filter(None, str(row.attributes).split(";"))
            if a not in ATTRIBUTES
        ]
    return problems
