"""Planted bugs must be caught."""

import subprocess
import sys
from pathlib import Path

import pytest
from mutants import MUTANTS, ROOT

RUNNER = Path(__file__).resolve().parents[1] / "mutants.py"


def run(*arguments):
    return subprocess.run(
        [sys.executable, str(RUNNER), *arguments], capture_output=True, text=True, check=False
    )


def test_every_planted_bug_fits_the_source():
    """What a bug replaces stands exactly once in its file, and its tests are there."""
    stale = [
        bug.name
        for bug in MUTANTS
        if (ROOT / "allocator" / bug.file).read_text("utf-8").count(bug.old) != 1
        or not all((ROOT / "tests" / name.partition("::")[0]).is_file() for name in bug.tests)
    ]
    assert stale == []
    assert len({bug.name for bug in MUTANTS}) == len(MUTANTS)


def test_three_planted_bugs_are_caught():
    """A wrong radius, a dropped budget and a wrong rounding each fail the tests."""
    done = run("--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 caught" in done.stdout


@pytest.mark.slow
def test_every_planted_bug_is_caught():
    """No one-line breakage of the list survives its tests."""
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
