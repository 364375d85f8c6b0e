"""``al.batch``: what is known already, what is planned now, and the table of both."""

import tempfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from allocator.batches.jobs import JOURNAL, Given, Job, jobs_of
from allocator.batches.journals import Journal, Record
from allocator.batches.locks import folder_locked
from allocator.batches.plan_folders import has_its_folder, sweep
from allocator.batches.progress_lines import ProgressLines
from allocator.batches.queues import Queue, Worker
from allocator.batches.results import Results
from allocator.batches.rows import NOT_BEGUN, NOT_ENDED, row_of_death, row_of_interrupt, versions
from allocator.batches.sharing import SHARED, begin_run
from allocator.batches.signals import Signals
from allocator.batches.workers import Ended, LocalWorkers, Workers, cores
from allocator.errors import InputError, raise_if_any
from allocator.files.writing import check_can_write


def batch(
    scenarios: Iterable[Given],
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
        Scenario files, each with all that its sweep stands for, or scenarios themselves. Two of
        one name get distinct names (``base``, ``base-2``).
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
        table names it: ``al.read_plan(table.loc[0, "folder"])``.
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
    jobs = jobs_of(scenarios, plans_in=folder if plans else None, say=progress)
    lines.total = len(jobs)
    with ExitStack() as stack:
        shared = stack.enter_context(_at_home_in(folder))
        journal = Journal(None if folder is None else folder / JOURNAL, fresh=fresh)
        if folder is not None:
            sweep(folder, [job.name for job in jobs])
        run = uuid.uuid4().hex if cluster else ""
        jobs = [replace(job, shared=str(shared), run=run) for job in jobs]
        course = _Course(jobs, journal, Results(jobs, folder), lines, retries)
        course.take_over()
        signals = stack.enter_context(Signals())
        begin_run(shared, run)
        hands = _workers(workers, cluster, len(course.left)) if course.left else None
        try:
            if hands is not None:
                course.go(hands, signals)
        finally:
            if run:
                begin_run(shared, "")
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
def _at_home_in(folder: Path | None) -> Iterator[Path]:
    """Hold the folder, and give the one that workers share in it."""
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="allocator-batch-") as shared:
            yield Path(shared)
        return
    folder.mkdir(parents=True, exist_ok=True)
    with folder_locked(folder):
        shared_in = folder / SHARED
        shared_in.mkdir(exist_ok=True)
        yield shared_in.absolute()


def _workers(workers: int | None, cluster: str | None, jobs: int) -> Workers:
    if cluster is None:
        return LocalWorkers(min(cores() if workers is None else workers, jobs))
    from allocator.batches.dask_workers import DaskWorkers  # an extra

    return DaskWorkers(cluster)


@dataclass
class _Course:
    """The jobs of one batch on their way into its table."""

    jobs: list[Job]
    journal: Journal
    results: Results
    lines: ProgressLines
    retries: int
    left: list[Job] = field(default_factory=list)
    attempts: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    interrupted: bool = False

    def take_over(self) -> None:
        """Give the rows that are known before anything runs; the other jobs are ``left``."""
        for job in self.jobs:
            if job.scenario is None:
                self.results.add(job, job.problem)
            elif not self._known(job):
                self.left.append(job)
        unread = sum(job.scenario is None for job in self.jobs)
        self.lines.begin(len(self.jobs) - len(self.left) - unread, unread)

    def _known(self, job: Job) -> bool:
        """Whether the journal has the row of a job; then the table has it, too."""
        record = self.journal.records.get(_key(job)) if job.input_hash else None
        wanted = {other.name for other in self.jobs if other.folder}
        if record is None or not record.final or not has_its_folder(job, record, wanted=wanted):
            return False
        self.results.add(job, record.row, planned=record.planned)
        return True

    def go(self, workers: Workers, signals: Signals) -> None:
        """Run what is left, until it is done or somebody says stop."""
        queue = Queue(self.left)
        running = 0
        try:
            while (queue or running) and not signals.terminated and signals.interrupts < 2:
                if not signals.heard:
                    running += self._give(workers, queue)
                elif not running or not self._wait_for_the_last(workers):
                    break
                for one in workers.ended():
                    running -= 1
                    self._ended(one, queue)
        finally:
            workers.close(at_once=bool(running))

    def _give(self, workers: Workers, queue: Queue) -> int:
        """A job to each idle worker; how many."""
        given = 0
        for worker in workers.idle():
            job = self._next(worker, queue)
            if job is None:
                break
            self.begun.add(job.position)
            workers.give(worker, job)
            given += 1
        return given

    def _next(self, worker: Worker, queue: Queue) -> Job | None:
        """The next job that is not known meanwhile: two names may ask the same."""
        while queue:
            job = queue.take(worker)
            if not self._known(job):
                return job
            self.lines.end(job.name, self.results.rows[job.position])
        return None

    def _wait_for_the_last(self, workers: Workers) -> bool:
        """After Ctrl-C: let running jobs end with their best so far, where they can."""
        if workers.waits_after_interrupt and not self.interrupted:
            self.interrupted = True
            self.lines.tell("interrupted; waiting for what runs (Ctrl-C: do not)")
            workers.interrupt()
        return workers.waits_after_interrupt

    def _ended(self, one: Ended, queue: Queue) -> None:
        """A row, or another attempt."""
        job = one.job
        tried = self.attempts[job.position] = self.attempts.get(job.position, 0) + 1
        if one.outcome is not None:
            self._add(job, Record(_key(job), {**one.outcome.row, "attempts": tried},
                                  one.outcome.final, one.outcome.planned,
                                  files=one.outcome.files))  # fmt: skip
            return
        queue.forget(one.worker)
        if tried <= self.retries:
            self.lines.tell(f"{job.name}: {one.why}; tried again ({tried} of {self.retries})")
            queue.put(job)
        else:
            row = {**row_of_death(tried), **versions(), "attempts": tried}
            self._add(job, Record(_key(job), row, final=False))

    def _add(self, job: Job, record: Record) -> None:
        if job.folder and job.scenario is not None and record.files:
            outputs = job.scenario.outputs.model_dump()
            record = replace(record, folder=job.name, outputs=outputs)
        if job.input_hash:
            trouble = self.journal.add(record)
            if trouble:
                self.lines.tell(trouble)
        self.results.add(job, record.row, planned=bool(record.files))
        self.lines.end(job.name, record.row)
        try:
            self.results.write_now_and_then()
        except InputError as error:
            self.lines.tell(str(error))

    def end(self) -> None:
        """Write the table, with a word on what has no row."""
        for job in self.left:
            if job.position not in self.results.rows:
                begun = job.position in self.begun
                self.results.add(job, row_of_interrupt(NOT_ENDED if begun else NOT_BEGUN))
        self.results.write()


def _key(job: Job) -> str:
    return " ".join([job.input_hash, *versions().values()])
