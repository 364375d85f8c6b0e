"""Degree of urbanisation: thresholds to the person, contiguity, edges, gaps, cells of any kind."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import Transformer
from settlement_oracle import classes

from allocator.errors import InputError
from allocator.region.folder import read_region
from allocator.region.grid import PopulationGrid
from allocator.region.land import Land
from allocator.region.raster import read_raster_grid
from allocator.region.settlement import (
    CLASSES,
    UrbanThresholds,
    degree_of_urbanisation,
)
from allocator.region.units import Units

COMOROS = Path(__file__).parents[4] / "shared" / "data" / "comoros"
CHINA = COMOROS.parent / "china_census2020"
POA = Path(__file__).parents[4] / "shared" / "data" / "porto_alegre"


def _grid(
    image: list[list[float]], side_m: float = 1000.0, x0: float = 0.0, y0: float = 0.0
) -> PopulationGrid:
    """Cells of an image, north on top; places with 0 people are no cells."""
    people = np.array(image, dtype=float)
    row, col = np.nonzero(people)
    table = pd.DataFrame(
        {
            "x_m": x0 + (col + 0.5) * side_m,
            "y_m": y0 + (len(people) - row - 0.5) * side_m,
            "people": people[row, col],
            "urban": False,
            "unit": "R",
            "area_km2": side_m**2 / 1e6,
        },
        index=[f"{r},{c}" for r, c in zip(row, col, strict=True)],
    )
    return PopulationGrid(table, side_m)


def _classes(grid: PopulationGrid, **options) -> dict[str, str]:
    return degree_of_urbanisation(grid, **options).cells["settlement"].to_dict()


def test_thresholds_are_inclusive():
    """Exactly 1,500 per km2 and exactly 50,000 people make an urban centre; one less does not."""
    enough = [[48_500, 1500]]
    assert set(_classes(_grid(enough)).values()) == {"urban_centre"}
    assert set(_classes(_grid([[48_499, 1500]])).values()) == {"urban_cluster"}
    assert set(_classes(_grid([[48_501, 1499]])).values()) == {"urban_cluster"}
    assert set(_classes(_grid([[4700, 300]])).values()) == {"urban_cluster"}
    assert set(_classes(_grid([[4699, 300]])).values()) == {"rural"}
    assert _classes(_grid([[5000, 299]])) == {"0,0": "urban_cluster", "0,1": "rural"}


def test_thresholds_hold_for_sums_of_fractions():
    """Rounding of sums does not push a place below a threshold that it meets exactly."""
    tenths = np.full((10, 10), 15.0 * 1.1 / 1.1)
    around = np.full((10, 10), 485.0)
    assert set(_classes(_grid(np.hstack([around, tenths]).tolist(), 100)).values()) == {
        "urban_centre"
    }


def test_corners_join_clusters_and_not_centres():
    """Two dense cells that touch over a corner are two centres, but one cluster."""
    corner = [[30_000, 0], [0, 20_000]]
    assert set(_classes(_grid(corner)).values()) == {"urban_cluster"}
    assert set(_classes(_grid([[2500, 0], [0, 2500]])).values()) == {"urban_cluster"}
    assert set(_classes(_grid([[2500, 0, 2500]])).values()) == {"rural"}


@pytest.mark.parametrize(
    ("rows", "gap_km2", "filled"),
    [([2, 4, 4, 2], 15, True), ([2, 4, 4, 4, 2], 15, False), ([2, 4, 4, 4, 2], 16, False),
     ([2, 4, 4, 4, 2], 16.1, True)],
)  # fmt: skip
def test_gaps_below_15_km2_are_filled(rows, gap_km2, filled):
    """A round hole, which smoothing leaves, belongs to the centre if it is small enough."""
    image = np.full((len(rows) + 4, 8), 5000.0)
    for row, width in enumerate(rows, start=2):
        image[row, 4 - width // 2 : 4 + width // 2] = 10
    grid = _grid(image.tolist())
    thin = grid.people == 10
    kinds = degree_of_urbanisation(grid, thresholds=UrbanThresholds(gap_km2=gap_km2))
    assert set(kinds.cells["settlement"][thin]) == {"urban_centre" if filled else "rural"}
    assert set(kinds.cells["settlement"][~thin]) == {"urban_centre"}
    plain = degree_of_urbanisation(grid, smooth=False)
    assert set(plain.cells["settlement"][thin]) == {"rural"}


def test_edges_are_smoothed_by_the_majority_of_one_centre():
    """A notch with 5 of 8 neighbours in the centre joins; between two centres it does not."""
    notch = [[9000, 1, 9000], [9000, 9000, 9000], [9000, 9000, 9000]]
    assert _classes(_grid(notch))["0,1"] == "urban_centre"
    assert _classes(_grid(notch), smooth=False)["0,1"] == "rural"
    between = [[25_000, 1, 25_000], [25_000, 1, 25_000], [25_000, 1, 25_000]]
    assert _classes(_grid(between))["1,1"] == "rural"


@pytest.mark.parametrize("seed", range(12))
def test_agrees_with_flood_fill_by_hand(seed):
    """Class by class as dictionaries and flood fill say, on random country with towns."""
    generator = np.random.default_rng(seed)
    shape = tuple(generator.integers(6, 26, 2))
    people = generator.choice(
        [0, 10, 299, 300, 700, 1499, 1500, 4000, 9000], shape, p=generator.dirichlet(np.ones(9))
    ).astype(float)
    people[0, 0] = 1
    grid = _grid(people.tolist(), x0=700.0, y0=-300.0)
    by_place = {(r, c): float(n) for (r, c), n in np.ndenumerate(people)}
    for smooth in (True, False):
        expected = classes(by_place, smooth=smooth)
        found = _classes(grid, smooth=smooth)
        assert found == {at: expected[tuple(map(int, at.split(",")))] for at in found}


def test_fine_cells_get_the_class_of_their_square():
    """Cells of 250 m, put together on 1 km, are what 1 km cells are; people scattered or not."""
    coarse = [[30_000, 25_000, 400], [10, 5000, 20]]
    fine = np.kron(np.array(coarse, dtype=float) / 16, np.ones((4, 4)))
    expected = _classes(_grid(coarse))
    for at, kind in _classes(_grid(fine.tolist(), 250)).items():
        row, col = map(int, at.split(","))
        assert kind == expected[f"{row // 4},{col // 4}"]
    heaped = np.zeros((8, 12))
    heaped[::4, ::4] = coarse
    settlement = degree_of_urbanisation(_grid(heaped.tolist(), 250))
    assert list(settlement.cells["settlement"]) == list(expected.values())
    assert "whole cells" in settlement.provenance["cells"]


def test_people_of_cells_that_fit_no_square_are_spread_by_area():
    """Cells of 300 m: totals stay, and an even plain of 1,600 per km2 is a centre throughout."""
    grid = _grid(np.full((20, 20), 144.0 * 10).tolist(), 300)
    settlement = degree_of_urbanisation(grid)
    assert "by area" in settlement.provenance["cells"]
    assert (settlement.cells["settlement"] == "urban_centre").all()
    whole = settlement.clusters[settlement.clusters["settlement"] == "urban_centre"]
    assert whole["people"].sum() == pytest.approx(grid.people.sum())


def test_cells_as_they_are():
    """Without putting together, small dense cells count by themselves, with their own area."""
    grid = _grid([[600, 100], [100, 100]], 500)
    assert set(_classes(grid).values()) == {"rural"}
    small = UrbanThresholds(centre_people=600, cluster_people=900, cluster_per_km2=400)
    kinds = _classes(grid, cell_km=None, thresholds=small)
    assert kinds == {"0,0": "urban_centre", "0,1": "urban_cluster", "1,0": "urban_cluster",
                     "1,1": "urban_cluster"}  # fmt: skip


def test_large_cells_are_classified_as_they_are():
    """Cells of 5 km cannot be put on squares of 1 km; density is per their own area."""
    settlement = degree_of_urbanisation(_grid([[1500 * 25, 1500 * 25, 299 * 25]], 5000))
    assert list(settlement.cells["settlement"]) == ["urban_centre", "urban_centre", "rural"]
    assert "as they are" in settlement.provenance["cells"]


def _hexagons(people: dict[tuple[int, int], float], side_m: float = 1000.0) -> PopulationGrid:
    """Hexagons by axial coordinates q, r; centres ``side_m`` apart."""
    at = np.array(list(people))
    table = pd.DataFrame(
        {
            "x_m": side_m * (at[:, 0] + at[:, 1] / 2),
            "y_m": side_m * np.sqrt(3) / 2 * at[:, 1],
            "people": list(people.values()),
            "urban": False,
            "unit": "R",
            "area_km2": np.sqrt(3) / 2 * side_m**2 / 1e6,
        },
        index=[f"{q},{r}" for q, r in people],
    )
    return PopulationGrid(table, float(np.sqrt(np.sqrt(3) / 2)) * side_m)


def test_hexagons_have_six_neighbours():
    """A ring of dense hexagons around a thin one: smoothing gives it to the centre; a far one is
    apart."""
    ring = [(1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1)]
    people = dict.fromkeys(ring, 9000.0) | {(0, 0): 5.0, (2, 1): 5000.0, (4, 0): 5000.0}
    kinds = _classes(_hexagons(people), cell_km=None)
    assert {kinds[f"{q},{r}"] for q, r in [*ring, (0, 0)]} == {"urban_centre"}
    assert kinds["2,1"] == "urban_cluster"
    assert kinds["4,0"] == "urban_cluster"
    assert _classes(_hexagons(people), cell_km=None, smooth=False)["0,0"] == "rural"
    corridor = {(0, 0): 26_000.0, (1, 1): 26_000.0}
    assert set(_classes(_hexagons(corridor), cell_km=None).values()) == {"urban_cluster"}


def test_gaps_between_hexagons_are_filled_unless_they_reach_the_rim():
    """Six thin hexagons inside a wide ring of dense ones are a gap of the centre."""
    distance = {(q, r): max(abs(q), abs(r), abs(q + r)) for q in range(-4, 5) for r in range(-4, 5)}
    people = {at: 6000.0 if d in (2, 3) else 10.0 for at, d in distance.items() if d <= 4}
    kinds = _classes(_hexagons(people), cell_km=None)
    assert all(kinds[f"{q},{r}"] == "urban_centre" for (q, r) in people if distance[q, r] < 4)
    assert all(kinds[f"{q},{r}"] == "rural" for (q, r) in people if distance[q, r] == 4)


def test_a_graph_of_squares_says_what_an_image_says():
    """Neighbours by distance are neighbours by row and column, where cells are squares."""
    generator = np.random.default_rng(3)
    people = generator.choice([100.0, 400.0, 2000.0, 9000.0], (12, 14))
    grid = _grid(people.tolist())
    turned = grid.table.copy()
    angle = 0.4
    turned["x_m"] = np.cos(angle) * grid.xy_m[:, 0] - np.sin(angle) * grid.xy_m[:, 1]
    turned["y_m"] = np.sin(angle) * grid.xy_m[:, 0] + np.cos(angle) * grid.xy_m[:, 1]
    askew = PopulationGrid(turned, 1000.0)
    for smooth in (True, False):
        settlement = degree_of_urbanisation(askew, cell_km=None, smooth=smooth)
        assert settlement.provenance["cells"].endswith("the distance of their centres")
        assert settlement.cells["settlement"].to_dict() == _classes(grid, smooth=smooth)


def test_clusters_are_listed_with_their_people():
    """Every cluster has its people, area and mean place; cells name theirs."""
    settlement = degree_of_urbanisation(_grid([[30_000, 25_000, 400, 0, 5000]]))
    table = settlement.clusters
    assert table["people"].tolist() == [55_400.0, 55_000.0, 5000.0]
    assert table["settlement"].tolist() == ["urban_cluster", "urban_centre", "urban_cluster"]
    assert table["area_km2"].tolist() == [3.0, 2.0, 1.0]
    assert settlement.cells["cluster"].tolist() == [2, 2, 1, 3]
    assert table.loc[3, "x_m"] == 4500


def test_urban_means_clusters_or_centres():
    """Rules get both classes or the centres alone; shares sum to one."""
    grid = _grid([[30_000, 25_000, 400, 0, 100]])
    settlement = degree_of_urbanisation(grid)
    assert settlement.on(grid).urban.tolist() == [True, True, True, False]
    assert settlement.on(grid, "centres").urban.tolist() == [True, True, False, False]
    assert settlement.on(grid).settlement == "layer"
    assert not grid.urban.any()
    assert list(settlement.shares(grid).index) == list(CLASSES)
    assert settlement.shares(grid).sum() == pytest.approx(1)
    with pytest.raises(InputError, match="other cells"):
        settlement.on(_grid([[1.0]]))
    with pytest.raises(InputError, match="'clusters' or 'centres', got 'towns'"):
        settlement.urban("towns")


def test_bad_settings_are_all_told():
    """Each wrong figure is named."""
    with pytest.raises(InputError, match=r"(?s)gap_km2.*cluster_per_km2 \(2000\)"):
        UrbanThresholds(gap_km2=float("nan"), cluster_per_km2=2000)
    with pytest.raises(InputError, match="cell_km: must be > 0"):
        degree_of_urbanisation(_grid([[1.0]]), cell_km=0)
    with pytest.raises(InputError, match="no cells"):
        degree_of_urbanisation(_grid([[0.0]]))


@pytest.mark.skipif(not COMOROS.is_dir(), reason=f"no copy of the data at {COMOROS}")
def test_comoros_is_mostly_urban_clusters():
    """Four people of five live in clusters; the density threshold alone calls one of four urban."""
    grid = read_raster_grid(
        COMOROS / "com_ppp_2020_UNadj.tif", kind="count", units=None, crs="EPSG:32738"
    )
    settlement = degree_of_urbanisation(grid)
    assert settlement.shares(grid).tolist() == pytest.approx([0.187, 0.583, 0.2305], abs=6e-4)
    centres = settlement.clusters[settlement.clusters["settlement"] == "urban_centre"]
    assert centres["people"].round(-2).tolist() == [127_500, 72_300]
    dense = grid.density_per_km2 >= 1500
    assert grid.people[dense].sum() / grid.people.sum() == pytest.approx(0.271, abs=0.001)
    as_they_are = degree_of_urbanisation(grid, cell_km=None)
    assert as_they_are.provenance["cells"].endswith("row and column")
    assert as_they_are.shares(grid).tolist() == pytest.approx([0.169, 0.5815, 0.25], abs=6e-4)


@pytest.mark.skipif(not POA.is_dir(), reason=f"no copy of the data at {POA}")
def test_porto_alegre_is_one_centre_on_hexagons_and_on_squares():
    """H3 cells of a tenth of a km2: both readings call nearly all people urban."""
    cells = pd.read_csv(POA / "poa_hexgrid.csv").query("population > 0").set_index("id")
    x_m, y_m = Transformer.from_crs("EPSG:4326", "EPSG:32722", always_xy=True).transform(
        cells["lon"].to_numpy(), cells["lat"].to_numpy()
    )
    table = pd.DataFrame(
        {"x_m": x_m, "y_m": y_m, "people": cells["population"].astype(float), "urban": False,
         "unit": "P", "area_km2": 0.1053},
        index=cells.index,
    )  # fmt: skip
    grid = PopulationGrid(table, 324.5)
    for cell_km in (1.0, None):
        settlement = degree_of_urbanisation(grid, cell_km=cell_km)
        assert settlement.shares(grid)["urban_centre"] > 0.95
        assert settlement.clusters["people"].iloc[0] > 780_000


@pytest.mark.skipif(not CHINA.is_dir(), reason=f"no copy of the data at {CHINA}")
def test_counties_of_jiaxing_are_as_urban_as_the_global_layer_says():
    """Shares of urban people of seven counties against those of GHS-SMOD for the same counties."""
    table = pd.read_csv(CHINA / "census2020_county_jiaxing_hangzhou_yulin_zhengzhou.csv")
    theirs = table.assign(code=table["code"].astype(str)).set_index("code")["GHSL_URB"]
    region = read_region(Path(__file__).parents[3] / "data" / "jiaxing")
    ours = degree_of_urbanisation(region.grid).by_unit(region.grid, region.units)
    ours = ours.loc[list(region.units.planning)]
    gap = 1 - ours["rural"] - theirs.loc[ours.index]
    assert gap.abs().max() < 0.07
    assert abs(gap @ ours["people"] / ours["people"].sum()) < 0.01


def test_people_count_per_km2_of_land():
    """Half of a coastal square is land: 800 people on it are as dense as 1,600 on a whole one."""
    west = np.full((2, 2), 400.0)
    grid = _grid(np.hstack([west, np.zeros((2, 2))]).tolist(), 250)
    square = UrbanThresholds(centre_people=1600, cluster_people=5000)
    assert set(_classes(grid, thresholds=square).values()) == {"urban_centre"}
    dense = UrbanThresholds(centre_people=1600, centre_per_km2=1601)
    assert set(_classes(grid, thresholds=dense).values()) == {"rural"}
    land = Land(np.array([shapely.box(0, 0, 500, 1000)], dtype=object))
    assert set(_classes(grid, thresholds=dense, land=land).values()) == {"urban_centre"}
    sea = Land(water=np.array([shapely.box(-9, -9, 5000, 5000)], dtype=object))
    assert _classes(grid, thresholds=dense, land=sea) == _classes(grid, thresholds=dense)
    words = degree_of_urbanisation(grid, land=land).provenance["cells"]
    assert words.endswith("of which the land counts")


def test_units_are_cities_towns_or_rural():
    """Half in centres makes a city, more than half in rural cells a rural unit, all else a town."""
    grid = _grid([[60_000, 0, 6000, 0, 6000, 0, 100]])
    units = ["C", "C", "T", "R"]
    table = grid.table.assign(unit=units)
    table["people"] = [60_000.0, 6000.0, 6000.0, 100.0]
    tree = pd.DataFrame(
        {"name": list("XCTRE"), "level": "county", "parent": ["", "X", "X", "X", "X"]},
        index=list("XCTRE"),
    )
    places = Units(gpd.GeoDataFrame(tree, geometry=[None] * 5), ("C", "T", "R", "E"))
    grid = PopulationGrid(table, 1000.0)
    types = degree_of_urbanisation(grid).by_unit(grid, places)
    assert types["type"].to_dict() == {"X": "city", "C": "city", "T": "town", "R": "rural", "E": ""}
    assert types.loc["C", "urban_centre"] == pytest.approx(60 / 66)
    assert types["people"].tolist() == [72_100, 66_000, 6000, 100, 0]
