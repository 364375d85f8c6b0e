"""A census on squares: exact sums by unit and group, settlement layers, towns, land and water."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from region_folders import raster

from allocator.errors import InputError
from allocator.region.building import build_region
from allocator.region.census_cells import census_squares, layer_weights
from allocator.region.census_grid import census_to_grid
from allocator.region.census_groups import people_by_group
from allocator.region.folder import read_region
from allocator.region.land import read_land

CRS = "EPSG:32651"
WEST, SOUTH = 300_000, 3_400_000
SHARED = Path(__file__).parents[4] / "shared" / "data"
COMOROS, CHINA = SHARED / "comoros", SHARED / "china_census2020"


def _units(**boxes_km) -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(*(1000 * np.array(box) + [WEST, SOUTH, WEST, SOUTH]))
        for box in boxes_km.values()
    ]
    return gpd.GeoDataFrame({"id": list(boxes_km)}, geometry=shapes, crs=CRS)


TWO = _units(A=(0, 0, 4, 3), B=(4, 0, 6, 3))
PEOPLE = pd.DataFrame(
    {"unit": ["A", "B"], "total": [9000, 2000], "urban": [6000, 0], "age60": [1800, 500],
     "age65": [1100, 300], "under3": [200, 40]}
)  # fmt: skip
GROUPS = ["age60", "age65", "under3"]


def _built(folder: Path) -> Path:
    """Built-up shares on the squares of the two units; nodata in the north-west."""
    values = np.array([[-1, 0, 0.1, 0.4, 0, 0], [0, 0.8, 0.9, 0.1, 0, 0.5], [0, 0, 0.2, 0, 0, 0]])
    return raster(folder / "built.tif", values, north=SOUTH + 3000)


@given(
    totals=st.tuples(st.integers(0, 30_000), st.integers(0, 300)),
    shares=st.tuples(*[st.floats(0, 1)] * 4),
    scattered=st.floats(0, 1),
    seed=st.integers(0, 99),
    masked=st.booleans(),
)
def test_every_figure_of_every_unit_is_exact(totals, shares, scattered, seed, masked):
    """All groups sum to the census; no cell holds more of a group than of what it is part of."""
    generator = np.random.default_rng(seed)
    cells = census_squares(TWO.set_index("id").geometry, side_m=500)
    weights = generator.choice([0.0, 0.1, 1.0, 7.0], len(cells))
    urban = generator.random(len(cells)) < 0.4
    people = pd.DataFrame({"total": totals}, index=["A", "B"])
    people["urban"] = (people["total"] * shares[0]).astype(int)
    people["age60"] = (people["total"] * shares[1]).astype(int)
    people["age65"] = (people["age60"] * shares[2]).astype(int)
    people["under3"] = ((people["total"] - people["age60"]) * shares[3]).astype(int)
    made, _ = people_by_group(
        cells, people, weights, urban=urban if masked else None, scattered_share=scattered
    )
    sums = made.groupby("unit")[["people", *GROUPS]].sum()
    assert sums["people"].tolist() == people["total"].tolist()
    assert (sums[GROUPS] == people[GROUPS]).all(axis=None)
    in_towns = made[made["urban"]].groupby("unit")["people"].sum().reindex(["A", "B"], fill_value=0)
    assert in_towns.tolist() == people["urban"].tolist()
    assert (made[["people", *GROUPS]] >= 0).all(axis=None)
    assert (made["age60"] + made["under3"] <= made["people"]).all()
    assert (made["age65"] <= made["age60"]).all()


def test_people_follow_the_settlement_layer(tmp_path):
    """Squares have people by built-up share, none where nothing is built, all kept per unit."""
    people = PEOPLE[["unit", "total"]]
    grid = census_to_grid(TWO, people, crs=CRS, settlement=_built(tmp_path))
    image = grid.cells.pivot_table(index="row", columns="col", values="people").to_numpy()[::-1]
    assert image.tolist() == [
        [0, 0, 360, 1440, 0, 0], [0, 2880, 3240, 360, 0, 2000], [0, 0, 720, 0, 0, 0],
    ]  # fmt: skip
    assert "urban" not in grid.cells
    assert "totals of 2 units, exact, on squares of 1000 m; built.tif" in grid.note
    even = census_to_grid(TWO, people, crs=CRS, settlement=_built(tmp_path), scattered_share=1.0)
    spread = even.cells.groupby("unit")["people"].agg(["min", "max"])
    assert spread.to_numpy().tolist() == [[750, 750], [333, 334]]


def test_units_that_no_weight_touches_are_spread_evenly_and_told(tmp_path):
    """Nothing is built in one unit: its people live on its land, and a note says so."""
    units = _units(A=(0, 0, 4, 3), B=(4, 2, 6, 3))
    grid = census_to_grid(units, PEOPLE[["unit", "total"]], crs=CRS, settlement=_built(tmp_path))
    assert grid.cells.loc[grid.cells["unit"] == "B", "people"].tolist() == [1000, 1000]
    assert grid.notes == ("no cell of unit B has a weight: its people are spread evenly",)


def test_towns_draw_people_alone_and_with_a_layer(tmp_path):
    """People are densest at a town; with a layer the product counts."""
    towns = pd.DataFrame({"x_m": [WEST + 500.0], "y_m": [SOUTH + 1500.0]})
    alone = census_to_grid(TWO, PEOPLE[["unit", "total"]], crs=CRS, towns=towns, decay_km=1)
    own = alone.cells[alone.cells["unit"] == "A"]
    assert own["people"].idxmax() == own.index[(own["x_m"] - WEST < 1000) & (own["row"] == 1)][0]
    both = census_to_grid(
        TWO, PEOPLE[["unit", "total"]], crs=CRS, towns=towns, settlement=_built(tmp_path)
    )
    assert both.cells["people"].idxmax() == "r1c1"
    assert "1 town points" in both.note


def test_water_holds_nobody_and_land_is_what_is_left():
    """A lake takes its squares away, and from the area of those that it touches."""
    lake = gpd.GeoDataFrame(geometry=[shapely.box(WEST, SOUTH, WEST + 2500, SOUTH + 3000)], crs=CRS)
    grid = census_to_grid(TWO, PEOPLE, crs=CRS, water=lake)
    assert grid.cells["x_m"].min() == WEST + 2500
    shore = grid.cells[grid.cells["x_m"] == WEST + 2500]
    assert shore["area_km2"].tolist() == pytest.approx([0.5] * 3)
    assert grid.cells["area_km2"].sum() == pytest.approx(18 - 7.5)
    assert grid.cells.groupby("unit")["people"].sum().tolist() == [9000, 2000]
    assert "limited by water" in grid.note
    island = census_to_grid(TWO, PEOPLE, crs=CRS, land=lake.assign(geometry=lake.buffer(2000)))
    assert island.cells["area_km2"].sum() < 18
    with pytest.raises(InputError, match="units B hold no square of 1000 m of their own"):
        census_to_grid(TWO, PEOPLE, crs=CRS, land=lake)


def test_urban_people_live_in_the_urban_layer(tmp_path):
    """Urban squares hold the urban people; where there are too few, the densest do, and it says."""
    mask = np.array([[0, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0.0]])
    layer = raster(tmp_path / "urban.tif", mask, north=SOUTH + 3000)
    people = PEOPLE.assign(urban=[6000, 500])
    grid = census_to_grid(TWO, people, crs=CRS, urban_layer=layer, settlement=_built(tmp_path))
    urban = grid.cells[grid.cells["urban"]]
    assert urban.loc[urban["unit"] == "A"].index.tolist() == ["r1c0", "r1c1"]
    assert urban.groupby("unit")["people"].sum().tolist() == [6000, 500]
    assert [note.split(" in unit ")[1][0] for note in grid.notes] == ["B"]


def test_squares_belong_to_the_unit_with_the_most_land():
    """A border through a square: it goes to the larger part, with the land of both."""
    units = _units(A=(0, 0, 1.4, 1), B=(1.4, 0, 3, 1)).set_index("id").geometry
    cells = census_squares(units, side_m=1000)
    assert cells["unit"].tolist() == ["A", "B", "B"]
    assert cells["area_km2"].tolist() == pytest.approx([1, 1, 1])
    assert cells.index.tolist() == ["r0c0", "r0c1", "r0c2"]
    assert cells["x_m"].tolist() == [WEST + 500, WEST + 1500, WEST + 2500]


def test_sums_of_counts_serve_as_weights(tmp_path):
    """Another grid's people in each square, by the part of each of its cells."""
    counts = raster(tmp_path / "n.tif", np.full((6, 12), 5.0), cell=500, north=SOUTH + 3000)
    cells = census_squares(TWO.set_index("id").geometry, side_m=1000)
    weights = layer_weights(cells, counts, side_m=1000, crs=CRS, statistic="sum")
    assert weights.tolist() == pytest.approx([20.0] * 18)
    low = raster(tmp_path / "low.tif", np.full((6, 12), -3.0), nodata=None, cell=500,
                 north=SOUTH + 3000)  # fmt: skip
    with pytest.raises(InputError, match=r"low\.tif: holds -3; a settlement layer must be >= 0"):
        layer_weights(cells, low, side_m=1000, crs=CRS)
    with pytest.raises(InputError, match=r"(?s)no such file.*statistic: must be 'mean' or 'sum'"):
        layer_weights(cells, tmp_path / "x.tif", side_m=1000, crs=CRS, statistic="max")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"age60": [9001, 0]}, "age60 is larger than total in A"),
        ({"age65": [1801, 0]}, "age65 is larger than age60 in A"),
        ({"under3": [7201, 0]}, "age60 and under3 exceed total in A"),
        ({"rural": [1, 2000]}, "urban and rural do not sum to total in A"),
        ({"total": [9000.5, 2000]}, "total must be whole people >= 0, got 9000.5 in A"),
        ({"total": [9000, -1]}, "total must be whole people >= 0, got -1 in B"),
        ({"unit": ["A", "C"]}, r"(?s)people: nothing for units B.*cells: nothing for units C"),
        ({"unit": ["A", "A"]}, "units come twice"),
    ],
)
def test_figures_that_cannot_be_are_told(change, words):
    """Each impossible figure names its group and unit."""
    with pytest.raises(InputError, match=words):
        census_to_grid(TWO, PEOPLE.assign(**change), crs=CRS)


