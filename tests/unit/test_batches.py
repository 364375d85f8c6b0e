"""Batches: many scenarios into one table, whatever happens to one of them."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from plans_for_tests import small_plan

from allocator import batches
from allocator.batches import Job, batch, run_job
from allocator.errors import InfeasibleError, InputError
from allocator.files.results import COLUMNS

LEAST = 'region = "."\npolicy = "jiaxing-2025"\n'
GOOD = LEAST + "[outputs]\nmap = false\n"


@pytest.fixture
def write(tmp_path):
    """Write a scenario file and give its path."""

    def written(name, text=GOOD, file=None):
        path = tmp_path / f"{file or name}.toml"
        path.write_text(f'name = "{name}"\n{text}', encoding="utf-8")
        return path

    return written


@pytest.fixture
def in_threads(monkeypatch):
    """Workers as threads, so that a planner can be put in the place of the real one."""

    @contextmanager
    def pool(window):
        with ThreadPoolExecutor(window) as threads:
            yield threads

    monkeypatch.setattr(batches, "_pool", pool)


@pytest.fixture
def planner(monkeypatch):
    """A planner that answers by the scenario's name."""
    answers = {
        "bad": InputError(["first", "second"], where="region"),
        "impossible": InfeasibleError("two rules clash"),
        "defect": ZeroDivisionError("oops"),
        "stopped": KeyboardInterrupt(),
    }

    def plan(scenario, progress=None):
        if scenario.name == "slow":
            time.sleep(0.3)
        if scenario.name in answers:
            raise answers[scenario.name]
        provenance = {**small_plan().provenance, "cost": 42.0}
        return small_plan(region=scenario.name, interrupted=scenario.name == "half",
                          provenance=provenance)  # fmt: skip

    monkeypatch.setattr(batches, "run", plan)


def read(out):
    return pd.read_csv(out / "results.csv", keep_default_na=False)


def test_a_row_per_scenario_in_the_order_given(tmp_path, write, in_threads, planner):
    """Whoever ends first, the table keeps the order; each plan stands in its folder."""
    paths = [write("slow"), write("b"), write("c")]
    table = batch(paths, tmp_path / "out", workers=3)
    assert tuple(table.columns) == COLUMNS
    assert table["name"].tolist() == ["slow", "b", "c"]
    assert table["scenario"].tolist() == [str(p) for p in paths]
    for name in table["name"]:
        assert (tmp_path / "out" / name / "units.csv").is_file()
    row = table.iloc[0]
    assert (row["must_met"], row["must_failed"], row["not_evaluated"]) == (1, 1, 1)
    assert (row["cost"], row["exit_code"], row["status"]) == (42.0, 3, "feasible")
    assert row["gap"] == small_plan().gap
    assert read(tmp_path / "out")["name"].tolist() == ["slow", "b", "c"]


def test_one_bad_scenario_never_stops_the_others(tmp_path, write, in_threads, planner):
    """Bad input, no answer, a defect, no such file: each has its row, the rest their plans."""
    paths = [write(n) for n in ("bad", "impossible", "defect", "half", "good")]
    paths += [write("unreadable", "nonsense", file="unreadable"), tmp_path / "nowhere.toml"]
    said = []
    table = batch(paths, tmp_path / "out", workers=2, progress=said.append).set_index("name")
    assert table["exit_code"].to_dict() == {
        "bad": 2, "impossible": 4, "defect": 1, "half": 130, "good": 3, "unreadable": 2,
        "nowhere": 2,
    }  # fmt: skip
    assert table.loc["bad", "error"] == "first | second"
    assert table.loc["impossible", "status"] == "infeasible"
    assert "ZeroDivisionError: oops" in table.loc["defect", "error"]
    assert "cannot be read" in table.loc["nowhere", "error"]
    assert (tmp_path / "out" / "good" / "plan.json").is_file()
    assert (tmp_path / "out" / "half" / "plan.json").is_file()
    assert not (tmp_path / "out" / "bad").exists()
    assert len(said) == 7
    assert any("bad: error" in line and "first | second" in line for line in said)


def test_scenarios_of_one_name_get_names_of_their_own(tmp_path, write, in_threads, planner):
    """Also when names differ only in case, or in what no folder may be called."""
    paths = [write("base", file=f) for f in ("one", "two")]
    paths += [write("Base", file="three"), write("a/b", file="four"), write("a:b", file="five")]
    paths += [write("..", file="six"), write("results.csv", file="seven")]
    table = batch(paths, tmp_path / "out", workers=1)
    assert table["name"].tolist() == [
        "base", "base-2", "Base-3", "a_b", "a_b-2", "scenario", "results.csv-2",
    ]  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == sorted(
        [*table["name"], "results.csv"]
    )


