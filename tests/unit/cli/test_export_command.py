"""``allocator export``, and what ``allocator plan`` writes besides."""

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from plans_for_tests import small_plan
from typer.testing import CliRunner

from allocator.cli.app import app
from allocator.cli.plan_command import with_options
from allocator.errors import InputError
from allocator.files.exporting import check_wanted, export_all
from allocator.files.reading import read_plan
from allocator.scenarios.scenario import Scenario


def call(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def written(tmp_path):
    """The folder of a written plan."""
    export_all(small_plan(), tmp_path / "plan", with_map=False)
    return tmp_path / "plan"


def test_export_writes_forms_of_a_written_plan(written, tmp_path):
    """Several forms at once; shapes are those of the plan's GeoPackage; files are named."""
    done = call("export", written, "--to", "shp", "--to", "csv", "--crs", "EPSG:4490", "--bom",
                "--out", tmp_path / "out")  # fmt: skip
    assert done.exit_code == 0
    assert "plan_sites.shp" in done.stdout
    units = gpd.read_file(tmp_path / "out" / "plan_units.shp")
    assert units.crs == "EPSG:4490"
    assert units.geometry.notna().all()
    assert (tmp_path / "out" / "plan_units.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_export_writes_into_the_plans_folder_by_default(written):
    """Beside the tables, which stay as they are."""
    before = (written / "units.csv").read_bytes()
    assert call("export", written, "--to", "geojson").exit_code == 0
    assert (written / "plan_sites.geojson").is_file()
    assert (written / "units.csv").read_bytes() == before


def test_export_does_not_take_the_plans_own_layers_away(written, tmp_path):
    """ArcGIS layers go elsewhere: plan.gpkg in the folder holds the outlines."""
    before = (written / "plan.gpkg").read_bytes()
    done = call("export", written, "--to", "gpkg", "--names", "arcgis")
    assert done.exit_code == 2
    assert "another folder" in done.stderr
    assert (written / "plan.gpkg").read_bytes() == before


def test_export_tells_every_problem_and_writes_nothing(written, tmp_path):
    """Unknown forms and options that none of them has; exit code 2."""
    done = call("export", written, "--to", "doc", "--to", "csv", "--crs", "EPSG:4490",
                "--out", tmp_path / "out")  # fmt: skip
    assert done.exit_code == 2
    assert "unknown form 'doc'" in done.stderr
    assert "crs is for .gpkg, .shp" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_form_that_fails_leaves_none(written, tmp_path, monkeypatch):
    """All or nothing over all forms."""

    def fail(*args, **kwargs):
        raise InputError("no more", where="disk")

    monkeypatch.setattr("allocator.files.csv_tables.write_csv_tables", fail)
    done = call("export", written, "--to", "gpkg", "--to", "csv", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_help_has_an_example():
    """A line to copy."""
    assert "allocator export plans/jiaxing --to shp" in call("export", "--help").stdout


def scenario(**outputs):
    return Scenario(name="s", region="r", policy="p", outputs=outputs)


def test_options_of_the_command_change_the_outputs():
    """What the command says takes the place of the file's word, the rest stays."""
    asked = scenario(chinese=True, crs="EPSG:4549")
    found = with_options(asked, outputs={"also": ["shp"], "crs": "EPSG:4490", "names": None})
    assert found.outputs.wanted == {
        "chinese": True, "extra": ["shp"], "crs": "EPSG:4490", "names": None, "lines": "auto",
        "bom": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outputs", "said"),
    [({"bom": True}, "bom is for .csv"), ({"crs": "EPSG:1"}, "no known CRS")],
)
def test_wishes_are_checked_before_planning(tmp_path, outputs, said):
    """A wish that cannot be met is told before the long work."""
    with pytest.raises(InputError, match=said):
        check_wanted(tmp_path, **scenario(**outputs).outputs.wanted)


def test_unknown_further_forms_are_told_with_the_scenario():
    """The model knows shp, geojson and csv."""
    with pytest.raises(InputError, match="also"):
        scenario().changed(outputs={"also": ["doc"]})


def test_export_all_writes_what_is_wanted_besides(tmp_path):
    """Further forms beside the usual ones; all are named."""
    paths = export_all(
        small_plan(), tmp_path / "out", with_map=False, extra=["shp", "csv"], crs="EPSG:4490",
        bom=True,
    )  # fmt: skip
    assert sorted(p.name for p in paths) == sorted(p.name for p in (tmp_path / "out").iterdir())
    assert gpd.read_file(tmp_path / "out" / "plan.gpkg", layer="sites").crs == "EPSG:4490"
    assert (tmp_path / "out" / "plan_compliance.csv").is_file()


def test_arcgis_layers_stand_beside_the_plans_own(tmp_path):
    """plan.gpkg keeps the layers from which a plan's outlines are read."""
    cells = small_plan().cells.copy()
    cells["nearest:COV-U"] = np.where(cells["covered:COV-U"], "ems-1", "").astype(object)
    cells["minutes:COV-U"] = 1.0
    plan = small_plan(cells=cells)
    export_all(plan, tmp_path / "out", with_map=False, names="arcgis")
    own = set(pyogrio.list_layers(tmp_path / "out" / "plan.gpkg")[:, 0])
    assert {"units", "sites"} <= own
    other = set(pyogrio.list_layers(tmp_path / "out" / "plan_arcgis.gpkg")[:, 0])
    assert "Facilities_COV-U" in other
    assert read_plan(tmp_path / "out").outlines.geometry.notna().all()
