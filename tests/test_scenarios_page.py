"""The page about scenario files: its files are sound, its code runs, its links exist."""

import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from pages import blocks, run_python
from region_folders import POPULATIONS, UNITS, swapped, tiny_folder

from allocator.errors import InputError
from allocator.scenarios.checking import checked_variants
from allocator.scenarios.schema import scenario_schema

FOLDER = Path(__file__).parents[1] / "allocator" / "scenarios"
PAGE = (FOLDER / "README.md").read_text("utf-8")


@pytest.fixture
def page_files(tmp_path):
    """The page's files beside a tiny region that has the unit they name."""
    units = swapped(UNITS, "A,West,district", "330402,West,county")
    units = swapped(units, "B,East,district", "B,East,county")
    files = {
        "units.csv": units,
        "populations.csv": swapped(POPULATIONS, "\nA,", "\n330402,"),
        "grid.csv": _with_the_unit("grid.csv", tmp_path),
        "sites.csv": _with_the_unit("sites.csv", tmp_path),
        "stock.csv": _with_the_unit("stock.csv", tmp_path),
    }
    toml = (tmp_path / "as it was" / "region.toml").read_text("utf-8")
    files["region.toml"] = toml.replace("[units]", 'planning_levels = ["county"]\n\n[units]', 1)
    tiny_folder(tmp_path, files)
    for text in blocks(PAGE, "toml"):
        (tmp_path / re.findall(r"^# (\S+)", text)[0]).write_text(text, encoding="utf-8")
    return tmp_path


def _with_the_unit(name, tmp_path):
    text = (tiny_folder(tmp_path / "as it was") / name).read_text("utf-8")
    return re.sub(r"(?<=[,\n])A(?=[,\n])", "330402", text)


def test_the_files_of_the_page_are_sound(page_files):
    """By the reader and by the schema; and stand for as many scenarios as they say."""
    validator = jsonschema.Draft7Validator(scenario_schema())
    counts = {}
    for path in sorted(page_files.glob("*.toml")):
        if path.name == "region.toml":
            continue
        assert list(validator.iter_errors(tomllib.loads(path.read_text("utf-8")))) == []
        counts[path.name] = len(checked_variants(path))
    assert counts == {"dense.toml": 1, "samples.toml": 50, "scenario.toml": 1, "sweep.toml": 60}


def test_the_problems_of_the_page_are_told(page_files):
    """Word for word."""
    (told,) = blocks(PAGE, "text")
    sweep = page_files / "sweep.toml"
    text = '[sweep]\n"assumptions.detuor" = [1]\n"assumptions.walking_kmh" = [4, 99]\n'
    sweep.write_text('extends = "scenario.toml"\n' + text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        checked_variants(sweep)
    assert str(caught.value).replace(str(sweep), "sweep.toml") == told.rstrip()


def test_links_of_the_page_exist():
    """What the page points to is there."""
    targets = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert [target for target in targets if not (FOLDER / target).exists()] == []


@pytest.mark.examples
def test_the_code_of_the_page_runs(page_files):
    """In the folder of its files."""
    done = run_python(PAGE, page_files)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("60 sweep ")
