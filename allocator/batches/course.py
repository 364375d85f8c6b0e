"""The course of a batch: what is known already, what is planned now, what is tried again."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from allocator.batches.jobs import Job
from allocator.batches.journals import Journal, Record
from allocator.batches.plan_folders import has_its_folder
from allocator.batches.progress_lines import ProgressLines
from allocator.batches.queues import Queue, Worker
from allocator.batches.results import Results
from allocator.batches.rows import NOT_BEGUN, NOT_ENDED, row_of_death, row_of_interrupt, versions
from allocator.batches.signals import Signals
from allocator.batches.workers import Ended, Workers
from allocator.errors import InputError

_PATIENCE_SECONDS = 10.0


@dataclass
class Course:
    """The jobs of one batch on their way into its table."""

    jobs: Sequence[Job]
    journal: Journal
    results: Results
    lines: ProgressLines
    retries: int
    left: list[Job] = field(default_factory=list)
    attempts: dict[int, int] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    interrupted: bool = False
    _idle_since: float = math.inf

    def __post_init__(self) -> None:
        self._wanted = frozenset(job.name for job in self.jobs if job.folder)

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
        if record is None or not record.final:
            return False
        if not has_its_folder(job, record, wanted=self._wanted):
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
                self._say_if_nobody_works(running)
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

    def _say_if_nobody_works(self, running: int) -> None:
        """Say once that a cluster has no workers yet, or no more."""
        if running:
            self._idle_since = math.inf
        elif self._idle_since == math.inf:
            self._idle_since = time.monotonic()
        elif _PATIENCE_SECONDS <= time.monotonic() - self._idle_since < math.inf:
            self._idle_since = -math.inf  # said
            self.lines.tell("waiting for a worker")

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
