"""The traps of population grids and coordinates, row by row: each guard at work.

``TRAPS`` names every known trap and where its guard is tested; the tests here use real files where
there are any, and small ones where there is none.
"""

import ast
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from builders import rule, site, small_policy, small_region
from pyproj import Geod
from rasterio.warp import Resampling, reproject
from region_folders import CELLS, HALVES, SITES, TOML, outlines, raster, swapped, tiny_folder
from region_folders import CRS as UTM
from road_builders import DATA
from shapely.geometry import Point

from allocator import Demand, SiteSet, audit, read_region, straight_line, straight_line_km
from allocator.errors import InputError
from allocator.region.borders import BUFFER_KM, near_border
from allocator.region.coordinates import WGS84, areal_scale, box_in_degrees, project, scale_check
from allocator.region.offsets import from_wgs84
from allocator.region.raster import read_raster_grid
from allocator.region.resampling import resample_counts
from allocator.region.units import GROUPS, Units
from allocator.region.zones import zonal_totals

TESTS = Path(__file__).resolve().parents[2]
REGION = "unit/region"
HERE = f"{REGION}/test_grid_traps.py"
TRAPS = {
    "nodata is summed": [
        f"{HERE}::test_nodata_of_real_rasters_is_nobody",
        f"{HERE}::test_a_raster_that_hides_its_nodata_value_is_not_believed",
        f"{REGION}/test_raster.py::test_what_is_no_number_of_people_is_not_summed",
    ],
    "counts are resampled as if they were heights": [
        f"{HERE}::test_resampling_the_comoros_loses_nobody",
        f"{REGION}/test_raster.py::test_resampled_counts_keep_everybody",
    ],
    "cells of degrees are taken for squares": [
        f"{HERE}::test_cells_have_the_area_that_the_publisher_states",
        f"{REGION}/test_coordinates.py::test_cell_areas_are_those_of_the_ellipsoid",
    ],
    "a density is read as a count, or the reverse": [
        f"{HERE}::test_a_density_read_as_a_count_is_refused",
        f"{HERE}::test_a_count_read_as_a_density_is_doubted",
        f"{REGION}/test_real_regions.py::test_count_and_density_of_sao_miguel_agree",
    ],
    "zones are summed by cell centres": [
        f"{HERE}::test_small_zones_are_summed_by_the_part_of_each_cell",
        f"{REGION}/test_raster.py::test_zonal_totals_weigh_cells_by_the_part_inside",
    ],
    "degrees are measured as if they were metres": [
        f"{HERE}::test_degrees_are_no_metres",
        f"{REGION}/test_coordinates.py::test_what_would_measure_wrongly_is_refused",
    ],
    "Web Mercator is measured": [f"{HERE}::test_web_mercator_measures_nothing"],
    "latitude and longitude are swapped": [
        f"{HERE}::test_swapped_coordinates_are_told_in_every_kind_of_file",
        f"{HERE}::test_swapped_columns_of_a_real_list_are_told_by_where_the_region_lies",
    ],
    "the UTM zone is the wrong one": [
        f"{HERE}::test_the_neighbouring_zone_is_noted_with_its_error",
        f"{REGION}/test_coordinates.py::"
        "test_the_scale_error_of_a_neighbouring_zone_is_noted_and_of_a_far_one_refused",
    ],
    "the Earth is taken for a sphere": [
        f"{HERE}::test_lengths_between_towns_are_those_of_the_ellipsoid"
    ],
    "GCJ-02 or BD-09 is taken for WGS 84": [
        f"{HERE}::test_towns_from_a_chinese_web_map_come_back_to_their_places",
        "unit/travel/test_shifted.py::test_facilities_of_a_real_chinese_town_are_told",
        "unit/travel/test_shifted.py::test_facilities_in_their_places_are_not_suspected",
        f"{REGION}/test_offsets.py::test_the_round_trip_holds_all_over_china",
    ],
    "coarse cells blur who is covered": [
        f"{REGION}/test_aggregation.py::test_comoros_within_3_5_km_of_care_by_grids_of_five_sizes"
    ],
    "a candidate stands in the middle of its own demand": [
        f"{HERE}::test_people_in_a_sites_own_cell_still_travel",
        "unit/travel/test_distance.py::test_people_of_a_cell_are_not_all_in_its_centre",
    ],
    "the mask cuts cells on the coast": [
        f"{HERE}::test_people_cut_off_by_the_coast_show_against_the_totals",
        f"{REGION}/test_real_regions.py::test_municipalities_of_sao_miguel_lose_nobody_at_the_coast",
    ],
    "stations beyond the border are not seen": [
        f"{HERE}::test_people_near_the_border_are_noted",
        f"{HERE}::test_a_site_just_outside_serves_the_region",
    ],
}
COMOROS = DATA / "comoros" / "com_ppp_2020_UNadj.tif"
SAO_MIGUEL = DATA / "sao_miguel_gpw"
COUNTIES = DATA / "china_boundaries" / "tianditu_cgcs2000_counties.gpkg"
TOWNS = DATA / "china_boundaries" / "geonames_towns_wgs84.gpkg"
JIAXING = (120.3, 30.3, 121.3, 31.0)


