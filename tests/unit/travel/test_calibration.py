"""The straight line's detour and speed are found again in samples that follow them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from road_builders import DATA

from allocator.errors import InputError
from allocator.region.coordinates import project
from allocator.travel.calibration import calibrate_detour
from allocator.travel.distance import straight_line, straight_line_km
from allocator.travel.road_files import read_roads
from allocator.travel.roads import road_network_km

RNG = np.random.default_rng(5)
CELLS, SITES = 500_000 + RNG.uniform(0, 20_000, (300, 2)), 500_000 + RNG.uniform(0, 20_000, (9, 2))


@given(st.floats(1, 3), st.floats(3, 90))
def test_what_made_the_sample_is_found_again(detour, speed):
    """From km the detour, from minutes the speed; straight_line then gives the sample."""
    km = straight_line_km(CELLS, SITES, max_km=40)
    fit = calibrate_detour(replace(km, value=km.value * detour, limit=np.inf), CELLS, SITES)
    assert fit.overall.per_km == pytest.approx(detour)
    assert fit.overall.r2 == pytest.approx(1)
    assert fit.overall.mean_absolute_error == pytest.approx(0, abs=1e-9)
    times = straight_line(CELLS, SITES, speed_kmh=speed, detour=detour, max_minutes=6000)
    told = calibrate_detour(times, CELLS, SITES).arguments()
    again = straight_line(CELLS, SITES, **told, max_minutes=6000)
    assert again.value == pytest.approx(times.value)


def test_each_group_has_its_own():
    """Two detours in one sample: cells get the speeds that give the sample back."""
    group = np.where(np.arange(300) % 3 == 0, "urban", "rural")
    km = straight_line_km(CELLS, SITES, max_km=40)
    detour = np.where(group == "urban", 1.2, 1.7)[km.cell]
    fit = calibrate_detour(
        replace(km, value=km.value * detour, limit=np.inf), CELLS, SITES, groups=group
    )
    assert fit.groups["urban"].per_km == pytest.approx(1.2)
    assert fit.groups["rural"].per_km == pytest.approx(1.7)
    times = straight_line(CELLS, SITES, **fit.arguments(group, speed_kmh=30), max_minutes=600)
    assert times.value == pytest.approx(km.value * detour * 2)
    table = fit.table()
    assert table["n"][0] == table["n"][1:3].sum() == table["n"][3:].sum()
    with pytest.raises(InputError, match="no group 'town'"):
        fit.arguments(["town"], speed_kmh=30)
    with pytest.raises(InputError, match="needs speed_kmh"):
        fit.arguments()


def test_a_grid_of_streets_has_a_detour_of_four_by_pi():
    """The mean over all bearings of |cos| + |sin|."""
    bearing = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    away_km = np.stack([np.cos(bearing), np.sin(bearing)], axis=1) * 3
    cells, site = 500_000 + away_km * 1000, np.full((1, 2), 500_000.0)
    km = straight_line_km(cells, site, max_km=40)
    fit = calibrate_detour(
        replace(km, value=np.abs(away_km).sum(axis=1), limit=np.inf), cells, site
    )
    assert fit.overall.per_km == pytest.approx(4 / np.pi, rel=1e-4)
    assert fit.overall.mean == pytest.approx(4 / np.pi, rel=1e-4)


def test_a_limit_does_not_make_ways_straighter():
    """Of pairs near the limit only the straight ones are found: they are left out."""
    km = straight_line_km(CELLS, SITES, max_km=40)
    detour = np.where(np.arange(len(km)) % 2 == 0, 1.1, 1.6)
    way = km.value * detour
    near = way <= 8
    sample = replace(km, cell=km.cell[near], site=km.site[near], value=way[near], limit=8)
    fit = calibrate_detour(sample, CELLS, SITES)
    assert fit.overall.per_km == pytest.approx(1.35, abs=0.02)
    assert fit.left_out > 0


def test_samples_that_make_no_sense():
    """Roads shorter than straight lines, sides of another size, no coordinates."""
    km = straight_line_km(CELLS, SITES, max_km=40)
    with pytest.raises(InputError, match="no road can be"):
        calibrate_detour(replace(km, value=km.value / 2), CELLS, SITES)
    with pytest.raises(InputError, match="the sample has 300, got 299"):
        calibrate_detour(km, CELLS[1:], SITES)
    with pytest.raises(InputError, match="no coordinates"):
        calibrate_detour(km)
    with pytest.raises(InputError, match="or more apart"):
        calibrate_detour(km, CELLS, SITES, least_km=99)


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")
@pytest.mark.filterwarnings("ignore::allocator.travel.road_report.RoadWarning")
@pytest.mark.parametrize(("mode", "detour", "median"), [("drive", 1.316, 1.300),
                                                        ("walk", 1.225, 1.209)])  # fmt: skip
def test_porto_alegre(mode, detour, median):
    """Hexagons to every tenth with a facility: walks are straighter than drives, near ways are not.

    Short ways wind more than long ones, so one detour makes near sites look nearer than they are.
    """
    hexagons = pd.read_csv(DATA / "porto_alegre" / "poa_hexgrid.csv")
    lon, lat = hexagons["lon"].to_numpy(), hexagons["lat"].to_numpy()
    xy_m = np.stack(project(lon, lat, "EPSG:4326", "EPSG:32722"), axis=1)
    sites = xy_m[(hexagons["healthcare"] > 0).to_numpy()][::10]
    roads = read_roads(DATA / "porto_alegre" / "poa_osm.pbf", mode=mode)
    sample = road_network_km(roads, xy_m, sites, max_km=15, direction="to site", crs="EPSG:32722")
    fit = calibrate_detour(sample, xy_m, sites)
    assert fit.overall.per_km == pytest.approx(detour, abs=0.002)
    assert fit.overall.median == pytest.approx(median, abs=0.002)
    assert fit.overall.r2 > 0.9
    middle = [band.median for band in fit.bands]
    assert middle == sorted(middle, reverse=True)
    assert fit.bands[0].bias < 0 < fit.bands[-1].bias
