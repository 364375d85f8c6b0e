"""The search in buckets: costs of very different sizes, zeros, far origins, against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from road_builders import at, network

from allocator.travel.shortest import RoadEnds, nearest, shortest
from allocator.travel.snapping import snap

COST = st.sampled_from([0.0, 1e-6, 0.01, 0.25, 1.0, 3.0, 17.5, 400.0, float("inf")])
N = 7


@st.composite
def searches(draw):
    """A network whose streets cost very little or very much, and legs that do, too."""
    pairs = st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda p: p[0] != p[1])
    streets = draw(st.lists(pairs, min_size=1, max_size=16))
    n = len(streets)
    costs = st.lists(st.tuples(COST, COST), min_size=n, max_size=n)
    legs = st.lists(st.sampled_from([0.0, 0.5, 90.0]), min_size=N, max_size=N)
    limit = draw(st.sampled_from([0.0, 1.0, 5.0, 60.0, 1e6]))
    return streets, np.array(draw(costs)), np.array(draw(legs)), limit


NODES = [(0, 0), (1, 0.3), (2, 0), (0.4, 1), (1.3, 1.4), (2.2, 1.1), (1, 2)]


@given(case=searches())
def test_as_networkx_finds_it(case):
    """All pairs of nodes on the network, and the nearest of three; a cost is never cut short."""
    streets, along, legs, limit = case
    roads = network(NODES, [(*street, "<>") for street in streets])
    used = sorted({node for street in streets for node in street})
    ends = RoadEnds(snap(roads, at(*[NODES[k] for k in used]), least_part_km=0), legs[used])
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(used)
    for (tail, head), (there, back) in zip(streets, along, strict=True):
        graph.add_weighted_edges_from(
            arc for arc in ((tail, head, there), (head, tail, back)) if np.isfinite(arc[2])
        )
    expected = {
        (i, j): legs[one] + away + legs[other]
        for i, one in enumerate(used)
        for other, away in nx.single_source_dijkstra_path_length(graph, one).items()
        for j in [used.index(other)]
        if i != j and legs[one] + away + legs[other] <= limit
    }
    origin, target, cost = shortest(roads, along, ends, ends, limit=limit)
    pairs = zip(origin.tolist(), target.tolist(), cost.tolist(), strict=True)
    found = {(i, j): away for i, j, away in pairs if i != j}
    assert found == pytest.approx(expected, rel=1e-12)
    some = RoadEnds(snap(roads, at(*[NODES[k] for k in used[:3]]), least_part_km=0), legs[used[:3]])
    least = nearest(roads, along, some, ends, limit=limit)
    for j in range(3, len(used)):
        away = [expected[i, j] for i in range(3) if (i, j) in expected]
        assert least[j] == pytest.approx(min(away, default=np.inf), rel=1e-12)
