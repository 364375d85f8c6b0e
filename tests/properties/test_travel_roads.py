"""Travel along roads is what networkx finds: one-way, parallel and zero-length streets."""

import itertools
import json
import warnings

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.travel.graph_roads import roads_of_graph
from allocator.travel.road_graph import RoadNetwork
from allocator.travel.road_report import RoadWarning
from allocator.travel.roads import road_network, road_network_km

pytestmark = pytest.mark.filterwarnings("ignore::allocator.travel.road_report.RoadWarning")
MINUTES = st.one_of(st.sampled_from([0.0, 1.0, 2.5]), st.floats(0.0, 9.0))
OPTIONS = {"snap_limit_m": 0.5, "least_part_km": 0.0}


def places(n):
    """Nodes of which no three lie on a line: no street runs through a node that is not its end."""
    return [(500_000.0 + 1000 * k, 200_000.0 + 100 * k * k) for k in range(n)]


@st.composite
def graphs(draw):
    """Directed graphs with parallel edges; every node has an edge, or it would be off the roads."""
    n = draw(st.integers(2, 7))
    node = st.integers(0, n - 1)
    ends = draw(st.lists(st.tuples(node, node), min_size=1, max_size=14))
    graph = nx.MultiDiGraph()
    for k, (x, y) in enumerate(places(n)):
        graph.add_node(k, x=x, y=y)
    for u, v in ends:
        if u != v:
            graph.add_edge(u, v, minutes=draw(MINUTES), length=1000 * draw(MINUTES))
    graph.remove_nodes_from(list(nx.isolates(graph)))
    return nx.convert_node_labels_to_integers(graph)


def at_nodes(graph, nodes):
    return np.array([(graph.nodes[v]["x"], graph.nodes[v]["y"]) for v in nodes])


def by_networkx(graph, cells, sites, limit, *, weight, direction):
    """Minutes or metres of every pair within the limit, one Dijkstra of networkx per pair."""
    found = {}
    for i, cell in enumerate(cells):
        for j, site in enumerate(sites):
            one, other = (cell, site) if direction == "to site" else (site, cell)
            try:
                away = nx.dijkstra_path_length(graph, one, other, weight=weight)
            except nx.NetworkXNoPath:
                continue
            if away <= limit * (1 + 1e-9):
                found[i, j] = away
    return found


def as_found(times):
    pairs = zip(times.cell.tolist(), times.site.tolist(), strict=True)
    return dict(zip(pairs, times.value.tolist(), strict=True))


@given(graphs(), st.data())
def test_minutes_and_km_are_those_of_networkx(graph, data):
    """Every pair within the limit, with its minutes, in both directions, from the fewer side."""
    if not graph:
        return
    node = st.sampled_from(sorted(graph.nodes))
    cells = data.draw(st.lists(node, min_size=1, max_size=6))
    sites = data.draw(st.lists(node, min_size=1, max_size=6))
    limit = data.draw(st.one_of(MINUTES, st.just(100.0)))
    direction = data.draw(st.sampled_from(["to site", "from site"]))
    ends = at_nodes(graph, cells), at_nodes(graph, sites)
    given_ = {"direction": direction, "threads": data.draw(st.integers(1, 2)), **OPTIONS}
    times = road_network(graph, *ends, max_minutes=limit, **given_)
    expected = by_networkx(graph, cells, sites, limit, weight="minutes", direction=direction)
    assert as_found(times) == pytest.approx(expected)
    assert (np.diff(times.cell * len(sites) + times.site) > 0).all()
    km = road_network_km(graph, *ends, max_km=limit, **given_)
    metres = by_networkx(graph, cells, sites, 1000 * limit, weight="length", direction=direction)
    assert as_found(km) == pytest.approx({pair: away / 1000 for pair, away in metres.items()})


@st.composite
def streets_with_points(draw):
    """Streets, at most one per pair of nodes, and points on them: (street, share from its tail)."""
    n = draw(st.integers(2, 6))
    pairs = [(u, v) for u in range(n) for v in range(u + 1, n)]
    ends = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=8, unique=True))
    turned = [draw(st.booleans()) for _ in ends]
    tail, head = np.array([p[::-1] if t else p for p, t in zip(ends, turned, strict=True)]).T
    way = st.sampled_from([(True, True), (True, True), (True, False), (False, True)])
    minutes = np.array(
        [[draw(MINUTES) if one else np.nan for one in draw(way)] for _ in ends], dtype=float
    )
    spot = st.tuples(st.integers(0, len(ends) - 1), st.sampled_from([0.0, 0.31, 0.62, 1.0]))
    spots = st.lists(spot, min_size=1, max_size=5)
    xy_m = np.array(places(n))
    length_m = np.hypot(*(xy_m[tail] - xy_m[head]).T)
    roads = RoadNetwork(
        xy_m, tail, head, np.where(np.isnan(minutes), np.nan, length_m[:, None]), minutes,
        np.full_like(minutes, np.nan), np.full(len(ends), -1),
    )  # fmt: skip
    return roads, draw(spots), draw(spots)


