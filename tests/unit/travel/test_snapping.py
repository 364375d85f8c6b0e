"""Snapping: the nearest spot on a street, no fragments, and who is too far."""

import numpy as np
import pytest
import shapely
from road_builders import at, network

from allocator.travel.snapping import snap

ROAD = network([(0, 0), (2, 0), (2, 2)], [(0, 1, "<>"), (1, 2, "<>")])


def test_nearest_spot_is_on_the_street_not_at_its_ends():
    """A point beside the middle of a long street enters it there."""
    found = snap(ROAD, at((0.5, 0.3), (2.1, 1.9)))
    assert found.street.tolist() == [0, 1]
    assert found.share == pytest.approx([0.25, 0.95])
    assert found.away_m == pytest.approx([300, 100])


def test_a_bent_street_is_followed_along_its_path():
    """The share is that of the way along the street, not of the straight line."""
    path = at((0, 0), (0, 1), (3, 1), (3, 0))
    bent = network([(0, 0), (3, 0)], [(0, 1, "<>")], path_xy_m=path, path_start=np.array([0, 4]))
    found = snap(bent, at((1.5, 1.2)))
    assert (found.share[0], found.away_m[0]) == pytest.approx((0.5, 200))


def test_a_point_at_a_junction_is_at_the_node():
    """Within a millimetre of an end, the spot is the end itself; of streets there the first."""
    found = snap(ROAD, at((2, 0), (2, 5e-7), (0, 0)))
    assert found.share.tolist() == [1.0, 0.0, 0.0]
    assert found.street.tolist() == [0, 1, 0]


def test_an_end_comes_before_a_street_that_merely_passes():
    """A bridge over a junction does not take the junction's people."""
    bridge = network([(-1, 0), (1, 0), (0, 0), (0, 1)], [(0, 1, "<>"), (2, 3, "<>")])
    found = snap(bridge, at((0, 0)))
    assert (found.street[0], found.share[0]) == (1, 0.0)


def test_the_limit_is_inclusive_and_distances_are_told_anyway():
    """Exactly at the limit a point is on the roads; beyond it is not, and its distance stays."""
    found = snap(ROAD, at((1, -0.5), (1, -0.6)), limit_m=500)
    assert found.street.tolist() == [0, -1]
    assert found.is_on.tolist() == [True, False]
    assert found.away_m == pytest.approx([500, 600])


def test_fragments_are_passed_over_where_a_real_part_is_near():
    """A parking lot's lane takes nobody from the road; where there is no other, it has to do."""
    roads = network(
        [(0, 0), (4, 0), (1, 0.3), (1.2, 0.3), (9, 9), (9.1, 9)],
        [(0, 1, "<>"), (2, 3, "<>"), (4, 5, "<>")],
    )
    points = at((1.1, 0.35), (9, 9.1))
    found = snap(roads, points)
    assert found.street.tolist() == [0, 2]
    assert found.away_m == pytest.approx([350, 100])
    assert found.passed_over.tolist() == [True, False]
    assert snap(roads, points, least_part_km=0).street.tolist() == [1, 2]
    assert snap(roads, points, limit_m=340).street.tolist() == [1, 2]


def test_a_one_way_stub_is_a_fragment():
    """From a street that leads out of the extract and nowhere else nobody comes back."""
    roads = network([(0, 0), (4, 0), (4, 2)], [(0, 1, "<>"), (1, 2, ">")])
    assert snap(roads, at((4.1, 0.5))).street.tolist() == [0]
    assert snap(roads, at((4.1, 0.5)), least_part_km=0).street.tolist() == [1]


def test_streets_without_length():
    """A street whose ends coincide is a place like any other."""
    roads = network([(0, 0), (0, 0), (1, 0)], [(0, 1, "<>"), (1, 2, "<>")])
    found = snap(roads, at((0, 0.1), (1, 0)), least_part_km=0)
    assert found.is_on.all()
    assert np.isfinite(found.share).all()


@pytest.mark.parametrize("seed", range(4))
def test_nearest_of_all_streets(seed):
    """As near as the nearest line that shapely finds, far out too, and the spot is on that line."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 6, 60)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    middles = rng.uniform(0, 20, (60, 2)).repeat(sizes, axis=0)
    path = at(*(middles + rng.normal(0, 10.0 ** rng.integers(-2, 1), (sizes.sum(), 2))))
    first_last = np.stack([starts[:-1], starts[1:] - 1]).T.ravel()
    ends = (path[first_last] - at((0, 0))) / 1000
    roads = network(
        ends, [(2 * k, 2 * k + 1, "<>") for k in range(60)], path_xy_m=path, path_start=starts
    )
    near, far = rng.uniform(-5, 25, (300, 2)), rng.uniform(-900, 900, (40, 2))
    points = at(*near, *far)
    found = snap(roads, points, limit_m=1e9, least_part_km=0)
    shapes = shapely.points(points)
    every = shapely.distance(shapes[:, None], roads.lines[None, :])
    assert found.away_m == pytest.approx(every.min(axis=1), rel=1e-9, abs=1e-6)
    lines = roads.lines[found.street]
    spots = shapely.line_interpolate_point(lines, found.share, normalized=True)
    assert shapely.distance(shapes, spots) == pytest.approx(found.away_m, rel=1e-9, abs=0.002)


def test_equally_near_streets_go_by_their_place_in_the_list():
    """The same answer every time: the first of two streets that lie on one another."""
    twice = network([(0, 0), (2, 0)], [(0, 1, "<>"), (0, 1, "<>")])
    assert snap(twice, at((1, 0.2), (0, 0), (3, 0))).street.tolist() == [0, 0, 0]