@pytest.mark.parametrize("trap", TRAPS)
def test_every_trap_has_its_test(trap):
    """What the table names is there."""
    for named in TRAPS[trap]:
        file, _, function = named.partition("::")
        tree = ast.parse((TESTS / file).read_text("utf-8"))
        assert function in {n.name for n in tree.body if isinstance(n, ast.FunctionDef)}, named


def city(codes):
    """Real counties that begin with a code, as units in UTM 51, under one root."""
    counties = gpd.read_file(COUNTIES)
    some = counties[counties["code"].str.startswith(codes)].to_crs(UTM)
    table = gpd.GeoDataFrame(
        {"name": ["city", *some["name"]], "level": ["city", *["county"] * len(some)],
         "parent": ["", *["city"] * len(some)],
         **dict.fromkeys(GROUPS, np.nan)},
        index=["city", *some["code"]], geometry=[None, *some.geometry], crs=UTM,
    )  # fmt: skip
    return Units(table, tuple(some["code"]))


# ------------------------------------------------------------------------------- nodata
@pytest.mark.parametrize(
    ("path", "crs", "naive_below", "people"),
    [
        (COMOROS, "EPSG:32738", -1e10, 869_595),
        (SAO_MIGUEL / "gpw_v411_2020_count_2020.tif", "EPSG:32626", -1e38, 145_603),
    ],
)
def test_nodata_of_real_rasters_is_nobody(path, crs, naive_below, people):
    """-99999 and -3.4e38 would make the sum absurd; the note says how many cells that were."""
    with rasterio.open(path) as source:
        values = source.read(1).astype(float)
        empty = int((values == source.nodata).sum())
    assert values.sum() < naive_below
    grid = read_raster_grid(path, kind="count", units=None, crs=crs)
    assert grid.people.sum() == pytest.approx(people, abs=1)
    assert f"{empty:,} cells of the part read are nodata" in grid.note


def test_a_raster_that_hides_its_nodata_value_is_not_believed(tmp_path):
    """The Comoros without their nodata tag: negative cells are named; a huge mark is refused."""
    with rasterio.open(COMOROS) as source:
        values, profile = source.read(1), source.profile
    profile.update(nodata=None)
    with rasterio.open(tmp_path / "low.tif", "w", **profile) as target:
        target.write(values, 1)
    profile.update(height=200)
    with rasterio.open(tmp_path / "high.tif", "w", **profile) as target:
        target.write(np.where(values < 0, np.float32(65535), values)[600:800], 1)
    grid = read_raster_grid(tmp_path / "low.tif", kind="count", units=None, crs="EPSG:32738")
    assert grid.people.sum() == pytest.approx(869_595, abs=1)
    assert "1,798,312 cells are negative (values -99999; first: row 0 column 0" in grid.note
    with pytest.raises(InputError, match="does not declare its nodata value"):
        read_raster_grid(tmp_path / "high.tif", kind="count", units=None, crs="EPSG:32738")


def test_numbers_stored_with_a_scale_are_people(tmp_path):
    """Tenths of a person as whole numbers, with the factor in the file's header."""
    path = tmp_path / "p.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=4, count=1, dtype="int16", crs=UTM, nodata=-1,
        transform=rasterio.Affine(1000, 0, 300_000, 0, -1000, 3_402_000),
    ) as target:  # fmt: skip
        target.write((CELLS * 10).astype(np.int16), 1)
        target.scales, target.offsets = (0.1,), (0.0,)
    grid = read_raster_grid(path, kind="count", units=None, crs=UTM)
    assert grid.people.sum() == pytest.approx(CELLS.sum())


