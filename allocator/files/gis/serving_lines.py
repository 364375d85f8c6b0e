"""Lines from those who are served to the site that serves them."""

from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allocator.files.tables import AWAY, NEAREST

Lines = Literal["auto", "cells", "units"]
MOST_LINES = 20_000
"""With more lines than this, people of one unit who go to one site share a line."""
LINE_COLUMNS: tuple[str, ...] = (
    "rule", "unit", "cell", "site", "cells", "people", "minutes", "minutes_most", "km", "km_most",
)  # fmt: skip


def rules_served(cells: pd.DataFrame) -> list[str]:
    """Rules of which the cells tell who serves them."""
    return [c.removeprefix(NEAREST) for c in map(str, cells.columns) if c.startswith(NEAREST)]


def served_cells(cells: pd.DataFrame, sites: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Cells that a site of the plan serves under a rule.

    Returns
    -------
    One row per cell: ``cell``, ``unit``, ``x_m``, ``y_m``, ``people``, ``site`` (position in
    ``sites``), ``minutes`` and ``km``, of which one is empty. Cells whose site is not in the
    table, since somebody took it out, are left out.
    """
    named = cells[f"{NEAREST}{rule}"]
    places = pd.Index(sites["id"].astype(str)).get_indexer(pd.Index(named.fillna("").astype(str)))
    found = cells[["cell", "unit", "x_m", "y_m", "people"]].assign(site=places)
    for column in ("minutes", "km"):
        away = f"{column}:{rule}"
        known = away in cells.columns and away.startswith(AWAY)
        found[column] = cells[away].astype(float) if known else np.nan
    return found[places >= 0]


def serving_lines(
    cells: pd.DataFrame, sites: pd.DataFrame, *, lines: Lines = "auto", most: int = MOST_LINES
) -> tuple[gpd.GeoDataFrame, str]:
    """Lines with the columns of :data:`LINE_COLUMNS`, and in words what one of them stands for.

    Parameters
    ----------
    lines
        ``cells``: one per rule and cell; ``units``: one per rule, unit and site, from the middle of
        the people; ``auto``: per cell, unless that makes more than ``most``.
    """
    served = {rule: served_cells(cells, sites, rule) for rule in rules_served(cells)}
    n_cells = sum(map(len, served.values()))
    if not served:
        return _as_lines([], sites), "The plan does not tell who serves whom: no lines."
    each = lines == "cells" or (lines == "auto" and n_cells <= most)
    parts = [
        _per_cell(rule, part) if each else _per_unit(rule, part) for rule, part in served.items()
    ]
    if each:
        return _as_lines(parts, sites), "One line per cell, from its centre."
    why = f" (lines per cell would be {n_cells:,})" if lines == "auto" else ""
    told = f"One line per unit and site, from the middle of the people served{why}; minutes and "
    return _as_lines(parts, sites), told + "km are means over people, and the most."


def _per_cell(rule: str, part: pd.DataFrame) -> pd.DataFrame:
    return part.assign(rule=rule, cells=1, minutes_most=part["minutes"], km_most=part["km"])


def _per_unit(rule: str, part: pd.DataFrame) -> pd.DataFrame:
    """One row per unit and site: sums, means over people, middles of the people."""
    # Where nobody lives in any cell of a group, its cells count alike.
    total = part.groupby(["unit", "site"])["people"].transform("sum")
    weight = part["people"].where(total > 0, 1.0)
    means = ["x_m", "y_m", "minutes", "km"]
    weighted = part[means].mul(weight, axis=0).assign(weight=weight)
    keys = [part["unit"], part["site"]]
    sums = weighted.groupby(keys, sort=True).sum(min_count=1)
    groups = part.groupby(["unit", "site"], sort=True)
    found = sums[means].div(sums["weight"], axis=0)
    found = found.assign(
        rule=rule, cell="", cells=groups.size(), people=groups["people"].sum(),
        minutes_most=groups["minutes"].max(), km_most=groups["km"].max(),
    )  # fmt: skip
    return found.reset_index()


def _as_lines(parts: list[pd.DataFrame], sites: pd.DataFrame) -> gpd.GeoDataFrame:
    if not parts:
        empty = pd.DataFrame({c: pd.Series(dtype=_dtype(c)) for c in LINE_COLUMNS})
        return gpd.GeoDataFrame(empty, geometry=gpd.GeoSeries([], dtype="geometry"))
    table = pd.concat(parts, ignore_index=True)
    at = table["site"].to_numpy(np.int64)
    ends = sites[["x_m", "y_m"]].to_numpy(np.float64)[at]
    starts = table[["x_m", "y_m"]].to_numpy(np.float64)
    geometry = np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)
    # A line to where one stands already is none.
    geometry[(starts == ends).all(axis=1)] = None
    table["site"] = sites["id"].astype(str).to_numpy()[at]
    return gpd.GeoDataFrame(table[list(LINE_COLUMNS)], geometry=geometry)


def _dtype(column: str) -> type:
    if column in {"rule", "unit", "cell", "site"}:
        return object
    return int if column == "cells" else float
