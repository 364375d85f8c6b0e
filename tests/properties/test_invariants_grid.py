"""Invariants 5, 7, 8 and 29 of the domain reference, on the ground: metres, places and people.

The models' own side of 5, 7 and 8 stands in test_invariants_location; here the coordinates move.
"""

import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator import (
    Demand,
    SiteSet,
    lscp,
    mclp,
    p_center,
    p_median,
    straight_line,
    straight_line_cover,
    straight_line_km,
)
from allocator.lp.status import Status
from allocator.region.raster import read_raster_grid
from allocator.region.raster_blocks import parts_of
from allocator.region.resampling import resample_counts
from allocator.region.units import GROUPS, Units
from allocator.region.zones import zonal_totals

some = settings(max_examples=max(3, settings().max_examples // 2))
METRES = np.array([500_000.0, 3_400_000.0])
OFF_THE_LATTICE = 1.0123
FAR_MINUTES = 10_000.0


# ------------------------------------------------------------------------------- 5, 7, 8
@st.composite
def maps(draw):
    """Cells and sites on a lattice of 250 m, and people."""
    place = st.tuples(st.integers(0, 12), st.integers(0, 12))
    cells = draw(st.lists(place, min_size=2, max_size=7, unique=True))
    sites = draw(st.lists(place, min_size=2, max_size=5, unique=True))
    who = st.lists(st.integers(1, 50), min_size=len(cells), max_size=len(cells))
    at = [METRES + 250.0 * np.array(places) for places in (cells, sites)]
    return at[0], at[1], np.array(draw(who), dtype=float)


def sides(cells, sites, people):
    """Both ends as a planner gives them."""
    names = [f"s{j}" for j in range(len(sites))]
    return Demand(people, xy_m=cells), SiteSet(names, xy_m=sites)


def best(siting):
    assert siting.status is Status.OPTIMAL
    assert siting.verify() == []
    return siting.objective


def optima(cells, sites, people, *, p, scale=1.0):
    """Every model on straight lines; lengths are ``scale`` times what they were."""
    ends = sides(cells, sites, people)
    km = straight_line_km(*ends, max_km=50 * scale)
    minutes = straight_line(
        *ends, speed_kmh=30 * scale, detour=1.3, max_minutes=100, intra_cell_km=0.1 * scale
    )
    reach, discs = (
        km.within(OFF_THE_LATTICE * scale),
        straight_line_cover(*ends, radius_km=OFF_THE_LATTICE * scale),
    )
    return {
        "p-median, km": best(p_median(km, p=p)),
        "p-center, km": best(p_center(km, p=p)),
        "p-median, minutes": best(p_median(minutes, p=p)),
        "MCLP": best(mclp(reach, p=p)),
        "MCLP, merged rows": best(mclp(discs, p=p)),
        "LSCP": best(lscp(reach, skip_unreachable=True)),
    }


@some
@given(maps(), st.integers(1, 2))
def test_05_a_map_in_metres_for_one_in_kilometres(drawn, p):
    """Everything a thousand times as long: medians and centres are, covers and minutes are not."""
    cells, sites, people = drawn
    before = optima(cells, sites, people, p=p)
    after = optima(1000 * cells, 1000 * sites, people, p=p, scale=1000.0)
    for model, value in before.items():
        factor = 1000 if model.endswith("km") else 1
        assert after[model] == pytest.approx(factor * value, rel=1e-6, abs=1e-6), model


@some
@given(maps(), st.integers(1, 2), st.sampled_from([0.0, 0.3, 1.0]))
def test_07_one_cell_as_two_in_the_same_place(drawn, p, share):
    """A cell cut in two co-located ones changes no optimum."""
    cells, sites, people = drawn
    halves = np.append(people, people[0] * share)
    halves[0] *= 1 - share
    before = optima(cells, sites, people, p=p)
    after = optima(np.append(cells, cells[:1], axis=0), sites, halves, p=p)
    assert after == pytest.approx(before, rel=1e-6, abs=1e-6)


@some
@given(maps(), st.integers(1, 2), st.floats(0, 6.28), st.integers(-400, 400), st.booleans())
def test_08_the_map_turned_moved_and_mirrored(drawn, p, angle, km, mirrored):
    """A rigid motion changes no arc and no optimum."""
    cells, sites, people = drawn
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn[0] *= -1 if mirrored else 1

    def moved(xy_m):
        return (xy_m - METRES) @ turn + METRES + 1000.0 * km

    before = straight_line(cells, sites, speed_kmh=30, max_minutes=FAR_MINUTES)
    after = straight_line(moved(cells), moved(sites), speed_kmh=30, max_minutes=FAR_MINUTES)
    assert after.cell.tolist() == before.cell.tolist()
    assert after.site.tolist() == before.site.tolist()
    assert after.value == pytest.approx(before.value, rel=1e-6, abs=1e-6)
    assert optima(moved(cells), moved(sites), people, p=p) == pytest.approx(
        optima(cells, sites, people, p=p), rel=1e-6, abs=1e-6
    )


# ------------------------------------------------------------------------------- 29
@st.composite
def rasters(draw):
    """Counts on cells of degrees, in China or in Africa, with holes; tiles or strips."""
    rows, columns = draw(st.integers(8, 40)), draw(st.integers(8, 40))
    seed = draw(st.integers(0, 2**20))
    rng = np.random.default_rng(seed)
    people = rng.gamma(0.4, 50, (rows, columns)).astype(np.float32)
    hole = draw(st.sampled_from([np.nan, -99999.0, -3.0]))
    people[rng.random((rows, columns)) < draw(st.sampled_from([0.0, 0.3, 0.9]))] = hole
    place = draw(st.sampled_from([(120.5, 31.0, "EPSG:32651"), (43.3, -11.5, "EPSG:32738")]))
    side = draw(st.sampled_from([3 / 3600, 30 / 3600]))
    form = draw(st.sampled_from([{}, {"tiled": True, "blockxsize": 16, "blockysize": 16}]))
    return people, place, side, form


def written(folder, case):
    """The raster as a file; its people, its outline in degrees and its metric system."""
    people, (west, north, crs), side, form = case
    path = Path(folder) / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=people.shape[0], width=people.shape[1], count=1,
        dtype="float32", crs="EPSG:4326", nodata=-99999.0,
        transform=rasterio.Affine(side, 0, west, 0, -side, north), **form,
    ) as target:  # fmt: skip
        target.write(people, 1)
    total = float(people[np.isfinite(people) & (people > 0)].astype(float).sum())
    east, south = west + people.shape[1] * side, north - people.shape[0] * side
    return path, total, shapely.box(west, south, east, north), crs


def units_of(shapes, crs="EPSG:4326"):
    names = [f"u{k}" for k in range(len(shapes))]
    table = gpd.GeoDataFrame(
        {"name": ["all", *names], "level": ["city", *["district"] * len(names)],
         "parent": ["", *["all"] * len(names)],
         **dict.fromkeys(GROUPS, np.nan)},
        index=["all", *names], geometry=[None, *shapes], crs=crs,
    )  # fmt: skip
    return Units(table, tuple(names))


@some
@given(rasters(), st.sampled_from([0.6, 1.0, 2.7, 9.0]), st.booleans(), st.integers(1, 3))
def test_29_reprojection_and_aggregation_keep_the_total(case, cells, albers, times):
    """Finer, as fine or coarser; UTM or Albers; once or again and again: nobody is lost."""
    with tempfile.TemporaryDirectory() as folder:
        path, total, _, crs = written(folder, case)
        out = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105" if albers else crs
        for turn in range(times):
            coarse = Path(folder) / f"coarse{turn}.tif"
            before, after = resample_counts(
                path, coarse, cell_m=cells * (turn + 1) * case[2] * 1e5, crs=out
            )
            assert after == pytest.approx(before, rel=1e-9)
            path = coarse
        assert after == pytest.approx(total, rel=1e-5, abs=1e-9)
        with rasterio.open(path) as source:
            assert float(source.read(1).astype(float).sum()) == pytest.approx(total, rel=1e-5)


@some
@given(rasters(), st.integers(2, 9), st.integers(0, 2**20))
def test_29_zones_of_a_partition_add_up_to_the_total(case, parts, seed):
    """Voronoi zones that share the raster among them; their cells by centre add up as well.

    Covered parts are single precision.
    """
    with tempfile.TemporaryDirectory() as folder:
        path, total, whole, crs = written(folder, case)
        west, south, east, north = whole.bounds
        seeds = np.random.default_rng(seed).uniform((west, south), (east, north), (parts, 2))
        zones = shapely.get_parts(
            shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=whole)
        )
        units = units_of([zone.intersection(whole) for zone in zones])
        sums = zonal_totals(path, units)
        assert len(sums) == parts
        assert sums.sum() == pytest.approx(total, rel=1e-6, abs=1e-9)
        if total > 0:
            grid = read_raster_grid(path, kind="count", units=units, crs=crs)
            assert grid.people.sum() == pytest.approx(total, rel=1e-9)
            assert (grid.table["unit"] != "").all()


