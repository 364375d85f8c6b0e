"""Outlines from points and official areas: sizes kept, nested, no gaps, no overlaps."""

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from allocator.errors import InputError
from allocator.region.outlines import (
    assign_with_areas,
    nearest_within,
    outlines_of,
    regular_cells,
    squared_km_to_nearest,
)


def _points(seed: int, n: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x_m": rng.uniform(0, 10_000, n),
            "y_m": rng.uniform(0, 10_000, n),
            "county": ["a", "a", "b", "b", "outside", "outside"][:n],
            "unit": list("123456")[:n],
        }
    )


def test_cells_fill_the_box_from_the_north_west():
    """Row 0 is the northernmost; centres lie half a side inside; the box is widened to the grid."""
    cells = regular_cells((600, 100, 1900, 1400), 500)
    assert cells[["row", "col"]].to_numpy().tolist() == [[r, c] for r in range(3) for c in range(3)]
    assert cells.loc[0, ["x_m", "y_m"]].tolist() == [750, 1250]
    assert cells.loc[8, ["x_m", "y_m"]].tolist() == [1750, 250]


@given(seed=st.integers(0, 300), share=st.tuples(st.floats(0.05, 0.4), st.floats(0.05, 0.4)))
def test_areas_are_kept(seed, share):
    """Every group but the outside gets exactly the cells it must have."""
    cells = regular_cells((0, 0, 10_000, 10_000))
    wanted = [max(1, int(s * len(cells))) for s in share]
    cost = squared_km_to_nearest(cells, _points(seed), ["a", "b", "outside"], "county")
    group = assign_with_areas(cost, wanted)
    assert np.bincount(group, minlength=3)[:2].tolist() == wanted


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_total_cost_is_least(seed):
    """The assignment costs as little as the transport problem's optimum, up to a few cells."""
    cells = regular_cells((0, 0, 10_000, 10_000), 1000)
    cost = squared_km_to_nearest(cells, _points(seed), ["a", "b", "outside"], "county")
    wanted = np.array([30, 45, 25])
    group = assign_with_areas(cost, wanted[:2])
    n = len(cells)
    supply = np.tile(np.eye(n), 3)
    demand = np.kron(np.eye(3), np.ones(n))
    best = linprog(
        cost.ravel(),
        A_eq=np.vstack([supply, demand]),
        b_eq=np.concatenate([np.ones(n), wanted]),
        method="highs",
    )
    reached = cost[group, np.arange(n)].sum()
    assert best.fun <= reached + 1e-6
    assert reached <= best.fun * 1.02 + 1.0


def test_areas_that_cannot_be_are_refused():
    """More cells than there are, none for a group, or a wrong number of groups: one clear error."""
    cost = np.ones((3, 10))
    with pytest.raises(InputError, match="sum to less than the 10 cells"):
        assign_with_areas(cost, [6, 5])
    with pytest.raises(InputError, match=">= 1 each"):
        assign_with_areas(cost, [0, 5])
    with pytest.raises(InputError, match="must have 2 numbers, got 3"):
        assign_with_areas(cost, [1, 1, 1])


def test_towns_share_out_their_own_county_only():
    """A cell goes to the nearest town of its county, even when another county's town is nearer."""
    points = pd.DataFrame({"x_m": [250.0, 3250.0, 1750.0], "y_m": 250.0, "county": ["a", "a", "b"]})
    cells = regular_cells((0, 0, 3500, 500)).assign(county=["a", "a", "a", "b", "a", "a", "a"])
    assert nearest_within(cells, points, "county").tolist() == [0, 0, 0, 2, 1, 1, 1]


@pytest.mark.parametrize("seed", [5, 6])
def test_outlines_nest_without_gaps_or_overlaps(seed):
    """Towns fill their county exactly; counties fill the region; areas are those of the cells."""
    cells = regular_cells((0, 0, 10_000, 10_000))
    points = _points(seed)
    cost = squared_km_to_nearest(cells, points, ["a", "b", "outside"], "county")
    group = assign_with_areas(cost, [100, 150])
    cells = cells.assign(county=np.array(["a", "b", "outside"])[group])
    cells["unit"] = points["unit"].to_numpy()[nearest_within(cells, points, "county")]
    counties = outlines_of(cells, "county", side_m=500, crs="EPSG:4549").set_index("county")
    units = outlines_of(cells, "unit", side_m=500, crs="EPSG:4549").set_index("unit")
    assert counties.area.to_dict() == {"a": 25e6, "b": 37.5e6, "outside": 37.5e6}
    assert units.area.sum() == pytest.approx(100e6)
    assert shapely.area(shapely.union_all(units.geometry)) == pytest.approx(100e6)
    for unit, county in points.set_index("unit")["county"].items():
        if unit in units.index:
            assert counties.geometry[county].covers(units.geometry[unit])
    assert set(units.geom_type) == {"MultiPolygon"}


def test_a_group_without_points_is_refused():
    """A county without a town cannot be placed, and the error names it."""
    cells = regular_cells((0, 0, 1000, 1000))
    with pytest.raises(InputError, match="no point has county = 'c'"):
        squared_km_to_nearest(cells, _points(1), ["a", "c"], "county")
    with pytest.raises(InputError, match="no point has county = 'c'"):
        nearest_within(cells.assign(county="c"), _points(1), "county")


def test_a_side_must_be_positive():
    """A grid of cells without a side is refused."""
    with pytest.raises(InputError, match="side_m must be > 0"):
        regular_cells((0, 0, 1, 1), 0)
