"""Tables of travel times: what is read, what is refused, and what is doubted."""

import json

import numpy as np
import pandas as pd
import pytest

from allocator.errors import InputError
from allocator.region.findings import Findings
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.tables import TableWarning, read_pairs, travel_table

IDS, TO = ["01", "区2", "3"], ["A", "B"]


def pairs(folder, name="times.csv"):
    """Read a table of times between the cells and sites above."""
    found = Findings()
    return read_pairs(folder / name, IDS, TO, found, from_what="demand"), found


def text_of(found):
    """All problems in one text."""
    return "\n".join(found.problems)


def test_times_are_arcs_by_name(folder):
    """Leading zeros count, zero minutes are zero, a missing pair is no arc; any order of rows."""
    text = "to_id,from_id,minutes,note\nB,01,2.5,x\nA,3,0,\nA,区2,7,y\n"
    read, found = pairs(folder(times__csv=text))
    assert found.problems == []
    arcs = set(zip(read.start.tolist(), read.end.tolist(), read.minutes.tolist(), strict=True))
    assert arcs == {(0, 1, 2.5), (2, 0, 0.0), (1, 0, 7.0)}


def test_times_that_are_no_times_are_listed(folder):
    """Empty, NaN, text, negative, and the marks for 'no way': every one with its row."""
    text = "from_id,to_id,minutes\n01,A,\n01,B,nan\n区2,A,-1\n区2,B,9999\n3,A,fast\n3,B,12\n"
    read, found = pairs(folder(times__csv=text))
    assert read is None
    told = text_of(found)
    for words in ("3 rows", "(row 2)", "nan (row 3)", "-1 (row 4)", "9999 (row 5)", "fast (row 6)"):
        assert words in told
    assert "(row 7)" not in told


def test_ids_that_do_not_match_are_listed(folder):
    """Unknown names on either side, and pairs that stand twice, all in one go."""
    text = "from_id,to_id,minutes\n1,A,5\n01,C,5\n01,A,5\n01,A,6\n"
    read, found = pairs(folder(times__csv=text))
    assert read is None
    told = text_of(found)
    assert "1 ids are not among the demand: '1'" in told
    assert "1 ids are not among the sites: 'C'" in told
    assert "1 pairs stand more than once, with different times: 01 to A (row 5)" in told


def test_numbers_as_ids_keep_their_zeros_part_by_part(folder, monkeypatch):
    """01 is not 1, in a file whose ids are all numbers and that is read in several parts."""
    monkeypatch.setattr("allocator.travel.table_files._ROWS_AT_ONCE", 2)
    where = folder(times__csv="from_id,to_id,minutes\n01,7,1\n1,7,2\n01,07,3\n001,7,4\n1,07,5\n")
    found = Findings()
    ids = ["1", "01", "001"]
    read = read_pairs(where / "times.csv", ids, ["07", "7"], found, from_what="demand")
    assert found.problems == []
    assert read.start.tolist() == [1, 0, 1, 2, 0]
    assert read.end.tolist() == [1, 1, 0, 1, 0]
    assert read.minutes.tolist() == [1, 2, 3, 4, 5]


def test_exchanged_columns_are_told(folder):
    """from = demand, to = site."""
    read, found = pairs(folder(times__csv="from_id,to_id,minutes\nA,01,5\nB,3,5\n"))
    assert read is None
    assert "exchanged" in text_of(found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("from_id,toid,minutes\n01,A,5\n", "'to_id' is missing; is it 'toid'?"),
        ("", "cannot be read as a table"),
        ("from_id;to_id;minutes\n01;A;5\n", "is missing"),
        ("from_id,to_id,minutes,Minutes\n01,A,5,6\n", "come twice"),
        ("from_id,to_id,minutes\n,A,5\n", "empty in row 2"),
    ],
)
def test_tables_of_times_that_cannot_be_read(folder, text, words):
    """Each with what to mend."""
    read, found = pairs(folder(times__csv=text))
    assert read is None
    assert words in text_of(found)


def test_times_from_excel_and_other_encodings_are_the_same(folder, tmp_path):
    """xlsx, GBK and r5py's name of the column."""
    where = folder(
        times__csv="from_id,to_id,minutes\n01,A,5\n区2,B,6.5\n",
        gbk__csv="from_id,to_id,travel_time\n01,A,5\n区2,B,6.5\n".encode("gb18030"),
    )
    pd.DataFrame({"from_id": ["01", "区2"], "to_id": ["A", "B"], "minutes": [5, 6.5]}).to_excel(
        tmp_path / "times.xlsx", index=False
    )
    for name in ("times.csv", "gbk.csv", "times.xlsx"):
        read, found = pairs(where, name)
        assert found.problems == []
        assert read.start.tolist() == [0, 1]
        assert read.end.tolist() == [0, 1]
        assert read.minutes.tolist() == [5, 6.5]


