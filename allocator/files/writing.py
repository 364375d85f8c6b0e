"""Writing that is all or nothing: into a temporary name in the same place, then a swap."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from allocator.errors import InputError


@contextmanager
def staged_file(path: Path) -> Iterator[Path]:
    """Give a temporary name beside ``path``, and move it there once the block has ended well.

    The temporary name keeps the suffix, since drivers choose the form by it.
    """
    staged = path.with_name(f".{path.stem}.{uuid4().hex[:8]}{path.suffix}")
    with _input_errors(path):
        if path.is_dir():
            raise InputError("is a folder; a file is to be written there", where=str(path))
        if not path.parent.is_dir():
            raise InputError(f"the folder {path.parent} does not exist", where=str(path))
        try:
            yield staged
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Give a temporary folder, and move its files into ``folder`` once the block has ended well.

    Files of other names that ``folder`` holds already are left alone. If one file cannot be
    moved, those moved before it are put back as they were.
    """
    with _input_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise InputError("is a file; name a folder to write into", where=str(folder))
        inside = folder if folder.is_dir() else folder.parent
        inside.mkdir(parents=True, exist_ok=True)
        staged = inside / f".{folder.name}.{uuid4().hex[:8]}"
        staged.mkdir()
        try:
            yield staged
            if folder.is_dir():
                _move_all(staged, folder)
            else:
                staged.replace(folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def check_can_write(folder: Path) -> None:
    """Raise an :class:`InputError` unless files can be written into ``folder``; leave no trace."""
    with _input_errors(folder):
        nearest = folder
        while not nearest.exists() and nearest != nearest.parent:
            nearest = nearest.parent
        if not nearest.is_dir():
            raise InputError(
                f"{nearest} is a file; name a folder to write into", where=f"out {folder}"
            )
        probe = nearest / f".allocator.{uuid4().hex[:8]}"
        probe.touch()
        probe.unlink()


def _move_all(staged: Path, folder: Path) -> None:
    """Move every file of ``staged`` into ``folder``; all of them or none."""
    before = staged / "before"
    files = sorted(p for p in staged.iterdir() if p.is_file())
    before.mkdir()
    moved: list[Path] = []
    try:
        for file in files:
            target = folder / file.name
            if target.is_dir():
                raise InputError("is a folder; a file is to be written there", where=str(target))
            if target.exists():
                target.replace(before / file.name)
            moved.append(target)
            file.replace(target)
    except BaseException:
        for target in moved:
            target.unlink(missing_ok=True)
            kept = before / target.name
            if kept.exists():
                kept.replace(target)
        raise


@contextmanager
def _input_errors(path: Path) -> Iterator[None]:
    """Say what the file system refuses as an input error that names the path."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"cannot be written: {reason}; choose another place or free this one", where=str(path)
        ) from error
