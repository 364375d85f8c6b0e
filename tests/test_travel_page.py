"""The page about travel: its code runs, its table is read, its links exist."""

import re
import tomllib
from pathlib import Path

import pytest
from pages import blocks, run_python

from allocator.files.travel_keys import travel_of

FOLDER = Path(__file__).parents[1] / "allocator" / "travel"
PAGE = (FOLDER / "README.md").read_text("utf-8")


def test_links_exist():
    """What the page points to is there."""
    targets = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert [target for target in targets if not (FOLDER / target).exists()] == []


def test_the_table_of_the_page_is_read(tmp_path):
    """Every key that it shows is known."""
    (block,) = blocks(PAGE, "toml")
    for name in ("city.osm.pbf", "walking.tif", "times.csv"):
        (tmp_path / name).write_bytes(b"")
    travel = travel_of(tomllib.loads(block)["travel"], tmp_path)
    assert set(travel.by_mode) == {"walk", "drive", "ambulance"}


@pytest.mark.examples
def test_the_code_of_the_page_runs(tmp_path):
    """All blocks together, from top to bottom."""
    done = run_python(PAGE, tmp_path)
    assert done.returncode == 0, done.stderr
