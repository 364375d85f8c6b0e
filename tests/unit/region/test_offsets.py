"""Coordinates of Chinese web maps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from allocator.region.offsets import System, from_wgs84, gcj02_to_wgs84, to_wgs84, wgs84_to_gcj02

CITIES = {
    "Jiaxing": (120.75, 30.75, 486),
    "Hangzhou": (120.16, 30.27, 521),
    "Zhengzhou": (113.65, 34.76, 569),
    "Yulin": (109.73, 38.29, 492),
    "Beijing": (116.40, 39.90, 556),
}


def metres(lon: float, lat: float, lon2: float, lat2: float) -> float:
    return float(Geod(ellps="WGS84").inv(lon, lat, lon2, lat2)[2])


@pytest.mark.parametrize("city", CITIES)
def test_the_offset_has_the_size_measured_for_each_city(city: str) -> None:
    """GCJ-02 lies 486 to 569 m from WGS 84 in the five cities measured for the project."""
    lon, lat, expected_m = CITIES[city]
    moved = wgs84_to_gcj02(np.array([lon]), np.array([lat]))
    assert metres(lon, lat, moved[0][0], moved[1][0]) == pytest.approx(expected_m, abs=2)


@given(st.floats(73, 135.6), st.floats(3.5, 54), st.sampled_from(["gcj02", "bd09"]))
def test_there_and_back_is_the_same_place(lon: float, lat: float, system: System) -> None:
    """A round trip either way ends within a metre, from the Pamir to the Amur and the Nansha."""
    at = np.array([lon]), np.array([lat])
    for back in (
        to_wgs84(*from_wgs84(*at, system), system),
        from_wgs84(*to_wgs84(*at, system), system),
    ):
        assert metres(lon, lat, back[0][0], back[1][0]) < 1.0


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_the_round_trip_holds_all_over_china(system: System) -> None:
    """Ten million square kilometres in steps of a quarter degree: a millimetre at the worst."""
    lon, lat = (
        a.ravel() for a in np.meshgrid(np.arange(73, 135.6, 0.25), np.arange(3.5, 54, 0.25))
    )
    there = from_wgs84(lon, lat, system)
    moved_m = np.asarray(Geod(ellps="WGS84").inv(lon, lat, *there)[2])
    assert 10 < moved_m.min() < moved_m.max() < 2_500
    back_m = np.asarray(Geod(ellps="WGS84").inv(lon, lat, *to_wgs84(*there, system))[2])
    assert back_m.max() < 0.001


def test_places_outside_china_do_not_move() -> None:
    """The field is defined inside China only."""
    lon, lat = np.array([43.3, -82.3, 2.35]), np.array([-11.7, 29.6, 48.85])
    for moved in (wgs84_to_gcj02(lon, lat), gcj02_to_wgs84(lon, lat)):
        np.testing.assert_allclose(moved, (lon, lat))


def test_bd09_lies_farther_than_gcj02() -> None:
    """Baidu moves the place again, so more than a kilometre from WGS 84 in Jiaxing."""
    moved = from_wgs84(np.array([120.75]), np.array([30.75]), "bd09")
    assert 900 < metres(120.75, 30.75, moved[0][0], moved[1][0]) < 1_500
