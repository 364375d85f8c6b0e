"""Many scenarios, one table: local processes, and one bad scenario never stops the others."""

import multiprocessing
import os
import re
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.errors import AllocatorError, InputError
from allocator.files.exporting import export_all
from allocator.files.results import RESULTS, results_table, row_of_plan, write_results
from allocator.files.writing import check_can_write
from allocator.scenarios.exit_codes import ExitCode
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import run

Row = dict[str, Any]


@dataclass(frozen=True)
class Job:
    """One scenario file, and the name of its results."""

    path: str
    name: str
    folder: Path


def batch(
    paths: Sequence[str | Path],
    out: str | Path,
    *,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> pd.DataFrame:
    """Plan many scenarios.

    Parameters
    ----------
    paths
        Scenario files. Two of one name get distinct names (``base``, ``base-2``).
    out
        Folder for ``results.csv`` and one folder per plan, by name.
    workers
        Processes at once; by default one per core that this process may use.
    progress
        Called with a line of text as scenarios end.

    Returns
    -------
    pandas.DataFrame
        A row per scenario in the order given, with the columns of
        :data:`allocator.files.results.COLUMNS`. A scenario that fails has its row too, with
        ``exit_code`` and ``error``; an older folder of its name is left as it was.

    Raises
    ------
    InputError
        No scenarios, fewer than one worker, or a folder that cannot be written.
    KeyboardInterrupt
        After Ctrl-C, once the results so far are written; scenarios that were running have their
        best plans so far. A second Ctrl-C does not wait for those.
    """
    out = Path(out)
    problems = [] if paths else ["name at least one scenario file"]
    if workers is not None and workers < 1:
        problems.append(f"workers must be >= 1, got {workers}")
    if problems:
        raise InputError(problems, where="batch")
    check_can_write(out)
    table = _Table(_jobs(paths, out), out / RESULTS, progress)
    out.mkdir(parents=True, exist_ok=True)
    try:
        lost = _run(table, _window(workers, len(paths)))
        for position in lost:
            # A worker that died took the others with it: each gets a process of its own now.
            if _run(table, 1, [position]):
                table.add(position, _died(table.jobs[position]))
    finally:
        table.write()
    return table.frame()


@dataclass
class _Table:
    """The rows so far; written after every scenario, so that a kill loses nothing finished."""

    jobs: list[Job]
    path: Path
    progress: Callable[[str], None] | None
    rows: dict[int, Row] = field(default_factory=dict)

    def add(self, position: int, row: Row) -> None:
        self.rows[position] = row
        self.write()
        if self.progress:
            end = f": {row['error'].splitlines()[-1]}" if row["error"] else ""
            self.progress(
                f"{len(self.rows)} of {len(self.jobs)}: {row['name']}: {row['status']}, "
                f"{row['seconds']:.1f} s{end}"
            )

    def frame(self) -> pd.DataFrame:
        rows = [
            self.rows.get(i) or _row(job, status="not_run", exit_code=ExitCode.INTERRUPTED,
                                     error="interrupted before it began")
            for i, job in enumerate(self.jobs)
        ]  # fmt: skip
        return results_table(rows)

    def write(self) -> None:
        write_results(self.frame(), self.path)


def _jobs(paths: Sequence[str | Path], out: Path) -> list[Job]:
    """The scenarios with distinct names that are names of folders on every system."""
    taken: set[str] = {RESULTS}
    jobs = []
    for path in map(Path, paths):
        try:
            said = read_scenario(path).name
        except InputError:
            # The worker tells what is wrong, in the scenario's own row.
            said = path.stem
        base = re.sub(r"[^\w.\- ]+", "_", said).strip(". ") or "scenario"
        name, number = base, 1
        while name.casefold() in taken:
            number += 1
            name = f"{base}-{number}"
        taken.add(name.casefold())
        jobs.append(Job(str(path), name, out / name))
    return jobs


def _window(workers: int | None, count: int) -> int:
    """How many run at once."""
    if workers is None:
        has_affinity = hasattr(os, "sched_getaffinity")
        workers = len(os.sched_getaffinity(0)) if has_affinity else os.cpu_count() or 1
    return min(workers, count)


def _run(table: _Table, window: int, positions: Sequence[int] | None = None) -> list[int]:
    """Run jobs, at most ``window`` at once; return those that died with their process."""
    left = list(range(len(table.jobs)) if positions is None else positions)
    running: dict[Future[Row], int] = {}
    lost: list[int] = []

    def collect() -> None:
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            position = running.pop(future)
            try:
                table.add(position, future.result())
            except BrokenProcessPool:
                lost.append(position)

    with _pool(window) as pool:
        try:
            while left or running:
                # Never more than run at once: what waits in the pool could not be called back.
                while left and len(running) < window and not lost:
                    position = left.pop(0)
                    try:
                        running[pool.submit(run_job, table.jobs[position])] = position
                    except BrokenProcessPool:
                        lost.append(position)
                if not running:
                    break
                collect()
        except KeyboardInterrupt:
            if table.progress:
                table.progress("interrupted; waiting for the scenarios that run (Ctrl-C: do not)")
            while running:
                collect()
            raise
    return sorted([*lost, *left])


@contextmanager
def _pool(window: int) -> Iterator[Executor]:
    """Fresh processes (spawn); those of this pool are ended if even the waiting is broken off."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(
        window, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupts
    )
    try:
        yield pool
        pool.shutdown()
    except BaseException:
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def _ignore_interrupts() -> None:
    """A worker that waits is not the one that Ctrl-C is for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _hearing_interrupts() -> Iterator[None]:
    """While it plans, a worker hears Ctrl-C: the planner then gives its best so far."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run_job(job: Job) -> Row:
    """Plan one scenario, write its folder and give its row; never raises."""
    began = time.perf_counter()
    try:
        with _hearing_interrupts():
            scenario = read_scenario(job.path)
            plan = run(scenario)
        outputs = scenario.outputs
        export_all(plan, job.folder, chinese=outputs.chinese, with_map=outputs.map)
        row = _row(job, **row_of_plan(plan), exit_code=ExitCode.of_plan(plan))
    except (Exception, KeyboardInterrupt) as error:
        row = _row_of_error(job, error)
    row["seconds"] = time.perf_counter() - began
    return row


def _row_of_error(job: Job, error: BaseException) -> Row:
    code = ExitCode.of_error(error)
    status = {ExitCode.NO_ANSWER: "infeasible", ExitCode.INTERRUPTED: "no_solution"}
    if code is ExitCode.INTERRUPTED:
        text = "interrupted before there was a plan"
    elif isinstance(error, AllocatorError):
        problems = error.problems if isinstance(error, InputError) else (str(error),)
        text = " | ".join(" ".join(problem.split()) for problem in problems)
    else:
        text = "a defect of the program: " + "".join(traceback.format_exception(error))
    return _row(job, status=status.get(code, "error"), exit_code=code, error=text)


def _died(job: Job) -> Row:
    return _row(
        job, status="error", exit_code=ExitCode.DEFECT,
        error="the process died; perhaps there was not enough memory",
    )  # fmt: skip


def _row(job: Job, **fields: Any) -> Row:
    return {"scenario": job.path, "name": job.name, "seconds": 0.0, "error": "", **fields}
