"""What is known, what runs, what is tried again."""

import json
import signal

import pandas as pd
import pytest
from batch_builders import InlineWorkers, same_answers, written

from allocator.batches import entry, planning_jobs
from allocator.batches.entry import batch
from allocator.errors import InputError
from allocator.files.reading import read_plan


def names(table, status="feasible"):
    return table.loc[table["status"] == status, "name"].tolist()


def test_started_again_only_what_is_missing_or_changed_is_planned(tmp_path, write, planner):
    """A scenario more, one changed: two are planned, and the others have their old rows."""
    first = batch([write(n) for n in ("a", "b", "c")], tmp_path / "out")
    assert planner.planned == ["a", "b", "c"]
    write("b", 'region = "."\npolicy = "jiaxing-2025"\nmaximise = "coverage"\n')
    said = []
    second = batch([write("d"), *(tmp_path / f"{n}.toml" for n in "abc")], tmp_path / "out",
                   progress=said.append)  # fmt: skip
    assert planner.planned[3:] == ["d", "b"]
    assert said[0] == "2 of 4 were finished before"
    assert second["name"].tolist() == ["d", "a", "b", "c"]
    kept = [0, 2]
    pd.testing.assert_frame_equal(
        first.iloc[kept].reset_index(drop=True), second.iloc[[1, 3]].reset_index(drop=True)
    )


def test_renamed_and_reordered_scenarios_keep_their_rows(tmp_path, write, planner):
    """The content counts, not the name; who is not asked for is not in the table."""
    batch([write(n) for n in ("a", "b", "c")], tmp_path / "out")
    renamed = written(
        tmp_path / "other.toml",
        (tmp_path / "a.toml").read_text().replace('name = "a"', 'name = "new"'),
    )
    table = batch([tmp_path / "c.toml", renamed], tmp_path / "out")
    assert table["name"].tolist() == ["c", "new"]
    assert planner.planned == ["a", "b", "c"]
    batch([tmp_path / "b.toml"], tmp_path / "out")
    assert planner.planned == ["a", "b", "c"], "the journal keeps who was not asked for"


def test_a_renamed_plan_moves_with_its_row(tmp_path, write, planner):
    """It is copied, file by file, and nothing is planned; the old folder stays as it was."""
    out, path = tmp_path / "out", write("a")
    batch(path, out, plans=True)
    path.write_text(path.read_text().replace('name = "a"', 'name = "new"'))
    table = batch(path, out, plans=True)
    assert planner.planned == ["a"]
    assert table["folder"].tolist() == [str(out / "new")]
    assert sorted(p.name for p in (out / "new").iterdir()) == sorted(
        p.name for p in (out / "a").iterdir()
    )
    assert read_plan(table["folder"][0]).region == "a"


def test_what_failed_by_itself_is_not_tried_again(tmp_path, write, planner):
    """Infeasible and bad input would say the same; a defect and an interrupt are worth a try."""
    paths = [write(n) for n in ("bad", "impossible", "defect", "half", "stopped", "good")]
    first = batch(paths, tmp_path / "out")
    planner.planned.clear()
    planner.answers.pop("defect")
    second = batch(paths, tmp_path / "out")
    assert planner.planned == ["defect", "half", "stopped"]
    assert second["exit_code"].tolist() == [2, 4, 3, 130, 130, 3]
    assert first["exit_code"].tolist() == [2, 4, 1, 130, 130, 3]


def test_other_versions_make_other_rows(tmp_path, write, planner, monkeypatch):
    """A row says what made it."""
    path = write("a")
    assert batch(path, tmp_path / "out")["highspy_version"].iloc[0]
    other = {"allocator_version": "9", "highspy_version": "9", "python_version": "9"}
    for module in ("course", "planning_jobs"):
        monkeypatch.setattr(f"allocator.batches.{module}.versions", lambda: other)
    assert batch(path, tmp_path / "out")["highspy_version"].iloc[0] == "9"
    assert planner.planned == ["a", "a"]


def test_fresh_plans_everything(tmp_path, write, planner):
    """Whatever the journal says; the next one goes by what it said last."""
    paths = [write("a"), write("b")]
    batch(paths, tmp_path / "out")
    batch(paths, tmp_path / "out", fresh=True)
    assert planner.planned == ["a", "b", "a", "b"]
    batch(paths, tmp_path / "out")
    assert len(planner.planned) == 4


def test_a_row_without_the_plan_that_is_asked_for_runs_again(tmp_path, write, planner):
    """Never written, gone, or not as it was written; without plans nobody looks."""
    out, paths = tmp_path / "out", [write(n) for n in ("a", "b", "c", "impossible")]
    batch(paths, out)
    batch(paths, out, plans=True)
    assert planner.planned[4:] == ["a", "b", "c"]
    (out / "a" / "units.csv").unlink()
    with (out / "b" / "cells.csv").open("a") as file:
        file.write("torn")
    batch(paths, out)
    assert planner.planned[7:] == []
    table = batch(paths, out, plans=True)
    assert planner.planned[7:] == ["a", "b"]
    assert (out / "a" / "units.csv").is_file()
    assert table["folder"].tolist() == [*(str(out / n) for n in "abc"), ""]