# ------------------------------------------------------------------------------- resampling
def test_resampling_the_comoros_loses_nobody(tmp_path):
    """To 1 km: nearest, bilinear and average keep 1 % of the people, the sum keeps all."""
    before, after = resample_counts(COMOROS, tmp_path / "1km.tif", cell_m=1000, crs="EPSG:32738")
    assert before == pytest.approx(869_595, abs=1)
    assert after == pytest.approx(before, rel=1e-9)
    with rasterio.open(COMOROS) as source, rasterio.open(tmp_path / "1km.tif") as coarse:
        assert coarse.read(1).sum() == pytest.approx(before, rel=1e-6)
        people = source.read(1, masked=True).filled(0).astype(float)
        for how in (Resampling.nearest, Resampling.bilinear, Resampling.average):
            out = np.zeros(coarse.shape)
            reproject(
                people, out, src_transform=source.transform, src_crs=source.crs,
                dst_transform=coarse.transform, dst_crs=coarse.crs, resampling=how,
            )  # fmt: skip
            assert out.sum() < 0.02 * before


# ------------------------------------------------------------------------------- areas and kinds
def test_cells_have_the_area_that_the_publisher_states():
    """Inland cells of Sao Miguel: 30 seconds at 37.8 N are 0.68 km2, not 0.86 and not 1."""
    path = SAO_MIGUEL / "gpw_v411_2020_count_2020.tif"
    grid = read_raster_grid(path, kind="count", units=None, crs="EPSG:32626").table
    with rasterio.open(SAO_MIGUEL / "gpw_v411_2020_land_area_2020.tif") as source:
        land = source.read(1)
    land_km2 = np.array([land[int(i[1:3]), int(i[4:6])] for i in grid.index])
    share = land_km2 / grid["area_km2"].to_numpy()
    assert share.max() == pytest.approx(1, abs=2e-3)
    assert (share > 0.9995).mean() > 0.4
    assert grid["area_km2"].mean() == pytest.approx(0.679, abs=0.001)


def test_a_density_read_as_a_count_is_refused(tmp_path):
    """By its 300,000 people against the island's 145,603; of small cells, by sheer density."""
    municipalities = gpd.read_file(SAO_MIGUEL / "concelhos.gpkg").to_crs("EPSG:32626")
    rows = [{"id": "island", "name": "island", "level": "city", "parent": ""}]
    rows += [{"id": n, "name": n, "level": "district", "parent": "island"}
             for n in municipalities["name"]]  # fmt: skip
    units = gpd.GeoDataFrame(rows, geometry=[None, *municipalities.geometry], crs="EPSG:32626")
    units.to_file(tmp_path / "units.gpkg")
    for kind in ("count", "density"):
        name = f"gpw_v411_2020_{kind}_2020.tif"
        (tmp_path / name).write_bytes((SAO_MIGUEL / name).read_bytes())
    toml = (
        'name = "Sao Miguel"\n[units]\nfile = "units.gpkg"\n[populations]\n'
        'file = "populations.csv"\n[[candidates]]\nkind = "ems_station"\n[grid]\n'
        'kind = "count"\nfile = "gpw_v411_2020_{}_2020.tif"\n'
    )
    (tmp_path / "region.toml").write_text(toml.format("count"))
    stated = read_people(tmp_path, municipalities["name"])
    (tmp_path / "populations.csv").write_text(stated)
    assert read_region(tmp_path).units.people("island") == pytest.approx(145_603, abs=3)
    (tmp_path / "region.toml").write_text(toml.format("density"))
    with pytest.raises(InputError, match=r"differ from the units' totals by more than 20%.*kind"):
        read_region(tmp_path)

    with rasterio.open(COMOROS) as source:
        values, profile = source.read(1), source.profile
    with rasterio.open(tmp_path / "per_km2.tif", "w", **profile) as target:
        target.write(np.where(values > 0, values / 0.0084, values).astype(np.float32), 1)
    with pytest.raises(InputError, match=r"more than 200,000 people per km2 .*is it 'density'"):
        read_raster_grid(tmp_path / "per_km2.tif", kind="count", units=None, crs="EPSG:32738")


