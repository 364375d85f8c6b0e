"""The same jobs on a Dask cluster."""

import importlib.util
import logging
import os
import signal
import warnings
from pathlib import Path

import pandas as pd
import pytest
from batch_builders import same_answers, tiny_scenarios
from distributed import Client, LocalCluster
from killed_batches import Run, gone, until

from allocator.batches import dask_workers, planning_jobs
from allocator.batches.entry import batch
from allocator.errors import InputError


@pytest.fixture
def cluster():
    """A scheduler with two workers in threads of this process; gives its address."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None,
        silence_logs=logging.CRITICAL,
    ) as made:  # fmt: skip
        yield made.scheduler_address


def test_the_same_table_as_here(tmp_path, cluster, inline, monkeypatch):
    """Column by column except times, with plans; and what failed has its row."""
    paths = [*tiny_scenarios(tmp_path / "tiny", "abc"), tmp_path / "nowhere.toml"]
    (tmp_path / "tiny" / "b.toml").write_text('name="b"\nregion="x"\npolicy="mine.toml"\n')
    monkeypatch.chdir(tmp_path)
    there = batch(paths, "there", cluster=cluster, plans=True)
    assert Path(there["folder"][0]).is_absolute()
    here = batch(paths, tmp_path / "here", workers=2, plans=True)
    assert there["exit_code"].tolist() == [3, 2, 3, 2]
    same_answers(there, here)
    assert (tmp_path / "there" / "a").samefile(there["folder"][0])
    for name in ("a", "c"):
        ours, theirs = (tmp_path / where / name / "units.csv" for where in ("here", "there"))
        assert ours.read_bytes() == theirs.read_bytes()


def test_a_job_that_fails_on_the_way_has_its_row(tmp_path, cluster, monkeypatch):
    """As where a worker cannot load what it takes; the others have theirs."""
    calm = planning_jobs.Outcome

    def broken(job):
        if job.name == "b":
            raise ModuleNotFoundError("no module named 'something'")
        return calm({"status": "optimal", "exit_code": 0, "error": ""}, True)

    monkeypatch.setattr(dask_workers, "plan_job", broken)
    table = batch(tiny_scenarios(tmp_path / "tiny", "abc"), cluster=cluster).set_index("name")
    assert table["status"].to_dict() == {"a": "optimal", "b": "error", "c": "optimal"}
    assert "something" in table.loc["b", "error"]


def test_another_version_on_a_worker_is_refused(tmp_path, cluster, monkeypatch):
    """Under one name there would be two answers."""
    calm = dask_workers.versions()
    monkeypatch.setattr(
        dask_workers, "_check_versions",
        lambda told, check=dask_workers._check_versions: check(
            {**told, "tcp://other": {**calm, "highspy_version": "0"},
             "tcp://bare": ModuleNotFoundError("allocator")}
        ),
    )  # fmt: skip
    with pytest.raises(InputError) as told:
        batch(tiny_scenarios(tmp_path / "tiny", "a"), tmp_path / "out", cluster=cluster)
    assert "worker tcp://other has highspy 0" in str(told.value)
    assert "worker tcp://bare cannot plan: allocator" in str(told.value)


@pytest.mark.parametrize(("address", "message"), [
    ("local:0", "local:N with N >= 1"), ("8786", "expected the address"),
    ("tcp://127.0.0.1:9", "no scheduler answers at tcp://127.0.0.1:9"),
])  # fmt: skip
def test_an_address_that_is_none_is_told(tmp_path, address, message, monkeypatch):
    """With what is expected there."""
    monkeypatch.setattr(dask_workers, "_CONNECT_SECONDS", 0.5)
    with pytest.raises(InputError, match=message):
        batch(tiny_scenarios(tmp_path / "tiny", "a"), tmp_path / "out", cluster=address)


def test_a_scheduler_that_is_gone_is_told(tmp_path, cluster, monkeypatch):
    """What was finished is kept."""
    calm, looks = Client.nthreads, []

    def nthreads(self):
        looks.append(1)
        if len(looks) > 1:
            raise OSError("closed")
        return calm(self)

    monkeypatch.setattr(Client, "nthreads", nthreads)
    monkeypatch.setattr(dask_workers, "_POLL_SECONDS", 0.0)
    paths = tiny_scenarios(tmp_path / "tiny", "ab")
    with pytest.raises(InputError, match="the scheduler no longer answers: closed"):
        batch(paths, tmp_path / "out", cluster=cluster)
    assert pd.read_csv(tmp_path / "out" / "results.csv")["status"].tolist() == ["not_run"] * 2


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    """The package alone does not bring Dask."""
    calm = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "distributed" else calm(name)
    )
    with pytest.raises(InputError, match=r"pip install \"allocator-health\[cluster\]\""):
        batch(tiny_scenarios(tmp_path / "tiny", "a"), tmp_path / "out", cluster="local:1")


def test_somebody_elses_cluster_is_left_as_it_was(tmp_path, cluster):
    """Neither ended nor made the default."""
    batch(tiny_scenarios(tmp_path / "tiny", "a"), cluster=cluster)
    with warnings.catch_warnings(), Client(cluster) as client:
        assert client.submit(sum, [1, 2]).result() == 3


@pytest.mark.slow
def test_a_worker_of_a_cluster_is_killed(tmp_path, inline):
    """Its scenario is tried again on another; the table is that of a calm run here."""
    paths = tiny_scenarios(tmp_path / "tiny", "abcd")
    run = Run(tmp_path, paths, waiting="c", workers="local:2")
    until(lambda: run.begun("c"))
    os.kill(run.begun("c")[0], signal.SIGKILL)
    until(lambda: len(run.begun("c")) == 2)
    (run.flags / "go").touch()
    said = run.said()
    assert run.process.returncode == 0, said
    assert "tried again (1 of 2)" in said
    table = pd.read_parquet(tmp_path / "out" / "results.parquet").set_index("name")
    assert table.loc["c", "attempts"] == 2
    same_answers(batch(paths, tmp_path / "out"), batch(paths, tmp_path / "calm"))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_the_parent_of_a_cluster_ends(tmp_path, inline, how):
    """Killed, or by Ctrl-C, which calls the running ones off: no worker is left behind."""
    paths = tiny_scenarios(tmp_path / "tiny", "abcd")
    run = Run(tmp_path, paths, waiting="c", workers="local:2", group=True)
    until(lambda: run.begun("c") and run.rows() == 3)
    children = run.children()
    assert children
    if how is signal.SIGKILL:
        run.process.kill()
    else:
        os.killpg(run.process.pid, how)
    said = run.said()
    if how is signal.SIGINT:
        assert run.process.returncode == 130, said
        assert "Traceback" not in said
    until(lambda: all(map(gone, children)))
    same_answers(batch(paths, tmp_path / "out"), batch(paths, tmp_path / "calm"))
