"""Friction from land cover, slopes, water and roads: each slows or speeds as it is said to."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from rasterio.transform import Affine
from road_builders import DATA, at, network

from allocator.errors import InputError
from allocator.region.coordinates import project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.road_files import read_roads
from allocator.travel.roads import road_network
from allocator.travel.surface import friction, friction_nearest
from allocator.travel.surface_building import build_friction, hiking_factor
from allocator.travel.surface_report import SurfaceWarning

CRS = "EPSG:32638"
WALK = 0.06 / 4.8
COMOROS = DATA / "comoros"
here = pytest.mark.skipif(not COMOROS.is_dir(), reason="needs the shared data folder")


def written(path, values, *, nodata=255, cell_m=1000.0):
    """A raster whose north-western corner is the origin of ``road_builders.at``, in km cells."""
    values = np.asarray(values)
    (west, north), (high, wide) = at((0, 0))[0], values.shape
    with rasterio.open(
        path, "w", driver="GTiff", height=high, width=wide, count=1, dtype=str(values.dtype),
        crs=CRS, transform=Affine(cell_m, 0, west, 0, -cell_m, north), nodata=nodata,
    ) as file:  # fmt: skip
        file.write(values, 1)
    return path


def test_slopes_slow_walkers_as_tobler_says():
    """Flat 1; at 10 degrees the mean of 6 exp(-3.5 |S + 0.05|) both ways, over that of the flat."""
    assert hiking_factor([0.0]) == pytest.approx(1.0)
    s = np.tan(np.radians(10))
    flat, up, down = (6 * np.exp(-3.5 * abs(x + 0.05)) for x in (0, s, -s))
    assert flat == pytest.approx(5.04, abs=0.01)
    assert hiking_factor(10.0) == pytest.approx((flat / up + flat / down) / 2)
    steeper = hiking_factor(np.arange(0, 60))
    assert (np.diff(steeper) > 0).all()


def test_land_cover_sets_the_speed_and_nodata_is_the_sea(tmp_path):
    """Each class its own speed, a class of speed 0 and nodata are barriers."""
    land = written(tmp_path / "land.tif", np.array([[1, 2, 80], [255, 1, 1]], dtype=np.uint8))
    ground = build_friction(land, land_kmh={1: 6.0, 2: 3.0, 80: 0.0})
    np.testing.assert_allclose(ground.pace, [[0.01, 0.02, np.nan], [np.nan, 0.01, 0.01]])
    plain = build_friction(land)
    np.testing.assert_allclose(plain.pace, [[WALK, WALK, WALK], [np.nan, WALK, WALK]])


def test_roads_are_faster_and_cross_water(tmp_path):
    """The fastest road of a cell counts, over a lake too; a track slower than a walk does not."""
    land = written(tmp_path / "land.tif", np.ones((3, 4), dtype=np.uint8))
    roads = network(
        [(0.1, -0.5), (3.9, -0.5), (0.1, -1.5), (0.9, -1.5), (1.5, -0.2), (1.5, -0.8)],
        [(0, 1, "<>"), (2, 3, ">"), (4, 5, "<>")], crs=CRS,
        kmh=[[30, 30], [2, np.nan], [60, 20]],
    )  # fmt: skip
    west, north = at((0, 0))[0]
    lake = gpd.GeoDataFrame(
        geometry=[shapely.box(west + 2000, north - 3000, west + 3000, north)], crs=CRS
    )
    ground = build_friction(land, barriers=lake, roads=roads)
    expected = np.full((3, 4), WALK)
    expected[1:, 2] = np.nan
    expected[0] = [0.002, 0.001, 0.002, 0.002]
    np.testing.assert_allclose(ground.pace, expected)
    json.dumps(ground.source)
    assert ground.source["share_of_cells_with_a_road"] == pytest.approx(5 / 12)


def test_a_river_stops_a_walk(tmp_path):
    """A line across the land parts it, aslant too; slopes slow the walk but not the drive."""
    flat = np.ones((4, 4), dtype=np.uint8)
    land = written(tmp_path / "land.tif", flat)
    (west, north), (east, south) = at((-1, 1.3), (5, -4.7))
    river = gpd.GeoDataFrame(geometry=[shapely.LineString([(west, north), (east, south)])], crs=CRS)
    assert build_friction(land, barriers=river).parts.max() == 2
    hills = written(tmp_path / "slope.tif", flat.astype(np.float32) * 10, nodata=-1)
    finer = written(
        tmp_path / "finer.tif", np.full((8, 8), 10, dtype=np.float32), nodata=-1, cell_m=500.0
    )
    street = network([(0.1, -0.5), (3.9, -0.5)], [(0, 1, "<>")], crs=CRS)
    for slope in (hills, finer):
        ground = build_friction(land, slope=slope, roads=street)
        np.testing.assert_allclose(ground.pace[0], 0.002)
        np.testing.assert_allclose(ground.pace[1:], WALK * hiking_factor(10.0))
    on_foot = network([(0.1, -0.5), (3.9, -0.5)], [(0, 1, "<>")], crs=CRS, source={"mode": "walk"})
    walked = build_friction(land, land_kmh=2.4, slope=hills, roads=on_foot)
    np.testing.assert_allclose(walked.pace[0], WALK * hiking_factor(10.0))
    np.testing.assert_allclose(walked.pace[1:], 2 * WALK * hiking_factor(10.0))


def test_what_is_refused(tmp_path):
    """Classes without a speed, bad speeds, impossible slopes, barriers of no system."""
    land = written(tmp_path / "land.tif", np.array([[1, 2]], dtype=np.uint8))
    with pytest.raises(InputError, match=r"2 \(1 cells\)") as caught:
        build_friction(land, land_kmh={1: -3.0})
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="finite and >= 0"):
        build_friction(land, land_kmh=np.nan)
    steep = written(tmp_path / "steep.tif", np.array([[1, 120]], dtype=np.float32))
    with pytest.raises(InputError, match=r"0\.\.90 degrees, got 1\.\.120"):
        build_friction(land, slope=steep)
    nowhere = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)])
    with pytest.raises(InputError, match="3 problems"):
        build_friction(
            tmp_path / "none.tif", barriers=nowhere, roads=network([(0, 0), (1, 0)], [(0, 1, ">")])
        )


@here
def test_comoros_by_slope_water_and_roads():
    """Real files: driving beats walking, slopes slow, hospitals reach their own islands only."""
    health = gpd.read_file(COMOROS / "health.gpkg")
    health = health[health["amenity"].isin(["hospital", "clinic", "doctors"])].to_crs("EPSG:32738")
    sites = health.geometry.get_coordinates().to_numpy()
    roads = read_roads(COMOROS / "roads.gpkg", crs="EPSG:32738")
    water = gpd.read_file(COMOROS / "water.gpkg")
    lakes = water[water.geom_type == "MultiPolygon"]
    frame, slope = COMOROS / "landcover_BuiltUp.tif", COMOROS / "slope.tif"
    flat = build_friction(frame)
    hilly = build_friction(frame, slope=slope)
    driven = build_friction(frame, slope=slope, barriers=lakes, roads=roads)
    land = np.isfinite(flat.pace)
    assert (hilly.pace[land] >= flat.pace[land] * (1 - 1e-12)).all()
    steepness = np.nanmean(hilly.pace) / np.nanmean(flat.pace)
    assert 1.5 < steepness < 4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SurfaceWarning)
        maps = [
            friction_nearest(ground, sites, max_minutes=2000, crs="EPSG:32738")
            for ground in (flat, hilly, driven)
        ]
        times = friction(driven, sites, sites, max_minutes=2000, crs="EPSG:32738")
    walked, climbed, ridden = (np.nanmedian(found.minutes[land]) for found in maps)
    assert ridden < walked < climbed
    part = np.where(
        (at_raster := driven.position_of(_moved(sites, driven.crs))) >= 0,
        driven.parts.ravel()[at_raster], 0,
    )  # fmt: skip
    assert (part[times.cell] == part[times.site]).all()
    assert len(np.unique(part[times.site])) >= 3


@here
@pytest.mark.slow
def test_comoros_driven_over_a_fine_surface_and_along_its_roads():
    """On cells of 92 m as many reach a hospital as along the roads; cells of 1 km flatter it."""
    with rasterio.open(COMOROS / "com_ppp_2020_UNadj.tif") as file:
        people, to = file.read(1, masked=True).filled(0.0), file.transform
    row, column = np.nonzero(people > 0)
    x, y = project(
        to.c + to.a * (column + 0.5), to.f + to.e * (row + 0.5), "EPSG:4326", "EPSG:32738"
    )
    demand = Demand(
        people[row, column].astype(np.float64), xy_m=np.stack([x, y], axis=1), crs="EPSG:32738"
    )
    health = gpd.read_file(COMOROS / "health.gpkg")
    health = health[health["amenity"].isin(["hospital", "clinic", "doctors"])].to_crs("EPSG:32738")
    sites = SiteSet(
        [str(k) for k in health.index], xy_m=health.geometry.get_coordinates().to_numpy(),
        crs="EPSG:32738",
    )  # fmt: skip
    roads = read_roads(COMOROS / "comores-latest.osm.pbf", crs="EPSG:32738")
    every = np.ones(len(sites), dtype=bool)

    def share(times, minutes):
        _, away = times.nearest(every)
        return demand.people[away <= minutes].sum() / demand.people.sum()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        along = road_network(roads, demand, sites, max_minutes=30, direction="to site")
        fine, coarse = (
            friction(
                build_friction(COMOROS / frame, slope=COMOROS / "slope.tif", roads=roads),
                demand, sites, max_minutes=30, snap_limit_m=2000,
            )
            for frame in ("com_ppp_2020_UNadj.tif", "landcover_BuiltUp.tif")
        )  # fmt: skip
    for minutes in (15, 30):
        assert share(fine, minutes) == pytest.approx(share(along, minutes), abs=0.03)
        assert share(coarse, minutes) > share(along, minutes) + 0.1


def _moved(xy_m, crs):
    return np.stack(project(xy_m[:, 0], xy_m[:, 1], "EPSG:32738", crs), axis=1)