def read_people(folder, names):
    """Populations of municipalities as the count raster has them, in whole people."""
    (folder / "populations.csv").write_text("")
    path = folder / "gpw_v411_2020_count_2020.tif"
    shapes = gpd.read_file(folder / "units.gpkg").set_index("id")
    units = Units(shapes.assign(**dict.fromkeys(GROUPS, np.nan)), tuple(names))
    grid = read_raster_grid(path, kind="count", units=units, crs="EPSG:32626")
    people = grid.table.groupby("unit")["people"].sum().round().astype(int)
    rows = [f"{unit},gpw,{people[unit]}" for unit in names]
    return "\n".join(["unit,basis,total", *rows]) + "\n"


def test_a_count_read_as_a_density_is_doubted():
    """The Comoros would have 7,000 people, and nowhere more than 61 per km2: a note."""
    grid = read_raster_grid(COMOROS, kind="density", units=None, crs="EPSG:32738")
    assert grid.people.sum() < 8_000
    assert "nowhere more than 61 people per km2 live: kind = 'density' is probably" in grid.note
    right = SAO_MIGUEL / "gpw_v411_2020_density_2020.tif"
    assert (
        "nowhere more"
        not in read_raster_grid(right, kind="density", units=None, crs="EPSG:32626").note
    )


# ------------------------------------------------------------------------------- zones
@pytest.mark.parametrize("degrees", [0.0008, 0.002, 0.05])
def test_small_zones_are_summed_by_the_part_of_each_cell(tmp_path, degrees):
    """Discs among three-second cells of one person: as many people as the disc has cells of area.

    Sums by centres err by tens of per cent where the disc is small.
    """
    side, n = 3 / 3600, 140
    path = raster(
        tmp_path / "p.tif", np.ones((n, n)), crs=WGS84, west=120.7, north=30.8, cell=side
    )  # fmt: skip
    shape = Point(120.7 + 0.0583, 30.8 - 0.0583).buffer(degrees, 128)
    table = gpd.GeoDataFrame(
        {"name": ["disc"], "level": ["city"], "parent": [""], **dict.fromkeys(GROUPS, np.nan)},
        index=["disc"], geometry=[shape], crs=WGS84,
    )  # fmt: skip
    expected = shape.area / side**2
    assert zonal_totals(path, Units(table, ("disc",)))["disc"] == pytest.approx(expected, rel=1e-6)
    centre = 120.7 + side * (np.arange(n) + 0.5), 30.8 - side * (np.arange(n) + 0.5)
    inside = sum(shape.contains(Point(x, y)) for x in centre[0] for y in centre[1])
    if degrees < 0.001:
        assert abs(inside / expected - 1) > 0.1


# ------------------------------------------------------------------------------- metres
def test_degrees_are_no_metres(tmp_path):
    """Refused as the region's crs, as coordinates of points and as the crs of either side."""
    toml = swapped(TOML, 'name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"\ncrs = "EPSG:4490"')
    with pytest.raises(InputError, match=r"EPSG:4490 is geographic \(degrees\)"):
        read_region(tiny_folder(tmp_path / "r", {"region.toml": toml}))
    towns = gpd.read_file(TOWNS)
    degrees = np.stack([towns.geometry.x, towns.geometry.y], axis=1)
    with pytest.raises(InputError, match="look like degrees"):
        straight_line_km(degrees[:5], degrees[5:9], max_km=5)
    demand = Demand(np.ones(5), xy_m=degrees[:5], crs=WGS84)
    with pytest.raises(InputError, match=r"EPSG:4326 is geographic \(degrees\)"):
        straight_line_km(demand, SiteSet(["a"], xy_m=degrees[5:6]), max_km=5)


