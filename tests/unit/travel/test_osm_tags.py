"""What OpenStreetMap tags say of use, direction and speed."""

import math

import pytest

from allocator.travel.osm_tags import directions, may_use, posted_kmh, speed_in_words


@pytest.mark.parametrize(
    ("tags", "driven", "walked"),
    [
        ({"highway": "residential"}, True, True),
        ({"highway": "motorway"}, True, False),
        ({"highway": "motorway_link", "foot": "yes"}, True, True),
        ({"highway": "trunk", "motorroad": "yes"}, True, False),
        ({"highway": "footway"}, False, True),
        ({"highway": "steps", "foot": "no"}, False, False),
        ({"highway": "proposed"}, False, False),
        ({"highway": "service", "access": "private"}, False, False),
        ({"highway": "service", "access": "private", "foot": "yes"}, False, True),
        ({"highway": "service", "access": "no", "motor_vehicle": "yes"}, True, False),
        ({"highway": "residential", "motor_vehicle": "no"}, False, True),
        ({"highway": "residential", "vehicle": "no", "motorcar": "destination"}, True, True),
        ({"highway": "residential", "area": "yes"}, False, False),
    ],
)
def test_who_may_use_a_way(tags, driven, walked):
    """The most specific word on access decides."""
    assert may_use(tags, "drive", restricted=False) is driven
    assert may_use(tags, "walk", restricted=False) is walked


def test_restricted_roads_on_request():
    """Ambulances may use what is closed to the public, but not what is no road."""
    assert may_use({"highway": "service", "access": "private"}, "drive", restricted=True)
    assert not may_use({"highway": "footway", "access": "no"}, "drive", restricted=True)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "1"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "reverse"}, (False, True)),
        ({"oneway": "no"}, (True, True)),
        ({"oneway": "reversible"}, (True, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "roundabout", "oneway": "-1"}, (False, True)),
        ({"junction": "circular", "oneway": "no"}, (True, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
        ({"highway": "motorway_link"}, (True, True)),
        ({"oneway": "yes", "oneway:motor_vehicle": "no"}, (True, True)),
    ],
)
def test_directions(tags, expected):
    """One-way as said; roundabouts and motorways are one-way unless they say no."""
    assert directions(tags, "drive") == expected
    assert directions(tags, "walk") == (True, True)


@pytest.mark.parametrize(
    ("text", "kmh"),
    [("50", 50), ("30 mph", 48.28032), ("5 knots", 9.26), ("40 km/h", 40), ("60;40", 40),
     ("50|30", 30), (" 80 ", 80)],
)  # fmt: skip
def test_limits_in_numbers(text, kmh):
    """Units are understood, and of several limits the lowest counts."""
    assert speed_in_words(text) == pytest.approx(kmh)


@pytest.mark.parametrize("text", ["", "none", "walk", "RU:urban", "0", "signals", "-5"])
def test_limits_without_a_number_are_unknown(text):
    """Nobody guesses."""
    assert math.isnan(speed_in_words(text))


def test_limits_by_direction():
    """A limit of one direction comes before that of both."""
    assert posted_kmh({"maxspeed": "50", "maxspeed:backward": "30"}) == (50, 30)
