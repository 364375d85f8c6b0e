"""Coordinates of Chinese web maps read as WGS 84 are told from the roads they miss."""

import numpy as np
import pytest
import shapely
from road_builders import DATA

from allocator.errors import InputError
from allocator.region.coordinates import project
from allocator.region.offsets import from_wgs84
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.road_files import read_roads
from allocator.travel.road_graph import RoadNetwork
from allocator.travel.road_report import RoadWarning
from allocator.travel.roads import road_network
from allocator.travel.shifted import FEWEST, ShiftWarning, shift_of, warn_of_shift

UTM = "EPSG:32651"
JIAXING = np.array([[284_000.0, 3_404_000.0]])


@pytest.fixture(scope="module")
def shenzhen():
    return read_roads(DATA / "shenzhen_futian_network" / "shenzhen_futian_G.graphml")


def on_streets(roads, n, off_m, seed=0):
    """Points beside the streets of a network."""
    rng = np.random.default_rng(seed)
    ends = roads.segments[0]
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    street = rng.choice(len(ends), n, p=length / length.sum())
    along = rng.random((n, 1)) * (ends[street, 2:] - ends[street, :2])
    return ends[street, :2] + along + rng.normal(0, off_m, (n, 2))


def shifted(xy_m, crs, system):
    """What a map in that system says of places, read as WGS 84."""
    moved = from_wgs84(*project(*xy_m.T, crs, "EPSG:4326"), system)
    return np.stack(project(*moved, "EPSG:4326", crs), axis=1)


def county(side_m=12_000.0, each_m=2_000.0):
    """Roads every two kilometres each way around Jiaxing, as lines."""
    at = np.arange(-side_m, side_m + 1, each_m)
    rows = [[(-side_m, y), (side_m, y)] for y in at] + [[(x, -side_m), (x, side_m)] for x in at]
    return np.array([shapely.LineString(np.array(row) + JIAXING) for row in rows], dtype=object)


def along_county_roads(n, off_m=40.0, seed=0):
    rng = np.random.default_rng(seed)
    along, road = rng.uniform(-11_000, 11_000, n), rng.integers(-5, 6, n) * 2_000.0
    one, other = np.stack([along, road], axis=1), np.stack([road, along], axis=1)
    return JIAXING + np.where(rng.random((n, 1)) < 0.5, one, other) + rng.normal(0, off_m, (n, 2))


@pytest.mark.parametrize(("system", "about_m"), [("gcj02", 605), ("bd09", 1210)])
def test_facilities_of_a_real_chinese_town_are_told(shenzhen, system, about_m):
    """Shenzhen: the system, how far and where to, and both medians stand in the warning."""
    places = on_streets(shenzhen, 150, 20)
    with pytest.warns(ShiftWarning, match=f"say coordinates = '{system}'") as told:
        shift = warn_of_shift(shifted(places, shenzhen.crs, system), shenzhen)
    assert (shift.system, shift.whose) == (system, "points")
    assert shift.by_m == pytest.approx(about_m, rel=0.05)
    assert 90 < shift.bearing_degrees < 180 or system == "bd09"
    assert shift.after_m < 0.5 * shift.before_m
    assert shift.nearer > 0.7 * shift.n
    assert f"falls from {shift.before_m:,.0f} to {shift.after_m:,.0f} m" in str(told[0].message)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [12, 60, 300])
def test_facilities_in_their_places_are_not_suspected(shenzhen, n, seed):
    """On the streets, 60 m beside them, or strewn anywhere: no shift explains it."""
    rng = np.random.default_rng(seed)
    low, high = shenzhen.xy_m.min(axis=0), shenzhen.xy_m.max(axis=0)
    for places in (
        on_streets(shenzhen, n, 15, seed),
        on_streets(shenzhen, n, 60, seed),
        rng.uniform(low - 1000, high + 1000, (n, 2)),
    ):
        assert shift_of(places, shenzhen) is None


def test_out_in_the_country_a_dozen_facilities_are_enough():
    """Roads every 2 km, given as lines, as a network or as points along them."""
    lines = county()
    sites = shifted(along_county_roads(14), UTM, "gcj02")
    shift = shift_of(sites, lines, crs=UTM)
    assert (shift.system, shift.whose, shift.n) == ("gcj02", "points", 14)
    assert shift.by_m == pytest.approx(483, abs=2)
    assert shift.after_m < 60 < 150 < shift.before_m
    assert "483 m to the south-east of their places" in shift.text
    dots = shapely.get_coordinates(shapely.segmentize(lines, 50.0))
    assert shift_of(sites, dots, crs=UTM).system == "gcj02"
    assert shift_of(SiteSet([str(i) for i in range(14)], xy_m=sites, crs=UTM), dots) is not None
    assert shift_of(along_county_roads(14), lines, crs=UTM) is None


