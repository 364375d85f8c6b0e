"""Degree of urbanisation on random country: by hand, shifted, turned, and with more people."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from settlement_oracle import classes

from allocator.region.grid import PopulationGrid
from allocator.region.settlement import CLASSES, UrbanThresholds, degree_of_urbanisation

PEOPLE = hnp.arrays(
    np.float64,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9),
    elements=st.sampled_from([0.0, 1, 299, 300, 700, 1499, 1500, 2500, 9000, 26_000]),
).filter(np.any)


def _grid(people, *, x0=0.0, y0=0.0, side_m=1000.0):
    row, col = np.nonzero(people)
    table = pd.DataFrame(
        {"x_m": x0 + (col + 0.5) * side_m, "y_m": y0 - (row + 0.5) * side_m,
         "people": people[row, col], "urban": False, "unit": "R", "area_km2": side_m**2 / 1e6},
        index=[f"{r},{c}" for r, c in zip(row, col, strict=True)],
    )  # fmt: skip
    return PopulationGrid(table, side_m)


def _kinds(people, **options):
    names = ("x0", "y0", "side_m")
    grid = _grid(people, **{k: options.pop(k) for k in names if k in options})
    return degree_of_urbanisation(grid, **options).cells["settlement"]


@given(people=PEOPLE, smooth=st.booleans())
def test_every_class_is_that_of_flood_fill_by_hand(people, smooth):
    """The classes are those that dictionaries and flood fill give."""
    expected = classes({at: float(n) for at, n in np.ndenumerate(people)}, smooth=smooth)
    found = _kinds(people, smooth=smooth).to_dict()
    assert found == {at: expected[tuple(map(int, at.split(",")))] for at in found}


@given(people=PEOPLE, x0=st.floats(-1e6, 1e6), y0=st.floats(-1e6, 1e6), turned=st.booleans())
def test_where_the_country_lies_does_not_matter(people, x0, y0, turned):
    """Moved by any distance, or seen from the other side, cells keep their class."""
    plain = _kinds(people)
    moved = _kinds(people[::-1] if turned else people, x0=x0, y0=y0)
    if turned:
        last = people.shape[0] - 1
        moved.index = [f"{last - int(r)},{c}" for r, c in (name.split(",") for name in moved.index)]
    assert moved.to_dict() == plain.to_dict()


@given(people=PEOPLE, factor=st.floats(1, 50), corners=st.booleans())
def test_no_class_falls_when_people_grow(people, factor, corners):
    """More people everywhere, by one factor: no cell falls to a lower class, before smoothing."""
    cell_km = None if corners else 1.0
    before = _kinds(people, smooth=False, cell_km=cell_km)
    after = _kinds(people * factor, smooth=False, cell_km=cell_km)
    level = {name: i for i, name in enumerate(CLASSES)}
    assert (after.map(level) >= before.map(level)).all()


@given(people=PEOPLE, times=st.sampled_from([2, 4, 5]))
def test_finer_cells_change_nothing_where_people_are_even(people, times):
    """Each square cut into equal cells: all of them have the class of the square."""
    fine = np.kron(people / times**2, np.ones((times, times)))
    found = _kinds(fine, side_m=1000 / times)
    whole = _kinds(people).to_dict()
    for at, kind in found.items():
        row, col = (int(i) // times for i in at.split(","))
        assert kind == whole[f"{row},{col}"]


@given(people=PEOPLE)
def test_clusters_hold_enough_people(people):
    """Listed clusters reach their size; cells of one cluster name it; the rest is rural."""
    grid = _grid(people)
    settlement = degree_of_urbanisation(grid)
    limits = UrbanThresholds()
    least = {"urban_centre": limits.centre_people, "urban_cluster": limits.cluster_people}
    for row in settlement.clusters.itertuples():
        assert row.people >= least[row.settlement]
    cells = settlement.cells
    assert ((cells["cluster"] == 0) == (cells["settlement"] == "rural")).all()
    named = cells[cells["cluster"] > 0]
    assert (settlement.clusters["settlement"].loc[named["cluster"]].to_numpy()
            == named["settlement"].to_numpy()).all()  # fmt: skip
    assert abs(settlement.shares(grid).sum() - 1) < 1e-9
