"""The report says what the plan says: every figure, every clause, in both languages."""

import base64
import hashlib
import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from plans_for_tests import small_plan
from report_plans import RULES, full_plan
from report_reader import island, read_report, table

import allocator as al
from allocator.files.provenance import document
from allocator.files.report import cell_data
from allocator.files.report.page import report, to_report

PLAN = full_plan()


@pytest.fixture(scope="module")
def text():
    """The page of the full plan."""
    return report(PLAN)


@pytest.fixture(scope="module")
def page(text):
    """The page as a tree."""
    return read_report(text)


def missing(value):
    return value is None or (isinstance(value, float) and math.isnan(value))


def test_the_compliance_table_has_every_line_with_its_exact_figures(page):
    """Rule, strength, achieved, slack and whether it holds; nothing where nothing is known."""
    rows = table(page, "compliance")
    lines = PLAN.compliance.to_dict("records")
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        assert row["rule"][0] == line["rule"]
        for head, column in (("required", "required"), ("achieved", "achieved"),
                             ("slack", "slack")):  # fmt: skip
            assert row[head][1] == (None if missing(line[column]) else line[column])
        known = line["met"] if line["evaluated"] else None
        assert row["met"][0] == {True: "✓ met", False: "✗ NOT MET", None: "? not evaluated"}[known]
    assert rows[0]["required"][0] == "≥ 12"
    assert rows[-1]["required"][0] == "1 - 2.50"
    assert rows[0]["price of one more"] == ("0.30", 0.1 + 0.2)
    assert rows[3]["slack, % of required"] == ("-25.0%", -375 / 1500)
    assert rows[3]["people"] == ("375", 375.0)


def test_each_rule_stands_with_its_clause_and_its_meaning(page):
    """Chinese words of the document, their meaning, and the line; another document is named."""
    asks = {row["rule"][0]: row["what it asks for"][0] for row in table(page, "compliance")}
    for rule, told in RULES.items():
        assert told["meaning"] in asks[rule]
        assert told["clause"] in asks[rule]
        assert f"line {told['line']}" in asks[rule]
    assert "of another" in asks["COV-R"]
    assert "某市" not in asks["AMB"]
    languages = {e.attributes["lang"] for e in page.all("span", class_="clause")}
    assert languages == {"zh"}


def test_county_figures_are_those_of_the_plan_and_add_up(page):
    """Have, need, allocated; the region's row is the sum of the others."""
    rows = table(page, "counties")
    cars = {r["unit"][0]: r for r in rows if r["resource"][0] == "ambulances"}
    assert cars["南湖区"]["allocated"] == ("8", 8.0)
    assert cars["嘉兴 Jiaxing (total)"]["allocated"][1] == 12.0
    assert cars["南湖区"]["per 1,000 in the plan"][1] == 8 / 1400 * 1000
    assert cars["南湖区"]["gap today"] == ("-1", -1.0)
    assert (cars["南湖区"]["rank"][0], cars["=2+3 Haining"]["rank"][0]) == ("1", "2")
    beds = {r["unit"][0]: r for r in rows if r["resource"][0] == "public beds"}
    assert beds["南湖区"]["have"] == ("", None)
    assert beds["嘉兴 Jiaxing (total)"]["have"][1] == 850.0


def test_facilities_stand_with_what_changes_first(page):
    """All of them, with id, people and place."""
    rows = table(page, "facilities")
    assert [r["status"][0] for r in rows] == ["new", "new", "closed", "upgraded", "kept", "kept"]
    told = PLAN.facilities.set_index("id")
    for row in rows:
        line = told.loc[row["id"][0]]
        assert row["people served"][1] == round(line["people_served"])
        assert row["cost"][1] == line["cost"]
        assert row["place"][0] == f"{line['lat']:.5f}, {line['lon']:.5f}"
    assert {r["id"][0] for r in rows} == set(PLAN.facilities["id"])


def test_the_five_numbers_are_the_plans(page):
    """Must rules, cost, who is covered (counted anew from the cells), beds per head, sites."""
    found = {
        e.attributes["data-number"]: e for e in page.all("li") if "data-number" in e.attributes
    }
    assert len(found) == 5
    assert found["must"].value == 1
    assert "1 of 2" in found["must"].text
    assert "1 gave way, 1 not evaluated" in found["must"].text
    assert found["cost"].value == 1_234_567.875
    assert "1.23 million CNY" in found["cost"].text
    cells = PLAN.cells
    covered = cells["covered:COV-U"] | cells["covered:COV-R"]
    share = cells["people"][covered].sum() / cells["people"].sum()
    assert found["cover-0"].value == pytest.approx(share)
    assert f"{share:.1%}" in found["cover-0"].text
    assert found["beds"].value == 900 / 2400 * 1000
    assert found["sites"].value == 2


