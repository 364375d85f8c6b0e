"""The report in a browser: off the network, by keyboard, in both languages, hostile, printed."""

from dataclasses import replace

import pandas as pd
import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from browsers import Visit, started_browser
from report_plans import TOLD, full_plan

from allocator.files.report.page import to_report
from allocator.files.report.studies import Curve, Front, Studies
from allocator.files.report.wording import Text

PLAN = full_plan()
EVIL = (
    "<img src=x onerror='window.pwned=1'></script><script>window.pwned=1;alert(1)</script>\"'&<b>"
)
A4_POINTS = (595, 842)


def studied(name):
    """A front and a curve whose figures have a name, each with a point that is not proven."""
    front = pd.DataFrame({
        "point": [1, 2, 3], "first": [400.0, 900.0, 950.0], "second": [1e6, 2e6, 4e6],
        "limit": [None, 2e6, None], "bound": [400.0, 900.0, 990.0], "gap": [0.0, 0.0, 0.04],
        "status": ["optimal", "optimal", "feasible"], "proven": [True, True, False],
        "knee": [False, True, False], "must_failed": 1, "target_failed": 0, "wish_failed": 0,
    })  # fmt: skip
    curve = pd.DataFrame({
        "p": [1, 2, 1, 2], "radius": [2.0, 2.0, 3.0, 3.0], "people": [500.0, 800.0, 700.0, 1000.0],
        "share": [0.5, 0.8, 0.7, 1.0], "bound": [500.0, 820.0, 700.0, 1000.0], "gap": 0.0,
        "status": "optimal", "proven": [True, False, True, True], "gained": [None, 300, None, 300],
        "greedy": [500.0, 700.0, 700.0, 900.0], "greedy_share": [0.5, 0.7, 0.7, 0.9],
    })  # fmt: skip
    full = pd.DataFrame(
        [[2.0, 4, 4, 1000.0, 1.0], [3.0, 2, 2, 1000.0, 1.0]],
        columns=["radius", "sites", "bound", "people", "share"],
    )
    names, units = (Text(f"{name} A", "甲"), Text(name, "乙")), (Text("people", "人"),) * 2
    return Studies(Front(names, units, front, (name,)), Curve(curve, full, "km"))


