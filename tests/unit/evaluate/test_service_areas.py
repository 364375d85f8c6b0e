"""Service areas: reached cells only, disjoint, valid, areas and people those of the cells."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from rasterio.transform import Affine
from road_builders import at
from surface_builders import centres, random_pace, surface

from allocator.errors import InputError
from allocator.evaluate.service_areas import service_areas, service_areas_on_surface
from allocator.travel.distance import straight_line
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.surface import friction, friction_nearest
from allocator.travel.surface_raster import FrictionSurface
from allocator.travel.times import TravelTimes


def columns(minutes, people, *, xy_m, **more):
    """One site, minutes per cell; NaN where it is not reached."""
    minutes = np.array(minutes, dtype=float)
    cell = np.flatnonzero(np.isfinite(minutes))
    demand = Demand(np.array(people, dtype=float), xy_m=xy_m, crs="EPSG:32738")
    given = {"n_cells": len(minutes), "n_sites": 1, "limit": 30.0, "demand": demand, **more}
    return TravelTimes(cell=cell, site=0 * cell, value=minutes[cell], **given)


ROW = at(*[(k, 0) for k in range(6)])


def rows(areas):
    """Without the shapes."""
    return [tuple(row) for row in areas.drop(columns="geometry").itertuples(index=False)]


def test_bands_by_hand():
    """Ends belong to the nearer band; who is farther or not reached is in no area."""
    times = columns([0, 5, 5.01, 10, 20, np.nan], [1, 2, 4, 8, 16, 32], xy_m=ROW)
    areas = service_areas(times, bands=(5, 10), side_m=1000)
    assert list(areas) == ["from_minutes", "to_minutes", "cells", "people", "km2", "geometry"]
    assert rows(areas) == [(0, 5, 2, 3, 2), (5, 10, 2, 12, 2)]
    x, y = ROW[0] - 500
    assert areas.geometry[0].equals(shapely.box(x, y, x + 2000, y + 1000))
    assert areas.crs == "EPSG:32738"
    assert (areas.geom_type == "MultiPolygon").all()


def test_by_site():
    """The nearest open site, the first of equally near ones; names where there are any."""
    sites = SiteSet(["west", "east"], xy_m=at((0, 0), (4, 0)))
    times = straight_line(
        Demand(np.arange(1.0, 7), xy_m=ROW), sites, max_minutes=30, speed_kmh=60, detour=1
    )
    areas = service_areas(times, bands=(1, 3), side_m=1000, by_site=True)
    assert rows(areas) == [
        ("west", 0, 1, 2, 3, 2), ("west", 1, 3, 1, 3, 1), ("east", 0, 1, 3, 15, 3),
    ]  # fmt: skip
    alone = service_areas(times, bands=(2,), side_m=1000, by_site=True, open_sites=[1])
    assert rows(alone) == [("east", 0, 2, 4, 18, 4)]


def test_nobody_is_reached():
    """An empty table with the same columns."""
    areas = service_areas(columns([np.nan, 20], [1, 1], xy_m=ROW[:2]), bands=(5,), side_m=1000)
    assert len(areas) == 0
    assert list(areas)[-2:] == ["km2", "geometry"]


@st.composite
def maps(draw):
    """Cells on a small grid, most of them there, minutes of which many are on an edge."""
    there = draw(st.lists(st.booleans(), min_size=25, max_size=25).filter(lambda t: sum(t) > 1))
    row, column = np.nonzero(np.array(there).reshape(5, 5))
    minute = st.sampled_from([0.0, 5.0, 5.5, 10.0, 11.0, float("nan")])
    minutes = draw(st.lists(minute, min_size=len(row), max_size=len(row)))
    xy_m = at(*zip(column / 10 + 0.033, row / 10 - 0.017, strict=True))
    return columns(minutes, np.arange(len(row)) + 1.0, xy_m=xy_m)


@given(times=maps(), how=st.sampled_from(["side", "cells", "neither"]))
def test_areas_are_their_cells(times, how):
    """Valid, apart, as large as their cells; each reached centre in its own band's area."""
    xy_m = times.demand.xy_m
    options = {
        "side": {"side_m": 100},
        "cells": {"cells": shapely.box(*(xy_m - 50).T, *(xy_m + 50).T)},
        "neither": {},
    }[how]
    areas = service_areas(times, bands=(5, 10), **options)
    assert areas.is_valid.all()
    assert areas.area.to_numpy() / 1e6 == pytest.approx(areas["km2"].to_numpy(), rel=1e-9)
    if len(areas) == 2:
        assert areas.geometry[0].intersection(areas.geometry[1]).area < 1e-3
    band = {5.0: 5.0, 0.0: 5.0, 5.5: 10.0, 10.0: 10.0}
    for cell, minutes in zip(times.cell, times.value, strict=True):
        inside = areas[areas.contains(shapely.Point(xy_m[cell]))]["to_minutes"].tolist()
        assert inside == ([band[minutes]] if minutes in band else [])
    reached = times.cell[times.value <= 10]
    assert areas["people"].sum() == times.demand.people[reached].sum()
    assert areas["cells"].sum() == len(reached)


