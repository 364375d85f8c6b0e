"""Friction surfaces: where points lie, how long a step is, what is no surface."""

import numpy as np
import pytest
import rasterio
from pyproj import Geod
from rasterio.transform import Affine
from surface_builders import centres, surface

from allocator.errors import InputError
from allocator.travel.surface_raster import FrictionSurface, read_friction

TO = Affine(0.1, 0, 120, 0, -0.1, 61)


def test_a_step_in_degrees_is_measured_on_the_ellipsoid():
    """At 60 degrees north a tenth of a degree is half as wide as high; aslant lies between."""
    across, down, aslant = FrictionSurface(np.ones((20, 3)), TO, "EPSG:4326").steps_m
    geod = Geod(ellps="WGS84")
    assert across[10] == pytest.approx(geod.inv(120.05, 59.95, 120.15, 59.95)[2])
    assert down[10] == pytest.approx(geod.inv(120, 59.95, 120, 59.85)[2])
    assert across[10] / down[10] == pytest.approx(0.5, rel=0.01)
    assert aslant[10] == pytest.approx(np.hypot(across[10], down[10]), rel=0.01)
    assert across[0] < across[-1]


def test_web_mercator_metres_are_not_taken_at_their_word():
    """At 31 degrees north 1,000 m on the map are 857 m on the ground; a UTM zone's are taken."""
    north = 3_632_749.0
    mercator = FrictionSurface(np.ones((2, 2)), Affine(1000, 0, 13e6, 0, -1000, north), "EPSG:3857")
    assert mercator.steps_m[0] == pytest.approx(1000 * np.cos(np.radians(31)), rel=5e-3)
    utm = FrictionSurface(np.ones((2, 2)), Affine(30, 0, 5e5, 0, -40, 3e6), "EPSG:32651")
    assert [step[0] for step in utm.steps_m] == [30, 40, 50]


def test_where_points_lie():
    """Row by row; the western and northern edges belong to the raster, the others do not."""
    ground = surface(np.ones((3, 4)))
    assert ground.position_of(centres([(0, 0), (1, 2), (2, 3)])).tolist() == [0, 6, 11]
    edge = centres([(0, 0)]) + np.array([-50, 50])
    assert ground.position_of(edge).tolist() == [0]
    out = centres([(0, 4), (3, 0), (-1, 0), (0, -1)])
    assert ground.position_of(np.concatenate([out, [[np.inf, np.nan]]])).tolist() == [-1] * 5


def test_the_nearest_open_cell():
    """Nearest in metres, not in cells; what is open, outside or too far stays as it is."""
    pace = np.full((3, 5), np.nan)
    pace[0, 0], pace[2, 4] = 0.01, 0.01
    at = np.array([0, -1, 5, 6, 13, 2])
    assert surface(pace).off_barriers(at, 150).tolist() == [0, -1, 0, 0, 14, 2]
    assert surface(pace).off_barriers(at, 0).tolist() == at.tolist()
    sea = surface(np.full((2, 2), np.nan))
    assert sea.off_barriers(np.array([1]), 1e9).tolist() == [1]
    tall = FrictionSurface(
        np.array([[0.01, np.nan], [0.01, np.nan], [np.nan, np.nan]]),
        Affine(100, 0, 5e5, 0, -30, 3e6),
    )
    assert tall.off_barriers(np.array([4, 5]), 110).tolist() == [2, 2]


def test_what_is_no_surface():
    """A rotated raster, no raster, feet and unknown systems are refused."""
    with pytest.raises(InputError, match="2 problems"):
        FrictionSurface(np.ones(3), Affine.rotation(3))
    with pytest.raises(InputError, match="not in metres"):
        FrictionSurface(np.ones((2, 2)), TO, "EPSG:2263")
    with pytest.raises(InputError, match="not a known coordinate"):
        FrictionSurface(np.ones((2, 2)), TO, "EPSG:0")


def test_files(tmp_path):
    """Nodata is a barrier; a missing file, speeds, and points elsewhere are refused."""
    path = tmp_path / "speeds.tif"
    form = {"driver": "GTiff", "height": 2, "width": 3, "count": 1, "dtype": "float32",
            "crs": "EPSG:4326", "transform": TO, "nodata": -9999}  # fmt: skip
    with rasterio.open(path, "w", **form) as file:
        file.write(np.array([[5, 30, 60], [5, -9999, 60]], dtype=np.float32), 1)
    with pytest.raises(InputError, match="minutes per metre"):
        read_friction(path)
    with pytest.raises(InputError, match="no such file"):
        read_friction(tmp_path / "none.tif")
    with rasterio.open(path, "w", **form) as file:
        file.write(np.array([[0.1, 0.2, 0.3], [0.1, -9999, -1]], dtype=np.float32), 1)
    read = read_friction(path)
    assert np.isnan(read.pace).tolist() == [[False] * 3, [False, True, True]]
    assert (read.crs, read.source["file"]) == ("EPSG:4326", "speeds.tif")
    with pytest.raises(InputError, match="does not overlap"):
        read_friction(path, box=(10, 10, 11, 11), crs="EPSG:4326")
