"""What the workers of a batch share: a folder beside its results."""

import threading
import uuid
from pathlib import Path

SHARED = ".shared"
_RUN, _ENDED = "run-", "ended-"
_lock = threading.Lock()
_prepared: set[str] = set()


def prepare_once(shared: str) -> None:
    """Call :func:`prepare` if this process has not yet worked with the folder."""
    with _lock:
        if shared not in _prepared:
            prepare(Path(shared))
            _prepared.add(shared)


def prepare(shared: Path) -> None:
    """Make a worker ready: called once in each process, before its first scenario of a batch.

    ``shared`` is the same folder for all workers, and for the same batch started again; it may
    vanish in between.
    """
    shared.mkdir(parents=True, exist_ok=True)


def begin_run(shared: Path) -> str:
    """Begin a run of a batch whose workers can outlive it, and end those before it; its name."""
    for path in shared.glob(f"{_RUN}*"):
        end_run(shared, path.name.removeprefix(_RUN))
    run = uuid.uuid4().hex
    (shared / f"{_RUN}{run}").touch()
    return run


def end_run(shared: Path, run: str) -> None:
    """Say that nobody waits any more for what workers still do for a run."""
    path = shared / f"{_RUN}{run}"
    if run and path.exists():
        path.rename(shared / f"{_ENDED}{run}")


def is_called_off(shared: str, run: str) -> bool:
    """Whether the run is over, as far as this machine can see."""
    return bool(run) and (Path(shared) / f"{_ENDED}{run}").exists()
