"""Maps of one kind each: what they say, in people, minutes and km."""

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from matplotlib import font_manager
from matplotlib.font_manager import fontManager
from plans_for_tests import CRS, X0_M, Y0_M, small_plan
from pyproj import Geod, Transformer
from typer.testing import CliRunner

import allocator as al
from allocator.cli.app import app
from allocator.errors import InputError
from allocator.files.fonts import find_face
from allocator.files.map_away import about_rule, away, default_ends
from allocator.files.map_ground import Ground
from allocator.files.map_layers import band_picture, cover_picture, unit_picture, whole_people

STATIONS = {
    "COV-U": {"kinds": ["ems_station"], "group": "urban", "within_km": 2.0, "mode": "ambulance",
              "meaning": "An ambulance station within 2 km."},
    "COV-R": {"kinds": ["ems_station"], "group": "rural", "within_minutes": 15.0,
              "mode": "ambulance"},
}  # fmt: skip


def told_plan(**changes):
    plan = small_plan(**changes)
    rules = {"COV-U": {"clause": "急救站服务半径两公里", "meaning": "station"}}
    return replace(plan, provenance={**plan.provenance, "coverage_rules": STATIONS, "rules": rules})


def texts(path: Path) -> str:
    return "\n".join(re.findall(r"<text[^>]*>([^<]*)", path.read_text("utf-8")))


def people_of(said: str) -> list[int]:
    return [int(n.replace(",", "")) for n in re.findall(r": ([\d,]+) people", said)]


@pytest.mark.parametrize(
    ("what", "options"),
    [("coverage", {"rule": "COV-U"}), ("bands", {"rule": "COV-U"}), ("bands", {"today": True}),
     ("units", {"resource": "ambulances"})],
)  # fmt: skip
def test_the_legend_adds_up_and_the_map_says_what_it_rests_on(tmp_path, what, options):
    """People of all classes are the plan's; scale, north, CRS, source, boundaries stand there."""
    al.save_map(told_plan(), tmp_path / "map.svg", what, **options)
    said = texts(tmp_path / "map.svg")
    assert sum(people_of(said)) == 2400
    for text in ("1 km", "N", "EPSG:32651", "GeoNames (CC BY 4.0)",
                 "legal", "MODELLED, not measured", "people as planned for: 2,400"):  # fmt: skip
        assert text in said


def test_cover_tells_what_changes():
    """As today, newly, lost, not; the shares are of those the rule asks for."""
    cells = small_plan().cells.copy()
    cells.loc["r0c0", "covered:COV-U"] = False  # covered today, not in the plan
    picture = cover_picture(told_plan(cells=cells), "COV-U", chinese=False)
    people = {c.label: c.people for c in picture.classes}
    assert people["loses its cover"] == 125.0
    assert sum(people.values()) == 2400
    assert picture.lines[0] == "COV-U: An ambulance station within 2 km."
    chinese = cover_picture(told_plan(cells=cells), "COV-U", chinese=True)
    assert chinese.lines[0] == "COV-U: 急救站服务半径两公里"
    assert [c.people for c in chinese.classes] == [c.people for c in picture.classes]


def test_bands_by_hand():
    """Straight km to the nearest station, at least the way inside a cell."""
    plan = told_plan()
    rule, about = about_rule(plan, "COV-U")
    found = away(plan, rule, about, today=True, bands=(1, 2, 4))
    station = np.array([X0_M + 1500, Y0_M + 1500])
    xy = plan.cells[["x_m", "y_m"]].to_numpy()
    km = np.maximum(np.hypot(*(xy - station).T) / 1000, 0.38)
    assert found.value == pytest.approx(km)
    assert found.unit == "km"
    by_hand = [(km <= 1).sum(), ((km > 1) & (km <= 2)).sum(), ((km > 2) & (km <= 4)).sum()]
    assert np.bincount(found.band)[:3].tolist() == by_hand


def test_minutes_are_those_of_the_assumptions():
    """Detour and speeds of the plan's own table."""
    plan = told_plan()
    about = STATIONS["COV-U"]
    km = away(plan, "COV-U", about, today=False, unit="km").value
    minutes = away(plan, "COV-U", about, today=False, unit="minutes").value
    kmh = np.where(plan.cells["urban"], 30.0, 50.0)
    assert minutes == pytest.approx(km * 1.4 / kmh * 60)
    assert np.isnan(away(plan, "COV-U", about, today=False, unit="minutes").limit)


