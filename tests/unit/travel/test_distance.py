"""Straight-line arcs: right pairs, right values, right refusals."""

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.travel.distance import straight_line, straight_line_km

METRES = 500_000.0  # keeps small examples clear of anything that looks like degrees


def lattice(n, side_m=500.0):
    at = METRES + side_m * np.arange(n)
    return np.stack(np.meshgrid(at, at + 0.123), axis=-1).reshape(-1, 2)


def brute_force_pairs(cells, sites, limit_km):
    return {
        (i, j)
        for i, (x, y) in enumerate(cells)
        for j, (u, v) in enumerate(sites)
        if ((x - u) ** 2 + (y - v) ** 2) ** 0.5 / 1000 <= limit_km * (1 + 1e-9)
    }


def test_pairs_exactly_on_the_radius_count():
    """3.5 km on a 500 m lattice reaches all 149 lattice points of the closed disc of radius 7."""
    cells = lattice(21)
    times = straight_line_km(cells, cells, max_km=3.5)
    centre = 10 * 21 + 10
    assert np.count_nonzero(times.cell == centre) == 149
    assert times.within(3.5).degree[centre] == 149
    assert straight_line_km(cells, cells, max_km=3.5 - 1e-6).within(3.49).degree[centre] == 145


def test_minutes_exactly_at_the_limit_count():
    """A walk of exactly the limit is within it, at speeds that binary numbers cannot hold."""
    cells = np.array([[METRES, METRES]])
    sites = cells + np.array([3500.0, 0.0])
    for speed_kmh, detour in ((4.2, 1.4), (30.1, 1.3), (4.0, 1.0)):
        minutes = 3.5 * detour / speed_kmh * 60
        times = straight_line(cells, sites, speed_kmh=speed_kmh, detour=detour, max_minutes=minutes)
        assert times.value == pytest.approx([minutes])
        assert times.within(minutes).degree.tolist() == [1]


def test_agrees_with_every_pair_looked_at():
    """The k-d tree finds the pairs that a double loop finds, in order, with their distances."""
    rng = np.random.default_rng(3)
    cells, sites = METRES + rng.uniform(0, 9000, (60, 2)), METRES + rng.uniform(0, 9000, (25, 2))
    times = straight_line_km(cells, sites, max_km=2.5)
    pairs = list(zip(times.cell.tolist(), times.site.tolist(), strict=True))
    assert pairs == sorted(brute_force_pairs(cells, sites, 2.5))
    expected = np.linalg.norm(cells[times.cell] - sites[times.site], axis=1) / 1000
    assert times.value == pytest.approx(expected)


def test_each_cell_travels_at_its_own_speed():
    """Reach and minutes follow the cell's speed and the detour, not the site's."""
    rng = np.random.default_rng(4)
    cells, sites = METRES + rng.uniform(0, 9000, (50, 2)), METRES + rng.uniform(0, 9000, (20, 2))
    speed = np.where(np.arange(50) % 3 == 0, 4.0, 31.7)
    times = straight_line(cells, sites, speed_kmh=speed, detour=1.3, max_minutes=6)
    km = np.linalg.norm(cells[:, None] - sites[None], axis=2) / 1000
    minutes = km * 1.3 / speed[:, None] * 60
    assert np.array_equal(np.argwhere(minutes <= 6), np.stack([times.cell, times.site], axis=1))
    assert times.value == pytest.approx(minutes[times.cell, times.site])


def test_people_of_a_cell_are_not_all_in_its_centre():
    """The distance inside a cell is the least that counts, and may itself be too far."""
    here = np.array([[METRES, METRES]])
    assert straight_line_km(here, here, max_km=1, intra_cell_km=0.2).value.tolist() == [0.2]
    assert len(straight_line_km(here, here, max_km=0.1, intra_cell_km=0.2)) == 0
    slow = straight_line(here, here, speed_kmh=4, detour=1.5, max_minutes=10, intra_cell_km=0.2)
    assert slow.value == pytest.approx([0.2 * 1.5 / 4 * 60])


