"""Least-cost travel over a surface: as scikit-image finds it; limits, barriers, who is left out."""

import json
import warnings

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from pyproj import Geod
from rasterio.transform import Affine
from road_builders import DATA
from surface_builders import NORTH, WEST, by_skimage, centres, random_pace, surface

from allocator.errors import InputError
from allocator.region.coordinates import project
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.surface import friction, friction_nearest
from allocator.travel.surface_raster import FrictionSurface
from allocator.travel.surface_report import SurfaceWarning

quiet = pytest.mark.filterwarnings("ignore::allocator.travel.surface_report.SurfaceWarning")
WALK = 0.0125  # 4.8 km/h


def arcs(times):
    return {
        (int(i), int(j)): v for i, j, v in zip(times.cell, times.site, times.value, strict=True)
    }


@quiet
@pytest.mark.parametrize("seed", range(6))
def test_every_pair_as_scikit_image_finds_it(seed):
    """On random rasters with barriers all minutes are those of MCP_Geometric, from either side."""
    rng = np.random.default_rng(seed)
    pace = random_pace(rng, (23, 31))
    every = np.argwhere(np.isfinite(pace))
    sites = every[rng.choice(len(every), 7, replace=False)]
    expected = {}
    for j, site in enumerate(sites):
        costs = by_skimage(pace, [site])
        expected |= {
            (i, j): costs[tuple(at)] for i, at in enumerate(every) if costs[tuple(at)] <= 12
        }
    there = friction(surface(pace), centres(every), centres(sites), max_minutes=12)
    back = friction(surface(pace), centres(sites), centres(every), max_minutes=12)
    assert arcs(there) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert arcs(back) == pytest.approx({(j, i): v for (i, j), v in expected.items()}, abs=1e-12)


@quiet
@pytest.mark.parametrize("seed", range(4))
def test_nearest_of_several_sites_as_scikit_image_finds_it(seed):
    """The map of minutes is that of one search from all sites, and names the site it means."""
    rng = np.random.default_rng(100 + seed)
    pace = random_pace(rng, (30, 20))
    every = np.argwhere(np.isfinite(pace))
    sites = every[rng.choice(len(every), 5, replace=False)]
    found = friction_nearest(surface(pace), centres(sites), max_minutes=1e6)
    costs = by_skimage(pace, sites)
    np.testing.assert_allclose(found.minutes, np.where(np.isfinite(costs), costs, np.nan))
    times = friction(surface(pace), centres(every), centres(sites), max_minutes=1e6)
    site, away = times.nearest(np.ones(5, dtype=bool))
    at = tuple(every.T)
    np.testing.assert_array_equal(found.site[at], site)
    np.testing.assert_allclose(found.minutes[at], away)
    assert (found.site[np.isnan(pace)] == -1).all()


def test_of_equally_near_sites_the_first_counts():
    """The middle of a row is as far from either end."""
    row = surface(np.full((1, 5), WALK))
    found = friction_nearest(row, centres([(0, 4), (0, 0)]), max_minutes=60)
    assert found.site.tolist() == [[1, 1, 0, 0, 0]]
    twins = friction_nearest(row, centres([(0, 2), (0, 2)]), max_minutes=60)
    assert (twins.site == 0).all()


def test_a_step_aslant_is_longer_and_a_limit_is_kept():
    """One step is 100 m, one aslant 141 m; exactly the limit is within it."""
    ground = surface(np.full((3, 3), WALK))
    every = centres([(r, c) for r in range(3) for c in range(3)])
    aslant = WALK * 100 * 2**0.5
    times = friction(ground, every, centres([(1, 1)]), max_minutes=aslant)
    assert arcs(times) == pytest.approx(
        {(i, 0): 0 if i == 4 else aslant if i % 2 == 0 else 1.25 for i in range(9)}
    )
    assert len(friction(ground, every, centres([(1, 1)]), max_minutes=1.25)) == 5
    assert len(friction(ground, every, centres([(1, 1)]), max_minutes=0)) == 1


def test_a_site_s_own_cell_may_take_time():
    """Half the side of the raster cell is the shortest way that counts."""
    ground = surface(np.full((1, 3), WALK))
    times = friction(
        ground, centres([(0, 0), (0, 1)]), centres([(0, 0)]), max_minutes=9, intra_cell_share=0.5
    )
    assert arcs(times) == pytest.approx({(0, 0): 0.625, (1, 0): 1.25})


def test_barriers_part_and_are_gone_round():
    """NaN, infinite and negative cells are not entered; the way leads round them if it can."""
    pace = np.full((3, 5), WALK)
    pace[:, 1], pace[0:2, 3] = [np.nan, -1, np.inf], -9999
    ground = surface(pace)
    with pytest.warns(SurfaceWarning, match=r"1 cells \(33.3%\) are on a part of the surface"):
        times = friction(
            ground, centres([(0, 0), (0, 2), (0, 4)]), centres([(0, 2)]), max_minutes=60
        )
    round_it = (2 + 2 * 2**0.5) * 1.25
    assert arcs(times) == pytest.approx({(1, 0): 0, (2, 0): round_it})


