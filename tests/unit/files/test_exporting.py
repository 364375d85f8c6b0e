"""The form of an export follows from its name."""

import hashlib
import json

import pytest
from plans_for_tests import small_plan

from allocator.errors import InputError
from allocator.files import exporting
from allocator.files.exporting import export, export_all

TABLES = ["assumptions", "cells", "compliance", "conflicts", "facilities", "fairness", "marginals",
          "tiers", "units"]  # fmt: skip


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_name_without_suffix_is_a_folder_of_tables(tmp_path):
    """The csv files and plan.json."""
    export(small_plan(), tmp_path / "plan")
    assert names(tmp_path / "plan") == sorted([*(f"{t}.csv" for t in TABLES), "plan.json"])


def test_an_existing_folder_with_a_dot_is_a_folder(tmp_path):
    """A folder called plan.v2 is not taken for an unknown form."""
    (tmp_path / "plan.v2").mkdir()
    export(small_plan(), str(tmp_path / "plan.v2"))
    assert "units.csv" in names(tmp_path / "plan.v2")


def test_the_hashes_in_the_json_are_those_of_the_tables(tmp_path):
    """plan.json alone names the hashes that the tables have when they are written."""
    export(small_plan(), tmp_path / "plan")
    export(small_plan(), tmp_path / "alone.json")
    said = json.loads((tmp_path / "alone.json").read_text("utf-8"))
    assert said == json.loads((tmp_path / "plan" / "plan.json").read_text("utf-8"))
    assert said["tables"] == {
        f"{t}.csv": hashlib.sha256((tmp_path / "plan" / f"{t}.csv").read_bytes()).hexdigest()
        for t in TABLES
    }
    assert said["status"] == "feasible"
    assert said["bound"] == 1_200_000.0
    assert said["rules"]["must"] == {"met": 1, "not_met": 1, "not_evaluated": 1}
    assert said["provenance"]["attribution"] == {"GeoNames": "CC BY 4.0"}


@pytest.mark.parametrize("name", ["plan.docx", "plan.XLS", "plan.kml", "plan.xlsx.bak"])
def test_an_unknown_suffix_lists_the_known_ones(tmp_path, name):
    """The error says what can be written; nothing is."""
    with pytest.raises(InputError, match=r"known: \.json, .*\.gpkg, .*\.shp, .*or a folder"):
        export(small_plan(), tmp_path / name)
    assert names(tmp_path) == []


def test_suffixes_may_be_in_capitals(tmp_path):
    """PLAN.JSON is json."""
    export(small_plan(), tmp_path / "PLAN.JSON")
    assert json.loads((tmp_path / "PLAN.JSON").read_text("utf-8"))["region"] == "small"


def test_export_all_writes_every_form_and_names_them(tmp_path):
    """Tables, json, Excel, GeoPackage and map; the list is what is there."""
    written = export_all(small_plan(), tmp_path / "out")
    assert sorted(p.name for p in written) == names(tmp_path / "out")
    assert all(p.is_file() for p in written)
    assert {"plan.xlsx", "plan.gpkg", "plan.png"} <= set(names(tmp_path / "out"))


def test_export_all_without_map_writes_no_map(tmp_path):
    """``with_map=False`` leaves only the picture out."""
    export_all(small_plan(), tmp_path / "out", with_map=False)
    assert "plan.png" not in names(tmp_path / "out")
    assert "plan.gpkg" in names(tmp_path / "out")


def test_export_all_writes_the_report_on_request(tmp_path):
    """``with_report=True`` adds plan.html; else there is none."""
    export_all(small_plan(), tmp_path / "out", with_map=False)
    assert "plan.html" not in names(tmp_path / "out")
    written = export_all(small_plan(), tmp_path / "out", with_map=False, with_report=True)
    assert tmp_path / "out" / "plan.html" in written
    assert "plan.html" in names(tmp_path / "out")


def test_a_form_that_fails_leaves_nothing(tmp_path, monkeypatch):
    """If the last form cannot be written, none is, and what was there before is whole."""
    export(small_plan(region="before"), tmp_path / "out")
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}

    def fail(*args, **kwargs):
        raise RuntimeError("no more")

    monkeypatch.setattr(exporting, "_write_file", fail)
    with pytest.raises(RuntimeError):
        export_all(small_plan(), tmp_path / "out")
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    assert names(tmp_path) == ["out"]


def test_the_plan_is_not_changed_by_writing_it(tmp_path):
    """Inputs are never mutated."""
    plan = small_plan()
    before = {t: getattr(plan, t).copy() for t in TABLES}
    export_all(plan, tmp_path / "out")
    for table, frame in before.items():
        assert frame.equals(getattr(plan, table))
