"""Census zones to a grid: exact sums, gentle borders, no emptied corners, clear refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.region.outlines import regular_cells
from allocator.region.smoothing import smooth_people


def _zones() -> pd.DataFrame:
    """A dense zone of 4 x 4 cells beside a thin one of 12 x 4, on one board."""
    cells = regular_cells((0, 0, 16 * 250.0, 4 * 250.0), 250)
    return cells.assign(zone=np.where(cells["col"] < 4, "town", "country"))


@given(town=st.integers(0, 5000), country=st.integers(0, 500), rounds=st.integers(0, 30))
def test_zones_keep_their_people(town, country, rounds):
    """However much densities are evened out, each zone's cells sum to its census figure."""
    totals = pd.Series({"town": town, "country": country})
    grid = smooth_people(_zones(), totals, rounds=rounds)
    assert (grid["people"] >= 0).all()
    assert grid.groupby("zone")["people"].sum().to_dict() == totals.to_dict()


def test_without_rounds_density_is_even():
    """Zero rounds spread a zone's people evenly, to the person."""
    grid = smooth_people(_zones(), pd.Series({"town": 1601, "country": 480}), rounds=0)
    assert set(grid.loc[grid["zone"] == "country", "people"]) == {10}
    assert set(grid.loc[grid["zone"] == "town", "people"]) == {100, 101}


def test_thin_zones_are_not_emptied_on_one_side():
    """Where a cell's share is below one person, every quarter of the zone still has its share."""
    cells = regular_cells((0, 0, 8000, 8000), 250).assign(zone="plain")
    grid = smooth_people(cells, pd.Series({"plain": 307}))
    quarters = grid.groupby([grid["row"] // 16, grid["col"] // 16])["people"].sum()
    assert quarters.between(76, 78).all()
    assert grid["people"].max() == 1


def test_smoothing_draws_people_of_a_thin_zone_to_the_dense_one():
    """One round is the mean with the four neighbours, scaled; more rounds slope down from town."""
    totals = pd.Series({"town": 16_000, "country": 480_000})
    once = smooth_people(_zones(), totals.rename(None), rounds=1)
    row = once[once["row"] == 1].set_index("col")["people"]
    edge, far = (1000 + 4 * 10_000) / 5, 10_000.0
    assert row[4] / row[8] == pytest.approx(edge / far, rel=1e-3)
    thin = smooth_people(_zones(), pd.Series({"town": 16_000, "country": 4800}), rounds=20)
    by_column = thin[thin["col"] >= 4].groupby("col")["people"].sum()
    assert by_column.is_monotonic_decreasing
    assert by_column.iloc[0] > 3 * by_column.iloc[-1]


def test_every_problem_with_zones_is_listed():
    """Parts of people, unknown and empty zones, doubled cells and bad rounds come in one error."""
    cells = pd.concat([_zones(), _zones().iloc[:1].assign(zone="sea")])
    with pytest.raises(InputError) as caught:
        smooth_people(cells, pd.Series({"town": 1.5, "country": 4, "hill": 1}), rounds=-1)
    text = str(caught.value)
    for phrase in ("whole people", "'sea'", "'hill'", "share a row and col", "rounds must be"):
        assert phrase in text
    with pytest.raises(InputError, match="column 'zone' is missing"):
        smooth_people(_zones().drop(columns="zone"), pd.Series({"town": 1}))