def test_another_language_of_a_plan_is_another_folder(tmp_path, write, planner):
    """The row is the same, the tables' words are not."""
    batch(write("a"), tmp_path / "out", plans=True)
    batch(write("a", 'region = "."\npolicy = "jiaxing-2025"\n[outputs]\nchinese = true\nmap=false'),
          tmp_path / "out", plans=True)  # fmt: skip
    assert planner.planned == ["a", "a"]


def test_the_same_question_under_two_names_is_planned_once(tmp_path, write, planner):
    """In one batch; with plans each name has its folder."""
    same = (tmp_path / "two.toml", write("one").read_text().replace('"one"', '"two"'))
    table = batch([tmp_path / "one.toml", written(*same)], tmp_path / "out", workers=1)
    assert planner.planned == ["one"]
    assert table["name"].tolist() == ["one", "two"]
    assert table["cost"].tolist() == [42.0, 42.0]


def test_a_file_that_changes_meanwhile_is_planned_again(tmp_path, write, planner, monkeypatch):
    """Its row stands in the table, but nobody trusts it the next time."""
    path = write("a")
    (tmp_path / "mine.toml").write_text("id = 'x'")
    write("a", 'region = "."\npolicy = "mine.toml"\n')
    calm = planning_jobs.run

    def run(*args, **kwargs):
        (tmp_path / "mine.toml").write_text("id = 'something else'")
        return calm(*args, **kwargs)

    monkeypatch.setattr(planning_jobs, "run", run)
    batch(path, tmp_path / "out")
    monkeypatch.setattr(planning_jobs, "run", calm)
    (tmp_path / "mine.toml").write_text("id = 'x'")
    batch(path, tmp_path / "out")
    batch(path, tmp_path / "out")
    assert planner.planned == ["a", "a"]


@pytest.fixture
def dying(monkeypatch, planner):
    """Workers that die of some jobs, so many times."""

    def let_die(**times):
        def make(count):
            workers = InlineWorkers(count)
            workers.dying = times
            return workers

        monkeypatch.setattr(entry, "LocalWorkers", make)

    return let_die


@pytest.mark.parametrize(("deaths", "retries", "status"), [
    (1, 2, "feasible"), (2, 2, "feasible"), (3, 2, "error"), (1, 0, "error"),
])  # fmt: skip
def test_a_worker_that_dies_is_retried(tmp_path, write, planner, dying, deaths, retries, status):
    """At most so many times; then the row says why, and the others have theirs."""
    dying(b=deaths)
    said = []
    table = batch([write(n) for n in "abc"], tmp_path / "out", retries=retries,
                  progress=said.append).set_index("name")  # fmt: skip
    assert table["status"].to_dict() == {"a": "feasible", "b": status, "c": "feasible"}
    assert table.loc["b", "attempts"] == min(deaths, retries) + 1 - (status == "error") * (
        deaths <= retries
    )
    assert sum("it died; tried again" in line for line in said) == min(deaths, retries)
    if status == "error":
        assert table.loc["b", "exit_code"] == 1
        assert "its process died" in table.loc["b", "error"]
        dying()
        again = batch([tmp_path / f"{n}.toml" for n in "abc"], tmp_path / "out")
        assert again["status"].tolist() == ["feasible"] * 3
        assert sorted(planner.planned) == ["a", "b", "c"]


def test_a_full_disk_never_stops_the_others(tmp_path, write, planner, monkeypatch):
    """A plan that finds no room has its figures, the error, and is planned again."""
    calm = planning_jobs.export_all

    def export_all(plan, folder, **how):
        if plan.region == "b":
            raise OSError(28, "No space left on device")
        return calm(plan, folder, **how)

    paths = [write(n) for n in "abc"]
    monkeypatch.setattr(planning_jobs, "export_all", export_all)
    table = batch(paths, tmp_path / "out", plans=True).set_index("name")
    assert table["status"].tolist() == ["feasible"] * 3
    assert "No space left" in table.loc["b", "error"]
    assert (table.loc["b", "cost"], table.loc["b", "folder"]) == (42.0, "")
    assert table.loc["b", "exit_code"] == 2
    monkeypatch.setattr(planning_jobs, "export_all", calm)
    again = batch(paths, tmp_path / "out", plans=True)
    assert again["error"].tolist() == ["", "", ""]
    assert planner.planned == ["a", "b", "c", "b"]


def test_rows_that_find_no_room_are_written_later(tmp_path, write, planner, monkeypatch):
    """The journal's disk is full for a while: all are planned, and what is kept is whole."""
    from allocator.batches import journals

    calm, calls, said = journals._append, [], []

    def append(path, lines):
        calls.append(len(lines))
        if len(calls) < 3:
            raise OSError(28, "No space left on device")
        calm(path, lines)

    monkeypatch.setattr(journals, "_append", append)
    batch([write(n) for n in "abc"], tmp_path / "out", progress=said.append)
    assert calls == [1, 2, 3]
    assert sum("No space left" in line for line in said) == 2
    lines = (tmp_path / "out" / "journal.jsonl").read_text().splitlines()
    assert [json.loads(line.split(" ", 1)[1])["final"] for line in lines] == [True] * 3