def with_points(roads, points):
    """The streets as a networkx graph in which every point is a node on its street."""
    graph = nx.MultiDiGraph()
    for s in range(len(roads)):
        on = sorted({share for street, share in points if street == s} | {0.0, 1.0})
        for a, b in itertools.pairwise(on):
            u, v = node_of(roads, s, a), node_of(roads, s, b)
            for one, other, whole in ((u, v, roads.minutes[s, 0]), (v, u, roads.minutes[s, 1])):
                graph.add_nodes_from((one, other))
                if not np.isnan(whole):
                    graph.add_edge(one, other, minutes=(b - a) * whole)
    return graph


def node_of(roads, street, share):
    """A node of the roads at the ends of a street, else a name of its own."""
    ends = {0.0: int(roads.tail[street]), 1.0: int(roads.head[street])}
    return ends.get(share, (street, share))


@given(streets_with_points(), st.sampled_from(["to site", "from site"]), st.floats(0.0, 30.0))
def test_points_inside_streets_count_as_nodes_there(case, direction, limit):
    """Entering a street in its middle is as good as a node in its place, one-way or not."""
    roads, cells, sites = case
    graph = with_points(roads, cells + sites)

    def xy(points):
        a, b = (roads.xy_m[end[[s for s, _ in points]]] for end in (roads.tail, roads.head))
        return a + (b - a) * np.array([[share] for _, share in points])

    times = road_network(
        roads,
        xy(cells),
        xy(sites),
        max_minutes=limit,
        direction=direction,
        access_kmh=1e9,
        **OPTIONS,
    )
    names = [[node_of(roads, *point) for point in points] for points in (cells, sites)]
    expected = by_networkx(graph, *names, limit, weight="minutes", direction=direction)
    near_limit = {pair for pair, away in expected.items() if abs(away - limit) < 1e-6}
    found = as_found(times)
    assert {p: v for p, v in found.items() if p not in near_limit} == pytest.approx(
        {p: v for p, v in expected.items() if p not in near_limit}, abs=1e-6
    )


@given(graphs(), st.data())
def test_turning_all_streets_round_swaps_the_directions(graph, data):
    """From the sites on the roads is to the sites on the roads turned round."""
    if not graph:
        return
    node = st.sampled_from(sorted(graph.nodes))
    ends = [at_nodes(graph, data.draw(st.lists(node, min_size=1, max_size=5))) for _ in range(2)]
    there = road_network(graph, *ends, max_minutes=20, direction="from site", **OPTIONS)
    back = road_network(graph.reverse(), *ends, max_minutes=20, direction="to site", **OPTIONS)
    assert as_found(there) == pytest.approx(as_found(back))


@given(graphs())
def test_nobody_is_lost_and_nothing_is_changed(graph):
    """Cells off the roads or without a way have no arc; provenance is plain; inputs stay."""
    if not graph:
        return
    before = json.dumps(nx.node_link_data(graph), sort_keys=True)
    cells = np.concatenate([at_nodes(graph, sorted(graph.nodes)), [[480_000.0, 200_000.0]]])
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        times = road_network(graph, cells, cells[:1], max_minutes=5, direction="to site", **OPTIONS)
    assert times.n_cells == len(cells)
    assert len(cells) - 1 not in times.cell
    assert times.provenance["left_out"]["too_far_from_a_road"]["cells"] == 1
    assert any(issubclass(one.category, RoadWarning) for one in told)
    json.dumps(times.provenance)
    assert json.dumps(nx.node_link_data(graph), sort_keys=True) == before


@given(graphs())
def test_a_graph_read_as_streets_keeps_every_edge(graph):
    """Edges there and back become one street, and none is lost."""
    if not graph:
        return
    roads = roads_of_graph(graph)
    assert roads.n_arcs == graph.number_of_edges()
    assert roads.n_nodes == len(graph)
