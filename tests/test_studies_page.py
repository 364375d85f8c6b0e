"""The page about studies: its code runs, and its commands exist."""

import re
from pathlib import Path

import pytest
from pages import run_python

from allocator.cli.app import app

PAGE = (Path(__file__).parents[1] / "allocator" / "studies" / "README.md").read_text("utf-8")


def test_commands_of_the_page_exist():
    """Every ``allocator WORD`` is a command."""
    known = {command.name for command in app.registered_commands}
    named = set(re.findall(r"`allocator ([\w-]+)", PAGE))
    assert {"trade-off", "robust", "curve"} <= named
    assert named <= known


@pytest.mark.examples
def test_the_code_of_the_page_runs(tmp_path):
    """All blocks together, from top to bottom."""
    done = run_python(PAGE, tmp_path)
    assert done.returncode == 0, done.stderr
    for name in ("front/front.png", "curve/curve.pdf", "robust/robust.xlsx"):
        assert (tmp_path / name).exists(), name
