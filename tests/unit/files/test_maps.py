"""The static map of a plan: what it shows, and that it can be read."""

import subprocess
import sys
from fractions import Fraction

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.font_manager import FontEntry, findfont, fontManager
from matplotlib.image import imread
from matplotlib.text import Text
from plans_for_tests import line, small_plan

from allocator.errors import InputError
from allocator.files import fonts, map_contents, map_notes
from allocator.files.exporting import export
from allocator.files.fonts import find_face
from allocator.files.labels import KINDS, WORDS, kind_label, resource_label
from allocator.files.map_contents import COVERED_STATE, OUTSIDE_STATE, UNCOVERED_STATE, Theme
from allocator.files.map_marks import marker_size
from allocator.files.map_panels import FILLS, round_length
from allocator.plan_tables import compliance_table

TOLD = {
    "COV-U": {"kinds": ["ems_station"], "group": "urban"},
    "COV-R": {"kinds": ["ems_station"], "group": "rural"},
}


def with_coverage(told, **changes):
    plan = small_plan(**changes)
    return small_plan(provenance={**plan.provenance, "coverage_rules": told}, **changes)


def texts_of(plan, tmp_path, monkeypatch, *, chinese=False):
    """Every text that is drawn."""
    said = []
    draw = Text.draw

    def listen(self, *args, **kwargs):
        said.append(self.get_text())
        return draw(self, *args, **kwargs)

    monkeypatch.setattr(Text, "draw", listen)
    export(plan, tmp_path / "plan.png", chinese=chinese)
    return "\n".join(said)


