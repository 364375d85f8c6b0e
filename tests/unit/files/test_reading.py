"""A written plan, read back."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from plans_for_tests import small_plan

from allocator.errors import InputError
from allocator.files.exporting import export
from allocator.files.reading import read_plan
from allocator.files.tables import csv_files, plain_tables
from allocator.lp.status import Status


@pytest.fixture
def folder(tmp_path):
    """The folder of the small plan."""
    export(small_plan(), tmp_path / "plan")
    return tmp_path / "plan"


def change(folder, table, old, new):
    """Change a text in a table as an editor would."""
    path = folder / f"{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def problems_of(folder):
    """What is wrong with a folder."""
    with pytest.raises(InputError) as caught:
        read_plan(folder)
    return "\n".join(caught.value.problems)


def test_round_trip_gives_the_same_tables(folder):
    """Every table comes back with the same rows and columns; numbers to ten digits."""
    plan, back = small_plan(), read_plan(folder)
    then = plain_tables(back)
    for name, table in plain_tables(plan).items():
        table = table.where(table.notna(), None) if name == "compliance" else table
        found = then[name].where(then[name].notna(), None) if name == "compliance" else then[name]
        assert_frame_equal(
            found.astype(object), table.astype(object), rtol=1e-9, check_index_type=False
        )


def test_round_trip_gives_the_same_files(folder, tmp_path):
    """A plan read and written again is the same bytes, json included."""
    export(read_plan(folder), tmp_path / "again")
    for path in folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_round_trip_gives_the_same_heads(folder):
    """Everything that is not a table comes back too."""
    plan, back = small_plan(), read_plan(folder)
    for name in ("region", "crs", "policy", "objective", "status", "objective_value", "bound",
                 "gap", "objective_unit", "seconds", "reproducible", "interrupted"):  # fmt: skip
        assert getattr(back, name) == getattr(plan, name)
    assert back.summary() == plan.summary()
    assert back.provenance["sources"] == plan.provenance["sources"]
    assert "edited_by_hand" not in back.provenance


def test_facilities_have_points_in_the_plans_crs(folder):
    """Geometry is rebuilt from x_m and y_m, to the last digit."""
    plan, back = small_plan(), read_plan(folder)
    assert back.facilities.crs == plan.facilities.crs
    assert back.facilities.geometry.x.tolist() == plan.facilities.geometry.x.tolist()


def test_plan_json_may_be_named_instead_of_its_folder(folder):
    """The path of plan.json means its folder."""
    assert read_plan(folder / "plan.json").region == "small"


def test_an_edited_table_is_named_and_nothing_is_proven(folder):
    """A hand-edited table is told of, and the plan claims no bound and no optimum."""
    change(
        folder, "units", "A,南湖区,district,ambulances,6,7,8", "A,南湖区,district,ambulances,6,7,5"
    )
    back = read_plan(folder)
    assert back.provenance["edited_by_hand"] == ["units"]
    assert back.status is Status.FEASIBLE
    assert math.isnan(back.bound)
    assert back.gap == math.inf
    assert not back.reproducible
    cars = back.units[back.units["resource"] == "ambulances"]
    assert cars["allocated"].tolist() == [12, 5, 4]


def test_a_table_saved_again_by_a_spreadsheet_is_not_edited(folder):
    """A BOM, CRLF and TRUE for true are the same table."""
    for name in csv_files(small_plan()):
        path = folder / name
        text = path.read_text("utf-8").replace("true", "TRUE").replace("\n", "\r\n")
        path.write_bytes(text.encode("utf-8-sig"))
    assert "edited_by_hand" not in read_plan(folder).provenance


@pytest.mark.parametrize("content", [None, "", "{", "[1]", '{"tables": 3, "crs": 7}'])
def test_a_missing_or_broken_plan_json_is_noted(folder, content):
    """Without a usable plan.json the tables are still a plan, marked as edited."""
    (folder / "plan.json").unlink()
    if content is not None:
        (folder / "plan.json").write_text(content)
    back = read_plan(folder)
    assert back.provenance["edited_by_hand"][0] == "compliance"
    assert len(back.units) == 9
    assert back.facilities.crs is None
    assert content == '{"tables": 3, "crs": 7}' or "plan.json" in back.provenance["notes"][-1]


def test_a_facility_added_by_hand_needs_only_lon_and_lat(folder):
    """Empty x_m and y_m are computed; the added facility stands where lon and lat say."""
    path = folder / "facilities.csv"
    added = "new-1,By hand,ems_station,,,new,A,120.9267668,30.7298609,,,,2,1,,,,assumed\n"
    path.write_text(path.read_text("utf-8") + added, encoding="utf-8")
    back = read_plan(folder)
    row = back.facilities.iloc[-1]
    assert (row["x_m"], row["y_m"]) == pytest.approx((301_500, 3_401_500), abs=0.1)
    assert back.provenance["edited_by_hand"] == ["facilities"]


def test_lon_and_lat_that_contradict_x_and_y_are_an_error(folder):
    """Moving only lon and lat leaves the plan in two places; that is refused."""
    change(folder, "facilities", "120.9267668", "120.8267668")
    assert "ems-1: lon, lat and x_m, y_m are 9," in problems_of(folder)


def test_without_a_crs_x_and_y_must_be_there(folder):
    """Nothing can be computed without plan.json, so empty metres are an error."""
    (folder / "plan.json").unlink()
    change(folder, "facilities", "300500.0,3400500.0", ",")
    assert "chc-1: x_m and y_m are missing" in problems_of(folder)


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("units", "unit,name", "unit,title", "unknown column 'title'"),
        ("units", "unit,name", "unit,title", "column 'name' is missing"),
        ("units", "allocated", "alocated", "did you mean 'allocated'"),
        ("units", "name,level", "name,name", "column 'name' stands 2 times"),
        ("units", "ambulances,6,7,8", "ambulances,6,7,x", "row 6, allocated: expected a number"),
        ("units", "ambulances,6,7,8", "ambulances,6,7,nan", "got 'nan'"),
        ("units", "ambulances,6,7,8", "ambulances,6,7,1_000", "got '1_000'"),
        ("units", "ambulances,6,7,8", 'ambulances,6,7,"1,000"', "got '1,000'"),
        ("units", "A,南湖区,district,ambulances", "B,南湖区,district,ambulances",
         "row 9, unit and resource: 'B / ambulances' stands twice"),
        ("units", "ambulances,6,7,8", "ambulances,6,7", "row 6 has 6 fields, expected 7"),
        ("facilities", "chc-2", "chc-1", "row 3, id: 'chc-1' stands twice"),
        ("facilities", "chc-2", "", "row 3, id: must not be empty"),
        ("facilities", ",upgraded,", ",moved,", "chc-2: status must be one of kept, new"),
        ("facilities", "village_clinic", "kiosk", "vc-1: unknown kind 'kiosk'"),
        ("facilities", ",direct,", ",directly,", "chc-2: unknown attribute 'directly'"),
        ("facilities", "300500.0", "inf", "x_m: expected metres"),
        ("compliance", "true,true,must", "yes,true,must", "met: expected true, false or nothing"),
        ("compliance", "must,true", "must,", "evaluated: expected true or false, got nothing"),
        ("cells", "covered:COV-U", "coverd:COV-U", "did you mean 'covered:'"),
        ("cells", "r0c1", "r0c0", "cell: 'r0c0' stands twice"),
        ("assumptions", "detour", "walking_kmh", "name: 'walking_kmh' stands twice"),
        ("tiers", "1.25", "long", "row 3, seconds: expected a number"),
    ],
)  # fmt: skip
def test_each_kind_of_mistake_is_told_with_its_place(folder, table, old, new, message):
    """The error names the file, the row, the column and the value."""
    change(folder, table, old, new)
    problems = problems_of(folder)
    assert f"{table}.csv" in problems
    assert message in problems


def test_all_problems_of_all_tables_are_told_at_once(folder):
    """One error lists a missing file, a wrong cell and a doubled id together."""
    (folder / "tiers.csv").unlink()
    change(folder, "units", "ambulances,6,7,8", "ambulances,6,7,eight")
    change(folder, "facilities", "chc-2", "chc-1")
    problems = problems_of(folder)
    for message in ("tiers.csv is missing", "expected a number", "stands twice"):
        assert message in problems


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("机构".encode("gbk"), "not UTF-8"),
        (b"", "is empty"),
        (b"tier;block;objective;bound;gap;status;seconds\n", "not separated by commas"),
        (b'tier,"block\n', "cannot be read"),
    ],
)
def test_a_file_that_is_no_csv_is_told_of(folder, content, message):
    """Other encodings, other separators and broken quotes are errors, not crashes."""
    (folder / "tiers.csv").write_bytes(content)
    assert message in problems_of(folder)


def test_a_flood_of_problems_is_cut_short(folder):
    """A file that is wrong in every row lists the first problems and counts the rest."""
    path = folder / "cells.csv"
    path.write_text(path.read_text("utf-8").replace("false", "no"), encoding="utf-8")
    assert "... and" in problems_of(folder)


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    """The error names the path."""
    with pytest.raises(InputError, match="no such folder"):
        read_plan(tmp_path / "nowhere")


def test_infinite_and_missing_numbers_survive(tmp_path):
    """A plan without bound is written as valid JSON and read as such."""
    plan = small_plan(bound=-math.inf, gap=math.inf, objective_value=math.nan)
    export(plan, tmp_path / "plan")
    text = (tmp_path / "plan" / "plan.json").read_text("utf-8")
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    back = read_plan(tmp_path / "plan")
    assert (back.bound, back.gap) == (-math.inf, math.inf)
    assert math.isnan(back.objective_value)


def test_an_empty_plan_survives(tmp_path):
    """Tables without rows come back without rows."""
    plan = small_plan()
    empty = {n: getattr(plan, n).iloc[:0] for n in ("facilities", "cells", "tiers")}
    export(small_plan(**empty), tmp_path / "plan")
    back = read_plan(tmp_path / "plan")
    assert [len(getattr(back, n)) for n in empty] == [0, 0, 0]
    assert "edited_by_hand" not in back.provenance


def test_columns_in_another_order_are_the_same_table(folder):
    """Only names matter."""
    table = pd.read_csv(folder / "units.csv", dtype=str, keep_default_na=False)
    table[table.columns[::-1]].to_csv(folder / "units.csv", index=False)
    back = read_plan(folder)
    assert "edited_by_hand" not in back.provenance
    assert np.array_equal(back.units["allocated"], small_plan().units["allocated"])
