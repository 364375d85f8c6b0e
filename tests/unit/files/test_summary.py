"""The plan in plain words: every number is one of the plan's, in both languages."""

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from plans_for_tests import line, small_plan
from typer.testing import CliRunner

import allocator as al
from allocator.cli.app import app
from allocator.errors import InputError
from allocator.files.exporting import export, export_all
from allocator.files.map_notes import has_chinese
from allocator.files.summary_facts import next_steps
from allocator.files.summary_words import plain
from allocator.lp.status import Status
from allocator.plan_tables import MARGINAL_COLUMNS, compliance_table

COVERED = {
    "COV-U": {"kinds": ["ems_station"], "group": "urban", "within_km": 2.0},
    "COV-R": {"kinds": ["ems_station"], "group": "rural", "within_km": 8.0},
}


def told_plan(**changes):
    """The small plan with rules in words, costs and marginals."""
    plan = small_plan()
    rules = {
        "COV-U": {"meaning": "Urban people are near a station.", "clause": "城区急救站服务圈"},
        "COV-R": {"meaning": "Rural people are near a station.", "clause": "农村急救站服务圈"},
    }
    told = {**plan.provenance, "coverage_rules": COVERED, "rules": rules, "currency": "CNY",
            "budget": 5_000_000.0}  # fmt: skip
    rows = [
        ["ems_station", "all", "all", 1, "COV-U", 317.0, 317.0, "people", "", 700_000.0, "CNY",
         "each", "+1 ambulance station: 317 more people"],
        ["village_clinic", "all", "all", 1, "COV-U", 290.0, 290.0, "people", "vc:9", 100_000.0,
         "CNY", "each", "+1 village clinic: 290 more people"],
        ["ems_station", "all", "all", 0, "RESP", -0.5, -0.5, "minutes", "", 0.0, "CNY", "anew",
         "as many, placed anew: 0.5 minutes less"],
        ["ems_station", "all", "all", -1, "COV-U", -700.0, -700.0, "people", "", -1.0, "CNY", "",
         "-1 ambulance station: 700 fewer people"],
        ["nurses", "all", "all", 1, "objective", 8e9, 8e9, "CNY", "", None, "CNY", "", "dear"],
    ]  # fmt: skip
    marginals = pd.DataFrame(rows, columns=list(MARGINAL_COLUMNS))
    return replace(replace(plan, provenance=told, marginals=marginals), **changes)


