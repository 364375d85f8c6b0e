"""The report, the summary and the Excel file say in Chinese what the engine says in English."""

from dataclasses import replace

import openpyxl
import pytest
from plans_for_tests import small_plan
from report_plans import TOLD, full_plan
from report_reader import island, read_report

import allocator as al
from allocator.files.exporting import export
from allocator.files.report.page import report

NOTES = {
    "no stock is known of gps: what is added of them is in no cost":
        "现状数量未知: 全科医生; 其新增部分未计入费用",
    "Ask Mr Li before you print this.": None,
    "人口为模拟数据。": None,
}  # fmt: skip
"""Notes of a plan; people wrote the last two."""
SHORT = ("2 of 3 units short; a surplus elsewhere does not count",
         "3 个单位中有 2 个不足; 其他单位的盈余不予抵补")  # fmt: skip
LIMIT = ("ambulances can grow by 3", "救护车至多增加 3")
EFFECT = ("+1 ambulance station: 125 more people within 15 minutes",
          "急救站 +1: 15 分钟内覆盖增加 125 人")  # fmt: skip


@pytest.fixture(scope="module")
def plan():
    """The full small plan, with sentences as the engine writes them."""
    full = full_plan(provenance={**TOLD, "notes": list(NOTES)})
    compliance, conflicts = full.compliance.copy(), full.conflicts.copy()
    compliance.loc[compliance["rule"] == "COV-U", "note"] = SHORT[0]
    compliance.loc[compliance["rule"] == "COV-R", "origin"] = "override of small-2025"
    limit = conflicts["strength"] == "limit"
    conflicts.loc[limit, ["member", "words"]] = LIMIT[0]
    conflicts.loc[~limit, ["member", "note"]] = "COV-U", "no single change is enough"
    conflicts.loc[~limit, "words"] = "Everybody in town is near."
    return full_plan(provenance=full.provenance, compliance=compliance, conflicts=conflicts)


@pytest.fixture(scope="module")
def pages(plan):
    """The report as it opens in English and in Chinese."""
    return [read_report(report(plan, chinese=chinese)) for chinese in (False, True)]


def notes(page):
    """The notes of a page, each with its language where it has one of its own."""
    (listed,) = page.all("ul", class_="notes")
    return {item.text: item.attributes.get("lang") for item in listed.all("li")}


def test_notes_of_the_report_follow_the_language(pages):
    """What has both changes; what people wrote stays, with its language for screen readers."""
    english, chinese = map(notes, pages)
    first, *others = NOTES
    assert english == {first: None, others[0]: "en", others[1]: "zh"}
    assert chinese == {NOTES[first]: None, others[0]: "en", others[1]: "zh"}


def test_the_switch_of_the_report_knows_both(pages):
    """The page's dictionary pairs each sentence with its Chinese, in both pages."""
    for page in pages:
        known = [tuple(pair) for pair in island(page, "words")]
        for pair in (
            SHORT, LIMIT, ("no single change is enough", "没有任何单项调整足以解决"),
            ("beds, staff, vehicles", "床位、人员、车辆"), ("walking speed", "步行速度"),
        ):  # fmt: skip
            assert pair in known
        assert any(EFFECT[0] in e and EFFECT[1] in z for e, z in known)
        assert any(e == "override of small-2025" and z == "改自small-2025" for e, z in known)


@pytest.mark.parametrize("at", [0, 1])
def test_why_a_rule_gave_way_is_said_in_the_language_of_the_page(pages, at):
    """Its note, the limit that it clashes with, and what one more would do."""
    (article,) = [a for a in pages[at].all("article") if "COV-U" in a.text]
    for pair in (SHORT, LIMIT, EFFECT):
        assert pair[at] in article.text
        assert pair[1 - at] not in article.text


def column(path, sheet, header):
    """Values of a column of a workbook."""
    page = openpyxl.load_workbook(path)[sheet]
    first, *rows = page.iter_rows(values_only=True)
    return [row[first.index(header)] for row in rows]


def test_the_chinese_workbook_says_them_in_chinese(plan, tmp_path):
    """Notes, limits, rules by their clause, effects, readings, parts and notes of the plan."""
    path = tmp_path / "zh.xlsx"
    export(plan, path, chinese=True)
    assert SHORT[1] in column(path, "合规性检查", "说明")
    assert column(path, "冲突与出路", "内容") == ["城市15分钟服务圈", LIMIT[1]]
    assert EFFECT[1] in column(path, "边际分析", "内容")
    assert "步行速度" in column(path, "假设", "含义")
    assert "公里/小时" in column(path, "假设", "计量单位")
    assert "床位、人员、车辆" in column(path, "求解证明", "分块")
    told = column(path, "数据来源", "取值")
    assert {chinese or english for english, chinese in NOTES.items()} <= set(told)


def test_the_english_workbook_is_as_it_was(plan, tmp_path):
    """English as the tables have it."""
    path = tmp_path / "en.xlsx"
    export(plan, path)
    assert SHORT[0] in column(path, "compliance", "note")
    assert column(path, "conflicts", "in words") == plan.conflicts["words"].tolist()
    assert set(NOTES) <= set(column(path, "sources", "value"))


def test_the_chinese_summary_says_them_in_chinese(plan):
    """Why rules give way, what they clash with, and the notes; the English one as it was."""
    chinese, english = al.summarise(plan, "zh"), al.summarise(plan, "en")
    for told in (SHORT[1], LIMIT[1], "现状数量未知: 全科医生", "Ask Mr Li"):
        assert told in chinese
    for told in (SHORT[0], LIMIT[0], next(iter(NOTES)), "Ask Mr Li"):
        assert told in english
    assert SHORT[0] not in chinese
    assert "见 plan.json" not in chinese


def test_a_plan_whose_notes_nobody_translated_is_shown_as_it_is(tmp_path):
    """Texts that the engine did not write pass through everything."""
    plan = small_plan()
    export(plan, tmp_path / "zh.xlsx", chinese=True)
    assert "stock of psychiatrists is missing" in column(tmp_path / "zh.xlsx", "合规性检查", "说明")
    assert "the grid is modelled" in al.summarise(plan, "zh")
    assert notes(read_report(report(plan, chinese=True))) == {"the grid is modelled": "en"}


def test_names_of_candidates_are_said_in_both_languages(plan, tmp_path):
    """What the region's rules name: in the map's data, the table of facilities and the workbook."""
    names = plan.facilities["name"].mask(
        plan.facilities["id"] == "ems:r1c2", "new ambulance station in cell r1c2"
    )
    named = replace(plan, facilities=plan.facilities.assign(name=names))
    page = read_report(report(named))
    both = ["new ambulance station in cell r1c2", "新建急救站(网格 r1c2)"]
    told = {row[0]: row[1] for row in island(page, "map-data")["facilities"]}
    assert told["ems:r1c2"] == both
    assert told["ems-1"] == "Station 1"
    assert both in island(page, "words")
    export(named, tmp_path / "zh.xlsx", chinese=True)
    assert both[1] in column(tmp_path / "zh.xlsx", "机构设施", "名称")