def test_a_table_that_finds_no_room_is_told_at_the_end(tmp_path, write, planner, monkeypatch):
    """Every scenario is planned; started again, none is, and the table is written."""
    from allocator.batches import results

    calm = results.write_results

    def full(table, folder):
        raise InputError("cannot be written: No space left on device", where=str(folder))

    monkeypatch.setattr(results, "write_results", full)
    said = []
    with pytest.raises(InputError, match="No space left"):
        batch([write(n) for n in "abc"], tmp_path / "out", progress=said.append)
    assert planner.planned == ["a", "b", "c"]
    monkeypatch.setattr(results, "write_results", calm)
    table = batch([tmp_path / f"{n}.toml" for n in "abc"], tmp_path / "out")
    assert planner.planned == ["a", "b", "c"]
    assert names(table) == ["a", "b", "c"]


def test_interrupted_what_is_finished_is_written(tmp_path, write, planner, monkeypatch):
    """Ctrl-C: the running one ends, the others say that they did not run; then they do."""
    calm = planning_jobs.run

    def run(scenario, *args, **kwargs):
        if scenario.name == "b":
            signal.raise_signal(signal.SIGINT)
        return calm(scenario, *args, **kwargs)

    monkeypatch.setattr(planning_jobs, "run", run)
    paths, said = [write(n) for n in "abcd"], []
    with pytest.raises(KeyboardInterrupt):
        batch(paths, tmp_path / "out", workers=1, progress=said.append)
    table = pd.read_parquet(tmp_path / "out" / "results.parquet").set_index("name")
    assert table["status"].to_dict() == {
        "a": "feasible", "b": "feasible", "c": "not_run", "d": "not_run",
    }  # fmt: skip
    assert table.loc["c", "error"] == "interrupted before it began"
    assert set(table["exit_code"]) == {3, 130}
    monkeypatch.setattr(planning_jobs, "run", calm)
    again = batch(paths, tmp_path / "out", workers=1)
    assert planner.planned == ["a", "b", "c", "d"]
    same_answers(again, batch(paths, tmp_path / "other"))


def test_sigterm_writes_the_table_and_ends(tmp_path, write, planner, monkeypatch):
    """Nobody is waited for."""
    calm = planning_jobs.run

    def run(scenario, *args, **kwargs):
        if scenario.name == "b":
            signal.raise_signal(signal.SIGTERM)
        return calm(scenario, *args, **kwargs)

    monkeypatch.setattr(planning_jobs, "run", run)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"):
        batch([write(n) for n in "abc"], tmp_path / "out", workers=1)
    assert signal.getsignal(signal.SIGTERM) == before
    table = pd.read_parquet(tmp_path / "out" / "results.parquet")
    assert table["status"].tolist() == ["feasible", "feasible", "not_run"]


class Endless(InlineWorkers):
    """Workers that never end, while somebody presses Ctrl-C again and again."""

    def ended(self):
        signal.raise_signal(signal.SIGINT)
        return []


def test_a_second_ctrl_c_does_not_wait(tmp_path, write, planner, monkeypatch):
    """Running ones are ended, too, and say so."""
    workers = Endless(1)
    monkeypatch.setattr(entry, "LocalWorkers", lambda count: workers)
    with pytest.raises(KeyboardInterrupt):
        batch([write("a"), write("b")], tmp_path / "out")
    assert workers.closed_at_once is True
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert table["error"].tolist() == [
        "interrupted before there was a plan", "interrupted before it began",
    ]  # fmt: skip


def test_workers_that_call_off_are_not_waited_for(tmp_path, write, planner, monkeypatch):
    """As those of a cluster, which hear no Ctrl-C."""
    workers = Endless(1)
    workers.waits_after_interrupt = False
    monkeypatch.setattr(entry, "LocalWorkers", lambda count: workers)
    with pytest.raises(KeyboardInterrupt):
        batch([write("a"), write("b")], tmp_path / "out")
    assert workers.closed_at_once is True


def test_that_nobody_is_there_to_work_is_told_once(tmp_path, write, planner, monkeypatch):
    """As on a cluster whose workers still wait in a queue."""
    looks = []

    class Late(InlineWorkers):
        def idle(self):
            looks.append(1)
            return super().idle() if len(looks) > 5 else []

    monkeypatch.setattr(entry, "LocalWorkers", Late)
    monkeypatch.setattr("allocator.batches.course._PATIENCE_SECONDS", 0.0)
    said = []
    table = batch([write("a"), write("b")], progress=said.append)
    assert said.count("waiting for a worker") == 1
    assert table["status"].tolist() == ["feasible"] * 2
