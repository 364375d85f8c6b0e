"""Which cell belongs to which county, town and street."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from allocator.region.outlines import (
    assign_with_areas,
    nearest_within,
    regular_cells,
    squared_km_to_nearest,
)
from region_maker.inputs import Model, has_table


def land_cells(model: Model) -> pd.DataFrame:
    """Cells of the box; where there is a coast, those whose centre lies north of it."""
    frame = gpd.GeoSeries([shapely.box(*model.box)], crs=4326).to_crs(model.crs)
    cells = regular_cells(tuple(frame.total_bounds), model.side_m)
    if not has_table(model, "coast"):
        return cells
    coast = pd.read_csv(model.inputs / "coast.csv")
    west, _, east, north = model.box
    ring = [*coast.itertuples(index=False, name=None), (west, north + 1), (east + 1, north + 1)]
    land = gpd.GeoSeries([shapely.Polygon(ring)], crs=4326).to_crs(model.crs).iloc[0]
    dry = shapely.contains_xy(land, cells["x_m"], cells["y_m"])
    return cells[dry].reset_index(drop=True)


def county_cells(
    land: pd.DataFrame, points: pd.DataFrame, counties: pd.DataFrame, model: Model
) -> pd.DataFrame:
    """Land cells of the region with their county; areas as stated, within one cell."""
    groups = [*counties.index, "outside"]
    cost = squared_km_to_nearest(land, points, groups, "county")
    if model.near == "distance":
        cost = np.sqrt(cost)
    n_cells = (counties["area_km2"] / model.cell_km2).round().astype(int)
    group = assign_with_areas(cost, n_cells)
    inside = group < len(counties)
    names = np.array(groups)[group]
    cells = land.assign(county=names, area_km2=model.cell_km2)
    return cells[inside].reset_index(drop=True)


def cells_with_units(
    land: pd.DataFrame,
    first: pd.DataFrame,
    towns: pd.DataFrame,
    known: pd.DataFrame,
    outside: pd.DataFrame,
    counties: pd.DataFrame,
    model: Model,
) -> pd.DataFrame:
    """Cells with their county and, in it, the town or street of the nearest point.

    Where counties have several points each, the towns placed in the ``first`` outline make a second
    one; where they have only their seats, placed towns tell nothing new and the first one holds.
    """
    points = _unit_points(towns, known)
    cells = first
    if model.near == "squared":
        cells = county_cells(land, pd.concat([points, outside]), counties, model)
    return cells.assign(unit=points["unit"].to_numpy()[nearest_within(cells, points, "county")])


def _unit_points(towns: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Points that carry a town's or street's outline: its centre, and towns merged into it."""
    merged = known[known["role"] == "former town"]
    points = pd.concat([towns.rename(columns={"code": "unit"}), merged], ignore_index=True)
    return points[["county", "unit", "x_m", "y_m"]]
