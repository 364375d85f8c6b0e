"""Folders of plans that an earlier run has written: whole, or to be written again."""

import glob
import hashlib
import shutil
from collections.abc import Container, Iterable
from pathlib import Path

from allocator.batches.jobs import Job
from allocator.batches.journals import Record
from allocator.errors import InputError
from allocator.files.writing import staged_folder

_EIGHT = "[0-9a-f]" * 8
"""What :mod:`allocator.files.writing` adds to the name of what is not yet whole."""


def has_its_folder(job: Job, record: Record, *, wanted: Container[str]) -> bool:
    """Whether the plan that a record speaks of stands in the job's folder.

    A plan that was written under another name is copied, unless that name is ``wanted`` by
    another job of this batch.
    """
    if not job.folder or not record.planned:
        return True
    if job.scenario is None or record.outputs != job.scenario.outputs.model_dump():
        return False
    folder = Path(job.folder)
    if is_whole(folder, record):
        return True
    if not record.folder or record.folder in wanted:
        return False
    before = folder.with_name(record.folder)
    if not is_whole(before, record):
        return False
    try:
        with staged_folder(folder) as staged:
            for name in record.files:
                shutil.copyfile(before / name, staged / name)
    except InputError:
        return False  # planned again: then its row says what is wrong with the place
    return True


def is_whole(folder: Path, record: Record) -> bool:
    """Whether every file of the plan is as it was written."""
    if not record.files:
        return False
    try:
        return all(
            hashlib.sha256((folder / name).read_bytes()).hexdigest() == told
            for name, told in record.files.items()
        )
    except OSError:
        return False


def sweep(out: Path, names: Iterable[str]) -> None:
    """Remove what a killed batch has left half-written: names of our own in ``out``."""
    for name in names:
        for inside in (out, out / name):
            for path in inside.glob(f".{glob.escape(name)}.{_EIGHT}"):
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
    for path in out.glob(f".results.{_EIGHT}.*"):
        path.unlink(missing_ok=True)
