"""The Alachua example: census kept, schools as candidates, no streets, all of it remade."""

import subprocess
import sys
import tomllib
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import rasterio

from allocator.policy.policies import read_policy
from allocator.region.folder import read_region

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "data" / "alachua"


@pytest.fixture(scope="module")
def region():
    return read_region(FOLDER)


def test_every_block_group_has_its_people(region):
    """Cells of each of the 155 block groups sum to its census figure; 256,581 in all."""
    census = pd.read_csv(FOLDER / "populations.csv", dtype={"unit": str}).set_index("unit")["total"]
    cells = region.grid.table.groupby("unit")["people"].sum()
    assert len(census) == 155
    assert cells.to_dict() == census.to_dict()
    assert region.units.people("12001") == census.sum() == 256_581


def test_county_is_the_planning_unit_of_nested_units(region):
    """County > 56 tracts > 155 block groups; only the county plans; areas add up."""
    units = region.units
    assert units.planning == ("12001",)
    assert units.table["level"].value_counts().to_dict() == {
        "block_group": 155, "tract": 56, "county": 1,
    }  # fmt: skip
    area = units.table.geometry.area
    for parent, children in units.table[units.table["parent"] != ""].groupby("parent"):
        assert area[children.index].sum() == pytest.approx(area[parent], rel=1e-6)
    assert (area[units.at(("block_group",))] > 100e6).sum() == 6


def test_schools_are_candidates_with_their_names(region):
    """121 schools, each a candidate post inside the county with a name and a measured place."""
    sites = region.sites.table
    assert len(sites) == 121
    assert set(sites["kind"]) == {"ems_station"}
    assert set(sites["status"]) == {"candidate"}
    assert (sites["name"].str.len() > 3).all()
    assert (sites["unit"] != "").all()


def test_town_is_dense_and_country_thin(region):
    """Urban cells hold most people at a far higher density; both kinds exist."""
    grid = region.grid
    urban = grid.urban
    assert 0.6 < grid.people[urban].sum() / grid.people.sum() < 0.8
    assert grid.density_per_km2[urban].mean() > 10 * grid.density_per_km2[~urban].mean()
    assert grid.basis == "modelled"


def test_unknown_stock_stays_unknown(region):
    """No stock and no existing station is made up for the county."""
    assert region.stock.table.empty
    assert not region.sites.table["status"].eq("existing").any()
    assert set(region.costs.table["basis"]) == {"assumed"}
    assert region.costs.currency == "USD"


def test_policy_says_that_it_is_made_up():
    """The small policy reads, states its rules and is marked as no official document."""
    policy = read_policy(FOLDER / "policy.toml")
    assert policy.id == "alachua-small"
    assert not policy.verified
    assert "not an official document" in policy.document
    strengths = {rule.id: rule.strength for rule in policy.rules}
    assert strengths == {
        "A1": "must", "A2": "must", "A3": "target", "A4": "target", "A5": "must", "A6": "must",
    }  # fmt: skip


def test_scenario_plans_this_folder_with_its_policy():
    """The scenario names this folder and the policy in it."""
    scenario = tomllib.loads((FOLDER / "scenario.toml").read_text("utf-8"))
    assert scenario["region"] == "."
    assert scenario["policy"] == "policy.toml"
    assert scenario["minimise"] == "cost"


def test_no_street_is_shipped():
    """The folder holds units, people, schools and prices, and stays under 2 MB."""
    files = [p for p in FOLDER.iterdir() if p.is_file()]
    assert not [p.name for p in files if p.suffix in {".graphml", ".npz", ".shp", ".zip", ".whl"}]
    assert sum(p.stat().st_size for p in files) < 2_000_000
    assert list(gpd.list_layers(FOLDER / "units.gpkg")["name"]) == ["units"]


@pytest.mark.slow
def test_make_gives_the_same_alachua_again(tmp_path):
    """make.py remakes csv and tif byte for byte, and the same outlines."""
    made = tmp_path / "made"
    subprocess.run(
        [sys.executable, str(FOLDER / "make.py"), "--out", str(made)], check=True, cwd=tmp_path
    )
    names = {p.name for p in made.iterdir()}
    assert names == {"population.tif", "urban.tif", "populations.csv", "sites.csv", "units.gpkg"}
    for name in names - {"units.gpkg"}:
        assert (made / name).read_bytes() == (FOLDER / name).read_bytes(), name
    again, shipped = (gpd.read_file(f / "units.gpkg") for f in (made, FOLDER))
    pd.testing.assert_frame_equal(
        pd.DataFrame(again.drop(columns="geometry")), pd.DataFrame(shipped.drop(columns="geometry"))
    )
    assert np.array(again.geometry.geom_equals_exact(shipped.geometry, tolerance=0)).all()


@pytest.mark.slow
def test_road_graph_is_made_outside_the_project_only(tmp_path):
    """roads.py writes directed, timed streets where asked, and refuses the project's folder."""
    script = str(FOLDER / "roads.py")
    inside = ROOT / "data" / "streets.graphml"
    refused = subprocess.run(
        [sys.executable, script, "--out", str(inside)], capture_output=True, text=True, check=False
    )
    assert refused.returncode != 0
    assert "may not become part of it" in refused.stderr
    assert not inside.exists()
    out = tmp_path / "roads.graphml"
    subprocess.run([sys.executable, script, "--out", str(out)], check=True, capture_output=True)
    graph = nx.read_graphml(out, node_type=int)
    assert graph.is_directed()
    assert graph.number_of_nodes() == 16_856
    assert graph.number_of_edges() == 41_298
    assert graph.graph["crs"] == "EPSG:26917"
    for _, _, street in list(graph.edges(data=True))[:500]:
        hours = street["length_m"] / 1000 / street["speed_kmh"]
        assert street["minutes"] == pytest.approx(60 * hours, rel=0.02, abs=1e-3)


def test_grid_is_250_metres_in_the_local_system():
    """The raster has whole people in 250 m cells of the county's UTM zone."""
    with rasterio.open(FOLDER / "population.tif") as raster:
        assert raster.crs.to_epsg() == 26917
        assert raster.res == (250.0, 250.0)
        assert raster.dtypes == ("int32",)
