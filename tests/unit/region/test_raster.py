"""GeoTIFF to cells: windows, nodata, areas, coasts."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from region_folders import CELLS, CRS, SOUTH_M, WEST_M, raster
from shapely.geometry import box

from allocator.errors import InputError
from allocator.region.raster import read_raster_grid
from allocator.region.raster_blocks import BlockReader, parts_of, window_around
from allocator.region.resampling import resample_counts
from allocator.region.units import GROUPS, Units
from allocator.region.zones import zonal_totals


def units_of(boxes_m: dict[str, tuple[float, float, float, float]], crs: str = CRS) -> Units:
    """Districts under one root; boxes are metres from the corner."""
    names = ["R", *boxes_m]
    shapes = [box(WEST_M + w, SOUTH_M + s, WEST_M + e, SOUTH_M + n)
              for w, s, e, n in boxes_m.values()]  # fmt: skip
    table = gpd.GeoDataFrame(
        {
            "name": names,
            "level": ["city", *["district"] * len(shapes)],
            "parent": ["", *["R"] * len(shapes)],
            **dict.fromkeys(GROUPS, np.nan),
        },
        index=names,
        geometry=[gpd.GeoSeries(shapes).union_all(), *shapes],
        crs=CRS,
    )
    return Units(table.to_crs(crs), tuple(boxes_m))


WHOLE = units_of({"A": (0, 0, 2000, 2000), "B": (2000, 0, 4000, 2000)})


def test_cells_become_points_at_their_centres(tmp_path: Path) -> None:
    """Counts, ids, centres, areas and units of a small raster."""
    grid = read_raster_grid(raster(tmp_path / "p.tif", CELLS), kind="count", units=WHOLE, crs=CRS)
    assert grid.people.sum() == CELLS.sum()
    assert grid.side_m == 1000
    row = grid.table.loc["r1c3"]
    assert (row["x_m"], row["y_m"], row["people"], row["unit"]) == (303_500, 3_400_500, 600, "B")
    assert grid.table["area_km2"].tolist() == [1.0] * 8


def test_density_times_area_is_the_count(tmp_path: Path) -> None:
    """The same people as density per km2, on cells of 4 km2."""
    path = raster(tmp_path / "p.tif", CELLS / 4, cell=2000, north=SOUTH_M + 4000)
    grid = read_raster_grid(path, kind="density", units=None, crs=CRS)
    assert grid.people.sum() == pytest.approx(CELLS.sum())


@pytest.mark.parametrize(
    ("nodata", "hole", "note"),
    [
        (-99999.0, -99999.0, "1 cells of the part read are nodata"),
        (-3.4028230607370965e38, -3.4028230607370965e38, "1 cells of the part read are nodata"),
        (np.nan, np.nan, "1 cells of the part read are nodata"),
        (None, np.nan, "1 cells are NaN or infinite"),
        (None, np.inf, "1 cells are NaN or infinite"),
        (None, -200.0, "1 cells are negative (values -200; first: row 0 column 1 at 301500"),
    ],
)
def test_what_is_no_number_of_people_is_not_summed(
    tmp_path: Path, nodata: float | None, hole: float, note: str
) -> None:
    """Nodata, NaN, infinity and negative values are nobody, and the note counts them."""
    values = CELLS.copy()
    values[0, 1] = hole
    path = raster(tmp_path / "p.tif", values, nodata=nodata)
    grid = read_raster_grid(path, kind="count", units=WHOLE, crs=CRS)
    assert grid.people.sum() == CELLS.sum() - 400
    assert note in grid.note


def test_only_the_part_around_the_units_is_read(tmp_path: Path) -> None:
    """A window of a large raster covers the units and three cells more, and blocks cover it."""
    values = np.ones((1200, 1600))
    path = raster(
        tmp_path / "p.tif", values, cell=100, west=WEST_M - 60_000, north=SOUTH_M + 60_000
    )
    with rasterio.open(path) as source:
        window = window_around(source, (WEST_M, SOUTH_M, WEST_M + 1000, SOUTH_M + 500), CRS)
        assert window is not None
        assert (window.width, window.height) == (16, 11)
        parts = list(parts_of(window, source))
        assert sum(part.height for part in parts) == 11
        reader = BlockReader(source, None, "count", CRS)
        assert sum(len(reader.cells(part)) for part in parts) == 16 * 11


def test_blocks_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading row by row finds the same cells as reading at once."""
    path = raster(tmp_path / "p.tif", np.arange(400.0).reshape(20, 20), cell=100)
    at_once = read_raster_grid(path, kind="count", units=None, crs=CRS)
    monkeypatch.setattr("allocator.region.raster_blocks.CELLS_AT_ONCE", 1)
    by_rows = read_raster_grid(path, kind="count", units=None, crs=CRS)
    assert at_once.table.equals(by_rows.table)
    assert len(at_once) == 399


def test_degrees_become_points_with_their_true_area(tmp_path: Path) -> None:
    """3-second cells at 30.75 N are 7,372 m2: density times that area is the count."""
    side = 3 / 3600
    values = np.full((10, 10), 1000.0)
    path = raster(
        tmp_path / "p.tif", values, crs="EPSG:4326", west=120.75, north=30.75 + 10 * side, cell=side
    )
    grid = read_raster_grid(path, kind="density", units=None, crs=CRS)
    assert grid.side_m == pytest.approx(7372**0.5, rel=2e-4)
    assert grid.people.sum() == pytest.approx(100 * 7.372, rel=3e-4)


