"""Census totals to a grid: exact sums, urban share, centres, and clear refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.region.census import people_on_grid, potential
from allocator.region.outlines import regular_cells


def _cells(n_cols: int = 12, n_rows: int = 6) -> pd.DataFrame:
    """Two counties side by side on a 500 m grid."""
    cells = regular_cells((0, 0, 500.0 * n_cols, 500.0 * n_rows))
    county = np.where(cells["col"] < n_cols // 2, "west", "east")
    return cells.assign(county=county, area_km2=0.25)


def _centres() -> pd.DataFrame:
    return pd.DataFrame(
        {"x_m": [1250.0, 4250.0], "y_m": [1250.0, 1750.0], "weight": 1.0, "decay_km": [1.0, 0.8]}
    )


def _counties(west: tuple[int, int] = (9000, 6000), east: tuple[int, int] = (5000, 1000)):
    return pd.DataFrame([west, east], index=["west", "east"], columns=["total", "urban"])


@given(
    totals=st.tuples(st.integers(0, 60_000), st.integers(0, 60_000)),
    urban=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    scattered_share=st.floats(0, 1),
)
def test_every_census_figure_is_kept_to_the_person(totals, urban, scattered_share):
    """All people and urban people of each county are the census figures, whatever they are."""
    figures = [(t, int(t * u)) for t, u in zip(totals, urban, strict=True)]
    counties = _counties(*figures)
    grid = people_on_grid(_cells(), counties, _centres(), scattered_share=scattered_share)
    assert grid["people"].dtype == np.int64
    assert (grid["people"] >= 0).all()
    for county, (total, in_towns) in zip(["west", "east"], figures, strict=True):
        mine = grid[grid["county"] == county]
        assert mine["people"].sum() == total
        assert mine.loc[mine["urban"], "people"].sum() == in_towns


def test_urban_part_is_the_largest_that_keeps_the_density():
    """The last urban cell has the density of an urban centre; one cell more would fall below."""
    grid = people_on_grid(_cells(), _counties(), _centres(), urban_density_per_km2=1500)
    pull = potential(grid, _centres())
    for county, urban_people in (("west", 6000), ("east", 1000)):
        mine = (grid["county"] == county).to_numpy()
        urban = mine & grid["urban"].to_numpy()
        last = urban_people * pull[urban].min() / pull[urban].sum() / 0.25
        assert last >= 1500
        following = pull[mine & ~urban].max()
        assert urban_people * following / (pull[urban].sum() + following) / 0.25 < 1500


def test_density_falls_from_the_centre():
    """Within the urban part the cell nearest to the centre has the most people."""
    centre = _centres().iloc[:1]
    grid = people_on_grid(_cells(), _counties(), centre)
    west = grid[(grid["county"] == "west") & grid["urban"]]
    away_m = np.hypot(west["x_m"] - 1250, west["y_m"] - 1250)
    ordered = west["people"].to_numpy()[np.argsort(away_m, kind="stable")]
    assert (np.diff(ordered) <= 1).all()


def test_a_heavier_centre_draws_more_people():
    """Raising a centre's weight moves people of its county towards it."""
    cells, counties = _cells(), _counties(west=(9000, 0))
    light = pd.DataFrame(
        {"x_m": [250.0, 2750.0], "y_m": 1250.0, "weight": [1.0, 1.0], "decay_km": 1.0}
    )
    heavy = light.assign(weight=[5.0, 1.0])
    left = (cells["col"] < 3) & (cells["county"] == "west")
    before = people_on_grid(cells, counties, light)["people"][left].sum()
    assert people_on_grid(cells, counties, heavy)["people"][left].sum() > before


def test_scattered_people_live_evenly():
    """With scattered_share 1 rural people differ by at most one between cells of a county."""
    grid = people_on_grid(_cells(), _counties(), _centres(), scattered_share=1.0)
    rural = grid[~grid["urban"]].groupby("county")["people"]
    assert (rural.max() - rural.min() <= 1).all()


def test_potential_is_the_formula():
    """Pull is weight * exp(-distance / decay), summed over centres."""
    cells = pd.DataFrame({"x_m": [0.0], "y_m": [0.0]})
    centres = pd.DataFrame(
        {"x_m": [3000.0, 0.0], "y_m": [4000.0, 0.0], "weight": [2.0, 1.0], "decay_km": [2.5, 1.0]}
    )
    assert potential(cells, centres)[0] == pytest.approx(2 * np.exp(-2) + 1)


def test_same_figures_same_grid_and_inputs_stay_as_they_are():
    """Two calls agree cell by cell, and the given tables do not change."""
    cells, counties, centres = _cells(), _counties(), _centres()
    kept = cells.copy(), counties.copy(), centres.copy()
    first, second = (people_on_grid(cells, counties, centres) for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    for now, then in zip((cells, counties, centres), kept, strict=True):
        pd.testing.assert_frame_equal(now, then)


def test_order_of_cells_does_not_matter_where_nothing_is_tied():
    """Shuffling the rows of the cells gives every cell the same people."""
    cells = _cells()
    centres = _centres().assign(x_m=[1261.7, 4233.1], y_m=[1243.9, 1768.3])
    shuffled = cells.sample(frac=1, random_state=3)
    grid = people_on_grid(cells, _counties(), centres)
    again = people_on_grid(shuffled, _counties(), centres).sort_index()
    pd.testing.assert_series_equal(grid["people"], again["people"])


def test_every_problem_is_listed():
    """Bad figures, bad centres, unknown counties and bad shares come in one error."""
    counties = _counties(west=(10, 20))
    cells = _cells().assign(county=lambda t: t["county"].where(t["row"] > 0, "nowhere"))
    with pytest.raises(InputError) as caught:
        people_on_grid(
            cells,
            counties,
            _centres().assign(weight=[1.0, float("nan")]),
            urban_density_per_km2=0,
            scattered_share=1.5,
        )
    text = str(caught.value)
    figures = ("0 <= urban <= total", "weight must be > 0", "'nowhere'")
    for phrase in (*figures, "urban_density_per_km2", "scattered_share"):
        assert phrase in text
    assert len(caught.value.problems) == 5


def test_missing_columns_are_named():
    """A table without a needed column is refused by the column's name."""
    with pytest.raises(InputError, match=r"centres: column 'decay_km' is missing"):
        people_on_grid(_cells(), _counties(), _centres().drop(columns="decay_km"))


def test_a_county_without_cells_is_refused():
    """People of a county need at least one cell, and two where both urban and rural live there."""
    cells = _cells()
    with pytest.raises(InputError, match="county 'east' has too few cells"):
        people_on_grid(cells[cells["county"] == "west"], _counties(), _centres())
