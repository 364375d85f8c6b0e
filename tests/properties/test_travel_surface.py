"""Least-cost minutes over a surface are what networkx finds on the graph of its cells."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from surface_builders import as_graph, centres, surface

from allocator.travel.surface import friction, friction_nearest

pytestmark = pytest.mark.filterwarnings("ignore::allocator.travel.surface_report.SurfaceWarning")
PACE = st.one_of(
    st.sampled_from([0.0, 0.01, np.nan, -1.0, np.inf]), st.floats(0.0, 0.1, allow_subnormal=False)
)


@st.composite
def grounds(draw):
    """A small raster, and places on it and just off it."""
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    pace = np.array(draw(st.lists(PACE, min_size=rows * columns, max_size=rows * columns)))
    place = st.tuples(st.integers(0, rows), st.integers(0, columns))
    cells, sites = (draw(st.lists(place, max_size=5)) for _ in range(2))
    return pace.reshape(rows, columns), cells, sites


@given(grounds(), st.floats(0.0, 30.0))
def test_minutes_are_those_of_networkx(ground, limit):
    """Every pair within the limit, no other, and no pair at all on barriers and off the raster."""
    pace, cells, sites = ground
    graph = as_graph(pace)
    expected = {}
    for j, site in enumerate(sites):
        if site in graph:
            away = nx.single_source_dijkstra_path_length(graph, site, weight="minutes")
            expected |= {(i, j): away[at] for i, at in enumerate(cells) if at in away}
    times = friction(surface(pace), centres(cells), centres(sites), max_minutes=limit)
    found = dict(zip(zip(times.cell, times.site, strict=True), times.value, strict=True))
    sure = {pair for pair, away in expected.items() if away <= limit * (1 - 1e-9)}
    may = {pair for pair, away in expected.items() if away <= limit * (1 + 1e-6)}
    assert sure <= set(found) <= may
    assert found == pytest.approx({pair: expected[pair] for pair in found}, rel=1e-9, abs=1e-12)


@given(grounds())
def test_the_map_agrees_with_the_pairs(ground):
    """Minutes to the nearest site are the least of the arcs, and there is no other site nearer."""
    pace, _, sites = ground
    every = [tuple(at) for at in np.ndindex(pace.shape)]
    found = friction_nearest(surface(pace), centres(sites), max_minutes=1e3)
    times = friction(surface(pace), centres(every), centres(sites), max_minutes=1e3)
    _, away = times.nearest(np.ones(len(sites), dtype=bool))
    np.testing.assert_allclose(found.minutes.ravel(), away, rtol=1e-9, atol=1e-12)
    assert ((found.site >= 0) == np.isfinite(found.minutes)).all()