def test_times_from_parquet(tmp_path):
    """Names as text or as numbers, minutes of any kind; what is missing is told by its row."""
    times = pd.DataFrame({"from_id": [1, 2, 2], "to_id": ["A", "A", "B"], "minutes": [5, 0, 7]})
    times.astype({"to_id": "category"}).to_parquet(tmp_path / "times.parquet", index=False)
    found = Findings()
    read = read_pairs(tmp_path / "times.parquet", ["1", "2"], TO, found, from_what="demand")
    assert found.problems == []
    assert read.start.tolist() == [0, 1, 1]
    assert read.end.tolist() == [0, 0, 1]
    assert read.minutes.tolist() == [5, 0, 7]
    times.assign(minutes=[5, None, -1]).to_parquet(tmp_path / "bad.parquet", index=False)
    assert read_pairs(tmp_path / "bad.parquet", ["1", "2"], TO, found, from_what="demand") is None
    assert "nan (row 2)" in text_of(found)
    assert "-1.0 (row 3)" in text_of(found)


def test_parquet_without_its_reader_says_what_to_install(tmp_path, monkeypatch):
    """An installation without pyarrow refuses with the way out."""

    def read_parquet(path):
        raise ImportError(path)

    monkeypatch.setattr(pd, "read_parquet", read_parquet)
    (tmp_path / "times.parquet").write_bytes(b"PAR1")
    found = Findings()
    assert read_pairs(tmp_path / "times.parquet", IDS, TO, found, from_what="demand") is None
    assert "pip install pyarrow" in text_of(found)


LONG = pd.DataFrame({"from_id": ["007", "8", "8"], "to_id": ["A", "A", "B"], "minutes": [5, 0, 9]})


def arcs(times):
    """Arcs as a dictionary of positions to values."""
    pairs = zip(times.cell.tolist(), times.site.tolist(), strict=True)
    return dict(zip(pairs, times.value.tolist(), strict=True))


def test_every_form_of_a_table_gives_the_same_times(tmp_path):
    """Long or matrix; frame, csv, xlsx or parquet; minutes or seconds; either direction."""
    expected = {(0, 0): 5, (1, 0): 0, (1, 1): 9}
    cells, sites = ["007", "8"], ["A", "B"]
    wide = LONG.pivot_table(index="from_id", columns="to_id", values="minutes")
    LONG.to_csv(tmp_path / "long.csv", index=False)
    LONG.to_excel(tmp_path / "long.xlsx", index=False)
    LONG.to_parquet(tmp_path / "long.parquet", index=False)
    wide.to_csv(tmp_path / "wide.csv")
    wide.to_excel(tmp_path / "wide.xlsx")
    wide.reset_index().to_parquet(tmp_path / "wide.parquet", index=False)
    theirs = LONG.rename(columns={"from_id": "Origin", "minutes": "Total"})
    theirs.to_csv(tmp_path / "theirs.csv", index=False)
    named = {"columns": {"from_id": "Origin", "minutes": "Total"}}
    gaps = {"matrix": True, "missing": [float("nan")]}
    for table, how in (
        (LONG, {}), (wide, gaps), (theirs, named), (LONG.assign(minutes=[300, 0, 540]),
         {"unit": "seconds"}),
        *((tmp_path / f"long.{form}", {}) for form in ("csv", "xlsx", "parquet")),
        *((tmp_path / f"wide.{form}", gaps) for form in ("csv", "xlsx", "parquet")),
        (tmp_path / "theirs.csv", named),
    ):  # fmt: skip
        times = travel_table(table, cells, sites, direction="to site", **how)
        assert arcs(times) == expected
        assert times.unit == "minutes"
        json.dumps(times.provenance)
    back = LONG.rename(columns={"from_id": "to_id", "to_id": "from_id"})
    times = travel_table(back, cells, sites, direction="from site")
    assert arcs(times) == expected
    assert times.provenance["direction"] == "from site"


def test_the_inputs_are_left_as_they_were():
    """Nobody's frame is changed."""
    before = LONG.copy(deep=True)
    travel_table(LONG, ["007", "8"], TO, direction="to site", max_minutes=5)
    pd.testing.assert_frame_equal(LONG, before)


def test_all_that_is_wrong_is_told_at_once():
    """Ids of both sides with counts, lost zeros, marks with the way to say so, two times."""
    table = pd.DataFrame(
        {
            "from_id": ["7", "8", "8", "9", "8", "007", "007"],
            "to_id": ["A", "C", "D", "A", "A", "A", "A"],
            "minutes": [1, 2, np.nan, -1, 9999, 4, 5],
        }
    )
    with pytest.raises(InputError) as told:
        travel_table(table, ["007", "8"], ["A", "B"], direction="to site")
    text = str(told.value)
    assert "2 ids are not among the cells: '7', '9'; is it '007'? Leading zeros count" in text
    assert "2 ids are not among the sites: 'C', 'D'" in text
    assert "missing=[float('nan')]" in text
    assert "missing=[-1.0]" in text
    assert "missing=[9999.0]" in text
    assert "1 pairs stand more than once, with different times: 007 to A (row 7)" in text


