"""Speeds: what a street states, else its class; factors for the hour and the surroundings."""

import numpy as np
import pytest
from road_builders import at, network

from allocator.errors import InputError
from allocator.travel.road_speeds import CLASS_KMH, RoadSpeeds, urban_streets

NAN = float("nan")
NODES = [(k, 0) for k in range(4)]
ROWS = [(0, 1, "<>"), (1, 2, ">"), (2, 3, "<>")]


def test_class_speeds_are_those_of_the_documented_table():
    """Free flow by class, and slip roads at half their road's speed."""
    known = {"motorway": 100, "trunk": 80, "primary": 60, "secondary": 50, "tertiary": 40,
             "residential": 30, "living_street": 10, "service": 20}  # fmt: skip
    assert {name: CLASS_KMH[name] for name in known} == known
    assert all(CLASS_KMH[f"{name}_link"] == CLASS_KMH[name] / 2 for name in list(known)[:5])


def test_minutes_then_stated_speed_then_class():
    """What a street states comes before its class; closed directions take for ever."""
    roads = network(
        NODES, ROWS, classes=("residential", "primary"), class_of=np.array([0, 1, 1]),
        kmh=[[20, NAN], [NAN, NAN], [40, 40]], minutes=[[NAN, NAN], [NAN, NAN], [7.5, NAN]],
    )  # fmt: skip
    assert RoadSpeeds().minutes(roads) == pytest.approx(np.array([[3, 2], [1, np.inf], [7.5, 1.5]]))
    ignored = RoadSpeeds(posted=False, kmh={"primary": 30}).minutes(roads)
    assert ignored == pytest.approx(np.array([[2, 2], [2, np.inf], [7.5, 2]]))


def test_factors_slow_speeds_but_not_measured_minutes():
    """Congestion counts everywhere; urban and rural factors where it is known which is which."""
    roads = network(NODES, ROWS, minutes=[[NAN, NAN], [NAN, NAN], [9, 9]])
    speeds = RoadSpeeds(congestion=0.5, urban=0.8, rural=0.9)
    assert speeds.minutes(roads)[:, 0] == pytest.approx([4, 4, 9])
    urban = np.array([True, False, True])
    assert speeds.minutes(roads, urban)[:, 0] == pytest.approx([4 / 0.8, 4 / 0.9, 9])


def test_walking_is_the_same_everywhere():
    """Neither limits nor minutes of cars count for people on foot."""
    roads = network(NODES, ROWS, classes=("footway",), kmh=[[50, 50]] * 3, minutes=[[1, 1]] * 3)
    walked = RoadSpeeds.walking(4.0)
    assert walked.minutes(roads, np.array([True, False, True]))[:, 0] == pytest.approx([15] * 3)
    assert walked.as_told(urban_known=False)["everywhere_kmh"] == 4.0


def test_streets_of_unknown_speed_are_listed_by_class():
    """Nobody guesses a speed: the error counts the classes and says what to give."""
    roads = network(NODES, ROWS, classes=("goat track",), class_of=np.array([0, 0, -1]))
    with pytest.raises(InputError, match=r"3 streets .* goat track \(2\), no class \(1\)"):
        RoadSpeeds().minutes(roads)
    given = RoadSpeeds(kmh={"goat track": 5, "no class": 10}).minutes(roads)
    assert given[:, 0] == pytest.approx([12, 12, 6])


def test_a_street_is_urban_where_the_nearest_cell_is():
    """Streets take the settlement of the cell nearest to their middle, if one is near."""
    roads = network([(0, 0), (1, 0), (2, 0), (9, 0)], ROWS)
    cells = at((0.5, 0.1), (1.5, 0.1))
    assert urban_streets(roads, cells, np.array([True, False])).tolist() == [True, False, False]
    assert urban_streets(roads, cells, np.array([False, True])).tolist() == [False, True, False]


def test_every_problem_at_once():
    """Speeds must be positive and factors at most 1."""
    with pytest.raises(InputError) as found:
        RoadSpeeds(kmh={"a": 0, "b": NAN}, congestion=0, urban=1.2, rural=NAN, everywhere_kmh=-1)
    assert len(found.value.problems) == 6
