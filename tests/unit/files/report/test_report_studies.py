"""A front and a coverage curve in the report: as given or as written, every figure the same."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from builders import rule, site, small_policy, small_region
from location_instances import coverage_from, times_from
from plans_for_tests import small_plan
from report_reader import read_report, table
from typer.testing import CliRunner

import allocator as al
from allocator.cli.app import app
from allocator.errors import InputError
from allocator.files.report.charts import apart, axis, steps
from allocator.files.report.page import report
from allocator.files.report.studies import studies
from allocator.files.report.wording import Text

EVIL = "<img src=x onerror='window.pwned=1'></script>\"&"
FRONT_HEADS = {
    "first": "people covered (COV) (people)", "second": "cost of the plan (CNY)",
    "limit": "limit: cost of the plan (CNY)", "bound": "bound: people covered (COV) (people)",
    "must_failed": "must rules that fail", "target_failed": "targets that fail",
    "wish_failed": "wishes that fail", "gap": "gap to the bound",
}  # fmt: skip
CURVE_HEADS = {
    "p": "open sites", "radius": "radius (minutes)", "people": "people covered at best",
    "share": "share of people", "bound": "bound: people", "gap": "gap to the bound",
    "gained": "more than the row before", "greedy": "people covered by the greedy choice",
    "greedy_share": "share, greedy",
}  # fmt: skip


@pytest.fixture(scope="module")
def front():
    """Coverage against money, one point as if it were not proven."""
    sites = [
        site(f"e{i}", x_km=0.5 + i % 4, y_km=0.5 + i // 4, opening_cost=1e7,
             status="existing" if i == 0 else "candidate")
        for i in range(8)
    ]  # fmt: skip
    cover = rule("coverage", id="COV", sites={"kinds": ["ems_station"]}, within_km=0.9)
    found = al.trade_off(small_region(sites=sites), small_policy(cover), points=4)
    found.points.loc[1, ["proven", "status"]] = [False, "feasible"]
    found.points.loc[1, "bound"] += 200.0
    return found


@pytest.fixture(scope="module")
def crowd():
    """Thirty cells and nine sites on a square of 10 km."""
    rng = np.random.default_rng(11)
    away = np.hypot(*(rng.random((30, 1, 2)) - rng.random((1, 9, 2))).transpose(2, 0, 1)) * 10
    return away, rng.integers(1, 100, 30).astype(float)


@pytest.fixture(scope="module")
def curve(crowd):
    """Two radii, three numbers of sites."""
    away, people = crowd
    return al.coverage_study(times_from(away), p=[2, 4, 6], radii=[2.0, 3.0],
                             people=people)  # fmt: skip


def page_of(*, front=None, curve=None, chinese=False):
    return read_report(report(small_plan(), studies=studies(front, curve), chinese=chinese))


def same(rows, frame, heads, *, exact):
    """Each figure of a table of the page is that of the study's table."""
    assert len(rows) == len(frame)
    for row, (_, line) in zip(rows, frame.iterrows(), strict=True):
        for column, head in heads.items():
            told, wanted = row[head][1], float(line[column])
            if wanted != wanted:
                assert told is None
            else:
                assert told == (wanted if exact else pytest.approx(wanted, rel=1e-9))


def test_a_front_is_told_with_every_figure(front):
    """Point by point; the knee and what is not proven in words and by shape."""
    page = page_of(front=front)
    points = front.points.rename(columns={"coverage": "first", "budget": "second"})
    rows = table(page, "front")
    same(rows, points, {**FRONT_HEADS, "point": "point"}, exact=True)
    assert [r["proven"][0] for r in rows].count("? not proven") == 1
    assert [r["knee"][0] for r in rows].count("knee") == int(points["knee"].sum()) == 1
    figure = page.one("figure", id="chart-front")
    dots = {d.attributes["class"]: [] for d in figure.all("path") if "data-v" in d.attributes}
    for dot in figure.all("path"):
        if "data-v" in dot.attributes:
            dots[dot.attributes["class"]].append(dot.value)
    proven = points["proven"].astype(bool)
    assert dots == {
        "dot plan": points["first"][proven].tolist(),
        "dot open-end": points["first"][~proven].tolist(),
    }
    texts = [t.text for t in figure.one("svg", role="img").all("text")]
    assert "cost of the plan (million CNY)" in texts
    assert "people covered (COV) (people)" in texts
    assert "knee" in texts
    assert {str(p) for p in points["point"]} <= set(texts)
    assert len(figure.all("path", class_="line bar")) == 1
    assert "Rules that ask for nothing here" not in figure.text or front.set_aside


