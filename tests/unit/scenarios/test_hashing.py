"""One hash of all that a plan is made from."""

import os
import shutil

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from region_folders import FILES, tiny_folder

from allocator.files import digests
from allocator.files.digests import companions, digest
from allocator.scenarios import hashing
from allocator.scenarios.hashing import content_hash
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.scenario import Scenario

TEXT = """
region = "region"
policy = "mine.toml"
over = "national"

[travel.drive]
roads = "roads.graphml"
"""


@pytest.fixture
def question(tmp_path):
    """A scenario with files of every sort, read anew at each call."""
    tiny_folder(tmp_path / "region")
    (tmp_path / "region" / "notes.md").write_text("x", encoding="utf-8")
    for name in ("mine.toml", "roads.graphml"):
        (tmp_path / name).write_text(f"# {name}", encoding="utf-8")
    path = tmp_path / "question.toml"

    def read(text=TEXT):
        path.write_text(text, encoding="utf-8")
        return read_scenario(path)

    return read


@pytest.mark.parametrize(
    "name", [*(f"region/{name}" for name in FILES), "mine.toml", "roads.graphml"]
)
def test_every_byte_of_every_file_counts(question, tmp_path, name):
    """One byte changed, with the size as it was."""
    before = content_hash(question())
    path = tmp_path / name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    os.utime(path, ns=(1, 1))  # a clock that is coarser than this test would hide the change
    assert content_hash(question()) != before
    path.write_bytes(content)
    assert content_hash(question()) == before


def test_what_is_no_part_of_the_question_does_not_count(question, tmp_path):
    """Other files of the folder, a name, outputs, where files lie, comments and spelling."""
    before = content_hash(question())
    (tmp_path / "region" / "notes.md").write_text("y", encoding="utf-8")
    (tmp_path / "region" / "plan").mkdir()
    (tmp_path / "region" / "plan" / "plan.json").write_text("{}", encoding="utf-8")
    named = 'name = "another"\n# a comment\n' + TEXT
    assert content_hash(question(named + "[outputs]\nchinese = true\n")) == before
    shutil.copytree(tmp_path, tmp_path / "elsewhere")
    assert content_hash(read_scenario(tmp_path / "elsewhere" / "question.toml")) == before


@pytest.mark.parametrize(
    "change",
    [
        {"assumptions": {"detour": 1.45}}, {"budget": 1.0}, {"minimise": "cost"},
        {"maximise": "coverage"}, {"policy": "national"}, {"over": ""}, {"travel": None},
        {"years": {"first": 2021, "last": 2022}}, {"population": {"A": 1.1}},
        {"population": {"all": 1.1}}, {"overrides": {"J031": {"number": 6}}},
        {"rules": [{"id": "mine"}]}, {"solver": {"seed": 1}}, {"solver": {"gap": 0.1}},
        {"travel": {"drive": {"roads": "roads.graphml", "congestion": 0.9}}},
    ],
)  # fmt: skip
def test_every_value_counts(question, change):
    """Whatever could change the plan."""
    scenario = question()
    assert content_hash(scenario.changed(**change)) != content_hash(scenario)


@pytest.mark.parametrize(
    "change",
    [
        {"assumptions": {"detour": 1.3}}, {"solver": {"gap": 1e-4}}, {"population": {"all": 1}},
        {"population": {"A": 1.0, "B": 1.0}}, {"budget": None}, {"name": "other"},
        {"outputs": {"map": False}},
    ],
)  # fmt: skip
def test_a_default_counts_the_same_however_it_is_said(question, change):
    """Written out, or left out."""
    scenario = question()
    assert content_hash(scenario.changed(**change)) == content_hash(scenario)


def test_years_that_say_the_same_count_the_same(question):
    """One amount for all years, or each by itself; a travel table with nothing in it."""
    scenario = question().changed(travel=None)
    first = {"first": 2021, "last": 2022, "budget_per_year": 5}
    second = {"first": 2021, "last": 2022, "budget_per_year": [5.0, 5], "shortfall": "least"}
    assert content_hash(scenario.changed(years=first)) == content_hash(
        scenario.changed(years=second)
    )
    other = {**first, "last": 2023}
    assert content_hash(scenario.changed(years=other)) != content_hash(
        scenario.changed(years=first)
    )
    assert content_hash(scenario.changed(travel={})) == content_hash(scenario)


