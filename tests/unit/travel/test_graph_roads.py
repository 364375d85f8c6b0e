"""Roads from networkx graphs: edges there and back, text for numbers, shapes, what is refused."""

import networkx as nx
import numpy as np
import pytest
from road_builders import DATA, X, Y
from shapely import LineString

from allocator.errors import InputError
from allocator.travel.graph_roads import roads_of_graph
from allocator.travel.road_files import read_roads
from allocator.travel.road_speeds import RoadSpeeds
from allocator.travel.roads import road_network

real = pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")
SHENZHEN = DATA / "shenzhen_futian_network" / "shenzhen_futian_G.graphml"


def graph(*edges, kind=nx.MultiDiGraph, **about):
    """Nodes 0, 1, 2 ... a kilometre apart on a parabola, and the edges given."""
    made = kind(**about)
    for k in range(4):
        made.add_node(k, x=X + 1000 * k, y=Y + 100 * k * k)
    made.add_edges_from(edges)
    return made


def test_edges_there_and_back_are_one_street():
    """Each direction keeps its own length, minutes and speed."""
    roads = roads_of_graph(graph(
        (0, 1, {"length": 1100, "minutes": 2, "highway": "primary"}),
        (1, 0, {"length": 1200, "speed_kph": "30", "highway": "primary"}),
        (1, 2, {"travel_time": 90, "maxspeed": ["50", "30 mph"]}),
    ))  # fmt: skip
    assert (roads.tail.tolist(), roads.head.tolist()) == ([0, 1], [1, 2])
    assert roads.length_m[0].tolist() == [1100, 1200]
    assert roads.length_m[1, 0] == pytest.approx(np.hypot(1000, 300))
    assert np.isnan(roads.length_m[1, 1])
    assert roads.minutes[:, 0].tolist() == [2, 1.5]
    assert roads.kmh[0, 1] == 30
    assert roads.kmh[1, 0] == pytest.approx(48.28032)
    assert (roads.classes, roads.class_of.tolist()) == (("primary",), [0, -1])


def test_parallel_edges_of_other_shape_stay_apart():
    """A detour back is another street than the straight way there."""
    around = LineString([(X + 1000, Y + 100), (X + 500, Y + 900), (X, Y)])
    roads = roads_of_graph(graph((0, 1, {}), (1, 0, {"geometry": around}), (0, 1, {})))
    assert len(roads) == 3
    turned = around.reverse()
    roads = roads_of_graph(graph((0, 1, {"geometry": turned.wkt}), (1, 0, {"geometry": around})))
    assert len(roads) == 1
    assert roads.length_m[0] == pytest.approx([around.length] * 2)


def test_undirected_graphs_and_walkers_go_both_ways():
    """An undirected edge is open both ways, and so is a one-way street for people on foot."""
    edge = (0, 1, {"minutes": 3.0, "highway": "residential"})
    for roads in (
        roads_of_graph(graph(edge, kind=nx.Graph)),
        roads_of_graph(graph(edge), mode="walk"),
    ):
        assert roads.is_open.tolist() == [[True, True]]
        assert roads.minutes.tolist() == [[3.0, 3.0]]
    assert roads_of_graph(graph(edge)).is_open.tolist() == [[True, False]]


def test_edges_that_the_mode_does_not_use_are_left_out():
    """Classes of OpenStreetMap for others, closed roads and loops without shape; others stay."""
    made = graph(
        (0, 1, {"highway": "footway"}), (1, 2, {"highway": "['steps', 'service']"}),
        (2, 3, {"highway": "arterial"}), (3, 0, {"highway": "primary", "access": "no"}), (0, 0, {}),
    )  # fmt: skip
    assert roads_of_graph(made).classes == ("service", "arterial")
    assert roads_of_graph(made, mode="walk").classes == ("footway", "service", "arterial")