@pytest.fixture(scope="module")
def browser():
    """One browser for all tests."""
    with started_browser() as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The report of the full plan."""
    path = tmp_path_factory.mktemp("report") / "plan.html"
    to_report(PLAN, path, studies=studied("cost"))
    return path


@pytest.fixture
def visit(browser, file):
    """The report, opened."""
    found = Visit(browser, file)
    yield found
    found.close()
    assert found.fetched() == []
    assert found.said == []
    assert found.dialogs == []


def shown(visit, grid):
    """Texts of the first cells of the rows that are shown."""
    return visit.see(
        f"[...document.querySelectorAll('[data-grid={grid}] tbody tr')]"
        ".filter(r => r.offsetParent).map(r => r.cells[0].textContent.trim())"
    )


def choose(visit, grid, name, value):
    visit.page.select_option(f"[data-grid={grid}] [data-filter={name}]", value)


def count(visit, grid):
    return visit.text(f"[data-grid={grid}] [data-count]")


def test_it_opens_without_a_network(visit):
    """Title, first screen, and nothing asked of anybody."""
    assert visit.page.title() == "small: small-2025"
    for selector in (".numbers", "#map", ".bars", ".failing"):
        box = visit.page.query_selector(selector).bounding_box()
        assert box["height"] > 20
        assert box["y"] + 40 < 768
    assert visit.see("document.querySelector('#cells').getBBox().width") > 0


def test_filters_show_the_lines_of_the_plan(visit):
    """The whole region at first; by strength, by whether it holds, by word, in any area."""
    assert count(visit, "compliance") == "5 of 7 rows"
    choose(visit, "compliance", "strength", "must")
    assert shown(visit, "compliance") == ["AMB", "COV-U", "DATA"]
    choose(visit, "compliance", "state", "missed")
    assert shown(visit, "compliance") == ["COV-U"]
    visit.page.click("[data-grid=compliance] [data-clear]")
    assert count(visit, "compliance") == "7 of 7 rows"
    visit.page.fill("[data-grid=compliance] [data-search]", "服务圈  near")
    assert shown(visit, "compliance") == ["COV-U"]
    visit.page.fill("[data-grid=compliance] [data-search]", "no such word")
    assert count(visit, "compliance") == "0 of 7 rows"
    assert visit.see("document.querySelector('[data-count]').getAttribute('aria-live')") == "polite"


def test_a_number_of_the_first_screen_leads_to_its_lines(visit):
    """Must rules that gave way: a click shows them alone."""
    visit.page.click("a[data-pick='must missed']")
    assert shown(visit, "compliance") == ["COV-U"]
    assert visit.page.url.endswith("#compliance")


def test_why_a_rule_fails_is_two_clicks_away(visit):
    """Rule and gap on the first screen; one click to the reason, one more to the map."""
    visit.page.click(".failing a")
    article = visit.page.query_selector("article")
    assert article.is_visible()
    box = article.bounding_box()
    assert 0 <= box["y"] < 700
    assert "375 people (25.0%)" in article.inner_text()
    visit.page.click("article button[data-layer]")
    assert visit.page.input_value("#layer") == "missing-0"
    assert visit.see("document.activeElement.id") == "map"


def test_columns_sort_by_their_exact_figures(visit):
    """Ascending, then descending; empty ones last; the header says which."""
    visit.page.click("[data-grid=compliance] [data-clear]")
    button = "[data-grid=compliance] th:nth-child(7) button"
    visit.page.click(button)
    ascending = shown(visit, "compliance")
    assert ascending == ["BAND", "AMB", "AMB", "AMB", "COV-R", "COV-U", "DATA"]
    assert visit.page.get_attribute("th[aria-sort]", "aria-sort") == "ascending"
    visit.page.click(button)
    assert shown(visit, "compliance")[0] == "COV-U"
    assert shown(visit, "compliance")[-1] == "DATA"
    assert visit.page.get_attribute("th[aria-sort]", "aria-sort") == "descending"


def test_the_language_switches_and_back(visit):
    """The page's language, headings, words, counts, labels for screen readers, map titles."""
    before = visit.text("main")
    visit.page.click("[data-language=zh-CN]")
    assert visit.see("document.documentElement.lang") == "zh-CN"
    assert visit.text("#h-compliance") == "规则"
    assert count(visit, "compliance") == "显示 5 行 (全表 7 行)"
    assert visit.page.get_attribute("#zoom-in", "aria-label") == "放大"
    assert visit.text("#map-title").endswith("规划")
    assert visit.text("#legend li").startswith("已覆盖")
    assert visit.page.get_attribute("[data-language=zh-CN]", "aria-pressed") == "true"
    choose(visit, "compliance", "state", "missed")
    assert visit.text("[data-grid=compliance] tbody tr:not([hidden]) .flag-bad") == "✗ 未达标"
    choose(visit, "compliance", "state", "")
    visit.page.click("[data-language=en]")
    assert visit.text("main") == before


def test_charts_change_their_words_and_stay_as_they_are(visit):
    """Title, axis, lines and limits in the other language; the same lines and points."""
    charts = ("far-1", "far-2", "front", "curve")
    texts = "[...document.querySelectorAll('#chart-{} [role=img] text')].map(t => t.textContent)"
    paths = "[...document.querySelectorAll('.chart path')].map(p => p.getAttribute('d')).join()"
    before = [visit.see(texts.format(name)) for name in charts], visit.see(paths)
    assert {"minutes to the nearest site", "COV-U: 15 minutes"} <= set(before[0][0])
    for name in charts:
        visit.see(f"document.querySelector('#chart-{name}').scrollIntoView()")
        box = visit.page.query_selector(f"#chart-{name} [role=img]").bounding_box()
        assert box["width"] > 400
        assert box["height"] > 250
        inside = visit.see(f"""(() => {{
            const svg = document.querySelector('#chart-{name} [role=img]');
            const edge = svg.getBoundingClientRect();
            return [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect())
                .every(b => b.left >= edge.left - 1 && b.right <= edge.right + 1
                    && b.top >= edge.top - 1 && b.bottom <= edge.bottom + 1); }})()""")
        assert inside, name
    visit.page.click("[data-language=zh-CN]")
    after = [visit.see(texts.format(name)) for name in charts]
    assert {"到最近机构的分钟数", "COV-U: 15 分钟", "规划", "现状"} <= set(after[0])
    assert {"甲 (人)", "乙 (人)", "拐点"} <= set(after[2])
    assert {"开设机构数", "人口占比", "3 公里"} <= set(after[3])
    assert visit.see(paths) == before[1]
    visit.page.click("[data-language=en]")
    assert [visit.see(texts.format(name)) for name in charts] == before[0]