def test_rules_that_gave_way_are_told_with_the_reason(page):
    """By how much, what one more would do, and a link on the first screen."""
    (reason,) = page.all("article")
    values = [e.value for e in reason.all("dd")]
    assert values[:3] == [1500.0, 1125.0, -375.0]
    assert "375 people (25.0%)" in reason.text
    assert "125 more people within 15 minutes (costs 3,000,000 CNY)" in reason.text
    assert "250 fewer" not in reason.text
    first = page.one("div", class_="failing")
    assert first.one("a").attributes["href"] == f"#{reason.attributes['id']}"
    assert "375 people short (25.0%)" in first.text


def test_clashes_name_what_cannot_hold_together_and_what_is_enough():
    """Members of the clash, and the single change that would do."""
    lines = PLAN.compliance.copy()
    lines.loc[0, ["met", "slack", "achieved"]] = [False, -2.0, 10.0]
    (article, _) = read_report(report(replace(PLAN, compliance=lines))).all("article")
    assert "vehicles can grow by 3" in article.text
    assert "AMB gives way by 2 vehicles (25.0%)" in article.text


def test_the_tally_is_that_of_the_plan(page):
    """Met, gave way, not evaluated; each leads to its lines."""
    rows = page.one("table", class_="bars").one("tbody").all("tr")
    counts = {
        r.one("th").text: [int(re.sub(r"\D", "", td.text)) for td in r.all("td")] for r in rows
    }
    tally = PLAN.tally
    assert counts == {
        s: [tally.met.get(s, 0), tally.failed.get(s, 0), tally.not_evaluated.get(s, 0)]
        for s in ("must", "target", "wish")
    }


def test_other_tables_have_a_row_per_line(page):
    """Marginals, fairness, assumptions, proof, years, rules that were not looked at."""
    lengths = {
        "marginals": PLAN.marginals, "fairness": PLAN.fairness, "assumptions": PLAN.assumptions,
        "proof": PLAN.tiers, "years": PLAN.years, "year_rules": PLAN.year_rules,
    }  # fmt: skip
    for name, frame in lengths.items():
        assert len(table(page, name)) == len(frame), name
    assert table(page, "open")[0]["rule"][0] == "DATA"
    assert table(page, "marginals")[1]["effect"] == ("-250", -250.0)
    assert table(page, "fairness")[0]["Gini coefficient"] == ("0.0057", 0.0057)
    assert table(page, "years")[0]["year"] == ("2024", 2024.0)
    assert table(page, "proof")[1]["gap"] == ("2.8%", 0.028)
    changed = [r["name"][0] for r in table(page, "assumptions") if r.get("changed", [""])[0]]
    assert changed == ["detour"]


def test_what_it_takes_to_make_it_again_is_told(page):
    """Hashes of inputs and tables, seed, versions."""
    made = page.one("dl", class_="made").text
    for name, digest in document(PLAN)["tables"].items():
        assert f"{name} {digest}" in made
    for told in (
        "ab" * 32,
        "cd" * 32,
        "seed 7",
        "highs 1.2.3",
        "EPSG:32651",
        "GeoNames: CC BY 4.0",
    ):
        assert told in made
    assert "the grid is modelled" in page.one("ul", class_="notes").text


def test_a_click_on_a_cell_finds_the_plans_figures(page):
    """People, unit, who is covered and minutes, unpacked as the page's script does."""
    cells = island(page, "map-data")["cells"]

    def unpack(packed, form):
        return np.frombuffer(base64.b64decode(packed), dtype=form)

    assert unpack(cells["people"], "<f4").tolist() == PLAN.cells["people"].tolist()
    units = [cells["units"][i] for i in unpack(cells["unit"], "<u2")]
    assert units == [PLAN.outlines["name"][u] for u in PLAN.cells["unit"]]
    (urban, _) = cells["rules"]
    assert urban["rule"] == "COV-U"
    assert unpack(urban["plan"], "<u1").tolist() == PLAN.cells["covered:COV-U"].astype(int).tolist()
    minutes = PLAN.cells["minutes:COV-U"].to_numpy()
    found = unpack(urban["away_plan"], "<u2")
    assert (found[np.isnan(minutes)] == 65535).all()
    assert np.allclose(found[~np.isnan(minutes)] / 10, minutes[~np.isnan(minutes)], atol=0.051)


def test_very_many_cells_tell_of_the_plans_minutes_only(monkeypatch):
    """Today's are left out so that the page stays small."""
    monkeypatch.setattr(cell_data, "_MOST_WITH_TODAY", 23)
    (urban, _) = island(read_report(report(PLAN)), "map-data")["cells"]["rules"]
    assert "away_plan" in urban
    assert "away_today" not in urban
    assert "today" in urban


def test_the_map_of_counties_has_figures_per_head(page):
    """Beds per 1,000 residents of each unit, today where it is known."""
    heads = {c["title"][0]: c for c in island(page, "map-data")["choropleths"]}
    beds = heads["public beds per 1,000 residents"]
    assert beds["today"] == {}
    assert {u: v[0] for u, v in beds["plan"].items()} == {"A": "378.57", "B": "370"}
    assert beds["plan"]["A"][1] > beds["plan"]["B"][1]


