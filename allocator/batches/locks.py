"""One batch at a time in a folder: a lock of the operating system, which dies with its process."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from allocator.errors import InputError

LOCK = ".lock"


@contextmanager
def folder_locked(folder: Path) -> Iterator[None]:
    """Hold the folder; the lock is gone with the process, however it ends.

    Raises
    ------
    InputError
        Another batch has it; the message says which process, and since when.
    """
    path = folder / LOCK
    try:
        handle = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot be opened: {error.strerror or error}; name a folder that can be written",
            where=str(path),
        ) from error
    with handle:
        if not _take(handle):
            raise InputError(
                f"another batch is at work in it ({_holder(handle)}); wait for it to end, end it, "
                "or name another folder",
                where=f"out {folder}",
            )
        told = {"pid": os.getpid(), "host": socket.gethostname(),
                "since": datetime.now().astimezone().isoformat(timespec="seconds")}  # fmt: skip
        try:
            _write(handle, json.dumps(told))
            yield
        finally:
            _write(handle, "")


def _write(handle: IO[str], text: str) -> None:
    """Say who holds the lock; a full disk costs only that."""
    try:
        handle.seek(0)
        handle.truncate()
        handle.write(text)
        handle.flush()
    except OSError:
        return


def _holder(handle: IO[str]) -> str:
    try:
        handle.seek(0)
        told = json.loads(handle.read())
        return f"process {told['pid']} on {told['host']}, since {told['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "it does not say which process"


if sys.platform == "win32":
    import msvcrt

    def _take(handle: IO[str]) -> bool:
        handle.seek(1 << 30)  # a byte that nobody reads: who holds the lock can still be told
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(handle: IO[str]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