def test_a_given_front_speaks_both_languages(front):
    """Labels and units of its figures."""
    page = page_of(front=front, chinese=True)
    heads = table(page, "front")[0]
    assert {"规划费用 (CNY)", "覆盖人口(COV) (人)", "拐点"} <= set(heads)
    assert page.one("h2", id="h-trade-off").text == "权衡"
    texts = [t.text for t in page.one("figure", id="chart-front").all("text")]
    assert "规划费用 (百万CNY)" in texts


@pytest.mark.parametrize("chinese", [False, True])
def test_a_written_front_says_the_same(front, tmp_path, chinese):
    """Read from its folder, whatever language it was written in."""
    front.export(tmp_path / "front", chinese=chinese)
    given, read = (
        page_of(front=f).one("div", data_grid="front").one("tbody")
        for f in (front, tmp_path / "front")
    )
    figures = [[td.value for td in page.all("td")] for page in (given, read)]
    for one, other in zip(*figures, strict=True):
        assert one == (other if one is None else pytest.approx(other, rel=1e-9))
    assert [td.text for td in given.all("td")] == [td.text for td in read.all("td")]
    found = studies(tmp_path / "front").front
    wanted = ("覆盖人口(COV)", "人") if chinese else ("people covered (COV)", "people")
    assert (found.names[0].english, found.units[0].english) == wanted


@pytest.mark.parametrize("written", [None, False, True])
def test_a_curve_is_told_with_every_figure(curve, tmp_path, written):
    """As given, and read from its folder in either language."""
    if written is not None:
        curve.export(tmp_path / "curve", chinese=written)
    page = page_of(curve=curve if written is None else str(tmp_path / "curve"))
    same(table(page, "curve"), curve.points, CURVE_HEADS, exact=written is None)
    full = {"radius": "radius (minutes)", "bound": "at least", "share": "share of people",
            "sites": "sites that reach everybody who can be reached",
            "people": "people whom some site can reach"}  # fmt: skip
    same(table(page, "full"), curve.full, full, exact=written is None)
    texts = [t.text for t in page.one("figure", id="chart-curve").all("text")]
    assert {"2 minutes", "3 minutes", "open sites", "share of people"} <= set(texts)
    looks = {p.attributes["class"] for p in page.one("figure", id="chart-curve").all("path")}
    assert {"line series-0", "line series-1", "line greedy"} <= looks


def test_a_curve_may_have_one_number_of_sites_or_no_radius(crowd):
    """Over the radius, with its title; and over sites where the coverage was given."""
    away, people = crowd
    over = al.coverage_study(times_from(away), p=[3], radii=[1.0, 2.0], people=people)
    chart = page_of(curve=over).one("figure", id="chart-curve")
    assert "3 sites" in chart.one("h3").text
    assert "radius (minutes)" in [t.text for t in chart.all("text")]
    given = al.coverage_study(coverage_from(away <= 3), p=[2, 4], people=people)
    page = page_of(curve=given)
    assert "open sites" in [t.text for t in page.one("figure", id="chart-curve").all("text")]
    assert [r["open sites"][1] for r in table(page, "curve")] == [2.0, 4.0]
    assert "radius" not in table(page, "curve")[0]


def test_a_study_that_was_stopped_says_so(front, curve):
    """The points so far."""
    page = page_of(front=replace(front, interrupted=True), curve=replace(curve, interrupted=True))
    for name in ("front", "curve"):
        assert "the points so far" in page.one("figure", id=f"chart-{name}").text


def test_without_studies_there_are_no_sections():
    """Neither sections nor links to them; with them the same bytes twice."""
    page = read_report(report(small_plan()))
    assert page.all("section", id="front") == page.all("section", id="curve") == []
    assert page.all("a", href="#front") == page.all("a", href="#curve") == []


def test_the_same_studies_give_the_same_bytes(front, curve):
    """And nothing in them is styled or run in place."""
    one, two = (report(small_plan(), studies=studies(front, curve)) for _ in range(2))
    assert one == two
    for element in read_report(one).walk():
        assert "style" not in element.attributes
        assert not any(name.startswith("on") for name in element.attributes)


def test_names_of_figures_stay_text(front, tmp_path):
    """A header in a file may be anything."""
    front.export(tmp_path / "front")
    path = tmp_path / "front" / "front.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[0] = [head.replace("cost of the plan", EVIL) for head in rows[0]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    page = page_of(front=tmp_path / "front")
    assert page.all("img") == []
    assert f"people covered (COV) against {EVIL}" in page.one("h3", id="h-front").text


