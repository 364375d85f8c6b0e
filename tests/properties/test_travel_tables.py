"""Tables of travel times against a plain dictionary: direction, units, gaps, repeats, ids."""

import contextlib
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator import TableWarning, travel_table
from allocator.errors import InputError

CELLS = ["007", "7", "c 1", "嘉兴", "9"]
SITES = ["A", "a", "0", "S-1"]
MARKS = {"nan": float("nan"), "-1": -1.0, "9999": 9999.0, "none": "no route"}


@st.composite
def tables(draw):
    """Rows (cell, site, minutes or a mark), some again; what stands for 'no way found'."""
    cells = draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=5, unique=True))
    sites = draw(st.lists(st.sampled_from(SITES), min_size=1, max_size=4, unique=True))
    marks = draw(st.lists(st.sampled_from(sorted(MARKS)), max_size=2, unique=True))
    minutes = st.integers(0, 90).map(float) | st.sampled_from([0.25, 12.5, 59.75])
    value = minutes | st.sampled_from([MARKS[m] for m in marks]) if marks else minutes
    pairs = st.tuples(st.sampled_from(cells), st.sampled_from(sites), value)
    key = lambda row: row[:2]  # noqa: E731
    rows = draw(st.lists(pairs, min_size=1, max_size=16, unique_by=key))
    again = draw(st.lists(st.sampled_from(rows), max_size=3))
    order = draw(st.permutations(rows + again))
    return cells, sites, [MARKS[m] for m in marks], rows, order


def is_mark(value, marks):
    """Whether a value of the table means that there is no way."""
    if isinstance(value, str):
        return value in marks
    return any(value == m or (value != value and m != m) for m in marks)


def frame_of(order, direction, unit):
    """The rows as a frame, in the table's own direction and unit."""
    factor = 60 if unit == "seconds" else 1
    columns = ["from_id", "to_id"] if direction == "to site" else ["to_id", "from_id"]
    cells, sites, values = zip(*order, strict=True)
    scaled = [v * factor if isinstance(v, float) and v >= 0 and v != 9999 else v for v in values]
    return pd.DataFrame({columns[0]: cells, columns[1]: sites, "minutes": scaled})


@contextlib.contextmanager
def doubts_allowed():
    """Times drawn at random may look like seconds."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TableWarning)
        yield


@given(
    tables(), st.sampled_from(["to site", "from site"]), st.sampled_from(["minutes", "seconds"]),
    st.none() | st.sampled_from([0.0, 12.5, 60.0]),
)  # fmt: skip
def test_a_table_is_a_dictionary(case, direction, unit, limit):
    """Every pair with a time up to the limit, with its minutes; nothing else; by cell and site."""
    cells, sites, marks, rows, order = case
    table = frame_of(order, direction, unit)
    asked = {} if limit is None else {"max_minutes": limit}
    before = table.copy()
    with doubts_allowed():
        times = travel_table(
            table, cells, sites, direction=direction, unit=unit, missing=marks, **asked
        )
    expected = {
        (cells.index(c), sites.index(s)): v
        for c, s, v in rows
        if not is_mark(v, marks) and (limit is None or v <= limit)
    }
    found = dict(
        zip(
            zip(times.cell.tolist(), times.site.tolist(), strict=True),
            times.value.tolist(),
            strict=True,
        )
    )
    assert found == pytest.approx(expected)
    assert list(found) == sorted(found)
    assert (times.n_cells, times.n_sites, times.unit) == (len(cells), len(sites), "minutes")
    pd.testing.assert_frame_equal(table, before)
    for at, site in enumerate(sites):
        reached = {i for i, j in found if j == at}
        unserved = f"have no time to any: {site}"
        assert reached or any(unserved in n or site in n for n in times.provenance["notes"])


@given(tables(), st.sampled_from(["to site", "from site"]), st.data())
def test_a_stranger_in_the_table_is_an_error_that_names_it(case, direction, data):
    """Ids of nobody, on either side, whatever else is right."""
    cells, sites, marks, _, order = case
    side = data.draw(st.sampled_from([0, 1]))
    at = data.draw(st.integers(0, len(order) - 1))
    row = list(order[at])
    row[side] = "nobody"
    strange = [*order[:at], tuple(row), *order[at + 1 :]]
    with doubts_allowed(), pytest.raises(InputError, match="'nobody'") as told:
        travel_table(
            frame_of(strange, direction, "minutes"), cells, sites, direction=direction,
            missing=marks,
        )  # fmt: skip
    assert f"not among the {('cells', 'sites')[side]}" in str(told.value)


@given(tables(), st.data())
def test_two_times_for_one_pair_are_an_error(case, data):
    """Even where one of them says that there is no way."""
    cells, sites, marks, rows, order = case
    cell, site, value = data.draw(st.sampled_from(rows))
    other = 91.0 if is_mark(value, marks) else value + 1.0
    with doubts_allowed(), pytest.raises(InputError, match="stand more than once, with different"):
        travel_table(
            frame_of([*order, (cell, site, other)], "to site", "minutes"), cells, sites,
            direction="to site", missing=marks,
        )  # fmt: skip


@given(tables(), st.sampled_from([-1.0, 9999.0, float("nan"), "no route"]))
def test_a_mark_that_nobody_named_is_an_error(case, mark):
    """'No way found' is never guessed: what stands for it must be said."""
    cells, sites, _, rows, _ = case
    plain = [(c, s, 5.0) for c, s, _ in rows]
    plain[0] = (*plain[0][:2], mark)
    with doubts_allowed(), pytest.raises(InputError, match="missing="):
        travel_table(
            frame_of(plain, "to site", "minutes"), cells, sites, direction="to site"
        )  # fmt: skip


@given(tables())
def test_turning_table_and_direction_round_changes_nothing(case):
    """From cells to sites 'to site' is from sites to cells 'from site'."""
    cells, sites, marks, _, order = case
    with doubts_allowed():
        one, other = (
            travel_table(
                frame_of(order, way, "minutes"), cells, sites, direction=way, missing=marks
            )
            for way in ("to site", "from site")
        )
    for name in ("cell", "site", "value"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