def test_settings_that_cannot_be_are_told(tmp_path):
    """CRS, sides, towns and layers."""
    with pytest.raises(InputError, match=r"(?s)crs: .*degrees.*side_m: must be > 0"):
        census_to_grid(TWO, PEOPLE, crs="EPSG:4326", side_m=0)
    with pytest.raises(InputError, match="must be a GeoDataFrame with a crs"):
        census_to_grid(pd.DataFrame(), PEOPLE, crs=CRS)
    with pytest.raises(InputError, match="A have no outline"):
        census_to_grid(TWO.assign(geometry=[None, TWO.geometry[1]]), PEOPLE, crs=CRS)
    with pytest.raises(InputError, match="'total' is missing"):
        census_to_grid(TWO, PEOPLE.drop(columns="total"), crs=CRS)
    towns = pd.DataFrame({"x_m": [WEST], "y_m": [SOUTH], "weight": [0]})
    with pytest.raises(InputError, match="towns: weight must be > 0 in row 0"):
        census_to_grid(TWO, PEOPLE, crs=CRS, towns=towns)
    with pytest.raises(InputError, match="need two for their urban and their rural"):
        census_to_grid(_units(A=(0, 0, 1, 1), B=(1, 0, 2, 1)), PEOPLE, crs=CRS)
    with pytest.raises(InputError, match=r"land: must be a file or a GeoDataFrame"):
        read_land([], None, CRS)
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=CRS)
    with pytest.raises(InputError, match="holds no polygons"):
        read_land(None, line, CRS)


