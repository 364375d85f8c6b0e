"""Xihu, Gongshu, Yulin and Zhengzhou: census kept, named sites there, what is modelled said."""

import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from allocator.policy.policies import read_policy
from allocator.region.folder import read_region

DATA = Path(__file__).parents[3] / "data"
REGIONS = ["xihu", "gongshu", "yulin", "zhengzhou"]
PEOPLE = {"xihu": 1_112_992, "gongshu": 1_120_985, "yulin": 3_624_750, "zhengzhou": 12_600_574}
AGE_60 = {"xihu": 159_368, "gongshu": 229_280, "yulin": 594_188, "zhengzhou": 1_617_392}
UNITS = {"xihu": 12, "gongshu": 18, "yulin": 12, "zhengzhou": 15}
PACKS = {"xihu": "xihu-2020", "gongshu": "gongshu-2025", "yulin": "yulin-2020",
         "zhengzhou": "zhengzhou-2017"}  # fmt: skip
COUNTS = {
    "xihu": {"community_health_centre": 11},  # and the twelfth, which the plan finishes
    "gongshu": {"community_health_centre": 15, "health_station": 75},
    "zhengzhou": {"community_health_centre": 76, "township_health_centre": 79},
}
INSTITUTIONS = {"xihu": 409, "gongshu": 753}
NOT_MEDICAL = {"care_home", "childcare_centre"}


@pytest.fixture(scope="module", params=REGIONS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def region(name):
    return read_region(DATA / name)


@pytest.fixture(scope="module")
def sites(name):
    text = {"unit": str, "attributes": str, "grade": str}
    return pd.read_csv(DATA / name / "sites.csv", dtype=text, keep_default_na=False)


def test_census_is_kept_to_the_person(name, region):
    """Cells, planning units and the census of every county have the same people."""
    units, cells = region.units, region.grid.table
    assert cells["people"].sum() == units.people(units.root) == PEOPLE[name]
    assert units.people(units.root, "age60") == AGE_60[name]
    assert len(units.planning) == UNITS[name]
    census = pd.read_csv(DATA / name / "inputs" / "counties.csv", dtype={"code": str})
    in_county = cells.groupby(cells["unit"].str[:6])["people"].sum()
    in_town = cells["people"].where(cells["urban"], 0).groupby(cells["unit"].str[:6]).sum()
    for row in census.itertuples(index=False):
        assert (in_county[row.code], in_town[row.code]) == (row.total, row.urban)
    for group in ("age60", "age65", "under3"):
        assert sum(units.people(u, group) for u in units.planning) == units.people(
            units.root, group
        )


def test_units_nest_and_have_their_areas(name):
    """Children fill their parent; the county's area is the stated one within a cell."""
    units = gpd.read_file(DATA / name / "units.gpkg").set_index("id")
    model = tomllib.loads((DATA / name / "inputs" / "model.toml").read_text("utf-8"))
    for parent, children in units[units["parent"] != ""].groupby("parent"):
        assert children.geometry.area.sum() == pytest.approx(units.geometry[parent].area)
    assert units.geometry.is_valid.all()
    census = pd.read_csv(DATA / name / "inputs" / "counties.csv", dtype={"code": str})
    cell_km2 = (model["grid"]["side_m"] / 1000) ** 2
    for code, area_km2 in census[["code", "area_km2"]].itertuples(index=False):
        assert abs(units.geometry[code].area / 1e6 - area_km2) <= cell_km2


def test_sites_that_the_policy_names_are_there(name, sites):
    """Every forced site has its row under the exact name of the text."""
    named = {r.site for r in read_policy(PACKS[name]).rules if r.kind == "forced_site"}
    assert named
    assert named <= set(sites["name"]) | set(sites["id"])


def test_modelled_sites_say_so(sites):
    """Ids are unique, nothing is called measured, and only sites that a plan names lack (模拟)."""
    assert sites["id"].is_unique
    assert set(sites["basis"]) <= {"modelled", "assumed"}
    plain = sites[~sites["name"].str.contains("模拟")]
    assert 0 < len(plain) <= 25


def test_sites_stand_in_the_unit_they_name(region, sites):
    """The stated unit is the finest one around the point."""
    assert region.sites.table["unit"].equals(sites.set_index("id")["unit"])


def test_counts_of_the_plans_are_kept(name, sites):
    """As many institutions stand as the plan counts, where it does."""
    standing = sites[sites["status"] == "existing"]
    kinds = standing["kind"].value_counts()
    for kind, n in COUNTS.get(name, {}).items():
        assert kinds[kind] == n
    if name in INSTITUTIONS:
        assert (~standing["kind"].isin(NOT_MEDICAL)).sum() == INSTITUTIONS[name]


def test_stock_states_its_basis_and_source(name, region):
    """Every row of stock and prices says how it is known, and what is known is as published."""
    for table in (region.stock.table, region.costs.table):
        assert set(table["basis"]) <= {"measured", "modelled", "assumed"}
        assert (table["source"].str.len() > 3).all()
    if name == "gongshu":
        have = region.stock.have
        assert have("330105", "all_beds") == 21_842
        assert have("330105", "family_doctor_teams") == 194
        assert have("330105", "nurses") == round(10.22 * 1_120_985 / 1000)
    if name == "xihu":
        assert region.stock.have("330106", "physicians") == round(6.04 * 1_112_992 / 1000)


def test_known_attributes_of_centres(name, sites):
    """Gongshu: 14 of 15 centres with a TCM hall, 9 at the standard; Xihu: a network of eleven."""
    known = {"gongshu": {"tcm_hall": 14, "recommended_standard": 9}, "xihu": {"tcm_zone": 11}}
    centres = sites[sites["kind"] == "community_health_centre"]
    for attribute, n in known.get(name, {}).items():
        has = centres["attributes"].str.split(";").map(lambda found, a=attribute: a in found)
        assert has.sum() == n


def test_folder_is_small_and_says_what_is_modelled(name, region):
    """Under 2 MB; notes, the basis of the grid and the attribution reach whoever reads it."""
    files = [p for p in (DATA / name).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert sum(p.stat().st_size for p in files) < 2_000_000
    assert region.grid.basis == "modelled"
    assert any("modelled" in note for note in region.notes)
    assert "CC BY 4.0" in region.attribution["GeoNames"]


def test_scenario_plans_this_folder_for_its_policy(name):
    """The scenario names this folder and its pack."""
    scenario = tomllib.loads((DATA / name / "scenario.toml").read_text("utf-8"))
    assert scenario["region"] == "."
    assert scenario["policy"] == PACKS[name]
