"""Real files of real places through ``read_region``."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from region_folders import swapped
from scipy.spatial import cKDTree
from shapely.geometry import box

from allocator.assumptions import Assumptions
from allocator.errors import InputError
from allocator.region.folder import read_region
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.region.raster import read_raster_grid
from allocator.region.units import Units
from allocator.region.zones import zonal_totals

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
ISLANDS = {
    "njazidja": (43.2, -12.0, 43.6, -11.3),
    "mwali": (43.6, -12.45, 43.95, -12.1),
    "nzwani": (44.1, -12.45, 44.6, -12.0),
}
COMOROS = """
name = "Comoros"

[units]
file = "units.gpkg"

[grid]
file = "com_ppp_2020_UNadj.tif"
kind = "count"

[[sites]]
file = "health.gpkg"
status = "existing"
columns = { kind = "amenity" }

[sites.kinds]
hospital = "general_hospital"
clinic = "community_health_centre"
doctors = "village_clinic"
pharmacy = ""
"" = ""

[[sites]]
file = "who_kwtrp_public_facilities_comoros.csv"
status = "existing"
columns = { name = "Facility name", kind = "Facility type", lon = "Long", lat = "Lat" }

[sites.kinds]
"Poste de Santé" = "health_station"
"Dispensaire" = "health_station"
"Health Centre" = "community_health_centre"
"Centre Médico-Chirurgical" = "community_health_centre"
"Centre Médico-Urbain" = "community_health_centre"
"Centre Hospitalier Régional" = "general_hospital"
"Centre Hospitalier National" = "general_hospital"
"""


def comoros_folder(folder: Path) -> Path:
    """The WorldPop raster, the OSM and the WHO facilities, and three boxes for the islands."""
    source = SHARED / "comoros"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("com_ppp_2020_UNadj.tif", "health.gpkg"):
        (folder / name).write_bytes((source / name).read_bytes())
    name = "who_kwtrp_public_facilities_comoros.csv"
    (folder / name).write_bytes((source / name).read_bytes())
    units = gpd.GeoDataFrame(
        {
            "id": ["com", *ISLANDS],
            "name": ["Comoros", *ISLANDS],
            "level": ["country", *["island"] * 3],
            "parent": ["", *["com"] * 3],
        },
        geometry=[None, *(box(*b) for b in ISLANDS.values())],
        crs="EPSG:4326",
    )
    units.to_file(folder / "units.gpkg")
    (folder / "region.toml").write_text(COMOROS, encoding="utf-8")
    return folder


def mend_who_list(folder: Path) -> Path:
    """Do what the error asks for: drop the row without coordinates, turn the wrong sign."""
    path = folder / "who_kwtrp_public_facilities_comoros.csv"
    table = pd.read_csv(path).dropna(subset=["Lat"])
    table["Lat"] = -table["Lat"].abs()
    table.to_csv(path, index=False)
    return folder


@pytest.fixture(scope="module")
def comoros(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return read_region(mend_who_list(comoros_folder(tmp_path_factory.mktemp("comoros"))))


def test_the_who_list_is_refused_until_its_two_defects_are_mended(tmp_path: Path) -> None:
    """One facility has no coordinates, one lies north of the equator: both are named at once."""
    with pytest.raises(InputError) as caught:
        read_region(comoros_folder(tmp_path))
    text = str(caught.value)
    assert "Long (lon): no number (empty or NaN) in row 5" in text
    assert "sites outside all units by more than 5 km" in text


def test_everybody_of_the_comoros_is_counted(comoros: Region) -> None:
    """869,595 people in 203,208 cells of about 91.5 m, on three islands, in UTM 38 south."""
    assert comoros.crs == "EPSG:32738"
    assert comoros.grid.people.sum() == pytest.approx(869_595, abs=1)
    assert len(comoros.grid) == 203_208
    assert comoros.grid.side_m == pytest.approx(91.5, abs=0.1)
    assert comoros.units.people("com") == pytest.approx(869_595, abs=1)
    for island, bounds in ISLANDS.items():
        with rasterio.open(SHARED / "comoros" / "com_ppp_2020_UNadj.tif") as raster:
            values = raster.read(1)
            column, row = np.meshgrid(np.arange(raster.width), np.arange(raster.height))
            lon = raster.transform.c + raster.transform.a * (column + 0.5)
            lat = raster.transform.f + raster.transform.e * (row + 0.5)
        west, south, east, north = bounds
        inside = (lon > west) & (lon < east) & (lat > south) & (lat < north) & (values > 0)
        assert comoros.units.people(island) == pytest.approx(float(values[inside].sum()), rel=1e-6)


def test_osm_facilities_cover_the_published_share(comoros: Region) -> None:
    """39 hospitals, clinics and doctors: 8.37, 46.31 and 66.86 % within 1, 3.5 and 5 km."""
    sites = comoros.sites.table
    osm = sites[sites.index.str.startswith("health:")]
    assert len(osm) == 39
    km = cKDTree(osm[["x_m", "y_m"]].to_numpy()).query(comoros.grid.xy_m)[0] / 1000
    people = comoros.grid.people
    for radius_km, share in ((1, 0.0837), (3.5, 0.4631), (5, 0.6686)):
        assert people[km <= radius_km].sum() / people.sum() == pytest.approx(share, abs=5e-5)


def test_who_facilities_come_through_the_same_reader(comoros: Region) -> None:
    """65 public facilities with accents in their headers and words, each on its island."""
    sites = comoros.sites.table
    who = sites[sites.index.str.startswith("who")]
    assert len(who) == 65
    assert set(who["kind"]) == {"health_station", "community_health_centre", "general_hospital"}
    assert set(who["unit"]) == set(ISLANDS)


def test_zonal_totals_agree_with_cell_centres_on_the_islands(comoros: Region) -> None:
    """Islands are large against 3-second cells: both ways of summing agree."""
    totals = zonal_totals(SHARED / "comoros" / "com_ppp_2020_UNadj.tif", comoros.units)
    for island in ISLANDS:
        assert totals[island] == pytest.approx(comoros.units.people(island), rel=1e-6)


def test_a_forecast_for_the_comoros_is_whole_and_exact(comoros: Region) -> None:
    """A million people: whole in every cell, exact on every island, coverage as before."""
    planned = for_planning(comoros, Assumptions({"population": 1_000_000.0}), None)
    people = planned.grid.people
    assert people.sum() == 1_000_000
    assert (people == np.round(people)).all()
    by_island = planned.grid.table.groupby("unit")["people"].sum()
    assert by_island.to_dict() == {u: planned.units.people(u) for u in ISLANDS}
    sites = comoros.sites.table
    osm = sites[sites.index.str.startswith("health:")][["x_m", "y_m"]].to_numpy()
    near = cKDTree(osm).query(planned.grid.xy_m)[0] <= 3500
    assert people[near].sum() / people.sum() == pytest.approx(0.4631, abs=1e-3)


def test_count_and_density_of_sao_miguel_agree() -> None:
    """GPW density times the true cell area is its count; only coastal cells differ.

    Density is per land area, so cells cut by the coast hold less than density times cell area;
    on full cells the two rasters agree within 1 %.
    """
    folder = SHARED / "sao_miguel_gpw"
    count = read_raster_grid(
        folder / "gpw_v411_2020_count_2020.tif", kind="count", units=None, crs="EPSG:32626"
    )
    density = read_raster_grid(
        folder / "gpw_v411_2020_density_2020.tif", kind="density", units=None, crs="EPSG:32626"
    )
    assert count.people.sum() == pytest.approx(145_603, abs=1)
    with rasterio.open(folder / "gpw_v411_2020_land_area_2020.tif") as raster:
        land_km2 = raster.read(1)
    ids = count.table.index.intersection(density.table.index)
    rows = [(int(i[1:3]), int(i[4:6])) for i in ids]
    land = np.array([land_km2[at] for at in rows])
    area = count.table.loc[ids, "area_km2"].to_numpy()
    full = land > 0.995 * area
    assert full.sum() > 500
    counted = count.table.loc[ids, "people"].to_numpy()[full]
    derived = density.table.loc[ids, "people"].to_numpy()[full]
    np.testing.assert_allclose(counted, derived, rtol=0.01)


def test_municipalities_of_sao_miguel_lose_nobody_at_the_coast() -> None:
    """Coastal cells go to the nearest municipality; by covered parts 10 % would be missing."""
    outlines = gpd.read_file(SHARED / "sao_miguel_gpw" / "concelhos.gpkg").to_crs("EPSG:32626")
    table = gpd.GeoDataFrame(
        {"name": outlines["name"], "level": "municipality", "parent": "island"},
        geometry=outlines.geometry,
    ).set_index(outlines["name"])
    root = gpd.GeoDataFrame(
        {"name": ["Sao Miguel"], "level": ["island"], "parent": [""]},
        index=["island"], geometry=[outlines.union_all()], crs=outlines.crs,
    )  # fmt: skip
    units = Units(gpd.GeoDataFrame(pd.concat([root, table])), tuple(table.index))
    path = SHARED / "sao_miguel_gpw" / "gpw_v411_2020_count_2020.tif"
    grid = read_raster_grid(path, kind="count", units=units, crs="EPSG:32626")
    assert grid.people.sum() == pytest.approx(145_603, abs=1)
    assert "just outside all units were given to the nearest unit" in grid.note
    assert zonal_totals(path, units)["island"] < 0.97 * grid.people.sum()


def test_the_helsinki_grid_is_read_from_its_geopackage(tmp_path: Path) -> None:
    """92 squares of 250 m, 71,724 people, without a table of units' people."""
    source = SHARED / "helsinki" / "helsinki_population_grid_2020.gpkg"
    (tmp_path / "grid.gpkg").write_bytes(source.read_bytes())
    (tmp_path / "units.csv").write_text(
        "id,name,level,parent\nhki,Helsinki centre,city,\n", encoding="utf-8"
    )
    (tmp_path / "region.toml").write_text(
        'name = "Helsinki"\n[units]\nfile = "units.csv"\n[grid]\nfile = "grid.gpkg"\n'
        'kind = "count"\npeople = "population"\n[[candidates]]\nkind = "health_station"\n'
        "spacing_km = 0.5\n",
        encoding="utf-8",
    )
    region = read_region(tmp_path)
    assert region.crs == "EPSG:32635"
    assert len(region.grid) == 92
    assert region.grid.people.sum() == 71_724
    assert region.grid.side_m == pytest.approx(250, abs=0.5)
    planned = for_planning(region, Assumptions(), None)
    assert len(planned.sites) == 35