def test_every_control_is_reached_by_the_tab_key(visit):
    """Each visible control gets the focus once, and shows it."""
    controls = """[...document.querySelectorAll('a[href], button, input, select, [tabindex="0"]')]
        .filter(e => e.offsetParent && !e.disabled)"""
    visit.see(f"{controls}.forEach((e, i) => {{ e.dataset.control = i; }})")
    # One of a group of radio buttons takes the focus for all.
    wanted = set(
        visit.see(f"{controls}.filter(e => e.type !== 'radio').map(e => e.dataset.control)")
    )
    assert len(wanted) > 60
    reached = set()
    for _ in range(len(wanted) + 10):
        visit.page.keyboard.press("Tab")
        control = visit.see("document.activeElement.dataset.control ?? ''")
        if control and control not in reached:
            reached.add(control)
            style = visit.see("getComputedStyle(document.activeElement).outlineStyle")
            assert style == "solid", control
    assert wanted <= reached


def test_the_skip_link_leads_to_the_content(visit):
    """The first Tab shows it; Enter moves on."""
    visit.page.keyboard.press("Tab")
    assert visit.see("document.activeElement.className") == "skip"
    visit.page.keyboard.press("Enter")
    assert visit.see("document.activeElement.id") == "main"


def test_today_and_the_plan_switch(visit):
    """Another picture, another legend; what is new is not there today."""
    after = visit.page.get_attribute("#cells", "href")
    new = "getComputedStyle(document.querySelector('#marks .new')).display"
    assert visit.see(new) != "none"
    visit.page.check("input[name=when][value=today]")
    assert visit.page.get_attribute("#cells", "href") != after
    assert visit.see(new) == "none"
    covered = PLAN.cells["covered_today:COV-U"] | PLAN.cells["covered_today:COV-R"]
    people = PLAN.cells["people"]
    assert f"{people[covered].sum():,.0f} people" in visit.text("#legend li")
    visit.page.check("input[name=when][value=plan]")
    assert visit.page.get_attribute("#cells", "href") == after


def test_counties_are_coloured_and_lettered_by_figure(visit):
    """The figure stands in each county, so that colour is not needed."""
    keys = visit.see("[...document.querySelector('#layer').options].map(o => o.value)")
    titles = visit.see("[...document.querySelector('#layer').options].map(o => o.textContent)")
    beds = keys[titles.index("public beds per 1,000 residents")]
    visit.page.select_option("#layer", beds)
    names = visit.see("[...document.querySelectorAll('#names text')].map(t => t.textContent)")
    assert sorted(names) == ["=2+3 Haining: 370", "南湖区: 378.57"]
    fills = visit.see("[...document.querySelectorAll('#units path')].map(p => p.style.fill)")
    assert len(set(fills)) == 2
    visit.page.check("input[name=when][value=today]")
    names = visit.see("[...document.querySelectorAll('#names text')].map(t => t.textContent)")
    assert all(n.endswith("?") for n in names)


def test_the_map_moves_by_keys(visit):
    """Plus, arrows, 0; Enter tells what is in the middle, Escape forgets it."""
    view = "document.querySelector('#picture').getAttribute('viewBox').split(' ').map(Number)"
    visit.page.focus("#map")
    whole = visit.see(view)
    visit.page.keyboard.press("+")
    near = visit.see(view)
    assert near[2] == pytest.approx(whole[2] / 1.5)
    visit.page.keyboard.press("ArrowRight")
    visit.page.keyboard.press("ArrowDown")
    moved = visit.see(view)
    assert moved[0] > near[0]
    assert moved[1] > near[1]
    visit.page.keyboard.press("0")
    assert visit.see(view) == whole
    visit.page.keyboard.press("Enter")
    assert visit.text("#detail")
    visit.page.keyboard.press("Escape")
    assert visit.text("#detail") == ""


