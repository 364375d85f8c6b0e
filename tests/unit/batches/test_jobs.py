"""Jobs: names, folders, and what shares a region."""

from pathlib import Path

import pytest
from batch_builders import tiny_scenarios
from hypothesis import given
from hypothesis import strategies as st

from allocator.batches.jobs import distinct_names, jobs_of
from allocator.scenarios.hashing import content_hash
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.scenario import Scenario


def test_scenarios_of_one_name_get_names_of_their_own():
    """Also when names differ only in case, or in what no folder may be called."""
    said = ["base", "base", "Base", "a/b", "a:b", "..", "results.csv", "Results.Parquet", ".lock"]
    assert distinct_names(said) == [
        "base", "base-2", "Base-3", "a_b", "a_b-2", "scenario", "results.csv-2",
        "Results.Parquet-2", "lock",
    ]  # fmt: skip


@given(st.lists(st.text(max_size=6)))
def test_no_two_names_are_the_same_folder(said):
    """Whatever they are called."""
    names = distinct_names(said)
    assert len(names) == len(said)
    assert len({name.casefold() for name in names}) == len(names)
    assert all(Path(name).name == name and not name.startswith(".") for name in names)


def test_jobs_are_the_same_from_any_folder(tmp_path, monkeypatch):
    """Workers need not work where the batch was started."""
    path = tiny_scenarios(tmp_path, "a")[0]
    monkeypatch.chdir(tmp_path)
    near, far = jobs_of([Path("a.toml"), path], plans_in=Path("out"))
    assert near.scenario == far.scenario
    assert near.input_hash == far.input_hash == content_hash(read_scenario(path))
    assert (near.path, near.folder, far.name) == ("a.toml", str(tmp_path / "out" / "a"), "a-2")
    own = Scenario(name="own", region="tiny", policy="mine.toml")
    job = jobs_of([own], plans_in=None)[0]
    assert job.scenario.region_path == tmp_path / "tiny"
    assert job.scenario.policy_source == tmp_path / "mine.toml"
    assert (job.path, job.folder) == ("", "")


def test_a_file_that_is_none_is_a_job_with_its_problem(tmp_path):
    """Also where something else goes wrong than was foreseen."""
    job = jobs_of([tmp_path / "x.toml"], plans_in=None)[0]
    assert (job.name, job.scenario, job.problem["exit_code"]) == ("x", None, 2)


def test_a_defect_while_reading_is_a_row_too(tmp_path, monkeypatch):
    """One file never stops the others."""
    monkeypatch.setattr("allocator.batches.jobs.variants", lambda path: 1 / 0)
    job = jobs_of([tmp_path / "x.toml"], plans_in=None)[0]
    assert job.problem["exit_code"] == 1


@pytest.mark.parametrize(("change", "same"), [
    ({"budget": 3.0}, True), ({"minimise": "change"}, True), ({"region": "other"}, False),
    ({"travel": {"drive": {"speed_kmh": 30}}}, False),
])  # fmt: skip
def test_what_shares_a_region_and_its_travel_stays_together(tmp_path, change, same):
    """Budgets and rates leave what was read as it is."""
    scenario = read_scenario(tiny_scenarios(tmp_path, "a")[0])
    one, other = jobs_of([scenario, scenario.model_copy(update=change)], plans_in=None)
    assert (one.affinity == other.affinity) is same
