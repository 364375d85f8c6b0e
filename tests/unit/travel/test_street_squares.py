"""The raster over the streets: nearest streets as shapely measures them, near and far away."""

import numpy as np
import pytest
import shapely
from road_builders import at, network


@pytest.mark.parametrize("seed", range(3))
def test_nearest_street_is_the_one_that_shapely_finds(seed):
    """Also for some of the streets only, and for points far outside the raster."""
    rng = np.random.default_rng(seed)
    nodes = rng.uniform(0, 5, (40, 2))
    ends = rng.integers(0, 40, (60, 2))
    roads = network(nodes, [(a, (b + 1) % 40 if a == b else b, "<>") for a, b in ends])
    points = at(*rng.uniform(-1, 6, (50, 2)), (400, 3), (-90, -90))
    wanted = rng.random(60) < 0.3
    for squares, there in (
        (roads.squares, np.ones(60, dtype=bool)),
        (roads.squares.of_streets(wanted), wanted),
    ):
        street, share, away_m = squares.nearest(points)
        apart = shapely.distance(roads.lines[None, :], shapely.points(points)[:, None])
        apart[:, ~there] = np.inf
        assert away_m == pytest.approx(apart.min(axis=1), rel=1e-9, abs=1e-6)
        assert apart[np.arange(52), street] == pytest.approx(away_m, abs=1e-6)
        spot = shapely.line_interpolate_point(roads.lines[street], share, normalized=True)
        assert shapely.distance(spot, shapely.points(points)) == pytest.approx(away_m, abs=1e-3)
