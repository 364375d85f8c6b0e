"""Regions and policies are read once per content."""

import os

import pytest
from batch_builders import tiny_scenarios

from allocator.batches import inputs
from allocator.batches.inputs import Recent, load_once
from allocator.errors import InputError
from allocator.region import folder as region_folder
from allocator.scenarios.reading import read_scenario


@pytest.fixture
def reads(monkeypatch):
    """Which regions are read; nothing is known before."""
    inputs.REGIONS.clear()
    inputs.POLICIES.clear()
    found, calm = [], region_folder.read_region

    def read_region(path):
        found.append(path.name)
        return calm(path)

    monkeypatch.setattr(region_folder, "read_region", read_region)
    return found


def test_a_region_is_read_once_until_a_file_changes(tmp_path, reads):
    """Also for a scenario that asks something else of it."""
    one, other = map(read_scenario, tiny_scenarios(tmp_path / "tiny", "ab"))
    first = load_once(one)
    second = load_once(other)
    assert first[0] is second[0]
    assert first[1] is second[1]
    stock = tmp_path / "tiny" / "stock.csv"
    stock.write_text(stock.read_text().replace("public_beds,10", "public_beds,11"))
    os.utime(stock, (1, 1))  # a clock that stands still is no excuse
    third = load_once(one)
    assert third[0] is not first[0]
    assert third[0].stock.table["have"].sum() == first[0].stock.table["have"].sum() + 1
    assert len(reads) == 2


def test_another_override_is_another_policy(tmp_path, reads):
    """The file is the same, its rules are not."""
    scenario = read_scenario(tiny_scenarios(tmp_path / "tiny", "a")[0])
    plain = load_once(scenario)[1]
    more = load_once(scenario.changed(overrides={"BEDS": {"number": 20}}))[1]
    assert {float(p.rules[0].number) for p in (plain, more)} == {12.5, 20.0}
    assert load_once(scenario)[1] is plain


def test_what_cannot_be_read_is_tried_again(tmp_path, reads):
    """And all of it is told."""
    scenario = read_scenario(tiny_scenarios(tmp_path / "tiny", "a")[0])
    broken = scenario.changed(region="nowhere", policy="neither.toml")
    for _ in range(2):
        with pytest.raises(InputError) as told:
            load_once(broken)
        assert len(told.value.problems) == 2
    assert len(inputs.REGIONS) == len(inputs.POLICIES) == 0


def test_only_the_last_ones_are_kept():
    """Used again counts as used last."""
    recent, made = Recent(kept=2), []

    def value(key):
        return recent.get(key, lambda: made.append(key) or key)

    assert [value(k) for k in "abacab"] == list("abacab")
    assert made == list("abcb")
    assert len(recent) == 2


def test_answers_are_shared_where_there_is_room(tmp_path):
    """Workers of a batch have one folder; a file in its place is no reason to fail."""
    inputs.ANSWERS.clear()
    shared = tmp_path / "shared"
    first = inputs.answers_in(str(shared))
    assert inputs.answers_in(str(shared)) is first
    assert (shared / "answers").is_dir()
    (tmp_path / "file").write_text("mine")
    assert inputs.answers_in(str(tmp_path / "file")) is not first
    assert inputs.answers_in("") is not first
