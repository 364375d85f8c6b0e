"""Writing is all or nothing."""

from pathlib import Path

import pytest

from allocator.errors import InputError
from allocator.files.writing import check_can_write, staged_file, staged_folder


class StopError(Exception):
    """Something that goes wrong in the middle."""


def write_into(folder, texts, error=None):
    """Stage some files in a folder, and fail before the end if asked."""
    with staged_folder(folder) as staged:
        for name, text in texts.items():
            (staged / name).write_text(text)
        if error is not None:
            raise error


def write_half(path, error):
    """Begin to write a file, and fail."""
    with staged_file(path) as staged:
        staged.write_text("ne")
        raise error


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    """Until the block ends the old file stands; after it the new one, and nothing else."""
    path = tmp_path / "plan.xlsx"
    path.write_text("old")
    with staged_file(path) as staged:
        staged.write_text("new")
        assert staged.suffix == ".xlsx"
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.xlsx"]


@pytest.mark.parametrize("kind", [StopError, KeyboardInterrupt])
def test_a_file_that_fails_half_way_leaves_the_old_one(tmp_path, kind):
    """Errors and Ctrl-C leave no trace."""
    path = tmp_path / "plan.json"
    path.write_text("old")
    with pytest.raises(kind):
        write_half(path, kind())
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.json"]


def test_a_new_folder_appears_at_once(tmp_path):
    """A folder that was not there comes with all its files, below folders that were not there."""
    folder = tmp_path / "a" / "plan"
    with staged_folder(folder) as staged:
        (staged / "one.csv").write_text("1")
        (staged / "two.csv").write_text("2")
        assert not folder.exists()
    assert sorted(p.name for p in folder.iterdir()) == ["one.csv", "two.csv"]
    assert [p.name for p in folder.parent.iterdir()] == ["plan"]


def test_a_folder_that_fails_half_way_is_not_there(tmp_path):
    """Nothing appears, and nothing temporary stays."""
    with pytest.raises(StopError):
        write_into(tmp_path / "plan", {"one.csv": "1"}, StopError())
    assert list(tmp_path.iterdir()) == []


def test_other_files_of_a_folder_are_left_alone(tmp_path):
    """Only files of the same names are replaced."""
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "one.csv").write_text("old")
    with staged_folder(tmp_path) as staged:
        (staged / "one.csv").write_text("new")
        (staged / "two.csv").write_text("2")
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {
        "mine.txt": "mine", "one.csv": "new", "two.csv": "2",
    }  # fmt: skip


def test_a_move_that_fails_puts_everything_back(tmp_path):
    """If the second file cannot be placed, the first is as it was before."""
    (tmp_path / "one.csv").write_text("old")
    (tmp_path / "two.csv").mkdir()
    with pytest.raises(InputError, match=r"two\.csv: is a folder"):
        write_into(tmp_path, {"one.csv": "new", "three.csv": "3", "two.csv": "2"})
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.csv", "two.csv"]
    assert (tmp_path / "one.csv").read_text() == "old"


@pytest.mark.parametrize("below", ["", "deeper", "deeper/still"])
def test_a_folder_below_a_file_is_refused(tmp_path, below):
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("mine")
    folder = tmp_path / "file" / below
    with pytest.raises(InputError, match="is a file"):
        check_can_write(folder)
    with pytest.raises(InputError), staged_folder(folder):
        pytest.fail("must not be entered")
    assert (tmp_path / "file").read_text() == "mine"


def test_looking_whether_a_folder_can_be_written_leaves_no_trace(tmp_path):
    """Neither the folder nor a probe is there afterwards."""
    check_can_write(tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []


def test_what_the_system_refuses_is_an_input_error_with_the_path(tmp_path, monkeypatch):
    """A disk that cannot be written gives one clear error, not a traceback."""

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(InputError, match=r"cannot be written: Permission denied; choose another"):
        check_can_write(tmp_path)


def test_a_file_in_a_folder_that_is_not_there_is_refused(tmp_path):
    """A misspelt folder is told of, not made."""
    path = tmp_path / "plnas" / "plan.json"
    with pytest.raises(InputError, match="does not exist"), staged_file(path):
        pytest.fail("must not be entered")