def test_what_is_no_front_or_curve_is_told_at_once(front, curve, tmp_path):
    """One error with both, what was expected and how to get it; nothing is written."""
    front.export(tmp_path / "front")
    curve.export(tmp_path / "curve")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "front.csv").write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(InputError) as told:
        al.export(small_plan(), tmp_path / "plan.html", front=tmp_path / "curve",
                  curve=tmp_path / "none")  # fmt: skip
    assert len(told.value.problems) == 2
    assert "front.csv is missing; name a folder that allocator trade-off wrote" in str(told.value)
    assert "curve.csv is missing; name a folder that allocator curve wrote" in str(told.value)
    with pytest.raises(InputError, match=r"front\.csv is no front"):
        studies(tmp_path / "other")
    with pytest.raises(InputError, match="front: is a int; expected what trade_off gives"):
        studies(3)
    with pytest.raises(InputError, match="curve: is a Front; expected what coverage_study gives"):
        studies(None, front)
    with pytest.raises(InputError, match="has no points"):
        studies(replace(front, points=front.points.iloc[:0]))
    with pytest.raises(InputError, match=r"front: is of 'small', and the plan of 'Elsewhere'"):
        al.export(small_plan(region="Elsewhere"), tmp_path / "plan.html", front=front)
    assert not (tmp_path / "plan.html").exists()


def test_every_broken_cell_of_a_written_study_is_told(front, curve, tmp_path):
    """Line, column and what stands there."""
    front.export(tmp_path / "front")
    curve.export(tmp_path / "curve")
    path = tmp_path / "front" / "front.csv"
    lines = path.read_text("utf-8").splitlines()
    lines[1] = lines[1].replace("true", "perhaps", 1)
    cells = lines[2].split(",")
    lines[2] = ",".join([cells[0], "many", *cells[2:]])
    lines.append("1,2")
    path.write_text("\n".join(lines), "utf-8")
    curves = tmp_path / "curve" / "curve.csv"
    head, *rest = curves.read_text("utf-8").splitlines()
    curves.write_text("\n".join([head.replace("bound (people)", "b"), *rest]), "utf-8")
    with pytest.raises(InputError) as told:
        studies(tmp_path / "front", tmp_path / "curve")
    text = str(told.value)
    assert "line 2: proven is 'perhaps', expected true or false" in text
    assert "line 3: first is 'many', expected a number" in text
    assert f"line {len(lines)}: 2 cells, expected" in text
    assert "curve.csv is no coverage curve" in text
    (tmp_path / "front" / "front.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        studies(tmp_path / "front")


def test_only_the_report_takes_studies(front, tmp_path):
    """Other forms say whose option it is."""
    with pytest.raises(InputError, match=r"front is for \.html; leave it out"):
        al.export(small_plan(), tmp_path / "plan.xlsx", front=front)
    al.export(small_plan(), tmp_path / "plan.html", front=front)
    page = read_report((tmp_path / "plan.html").read_text("utf-8"))
    assert page.one("a", href="#front").text == "Trade-off"


def test_the_command_takes_folders(front, curve, tmp_path):
    """A written plan and two written studies become one page; slips end with exit code 2."""
    al.export(small_plan(), tmp_path / "plan")
    front.export(tmp_path / "front")
    curve.export(tmp_path / "curve")
    asked = ["export", str(tmp_path / "plan"), "--to", "html", "--front", str(tmp_path / "front"),
             "--curve", str(tmp_path / "curve"), "--out", str(tmp_path / "out")]  # fmt: skip
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.stderr
    page = read_report((tmp_path / "out" / "plan.html").read_text("utf-8"))
    assert len(table(page, "front")) == len(front.points)
    assert len(table(page, "curve")) == len(curve.points)
    wrong = CliRunner().invoke(app, [*asked[:5], str(tmp_path / "plan"), *asked[8:]])
    assert wrong.exit_code == 2
    assert "front.csv is missing" in wrong.stderr


def test_ticks_are_round_and_words_stand_apart():
    """Whole numbers for sites; a scale for equal figures; a path has no point twice."""
    name = Text.same("n")
    assert axis(name, [1, 3], (0, 10), whole=True).ticks == (1.0, 2.0, 3.0)
    assert axis(name, [4.0, 4.0], (0, 10)).ticks[0] == 4.0
    assert axis(name, [], (0, 10)).ticks[-1] == 1.0
    across = axis(name, [0, 10], (0, 100))
    assert steps(across, across, [(0, 0), (5, 0), (5, 5), (5, 5), (10, 10)]) == (
        "M0,0H50H50V50H100V100"
    )
    assert apart([10.0, 10.0, 11.0], 5.0) == [5.3, 10.3, 15.3]
