"""The metric CRS of a region, checked for what it is used for."""

import numpy as np
import pytest
from pyproj import Geod

from allocator.region.coordinates import (
    areal_scale,
    box_in_degrees,
    geodesic_cell_areas_km2,
    local_metric_crs,
    metric_problem,
    project,
    scale_check,
    short_name,
)

JIAXING = (120.3, 30.3, 121.3, 31.0)


@pytest.mark.parametrize(
    ("box", "crs"),
    [
        (JIAXING, "EPSG:32651"),
        ((107.3, 36.9, 111.2, 39.6), "EPSG:32649"),  # Yulin
        ((43.2, -12.5, 44.6, -11.3), "EPSG:32738"),  # Comoros
        ((-82.7, 29.4, -82.0, 30.0), "EPSG:32617"),  # Alachua
        ((-180, 1, -179.9, 2), "EPSG:32601"),
        ((179.9, 1, 180, 2), "EPSG:32660"),
    ],
)
def test_the_local_crs_is_the_utm_zone_of_the_middle(box: tuple[float, ...], crs: str) -> None:
    """Zones and hemispheres of known places."""
    west, south, east, north = box
    assert local_metric_crs((west, south, east, north)) == crs


@pytest.mark.parametrize("crs", ["EPSG:32651", "EPSG:4549", "EPSG:26917", "ESRI:102025"])
def test_local_projections_in_metres_are_fit_for_distances(crs: str) -> None:
    """UTM, Gauss-Kruger and a regional Albers are accepted."""
    assert metric_problem(crs) == ""


@pytest.mark.parametrize(
    ("crs", "words"),
    [
        ("EPSG:4326", "geographic"),
        ("EPSG:4490", "geographic"),
        ("EPSG:3857", "Web Mercator"),
        ("ESRI:102100", "Web Mercator"),
        ("EPSG:2239", "not in metres"),
        ("EPSG:4978", "not a projected"),
        ("nonsense", "not a known"),
    ],
)
def test_what_would_measure_wrongly_is_refused(crs: str, words: str) -> None:
    """Degrees, Web Mercator, feet and geocentric coordinates are refused with a reason."""
    assert words in metric_problem(crs)


def test_the_scale_error_of_a_neighbouring_zone_is_noted_and_of_a_far_one_refused() -> None:
    """Jiaxing: its own zone is silent, zone 50 is noted (0.12 %), zone 48 refused."""
    assert scale_check("EPSG:32651", JIAXING).note == ""
    assert scale_check("EPSG:4549", JIAXING).problem == ""
    near = scale_check("EPSG:32650", JIAXING)
    assert not near.problem
    assert "EPSG:32651 would be truer" in near.note
    assert "use EPSG:32651" in scale_check("EPSG:32648", JIAXING).problem
    assert "use EPSG:32651" in scale_check("ESRI:54009", JIAXING).problem


def test_a_region_wider_than_a_zone_is_noted() -> None:
    """A region of many degrees cannot be true everywhere: a note, never an error."""
    check = scale_check("EPSG:32651", (115.0, 30.0, 131.0, 31.0))
    assert not check.problem
    assert "wide for one zone" in check.note


def test_cell_areas_are_those_of_the_ellipsoid() -> None:
    """The closed form agrees with geodesic polygons, and with 7,372 m2 for 3 seconds at 30.75 N."""
    south = np.array([-60.0, -12.0, 0.0, 30.75, 80.0])
    side = 0.25
    areas = geodesic_cell_areas_km2(south, south + side, side)
    for bottom, area in zip(south, areas, strict=True):
        steps = np.linspace(0, side, 200)
        lon = np.concatenate([steps, steps[::-1]])
        lat = np.concatenate([np.full(200, bottom), np.full(200, bottom + side)])
        expected = abs(Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)[0]) / 1e6
        assert area == pytest.approx(expected, rel=1e-5)
    three_seconds = geodesic_cell_areas_km2(
        np.array([30.75]), np.array([30.75 + 3 / 3600]), 3 / 3600
    )
    assert three_seconds[0] * 1e6 == pytest.approx(7372, abs=2)


def test_web_mercator_cells_shrink_to_their_true_area() -> None:
    """At 31 N a Web Mercator square holds only three quarters of its map area."""
    x, y = project(np.array([120.8]), np.array([30.75]), "EPSG:4326", "EPSG:3857")
    assert areal_scale(x, y, "EPSG:3857")[0] == pytest.approx(1.164**2, rel=5e-3)


def test_boxes_and_names_survive_projection() -> None:
    """A box goes to degrees as west, south, east, north; codes are named."""
    west, south, east, north = box_in_degrees(
        (300_000, 3_400_000, 304_000, 3_402_000), "EPSG:32651"
    )
    assert 120.8 < west < east < 121.0
    assert 30.6 < south < north < 30.8
    assert short_name("EPSG:4549") == "EPSG:4549"
