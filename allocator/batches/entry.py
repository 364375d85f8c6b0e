"""``al.batch``: many scenarios, one table."""

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from allocator.batches.course import Course
from allocator.batches.jobs import JOURNAL, Given, jobs_of
from allocator.batches.journals import Journal
from allocator.batches.locks import folder_locked
from allocator.batches.plan_folders import sweep
from allocator.batches.progress_lines import ProgressLines
from allocator.batches.results import Results
from allocator.batches.sharing import SHARED, begin_run, end_run
from allocator.batches.signals import Signals
from allocator.batches.workers import LocalWorkers, Workers, cores
from allocator.errors import raise_if_any
from allocator.files.writing import check_can_write


def batch(
    scenarios: Given | Iterable[Given],
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    cluster: str | None = None,
    plans: bool = False,
    retries: int = 2,
    fresh: bool = False,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Plan many scenarios.

    Parameters
    ----------
    scenarios
        A scenario file with all that its sweep stands for, a scenario, or any number of both. Two
        of one name get distinct names (``base``, ``base-2``).
    out
        Folder for ``results.parquet``, ``results.csv`` and a journal. Starting again with the
        same folder plans only what is missing, failed or changed. None keeps nothing on disk.
    workers
        Processes at once; by default one per core that this process may use.
    cluster
        Address of a Dask scheduler (``tcp://host:8786``), or ``local:N`` for N workers on this
        machine, instead of ``workers``. Workers read the files at the same paths as this process.
    plans
        Whether each plan is written, too, into a folder of its scenario's name in ``out``. The
        table names it: ``al.read_plan(table.loc[0, "folder"])``. That takes longer: a plan says
        why rules gave way and what one more unit would bring, a row does not.
    retries
        How often a scenario whose process died is tried again.
    fresh
        Plan everything, whatever was finished before.
    progress
        Called with a line of text as scenarios end.

    Returns
    -------
    pandas.DataFrame
        A row per scenario in the order given, with the columns of
        :data:`allocator.files.results.COLUMNS`, one per varied key and one per coverage rule. A
        scenario that fails has its row too, with ``exit_code`` and ``error``.

    Raises
    ------
    InputError
        Nothing to plan, settings that make no sense, a folder that cannot be written or in which
        another batch is at work, or a cluster that does not answer.
    KeyboardInterrupt
        After Ctrl-C, once the results so far are written; scenarios that were running have their
        best plans so far (on a cluster they are called off). A second Ctrl-C does not wait.
    SystemExit
        After SIGTERM, once the results so far are written.
    """
    _check(workers, cluster, retries, plans=plans, out=out)
    folder = None if out is None else Path(out)
    if folder is not None:
        check_can_write(folder)
    lines = ProgressLines(0, progress)
    given = [scenarios] if isinstance(scenarios, Given) else scenarios
    jobs = jobs_of(given, plans_in=folder if plans else None, say=progress)
    lines.total = len(jobs)
    with ExitStack() as stack:
        shared = stack.enter_context(_at_home_in(folder, fresh=fresh))
        journal = Journal(None if folder is None else folder / JOURNAL, fresh=fresh)
        if folder is not None:
            sweep(folder, [job.name for job in jobs])
        run = begin_run(shared) if cluster else ""
        jobs = [replace(job, shared=str(shared), run=run) for job in jobs]
        course = Course(jobs, journal, Results(jobs, folder), lines, retries)
        course.take_over()
        signals = stack.enter_context(Signals())
        hands = _workers(workers, cluster, len(course.left)) if course.left else None
        try:
            if hands is not None:
                course.go(hands, signals)
        finally:
            end_run(shared, run)
            course.end()
    if signals.terminated:
        raise SystemExit(143)
    if signals.interrupts:
        raise KeyboardInterrupt
    return course.results.frame()


def _check(
    workers: int | None, cluster: str | None, retries: int, *, plans: bool, out: str | Path | None
) -> None:
    problems = []
    if workers is not None and workers < 1:
        problems.append(f"workers must be >= 1, got {workers}")
    if workers is not None and cluster is not None:
        problems.append("give workers (processes of this machine) or cluster, not both")
    if retries < 0:
        problems.append(f"retries must be >= 0, got {retries}")
    if plans and out is None:
        problems.append("plans are written into a folder: give out, or leave plans out")
    raise_if_any(problems, where="batch")


@contextmanager
def _at_home_in(folder: Path | None, *, fresh: bool) -> Iterator[Path]:
    """Hold the folder, and give the one that workers share in it; ``fresh`` empties that."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="allocator-batch-") as shared:
            yield Path(shared)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with folder_locked(folder):
        shared_in = folder / SHARED
        if fresh:
            shutil.rmtree(shared_in, ignore_errors=True)
        shared_in.mkdir(exist_ok=True)
        yield shared_in.absolute()


def _workers(workers: int | None, cluster: str | None, jobs: int) -> Workers:
    if cluster is None:
        return LocalWorkers(min(cores() if workers is None else workers, jobs))
    from allocator.batches.dask_workers import DaskWorkers  # an extra

    return DaskWorkers(cluster)