@pytest.fixture
def chinese_font(tmp_path, monkeypatch):
    """A machine with one Chinese font: a square for every character."""
    labels = "".join(kind_label(k, chinese=True) for k in KINDS)
    texts = labels + map_notes.CHINESE_TEXTS + "南湖区嘉兴°" + "".join(WORDS.values())
    texts += "".join(resource_label(r, chinese=True) for r in set(small_plan().units["resource"]))
    wanted = sorted({*map(ord, texts), *range(0x20, 0x7F)})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for at in [(0, 700), (700, 700), (700, 0)]:
        pen.lineTo(at)
    pen.closePath()
    names = [".notdef", *(f"u{c:04X}" for c in wanted)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(dict(zip(wanted, names[1:], strict=True)))
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (800, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Square Song", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    path = tmp_path / "square.ttf"
    builder.save(path)
    entry = FontEntry(fname=str(path), name="Square Song", style="normal", weight=400)
    monkeypatch.setattr(fontManager, "ttflist", [*_bundled(), entry])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    return str(path)


@pytest.fixture
def no_chinese_font(monkeypatch):
    """A machine with only the fonts that matplotlib brings."""
    monkeypatch.setattr(fontManager, "ttflist", _bundled())
    monkeypatch.setattr(font_manager, "findSystemFonts", list)


def _bundled():
    return [e for e in fontManager.ttflist if "mpl-data" in e.fname]


def test_covered_and_not_covered_show_in_colour_and_hatch(tmp_path):
    """Both colours fill areas; the hatch ink lies only over what is not covered."""
    export(small_plan(), tmp_path / "plan.png")
    pixels = (imread(tmp_path / "plan.png")[..., :3] * 255).round().astype(int)
    for state in (COVERED_STATE, UNCOVERED_STATE, OUTSIDE_STATE):
        ink = [int(FILLS[state][i : i + 2], 16) for i in (1, 3, 5)]
        assert (pixels == ink).all(axis=-1).mean() > 0.01
    assert (pixels == [0x8A, 0x4B, 0x00]).all(axis=-1).any()


def test_no_plotting_state_is_touched(tmp_path):
    """pyplot is never loaded, and the settings of matplotlib stay as they were."""
    before = dict(mpl.rcParams)
    export(small_plan(), tmp_path / "plan.png")
    assert dict(mpl.rcParams) == before
    code = (
        "import sys; sys.path.append(sys.argv[1])\n"
        "from plans_for_tests import small_plan\n"
        "from allocator.files.exporting import export\n"
        "assert 'matplotlib' not in sys.modules\n"
        "export(small_plan(), sys.argv[2])\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    tests = str(next(p for p in sys.path if p.endswith("tests")))
    subprocess.run([sys.executable, "-c", code, tests, str(tmp_path / "two.png")], check=True)


def test_the_same_plan_gives_the_same_picture(tmp_path):
    """Byte for byte."""
    export(small_plan(), tmp_path / "one.png")
    export(small_plan(), tmp_path / "two.png")
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_the_map_says_what_it_rests_on(tmp_path, monkeypatch):
    """People, CRS, sources, what is modelled, the proof, scale and north, counts in people."""
    said = texts_of(small_plan(), tmp_path, monkeypatch)
    for text in (
        "small: small-2025", "people as planned for: 2,400", "EPSG:32651", "gap 2.8%",
        "GeoNames (CC BY 4.0)", "MODELLED, not measured: facilities, population grid", "N", "1 km",
        "covered: 750 people (50.0%)", "covered: 1,125 people (75.0%)",
        "NOT covered: 375 people (25.0%)", "ambulance station, new: 1", "village clinic, closed: 1",
        "Today's facilities", "Plan",
    ):  # fmt: skip
        assert text in said


def test_rules_on_the_same_kinds_share_a_pair_of_maps():
    """Urban and rural rules about one network are one picture, with its kinds only."""
    drawn, left_out = map_contents.themes(with_coverage(TOLD))
    assert drawn == [Theme(("COV-U", "COV-R"), ("urban", "rural"), ("ems_station",), ("", ""))]
    assert left_out == []


def test_what_the_rules_mean_stands_above_their_maps(tmp_path, monkeypatch):
    """Rule ids alone say nothing to a reader."""
    told = {"COV-U": {**TOLD["COV-U"], "meaning": "Every urban resident is within 3.5 km."}}
    said = texts_of(with_coverage(told), tmp_path, monkeypatch)
    assert "COV-U: Every urban resident is within 3.5 km." in said


def test_notes_of_sources_are_printed(tmp_path, monkeypatch):
    """Years and methods of the inputs stand in their notes."""
    source = {"file": "population.tif", "basis": "modelled", "note": "2020 census totals"}
    plan = small_plan(provenance={"sources": [source, {"file": "x", "note": ""}]})
    assert "Sources: population.tif: 2020 census totals" in texts_of(plan, tmp_path, monkeypatch)


def test_rules_whose_people_overlap_do_not_share():
    """Two rules about the same people would hide one another."""
    told = {"COV-U": TOLD["COV-U"], "COV-R": {"kinds": ["ems_station"], "group": "total"}}
    drawn, _ = map_contents.themes(with_coverage(told))
    assert [t.rules for t in drawn] == [("COV-U",), ("COV-R",)]


def test_without_being_told_the_group_follows_from_the_people_required():
    """The required number of people is that of one group of the cells."""
    drawn, _ = map_contents.themes(small_plan())
    assert [(t.rules, t.groups) for t in drawn] == [
        (("COV-U",), ("urban",)),
        (("COV-R",), ("rural",)),
    ]


def test_must_rules_come_first_and_the_rest_is_named(tmp_path, monkeypatch):
    """More themes than fit on a sheet: the weakest are listed, not dropped in silence."""
    cells = small_plan().cells.copy()
    names = [f"X{i}" for i in range(5)]
    for name in names:
        cells[f"covered:{name}"] = cells[f"covered_today:{name}"] = True
    lines = [line(n, strength="must" if n == "X4" else "wish", required=2400) for n in names]
    plan = small_plan(cells=cells, compliance=compliance_table(lines))
    drawn, left_out = map_contents.themes(plan)
    assert drawn[0].rules == ("X4",)
    assert len(drawn) == 4
    assert left_out == ["X3", "COV-U", "COV-R"]
    assert "Not drawn, see cells.csv: X3, COV-U, COV-R" in texts_of(plan, tmp_path, monkeypatch)


def test_states_of_cells():
    """Covered and not covered by the rule of the cell's group; nothing where no rule speaks."""
    plan = small_plan()
    both = Theme(("COV-U", "COV-R"), ("urban", "rural"))
    people = plan.cells["people"].to_numpy()
    for today, covered in ((True, 750 + 675), (False, 1125 + 900)):
        state = map_contents.states(plan, both, today=today)
        assert people[state == COVERED_STATE].sum() == covered
        assert people[state == UNCOVERED_STATE].sum() == 2400 - covered
    state = map_contents.states(plan, Theme(("COV-U",), ("urban",)), today=False)
    assert people[state == OUTSIDE_STATE].sum() == 900


def test_today_shows_what_stands_and_the_plan_what_changes():
    """Today: no new sites, closed ones still open. Plan: all, with their status."""
    plan = small_plan()
    theme = Theme((), ())
    assert set(map_contents.facilities(plan, theme, today=True)["id"]) == {
        "chc-1", "chc-2", "ems-1", "vc-1",
    }  # fmt: skip
    assert len(map_contents.facilities(plan, theme, today=False)) == 6
    stations = Theme((), (), ("ems_station",))
    assert len(map_contents.facilities(plan, stations, today=False)) == 2


def test_names_without_a_font_become_latin_or_ids(tmp_path, monkeypatch, no_chinese_font):
    """No boxes: the Latin part, else the id, and the map says why."""
    said = texts_of(small_plan(region="嘉兴 Jiaxing"), tmp_path, monkeypatch, chinese=True)
    assert "Jiaxing: small-2025" in said
    assert "\nA\n" in said
    assert "No font with Chinese characters is installed" in said
    assert not any(ord(c) > 0x2E80 for c in said)


def test_names_with_a_font_are_drawn_whole(tmp_path, monkeypatch, chinese_font):
    """With a Chinese font names stand as they are, and labels are Chinese on request."""
    plan = small_plan(region="嘉兴 Jiaxing")
    said = texts_of(plan, tmp_path, monkeypatch)
    assert "嘉兴 Jiaxing" in said
    assert "南湖区" in said
    assert "No font" not in said
    said = texts_of(plan, tmp_path, monkeypatch, chinese=True)
    assert "现状" in said
    assert "急救站, 新建: 1" in said
    assert "模拟数据" in said


def test_a_damaged_font_is_passed_over(tmp_path, chinese_font):
    """A font file that cannot be read draws nothing; the next one is taken."""
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    entries = [FontEntry(fname=str(broken), name="SimHei"), *fontManager.ttflist]
    assert find_face(["南湖"], entries).file == chinese_font


def test_the_last_resort_font_is_no_font():
    """matplotlib brings one that draws every character as a box."""
    face = find_face(["嘉兴 Jiaxing"], _bundled())
    assert face.file == findfont("DejaVu Sans")
    assert face.lacks == frozenset("嘉兴")


@pytest.mark.parametrize(
    ("text", "otherwise", "said"),
    [
        ("嘉兴市 Jiaxing", "3304", "Jiaxing"),
        ("南湖区", "330402", "330402"),
        ("Jiaxing(嘉兴)", "", "Jiaxing"),
        ("嘉兴", "嘉", ""),
        ("Haining", "", "Haining"),
    ],
)
def test_what_can_be_said_without_characters(text, otherwise, said):
    """The Latin part, else the other name, else nothing."""
    face = fonts.Face("any", frozenset("嘉兴市南湖区"))
    assert face.sayable(text, otherwise) == said


@pytest.mark.parametrize(
    "changes",
    [
        {"cells": small_plan().cells.iloc[:0]},
        {"cells": small_plan().cells.iloc[:1]},
        {"cells": small_plan().cells[["x_m", "y_m", "people", "urban", "unit"]]},
        {"facilities": small_plan().facilities.iloc[:0]},
        {"outlines": small_plan().outlines.drop(columns="geometry")},
        {"outlines": gpd.GeoDataFrame(small_plan().outlines.assign(geometry=None))},
        {"provenance": {}},
    ],
)
def test_a_plan_with_little_to_show_still_gives_a_map(tmp_path, changes):
    """No cells, one cell, no coverage rule, no facilities, no outlines, no provenance."""
    export(small_plan(**changes), tmp_path / "plan.png")
    assert imread(tmp_path / "plan.png").shape[0] > 300


def test_a_plan_with_nothing_to_show_is_an_error(tmp_path):
    """An empty picture would say nothing."""
    plan = small_plan()
    bare = {"cells": plan.cells.iloc[:0], "facilities": plan.facilities.iloc[:0],
            "outlines": plan.outlines.iloc[:0]}  # fmt: skip
    with pytest.raises(InputError, match="no cells, facilities or outlines"):
        export(small_plan(**bare), tmp_path / "plan.png")


def test_the_side_of_cells_is_their_spacing():
    """Also when the lattice is not quite regular."""
    assert map_contents.cell_side_m(small_plan()) == pytest.approx(1000)
    cells = small_plan().cells.copy()
    cells["x_m"] += np.linspace(0, 3, len(cells))
    assert map_contents.cell_side_m(small_plan(cells=cells)) == pytest.approx(1000, rel=0.01)


def test_markers_shrink_where_there_are_many():
    """A few sites stand out, thousands do not run together."""
    sizes = [marker_size(n) for n in (1, 100, 1000, 10_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 4 * sizes[-1]


@pytest.mark.parametrize("length", [1.0, 99.9, 100, 21_000, Fraction(5, 2)])
def test_the_scale_bar_is_round_and_fits(length):
    """1, 2 or 5 times a power of ten, at most the length asked for, more than a third of it."""
    bar = round_length(float(length))
    assert bar <= length
    assert bar * 2.6 > length
    assert f"{bar:e}"[0] in "125"