@pytest.mark.parametrize(
    ("lon", "lat", "too_long"), [(120.75, 30.75, 1.164), (109.73, 38.29, 1.274)]
)
def test_web_mercator_measures_nothing(tmp_path, lon, lat, too_long):
    """Its metres are 16 % too long in Jiaxing, 27 % in Yulin: no distance is taken in it."""
    x, y = project(np.array([lon]), np.array([lat]), WGS84, "EPSG:3857")
    assert areal_scale(x, y, "EPSG:3857")[0] ** 0.5 == pytest.approx(too_long, abs=0.001)
    toml = swapped(TOML, 'name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"\ncrs = "EPSG:3857"')
    with pytest.raises(InputError, match="EPSG:3857 is Web Mercator"):
        read_region(tiny_folder(tmp_path / "r", {"region.toml": toml}))
    there = np.stack([x, y], axis=1)
    demand = Demand(np.ones(1), xy_m=there, crs="EPSG:3857")
    sites = SiteSet(["a"], xy_m=there + 500.0, crs="EPSG:3857")
    with pytest.raises(InputError, match="EPSG:3857 is Web Mercator"):
        straight_line(demand, sites, speed_kmh=30, max_minutes=9)
    with pytest.raises(InputError, match="EPSG:3857 is Web Mercator"):
        resample_counts(COMOROS, tmp_path / "out.tif", cell_m=1000, crs="EPSG:3857")


def test_the_neighbouring_zone_is_noted_with_its_error(tmp_path):
    """Jiaxing in zone 50: 0.12 % and more, with the better zone; Gauss-Kruger 120 E: silence."""
    west, south, east, north = city("3304").table.to_crs(WGS84).total_bounds
    check = scale_check("EPSG:32650", (west, south, east, north))
    assert check.note.startswith("crs EPSG:32650: lengths are up to 0.1")
    assert "EPSG:32651 would be truer" in check.note
    toml = swapped(TOML, 'name = "Tiny"\ncrs = "EPSG:32651"', 'name = "Tiny"\ncrs = "EPSG:32650"')
    files = {"region.toml": swapped(toml, "units.csv", "units.geojson"),
             "units.geojson": outlines(HALVES)}  # fmt: skip
    notes = read_region(tiny_folder(tmp_path / "r", files)).notes
    assert any("EPSG:32651 would be truer" in note for note in notes)
    good = dict(files, **{"region.toml": swapped(files["region.toml"], "32650", "4549")})
    assert not any("truer" in n for n in read_region(tiny_folder(tmp_path / "g", good)).notes)


def test_lengths_between_towns_are_those_of_the_ellipsoid():
    """Towns of Jiaxing up to 70 km apart: 0.05 % in the region's plane; a sphere errs by 0.3 %."""
    towns = gpd.read_file(TOWNS)
    west, south, east, north = JIAXING
    near = towns[towns.geometry.x.between(west, east) & towns.geometry.y.between(south, north)]
    lon, lat = near.geometry.x.to_numpy(), near.geometry.y.to_numpy()
    one, other = np.triu_indices(len(near), 1)
    true_m = np.asarray(Geod(ellps="WGS84").inv(lon[one], lat[one], lon[other], lat[other])[2])
    far = true_m > 3_000
    x, y = project(lon, lat, WGS84, UTM)
    planar_m = np.hypot(x[one] - x[other], y[one] - y[other])
    assert far.sum() > 500
    assert np.abs(planar_m[far] / true_m[far] - 1).max() < 0.0006
    sphere = Geod(a=6_371_008.8, b=6_371_008.8)
    round_m = np.asarray(sphere.inv(lon[one], lat[one], lon[other], lat[other])[2])
    assert np.abs(round_m[far] / true_m[far] - 1).max() > 0.002


# ------------------------------------------------------------------------------- places
def flipped(geojson):
    """The same outlines with latitude before longitude."""
    frame = gpd.read_file(geojson)
    turned = frame.geometry.transform(lambda xy: xy[:, ::-1])
    return frame.set_geometry(turned).to_json()


def sites_layer(lon, lat):
    """One station as GeoJSON."""
    table = {"id": ["S"], "name": ["S"], "kind": ["ems_station"], "status": ["existing"]}
    return gpd.GeoDataFrame(table, geometry=[Point(lon, lat)], crs=WGS84).to_json()


