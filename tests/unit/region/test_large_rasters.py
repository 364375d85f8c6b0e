"""Rasters of a whole country: read by windows, whatever the form of the file."""

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from rasterio.windows import Window
from region_folders import CELLS, CRS, raster
from shapely.geometry import box

from allocator.errors import InputError
from allocator.region import raster_blocks, resampling
from allocator.region.borders import near_border
from allocator.region.containment import finest_units, nearest_units
from allocator.region.raster import read_raster_grid
from allocator.region.raster_blocks import parts_of
from allocator.region.resampling import resample_counts
from allocator.region.units import GROUPS, Units
from allocator.region.zones import zonal_totals

SIDE = 3 / 3600
WEST, NORTH = 100.0, 45.0
SETTLED = 2048
"""So many rows and columns in the middle of a file hold people; the rest is nodata."""
WORK = """
import json, resource, sys
from pathlib import Path
import geopandas as gpd
from allocator.region.raster import read_raster_grid
from allocator.region.resampling import resample_counts
from allocator.region.units import Units
from allocator.region.zones import zonal_totals

path, outline, jobs = sys.argv[1], sys.argv[2], sys.argv[3].split()
units = Units(gpd.read_file(outline).set_index("id"), ("R",))
told = {}
if "read" in jobs:
    told["read"] = read_raster_grid(path, kind="count", units=units, crs="EPSG:32649").people.sum()
if "zones" in jobs:
    told["zones"] = zonal_totals(path, units)["R"]
if "resample" in jobs:
    out = Path(path).with_name("coarse.tif")
    told["resample"] = resample_counts(path, out, cell_m=1000, crs="EPSG:32649")[1]
status = Path("/proc/self/status")  # what was inherited does not count there
if status.is_file():
    lines = status.read_text().splitlines()
    told["peak_mb"] = next(int(line.split()[1]) for line in lines if "VmHWM" in line) / 1024
else:
    told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps(told))
"""


def country(path: Path, n: int, **form: object) -> Path:
    """A raster of n x n cells of three seconds, with people in the middle only."""
    options = {"tiled": True, "blockxsize": 512, "blockysize": 512, "sparse_ok": True, **form}
    with rasterio.open(
        path, "w", driver="GTiff", height=n, width=n, count=1, dtype="float32", crs="EPSG:4326",
        nodata=-99999, compress="deflate", bigtiff="yes",
        transform=rasterio.Affine(SIDE, 0, WEST, 0, -SIDE, NORTH), **options,
    ) as target:  # fmt: skip
        first = n // 2 - SETTLED // 2
        for row in range(first, first + SETTLED, 512):
            people = np.random.default_rng(row).integers(0, 9, (512, SETTLED))
            target.write(people.astype(np.float32), 1, window=Window(first, row, SETTLED, 512))
    return path


def people_around(path: Path, degrees: float) -> float:
    """The sum of the cells around the middle, read on their own."""
    with rasterio.open(path) as source:
        half = round(degrees / SIDE)
        at = source.width // 2 - half
        return float(source.read(1, window=Window(at, at, 2 * half, 2 * half)).sum())


def county(path: Path, n: int, degrees: float) -> Path:
    """A square around the middle, along the edges of cells, as a map layer of units."""
    x, y = WEST + n // 2 * SIDE, NORTH - n // 2 * SIDE
    gpd.GeoDataFrame(
        {"id": ["R"], "name": ["R"], "level": ["county"], "parent": [""],
         **dict.fromkeys(GROUPS, np.nan)},
        geometry=[box(x - degrees, y - degrees, x + degrees, y + degrees)], crs="EPSG:4326",
    ).to_file(path)  # fmt: skip
    return path


def worked(path: Path, outline: Path, jobs: str) -> dict[str, float]:
    """People by each job, and the most memory that a fresh process took for them."""
    done = subprocess.run(
        [sys.executable, "-c", WORK, str(path), str(outline), jobs],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, float] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("n", "form"),
    [
        (40_000, {}),
        (8_000, {"tiled": False, "blockxsize": None, "blockysize": 1}),
        (8_000, {"blockxsize": 4096, "blockysize": 4096}),
    ],
)
def test_a_county_is_cut_from_a_country_within_a_gigabyte(tmp_path, n, form):
    """1.6 billion cells in tiles; strips of one row; very large tiles: only a part is read."""
    form = {k: v for k, v in form.items() if v is not None}
    path = country(tmp_path / "people.tif", n, **form)
    told = worked(path, county(tmp_path / "r.gpkg", n, 0.25), "read zones")
    expected = people_around(path, 0.25)
    assert told["zones"] == pytest.approx(expected, rel=1e-6)
    assert expected < told["read"] < 1.02 * expected  # and the rim that the coast allows
    assert told["peak_mb"] < 1024


@pytest.mark.slow
def test_a_country_is_summed_and_resampled_within_a_gigabyte(tmp_path):
    """All of 40,000 x 40,000 cells, part by part."""
    path = country(tmp_path / "people.tif", 40_000)
    told = worked(path, county(tmp_path / "r.gpkg", 40_000, 16.0), "zones resample")
    expected = people_around(path, SETTLED / 2 * SIDE)
    assert told["zones"] == pytest.approx(expected, rel=1e-9)
    assert told["resample"] == pytest.approx(expected, rel=1e-9)
    assert told["peak_mb"] < 1024