def test_every_problem_at_once():
    """Nodes without coordinates and values that are no numbers are counted and shown."""
    made = graph((0, 1, {"length": "far"}), (1, 2, {"minutes": -1}), (2, 3, {"geometry": "LINE"}))
    made.add_node("lost", x=1.0)
    with pytest.raises(InputError) as found:
        roads_of_graph(made)
    text = str(found.value)
    assert "1 have none: 'lost'" in text
    assert "3 values on edges" in text
    for said in ("length of edge 0 to 1 is 'far'", "minutes of edge 1 to 2 is -1",
                 "geometry of edge 2 to 3"):  # fmt: skip
        assert said in text
    with pytest.raises(InputError, match="no edge that one may drive on"):
        roads_of_graph(graph((0, 1, {"highway": "path"})))


def test_coordinates_must_be_understood():
    """Degrees without a word on them are refused; a stated system is brought to metres."""
    made = nx.DiGraph()
    made.add_node(1, x=114.01, y=22.52)
    made.add_node(2, x=114.02, y=22.52)
    made.add_edge(1, 2)
    with pytest.raises(InputError, match=r'set graph.graph\["crs"\] = "EPSG:4326"'):
        roads_of_graph(made)
    made.graph["crs"] = "epsg:4326"
    roads = roads_of_graph(made)
    assert roads.crs == "EPSG:32650"
    assert roads.length_m[0, 0] == pytest.approx(1029, abs=2)
    assert roads_of_graph(made, crs="EPSG:32649").crs == "EPSG:32649"
    with pytest.raises(InputError, match="is geographic"):
        roads_of_graph(made, crs="EPSG:4326")
    made.graph["crs"] = "Mars"
    with pytest.raises(InputError, match="'Mars' is not known"):
        roads_of_graph(made)


@real
def test_shenzhen_futian_is_read_as_osmnx_wrote_it():
    """1,751 nodes and 4,009 edges, all attributes text; driven 2,856 of them, walked both ways."""
    driven, walked = read_roads(SHENZHEN), read_roads(SHENZHEN, mode="walk")
    assert (driven.n_nodes, driven.n_arcs) == (1751, 2856)
    assert walked.n_arcs == 2 * len(walked)
    assert driven.crs == "EPSG:32650"
    drawn = np.array([line.length for line in driven.lines])
    assert np.nanmin(driven.length_m, axis=1) == pytest.approx(drawn, rel=0.004, abs=0.1)
    assert driven.source["made_with"] == "OSMnx 1.2.2"
    assert driven.source["file"] == SHENZHEN.name


@real
@pytest.mark.filterwarnings("ignore::allocator.travel.road_report.RoadWarning")
def test_shenzhen_minutes_are_those_of_networkx():
    """From every 40th crossing to every 25th, along the real one-way streets, at 4.8 km/h."""
    made = nx.read_graphml(SHENZHEN)
    not_driven = ("footway", "path", "pedestrian", "steps", "cycleway", "corridor")
    oracle = nx.MultiDiGraph()
    for u, v, data in made.edges(data=True):
        classes = data["highway"].strip("[]").replace("'", "").split(", ")
        if set(classes) - set(not_driven) and data.get("access") not in ("no", "private"):
            oracle.add_edge(u, v, minutes=float(data["length"]) * 0.06 / 4.8)
    names = [name for name in made if name in oracle]
    cells, sites = names[::40], names[::25]
    roads = read_roads(SHENZHEN)
    place = {name: at for at, name in enumerate(made)}
    cell_xy_m, site_xy_m = (roads.xy_m[[place[name] for name in side]] for side in (cells, sites))
    times = road_network(
        roads, cell_xy_m, site_xy_m, max_minutes=30, direction="from site",
        speeds=RoadSpeeds.walking(), least_part_km=0, snap_limit_m=0.01,
    )  # fmt: skip
    expected = {}
    for j, site in enumerate(sites):
        away = nx.single_source_dijkstra_path_length(oracle, site, cutoff=30, weight="minutes")
        expected |= {(i, j): away[cell] for i, cell in enumerate(cells) if cell in away}
    pairs = zip(times.cell.tolist(), times.site.tolist(), strict=True)
    assert dict(zip(pairs, times.value, strict=True)) == pytest.approx(expected)
    assert len(expected) > 500