def test_what_the_cells_tell_goes_first():
    """Minutes that the plan wrote, along its roads, are not computed again."""
    plan = told_plan()
    told = np.linspace(1, 40, len(plan.cells))
    told[3] = np.nan
    plan = replace(plan, cells=plan.cells.assign(**{"minutes:COV-R": told}))
    found = away(plan, "COV-R", STATIONS["COV-R"], today=False)
    assert np.array_equal(found.value, told, equal_nan=True)
    assert found.band[3] == -1


def test_minutes_that_nobody_told_are_an_error_that_says_what_to_do():
    """A plan along roads, from before its cells told the minutes."""
    plan = told_plan()
    plan = replace(
        plan, provenance={**plan.provenance, "travel": {"ambulance": {"source": "roads"}}}
    )
    with pytest.raises(InputError, match=r"times=.*unit='km'.*coverage"):
        al.draw_map(plan, "bands", rule="COV-R")
    assert away(plan, "COV-R", STATIONS["COV-R"], today=False, unit="km").unit == "km"


def test_given_times_are_used_and_checked():
    """By the ids of sites; of as many cells as the plan has."""
    plan = told_plan()
    n = len(plan.cells)
    sites = al.SiteSet(["ems-1", "ems:r1c2"], status=["existing", "candidate"])
    cell, site = np.arange(n), np.zeros(n, dtype=int)
    times = al.TravelTimes(n, 2, cell, site, np.linspace(0, 30, n), sites=sites)
    found = away(plan, "COV-R", STATIONS["COV-R"], today=False, times=times)
    assert found.value == pytest.approx(np.linspace(0, 30, n))
    fewer = al.TravelTimes(n - 1, 1, cell[:-1], site[:-1], np.ones(n - 1),
                           sites=al.SiteSet(["other"]))  # fmt: skip
    with pytest.raises(InputError, match=r"(?s)times are of 23 cells.*times lack the site 'ems-1'"):
        al.draw_map(plan, "bands", rule="COV-R", times=fewer)


def test_bands_that_contradict_the_cover_are_told():
    """A rule that asks for more than a kind of site: nobody is left to wonder."""
    picture = band_picture(told_plan(), "COV-U", chinese=False)
    assert any("people the bands differ from the cover of COV-U" in n for n in picture.notes)


@pytest.mark.parametrize(
    ("limit", "unit", "ends"),
    [(15, "minutes", (5, 8, 11, 15)), (8, "minutes", (5, 8, 11, 15)),
     (20, "minutes", (5, 10, 15, 20, 30)), (60, "minutes", (20, 30, 45, 60, 90)),
     (3.5, "km", (0.5, 1, 2, 3.5, 5)),
     (10, "km", (2, 3, 5, 10, 15)), (np.nan, "km", (1, 2, 5, 10))],
)  # fmt: skip
def test_bands_lie_around_the_limit(limit, unit, ends):
    """Rising, with the limit among them."""
    assert default_ends(limit, unit) == ends


def test_units_are_coloured_by_rate_and_not_known_is_said():
    """Ambulances per 1,000 by county; a county without a figure is its own class."""
    plan = told_plan()
    picture = unit_picture(plan, "ambulances", chinese=False)
    assert picture.figures == {"A": "5.71", "B": "4.00"}
    assert sum(c.people for c in picture.classes) == 2400
    assert sum(len(c.shapes) for c in picture.classes) == 2
    today = unit_picture(plan, "public_beds", chinese=False, today=True)
    assert [c.label for c in today.classes] == ["not known"]
    units = plan.units.astype({"allocated": float})
    units.loc[units["resource"] == "ambulances", "allocated"] = [12, 7.0001, 5]
    alike = unit_picture(replace(plan, units=units), "ambulances", chinese=False)
    assert [c.label for c in alike.classes] == ["5.00 (2 units)"]
    bare = told_plan(outlines=plan.outlines.drop(columns="geometry"))
    with pytest.raises(InputError, match=r"no outlines .* plan\.gpkg"):
        al.draw_map(bare, "units")