@pytest.mark.parametrize("mark", [9999, 99999, 65535, 1e9, 2147483647, -1, -9999, np.nan, np.inf])
def test_marks_are_refused_until_they_are_named(mark):
    """And then those pairs are unreachable."""
    table = LONG.assign(minutes=[5.0, 0.0, mark])
    with pytest.raises(InputError, match="missing="):
        travel_table(table, ["007", "8"], TO, direction="to site")
    times = travel_table(table, ["007", "8"], TO, direction="to site", missing=[mark])
    assert arcs(times) == {(0, 0): 5, (1, 0): 0}
    assert times.provenance["notes"] == ["table: 1 sites have no time to any: B"]


def test_texts_may_be_marks_too(tmp_path):
    """'no route' is one when somebody says so; other texts stay problems."""
    path = tmp_path / "t.csv"
    path.write_text("from_id,to_id,minutes\n1,A,no route\n1,B,5\n", "utf-8")
    with pytest.raises(InputError, match="no route"):
        travel_table(path, ["1"], TO, direction="to site")
    with pytest.raises(InputError, match="no route"):
        travel_table(path, ["1"], TO, direction="to site", missing=[float("nan")])
    times = travel_table(path, ["1"], TO, direction="to site", missing=["no route"])
    assert arcs(times) == {(0, 1): 5}


def test_nine_thousand_seconds_may_be_seconds():
    """9,999 s is 167 minutes, if the table has longer ways; as the longest it is a mark."""
    table = LONG.assign(minutes=[9999, 0, 12_000])
    times = travel_table(table, ["007", "8"], TO, direction="to site", unit="seconds")
    assert arcs(times)[0, 0] == pytest.approx(166.65)
    with pytest.raises(InputError, match="mark for 'no way found'"):
        travel_table(LONG.assign(minutes=[9999, 0, 120]), ["007", "8"], TO, direction="to site",
                     unit="seconds")  # fmt: skip


def test_rows_that_repeat_another_count_once():
    """With the same time they are noted; as reachable and as missing they are a problem."""
    twice = pd.concat([LONG, LONG.iloc[:1]])
    times = travel_table(twice, ["007", "8"], TO, direction="to site")
    assert len(times) == 3
    assert times.provenance["notes"] == ["the table: 1 rows repeat another and count once"]
    torn = pd.concat([LONG, LONG.iloc[:1].assign(minutes=-1)])
    with pytest.raises(InputError, match="with different times"):
        travel_table(torn, ["007", "8"], TO, direction="to site", missing=[-1])


def test_people_without_a_time_are_counted():
    """Missing pairs are unreachable people, no error."""
    demand = Demand(np.array([10.0, 20, 30]), ["007", "8", "9"])
    times = travel_table(LONG, demand, SiteSet(TO), direction="to site", made_by="r5py, by car")
    assert times.demand is demand
    assert times.provenance["made_by"] == "r5py, by car"
    assert times.provenance["notes"] == ["table: 1 cells (30 people) have no time to any: 9"]


def test_the_limit_of_the_table_is_kept():
    """An arc of exactly the limit stays; asking for more than was looked for is an error."""
    times = travel_table(LONG, ["007", "8"], TO, direction="to site", max_minutes=5)
    assert arcs(times) == {(0, 0): 5, (1, 0): 0}
    with pytest.raises(InputError, match="larger limit"):
        times.within(6)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"direction": "there"}, "direction must be"),
        ({"unit": "hours"}, "unit must be"),
        ({"columns": {"minutez": "x"}}, "did you mean 'minutes'"),
        ({"columns": {"minutes": "x"}}, "'x' are missing"),
        ({"matrix": True, "columns": {"minutes": "x"}}, "cannot be renamed"),
        ({"max_minutes": float("nan")}, "max_minutes"),
        ({"table": "nowhere.csv"}, "no such file"),
        ({"cells": ["8", "8"]}, "duplicate ids '8'"),
    ],
)
def test_questions_that_make_no_sense(how, words):
    """Each is told, with what to say instead."""
    asked = {"table": LONG, "cells": ["007", "8"], "sites": TO, "direction": "to site", **how}
    with pytest.raises(InputError, match=words):
        travel_table(**asked)


def test_seconds_given_as_minutes_are_doubted():
    """By the speed in a straight line where places are known, else by the nearest site."""
    table = LONG.assign(minutes=[600, 1200, 900])
    with pytest.warns(TableWarning, match="say unit='seconds'"):
        travel_table(table, ["007", "8"], TO, direction="to site")
    xy_m = np.array([[500_000.0, 200_000.0], [505_000.0, 200_000.0]])
    demand = Demand(np.ones(2), ["007", "8"], xy_m=xy_m)
    sites = SiteSet(TO, xy_m=xy_m + np.array([0, 5000.0]))
    with pytest.warns(TableWarning, match=r"0\.35 km/h in a straight line.* say unit='seconds'"):
        travel_table(table, demand, sites, direction="to site")
    travel_table(table, demand, sites, direction="to site", unit="seconds")
    with pytest.warns(TableWarning, match="say unit='minutes'"):
        travel_table(LONG.assign(minutes=[5, 7, 9]), demand, sites, direction="to site",
                     unit="seconds")  # fmt: skip