def test_who_is_left_out_is_counted_by_name():
    """People outside and on barriers, and such sites, are told of; their arcs are missing."""
    pace = np.full((4, 4), WALK)
    pace[0, 0] = np.nan
    people = Demand(
        np.array([5.0, 20.0, 75.0]), ids=("far", "lake", "town"),
        xy_m=np.concatenate([[[WEST - 1, NORTH - 1]], centres([(0, 0), (2, 2)])]),
    )  # fmt: skip
    sites = SiteSet(("sunk", "away", "clinic"), xy_m=centres([(0, 0), (9, 9), (2, 3)]))
    with pytest.warns(SurfaceWarning) as caught:
        times = friction(surface(pace), people, sites, max_minutes=30)
    assert len(caught) == 1
    assert arcs(times) == pytest.approx({(2, 2): 1.25})
    assert (times.demand, times.sites) == (people, sites)
    told = times.provenance["left_out"]
    assert told["outside_the_raster"] == {
        "people": 5.0, "cells": 1, "share": 0.05, "first": ["far"]
    }  # fmt: skip
    assert told["on_a_barrier"]["first"] == ["lake"]
    assert told["sites_on_a_barrier"] == {"sites": 1, "first": ["sunk"]}
    assert told["sites_outside_the_raster"]["first"] == ["away"]
    assert times.provenance["notes"] == str(caught[0].message).splitlines()
    assert len(times.provenance["notes"]) == 4
    json.dumps(times.provenance)


def test_the_coast_may_be_taken_for_land():
    """Up to the limit, points on a barrier count as in the nearest open cell; beyond, not."""
    ground = surface([[np.nan, np.nan, np.nan, WALK, WALK]])
    cells, site = centres([(0, 0), (0, 1), (0, 2), (0, 4)]), centres([(0, 2)])
    with pytest.warns(SurfaceWarning, match=r"1 cells \(25.0%\) are on a barrier"):
        times = friction(ground, cells, site, max_minutes=60, snap_limit_m=200)
    assert arcs(times) == pytest.approx({(1, 0): 0, (2, 0): 0, (3, 0): 1.25})
    assert times.provenance["cells_moved_off_barriers"] == 2
    assert times.provenance["sites_moved_off_barriers"] == 1
    found = friction_nearest(ground, site, max_minutes=60, snap_limit_m=100)
    np.testing.assert_allclose(found.minutes, [[np.nan, np.nan, np.nan, 0, 1.25]])
    with pytest.warns(SurfaceWarning, match="1 sites lie on a barrier"):
        assert len(friction(ground, cells[3:], site, max_minutes=60)) == 0


@quiet
def test_nobody_and_no_sites():
    """No sites, no people, or neither: no arcs and no map, and no error."""
    ground, some = surface(np.full((2, 2), WALK)), centres([(0, 1)])
    for cells, sites in ((some, []), ([], some), ([], [])):
        times = friction(ground, cells, sites, max_minutes=30)
        assert (len(times), times.n_cells, times.n_sites) == (0, len(cells), len(sites))
    assert np.isnan(friction_nearest(ground, [], max_minutes=30).minutes).all()
    sunk = friction_nearest(surface([[np.nan, 1.0]]), centres([(0, 0)]), max_minutes=30)
    assert np.isnan(sunk.minutes).all()


def test_free_cells_cost_nothing():
    """Zero minutes per metre are no barrier."""
    times = friction(
        surface([[0.0, 0.0, 0.01]]), centres([(0, 1), (0, 2)]), centres([(0, 0)]), max_minutes=9
    )
    assert arcs(times) == pytest.approx({(0, 0): 0, (1, 0): 0.5})
    free = surface([[0.0, 0.0, 0.01]])
    assert len(friction(free, centres([(0, 1), (0, 2)]), centres([(0, 0)]), max_minutes=0)) == 1


def test_steps_are_as_long_as_on_the_ellipsoid():
    """Towards the pole a row's cells grow narrow: each step is that of its own two rows."""
    to = Affine(2, 0, 10, 0, -2, 88)
    ground = FrictionSurface(np.full((4, 2), 0.01), to, "EPSG:4326")
    place = [(row, column) for row in range(4) for column in range(2)]
    lon, lat = np.array([(11 + 2 * column, 87 - 2 * row) for row, column in place], dtype=float).T
    xy = np.stack(project(lon, lat, "EPSG:4326", "EPSG:32632"), axis=1)
    found = arcs(friction(ground, xy, xy, max_minutes=1e6, crs="EPSG:32632"))
    geod = Geod(ellps="WGS84")
    for i, (row, column) in enumerate(place):
        for j, (other_row, other_column) in enumerate(place):
            if i != j and abs(row - other_row) <= 1 and abs(column - other_column) <= 1:
                away_m = geod.inv(lon[i], lat[i], lon[j], lat[j])[2]
                assert found[i, j] == pytest.approx(0.01 * away_m)


