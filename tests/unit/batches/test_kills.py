"""Real processes, killed at every moment: nothing finished is lost, and nobody is left behind."""

import os
import random
import signal
import subprocess
import sys
import time

import pandas as pd
import psutil
import pytest
from batch_builders import answers, same_answers, tiny_scenarios
from killed_batches import Run, gone, until

from allocator.batches import planning_jobs
from allocator.batches.entry import batch


def test_a_worker_and_then_the_parent_are_killed(tmp_path, inline, monkeypatch):
    """The worker's scenario is tried again; what was finished is not planned a second time, and
    the table is that of an undisturbed run."""
    paths = tiny_scenarios(tmp_path / "tiny", "abcd")
    run = Run(tmp_path, paths, waiting="c")
    until(lambda: run.begun("c"))
    first = run.begun("c")
    os.kill(first[0], signal.SIGKILL)
    until(lambda: len(run.begun("c")) == 2 and run.rows() == 3)
    run.kill()
    planned, plan = [], planning_jobs.run

    def watched(scenario, *args, **how):
        planned.append(scenario.name)
        return plan(scenario, *args, **how)

    monkeypatch.setattr(planning_jobs, "run", watched)
    resumed = batch(paths, tmp_path / "out")
    assert planned == ["c"]
    assert resumed["status"].tolist() == ["optimal"] * 4
    calm = batch(paths, tmp_path / "calm")
    same_answers(resumed, calm)
    kept = pd.read_parquet(tmp_path / "out" / "results.parquet")
    pd.testing.assert_frame_equal(answers(kept), answers(calm), check_dtype=False)


@pytest.mark.parametrize("whole_group", [True, False])
def test_ctrl_c_reaches_the_workers_and_their_best_is_kept(tmp_path, whole_group):
    """From a terminal, which tells the whole group, or to the parent alone, as in a notebook."""
    paths = tiny_scenarios(tmp_path / "tiny", "abc")
    run = Run(tmp_path, paths, waiting="a,b,c", workers=1, group=True)
    until(lambda: run.begun("a"))
    (os.killpg if whole_group else os.kill)(run.process.pid, signal.SIGINT)
    said = run.said()
    assert run.process.returncode == 130, said
    assert "Traceback" not in said
    table = pd.read_parquet(tmp_path / "out" / "results.parquet")
    assert table["exit_code"].tolist() == [130] * 3
    assert table["error"].tolist() == [
        "interrupted before there was a plan", *["interrupted before it began"] * 2,
    ]  # fmt: skip


def test_sigterm_does_not_wait(tmp_path):
    """Whatever the workers do, they end; the table is written."""
    paths = tiny_scenarios(tmp_path / "tiny", "ab")
    run = Run(tmp_path, paths, waiting="a", workers=1)
    until(lambda: run.begun("a"))
    child = run.begun("a")[0]
    run.process.terminate()
    said = run.said()
    assert run.process.returncode == 143, said
    until(lambda: gone(child))
    table = pd.read_csv(tmp_path / "out" / "results.csv", keep_default_na=False)
    assert table["status"].tolist() == ["not_run"] * 2
    assert table["error"][0] == "interrupted before there was a plan"


@pytest.mark.slow
def test_processes_that_cannot_begin_are_told(tmp_path):
    """A script without a guard around it: an error that says so, and no loop without end."""
    path = tiny_scenarios(tmp_path / "tiny", "a")[0]
    script = tmp_path / "script.py"
    script.write_text(f"import allocator as al\nal.batch({str(path)!r}, workers=1)\n")
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 1
    assert 'needs `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment(tmp_path, inline, seed):
    """Parents and workers die at random; in the end the table is that of a calm run."""
    chance = random.Random(seed)
    paths = tiny_scenarios(tmp_path / "tiny", "abcdefgh")
    for _ in range(4):
        run = Run(tmp_path, paths)
        rows = run.rows() + chance.randint(0, 2)
        until(lambda run=run, rows=rows: run.rows() >= rows or run.process.poll() is not None)
        time.sleep(chance.uniform(0, 0.5))
        children = run.children() if run.process.poll() is None else []
        if children and chance.random() < 0.5:
            psutil.Process(chance.choice(children)).kill()
            time.sleep(chance.uniform(0, 4))
        if run.process.poll() is None:
            run.kill()
        else:
            run.process.communicate()
    same_answers(batch(paths, tmp_path / "out"), batch(paths, tmp_path / "calm"))