def test_a_region_from_a_census_in_memory_and_from_files(tmp_path):
    """The cells build a region, and written they are read, with the same people and land."""
    grid = census_to_grid(TWO, PEOPLE, crs=CRS, settlement=_built(tmp_path))
    units = pd.DataFrame(
        {"id": ["R", "A", "B"], "name": ["R", "A", "B"], "level": ["city", "county", "county"],
         "parent": ["", "R", "R"]}
    )  # fmt: skip
    region = build_region(
        "Two", units=units, cells=grid.cells, cell_m=grid.side_m, crs=grid.crs, settlement="urban",
        populations=PEOPLE.assign(basis="census"), cells_basis="modelled", cells_note=grid.note,
        candidates={"kind": "health_station"},
    )  # fmt: skip
    assert region.grid.people.sum() == 11_000
    assert region.grid.people[region.grid.urban].sum() == 6000
    held = region.grid.table.groupby("unit")["people"].sum()
    assert held.to_dict() == {"A": 9000, "B": 2000}
    grid.write(tmp_path / "cells.csv")
    units.to_csv(tmp_path / "units.csv", index=False)
    (tmp_path / "region.toml").write_text(
        f"""name = "Two"
crs = "{CRS}"
[units]
file = "units.csv"
[grid]
file = "cells.csv"
kind = "count"
cell_m = 1000
crs = "{CRS}"
settlement = "urban"
basis = "modelled"
[[candidates]]
kind = "health_station"
"""
    )
    read = read_region(tmp_path)
    pd.testing.assert_frame_equal(read.grid.table, region.grid.table)