def test_the_page_stands_alone(text):
    """No address is fetched, and only the page's own scripts and styles may run."""
    page = read_report(text)
    for element in page.walk():
        for name in ("src", "href", "action", "srcset"):
            address = element.attributes.get(name) or ""
            assert address.startswith(("#", "data:image/png;base64,")) or not address
        assert "style" not in element.attributes
        assert not any(name.startswith("on") for name in element.attributes)
    policy = page.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    own = [e.text for e in page.all("script") if "type" not in e.attributes]
    own += [e.text for e in page.all("style")]
    assert len(own) == 4
    for part in own:
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_the_same_plan_gives_the_same_bytes(text):
    """Nothing of the clock or of chance."""
    assert report(PLAN) == text


def test_it_opens_in_chinese_on_request(tmp_path):
    """Language, headings, words of the tables; clauses as they are."""
    to_report(PLAN, tmp_path / "plan.html", chinese=True)
    page = read_report((tmp_path / "plan.html").read_text("utf-8"))
    assert page.one("html").attributes["lang"] == "zh-CN"
    assert [h.text for h in page.all("h2")][:4] == [
        "概览",
        "未达标的规则及原因",
        "规则",
        "县(市、区)",
    ]
    assert table(page, "compliance")[3]["是否达标"][0] == "✗ 未达标"
    assert table(page, "facilities")[0]["状态"][0] == "新建"


def test_every_text_of_the_switch_is_in_the_dictionary(page):
    """Numbers point at the English text that stands there."""
    words = island(page, "words")
    for element in page.walk():
        if "data-t" in element.attributes:
            assert words[int(element.attributes["data-t"])][0] == element.text
        for pair in element.attributes.get("data-ta", "").split():
            name, number = pair.split(":")
            assert words[int(number)][0] == element.attributes[name]


def test_a_plan_that_was_read_back_has_no_outlines_and_all_the_rest(tmp_path):
    """A folder of csv holds no outlines: the map shows cells and facilities."""
    al.export(PLAN, tmp_path / "plan")
    again = al.read_plan(tmp_path / "plan")
    page = read_report(report(again))
    assert island(page, "map-data")["units"] == []
    assert [r["achieved"] for r in table(page, "compliance")] == [
        r["achieved"] for r in table(read_report(report(PLAN)), "compliance")
    ]


def test_a_plan_without_a_place_has_tables_only():
    """No cells, no facilities, no outlines: no map, and no error."""
    none = {n: getattr(PLAN, n).iloc[:0] for n in ("cells", "facilities", "outlines")}
    bare = small_plan(**none)
    page = read_report(report(bare))
    assert page.all("figure") == []
    assert island(page, "map-data") is None
    assert len(table(page, "compliance")) == len(bare.compliance)


def test_what_a_reader_must_know_first_stands_on_top():
    """Interrupted, edited, not reproducible, unverified, modelled."""
    told = {**PLAN.provenance, "edited_by_hand": ["units.csv"]}
    plan = replace(
        PLAN, interrupted=True, reproducible=False, provenance=told, bound=math.nan, gap=math.inf
    )
    page = read_report(report(plan))
    caution = page.all("p", class_="cautions")[0].text
    for words in ("Interrupted", "units.csv", "another run may differ", "not checked", "MODELLED"):
        assert words in caution
    assert "nothing is proven" in page.one("p", class_="proof").text


def test_a_very_long_list_of_facilities_says_what_is_left_out():
    """Those that change are all there; of the others those with most people."""
    rows = pd.concat([PLAN.facilities] * 1000, ignore_index=True)
    rows["id"] = [f"f{i}" for i in range(len(rows))]
    rows["people_served"] = np.arange(len(rows), dtype=float)
    text = report(replace(PLAN, facilities=rows))
    page = read_report(text)
    shown = table(page, "facilities")
    assert len(shown) == 4000
    assert sum(r["status"][0] != "kept" for r in shown) == 4000
    assert "2,000 more are in facilities.csv" in page.one("section", id="facilities").text


def test_writing_does_not_change_the_plan():
    """Inputs are never mutated."""
    plan = full_plan()
    before = {name: getattr(plan, name).copy() for name in ("compliance", "units", "facilities",
              "cells", "marginals", "conflicts")}  # fmt: skip
    report(plan)
    for name, frame in before.items():
        assert frame.equals(getattr(plan, name))


def test_the_region_has_its_chinese_name_in_chinese():
    """That of the unit that is the whole region; its file's name where there is no other."""
    plan = full_plan()
    named = plan.units.assign(name=plan.units["name"].where(plan.units["unit"] != "R", "嘉兴市"))
    switched = report(replace(plan, units=named, region="Jiaxing"), chinese=True)
    assert re.search(r'<h1><bdi><span data-t="\d+">嘉兴市</span></bdi>', switched)
    english = plan.units.assign(name="Elsewhere County")
    other = replace(plan, units=english, region="Elsewhere")
    assert "<h1><bdi>Elsewhere</bdi>" in report(other, chinese=True)
