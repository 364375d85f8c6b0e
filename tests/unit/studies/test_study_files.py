"""Files of fronts and robust plans: every column with its unit, pictures that say what they are."""

import numpy as np
import openpyxl
import pandas as pd
import pytest
from builders import rule, site, small_policy, small_region

from allocator.studies.drawing import wrapped
from allocator.studies.front_picture import draw_front
from allocator.studies.robust_plans import robust_plan
from allocator.studies.tables import Column, StudyTable
from allocator.studies.trade_offs import trade_off

EMS = {"kinds": ["ems_station"]}
SITES = [
    site(f"e{i}", x_km=0.5 + i % 4, y_km=0.5 + i // 4, opening_cost=1e7,
         status="existing" if i == 0 else "candidate")
    for i in range(8)
]  # fmt: skip
COVERAGE = rule("coverage", id="COV", sites=EMS, within_km=0.9)


@pytest.fixture(scope="module")
def front():
    """Coverage against money, one point as if it were not proven."""
    found = trade_off(small_region(sites=SITES), small_policy(COVERAGE), points=4)
    found.points.loc[1, ["proven", "status"]] = [False, "feasible"]
    found.points.loc[1, "bound"] += 200.0
    return found


@pytest.fixture(scope="module")
def robust():
    """Two forecasts of beds."""
    region = small_region(
        stock={("A", "public_beds"): 8, ("B", "public_beds"): 3}, costs={"public_beds": 1.0}
    )
    beds = rule("quota", id="BEDS", resources=["public_beds"], number=3)
    return robust_plan(region, small_policy(beds), [{"A": 1.2}, {"B": 1.4}], budget=1e6)


@pytest.mark.parametrize(
    ("chinese", "heads"),
    [
        (False, ["cost of the plan (CNY)", "people covered (COV) (people)", "knee (yes or no)"]),
        (True, ["规划费用 (CNY)", "覆盖人口(COV) (人)", "拐点 (是或否)"]),
    ],
)
def test_a_front_is_written_with_units(front, tmp_path, chinese, heads):
    """The csv and the first sheet have the same columns and rows."""
    files = {p.name: p for p in front.export(tmp_path / "front", chinese=chinese)}
    assert list(files) == [
        "front.csv", "removed.csv", "front.xlsx", "front.png", "front.svg", "front.pdf",
    ]  # fmt: skip
    table = pd.read_csv(files["front.csv"], encoding="utf-8-sig")
    assert set(heads) <= set(table.columns)
    assert len(table) == len(front.points)
    page = openpyxl.load_workbook(files["front.xlsx"]).worksheets[0]
    assert [c.value for c in page[1]] == list(table.columns)
    assert page.max_row == 1 + len(front.points)
    assert files["front.csv"].read_bytes().startswith(b"\xef\xbb\xbf") == chinese


@pytest.mark.parametrize("chinese", [False, True])
def test_the_picture_shows_bounds_and_the_knee(front, chinese):
    """Units in millions, a bar for the point that is not proven, a ring for the knee."""
    axes = draw_front(front, chinese=chinese).axes
    assert axes.get_xlabel().endswith("(百万CNY)" if chinese else "(million CNY)")
    texts = [t.get_text() for t in axes.get_legend().get_texts()]
    assert len(texts) == 3
    ends = [tuple(np.asarray(line.get_ydata(), dtype=float)) for line in axes.lines]
    value, bound = front.points.loc[1, ["coverage", "bound"]]
    assert (float(value), float(bound)) in ends
    assert sorted(t.get_text() for t in axes.texts) == sorted(map(str, front.points["point"]))


def test_pictures_are_the_same_twice(front, robust, tmp_path):
    """No date, no random name."""
    for study in (front, robust):
        one, two = (study.export(tmp_path / f"{n}{id(study)}") for n in "ab")
        for first, second in zip(one, two, strict=True):
            assert first.suffix == ".xlsx" or first.read_bytes() == second.read_bytes(), first.name


@pytest.mark.parametrize("chinese", [False, True])
def test_a_robust_plan_is_written_whole(robust, tmp_path, chinese):
    """Every table, and the picture."""
    files = {p.name: p for p in robust.export(tmp_path / "robust", chinese=chinese)}
    names = ["criteria", "candidates", "sites", "units", "trials", "samples"]
    assert list(files) == [
        *(f"{n}.csv" for n in names), "robust.xlsx", "robust.png", "robust.svg", "robust.pdf",
    ]  # fmt: skip
    trials = pd.read_csv(files["trials.csv"], encoding="utf-8-sig")
    assert len(trials) == len(robust.trials)
    assert ("费用 (CNY)" if chinese else "cost (CNY)") in trials.columns
    book = openpyxl.load_workbook(files["robust.xlsx"])
    assert len(book.worksheets) == len(names)
    units = pd.read_csv(files["units.csv"], encoding="utf-8-sig")
    assert ("公立医疗卫生机构床位" if chinese else "public beds") in set(units.iloc[:, 2])


def test_a_table_says_nothing_for_none_and_never_a_formula(tmp_path):
    """Missing numbers are empty; a text that looks like a formula stays a text."""
    frame = pd.DataFrame({"a": ["=1+1", "b"], "n": [np.nan, 2.0], "ok": [True, False]})
    table = StudyTable("t", "表", frame, [
        Column("a", "name", "名称", form="text"), Column("n", "number", "数", "beds", "张"),
        Column("ok", "ok", "是", form="flag"),
    ])  # fmt: skip
    assert table.to_csv(chinese=False) == b"name,number (beds),ok\n=1+1,,true\nb,2,false\n"
    sheet = table.sheet(chinese=True)
    assert sheet.heads == [["名称", "数 (张)", "是"]]
    assert sheet.rows == [["=1+1", None, "是"], ["b", 2, "否"]]


def test_notes_are_wrapped_by_their_width():
    """A Chinese character takes the room of two letters."""
    assert wrapped("a b") == ["a b"]
    assert len(wrapped("医" * 100)) == 2
