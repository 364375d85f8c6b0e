"""The tables of a plan as csv."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from plans_for_tests import small_plan

from allocator.errors import InputError
from allocator.files.tables import csv_files, number_text, to_csv


def test_csv_has_no_bom_and_line_feeds_only():
    """Every file is UTF-8 without BOM, and a line feed ends each line."""
    for content in csv_files(small_plan()).values():
        assert not content.startswith(b"\xef\xbb\xbf")
        assert b"\r" not in content
        assert content.endswith(b"\n")
        content.decode("utf-8")


def test_equal_plans_give_equal_bytes():
    """The same plan written twice is the same bytes."""
    assert csv_files(small_plan()) == csv_files(small_plan())


def test_integer_and_float_columns_are_written_alike():
    """Whether a whole number is held as int or float does not show."""
    plan = small_plan()
    units = plan.units.astype({"allocated": np.int64})
    assert csv_files(small_plan(units=units))["units.csv"] == csv_files(plan)["units.csv"]


def test_coordinates_are_written_in_full():
    """x_m and y_m keep every digit, so that who lies within a radius is the same again."""
    rows = list(csv.DictReader(io.StringIO(csv_files(small_plan())["cells.csv"].decode())))
    assert [float(r["x_m"]) for r in rows] == small_plan().cells["x_m"].tolist()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1 / 3, "0.3333333333"),
        (33350.0, "33350"),
        (12_345_678_901.0, "12345678901"),
        (-0.0, "0"),
        (float("nan"), ""),
        (None, ""),
        (pd.NA, ""),
        (float("inf"), "inf"),
        (1e300, "1e+300"),
        (np.float64(2.5), "2.5"),
    ],
)
def test_numbers_have_ten_digits_at_most_but_whole_ones_all(value, text):
    """Ten significant digits; money in whole units is never cut; nothing for none."""
    assert number_text(value) == text


def test_a_table_without_a_column_is_an_error():
    """A plan whose tables lack columns cannot be written, and the error names them all."""
    plan = small_plan()
    with pytest.raises(InputError, match=r"units lacks the columns have[\s\S]*tiers lacks"):
        csv_files(
            small_plan(
                units=plan.units.drop(columns="have"), tiers=plan.tiers.drop(columns="status")
            )
        )


def test_cells_without_an_index_name_get_their_index_as_id():
    """Whatever the index of the cells is called, it is written as ``cell``."""
    cells = small_plan().cells.rename_axis(None)
    assert (
        to_csv(cells.rename_axis("cell").reset_index())
        == csv_files(small_plan(cells=cells))["cells.csv"]
    )


def test_a_carriage_return_in_a_text_does_not_end_its_row():
    """It is quoted, as a line feed is; rows still end with a line feed alone."""
    frame = pd.DataFrame({"name": ["a\rb", "c\nd"], "note": ["x", "\r"]})
    content = to_csv(frame)
    assert content == b'name,note\n"a\rb",x\n"c\nd","\r"\n'
