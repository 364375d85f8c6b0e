"""The example regions, planned once through the command for all end-to-end tests."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allocator.files.reading import read_plan
from allocator.plans import Plan
from allocator.policy.policies import Policy
from allocator.region.ground import Region
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import load

ROOT = Path(__file__).parents[2]
# The command runs below a small process of its own: a process that is started inherits the peak
# of the one that starts it, and that of the tests is large.
_LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call([sys.executable, "-m", "allocator", *sys.argv[1:]])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
sys.stderr.write(f"peak {peak * (1 if sys.platform == 'darwin' else 1024)}")
sys.exit(code)
"""
_TEXT = dict.fromkeys(("area", "unit", "rule", "id", "cell"), str)


@dataclass(frozen=True)
class Run:
    """How a command ended, and what it took."""

    exit_code: int
    stdout: str
    stderr: str
    seconds: float
    peak_mb: float

    @property
    def told(self) -> str:
        """All that it said, for the message of a failing test."""
        return f"exit code {self.exit_code}\n{self.stdout}\n{self.stderr}"


Command = Callable[..., Run]


def run_command(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run ``python -m allocator`` with the arguments, in the project's root."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, *map(str, arguments)], cwd=ROOT, check=False,
        capture_output=True, env={**os.environ, **(environment or {})},
    )  # fmt: skip
    seconds = time.perf_counter() - began
    said, _, peak = done.stderr.decode("utf-8").rpartition("peak ")
    return Run(done.returncode, done.stdout.decode("utf-8"), said, seconds, int(peak) / 1e6)


@dataclass(frozen=True)
class Planned:
    """A scenario, the folder that its plan was written to, and what it was made from."""

    scenario: Path
    folder: Path
    run: Run

    @property
    def name(self) -> str:
        """The folder of the region."""
        return self.scenario.parent.name

    @cached_property
    def _read(self) -> tuple[Region, Policy]:
        return load(read_scenario(self.scenario))[:2]

    @property
    def region(self) -> Region:
        return self._read[0]

    @property
    def policy(self) -> Policy:
        return self._read[1]

    @cached_property
    def plan(self) -> Plan:
        """The plan as its tables say it."""
        return read_plan(self.folder)

    def table(self, name: str) -> pd.DataFrame:
        """One of its csv tables, as any reader of csv sees it."""
        return pd.read_csv(self.folder / f"{name}.csv", dtype=_TEXT)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """The compliance table by rule and area."""
        found = self.table("compliance").set_index(["rule", "area"]).sort_index()
        assert found.index.is_unique
        return found

    @property
    def allocated(self) -> pd.DataFrame:
        """What each unit (row) gets of each resource (column)."""
        units = self.table("units").set_index(["unit", "resource"])
        assert units.index.is_unique
        return units.pivot_table(index="unit", columns="resource", values="allocated")

    def line(self, rule: str, area: str = "all") -> "pd.Series[Any]":
        """The compliance line of a rule in an area."""
        return self.lines.loc[(rule, area)]


@pytest.fixture(scope="session")
def command() -> Command:
    """Run the command ``allocator`` in a process of its own."""
    return run_command


@pytest.fixture(scope="session")
def planned_region(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Planned]:
    """``allocator plan data/NAME/scenario.toml``, once for each name."""
    found: dict[str, Planned] = {}

    def planned_once(name: str) -> Planned:
        if name not in found:
            found[name] = _planned(name, tmp_path_factory)
        return found[name]

    return planned_once


@pytest.fixture(scope="session")
def jiaxing(planned_region: Callable[[str], Planned]) -> Planned:
    """``allocator plan data/jiaxing/scenario.toml``."""
    return planned_region("jiaxing")


@pytest.fixture(scope="session")
def alachua(planned_region: Callable[[str], Planned]) -> Planned:
    """``allocator plan data/alachua/scenario.toml``."""
    return planned_region("alachua")


@pytest.fixture(params=["jiaxing", "alachua"])
def planned(request: pytest.FixtureRequest) -> Planned:
    """Each example region in turn."""
    found: Planned = request.getfixturevalue(request.param)
    return found


def _planned(name: str, folders: pytest.TempPathFactory) -> Planned:
    scenario = ROOT / "data" / name / "scenario.toml"
    folder = folders.mktemp(name) / "plan"
    run = run_command("plan", scenario, "--out", folder)
    assert (folder / "compliance.csv").is_file(), run.told
    return Planned(scenario, folder, run)
