"""Systems without a code: Albers of China as WKT or PROJ text, in and out; CGCS2000 as it is."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
from builders import rule, small_policy
from pyproj import Geod
from region_folders import (
    CELLS,
    GRID,
    HALVES,
    SITES,
    SOUTH_M,
    TOML,
    WEST_M,
    outlines,
    raster,
    swapped,
    tiny_folder,
)
from region_folders import CRS as UTM
from road_builders import DATA

from allocator import export, plan, read_plan, read_region
from allocator.errors import InputError
from allocator.region.coordinates import WGS84, metric_problem, project, same_crs, scale_check
from allocator.region.offsets import from_wgs84
from allocator.region.raster import read_raster_grid
from allocator.region.resampling import resample_counts
from allocator.region.units import Units
from allocator.region.zones import zonal_totals

ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +datum=WGS84 +units=m"
LOCAL_ALBERS = "+proj=aea +lat_1=30.5 +lat_2=30.9 +lat_0=0 +lon_0=120.9 +datum=WGS84 +units=m"
FORMS = {
    "PROJ": ALBERS,
    "WKT": pyproj.CRS(ALBERS).to_wkt(),
    "WKT1": pyproj.CRS(ALBERS).to_wkt("WKT1_ESRI"),
}


def in_albers(table: str) -> str:
    """A csv with x and y of UTM, rewritten with those of Albers."""
    frame = pd.read_csv(pd.io.common.StringIO(table), dtype={"id": str})
    x, y = project(frame["x"].to_numpy(float), frame["y"].to_numpy(float), UTM, ALBERS)
    return frame.assign(x=x.round(3), y=y.round(3)).to_csv(index=False)


@pytest.mark.parametrize("form", FORMS)
def test_albers_of_china_is_read_from_rasters_layers_and_tables(tmp_path, form):
    """Each carries its system in its own way; people and places are where UTM puts them."""
    crs = FORMS[form]
    assert metric_problem(crs) == ""
    toml = swapped(TOML, 'settlement = "urban"\ncrs = "EPSG:32651"', f"crs = '''{crs}'''")
    folder = tiny_folder(tmp_path / "r", {"grid.csv": in_albers(GRID), "region.toml": toml})
    plain = read_region(tiny_folder(tmp_path / "plain")).grid.table
    table = read_region(folder).grid.table
    np.testing.assert_allclose(table[["x_m", "y_m"]], plain[["x_m", "y_m"]], atol=0.01)

    x, y = project(np.array([WEST_M]), np.array([SOUTH_M + 2000]), UTM, crs)
    path = raster(tmp_path / "p.tif", CELLS, crs=crs, west=x[0], north=y[0])
    grid = read_raster_grid(path, kind="count", units=None, crs=UTM)
    assert grid.people.sum() == CELLS.sum()
    assert grid.table.iloc[0][["x_m", "y_m"]].tolist() == pytest.approx(
        [WEST_M + 500, SOUTH_M + 1500], abs=200
    )
    with rasterio.open(path) as source:
        assert same_crs(source.crs, ALBERS)


@pytest.mark.parametrize("form", FORMS)
def test_counts_go_to_albers_and_back_with_everybody(tmp_path, form):
    """An equal-area raster for statistics: written in a system without a code, and read again."""
    path = raster(tmp_path / "p.tif", CELLS)
    resample_counts(path, tmp_path / "albers.tif", cell_m=1500, crs=FORMS[form])
    with rasterio.open(tmp_path / "albers.tif") as written:
        assert same_crs(written.crs, ALBERS)
    resample_counts(tmp_path / "albers.tif", tmp_path / "back.tif", cell_m=1500, crs=UTM)
    grid = read_raster_grid(tmp_path / "back.tif", kind="count", units=None, crs=UTM)
    assert grid.people.sum() == pytest.approx(CELLS.sum(), rel=1e-6)
    centre = np.average(grid.xy_m, axis=0, weights=grid.people)
    utm = read_raster_grid(path, kind="count", units=None, crs=UTM)
    assert centre == pytest.approx(np.average(utm.xy_m, axis=0, weights=utm.people), abs=150)


@pytest.mark.parametrize("form", FORMS)
def test_lengths_in_the_albers_of_all_china_are_refused_for_one_county(form):
    """Equal areas, but lengths 1.4 % wrong at Jiaxing; the message does not print a page of WKT."""
    problem = scale_check(FORMS[form], (120.3, 30.3, 121.3, 31.0)).problem
    assert "lengths are up to 1.38% wrong" in problem
    assert problem.endswith("use EPSG:32651, or leave crs out")
    assert len(problem) < 400


def test_a_region_measured_in_its_own_albers_is_planned_and_written_back(tmp_path):
    """A local system without a code goes from region.toml through the plan to every file."""
    toml = swapped(
        TOML, 'name = "Tiny"\ncrs = "EPSG:32651"', f"name = 'Tiny'\ncrs = '{LOCAL_ALBERS}'"
    )
    folder = tiny_folder(
        tmp_path / "r",
        {
            "region.toml": swapped(toml, "units.csv", "units.geojson"),
            "units.geojson": outlines(HALVES),
            "sites.csv": SITES,
        },
    )
    region = read_region(folder)
    assert region.crs == LOCAL_ALBERS
    policy = small_policy(rule("count", id="C", sites={"kinds": ["health_station"]}, number=2))
    made = plan(region, policy)
    export(made, tmp_path / "plan.gpkg")
    for layer in ("units", "sites", "cells"):
        assert same_crs(gpd.read_file(tmp_path / "plan.gpkg", layer=layer).crs, LOCAL_ALBERS)
    export(made, tmp_path / "out")
    back = read_plan(tmp_path / "out")
    assert back.crs == LOCAL_ALBERS
    points = back.facilities.to_crs(WGS84).geometry
    np.testing.assert_allclose(points.x, back.facilities["lon"], atol=1e-6)
    np.testing.assert_allclose(points.y, back.facilities["lat"], atol=1e-6)


@pytest.mark.parametrize(
    ("city", "lon", "lat", "crs"),
    [
        ("Jiaxing", 120.75, 30.75, "EPSG:4549"),
        ("Zhengzhou", 113.65, 34.76, "EPSG:4547"),
        ("Yulin", 109.73, 38.29, "EPSG:4545"),
    ],
)
def test_cgcs2000_is_taken_as_what_it_is(city, lon, lat, crs):
    """Degrees of EPSG:4490 are those of WGS 84; its 3-degree zones measure true metres."""
    at = np.array([lon]), np.array([lat])
    assert np.concatenate(project(*at, "EPSG:4490", WGS84)) == pytest.approx([lon, lat], abs=1e-9)
    assert metric_problem(crs) == ""
    assert scale_check(crs, (lon - 0.4, lat - 0.4, lon + 0.4, lat + 0.4)).problem == ""
    x, y = project(lon + np.array([0, 0.1, 0]), lat + np.array([0, 0, 0.1]), "EPSG:4490", crs)
    east, north = np.hypot(np.diff(x)[0], np.diff(y)[0]), np.hypot(x[2] - x[0], y[2] - y[0])
    geod = Geod(ellps="GRS80")
    assert east == pytest.approx(geod.inv(lon, lat, lon + 0.1, lat)[2], rel=5e-4)
    assert north == pytest.approx(geod.inv(lon, lat, lon, lat + 0.1)[2], rel=5e-4)
    assert 400_000 < x[0] < 700_000 < y[0]  # easting first, whatever the axes' order


def test_counties_of_cgcs2000_are_summed_where_they_lie(tmp_path):
    """Real counties in EPSG:4490 against a WGS 84 raster: their own areas, no shift."""
    counties = gpd.read_file(DATA / "china_boundaries" / "tianditu_cgcs2000_counties.gpkg")
    jiaxing = counties[counties["code"].str.startswith("3304")].set_index("code")
    assert jiaxing.crs.to_epsg() == 4490
    west, south, east, north = jiaxing.total_bounds
    side = 0.01
    ones = np.ones((int((north - south) / side) + 3, int((east - west) / side) + 3))
    path = raster(
        tmp_path / "p.tif", ones, crs=WGS84, west=west - side, north=north + side, cell=side
    )  # fmt: skip
    km2 = zonal_totals(path, Units(jiaxing, tuple(jiaxing.index)), kind="density")
    geod = Geod(ellps="GRS80")
    for code, shape in jiaxing.geometry.items():
        area_km2 = abs(geod.geometry_area_perimeter(shape)[0]) / 1e6
        assert km2[code] == pytest.approx(area_km2, rel=1e-3)


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_outlines_of_a_chinese_web_map_come_back_to_their_places(tmp_path, system):
    """Real counties as Amap or Baidu draw them: declared, each corner is back within a metre."""
    counties = gpd.read_file(DATA / "china_boundaries" / "tianditu_cgcs2000_counties.gpkg")
    jiaxing = counties[counties["code"].str.startswith("3304")].set_crs(WGS84, allow_override=True)

    def drawn(xy):
        return np.stack(from_wgs84(*xy.T, system), axis=1)

    def regions(name, shapes, declared):
        folder = tmp_path / name
        folder.mkdir()
        units = {"id": ["R", *jiaxing["code"]], "name": ["R", *jiaxing["name"]],
                 "level": ["city", *["county"] * len(jiaxing)],
                 "parent": ["", *["R"] * len(jiaxing)]}  # fmt: skip
        gpd.GeoDataFrame(units, geometry=[None, *shapes], crs=WGS84).to_file(folder / "u.gpkg")
        (folder / "grid.csv").write_text("id,lon,lat,people\nc,120.75,30.75,100\n")
        (folder / "region.toml").write_text(
            f'name = "J"\ncrs = "EPSG:4549"\n[units]\nfile = "u.gpkg"\n{declared}'
            '[grid]\nfile = "grid.csv"\nkind = "count"\ncell_m = 1000\n'
            '[[candidates]]\nkind = "ems_station"\n'
        )
        return read_region(folder)

    true = regions("true", jiaxing.geometry, "").units.table
    moved = jiaxing.geometry.transform(drawn)
    back = regions("back", moved, f'coordinates = "{system}"\n')
    astray = regions("astray", moved, "").units.table
    for code in jiaxing["code"]:
        shape = true.geometry[code]
        assert shape.hausdorff_distance(back.units.table.geometry[code]) < 1
        assert shape.hausdorff_distance(astray.geometry[code]) > 450
    assert f"u.gpkg: coordinates converted from {system} to WGS 84" in back.notes


def test_outlines_in_metres_are_no_web_map(tmp_path):
    """Only degrees can be converted."""
    units = gpd.read_file(outlines(HALVES)).to_crs(UTM)
    folder = tiny_folder(
        tmp_path / "r",
        {"region.toml": swapped(TOML, 'file = "units.csv"',
                                'file = "units.gpkg"\ncoordinates = "gcj02"')},
    )  # fmt: skip
    units.to_file(folder / "units.gpkg")
    with pytest.raises(InputError, match=r"units.gpkg: coordinates = 'gcj02' are degrees"):
        read_region(folder)


def test_a_system_that_nobody_knows_is_refused(tmp_path):
    """With the file, the value and what to write."""
    toml = swapped(TOML, 'crs = "EPSG:32651"\n\n[units]', 'crs = "Albers"\n\n[units]')
    with pytest.raises(InputError, match="'Albers' is not a known coordinate reference system"):
        read_region(tiny_folder(tmp_path / "r", {"region.toml": toml}))
