"""``allocator batch``: options, words and exit codes."""

import io
import json
import re

import pytest
from batch_builders import InlineWorkers, Planner, tiny_scenarios, written
from rich.console import Console
from typer.testing import CliRunner

from allocator.batches import entry, planning_jobs
from allocator.batches.locks import folder_locked
from allocator.cli import progress
from allocator.cli.app import app


@pytest.fixture
def planner(monkeypatch):
    """Workers in this process, and a planner that answers at once."""
    stand_in = Planner()
    monkeypatch.setattr(entry, "LocalWorkers", InlineWorkers)
    monkeypatch.setattr(planning_jobs, "run", stand_in)
    return stand_in


def call(*words):
    return CliRunner().invoke(app, ["batch", *map(str, words)])


def test_a_sweep_shows_what_it_varies(tmp_path, planner):
    """In the order of the file, with a line per scenario on stderr."""
    tiny_scenarios(tmp_path, "a")
    sweep = written(tmp_path / "swept.toml", 'extends = "a.toml"\n[sweep]\nbudget = [1000, 2000]\n')
    done = call(sweep, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert re.search(r"name +budget +status", done.stdout)
    assert "1,000" in done.stdout
    assert "results.csv, results.parquet" in done.stdout
    assert re.search(r"^\[ +\d+ s\] 1 of 2: .*: feasible, .* left$", done.stderr, flags=re.M)
    assert len(done.stderr.splitlines()) == 3
    assert not (tmp_path / "out" / "swept budget_1000").exists()


def test_json_has_every_column(tmp_path, planner):
    """What is empty is null."""
    tiny_scenarios(tmp_path, "a")
    sweep = written(tmp_path / "swept.toml", 'extends = "a.toml"\n[sweep]\nbudget = [1000]\n')
    told = json.loads(call(sweep, tmp_path / "a.toml", "--out", tmp_path / "out", "--json").stdout)
    rows = told["results"]
    assert [row["budget"] for row in rows] == [1000, None]
    assert rows[0]["covered:COV-U"] == 1125
    assert [name.rsplit(".", 1)[1] for name in told["files"]] == ["csv", "parquet"]


def test_fresh_plans_and_retries_reach_the_batch(tmp_path, planner):
    """Started again nothing is planned, unless it is asked for."""
    path = tiny_scenarios(tmp_path, "a")[0]
    call(path, "--out", tmp_path / "out")
    assert "1 of 1 were finished before" in call(path, "--out", tmp_path / "out").stderr
    assert planner.planned == ["a"]
    call(path, "--out", tmp_path / "out", "--fresh")
    assert planner.planned == ["a", "a"]
    done = call(path, "--out", tmp_path / "out", "--plans")
    assert planner.planned == ["a", "a", "a"]
    assert "and a folder per plan" in done.stdout
    assert (tmp_path / "out" / "a" / "plan.json").is_file()
    assert call(path, "--out", tmp_path / "out", "--retries", "-1").exit_code == 2


@pytest.mark.parametrize(("words", "message"), [
    (["--cluster", "nonsense"], "expected the address of a scheduler"),
    (["--cluster", "local:2", "--workers", "2"], "not both"),
])  # fmt: skip
def test_a_cluster_that_is_none_is_bad_input(tmp_path, words, message):
    """Exit code 2, one message, no table."""
    done = call(*tiny_scenarios(tmp_path, "a"), "--out", tmp_path / "out", *words)
    assert done.exit_code == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out" / "results.csv").exists()


def test_a_folder_with_another_batch_in_it_is_bad_input(tmp_path, planner):
    """It is named on stderr."""
    paths = tiny_scenarios(tmp_path, "a")
    with folder_locked(tmp_path):
        done = call(*paths, "--out", tmp_path)
    assert done.exit_code == 2
    assert "another batch is at work in it (process" in done.stderr


def test_a_terminal_keeps_a_line_per_scenario(monkeypatch):
    """Others than a batch overwrite theirs."""
    for keep in (True, False):
        screen = io.StringIO()
        monkeypatch.setattr(
            progress, "Console",
            lambda screen=screen, **_: Console(file=screen, force_terminal=True, width=80),
        )  # fmt: skip
        monkeypatch.setattr(progress.sys.stderr, "isatty", lambda: True, raising=False)
        with progress.progress_on_stderr(keep_lines=keep) as tell:
            tell("1 of 2: a [b]")
            tell("2 of 2: c")
        lines = [line for line in screen.getvalue().splitlines() if line.endswith("1 of 2: a [b]")]
        assert bool(lines) is keep