def test_a_file_in_one_huge_block_is_refused_with_the_way_out(tmp_path):
    """Such a file can only be read whole: grid, zones and resampling say how to mend it."""
    path = tmp_path / "people.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=7000, width=7000, count=1, dtype="float32", crs=CRS,
        transform=rasterio.Affine(100, 0, 300_000, 0, -100, 3_400_000), blockysize=7000,
        compress="deflate", sparse_ok=True,
    ):  # fmt: skip
        pass
    units = Units(gpd.read_file(county(tmp_path / "r.gpkg", 10, 1)).set_index("id"), ("R",))
    for work in (
        lambda: read_raster_grid(path, kind="count", units=None, crs=CRS),
        lambda: zonal_totals(path, units),
        lambda: resample_counts(path, tmp_path / "out.tif", cell_m=1000, crs=CRS),
    ):
        with pytest.raises(InputError, match=r"7,000 x 7,000 cells .* gdal_translate -co TILED"):
            work()
    assert not (tmp_path / "out.tif").exists()


def test_more_cells_than_any_region_has_are_refused(tmp_path, monkeypatch):
    """Without outlines a country's cells would fill the memory; the message says what helps."""
    monkeypatch.setattr("allocator.region.raster._MOST_CELLS", 5)
    path = raster(tmp_path / "p.tif", CELLS)
    with pytest.raises(InputError, match=r"more than 5 cells .* give units with outlines"):
        read_raster_grid(path, kind="count", units=None, crs=CRS)


@pytest.mark.parametrize("tiled", [True, False])
@pytest.mark.parametrize("at_once", [1, 300, 4096, 10**9])
def test_parts_cover_a_window_once_along_the_blocks(tmp_path, tiled, at_once):
    """Every cell lies in one part; parts end where blocks end, unless blocks are larger."""
    path = tmp_path / "p.tif"
    form = {"tiled": True, "blockxsize": 32, "blockysize": 16} if tiled else {"blockysize": 10}
    with rasterio.open(
        path, "w", driver="GTiff", height=100, width=200, count=1, dtype="float32", crs=CRS,
        transform=rasterio.Affine(100, 0, 300_000, 0, -100, 3_400_000), **form,
    ):  # fmt: skip
        pass
    window = Window(7, 13, 150, 77)
    seen = np.zeros((100, 200), dtype=int)
    with rasterio.open(path) as source:
        parts = list(parts_of(window, source, at_once))
        high, wide = source.block_shapes[0]
    for part in parts:
        seen[part.toslices()] += 1
        assert part.width * part.height <= max(at_once, wide)
        if at_once >= high * wide:
            bottom, right = part.row_off + part.height, part.col_off + part.width
            assert bottom % high == 0 or bottom == 90
            assert right % wide == 0 or right == 157
    assert (seen[window.toslices()] == 1).all()
    assert seen.sum() == 150 * 77


@pytest.mark.parametrize("crs", ["EPSG:32651", "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105"])
def test_the_size_of_the_parts_changes_no_answer(tmp_path, monkeypatch, crs):
    """Cells, totals and resampled counts are the same in one part and in many."""
    people = np.random.default_rng(1).gamma(0.5, 20, (90, 110))
    people[people < 3] = -1
    path = raster(
        tmp_path / "p.tif", people, crs="EPSG:4326", west=120.7, north=30.9, cell=0.01
    )  # fmt: skip
    shape = box(120.75, 30.2, 121.3, 30.77).buffer(0.1)
    table = gpd.GeoDataFrame(
        {"name": ["R"], "level": ["city"], "parent": [""]}, index=["R"], geometry=[shape], crs=4326
    )

    def answers(name):
        before, after = resample_counts(path, tmp_path / name, cell_m=3000, crs=crs)
        assert after == pytest.approx(before, rel=1e-9)
        with rasterio.open(tmp_path / name) as coarse:
            counts = coarse.read(1)
        grid = read_raster_grid(path, kind="count", units=None, crs=CRS).table
        return counts, grid, zonal_totals(path, Units(table, ("R",)))["R"]

    counts, grid, total = answers("one.tif")
    monkeypatch.setattr(raster_blocks, "CELLS_AT_ONCE", 40)
    monkeypatch.setattr(resampling, "_CELLS_AT_ONCE", 700)
    by_parts, same_grid, same_total = answers("many.tif")
    np.testing.assert_allclose(by_parts, counts, rtol=1e-5, atol=1e-4)
    assert same_grid.equals(grid)
    assert same_total == pytest.approx(total, rel=1e-9)


def test_nobody_is_lost_on_the_seams_of_flat_parts(tmp_path, monkeypatch):
    """Strips of ten rows, 300 wide, onto finer cells: left to itself GDAL drops 0.3 % of them."""
    monkeypatch.setattr(resampling, "_CELLS_AT_ONCE", 3000)
    people = np.random.default_rng(0).gamma(1, 5, (300, 300))
    path = raster(tmp_path / "p.tif", people, crs="EPSG:4326", west=120.7, north=31.0, cell=SIDE)
    before, after = resample_counts(path, tmp_path / "out.tif", cell_m=100, crs=CRS)
    assert after == pytest.approx(before, rel=1e-9)


def test_cells_find_their_units_a_few_at_a_time(monkeypatch):
    """Inside, just outside and far outside of two units: the same in one go and in many."""
    rng = np.random.default_rng(3)
    table = gpd.GeoDataFrame(
        {"name": ["R", "A", "B"], "level": ["city", "county", "county"], "parent": ["", "R", "R"]},
        index=["R", "A", "B"], geometry=[None, box(0, 0, 5, 9), box(5, 0, 9, 4)], crs=CRS,
    )  # fmt: skip
    xy_m = rng.uniform(-3, 12, (500, 2))

    def found():
        near, away_m = nearest_units(table, xy_m, 1.0)
        return finest_units(table, xy_m), near, away_m, near_border(table, xy_m, 0.5)

    at_once = found()
    monkeypatch.setattr("allocator.region.containment._POINTS_AT_ONCE", 7)
    for one, other in zip(at_once, found(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert {"", "A", "B"} == set(at_once[0]) == set(at_once[1])