@pytest.mark.parametrize("declared", [True, False])
def test_chinese_counties_from_a_gbk_shapefile(tmp_path: Path, *, declared: bool) -> None:
    """Names in GBK are read with and without a .cpg; CGCS2000 outlines become local metres."""
    source = SHARED / "china_boundaries" / "tianditu_cgcs2000_counties.gpkg"
    counties = gpd.read_file(source)
    jiaxing = counties[counties["code"].str.startswith("3304")]
    units = gpd.GeoDataFrame(
        {
            "id": ["3304", *jiaxing["code"]],
            "name": ["嘉兴市", *jiaxing["name"]],
            "level": ["city", *["county"] * len(jiaxing)],
            "parent": ["", *["3304"] * len(jiaxing)],
        },
        geometry=[jiaxing.union_all(), *jiaxing.geometry],
        crs=jiaxing.crs,
    )
    units.to_file(tmp_path / "units.shp", encoding="GBK")
    if not declared:
        (tmp_path / "units.cpg").unlink()
    people = jiaxing["pop2020"].astype(int)
    rows = [f"{code},census2020,{n}" for code, n in zip(jiaxing["code"], people, strict=True)]
    (tmp_path / "populations.csv").write_text(
        "\n".join(["unit,basis,total", *rows]), encoding="utf-8"
    )
    centres = jiaxing.to_crs(4549).representative_point().to_crs(4326)
    cells = [f"{p.x},{p.y},{n}" for p, n in zip(centres, people, strict=True)]
    (tmp_path / "grid.csv").write_text("\n".join(["lon,lat,people", *cells]), encoding="utf-8")
    (tmp_path / "region.toml").write_text(
        'name = "嘉兴"\ncrs = "EPSG:4549"\n[units]\nfile = "units.shp"\n'
        '[populations]\nfile = "populations.csv"\n'
        '[grid]\nfile = "grid.csv"\nkind = "count"\ncell_m = 5000\n'
        '[[candidates]]\nkind = "ems_station"\n',
        encoding="utf-8",
    )
    region = read_region(tmp_path)
    assert region.units.name("330402") == "南湖区"
    assert region.units.people("3304") == 5_400_868
    area_km2 = region.units.table.geometry.area / 1e6
    assert area_km2["330481"] == pytest.approx(700, rel=0.25)
    assert {"units.shp", "units.dbf", "units.prj"} <= {s.file for s in region.sources}
    planned = for_planning(region, Assumptions(), 5_800_000)
    assert planned.grid.people.sum() == 5_800_000


def test_a_crs_of_another_continent_is_refused(tmp_path: Path) -> None:
    """Measuring the Comoros in a Chinese zone names the right one."""
    folder = mend_who_list(comoros_folder(tmp_path))
    text = swapped(COMOROS, 'name = "Comoros"', 'name = "Comoros"\ncrs = "EPSG:32651"')
    (folder / "region.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="use EPSG:32738"):
        read_region(folder)