def test_zero_is_a_distance_and_zero_a_limit():
    """A site in the cell's centre is 0 away, and a limit of 0 reaches it alone."""
    cells = lattice(3)
    times = straight_line_km(cells, cells, max_km=0)
    assert times.cell.tolist() == times.site.tolist() == list(range(9))
    assert times.value.tolist() == [0.0] * 9
    assert times.within(0).degree.tolist() == [1] * 9


def test_moving_and_turning_the_map_changes_nothing():
    """A rigid motion of the coordinates leaves pairs and distances as they were."""
    rng = np.random.default_rng(5)
    cells, sites = METRES + rng.uniform(0, 9000, (60, 2)), METRES + rng.uniform(0, 9000, (25, 2))
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
    before = straight_line_km(cells, sites, max_km=2.0)
    after = straight_line_km(cells @ turn + 3e6, sites @ turn + 3e6, max_km=2.0)
    assert before.cell.tolist() == after.cell.tolist()
    assert before.site.tolist() == after.site.tolist()
    assert before.value == pytest.approx(after.value, rel=1e-6)


def test_nobody_and_nowhere():
    """No cells or no sites is no arcs, not an error."""
    some = np.array([[METRES, METRES]])
    assert len(straight_line_km([], some, max_km=3)) == 0
    times = straight_line(some, [], speed_kmh=[4.0], max_minutes=15)
    assert (times.n_cells, times.n_sites, len(times)) == (1, 0, 0)
    assert len(straight_line([], [], speed_kmh=[], max_minutes=15)) == 0


def test_provenance_says_how_it_was_measured():
    """Speeds, detour and limit are kept with the result."""
    cells = lattice(2)
    times = straight_line(cells, cells, speed_kmh=[4, 4, 5, 5], detour=1.2, max_minutes=9)
    assert times.provenance["source"] == "straight line"
    assert times.provenance["speed_kmh"] == (4.0, 5.0)
    assert times.provenance["detour"] == 1.2
    assert (times.unit, times.limit) == ("minutes", 9.0)
    many = straight_line(
        METRES + np.arange(40.0).reshape(20, 2), cells, speed_kmh=np.arange(1, 21), max_minutes=1
    )
    assert many.provenance["speed_kmh"] == "1 to 20, by cell"
    km = straight_line_km(cells, cells, max_km=2)
    assert (km.unit, km.limit) == ("km", 2.0)


def test_refuses_degrees():
    """Longitude and latitude are not metres."""
    lonlat = [[120.7, 30.7], [120.8, 30.8]]
    with pytest.raises(InputError, match="degrees"):
        straight_line_km(lonlat, lonlat[:1], max_km=3.5)
    with pytest.raises(InputError, match="site_xy_m look like degrees"):
        straight_line_km(lattice(3), lonlat, max_km=3.5)
    origin = [[0.0, 0.0]]
    assert len(straight_line_km(origin, origin, max_km=1)) == 1


def test_refuses_nonsense_and_lists_all_of_it():
    """Every problem of a call is named in one error."""
    cells = lattice(2)
    with pytest.raises(InputError) as caught:
        straight_line(
            [[METRES, np.nan]],
            [[1.0, 2.0, 3.0]],
            speed_kmh=[4.0, 0.0],
            detour=0.9,
            max_minutes=float("inf"),
            intra_cell_km=-1,
        )
    text = str(caught.value)
    for word in ("cell_xy_m must be finite", "site_xy_m must have shape", "one per cell"):
        assert word in text
    for word in ("speed_kmh must be finite", "detour", "max_minutes", "intra_cell_km"):
        assert word in text
    with pytest.raises(InputError, match=r"max_km must be finite and >= 0, got nan"):
        straight_line_km(cells, cells, max_km=float("nan"))
    with pytest.raises(InputError, match="speed_kmh must be finite and > 0, got -1"):
        straight_line(cells, cells, speed_kmh=-1, max_minutes=3)


def test_inputs_are_left_alone():
    """Coordinates and speeds given are not changed."""
    cells, speed = lattice(3), np.full(9, 4.0)
    before = cells.copy()
    straight_line(cells, cells, speed_kmh=speed, max_minutes=15, intra_cell_km=0.1)
    assert np.array_equal(cells, before)
    assert np.array_equal(speed, np.full(9, 4.0))