def test_swapped_coordinates_are_told_in_every_kind_of_file(tmp_path):
    """Outlines, sites as a layer, sites as a table: 120 is no latitude."""
    toml = swapped(TOML, "units.csv", "units.geojson")
    layer = swapped(toml, "sites.csv", "sites.geojson")
    right = {"units.geojson": outlines(HALVES)}
    for number, (files, words) in enumerate([
        ({"region.toml": toml, "units.geojson": flipped(outlines(HALVES))},
         r"units.geojson: has latitudes outside -90..90 .*swapped"),
        ({"region.toml": layer, "sites.geojson": sites_layer(30.713, 120.913), **right},
         r"sites.geojson: has latitudes outside -90..90 .*swapped"),
        ({"region.toml": toml, "sites.csv": swapped(SITES, "lon,lat", "lat,lon"), **right},
         r"latitude 120.913 lies outside -90..90 .*swapped"),
    ]):  # fmt: skip
        with pytest.raises(InputError, match=words):
            read_region(tiny_folder(tmp_path / str(number), files))
    wrong_sign = {"sites.csv": swapped(SITES, "120.913", "-120.913")}
    with pytest.raises(InputError, match=r"farther than 200 km from all cells .*'S1' \(12,6"):
        read_region(tiny_folder(tmp_path / "sign", wrong_sign))
    kept = {"region.toml": layer, "sites.geojson": sites_layer(120.913, 30.713), **right}
    assert len(read_region(tiny_folder(tmp_path / "right", kept)).sites) == 1


@pytest.mark.parametrize("as_layer", [False, True])
def test_swapped_columns_of_a_real_list_are_told_by_where_the_region_lies(tmp_path, *, as_layer):
    """The WHO list of the Comoros: -12 and 43 could both be either; the raster decides."""
    who = pd.read_csv(DATA / "comoros" / "who_kwtrp_public_facilities_comoros.csv")
    who = who.dropna(subset=["Lat"]).assign(Lat=lambda t: -t["Lat"].abs())
    table = pd.DataFrame(
        {"id": [f"w{i}" for i in range(len(who))], "name": who["Facility name"].to_numpy(),
         "kind": "health_station", "status": "existing",
         "lon": who["Lat"].to_numpy(), "lat": who["Long"].to_numpy()}
    )  # fmt: skip
    name = "sites.geojson" if as_layer else "sites.csv"
    if as_layer:
        points = gpd.points_from_xy(table["lon"], table["lat"], crs=WGS84)
        gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=points).to_file(
            tmp_path / name
        )
    else:
        table.to_csv(tmp_path / name, index=False)
    (tmp_path / "units.csv").write_text("id,name,level,parent\ncom,Comoros,country,\n")
    (tmp_path / "com.tif").write_bytes(COMOROS.read_bytes())
    (tmp_path / "region.toml").write_text(
        'name = "Comoros"\n[units]\nfile = "units.csv"\n[grid]\nfile = "com.tif"\n'
        f'kind = "count"\n[sites]\nfile = "{name}"\n'
    )
    with pytest.raises(InputError, match="longitude and latitude exchanged; they are swapped"):
        read_region(tmp_path)


def test_towns_from_a_chinese_web_map_come_back_to_their_places(tmp_path):
    """Real towns in GCJ-02 or BD-09, declared as such: within a metre; undeclared 480 m off."""
    towns = gpd.read_file(TOWNS)
    west, south, east, north = JIAXING
    near = towns[towns.geometry.x.between(west, east) & towns.geometry.y.between(south, north)]
    lon, lat = near.geometry.x.to_numpy(), near.geometry.y.to_numpy()
    true = np.stack(project(lon, lat, WGS84, UTM), axis=1)
    for system, declared, off_m in (
        ("gcj02", "gcj02", 0), ("bd09", "bd09", 0),
        ("gcj02", "wgs84", 480), ("bd09", "wgs84", 1100),
    ):  # fmt: skip
        x, y = from_wgs84(lon, lat, system)
        rows = [f"t{i},t{i},ems_station,existing,{x[i]:.8f},{y[i]:.8f},A" for i in range(len(x))]
        toml = swapped(TOML, 'file = "sites.csv"',
                       f'file = "sites.csv"\ncoordinates = "{declared}"')  # fmt: skip
        files = {"region.toml": toml,
                 "sites.csv": "\n".join(["id,name,kind,status,lon,lat,unit", *rows])}  # fmt: skip
        region = read_region(tiny_folder(tmp_path / f"{system}{declared}", files))
        found = region.sites.table[["x_m", "y_m"]].to_numpy(float)
        away_m = np.hypot(*(found - true).T)
        assert away_m == pytest.approx(off_m, abs=1 if not off_m else 60)
        told = any(f"converted from {system} to WGS 84" in note for note in region.notes)
        assert told == (declared != "wgs84")


