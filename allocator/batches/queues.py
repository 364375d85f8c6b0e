"""Which job goes to which worker: those that share a region stay together."""

from collections import deque
from collections.abc import Hashable, Iterable

from allocator.batches.jobs import Job

Worker = Hashable


class Queue:
    """Jobs that wait, by what they share (:attr:`~allocator.batches.jobs.Job.affinity`).

    A worker goes on with the jobs of the region that it has read, in the order given; then it
    takes up the region with the most jobs per worker that is at it.
    """

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._waiting: dict[str, deque[Job]] = {}
        self._last: dict[Worker, str] = {}
        for job in jobs:
            self.put(job)

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def put(self, job: Job) -> None:
        """Let a job wait, behind the others of its kind."""
        self._waiting.setdefault(job.affinity, deque()).append(job)

    def take(self, worker: Worker) -> Job:
        """The next job for a worker.

        Raises
        ------
        IndexError
            If no job waits.
        """
        if not len(self):
            raise IndexError("no job waits")
        kind = self._last.get(worker, "")
        if not self._waiting.get(kind):
            kind = max(self._waiting, key=self._jobs_per_worker)
        self._last[worker] = kind
        return self._waiting[kind].popleft()

    def forget(self, worker: Worker) -> None:
        """A worker is gone, and what it had read with it."""
        self._last.pop(worker, None)

    def _jobs_per_worker(self, kind: str) -> float:
        at_it = sum(last == kind for last in self._last.values())
        return len(self._waiting[kind]) / (1 + at_it)