@pytest.mark.parametrize(
    ("what", "options", "message"),
    [
        ("heat", {}, "what must be one of before_after, coverage, bands, units, got 'heat'"),
        ("units", {"rule": "COV-U"}, "rule is for before_after and coverage and bands, not"),
        ("coverage", {"rule": "NO"}, "no coverage rule 'NO'; it has COV-U, COV-R"),
        ("units", {"resource": "x"}, "resource: the plan has no 'x'; it has ambulances"),
        ("bands", {"bands": [5, 5]}, "bands: must end at rising numbers > 0"),
    ],
)
def test_wrong_questions_are_answered_in_words(what, options, message):
    """Each says what there is."""
    with pytest.raises(InputError, match=re.escape(message)):
        al.draw_map(told_plan(), what, **options)


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
@pytest.mark.parametrize("what", ["before_after", "coverage"])
def test_the_same_plan_gives_the_same_bytes(tmp_path, suffix, what):
    """No date, no random id."""
    for name in ("one", "two"):
        al.save_map(told_plan(), tmp_path / f"{name}.{suffix}", what)
    one = (tmp_path / f"one.{suffix}").read_bytes()
    assert one == (tmp_path / f"two.{suffix}").read_bytes()
    assert b"2026" not in one
    with pytest.raises(InputError, match=r"known: \.png, \.pdf, \.svg"):
        al.save_map(told_plan(), tmp_path / "map.gif")


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:32651", "EPSG:4549", "ESRI:102025"])
def test_the_scale_is_that_of_the_ground(crs):
    """Against a geodesic across the map; web Mercator doubles lengths at 60 degrees."""
    to = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    west, south = to.transform(120.0, 59.9)
    east, north = to.transform(120.6, 60.1)
    ground = Ground.of(crs, (west, south, east, north))
    back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    y = (south + north) / 2
    lon, lat = back.transform([west, east], [y, y])
    _, _, metres = Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])
    assert ground.metres * (east - west) == pytest.approx(metres, rel=1e-6)
    if crs == "EPSG:3857":
        assert ground.metres == pytest.approx(0.5, abs=0.01)
        assert abs(ground.turn_degrees) < 1e-6
    assert not Ground.of("nonsense", (0, 0, 1, 1)).is_known


def test_people_of_a_legend_add_up():
    """Whole numbers, whatever the fractions."""
    assert whole_people([0.4, 0.4, 0.4]) == [1, 0, 0]
    assert sum(whole_people([1234.5, 0.25, 17.3])) == 1252
    assert whole_people([0.0, 0.0]) == [0, 0]


