"""What the workers of a batch share: a folder beside its results."""

import threading
from pathlib import Path

SHARED = ".shared"
RUN = "run"
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


def begin_run(shared: Path, run: str) -> None:
    """Say which run of a batch is the present one; ``run`` empty for none any more."""
    (shared / RUN).write_text(run, encoding="utf-8")


def is_called_off(shared: str, run: str) -> bool:
    """Whether the run is over, so that nobody waits for its scenarios any more."""
    if not run:
        return False
    try:
        return (Path(shared) / RUN).read_text("utf-8") != run
    except OSError:
        return False