def test_a_web_mercator_raster_has_true_areas_too(tmp_path: Path) -> None:
    """Web Mercator squares at 30.75 N hold 74 % of their map area."""
    path = raster(
        tmp_path / "p.tif", CELLS, crs="EPSG:3857", west=13_440_000, north=3_600_000, cell=1000
    )
    grid = read_raster_grid(path, kind="density", units=None, crs=CRS)
    assert grid.people.sum() == pytest.approx(CELLS.sum() * 0.739, rel=5e-3)


def test_a_raster_with_south_on_top_is_read_the_right_way_up(tmp_path: Path) -> None:
    """Rows that run northwards keep their places, in cells and in zonal totals."""
    path = tmp_path / "p.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=4, count=1, dtype="float64", crs=CRS,
        transform=rasterio.Affine(1000, 0, WEST_M, 0, 1000, SOUTH_M), nodata=-1,
    ) as target:  # fmt: skip
        target.write(CELLS[::-1], 1)
    grid = read_raster_grid(path, kind="count", units=WHOLE, crs=CRS)
    at = grid.table.set_index(["x_m", "y_m"])["people"]
    assert at[(303_500, 3_401_500)] == 1000
    corner = units_of({"A": (3000, 1000, 4000, 2000)})
    assert zonal_totals(path, corner)["A"] == pytest.approx(1000)


def test_people_outside_are_kept_near_and_dropped_far_with_both_sums(tmp_path: Path) -> None:
    """Two cell sides from a unit belong to it; beyond, people are named and dropped."""
    path = raster(tmp_path / "p.tif", np.full((2, 8), 10.0))
    grid = read_raster_grid(path, kind="count", units=units_of({"A": (0, 0, 2000, 2000)}), crs=CRS)
    assert grid.people.sum() == 80
    assert "40 people in 4 cells just outside all units were given to the nearest" in grid.note
    assert "20 people in 2 cells lie outside all units" in grid.note


def test_a_rotated_raster_and_bad_arguments_are_refused(tmp_path: Path) -> None:
    """All problems of the call come in one error."""
    path = tmp_path / "p.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=2, width=4, count=1, dtype="float64", crs=CRS,
        transform=rasterio.Affine(1000, 50, WEST_M, 50, -1000, SOUTH_M),
    ) as target:  # fmt: skip
        target.write(CELLS, 1)
    with pytest.raises(InputError, match="3 problems") as caught:
        read_raster_grid(path, kind="people", units=None, crs="EPSG:3857")
    for words in ("kind: must be 'count' or 'density'", "Web Mercator", "is rotated"):
        assert words in str(caught.value)


def test_zonal_totals_weigh_cells_by_the_part_inside(tmp_path: Path) -> None:
    """A unit that covers a quarter of a cell gets a quarter of its people."""
    path = raster(tmp_path / "p.tif", CELLS)
    quarter = units_of({"A": (500, 500, 1000, 1000), "B": (2000, 0, 4000, 2000)})
    totals = zonal_totals(path, quarter)
    assert totals["A"] == pytest.approx(25)
    assert totals["B"] == pytest.approx(2600)
    degrees = zonal_totals(path, Units(quarter.table.to_crs(4326), ("A", "B")), kind="density")
    assert degrees["A"] == pytest.approx(25, rel=1e-3)


@pytest.mark.parametrize("cell_m", [100, 250, 1000])
def test_resampled_counts_keep_everybody(tmp_path: Path, cell_m: float) -> None:
    """From 3 seconds to metres the people stay the same (nearest would keep 74 % or 0.7 %)."""
    side = 3 / 3600
    rng = np.random.default_rng(1)
    path = raster(
        tmp_path / "p.tif", rng.gamma(1, 5, (60, 60)), crs="EPSG:4326", west=120.7, north=30.8,
        cell=side,
    )  # fmt: skip
    before, after = resample_counts(path, tmp_path / "out.tif", cell_m=cell_m, crs=CRS)
    assert after == pytest.approx(before, rel=1e-6)
    grid = read_raster_grid(tmp_path / "out.tif", kind="count", units=None, crs=CRS)
    assert grid.people.sum() == pytest.approx(before, rel=1e-5)
    assert grid.side_m == cell_m


def test_resampling_ignores_nodata(tmp_path: Path) -> None:
    """Nodata and negative cells are nobody in the resampled raster as well."""
    values = CELLS.copy()
    values[0, 0], values[0, 1] = -1, -200
    path = raster(tmp_path / "p.tif", values)
    before, after = resample_counts(path, tmp_path / "out.tif", cell_m=2000, crs=CRS)
    assert before == after == CELLS.sum() - 700


def test_resampling_refuses_what_measures_wrongly(tmp_path: Path) -> None:
    """Degrees as target and empty cells are refused, and nothing is written."""
    path = raster(tmp_path / "p.tif", CELLS)
    with pytest.raises(InputError, match="2 problems"):
        resample_counts(path, tmp_path / "out.tif", cell_m=0, crs="EPSG:4326")
    assert not (tmp_path / "out.tif").exists()