def test_factors_that_say_the_same_count_the_same(question):
    """A unit that is as all the others."""
    scenario = question()
    hashes = {
        content_hash(scenario.changed(population=factors))
        for factors in ({"all": 1.1}, {"all": 1.1, "A": 1.1})
    }
    assert len(hashes) == 1
    other = scenario.changed(population={"all": 1.1, "A": 1.0})
    assert content_hash(other) not in hashes


def test_the_version_of_the_program_counts(question, monkeypatch):
    """Another version may plan otherwise."""
    before = content_hash(question())
    monkeypatch.setattr(hashing, "package_version", lambda: "99")
    assert content_hash(question()) != before


def test_files_are_hashed_once(question, monkeypatch):
    """However many scenarios read them."""
    opened = []
    file_digest = digests.hashlib.file_digest

    def counting(handle, name):
        opened.append(handle.name)
        return file_digest(handle, name)

    monkeypatch.setattr(digests.hashlib, "file_digest", counting)
    scenario = question()
    for budget in range(5):
        content_hash(scenario.changed(budget=float(budget)))
    assert len(opened) == len(set(opened))


def test_parts_of_a_shapefile_and_what_lies_beside_a_raster_count(tmp_path):
    """They are read with it, though nobody names them."""
    toml = 'name = "x"\n[units]\nfile = "u.shp"\n[grid]\nfile = "g.tif"\nkind = "count"\n'
    for name in ("u.shp", "u.dbf", "u.prj", "g.tif", "g.tfw", "g.tif.aux.xml"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "region.toml").write_text(toml, encoding="utf-8")
    scenario = Scenario(name="x", region=str(tmp_path), policy="national")
    for name in ("u.dbf", "u.prj", "g.tfw", "g.tif.aux.xml"):
        before = content_hash(scenario)
        (tmp_path / name).write_text(f"another {name}", encoding="utf-8")
        assert content_hash(scenario) != before


def test_rasters_of_a_mosaic_and_an_open_geopackage_count(tmp_path):
    """A .vrt holds no numbers of its own; a log holds what is not yet in its file."""
    side = {"driver": "GTiff", "width": 2, "height": 2, "count": 1, "dtype": "uint8"}
    place = {"crs": "EPSG:32651", "transform": rasterio.Affine(1, 0, 0, 0, -1, 2)}
    for name in ("part.tif", "other.tif"):
        with rasterio.open(tmp_path / name, "w", **side, **place) as raster:
            raster.write(np.ones((1, 2, 2), "uint8"))
    source = '<SimpleSource><SourceFilename relativeToVRT="1">part.tif</SourceFilename>'
    (tmp_path / "mosaic.vrt").write_text(
        '<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Byte" band="1">'
        f"{source}<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>",
        encoding="utf-8",
    )
    assert companions(tmp_path / "mosaic.vrt") == [tmp_path / "part.tif"]
    (tmp_path / "broken.vrt").write_text("<", encoding="utf-8")
    assert companions(tmp_path / "broken.vrt") == []
    (tmp_path / "units.gpkg-wal").write_bytes(b"")
    assert companions(tmp_path / "units.gpkg") == [tmp_path / "units.gpkg-wal"]


def test_what_is_not_there_has_a_hash_too(tmp_path):
    """Whoever reads it tells what is missing; once it is there, the hash is another."""
    scenario = Scenario(name="x", region=str(tmp_path / "r"), policy=str(tmp_path / "p.toml"))
    before = content_hash(scenario)
    (tmp_path / "p.toml").write_text("", encoding="utf-8")
    assert content_hash(scenario) != before
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "region.toml").write_text("not = toml =", encoding="utf-8")
    assert digest(tmp_path / "nowhere") == digests.MISSING
    assert content_hash(scenario) == content_hash(scenario)


SCENARIOS = st.fixed_dictionaries(
    {"region": st.just("r"), "policy": st.sampled_from(["national", "jiaxing-2025"])},
    optional={
        "budget": st.integers(0, 3),
        "minimise": st.sampled_from(["cost", "change"]),
        "assumptions": st.dictionaries(
            st.sampled_from(["walking_kmh", "cost_years"]), st.integers(6, 8)
        ),
        "population": st.dictionaries(st.sampled_from("AB"), st.sampled_from([0.5, 2.0])),
        "rules": st.lists(st.dictionaries(st.sampled_from("ab"), st.integers(0, 2)), max_size=2),
    },
)


@given(one=SCENARIOS, other=SCENARIOS)
def test_hashes_are_equal_where_the_questions_are(one, other):
    """And only there."""
    first, second = Scenario(name="x", **one), Scenario(name="y", **other)
    same = first == second.model_copy(update={"name": "x"})
    assert (content_hash(first) == content_hash(second)) == same
