"""Make the Alachua example again: ``python data/alachua/make.py [--wheel FILE] [--out DIR]``.

Needs the data files of pylusat 0.5.8: installed (extra ``data``), or its wheel. The same inputs
give the same bytes for csv and tif and the same contents for gpkg.
"""

import argparse
import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from layers import add_wheel_option, read_layer
from rasterio.transform import from_origin
from scipy import ndimage

from allocator.region.outlines import regular_cells
from allocator.region.smoothing import smooth_people

HERE = Path(__file__).resolve().parent
CRS = "EPSG:26917"  # NAD83 / UTM zone 17N: metres, right for Alachua County
SIDE_M = 250.0
URBAN_PER_KM2 = 300.0
URBAN_CLUSTER_PEOPLE = 5000
WINDOW = 5  # cells: 1.25 km, near the 1 km cell of the degree of urbanisation
BASIS = "acs2012_2016"
STAMP = "2026-01-01T00:00:00.000Z"


def main(out: Path, wheel: Path | None) -> None:
    """Read the census and the schools, model, write every made file."""
    out.mkdir(parents=True, exist_ok=True)
    groups = read_layer("acs2016", wheel).to_crs(CRS).sort_values("GEOID10")
    groups = groups.set_index("GEOID10")[["TOTALPOP", "geometry"]]
    cells = smooth_people(cells_in(groups), groups["TOTALPOP"])
    cells["urban"] = urban_clusters(cells)
    write_units(groups, out / "units.gpkg")
    populations = groups["TOTALPOP"].rename_axis("unit").rename("total").reset_index()
    populations.insert(1, "basis", BASIS)
    write_csv(populations, out / "populations.csv")
    write_raster(cells, "people", "int32", -1, out / "population.tif")
    write_raster(cells, "urban", "uint8", 255, out / "urban.tif")
    write_csv(schools(wheel), out / "sites.csv")


def cells_in(groups: gpd.GeoDataFrame) -> pd.DataFrame:
    """Cells whose centre lies in a block group, which is the cell's zone."""
    cells = regular_cells(tuple(groups.total_bounds), SIDE_M)
    tree = shapely.STRtree(groups.geometry.to_numpy())
    centre = shapely.points(cells["x_m"], cells["y_m"])
    cell, group = tree.query(centre, predicate="intersects")
    first = pd.Series(group, index=cell).groupby(level=0).min()
    zone = groups.index.to_numpy()[first.to_numpy()]
    cells = cells.loc[first.index].assign(zone=zone).reset_index(drop=True)
    empty = sorted(set(groups.index) - set(zone))
    if empty:
        raise SystemExit(f"block groups without a cell centre: {', '.join(empty)}")
    return cells


def urban_clusters(cells: pd.DataFrame) -> np.ndarray:
    """Degree of urbanisation: dense cells that form a cluster of enough people.

    A cell is dense if the square of ``WINDOW`` cells around it has at least ``URBAN_PER_KM2``
    people per km2 (of the part inside the county); cells that touch, also at a corner, are one
    cluster.
    """
    row, col = cells["row"].to_numpy(), cells["col"].to_numpy()
    people = np.zeros((row.max() + 1, col.max() + 1))
    inside = np.zeros_like(people)
    people[row, col], inside[row, col] = cells["people"], (SIDE_M / 1000) ** 2
    square = np.ones((WINDOW, WINDOW))
    around = ndimage.convolve(people, square, mode="constant")
    land = ndimage.convolve(inside, square, mode="constant")
    dense = (inside > 0) & (around >= URBAN_PER_KM2 * land)
    cluster, n = ndimage.label(dense, structure=np.ones((3, 3)))
    held = ndimage.sum_labels(people, cluster, index=np.arange(n + 1))
    large = held >= URBAN_CLUSTER_PEOPLE
    large[0] = False
    return large[cluster[row, col]]


def schools(wheel: Path | None) -> pd.DataFrame:
    """Schools as places where an ambulance post may be set up."""
    table = read_layer("schools", wheel).to_crs(4326).sort_values("GCID")
    return pd.DataFrame(
        {
            "id": [f"school-{gcid}" for gcid in table["GCID"]],
            "name": table["NAME"].str.strip(),
            "kind": "ems_station",
            "status": "candidate",
            "lon": [f"{x:.6f}" for x in table.geometry.x],
            "lat": [f"{y:.6f}" for y in table.geometry.y],
            "basis": "measured",
        }
    )


def write_units(groups: gpd.GeoDataFrame, path: Path) -> None:
    """County > tract > block group; tracts and county are unions of their block groups."""
    tract = groups.index.str[:11]
    tracts = groups.geometry.groupby(tract).agg(lambda part: shapely.union_all(part.to_numpy()))
    county = shapely.union_all(groups.geometry.to_numpy())
    rows = [("12001", "Alachua County", "county", "", county)]
    rows += [(t, f"Census tract {t[5:]}", "tract", "12001", shape) for t, shape in tracts.items()]
    rows += [
        (g, f"Block group {g[5:]}", "block_group", g[:11], shape)
        for g, shape in groups.geometry.items()
    ]
    table = gpd.GeoDataFrame(
        rows, columns=["id", "name", "level", "parent", "geometry"], geometry="geometry", crs=CRS
    )
    centimetre = shapely.set_precision(shapely.force_2d(table.geometry.to_numpy()), 0.01)
    table = table.set_geometry(gpd.GeoSeries(as_multi(centimetre), crs=CRS))
    os.environ["OGR_CURRENT_DATE"] = STAMP
    path.unlink(missing_ok=True)
    table.to_file(path, layer="units", driver="GPKG")


def as_multi(shapes: np.ndarray) -> list[shapely.MultiPolygon]:
    """Every outline as a normalised MultiPolygon."""
    return [shapely.normalize(shapely.MultiPolygon(shapely.get_parts(s).tolist())) for s in shapes]


def write_raster(cells: pd.DataFrame, column: str, dtype: str, nodata: int, path: Path) -> None:
    """One column of the cells as a GeoTIFF."""
    row = cells["row"] - cells["row"].min()
    col = cells["col"] - cells["col"].min()
    west, north = cells["x_m"].min() - SIDE_M / 2, cells["y_m"].max() + SIDE_M / 2
    band = np.full((row.max() + 1, col.max() + 1), nodata, dtype=dtype)
    band[row, col] = cells[column]
    with rasterio.open(
        path,
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
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to")
    add_wheel_option(parser)
    given = parser.parse_args()
    main(given.out, given.wheel)
