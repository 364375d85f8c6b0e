"""The journal of a batch: each row as it ended, so that nothing finished is lost or done twice.

One line per row: a checksum, a space, and the row as JSON. A line that was torn when the process
was killed, or the disk full, does not have its checksum and is passed over; the last line of a
scenario counts. Nothing is ever taken out: scenarios that are not asked for today keep their lines.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from allocator.batches.rows import Row


@dataclass(frozen=True)
class Record:
    """One scenario that ended.

    Attributes
    ----------
    key
        Of the input and the versions that made the row.
    row
        What it adds to the table.
    final
        Whether planning it again would say the same: not after a death, a defect or an interrupt.
    planned
        Whether there is a plan.
    folder
        Name of the plan's folder, if it was written.
    files
        The folder's files and their SHA-256.
    outputs
        How the folder was asked for (language, map).
    """

    key: str
    row: Row
    final: bool = True
    planned: bool = False
    folder: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


class Journal:
    """The records in a file, by key; ``path`` None for a batch that keeps nothing."""

    def __init__(self, path: Path | None, *, fresh: bool = False) -> None:
        self.path = path
        self.records: dict[str, Record] = {}
        self._unwritten: list[Record] = []
        if path is not None and path.exists() and not fresh:
            for line in path.read_bytes().split(b"\n"):
                record = _record(line)
                if record is not None:
                    self.records[record.key] = record

    def add(self, record: Record) -> str:
        """Keep a record, on disk when this returns; else say why not, and try with the next."""
        self.records[record.key] = record
        if self.path is None:
            return ""
        self._unwritten.append(record)
        try:
            _append(self.path, [_line(one) for one in self._unwritten])
        except OSError as error:
            return f"{self.path.name} cannot be written: {error.strerror or error}"
        self._unwritten.clear()
        return ""


def _append(path: Path, lines: list[bytes]) -> None:
    """Append whole lines and wait until they are on the disk; or leave the file as it was."""
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            # What a kill has torn gets an end of its own.
            left = (b"" if _ends_a_line(path) else b"\n") + b"".join(lines)
            while left:
                left = left[file.write(left) :]
            os.fsync(file.fileno())
        except OSError:
            os.truncate(path, before)
            raise


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _line(record: Record) -> bytes:
    text = json.dumps(asdict(record), ensure_ascii=False).encode("utf-8")
    return _checksum(text) + b" " + text + b"\n"


def _record(line: bytes) -> Record | None:
    """What a line says, or nothing where it is torn or of another form."""
    told, _, text = line.partition(b" ")
    if not text or told != _checksum(text):
        return None
    try:
        return Record(**json.loads(text))
    except (TypeError, ValueError):
        return None  # of another version of this program: planned again


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:16].encode()
