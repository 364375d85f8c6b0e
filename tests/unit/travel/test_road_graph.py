"""RoadNetwork: its parts, and every problem of its arrays at once."""

import numpy as np
import pytest
from road_builders import network

from allocator.errors import InputError
from allocator.travel.road_graph import RoadNetwork

NAN = float("nan")


def test_parts_are_what_no_street_connects():
    """A one-way street connects, but nobody returns through it."""
    roads = network([(0, 0), (1, 0), (3, 0), (9, 0), (9, 4)], [(0, 1, "<>"), (1, 2, ">"),
                                                               (3, 4, "<")])  # fmt: skip
    part, km = roads.parts
    assert part[0] == part[1] == part[2] != part[3] == part[4]
    assert km[part[[0, 3]]] == pytest.approx([3, 4])
    part, km = roads.round_trips
    assert part[0] == part[1]
    assert len(set(part[1:].tolist())) == 4
    assert km[part[[0, 2, 3]]] == pytest.approx([1, 0, 0])


def test_three_hundred_parallel_streets_connect():
    """Counting streets between two nodes overflows nothing."""
    roads = network([(0, 0), (1, 0)], [(0, 1, "<>")] * 300)
    assert len(roads.parts[1]) == len(roads.round_trips[1]) == 1
    assert roads.n_arcs == 600


def test_every_problem_at_once():
    """Positions, values and paths that cannot be are all listed."""
    bad = np.array([[1.0, NAN], [NAN, NAN], [-2.0, 1.0]])
    with pytest.raises(InputError) as found:
        RoadNetwork(
            xy_m=np.array([[0.0, NAN], [1, 1]]), tail=np.array([0, 1, 9]), head=np.array([1, 0, 0]),
            length_m=bad, minutes=np.array([[NAN, NAN], [np.inf, 1], [1, 1]]),
            kmh=np.array([[0.0, NAN]] * 3), class_of=np.array([0, -1, 0]), classes=("a",),
            path_xy_m=np.zeros((4, 2)), path_start=np.array([0, 1, 2, 4]),
        )  # fmt: skip
    text = str(found.value)
    for said in (
        "node 0 lies at", "tail must name what is there, got 0..9 of 2",
        "1 streets are open in no direction, first: 1", "length_m must be >= 0",
        "minutes must be >= 0", "kmh must be > 0", "street 0 runs through fewer than two points",
    ):  # fmt: skip
        assert said in text
    assert "class_of" not in text


def test_shapes_are_checked_first():
    """Arrays of the wrong shape are named before anything is looked up in them."""
    with pytest.raises(InputError, match=r"length_m must have shape \(1, 2\)"):
        RoadNetwork(np.zeros((2, 2)), np.array([0]), np.array([1]), np.zeros(1), np.zeros((1, 2)),
                    np.ones((1, 2)), np.array([-1]))  # fmt: skip
    empty = np.empty((0, 2))
    with pytest.raises(InputError, match="there are no streets"):
        RoadNetwork(np.zeros((2, 2)), np.empty(0, int), np.empty(0, int), empty, empty, empty,
                    np.empty(0, int))  # fmt: skip


@pytest.mark.parametrize(
    ("start", "path", "said"),
    [
        (None, np.zeros((2, 2)), "belong together"),
        (np.array([0, 3]), np.zeros((2, 2)), "must run from 0 to 2"),
        (np.array([0, 2]), np.full((2, 2), NAN), "path_xy_m must be finite"),
    ],
)
def test_paths_fit_the_streets(start, path, said):
    """Paths need a start per street and finite points."""
    with pytest.raises(InputError, match=said):
        network([(0, 0), (1, 0)], [(0, 1, "<>")], path_xy_m=path, path_start=start)