@some
@given(rasters(), st.integers(0, 2**20), st.floats(0.05, 0.6))
def test_29_what_is_clipped_and_the_rest_are_the_whole(case, seed, size):
    """A ragged piece and what it leaves: together everybody, by covered parts."""
    with tempfile.TemporaryDirectory() as folder:
        path, total, whole, _ = written(folder, case)
        west, south, east, north = whole.bounds
        rng = np.random.default_rng(seed)
        around = rng.uniform(0.3, 1.0, 12) * size * (east - west)
        angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        middle = rng.uniform((west, south), (east, north))
        corners = middle + np.stack([around * np.cos(angle), around * np.sin(angle)], axis=1)
        piece = shapely.make_valid(shapely.Polygon(corners))
        both = units_of([piece.intersection(whole), whole.difference(piece)])
        assert zonal_totals(path, both).sum() == pytest.approx(total, rel=1e-6, abs=1e-9)


@given(rasters(), st.integers(1, 500))
def test_29_parts_of_a_file_are_the_file(case, at_once):
    """Whatever the size of the parts and the form of the file, each cell is read once."""
    with tempfile.TemporaryDirectory() as folder:
        path, total, *_ = written(folder, case)
        with rasterio.open(path) as source:
            whole = rasterio.windows.Window(0, 0, source.width, source.height)
            blocks = [source.read(1, window=w) for w in parts_of(whole, source, at_once)]
        read = np.concatenate([block.ravel() for block in blocks]).astype(float)
        assert len(read) == case[0].size
        assert read[np.isfinite(read) & (read > 0)].sum() == pytest.approx(total, rel=1e-9)