def test_outputs_follow_the_scenario(tmp_path, write, in_threads, planner):
    """map = false leaves the picture out."""
    batch([write("plain"), write("drawn", LEAST)], tmp_path / "out")
    assert not (tmp_path / "out" / "plain" / "plan.png").exists()
    assert (tmp_path / "out" / "drawn" / "plan.png").is_file()


@pytest.mark.parametrize(
    ("paths", "workers", "message"), [([], None, "at least one scenario"), (["x"], 0, "workers")]
)
def test_bad_arguments_are_told_up_front(tmp_path, paths, workers, message):
    """Nothing is written."""
    with pytest.raises(InputError, match=message):
        batch(paths, tmp_path / "out", workers=workers)
    assert list(tmp_path.iterdir()) == []


def test_an_out_that_is_a_file_is_refused_up_front(tmp_path, write):
    """Before any scenario runs."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="is a file"):
        batch([write("a")], tmp_path / "out")


def test_interrupted_what_is_finished_is_written(tmp_path, write, in_threads, planner, monkeypatch):
    """Ctrl-C between two scenarios: the first has its row, the others say that they did not run."""
    real = batches.wait
    calls = []

    def waiting(futures, **how):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(futures, **how)

    monkeypatch.setattr(batches, "wait", waiting)
    with pytest.raises(KeyboardInterrupt):
        batch([write(n) for n in ("a", "b", "c", "d")], tmp_path / "out", workers=1)
    table = read(tmp_path / "out").set_index("name")
    assert table["status"].to_dict() == {
        "a": "feasible", "b": "feasible", "c": "not_run", "d": "not_run",
    }  # fmt: skip
    assert table.loc["c", "error"] == "interrupted before it began"
    assert set(table["exit_code"]) == {3, 130}


def test_real_processes_return_rows_too(tmp_path, write):
    """Spawned workers: bad scenarios give rows, in order."""
    paths = [write("b", 'region = "nowhere"\npolicy = "jiaxing-2025"\n'), tmp_path / "a.toml"]
    table = batch(paths, tmp_path / "out", workers=2)
    assert table["name"].tolist() == ["b", "a"]
    assert table["exit_code"].tolist() == [2, 2]
    assert "nowhere" in table["error"][0]


DYING = """
import sys, os
from allocator import batches

def die_or_run(job):
    if job.name == "dies":
        os._exit(9)
    return {"scenario": job.path, "name": job.name, "status": "optimal", "seconds": 0.0,
            "exit_code": 0, "error": ""}

if __name__ == "__main__":
    batches.run_job = die_or_run
    table = batches.batch(sys.argv[2:], sys.argv[1], workers=2)
    print(dict(zip(table["name"], table["status"])))
    print(table["error"].iloc[1])
"""


def test_a_process_that_dies_takes_no_other_with_it(tmp_path, write):
    """A worker that is killed gives its scenario an error; the others are run again and end."""
    script = tmp_path / "script.py"
    script.write_text(DYING)
    paths = [str(write(n)) for n in ("a", "dies", "b", "c")]
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out"), *paths],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    states, error = done.stdout.splitlines()
    assert states == "{'a': 'optimal', 'dies': 'error', 'b': 'optimal', 'c': 'optimal'}"
    assert error == "the process died; perhaps there was not enough memory"


STOPPING = """
import sys, time
from pathlib import Path
from allocator import batches

def slow(job):
    with batches._hearing_interrupts():
        try:
            Path(job.path + ".begun").touch()
            time.sleep(60)
            return batches._row(job, status="too late", exit_code=1)
        except KeyboardInterrupt:
            return batches._row(job, status="best so far", exit_code=130)

if __name__ == "__main__":
    batches.run_job = slow
    try:
        batches.batch(sys.argv[2:], sys.argv[1], workers=2)
    except KeyboardInterrupt:
        sys.exit(130)
"""


def test_ctrl_c_reaches_the_workers_and_their_best_is_kept(tmp_path, write):
    """As on a terminal: the whole group is interrupted; running ones answer, the rest never run."""
    script = tmp_path / "script.py"
    script.write_text(STOPPING)
    paths = [str(write(n)) for n in ("a", "b", "c")]
    command = [sys.executable, str(script), str(tmp_path / "out"), *paths]
    process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while time.monotonic() < until and not all(Path(p + ".begun").exists() for p in paths[:2]):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert read(tmp_path / "out")["status"].tolist() == ["best so far", "best so far", "not_run"]


def test_a_job_never_raises(tmp_path):
    """Whatever happens, a row comes back with the seconds it took."""
    row = run_job(Job(str(tmp_path / "nowhere.toml"), "x", tmp_path / "x"))
    assert row["exit_code"] == 2
    assert row["seconds"] >= 0