@pytest.mark.skipif(not CHINA.is_dir(), reason=f"no copy of the data at {CHINA}")
def test_jiaxing_of_2020_to_the_person():
    """Seven counties, five figures each, 65 town points: 35 sums are those of the census."""
    table = pd.read_csv(CHINA / "census2020_county_jiaxing_hangzhou_yulin_zhengzhou.csv")
    table = table[(table["city"] == "嘉兴市") & (table["level"] == "county")]
    old = ["age_65_69", "age_70_74", "age_75_79", "age_80_84", "age_85plus"]
    people = pd.DataFrame(
        {"unit": table["code"].astype(str), "total": table["population"], "urban": table["urban"],
         "age60": table[["age_60_64", *old]].sum(axis=1), "age65": table[old].sum(axis=1),
         "under3": (table["age_0"] + table["age_1_4"] / 2).round()}
    ).set_index("unit")  # fmt: skip
    maps = SHARED / "china_boundaries"
    counties = gpd.read_file(maps / "tianditu_cgcs2000_counties.gpkg")
    counties = counties.assign(id=counties["code"].astype(str))
    counties = counties[counties["id"].isin(people.index)]
    towns = gpd.read_file(maps / "geonames_towns_wgs84.gpkg")
    towns = towns[towns["code"].astype(str).str.startswith("3304")][["name", "geometry"]]
    grid = census_to_grid(counties, people, crs="EPSG:4549", towns=towns, scattered_share=0.5)
    sums = grid.cells.groupby("unit")[["people", *GROUPS]].sum().loc[people.index]
    assert sums["people"].sum() == 5_400_868
    assert sums["people"].tolist() == people["total"].tolist()
    assert (sums[GROUPS] == people[GROUPS]).all(axis=None)
    urban = grid.cells[grid.cells["urban"]].groupby("unit")["people"].sum().loc[people.index]
    assert urban.tolist() == people["urban"].tolist()
    stated = counties.to_crs("EPSG:4549").area.sum() / 1e6
    assert grid.cells["area_km2"].sum() == pytest.approx(stated, rel=1e-3)


@pytest.mark.skipif(not COMOROS.is_dir(), reason=f"no copy of the data at {COMOROS}")
def test_comoros_by_built_up_land():
    """Three islands on built-up land of a raster in Web Mercator, off the lakes; sums exact."""
    boxes = {"njazidja": (43.20, -12.00, 43.57, -11.33), "nzwani": (44.15, -12.45, 44.60, -12.00)}
    units = gpd.GeoDataFrame(
        {"id": list(boxes)}, geometry=[shapely.box(*b) for b in boxes.values()], crs=4326
    )
    people = pd.DataFrame(
        {"unit": list(boxes), "total": [449_425, 65_897], "under3": [40_000, 6000]}
    )
    grid = census_to_grid(
        units, people, crs="EPSG:32738", settlement=COMOROS / "landcover_BuiltUp.tif",
        water=COMOROS / "water.gpkg",
    )  # fmt: skip
    sums = grid.cells.groupby("unit")[["people", "under3"]].sum()
    assert sums.to_numpy().tolist() == [[449_425, 40_000], [65_897, 6000]]
    settled = grid.cells[grid.cells["people"] > 0]
    assert len(settled) < 0.3 * len(grid.cells)
    assert grid.notes[0] == "water.gpkg: 105 lines and points have no area; left out"
