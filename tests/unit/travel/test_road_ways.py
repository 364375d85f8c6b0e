"""Ways on roads, asked more than once: all pairs, and the nearest site of each cell."""

import numpy as np
import pytest
from road_builders import at, network

from allocator.travel.road_ways import RoadWays

# A one-way street from the west, a street both ways, and an island.
ROADS = network(
    [(0, 0), (1, 0), (2, 0), (50, 0), (51, 0)], [(0, 1, ">"), (1, 2, "<>"), (3, 4, "<>")]
)


def ways(direction):
    along = np.where(ROADS.is_open, ROADS.length_m / 1000, np.inf)
    cells = at((0, 0), (0.5, 0.1), (2, 0), (50.5, 0))
    return RoadWays(ROADS, along, 0.001, "km", cells, None, direction, 1000.0, 0.0, {})


@pytest.mark.parametrize(
    ("direction", "expected"),
    [("to site", [1.25, 0.85, 0.75, np.inf]), ("from site", [np.inf, np.inf, 0.75, np.inf])],
)
def test_the_nearest_site_one_way_and_the_other(direction, expected):
    """Nobody drives against the arrow, or over the sea; a site farther off changes nothing."""
    one = ways(direction)
    for sites in (at((1.25, 0)), at((1.25, 0), (1.1, 0.9))):
        assert one.nearest(one.snapped(sites), 99.0) == pytest.approx(expected)


def test_the_nearest_is_the_least_of_all_pairs():
    """Within the limit, that included; on one and the same stretch of street too."""
    for direction in ("to site", "from site"):
        one = ways(direction)
        sites = one.snapped(at((0.25, 0), (0.75, 0.05), (1.9, 0), (50.2, 0.3)))
        for limit in (0.5, 0.6, 3.0):
            times = one.times(sites, limit)
            least = np.full(4, np.inf)
            np.minimum.at(least, times.cell, times.value)
            assert one.nearest(sites, limit) == pytest.approx(least)


def test_no_site_reaches_nobody():
    """Neither pairs nor a nearest site."""
    one = ways("to site")
    nobody = one.snapped(np.empty((0, 2)))
    assert len(one.times(nobody, 9.0)) == 0
    assert np.isinf(one.nearest(nobody, 9.0)).all()
