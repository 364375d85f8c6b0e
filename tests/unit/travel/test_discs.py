"""Discs: reach within a radius without pairs."""

import tracemalloc

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.travel import discs
from allocator.travel.discs import straight_line_cover
from allocator.travel.distance import straight_line_km
from allocator.travel.ends import Demand, SiteSet

METRES = 500_000.0


def raster(side, step_m=250.0):
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    return METRES + step_m * np.stack([x.ravel(), y.ravel()], axis=1)


def test_cells_on_the_radius_are_reached():
    """A cross with arms of 3.5 km: one disc, the tips included; not at 3.499."""
    arms = METRES + 3500.0 * np.array([[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]])
    merged = straight_line_cover(arms, arms[:1], radius_km=3.5)
    assert merged.rows.site.tolist() == [0]
    assert merged.row_of_cell.tolist() == [0] * 5
    short = straight_line_cover(arms, arms[:1], radius_km=3.499)
    assert short.row_of_cell.tolist() == [0, 1, 1, 1, 1]
    assert short.rows.degree.tolist() == [1, 0]


def test_people_live_all_over_a_cell():
    """When the shortest distance that counts is beyond the radius, nobody reaches anything."""
    cells = raster(4)
    assert straight_line_cover(cells, cells, radius_km=0.1, intra_cell_km=0.19).n_sites == 16
    assert not len(straight_line_cover(cells, cells, radius_km=0.1, intra_cell_km=0.19).rows.site)
    inside = straight_line_cover(cells, cells, radius_km=0.19, intra_cell_km=0.19)
    assert inside.rows.site.tolist() == list(range(16))


def test_ends_go_with_the_reach():
    """Who lives there and what the sites are stays with the answer."""
    cells = raster(5)
    demand = Demand(np.arange(25.0), xy_m=cells)
    sites = SiteSet(["a", "b"], xy_m=cells[[0, 24]])
    merged = straight_line_cover(demand, sites, radius_km=0.6)
    assert merged.demand is demand
    assert merged.sites is sites
    expected = straight_line_km(demand, sites, max_km=0.6).within(0.6)
    is_open = np.array([True, False])
    assert np.array_equal(merged.covered_by(is_open), expected.covered_by(is_open))


def test_nobody_and_nowhere():
    """No cells, no sites, or neither."""
    cells = raster(3)
    assert straight_line_cover(np.empty((0, 2)), cells, radius_km=1).rows.n_cells == 0
    nowhere = straight_line_cover(cells, np.empty((0, 2)), radius_km=1)
    assert (nowhere.rows.n_cells, nowhere.row_of_cell.tolist()) == (1, [0] * 9)
    assert straight_line_cover([], [], radius_km=1).n_cells == 0


def test_colliding_signatures_do_no_harm(monkeypatch):
    """When all the keys are alike, sites themselves still decide."""
    cells, sites = raster(12), raster(3, 700.0)
    expected = straight_line_cover(cells, sites, radius_km=0.8)
    monkeypatch.setattr(discs, "site_keys", lambda n: np.ones(n, dtype=np.uint64))
    merged = straight_line_cover(cells, sites, radius_km=0.8)
    assert np.array_equal(merged.row_of_cell, expected.row_of_cell)
    assert np.array_equal(merged.rows.site, expected.rows.site)


def test_every_problem_is_told_at_once():
    """Radius, shortest distance and coordinates."""
    with pytest.raises(InputError) as caught:
        straight_line_cover(
            [[np.nan, 0.0]], [[0.0, 0.0, 0.0]], radius_km=-1, intra_cell_km=float("inf")
        )
    for said in ("radius_km", "intra_cell_km", "cell_xy_m must be finite", "site_xy_m must have"):
        assert said in str(caught.value)
    with pytest.raises(InputError, match="no coordinates"):
        straight_line_cover(Demand(np.ones(3)), [[0.0, 0.0]], radius_km=1)
    with pytest.raises(InputError, match="degrees"):
        straight_line_cover([[120.1, 30.2], [120.2, 30.3]], [[120.1, 30.2]], radius_km=1)


def test_memory_does_not_grow_with_the_pairs():
    """40,000 cells and 16 million pairs fit into a tenth of what the pairs would take."""
    cells = raster(200, 10.0)
    sites = raster(20, 100.0)
    tracemalloc.start()
    merged = straight_line_cover(cells, sites, radius_km=10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    pairs = int(merged.rows.degree[merged.row_of_cell].sum())
    assert pairs == 16_000_000
    assert peak < pairs * 16 / 10
