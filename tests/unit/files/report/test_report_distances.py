"""Coverage curves of a plan: exact, the same people as the rules' lines, told in a table."""

from dataclasses import replace

import numpy as np
import pytest
from builders import rule, site, small_policy, small_region
from hypothesis import given
from hypothesis import strategies as st
from report_plans import TOLD, full_plan
from report_reader import read_report, table

import allocator as al
from allocator.files.report.distance_charts import MOST_POINTS, curve_points, distance_charts
from allocator.files.report.distances import Reached, ways
from allocator.files.report.page import report

EMS = {"kinds": ["ems_station"]}
COVER = [
    rule("coverage", id="NEAR", sites=EMS, within_km=1.2, group="urban"),
    rule("coverage", id="FAR", sites=EMS, within_km=2.5, group="urban", strength="target"),
    rule("coverage", id="FAST", sites=EMS, within_minutes=2.0, group="rural", strength="wish"),
]


@pytest.fixture(scope="module")
def planned():
    """Eight cells, a station that stands and two that may be built; money for one of them."""
    region = small_region(
        sites=[
            site("old", x_km=0.5, y_km=0.5),
            site("one", x_km=3.5, y_km=0.5, status="candidate", opening_cost=1e6),
            site("two", x_km=3.5, y_km=1.5, status="candidate", opening_cost=1e6),
        ]
    )
    return al.plan(region, small_policy(*COVER), budget=1e6)


def told(**cells):
    """The plan of a report with other columns of cells."""
    plan = full_plan()
    return replace(plan, cells=plan.cells.assign(**cells))


def test_shares_at_the_limits_are_those_of_the_rules_lines(planned):
    """The table of each chart says how many people each rule reaches, as compliance does."""
    page = read_report(report(planned))
    lines = planned.compliance[planned.compliance["area"] == "all"].set_index("rule")
    people = planned.cells["people"]
    groups = {"NEAR": planned.cells["urban"], "FAR": planned.cells["urban"],
              "FAST": ~planned.cells["urban"]}  # fmt: skip
    rows = {}
    for number in (1, 2):
        for row in table(page, f"far-{number}"):
            rows |= {name: row for name in groups if row["people"][0].endswith(f"limit of {name}")}
    assert set(rows) == set(groups)
    for name, group in groups.items():
        reached = lines["achieved"][name]
        then, now = rows[name]["share in the plan"], rows[name]["share today"]
        assert rows[name]["people in the plan"][1] == reached
        assert then[1] == pytest.approx(reached / people[group].sum(), abs=1e-12)
        covered = people[planned.cells[f"covered_today:{name}"].astype(bool)].sum()
        assert now[1] == pytest.approx(covered / people[group].sum(), abs=1e-12)
        assert rows[name]["change in people"][1] == reached - covered
    assert "otherwise" not in page.one("section", id="far").text


def test_rules_on_the_same_ways_share_a_chart(planned):
    """Two limits over one pair of lines; another group has a chart of its own."""
    first, second = ways(planned)
    assert first.theme.rules == ("NEAR", "FAR")
    assert first.limits == (1.2, 2.5)
    assert second.theme.rules == ("FAST",)
    chart = distance_charts(planned)[0]
    assert [line.look for line in chart.lines] == ["plan", "today", "limit", "limit"]
    words = [label.text.english for label in chart.labels]
    assert {"NEAR: 1.2 km", "FAR: 2.5 km", "in the plan", "today"} <= set(words)


def test_points_of_the_picture_are_the_figures_of_the_table(planned):
    """Each rule's limit has a point on either line, with the share that the table tells."""
    page = read_report(report(planned))
    for number, rules in ((1, ["NEAR", "FAR"]), (2, ["FAST"])):
        figure = page.one("figure", id=f"chart-far-{number}")
        limits = [r for r in table(page, f"far-{number}") if "limit of" in r["people"][0]]
        dots = {
            look: [d.value for d in figure.all("path", class_=f"dot {look}") if d.value is not None]
            for look in ("plan", "today")
        }
        assert len(limits) == len(rules)
        assert dots["plan"] == [row["share in the plan"][1] for row in limits]
        assert dots["today"] == [row["share today"][1] for row in limits]
        for look, words in (("plan", "share in the plan"), ("today", "share today")):
            texts = [t.text for t in figure.all("text") if look in t.attributes["class"].split()]
            assert {row[words][0] for row in limits} <= set(texts)


@given(
    st.lists(st.tuples(st.none() | st.integers(0, 4000), st.integers(0, 50)), max_size=400),
    st.integers(1, 5000),
)
def test_a_curve_is_exact_wherever_it_is_drawn(cells, limit):
    """Counted anew cell by cell; few points, the limit among them, never falling."""
    away = np.array([np.nan if a is None else a / 100 for a, _ in cells], dtype=float)
    people = np.array([p for _, p in cells], dtype=float)
    reached = Reached.of(away, people)
    x, y = curve_points(reached, 60.0, [limit / 100])
    assert len(x) <= MOST_POINTS
    assert limit / 100 in x
    for at, count in zip(x.tolist(), y.tolist(), strict=True):
        assert count == sum(p for a, p in zip(away, people, strict=True) if a <= at)
    assert (np.diff(y) >= 0).all()
    known = sorted(set(away[~np.isnan(away)].tolist()))
    if len(known) < MOST_POINTS - 5:
        assert set(known) <= set(x.tolist())