def place_on_screen(visit, x, y):
    """Where a point of the picture is in the window."""
    return visit.see(
        "(() => { const m = document.querySelector('#picture').getScreenCTM();"
        f"const p = new DOMPoint({x}, {y}).matrixTransform(m); return [p.x, p.y]; }})()"
    )


def test_a_click_tells_of_a_facility_or_a_cell(visit):
    """Name and figures of the facility; people and minutes of the cell."""
    places = visit.see("PlanMap.data.places")
    ids = list(PLAN.facilities["id"])
    visit.page.mouse.click(*place_on_screen(visit, *places[ids.index("ems:r1c2")]))
    detail = visit.text("#detail")
    assert detail.splitlines()[0] == "ems:r1c2"
    assert "ambulance station" in detail
    assert "new" in detail
    cells = visit.see("[...PlanMap.cells.x].map((x, i) => [x, PlanMap.cells.y[i]])")
    position = list(PLAN.cells.index).index("r2c3")
    visit.page.mouse.click(*place_on_screen(visit, *cells[position]))
    detail = visit.text("#detail")
    assert "75" in detail
    assert "=2+3 Haining" in detail
    minutes = PLAN.cells["minutes:COV-R"].iloc[position]
    assert f"covered, {minutes:.1f} minutes" in detail.replace("\n", " ")
    assert "COV-U" not in detail


def test_the_wheel_and_fingers_zoom(visit):
    """The wheel once the map has the focus; two fingers that part."""
    zoom = "PlanMap.view.zoom"
    box = visit.page.query_selector("#map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.page.mouse.move(*middle)
    visit.page.mouse.wheel(0, -100)
    visit.page.wait_for_timeout(100)
    assert visit.see(zoom) == 1
    visit.see("scrollTo(0, 0)")
    visit.page.focus("#map")
    visit.page.mouse.wheel(0, -100)
    visit.page.wait_for_function("PlanMap.view.zoom > 1.2")
    visit.page.click("#zoom-all")
    touch = """(type, id, x, y) => document.querySelector('#map').dispatchEvent(
        new PointerEvent(type, {pointerId: id, pointerType: 'touch', clientX: x, clientY: y,
        bubbles: true}))"""
    x, y = middle
    for step in (
        ("pointerdown", 1, x - 40),
        ("pointerdown", 2, x + 40),
        ("pointermove", 2, x + 120),
        ("pointerup", 2, x + 120),
        ("pointerup", 1, x - 40),
    ):
        visit.see(f"({touch})({step[0]!r}, {step[1]}, {step[2]}, {y})")
    assert visit.see(zoom) == pytest.approx(2.0)


def test_a_row_of_the_table_shows_its_place(visit):
    """The button beside a facility's name moves the map there."""
    visit.page.click("[data-grid=facilities] tbody tr:not([hidden]) [data-place]")
    assert visit.see("PlanMap.view.zoom") >= 6
    assert visit.text("#detail h5")
    assert visit.see("document.activeElement.id") == "map"


def test_kinds_can_be_hidden(visit):
    """A kind that is not ticked is not drawn."""
    drawn = "document.querySelector('#marks [data-kind=ems_station]').style.display"
    assert visit.see(drawn) == ""
    visit.page.uncheck("#kinds input[value=ems_station]")
    assert visit.see(drawn) == "none"


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_rule_of_accessibility_is_broken(browser, file, language):
    """The rules of axe-core, in both languages."""
    found = Visit(browser, file)
    found.page.click(f"[data-language={language}]")
    found.page.click(".failing a")
    results = Axe().run(found.page)
    assert results.response["violations"] == [], results.generate_report()
    found.close()


def test_it_can_be_read_without_scripts(browser, file):
    """Tables, map and reasons are in the page itself."""
    found = Visit(browser, file, java_script_enabled=False)
    assert found.page.query_selector("[data-grid=compliance] tbody tr").is_visible()
    assert found.page.query_selector("#cells").is_visible()
    assert found.page.get_attribute("#cells", "href").startswith("data:image/png;base64,")
    found.close()


def test_on_a_telephone_nothing_stands_beside_the_screen(browser, file):
    """No sideways scrolling of the page at 360 pixels."""
    found = Visit(browser, file, viewport={"width": 360, "height": 740}, has_touch=True)
    assert found.see("document.documentElement.scrollWidth") <= 360
    found.close()


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory):
    """A plan whose every name is an attack."""
    rules = {r: {**told, "meaning": EVIL, "clause": EVIL} for r, told in TOLD["rules"].items()}
    plan = replace(
        PLAN, region=EVIL, facilities=PLAN.facilities.assign(name=EVIL),
        outlines=PLAN.outlines.assign(name=EVIL), units=PLAN.units.assign(name=EVIL),
        compliance=PLAN.compliance.assign(note=EVIL), marginals=PLAN.marginals.assign(words=EVIL),
        provenance={**TOLD, "rules": rules, "notes": [EVIL], "document": EVIL},
    )  # fmt: skip
    path = tmp_path_factory.mktemp("hostile") / "plan.html"
    to_report(plan, path, studies=studied(EVIL))
    return path


