"""The page about the location models: its code runs, its commands answer, its pictures exist."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pages import blocks, run_python
from typer.testing import CliRunner

from allocator.cli.app import app
from allocator.cli.locate_options import FORMS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "allocator" / "location"
PAGE = (FOLDER / "README.md").read_text("utf-8")
BLOCKS = "\n".join(blocks(PAGE, "text"))
COMMANDS = [line.removeprefix("allocator ") for line in BLOCKS.splitlines() if line]


def test_pictures_and_links_exist():
    """What the page shows is there."""
    targets = re.findall(r"\]\(([^)#]+)\)", PAGE)
    assert len([target for target in targets if target.endswith(".png")]) == 7
    assert [target for target in targets if not (FOLDER / target).exists()] == []


def test_every_model_of_the_command_is_shown():
    """No model without a command line."""
    assert {command.split()[1] for command in COMMANDS} == set(FORMS)


@pytest.mark.examples
def test_the_code_of_the_page_runs(tmp_path):
    """All blocks together, from top to bottom."""
    done = run_python(PAGE, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def files(tmp_path, monkeypatch):
    """A small county as the files that the commands name."""
    rng = np.random.default_rng(5)
    for name, n in (("cells", 120), ("sites", 16)):
        table = pd.DataFrame(rng.uniform(110.0, 110.15, (n, 2)), columns=["lon", "lat"])
        table["lat"] -= 80.0
        table.insert(0, "id", [f"{name[0]}{i}" for i in range(n)])
        table["people"] = rng.integers(500, 1500, n)
        table.drop(columns=["people"] if name == "sites" else []).to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    pairs = [(f"c{i}", f"s{j}") for i in range(120) for j in range(16)]
    times = pd.DataFrame(pairs, columns=["from_id", "to_id"])
    times.assign(minutes=rng.uniform(1, 40, len(times))).to_csv(tmp_path / "times.csv", index=False)
    levels = "name,radius_km,p\nstation,4,4\nhealth centre,9,2\n"
    (tmp_path / "levels.csv").write_text(levels, "utf-8")
    monkeypatch.chdir(tmp_path)


@pytest.mark.examples
@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_page_answer(files, command):
    """Each line as it stands."""
    done = CliRunner().invoke(app, command.split())
    assert done.exit_code == 0, done.output
