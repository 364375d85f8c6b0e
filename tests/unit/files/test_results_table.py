"""The table of a batch: typed columns, csv and parquet, whole or as it was."""

import pandas as pd
import pytest

from allocator.errors import InputError
from allocator.files import results
from allocator.files.results import COLUMNS, results_table, typed, write_results

ROWS = [
    {"name": "a", "varied": {"budget": 1 / 3, "travel.on": True}, "covered": {"B": 1.0, "A": 2.0},
     "gap": 0.1 + 0.2, "must_met": 3, "error": ""},
    {"name": "b", "varied": {"policy": "x", "budget": 5}, "covered": {"C": 4.0}, "seconds": 1.5},
]  # fmt: skip


@pytest.mark.parametrize(("values", "dtype", "kept"), [
    ([1, None, 3], "Int64", [1, 3]), ([1, 2.5, None], "Float64", [1.0, 2.5]),
    ([True, None, False], "boolean", [True, False]), (["a", None], "string", ["a"]),
    ([[1, 2], None], "string", ["[1, 2]"]), ([1, "a", True], "string", ["1", '"a"', "true"]),
    ([None, None], "string", []),
])  # fmt: skip
def test_values_of_a_key_have_one_type(values, dtype, kept):
    """What they have in common; else JSON."""
    column = typed(values)
    assert str(column.dtype) == dtype
    assert column.dropna().tolist() == kept


def test_columns_stand_where_they_are_looked_for():
    """Varied keys after the file, people covered before the cost; a name of ours is no key."""
    table = results_table(ROWS, ["budget", "policy", "name"])
    assert list(table.columns[:5]) == ["name", "scenario", "budget", "policy", "status"]
    at = list(table.columns).index("cost")
    assert list(table.columns[at - 3 : at]) == ["covered:B", "covered:A", "covered:C"]
    assert [c for c in COLUMNS if c not in table.columns] == []
    assert table["must_met"].tolist() == [3, pd.NA]
    assert table["name"].tolist() == ["a", "b"]


def test_both_files_say_the_same(tmp_path):
    """Parquet to the last bit; in csv what was varied stands in full."""
    table = results_table(ROWS, ["budget", "travel.on", "policy"])
    write_results(table, tmp_path)
    again = pd.read_parquet(tmp_path / "results.parquet")
    pd.testing.assert_frame_equal(again, table, check_dtype=False)
    text = pd.read_csv(tmp_path / "results.csv", keep_default_na=False, dtype=str)
    assert text["budget"].tolist() == [repr(1 / 3), "5.0"]
    assert text["travel.on"].tolist() == ["true", ""]
    assert (text["gap"][0], text["seconds"][1]) == ("0.3", "1.5")


def test_a_table_without_rows_can_be_written(tmp_path):
    """As after an interrupt at the very beginning."""
    write_results(results_table([]), tmp_path)
    assert list(pd.read_parquet(tmp_path / "results.parquet").columns) == list(COLUMNS)


def test_neither_file_is_changed_when_one_cannot_be_written(tmp_path, monkeypatch):
    """All or nothing."""
    write_results(results_table(ROWS[:1]), tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(InputError, match="No space left"):
        write_results(results_table(ROWS), tmp_path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before
    assert results.CSV in before