def test_on_axes_of_ones_own():
    """The figure is the caller's."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.add_subplot()
    assert al.draw_map(told_plan(), "coverage", ax=axes) is figure
    assert axes.get_legend() is not None
    assert al.draw_map(told_plan(), "coverage")._repr_png_().startswith(b"\x89PNG")


def test_a_written_plan_has_its_outlines_again(tmp_path):
    """From the GeoPackage beside the tables; a damaged one is noted, not fatal."""
    from allocator.files.exporting import export_all

    export_all(told_plan(), tmp_path, with_map=False)
    back = al.read_plan(tmp_path)
    assert back.outlines.geometry.area.to_dict() == small_plan().outlines.geometry.area.to_dict()
    assert back.outlines.loc["A1", "name"] == "Jianshe"
    assert back.outlines.crs == CRS
    al.save_map(back, tmp_path / "units.svg", "units", resource="ambulances")
    (tmp_path / "plan.gpkg").write_bytes(b"no GeoPackage")
    broken = al.read_plan(tmp_path)
    assert broken.outlines.geometry.isna().all()
    assert any("plan.gpkg" in note for note in broken.provenance["notes"])


def test_cells_off_a_lattice_are_drawn_too(tmp_path):
    """Block groups, not squares."""
    cells = small_plan().cells.copy()
    cells["x_m"] += np.linspace(0, 400, len(cells))
    plan = told_plan(cells=cells)
    al.save_map(plan, tmp_path / "map.svg", "coverage", rule="COV-U")
    assert sum(people_of(texts(tmp_path / "map.svg"))) == 2400


def test_very_many_cells_off_a_lattice_are_one_image(tmp_path):
    """A vector map of a turned grid stays small."""
    n = 80
    east, north = np.meshgrid(np.arange(n), np.arange(n))
    turned = np.column_stack([east.ravel() + 0.1 * north.ravel(), north.ravel()]) * 70.0
    cells = pd.DataFrame(
        {"x_m": X0_M + turned[:, 0], "y_m": Y0_M + turned[:, 1], "people": 0.375, "urban": True,
         "unit": "A", "covered_today:COV-U": False, "covered:COV-U": east.ravel() > 20},
        index=[f"c{i}" for i in range(n * n)],
    )  # fmt: skip
    al.save_map(told_plan(cells=cells), tmp_path / "map.svg", "coverage", rule="COV-U")
    assert sum(people_of(texts(tmp_path / "map.svg"))) == 2400
    assert (tmp_path / "map.svg").stat().st_size < 400_000


def test_what_no_rule_limits_is_not_hatched():
    """Km of a rule in minutes: nothing lies beyond it."""
    plan = told_plan()
    picture = band_picture(plan, "COV-R", chinese=False, unit="km", bands=(1, 2))
    beyond = next(c for c in picture.classes if c.label == ">2 km")
    assert not beyond.hatched
    ruled = band_picture(plan, "COV-U", chinese=False, bands=(1, 2))
    assert next(c for c in ruled.classes if c.label == ">2 km").hatched


def test_hostile_names_stay_text(tmp_path):
    """Names of units and regions are data, in SVG too."""
    outlines = small_plan().outlines.assign(name="<script>alert(1)</script>$x_1$ and $")
    units = small_plan().units.assign(name="<b>&amp;")
    plan = told_plan(outlines=gpd.GeoDataFrame(outlines), units=pd.DataFrame(units),
                     region="</svg><script>$\\frac$")  # fmt: skip
    al.save_map(plan, tmp_path / "map.svg", "coverage", rule="COV-U")
    assert "<script" not in (tmp_path / "map.svg").read_text("utf-8")


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_chinese_with_the_fonts_of_this_machine(tmp_path, suffix):
    """Whole where a font has the characters; else in English with a word on it. Never boxes:
    a missing glyph is a warning, and warnings are errors here."""
    plan = told_plan(region="嘉兴 Jiaxing")
    al.save_map(plan, tmp_path / f"map.{suffix}", "bands", rule="COV-U", chinese=True)
    if suffix == "svg":
        said = texts(tmp_path / "map.svg")
        lacks = find_face(["嘉兴规划"]).lacks
        assert ("No font with Chinese" in said) == bool(lacks)
        assert ("到最近急救站的公里数(规划)" in said) == (not lacks)
        assert sum(people_of(said) or [2400]) == 2400


def test_fonts_that_came_after_the_list_was_made(tmp_path, monkeypatch):
    """matplotlib keeps its list for weeks; a font installed today is found by its file."""
    known = [e for e in fontManager.ttflist if "mpl-data" in e.fname]
    monkeypatch.setattr(fontManager, "ttflist", known)
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    greek = next(e for e in known if e.name == "DejaVu Sans Mono")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [str(broken), greek.fname])
    assert find_face(["嘉"]).lacks == {"嘉"}
    monkeypatch.undo()
    here = [f for f in font_manager.findSystemFonts() if "CJK" in f]
    if here:
        monkeypatch.setattr(fontManager, "ttflist", known)
        face = find_face(["嘉兴"])
        assert not face.lacks
        assert "CJK" in face.file
        assert face.properties(9).get_name() == face.name


def test_the_command_draws_every_kind(tmp_path):
    """From a written plan; wrong options are answered in words."""
    from allocator.files.exporting import export_all

    export_all(told_plan(), tmp_path / "plan", with_map=False)
    folder = str(tmp_path / "plan")
    for i, options in enumerate([
        [], ["--what", "coverage", "--rule", "COV-U"],
        ["--what", "bands", "--rule", "COV-R", "--bands", "5,10", "--today"],
        ["--what", "bands", "--rule", "COV-R", "--unit", "km"],
        ["--what", "units", "--resource", "ambulances", "--chinese"],
    ]):  # fmt: skip
        out = tmp_path / f"map{i}.svg"
        done = CliRunner().invoke(app, ["map", folder, "--out", str(out), *options])
        assert done.exit_code == 0, done.output
        assert "EPSG:32651" in out.read_text("utf-8")
    for options, said in (
        (["--unit", "miles"], "must be minutes or km, got 'miles'"),
        (["--bands", "5;10"], "must be numbers with commas between"),
        (["--what", "heat"], "what must be one of"),
    ):
        done = CliRunner().invoke(app, ["map", folder, "--out", str(tmp_path / "x.png"), *options])
        assert done.exit_code == 2
        assert said in done.output