def allowed(plan) -> set[str]:
    """Every number that a text about the plan may hold, from its tables, by hand."""
    found: set[float] = {0.0}
    for table in (plan.compliance, plan.units, plan.conflicts, plan.marginals):
        for column in table.select_dtypes("number"):
            found |= set(table[column].dropna().abs())
    for column in ("required", "achieved"):
        found |= set(pd.to_numeric(plan.compliance[column]).dropna())
    cells, sites = plan.cells, pd.DataFrame(plan.facilities)
    found.add(cells["people"].sum())
    for where in (cells["people"] >= 0, cells["unit"] == "A", cells["unit"] == "B"):
        for rule, group in (("COV-U", cells["urban"]), ("COV-R", ~cells["urban"])):
            had, has = cells[f"covered_today:{rule}"], cells[f"covered:{rule}"]
            for who in (has & ~had, had & ~has, ~has):
                found.add(cells.loc[where & group & who, "people"].sum())
    for by in (["status"], ["unit", "kind", "status"]):
        groups = sites.groupby(by)
        found |= set(groups.size()) | set(groups["ambulances"].sum())
    found |= set(sites.groupby("kind")["cost"].sum())
    whole = plan.compliance[plan.compliance["area"] == "all"]
    for _, rows in whole.groupby("strength"):
        evaluated = rows["evaluated"].astype(bool)
        found |= {(rows["met"].eq(True) & evaluated).sum(),
                  (rows["met"].eq(False) & evaluated).sum(), (~evaluated).sum()}  # fmt: skip
    found |= {plan.objective_value, plan.provenance["budget"], len(plan.provenance["notes"])}
    texts = {f"{v:,.0f}" for v in found} | {f"{v:,.2f}".rstrip("0").rstrip(".") for v in found}
    return texts | {f"{v:,.1f}" for v in found} | {f"{100 * plan.gap:.2f}"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_is_the_plans(language):
    """Those in names, notes and ids aside, which are quoted."""
    plan = told_plan()
    text = al.summarise(plan, language)
    quoted = [*plan.units["name"], *plan.compliance["note"], *plan.compliance["rule"],
              plan.policy, *plan.marginals["words"], *plan.conflicts["words"], "vc:9",
              "detour = 1.4", *plan.why()]  # fmt: skip
    for part in sorted({plain(q) for q in quoted if q}, key=len, reverse=True):
        text = text.replace(part[:1].upper() + part[1:], "").replace(part, "")
    text = re.sub(r"^\d+\. ", "", text, flags=re.M)  # numbers of a list
    text = text.replace("增加 1 处", "")  # one more
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", text)
    assert len(numbers) > 25
    assert [n for n in numbers if n.rstrip(",") not in allowed(plan)] == []


def test_both_languages_tell_the_same_numbers():
    """Of counties, costs and cover."""
    numbers = [
        set(re.findall(r"\d+,\d{3}(?:,\d{3})*", al.summarise(told_plan(), language)))
        for language in ("en", "zh")
    ]
    # "one per 30,000" is a rule's meaning, which the Chinese text names by its id alone.
    assert numbers[0] - {"30,000"} == numbers[1]
    assert len(numbers[1]) > 6


def test_what_changes_where_and_why():
    """By county, with the people it is for."""
    text = al.summarise(told_plan())
    haining = next(t for t in text.splitlines() if "Haining" in t and t.startswith("* **"))
    for said in (
        "(1,000 residents)", "open 1 ambulance station (with 6 ambulances)",
        "upgrade 1 community health centre", "close 1 village clinic",
        "225 more people come within reach (COV-R)", "ambulances 4 (today 3)",
        "public beds 370 (today not known)",
    ):  # fmt: skip
        assert said in haining
    assert "375 people are newly covered, 375 are not covered" in text
    assert "Must rules: 1 met, 1 not met, 1 not evaluated" in text
    assert "within a budget of 5,000,000 CNY" in text
    chinese = al.summarise(told_plan(), "zh")
    assert "COV-U:城区急救站服务圈。新增覆盖 375 人,仍未覆盖 375 人。" in chinese
    assert "新建急救站 1 处(配救护车 6 辆)" in chinese
    assert "总费用 1,234,568 元;预算 5,000,000 元。" in chinese


def test_the_best_steps_are_different_ones():
    """People per money first, then minutes; what takes away or only costs is no step."""
    steps = next_steps(told_plan())
    assert [(s.kinds, s.rule, s.effect) for s in steps] == [
        (("village_clinic",), "COV-U", 290.0), (("ems_station",), "COV-U", 317.0),
        (("ems_station",), "RESP", -0.5),
    ]  # fmt: skip
    assert next_steps(small_plan()) == []
    assert "No single addition was found" in al.summarise(small_plan())


def test_what_is_not_proven_is_said():
    """Feasible, stopped, edited, modelled, not evaluated."""
    text = al.summarise(told_plan(reproducible=False))
    for said in (
        "is not proven to be the best (gap 2.80%)", "The clock or a hand stopped",
        "Modelled or assumed, not measured: facilities, population grid",
        "Not evaluated, 1 rule: DATA", "detour = 1.4", "the grid is modelled",
    ):  # fmt: skip
        assert said in text
    proven = told_plan(status=Status.OPTIMAL, gap=0.0)
    assert "is proven to be the best" in al.summarise(proven)
    assert "已证明为最优" in al.summarise(proven, "zh")
    edited = told_plan(provenance={**told_plan().provenance, "edited_by_hand": ["facilities"]},
                       gap=math.inf)  # fmt: skip
    assert "Edited by hand: facilities; nothing is proven of it." in al.summarise(edited)
    assert "经人工修改" in al.summarise(edited, "zh")


def test_what_would_be_enough_is_rounded_up():
    """2.001 is not enough where 2.0014 is needed."""
    plan = told_plan()
    conflicts = plan.conflicts.assign(change=[14.2004, np.nan])
    assert "AMB 放宽 14.21 辆" in al.summarise(replace(plan, conflicts=conflicts), "zh")


def test_when_all_holds():
    """Nothing gives way; nothing is excused."""
    lines = compliance_table([line("A", required=1, achieved=1, slack=0, met=True)])
    plan = told_plan(compliance=lines, conflicts=told_plan().conflicts.iloc[:0])
    assert "Every rule that could be evaluated holds." in al.summarise(plan)
    assert "全部达标" in al.summarise(plan, "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "changes",
    [
        {"cells": small_plan().cells.iloc[:0]},
        {"cells": small_plan().cells[["x_m", "y_m", "people", "urban", "unit"]]},
        {"facilities": small_plan().facilities.iloc[:0]},
        {"outlines": small_plan().outlines.drop(columns="geometry")},
        {"units": small_plan().units.iloc[:0]},
        {"provenance": {}, "objective_value": math.nan, "gap": math.inf, "bound": math.nan},
    ],
)
def test_a_plan_with_little_to_tell_still_gives_a_text(language, changes):
    """No cells, no cover, no sites, no units, no provenance."""
    text = al.summarise(small_plan(**changes), language)
    assert text.count("\n## ") == 5
    assert "nan" not in text


def test_hostile_names_are_inert():
    """No HTML, no link, no table, one line."""
    units = small_plan().units.assign(name="<script>x</script>\n# [a](javascript:b)")
    text = al.summarise(told_plan(units=units, region="<img src=x>"))
    assert "<" not in text
    assert "[a](" not in text
    assert "\\[a\\](" in text
    assert "\n# \\[" not in text


def test_it_is_written_and_printed(tmp_path):
    """With every plan in both languages; alone by its suffix; on the command line."""
    written = {p.name for p in export_all(told_plan(), tmp_path / "out", with_map=False)}
    assert {"summary.md", "summary.zh.md"} <= written
    back = al.read_plan(tmp_path / "out")
    assert (tmp_path / "out" / "summary.md").read_text("utf-8") == al.summarise(back)
    export(told_plan(), tmp_path / "plan.md", chinese=True)
    assert (tmp_path / "plan.md").read_text("utf-8") == al.summarise(told_plan(), "zh")
    done = CliRunner().invoke(app, ["summary", str(tmp_path / "out"), "--chinese"])
    assert done.stdout == al.summarise(back, "zh")
    with pytest.raises(InputError, match="language must be en or zh, got 'fr'"):
        al.summarise(told_plan(), "fr")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_large_region_still_fits_a_page(language):
    """Of very many units the twelve with most changed sites; of many rules the first eight."""
    plan = told_plan()
    names = [f"U{i:02d}" for i in range(40)]
    units = pd.concat([
        plan.units.iloc[[0]].assign(unit=u, name=f"Unit {u}", parent="") for u in names
    ])  # fmt: skip
    missed = [line(f"R{i:02d}", required=2, achieved=1, slack=-1, met=False) for i in range(30)]
    outlines = plan.outlines.iloc[[0] * len(names)].set_axis(names)
    text = al.summarise(
        replace(plan, units=units, compliance=compliance_table(missed), outlines=outlines), language
    )
    assert text.count("* **Unit") <= 12
    assert ("more, where fewer sites change" if language == "en" else "个单位变化较少") in text
    assert "R07" in text
    assert "R08" not in text
    assert ("* 22 rules more" if language == "en" else "* 另有 22 条") in text


def test_notes_that_have_a_chinese_form_come_first():
    """The engine's notes before those that people wrote in their own language; four in all."""
    own = [f"A note of our own, number {k}." for k in range(5)]
    notes = [*own, "interrupted before it was known why rules gave way"]
    plan = told_plan(provenance={**told_plan().provenance, "notes": notes})
    told = al.summarise(plan, "zh").splitlines()[-5:]
    assert has_chinese(told[0])
    assert [line for line in told if "our own" in line] == [f"* {n[:-1]}。" for n in own[:3]]
    assert told[-1] == "* 另有 2 条备注,见 plan.json。"