def test_rounding_does_not_move_people_over_a_limit():
    """Cells tell thousandths: 15.0004 is 15 there and is not covered, 15 itself is."""
    plan = full_plan()
    urban = plan.cells["urban"].to_numpy(bool)
    first, second = np.flatnonzero(urban)[:2]
    away = np.where(urban, 40.0, np.nan)
    away[[first, second]] = 15.0
    covered = np.zeros(len(urban), dtype=bool)
    covered[first] = True
    found = ways(told(**{"minutes:COV-U": away, "covered:COV-U": covered}))[0]
    people = plan.cells["people"].to_numpy(float)
    assert found.plan.within(np.array([15.0, 15.001])).tolist() == [
        people[first], people[[first, second]].sum(),
    ]  # fmt: skip
    assert found.differing == 0.0


def test_whom_no_site_reaches_keeps_the_line_below_all():
    """They are people of the group, and have a row of their own."""
    plan = full_plan()
    urban = plan.cells["urban"].to_numpy(bool)
    people = plan.cells["people"].to_numpy(float)
    lost = np.flatnonzero(urban)[-3:]
    away = np.where(urban, 4.0, np.nan)
    away[lost] = np.nan
    page = read_report(report(told(**{"minutes:COV-U": away})))
    *others, last = table(page, "far-1")
    assert last["people"][0] == "no site is reached"
    assert last["people in the plan"][1] == people[lost].sum()
    share = 1 - people[lost].sum() / people[urban].sum()
    assert max(row["share in the plan"][1] for row in others) == pytest.approx(share)
    assert last["share today"][1] == 0.0


def test_only_people_of_whom_the_rule_speaks_count():
    """Ways of the others are in the column, too, and change nothing."""
    plan = full_plan()
    urban = plan.cells["urban"].to_numpy(bool)
    away = plan.cells["minutes:COV-U"].to_numpy(float)
    other = told(**{"minutes:COV-U": np.where(urban, away, 1.0)})
    one, same = (ways(p)[0] for p in (plan, other))
    assert one.people == same.people == plan.cells["people"][urban].sum()
    assert one.plan.people.tolist() == same.plan.people.tolist()


def test_today_may_be_unknown():
    """No line, no column, and nothing is made up."""
    plan = full_plan()
    bare = replace(plan, cells=plan.cells.drop(columns=["minutes_today:COV-U"]))
    page = read_report(report(bare))
    assert "share today" not in table(page, "far-1")[0]
    assert "share today" in table(page, "far-2")[0]
    figure = page.one("figure", id="chart-far-1")
    assert not [p for p in figure.all("path") if "today" in p.attributes.get("class", "")]


def test_a_plan_that_does_not_tell_has_no_section():
    """Plans of before: no chart, and nothing in the list of sections."""
    plan = full_plan()
    cells = plan.cells[[c for c in plan.cells.columns if not c.startswith("minutes")]]
    page = read_report(report(replace(plan, cells=cells)))
    assert page.all("section", id="far") == []
    assert page.all("a", href="#far") == []
    assert read_report(report(plan)).one("a", href="#far").text == "How far it is"


def test_lines_that_say_otherwise_are_told():
    """Cover that was edited by hand does not fit the ways: so many people."""
    plan = full_plan()
    away = plan.cells["minutes:COV-U"].to_numpy(float)
    covered = away <= 15
    assert ways(told(**{"covered:COV-U": covered}))[0].differing == 0.0
    at = np.flatnonzero(covered)[0]
    covered[at] = False
    edited = told(**{"covered:COV-U": covered})
    people = plan.cells["people"].iloc[at]
    assert ways(edited)[0].differing == people
    text = read_report(report(edited)).one("figure", id="chart-far-1").text
    assert f"For {people:,.0f} people the rules' lines say otherwise." in text


@pytest.mark.parametrize("chinese", [False, True])
def test_a_chart_says_for_whom_and_in_what(chinese):
    """Title, people, axes and limit in the language of the page; one image with a name."""
    page = read_report(report(full_plan(), chinese=chinese))
    figure = page.one("figure", id="chart-far-1")
    picture = figure.one("svg", role="img")
    heading = page.one("h3", id=picture.attributes["aria-labelledby"]).text
    texts = [t.text for t in picture.all("text")]
    if chinese:
        assert heading == "城镇居民到最近机构的远近: 急救站(COV-U)"
        wanted = {"到最近机构的分钟数", "人口占比", "COV-U: 15 分钟", "规划", "现状", "100%"}
    else:
        assert heading == "How far urban residents have to go: ambulance station (COV-U)"
        wanted = {"minutes to the nearest site", "share of people", "COV-U: 15 minutes",
                  "in the plan", "today", "100%"}  # fmt: skip
    assert wanted <= set(texts)
    marked = [t for t in picture.all("text") if "data-t" in t.attributes]
    assert len(marked) >= 5


def test_long_names_have_room_in_the_picture_and_stand_whole_in_the_table():
    """A rule's id may be anything."""
    name = "R" * 90
    plan = full_plan()
    old = {c: c.replace("COV-U", name) for c in plan.cells.columns}
    rules = {name if k == "COV-U" else k: v for k, v in TOLD["coverage_rules"].items()}
    page = read_report(
        report(replace(plan, cells=plan.cells.rename(columns=old),
                       provenance={**TOLD, "coverage_rules": rules}))
    )  # fmt: skip
    charts = {int(f.attributes["id"][-1]): f for f in page.all("figure", class_="chart")}
    at = next(k for k, f in charts.items() if name in f.one("h3").text)
    assert max(len(t.text) for t in charts[at].one("svg", role="img").all("text")) < 45
    assert any(row["people"][0].endswith(name) for row in table(page, f"far-{at}"))
