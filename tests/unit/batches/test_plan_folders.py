"""Folders of plans: whole, copied from another name, or swept away half-written."""

import hashlib
from dataclasses import replace

import pytest
from batch_builders import tiny_scenarios, written

from allocator.batches.jobs import jobs_of
from allocator.batches.journals import Record
from allocator.batches.plan_folders import has_its_folder, is_whole, sweep


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def job(tmp_path):
    """A job whose plan has a folder."""
    return jobs_of(tiny_scenarios(tmp_path / "tiny", "a"), plans_in=tmp_path / "out")[0]


@pytest.fixture
def record(tmp_path, job):
    """What the journal says of a plan that was written under another name."""
    for name in ("units.csv", "plan.json"):
        written(tmp_path / "out" / "old" / name, name)
    files = {name: sha256(name) for name in ("units.csv", "plan.json")}
    return Record("k", {}, planned=True, folder="old", files=files,
                  outputs=job.scenario.outputs.model_dump())  # fmt: skip


def test_a_plan_under_another_name_is_copied(tmp_path, job, record):
    """File by file, and only if it is whole."""
    assert has_its_folder(job, record, wanted=())
    assert is_whole(tmp_path / "out" / "a", record)
    assert is_whole(tmp_path / "out" / "old", record)


def test_a_name_that_another_scenario_has_is_not_trusted(tmp_path, job, record):
    """Its folder may be written anew at any moment."""
    assert not has_its_folder(job, record, wanted={"a", "old"})
    assert not (tmp_path / "out" / "a").exists()


@pytest.mark.parametrize("change", [
    {"folder": "gone"}, {"folder": ""}, {"files": {}}, {"files": {"units.csv": "00"}},
    {"files": {"none.csv": "00"}}, {"outputs": {}},
])  # fmt: skip
def test_what_is_not_whole_is_planned_again(job, record, change):
    """Missing, edited, never written, or asked for in another language."""
    assert not has_its_folder(job, replace(record, **change), wanted=())


def test_who_asks_for_no_plan_needs_no_folder(job, record):
    """Nor has a scenario without an answer any."""
    assert has_its_folder(replace(job, folder=""), replace(record, folder="gone"), wanted=())
    assert has_its_folder(job, replace(record, planned=False, folder="", files={}), wanted=())


def test_half_written_folders_are_swept_away(tmp_path):
    """Only names that the batch itself gives."""
    kept = [
        written(tmp_path / "out" / name, "mine")
        for name in ("a/units.csv", ".b.0123abcd/units.csv", ".a.mine/x", ".a.0123abcd.txt/x",
                     "results.csv")
    ]  # fmt: skip
    for name in (".a.0123abcd/units.csv", "a/.a.89abcdef/units.csv", ".results.0123abcd.csv",
                 ".results.0123abcd.parquet"):  # fmt: skip
        written(tmp_path / "out" / name, "torn")
    sweep(tmp_path / "out", ["a", "[x]"])
    assert sorted(p for p in (tmp_path / "out").rglob("*") if p.is_file()) == sorted(kept)
