"""Two batches in one folder refuse each other, whatever became of the first."""

import os
import re
import signal
import subprocess
import sys

import pytest

from allocator.batches.entry import batch
from allocator.batches.locks import LOCK, folder_locked
from allocator.errors import InputError

HOLD = """
import sys
from pathlib import Path
from allocator.batches.locks import folder_locked

with folder_locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the folder."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_another_process_is_named_until_it_is_dead(tmp_path, holder, planner, write):
    """The message says which one and since when; a kill frees the folder at once."""
    with pytest.raises(InputError) as told:
        batch(write("a"), tmp_path)
    assert re.search(rf"process {holder.pid} on \S+, since \d{{4}}-\d\d-\d\dT", str(told.value))
    assert not (tmp_path / "results.csv").exists()
    assert planner.planned == []
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert batch(write("a"), tmp_path)["status"].tolist() == ["feasible"]


def test_one_process_does_not_hold_it_twice(tmp_path):
    """Also two threads of one program are two batches."""
    with (
        folder_locked(tmp_path),
        pytest.raises(InputError, match=f"process {os.getpid()}"),
        folder_locked(tmp_path),
    ):
        pass
    with folder_locked(tmp_path):
        pass


def test_who_does_not_say_its_name_is_respected_too(tmp_path):
    """As in the moment before it has written it."""
    with folder_locked(tmp_path):
        (tmp_path / LOCK).write_text("")
        with pytest.raises(InputError, match="does not say which"), folder_locked(tmp_path):
            pass


def test_a_lock_that_cannot_be_made_is_told(tmp_path):
    """As in a folder that is none."""
    (tmp_path / LOCK).mkdir()
    with pytest.raises(InputError, match="cannot be opened"), folder_locked(tmp_path):
        pass