# ------------------------------------------------------------------------------- who is served
def test_people_in_a_sites_own_cell_still_travel():
    """Mean way to the centre of a square is 0.38 sides; a station there is not zero minutes away.

    In a cell of 4 km, nobody's median way is 0: the mean response is that of 1.52 km.
    """
    at = np.random.default_rng(0).uniform(-0.5, 0.5, (200_000, 2))
    assert np.hypot(*at.T).mean() == pytest.approx(0.3826, abs=0.001)
    here = np.array([[500_000.0, 3_400_000.0]])
    times = straight_line(here, here, speed_kmh=30, max_minutes=30, intra_cell_km=0.38 * 4)
    assert times.value.tolist() == pytest.approx([0.38 * 4 / 30 * 60])
    region = small_region(people=[1000], x_km=[0.5], y_km=[0.5], sites=[site("S")], side_km=4.0,
                          urban=[True])  # fmt: skip
    policy = small_policy(
        rule("mean_response", id="M", sites={"kinds": ["ems_station"]}, minutes=9)
    )
    achieved = audit(region, policy).set_index("area").loc["all", "achieved"]
    assert achieved >= 0.38 * 4 / 40 * 60


def test_people_cut_off_by_the_coast_show_against_the_totals(tmp_path):
    """A mask that ends inland drops cells: against the totals of the units it is an error."""
    cut = CELLS.copy()
    cut[:, 0] = 0
    toml = swapped(
        swapped(TOML, "units.csv", "units.geojson"), 'file = "grid.csv"', 'file = "p.tif"'
    )
    toml = swapped(toml, 'cell_m = 1000\nsettlement = "urban"\ncrs = "EPSG:32651"\n', "")
    folder = tiny_folder(
        tmp_path / "r", {"region.toml": toml, "units.geojson": outlines(HALVES), "grid.csv": None}
    )
    raster(folder / "p.tif", cut)
    with pytest.raises(InputError, match=r"West: 600 in cells, 1,000 stated \(-40.0%\)"):
        read_region(folder)


def test_people_near_the_border_are_noted(tmp_path):
    """Jiaxing's towns within 5 km of its outer border, and no gap between counties counts."""
    units = city("3304").table
    towns = gpd.read_file(TOWNS).to_crs(UTM)
    inside = towns[towns.within(units.geometry.union_all())]
    xy_m = np.stack([inside.geometry.x, inside.geometry.y], axis=1)
    whole = units.geometry.union_all()
    outer = max(getattr(whole, "geoms", [whole]), key=lambda part: part.area).exterior
    expected = np.array([outer.distance(p) <= 5000 for p in inside.geometry])
    found = near_border(units, xy_m, 5000)
    assert 0.1 < expected.mean() < 0.9
    assert (found == expected).mean() > 0.98  # islands have borders of their own
    assert not near_border(units.assign(geometry=None), xy_m, 5000).any()
    files = {"region.toml": swapped(TOML, "units.csv", "units.geojson"),
             "units.geojson": outlines(HALVES)}  # fmt: skip
    region = read_region(tiny_folder(tmp_path / "r", files))
    assert any(
        n.startswith("3,600 people (100%) live within 5 km of the region's outer border")
        for n in region.notes
    )


def test_a_site_just_outside_serves_the_region(tmp_path):
    """A station 3 km beyond the border is read and said; one 30 km away only if that is meant."""
    toml = swapped(TOML, "units.csv", "units.geojson")
    farther = swapped(toml, 'file = "sites.csv"', 'file = "sites.csv"\nbeyond_km = 31')
    _, south, east, north = box_in_degrees((300_000, 3_400_000, 304_000, 3_402_000), UTM)
    for km, text, refused in ((BUFFER_KM - 2, toml, 0), (30, toml, 1), (30, farther, 0)):
        lon = east + km / 96
        sites = (
            SITES + f"S3,Over there,ems_station,existing,{lon},{(south + north) / 2},,,city,,,\n"
        )
        files = {"region.toml": text, "units.geojson": outlines(HALVES), "sites.csv": sites}
        folder = tiny_folder(tmp_path / f"{km} {text is farther}", files)
        if refused:
            said = f"outside all units by more than {BUFFER_KM:g} km"
            with pytest.raises(InputError, match=f"{said}.*say beyond_km"):
                read_region(folder)
        else:
            region = read_region(folder)
            assert region.sites.table.loc["S3", "unit"] == "B"
            assert any("just outside all units" in n and "S3" in n for n in region.notes)