def test_what_is_refused():
    """Bands that were not searched, two sorts of shapes at once, centres that nobody knows."""
    times = columns([0, 5], [1, 1], xy_m=ROW[:2])
    with pytest.raises(InputError, match="only looked for up to 30"):
        service_areas(times, bands=(15, 45), side_m=1000)
    with pytest.raises(InputError, match="not both"):
        service_areas(times, side_m=1000, cells=[1, 2])
    with pytest.raises(InputError, match="no coordinates; give cells"):
        service_areas(columns([0, 5], [1, 1], xy_m=None), side_m=1000)


def test_system_of_given_cells_is_kept():
    """Shapes may be in another metric system than the points."""
    cells = gpd.GeoSeries(shapely.box(*(ROW - 500).T, *(ROW + 500).T), crs="EPSG:32739")
    times = columns([0.0] * 6, [1] * 6, xy_m=ROW)
    assert service_areas(times, bands=(5,), cells=cells).crs == "EPSG:32739"


@pytest.mark.filterwarnings("ignore::allocator.travel.surface_report.SurfaceWarning")
def test_a_surface_says_the_same_as_its_pairs():
    """A map of minutes and travel times to the middles of the same raster cells agree."""
    pace = random_pace(np.random.default_rng(5), (20, 25))
    every = np.argwhere(np.isfinite(pace))
    ground, people = surface(pace, crs="EPSG:32738"), np.arange(len(every)) + 1.0
    sites = SiteSet(["a", "b", "c"], xy_m=centres(every[[10, 100, 200]]), crs="EPSG:32738")
    demand = Demand(people, xy_m=centres(every), crs="EPSG:32738")
    nearest = friction_nearest(ground, sites, max_minutes=40)
    areas = service_areas_on_surface(
        nearest, bands=(2, 5, 10), by_site=True, sites=sites, demand=demand
    )
    pairs = friction(ground, demand, sites, max_minutes=40)
    expected = service_areas(pairs, bands=(2, 5, 10), by_site=True, side_m=100)
    assert rows(areas) == [pytest.approx(row) for row in rows(expected)]
    assert len(areas) > 5
    assert areas.geometry.normalize().geom_equals(expected.geometry.normalize()).all()
    assert "people" not in service_areas_on_surface(nearest, bands=(5,))
    with pytest.raises(InputError, match="only looked for up to 40"):
        service_areas_on_surface(nearest, bands=(50,))
    with pytest.raises(InputError, match="no coordinates"):
        service_areas_on_surface(nearest, bands=(5,), demand=Demand(people))


def test_a_surface_in_degrees_is_measured_on_the_ellipsoid():
    """People come in their own system; areas are those of the cells on the ground."""
    ground = FrictionSurface(
        np.full((6, 4), 0.0125), Affine(0.01, 0, 43.0, 0, -0.01, -11.5), "EPSG:4326"
    )
    site = SiteSet(["a"], xy_m=np.array([[43.025, -11.515]]), crs="EPSG:4326")
    demand = Demand(np.array([7.0, 9.0]), xy_m=np.array([[43.025, -11.515], [50, 0]]),
                    crs="EPSG:4326")  # fmt: skip
    nearest = friction_nearest(ground, site, max_minutes=60)
    areas = service_areas_on_surface(nearest, bands=(10, 60), demand=demand)
    assert areas["people"].tolist() == [7, 0]
    true = [abs(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) / 1e6
            for shape in areas.geometry]  # fmt: skip
    assert areas["km2"].tolist() == pytest.approx(true, rel=1e-4)  # parallels are no geodesics
    assert areas["cells"][0] == 1
