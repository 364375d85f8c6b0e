"""The made files: units, populations, rasters, tables."""

import csv
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
from rasterio.transform import from_origin

from allocator.region.apportionment import largest_remainder
from allocator.region.outlines import outlines_of
from region_maker.inputs import Model

STAMP = "2026-01-01T00:00:00.000Z"
GROUPS = ["age60", "age65", "under3"]


def write_units(
    cells: pd.DataFrame, counties: pd.DataFrame, towns: pd.DataFrame, model: Model, path: Path
) -> None:
    """Whole > county or district > town or street; each the union of its cells."""
    root = model.root["id"]
    fine, middle, whole = (
        outlines_of(table, by, side_m=model.side_m, crs=model.crs).set_index(by).geometry
        for table, by in ((cells, "unit"), (cells, "county"), (cells.assign(root=root), "root"))
    )
    rows = [(root, model.root["name"], model.root["level"], "", whole[root])]
    if not model.one_county(counties):
        rows += [
            (code, f"{name} {name_en}", level, root, middle[code])
            for code, name, name_en, level in counties[["name", "name_en", "level"]].itertuples()
        ]
    rows += [
        (t.code, f"{t.name} {t.name_en}".strip(), t.level, t.code[:6], fine[t.code])
        for t in towns.itertuples(index=False)
    ]
    columns = ["id", "name", "level", "parent", "geometry"]
    table = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=model.crs)
    os.environ["OGR_CURRENT_DATE"] = STAMP
    path.unlink(missing_ok=True)
    table.to_file(path, layer="units", driver="GPKG")


def write_populations(
    cells: pd.DataFrame, counties: pd.DataFrame, model: Model, path: Path
) -> None:
    """Census (and end-2021) figures by county; towns and streets as the grid has them.

    Where towns and streets are the planning units, the older and the youngest people of the
    county are shared out over them by their people (largest remainders).
    """
    counties = counties.assign(under3=under_3(counties))
    rows = []
    for code, c in counties.iterrows():
        rows.append((code, "census2020", *c[["total", "urban", "rural", *GROUPS]]))
    if "end2021_10k" in counties:
        for code, c in counties.iterrows():
            rows.append((code, "end2021", round(c["end2021_10k"] * 10_000), *[""] * 5))
    people = cells.groupby("unit")["people"].sum()
    urban = cells["people"].where(cells["urban"], 0).groupby(cells["unit"]).sum()
    ages = {g: pd.Series("", index=people.index) for g in GROUPS}
    if model.one_county(counties):
        whole = counties.loc[model.root["id"]]
        ages = {
            g: pd.Series(largest_remainder(people.to_numpy(float), whole[g]), index=people.index)
            for g in GROUPS
        }
    for code, total in people.items():
        mine = [ages[g][code] for g in GROUPS]
        rows.append((code, "census2020", total, urban[code], total - urban[code], *mine))
    header = ["unit", "basis", "total", "urban", "rural", *GROUPS]
    write_csv(pd.DataFrame(rows, columns=header), path)


def under_3(counties: pd.DataFrame) -> pd.Series:
    """Age 0 and half of ages 1 to 4, the halves rounded up."""
    return (2 * counties["age_0"] + counties["age_1_4"] + 1) // 2


def write_rasters(cells: pd.DataFrame, model: Model, out: Path) -> None:
    """People per cell and the settlement layer, in the local metric CRS."""
    side_m = model.side_m
    row0, col0 = cells["row"].min(), cells["col"].min()
    row, col = cells["row"] - row0, cells["col"] - col0
    west, north = cells["x_m"].min() - side_m / 2, cells["y_m"].max() + side_m / 2
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
            crs=model.crs,
            transform=from_origin(west, north, side_m, side_m),
            compress="lzw",  # in libtiff itself: the same bytes from every build
            predictor=2,
        ) as target:
            target.write(band, 1)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A csv with the same bytes on every machine."""
    table.to_csv(
        path, index=False, encoding="utf-8", lineterminator="\n", quoting=csv.QUOTE_MINIMAL
    )
