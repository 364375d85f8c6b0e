"""The table [travel] of a scenario."""

import pytest

from allocator.errors import InputError
from allocator.files.travel_keys import travel_of
from allocator.travel.means import AlongRoads, ByTable, OverSurface


@pytest.fixture
def folder(tmp_path):
    for name in ("roads.osm.pbf", "walk.tif", "times.csv"):
        (tmp_path / name).write_bytes(b"")
    return tmp_path


def test_each_source_with_its_options(folder):
    """What is stated is taken; what is not keeps its default."""
    travel = travel_of(
        {
            "km_along": "drive",
            "drive": {
                "roads": "roads.osm.pbf", "congestion": 0.8, "kmh": {"residential": 25.0},
                "fields": {"speed": "SPEED", "speed_unit": "mph"},
            },
            "walk": {"friction": "walk.tif", "rural_by": "drive"},
            "ambulance": {"table": "times.csv", "missing": [9999], "unit": "seconds"},
        },
        folder,
    )  # fmt: skip
    assert isinstance(travel.drive, AlongRoads)
    assert (travel.drive.speeds.congestion, travel.drive.speeds.urban) == (0.8, 0.7)
    assert travel.drive.fields.speed_unit == "mph"
    assert isinstance(travel.walk, OverSurface)
    assert isinstance(travel.ambulance, ByTable)
    assert travel.ambulance.unit == "seconds"
    assert dict(travel.rural_by) == {"walk": "drive"}


def test_straight_in_town_and_by_another_mode_in_the_country():
    """A table with nothing but rural_by names no source."""
    travel = travel_of({"walk": {"rural_by": "drive"}}, None)
    assert travel.walk is None
    assert dict(travel.rural_by) == {"walk": "drive"}


def test_every_problem_is_told(folder):
    """Keys, sources, values and files, each with its path."""
    with pytest.raises(InputError) as caught:
        travel_of(
            {
                "drve": {}, "km_along": "walk",
                "drive": {"roads": "roads.osm.pbf", "friction": "walk.tif"},
                "walk": {"friction": "nowhere.tif", "snap_limit": 5},
                "ambulance": {"roads": "lost.osm.pbf", "congestion": 2.0, "rural_by": "fly"},
            },
            folder,
        )  # fmt: skip
    text = str(caught.value)
    for said in (
        "unknown key 'drve'; did you mean 'drive'?",
        "drive: name one of roads, friction or table, got roads and friction",
        "walk: unknown key 'snap_limit'; did you mean 'snap_limit_m'?",
        "walk.friction: there is no file",
        "ambulance.roads: there is no file",
        "ambulance.congestion",
        "ambulance.rural_by",
    ):
        assert said in text, text