def test_hostile_names_stay_text(browser, hostile_file):
    """Nothing of them runs, in either language, in tables, map and details."""
    found = Visit(browser, hostile_file)
    found.page.click("[data-language=zh-CN]")
    found.page.click("[data-language=en]")
    (x, y) = found.see("PlanMap.data.places")[list(PLAN.facilities["id"]).index("ems-1")]
    found.page.mouse.click(*place_on_screen(found, x, y))
    assert found.page.inner_text("#detail h5") == EVIL
    assert found.page.inner_text("h1 bdi") == EVIL
    assert found.see("window.pwned ?? null") is None
    assert found.see("document.querySelectorAll('main img').length") == 0
    assert (found.dialogs, found.said, found.fetched()) == ([], [], [])
    found.close()


def test_a_foreign_script_does_not_run(browser, file):
    """The page's own policy refuses what is not its own."""
    found = Visit(browser, file)
    found.see("""(() => { const s = document.createElement('script');
        s.textContent = 'window.pwned = 1'; document.body.append(s);
        const i = new Image(); i.src = 'https://example.org/x.png';
        document.body.append(i); })()""")
    found.page.wait_for_timeout(50)
    assert found.see("window.pwned ?? null") is None
    refused = [line for line in found.said if "Content Security Policy" in line]
    assert any("script" in line for line in refused)
    assert any("example.org" in line for line in refused)
    found.close()


@pytest.mark.parametrize("hostile", [False, True])
def test_it_prints_on_a4_with_nothing_cut(browser, file, hostile_file, tmp_path, hostile):
    """Every page is A4, all text within its margins, headers on each page, every row there."""
    found = Visit(browser, hostile_file if hostile else file)
    rows = shown(found, "assumptions")
    found.page.pdf(path=tmp_path / "plan.pdf", prefer_css_page_size=True, print_background=True)
    found.close()
    document = pypdfium2.PdfDocument(tmp_path / "plan.pdf")
    texts = []
    for page in document:
        size = tuple(round(side) for side in page.get_size())
        assert size in (A4_POINTS, A4_POINTS[::-1])
        text = page.get_textpage()
        texts.append(text.get_text_bounded())
        boxes = [text.get_charbox(i) for i in range(text.count_chars())]
        assert max(box[2] for box in boxes) <= size[0] - 30
        assert min(box[0] for box in boxes) >= 30
    assert size == A4_POINTS[::-1]
    whole = "".join("".join(texts).split())
    for row in rows:
        assert "".join(row.split()) in whole
    document.close()


def test_the_first_printed_page_is_the_first_screen(browser, file, tmp_path):
    """Map, numbers, tally and what gave way on one upright page."""
    found = Visit(browser, file)
    found.page.pdf(path=tmp_path / "plan.pdf", prefer_css_page_size=True, print_background=True)
    found.close()
    document = pypdfium2.PdfDocument(tmp_path / "plan.pdf")
    text = document[0].get_textpage().get_text_bounded()
    assert tuple(round(side) for side in document[0].get_size()) == A4_POINTS
    for told in ("must rules hold", "1.23 million CNY", "What gave way", "375 people short"):
        assert told in text
    document.close()
