"""The journal: whole lines, whatever was torn."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.batches.journals import Journal, Record


def record(key, **row):
    return Record(key, {"status": "optimal", "gap": 0.1 + 0.2, "bound": float("inf"), **row},
                  planned=True, folder="a", files={"units.csv": "ab"})  # fmt: skip


def test_what_is_added_is_read_again_to_the_last_bit(tmp_path):
    """The last line of a key counts."""
    journal = Journal(tmp_path / "j")
    journal.add(record("1"))
    journal.add(record("2", error="嘉兴\nsecond line"))
    journal.add(record("1", cost=3.0, covered={"Z": 1.0, "A": 2.0}))
    again = Journal(tmp_path / "j")
    assert again.records == journal.records
    assert list(again.records["1"].row["covered"]) == ["Z", "A"]
    assert Journal(tmp_path / "j", fresh=True).records == {}
    assert len((tmp_path / "j").read_bytes().splitlines()) == 3


def test_a_batch_that_keeps_nothing(tmp_path):
    """Known while it runs, nowhere else."""
    journal = Journal(None)
    assert journal.add(record("1")) == ""
    assert "1" in journal.records
    assert list(tmp_path.iterdir()) == []


@given(cut=st.integers(1, 400), more=st.binary(max_size=40))
def test_a_torn_line_costs_itself_alone(tmp_path_factory, cut, more):
    """Cut anywhere, followed by anything: the whole lines stand, and new ones are read."""
    path = tmp_path_factory.mktemp("journal") / "j"
    whole = Journal(path)
    whole.add(record("1"))
    kept = path.stat().st_size
    whole.add(record("2"))
    path.write_bytes(path.read_bytes()[: max(kept, path.stat().st_size - cut)] + more)
    torn = Journal(path)
    assert torn.records["1"] == whole.records["1"]
    assert set(torn.records) <= {"1", "2"}
    torn.add(record("3"))
    assert Journal(path).records == torn.records


@pytest.mark.parametrize("line", [b"{}", b"0000000000000000 {}", b"\xff\xfe \x00", b"a b c"])
def test_lines_of_another_form_are_passed_over(tmp_path, line):
    """As those of a later version, or of somebody's editor."""
    (tmp_path / "j").write_bytes(line + b"\n")
    assert Journal(tmp_path / "j").records == {}


def test_a_changed_line_does_not_count(tmp_path):
    """A checksum per line."""
    journal = Journal(tmp_path / "j")
    journal.add(record("1", cost=100))
    text = (tmp_path / "j").read_text()
    (tmp_path / "j").write_text(text.replace("100", "900"))
    assert Journal(tmp_path / "j").records == {}


def test_half_a_line_for_which_there_was_no_room_is_taken_back(tmp_path, monkeypatch):
    """What could not be synchronised is not there; the next time it is written with the next."""
    journal = Journal(tmp_path / "j")
    journal.add(record("1"))
    before = (tmp_path / "j").read_bytes()
    calm = os.fsync

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in journal.add(record("2"))
    assert (tmp_path / "j").read_bytes() == before
    monkeypatch.setattr(os, "fsync", calm)
    assert journal.add(record("3")) == ""
    assert list(Journal(tmp_path / "j").records) == ["1", "2", "3"]
