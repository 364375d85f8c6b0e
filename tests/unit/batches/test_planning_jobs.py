"""One job: whatever happens, an outcome comes back."""

from dataclasses import replace

import pytest
from batch_builders import tiny_scenarios

from allocator.batches import planning_jobs
from allocator.batches.jobs import Job, jobs_of
from allocator.batches.planning_jobs import plan_job
from allocator.batches.sharing import begin_run, end_run
from allocator.scenarios.exit_codes import ExitCode


@pytest.fixture
def job(tmp_path):
    """A tiny scenario, ready to be planned."""
    return jobs_of(tiny_scenarios(tmp_path / "tiny", "a"), plans_in=None)[0]


def test_a_job_without_a_scenario_is_bad_input():
    """With the seconds it took, and the versions that say so."""
    outcome = plan_job(Job(0, "x", "", None))
    assert outcome.row["exit_code"] == ExitCode.BAD_INPUT
    assert outcome.row["seconds"] >= 0
    assert outcome.row["python_version"]
    assert outcome.final


@pytest.mark.parametrize(("error", "code", "final"), [
    (KeyboardInterrupt(), 130, False), (MemoryError(), 1, False), (planning_jobs.CalledOff(), 130,
     False), (planning_jobs.InputError("x"), 2, True),
    (planning_jobs.InfeasibleError("x"), 4, True),
])  # fmt: skip
def test_what_goes_wrong_is_a_row(job, planner, error, code, final):
    """And whether it would go wrong again."""
    planner.answers["a"] = error
    outcome = plan_job(job)
    assert (outcome.row["exit_code"], outcome.final) == (code, final)
    assert not outcome.planned


def test_a_run_that_is_over_is_left(tmp_path, job, monkeypatch):
    """Workers of a cluster that outlive the batch stop at the next step."""
    calm, steps = planning_jobs.run, []

    def run(scenario, progress, **how):
        def told(text):
            steps.append(text)
            end_run(tmp_path, name)
            progress(text)

        return calm(scenario, told, **how)

    monkeypatch.setattr(planning_jobs, "run", run)
    name = begin_run(tmp_path)
    outcome = plan_job(replace(job, shared=str(tmp_path), run=name))
    assert len(steps) == 1
    assert (outcome.row["exit_code"], outcome.final) == (130, False)


def test_why_rules_gave_way_is_asked_for_plans_only(tmp_path, job, planner, monkeypatch):
    """A row does not show it."""
    asked, calm = [], planning_jobs.run

    def run(scenario, progress, **how):
        asked.append(how["explain"])
        return calm(scenario, progress)

    monkeypatch.setattr(planning_jobs, "run", run)
    plan_job(job)
    plan_job(Job(0, "a", "", job.scenario, folder=str(tmp_path / "a")))
    assert asked == [False, True]
