"""Junctions of a network: crossings by how many streets meet, and of which class."""

import numpy as np
import pytest
from road_builders import DATA, network

from allocator.errors import InputError
from allocator.travel.junctions import junctions
from allocator.travel.road_files import read_roads

NODES = [(0, 0), (1, 0), (2, 0), (1, 1), (1, -1), (3, 0)]
STREETS = [(0, 1, "<>"), (1, 2, ">"), (1, 3, "<>"), (1, 4, "<"), (2, 5, "<>")]


def test_only_nodes_where_streets_meet_are_junctions():
    """Four streets end at the crossing; bends and dead ends are no junctions."""
    roads = network(NODES, STREETS, crs="EPSG:32632")
    found = junctions(roads)
    assert found["id"].tolist() == ["j1"]
    assert found["streets"].tolist() == [4]
    assert found[["x_m", "y_m"]].to_numpy().tolist() == roads.xy_m[[1]].tolist()
    assert found.crs.to_epsg() == 32632
    assert junctions(roads, streets=2)["id"].tolist() == ["j1", "j2"]
    assert len(junctions(roads, streets=5)) == 0
    assert len(junctions(roads, streets=1)) == 6


def test_a_loop_counts_twice():
    """A street back to its own node leaves that node twice."""
    roads = network([(0, 0), (1, 0)], [(0, 1, "<>"), (0, 0, "<>")])
    assert junctions(roads)["streets"].tolist() == [3]


def test_classes_choose_the_roads_that_touch():
    """Only junctions on a main road; unknown classes are told."""
    roads = network(
        [*NODES, (3, 1), (3, -1)], [*STREETS, (5, 6, "<>"), (5, 7, "<>")],
        classes=("primary", "track"), class_of=np.array([0, 1, 1, 1, 1, 1, 1]),
    )  # fmt: skip
    assert junctions(roads)["id"].tolist() == ["j1", "j5"]
    assert junctions(roads, classes=["primary"])["id"].tolist() == ["j1"]
    with pytest.raises(InputError, match=r"(?s)streets: must be >= 1.*'lane' do not occur; there"):
        junctions(roads, streets=0, classes=["lane"])


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")
def test_junctions_of_porto_alegre():
    """Every junction lies on the roads' own nodes and joins at least three streets."""
    roads = read_roads(DATA / "porto_alegre" / "poa_osm.pbf", crs="EPSG:32722")
    found = junctions(roads, classes=["primary"])
    assert 100 < len(found) < len(junctions(roads)) < roads.n_nodes
    assert (found["streets"] >= 3).all()
    node = found["id"].str[1:].astype(int).to_numpy()
    assert (roads.xy_m[node] == found[["x_m", "y_m"]].to_numpy()).all()