def test_the_map_names_sites_as_they_were_given():
    """A first site that lies on a barrier does not shift the others."""
    with pytest.warns(SurfaceWarning, match="1 sites lie on a barrier"):
        found = friction_nearest(
            surface([[np.nan, WALK]]), centres([(0, 0), (0, 1)]), max_minutes=9
        )
    assert found.site.tolist() == [[-1, 1]]


def test_all_problems_at_once():
    """Limits, shapes and unknown systems are refused together."""
    ground = surface(np.full((2, 2), WALK))
    with pytest.raises(InputError) as caught:
        friction(
            ground, [[1, 2, 3]], SiteSet(("a",)), max_minutes=-1, intra_cell_share=np.nan,
            crs="EPSG:none",
        )  # fmt: skip
    assert len(caught.value.problems) == 4
    degrees = FrictionSurface(np.full((2, 2), WALK), Affine(0.1, 0, 43, 0, -0.1, -11), "EPSG:4326")
    with pytest.raises(InputError, match="nobody says what the points are in"):
        friction(degrees, centres([(0, 0)]), centres([(0, 1)]), max_minutes=1)


def test_threads_do_not_change_the_answer():
    """Many origins in blocks, on one thread or two."""
    pace = random_pace(np.random.default_rng(7), (20, 20), barriers=0.0)
    every = centres(np.argwhere(np.isfinite(pace)))
    one, two = (friction(surface(pace), every, every[:150], max_minutes=5, threads=t)
                for t in (1, 2))  # fmt: skip
    for column in ("cell", "site", "value"):
        np.testing.assert_array_equal(getattr(one, column), getattr(two, column))
    assert (np.diff(one.cell) >= 0).all()


@quiet
def test_of_a_file_only_the_part_around_the_points_is_read(tmp_path):
    """In degrees, on the ellipsoid: the same minutes as from the whole file held in memory."""
    rng = np.random.default_rng(3)
    to = Affine(1 / 120, 0, 40, 0, -1 / 120, -10)
    pace = random_pace(rng, (400, 400), barriers=0.1).astype(np.float32)
    path = tmp_path / "friction.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=400, width=400, count=1, dtype="float32",
        crs="EPSG:4326", transform=to, nodata=-9999,
    ) as file:  # fmt: skip
        file.write(np.where(np.isfinite(pace), pace, -9999).astype(np.float32), 1)
    lon, lat = rng.uniform(41.45, 41.55, 60), rng.uniform(-11.55, -11.45, 60)
    xy = np.stack(project(lon, lat, "EPSG:4326", "EPSG:32738"), axis=1)
    options = {"max_minutes": 60, "crs": "EPSG:32738"}
    part = friction(path, xy, xy[:9], **options)
    whole = friction(FrictionSurface(pace, to, "EPSG:4326"), xy, xy[:9], **options)
    assert len(part) > 80
    assert arcs(part) == pytest.approx(arcs(whole))
    assert max(part.provenance["rows_columns"]) < 200
    assert whole.provenance["rows_columns"] == [400, 400]


@pytest.mark.skipif(not (DATA / "comoros").is_dir(), reason="needs the shared data folder")
def test_comoros_walked_to_hospitals():
    """A real raster in Web Mercator: islands apart, nobody faster than the crow, few left out."""
    with rasterio.open(DATA / "comoros" / "slope.tif") as file:
        slope, to = file.read(1, masked=True), file.transform
    pace = np.where(slope.mask, np.nan, WALK)
    ground = FrictionSurface(pace, to, "EPSG:3857")
    health = gpd.read_file(DATA / "comoros" / "health.gpkg")
    health = health[health["amenity"].isin(["hospital", "clinic", "doctors"])].to_crs("EPSG:32738")
    sites = health.geometry.get_coordinates().to_numpy()
    row, column = np.nonzero(np.isfinite(pace))
    x, y = project(
        to.c + to.a * (column + 0.5), to.f + to.e * (row + 0.5), "EPSG:3857", "EPSG:32738"
    )
    cells = np.stack([x, y], axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SurfaceWarning)
        times = friction(ground, cells, sites, max_minutes=600, crs="EPSG:32738")
    straight = np.hypot(*(cells[times.cell] - sites[times.site]).T)
    # A site lies up to 0.7 of a side from its raster cell's middle; the way has eight directions.
    assert (times.value / WALK >= straight - 720).all()
    assert (times.value / WALK <= straight * 1.6 + 3000).all()
    parts = ground.parts[row, column][times.cell]
    reached = np.isin(np.arange(len(cells)), times.cell)
    assert len(np.unique(parts)) >= 3
    assert reached.mean() > 0.95