def test_shifted_roads_are_told_from_shifted_facilities():
    """Facilities in their places, roads of a web map: the roads are named."""
    lines = county()
    moved = shapely.transform(lines, lambda xy_m: shifted(xy_m, UTM, "gcj02"))
    shift = shift_of(along_county_roads(40), moved, crs=UTM)
    assert (shift.system, shift.whose) == ("gcj02", "roads")
    assert "the roads seem to lie 483 m to the south-east" in shift.text
    assert "convert them to WGS 84" in shift.text


@pytest.mark.parametrize("degrees", range(60, 301, 30))
def test_another_shift_of_that_length_is_not_taken_for_it(degrees):
    """483 m to the north is no web map; the other way round it is the roads that are shifted."""
    step = shifted(JIAXING, UTM, "gcj02") - JIAXING
    wrong = np.exp(1j * np.radians(degrees)) * (step[0, 0] + 1j * step[0, 1])
    shift = shift_of(along_county_roads(60) + np.array([[wrong.real, wrong.imag]]), county(),
                     crs=UTM)  # fmt: skip
    assert shift is None or (degrees == 180 and shift.whose == "roads")


def test_too_few_far_off_or_outside_china_says_nothing():
    """Nine points; points beyond the roads, to which any way back is nearer; Africa."""
    lines = county()
    assert shift_of(shifted(along_county_roads(FEWEST - 1), UTM, "gcj02"), lines, crs=UTM) is None
    beside = np.random.default_rng(0).normal(0, 300, (50, 2)) + JIAXING + np.array([[13_000, 0]])
    assert shift_of(beside, lines, crs=UTM) is None
    africa = along_county_roads(50) - JIAXING + np.array([[400_000, 8_700_000]])
    assert shift_of(africa, lines, crs="EPSG:32738") is None
    assert shift_of(np.empty((0, 2)), lines, crs=UTM) is None


def test_the_system_of_the_coordinates_must_be_known():
    """Bare metres say nothing of where they lie; what is given stays as it was."""
    sites = shifted(along_county_roads(30), UTM, "gcj02")
    with pytest.raises(InputError, match="say crs="):
        shift_of(sites, county())
    before = sites.copy()
    with pytest.warns(ShiftWarning):
        warn_of_shift(sites, county(), crs=UTM)
    np.testing.assert_array_equal(sites, before)


def test_travel_along_roads_tells_of_shifted_sites(shenzhen):
    """A RoadWarning and a note of the plan, by the sites that stand; candidates lie anywhere."""
    places = on_streets(shenzhen, 100, 15)
    strewn = np.random.default_rng(0).uniform(places.min(axis=0), places.max(axis=0), (100, 2))
    cells = Demand(np.ones(100), xy_m=places, crs=shenzhen.crs)
    wrong = np.concatenate([shifted(places, shenzhen.crs, "gcj02"), strewn])
    west = np.stack(project(*wrong.T, shenzhen.crs, "EPSG:4547"), axis=1)
    status = ["existing"] * 100 + ["candidate"] * 100
    names = [str(j) for j in range(200)]
    asked = {"max_minutes": 1, "direction": "to site"}
    with pytest.warns(RoadWarning, match="the points seem to lie 60[0-9] m to the south-east"):
        times = road_network(shenzhen, cells, SiteSet(names, status, xy_m=west, crs="EPSG:4547"),
                             **asked)  # fmt: skip
    assert times.provenance["shifted"] == "gcj02"
    assert any("say coordinates = 'gcj02'" in note for note in times.provenance["notes"])
    right = SiteSet(names[:100], xy_m=places, crs=shenzhen.crs)
    assert road_network(shenzhen, cells, right, **asked).provenance["shifted"] == ""


def test_a_network_brings_its_own_system():
    """Streets as a RoadNetwork: their crs serves."""
    ends = shapely.get_coordinates(county()).reshape(-1, 2, 2)
    n = len(ends)
    both = np.full((n, 2), np.nan)
    roads = RoadNetwork(
        ends.reshape(-1, 2), np.arange(0, 2 * n, 2), np.arange(1, 2 * n, 2),
        np.full((n, 2), 24_000.0), both, both, np.full(n, -1), crs=UTM,
    )  # fmt: skip
    assert shift_of(shifted(along_county_roads(30), UTM, "bd09"), roads).system == "bd09"
