"""Coarser grids: exact sums per unit and settlement, and the error on coverage measured."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.region.aggregation import aggregated
from allocator.region.grid import PopulationGrid
from allocator.region.raster import read_raster_grid

COMOROS = Path(__file__).parents[4] / "shared" / "data" / "comoros"


def _grid(n: int = 6, side_m: float = 100.0, seed: int = 0) -> PopulationGrid:
    """A square of whole people, two units side by side, towns sprinkled in."""
    generator = np.random.default_rng(seed)
    row, col = (at.ravel() for at in np.indices((n, n)))
    table = pd.DataFrame(
        {
            "x_m": (col + 0.5) * side_m,
            "y_m": (row + 0.5) * side_m,
            "people": generator.integers(1, 500, n * n).astype(float),
            "urban": generator.random(n * n) < 0.3,
            "unit": np.where(col < n // 2 + 1, "A", "B"),
            "area_km2": side_m**2 / 1e6,
        },
        index=[f"c{i}" for i in range(n * n)],
    )
    return PopulationGrid(table, side_m)


@given(n=st.integers(1, 9), seed=st.integers(0, 99), factor=st.integers(1, 5),
       at=st.sampled_from(["people", "middle"]))  # fmt: skip
def test_people_keep_their_unit_and_their_settlement(n, seed, factor, at):
    """People and area of every unit, urban and rural, are the same to the person."""
    fine = _grid(n, seed=seed)
    made = aggregated(fine, factor=factor, at=at)
    key = ["unit", "urban"]
    for column in ("people", "area_km2"):
        before = fine.table.groupby(key)[column].sum()
        after = made.coarse.table.groupby(key)[column].sum()
        pd.testing.assert_series_equal(before, after, rtol=1e-12 if column == "area_km2" else 0)
    assert made.coarse.table.index.is_unique
    assert made.coarse.side_m == 100 * factor
    held = np.bincount(made.of_cell, fine.people, len(made.coarse))
    assert held.tolist() == made.coarse.people.tolist()
    farthest = np.abs(made.coarse.xy_m[made.of_cell] - fine.xy_m).max()
    assert farthest <= 100 * factor


def test_squares_hold_whole_rows_and_columns():
    """Four cells of one unit and settlement become one, at their middle or at their people."""
    fine = _grid(4)
    table = fine.table.assign(unit="A", urban=False)
    fine = PopulationGrid(table, 100.0)
    middle = aggregated(fine, factor=2, at="middle").coarse
    assert middle.xy_m.tolist() == [[100, 100], [300, 100], [100, 300], [300, 300]]
    people = aggregated(fine, factor=2).coarse
    first = fine.people[[0, 1, 4, 5]]
    assert people.people[0] == first.sum()
    assert people.xy_m[0] == pytest.approx(first @ fine.xy_m[[0, 1, 4, 5]] / first.sum())
    assert "16 cells of 100 m to 200 m" in people.note
    same = aggregated(fine, cell_km=0.2, at="middle").coarse
    assert same.table.equals(middle.table)


def test_coverage_error_is_that_of_both_grids_by_hand():
    """Two cells, one within 1 km; together their place is outside, half their area inside."""
    table = pd.DataFrame(
        {"x_m": [500.0, 1500.0], "y_m": 500.0, "people": [30.0, 70.0], "urban": [True, True],
         "unit": "A", "area_km2": 1.0},
        index=["a", "b"],
    )  # fmt: skip
    made = aggregated(PopulationGrid(table, 1000.0), factor=2)
    assert made.coarse.xy_m.tolist() == [[1200.0, 500.0]]
    error = made.coverage_error([[-500.0, 500.0]], 1.0)
    assert list(error.index) == ["total", "urban"]
    row = error.loc["total"]
    assert (row["covered_fine"], row["covered_coarse"]) == (0.3, 0.0)
    assert (row["error"], row["misjudged"]) == (-0.3, 0.3)
    assert row["mean_km_fine"] == pytest.approx(0.3 * 1 + 0.7 * 2)
    assert row["mean_km_coarse"] == pytest.approx(1.7)
    wide = made.coverage_error([[1200.0, 500.0]], 0.4).loc["total"]
    assert (wide["covered_fine"], wide["covered_coarse"]) == (0.7, 1.0)
    inside = np.pi * 0.4**2 / 2
    assert wide["covered_in_part"] == pytest.approx(inside, abs=0.03)


def test_errors_that_cancel_are_still_misjudged():
    """One square loses thirty covered people, another gains thirty: no error, sixty misjudged."""
    table = pd.DataFrame(
        {"x_m": [500.0, 1500.0, 10_500.0, 11_500.0], "y_m": 500.0,
         "people": [30.0, 70.0, 70.0, 30.0], "urban": False, "unit": "A", "area_km2": 1.0},
        index=list("abcd"),
    )  # fmt: skip
    made = aggregated(PopulationGrid(table, 1000.0), factor=2)
    row = made.coverage_error([[500.0, 500.0], [10_500.0, 500.0]], 0.5).loc["total"]
    assert row["error"] == 0
    assert row["misjudged"] == pytest.approx(0.3)


def test_one_cell_each_has_no_error():
    """A factor of one changes nothing."""
    fine = _grid()
    made = aggregated(fine, factor=1)
    order = np.argsort(made.of_cell)
    assert made.coarse.people.tolist() == fine.people[order].tolist()
    error = made.coverage_error([[50.0, 50.0]], 0.3)
    assert (error["error"] == 0).all()
    assert (error["misjudged"] == 0).all()


def test_what_makes_no_sense_is_told():
    """Every wrong argument is named."""
    fine = _grid()
    with pytest.raises(InputError, match="give factor or cell_km, one of them"):
        aggregated(fine)
    with pytest.raises(InputError, match=r"(?s)one of them.*factor: .*1.5.*cell_km: .*0.1 km.*at:"):
        aggregated(fine, factor=1.5, cell_km=0.05, at="corner")
    with pytest.raises(InputError, match=r"(?s)sites_xy_m.*radius_km"):
        aggregated(fine, factor=2).coverage_error([], 0)


@pytest.mark.skipif(not COMOROS.is_dir(), reason=f"no copy of the data at {COMOROS}")
def test_comoros_within_3_5_km_of_care_by_grids_of_five_sizes():
    """46.31 % by the raster's cells; errors stay below half a point up to a fifth of the radius."""
    grid = read_raster_grid(
        COMOROS / "com_ppp_2020_UNadj.tif", kind="count", units=None, crs="EPSG:32738"
    )
    care = gpd.read_file(COMOROS / "health.gpkg").to_crs("EPSG:32738")
    care = care[care["amenity"].isin(["hospital", "clinic", "doctors"])].geometry
    sites = np.column_stack([care.x, care.y])
    error = {}
    for cell_km in (0.5, 1, 2, 4):
        made = aggregated(grid, cell_km=cell_km)
        assert made.coarse.people.sum() == pytest.approx(grid.people.sum(), rel=1e-12)
        error[cell_km] = made.coverage_error(sites, 3.5).loc["total"]
    assert error[1]["covered_fine"] == pytest.approx(0.4631, abs=5e-5)
    assert abs(error[0.5]["error"]) < 0.005
    assert abs(error[4]["error"]) > 0.02
    misjudged = [error[cell_km]["misjudged"] for cell_km in error]
    assert misjudged == sorted(misjudged)
    assert all(abs(e["error_in_part"]) < abs(e["error"]) for e in error.values())
    # The raster's own rows and columns, in degrees: ten by ten of them are about 920 m.
    ten = aggregated(grid, factor=10)
    assert ten.coarse.side_m == pytest.approx(920, abs=15)
    assert abs(ten.coverage_error(sites, 3.5).loc["total", "error"]) < 0.005
