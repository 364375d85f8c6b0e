"""Workers on this machine: processes of their own, one job at a time each."""

import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol

from allocator.batches.jobs import Job
from allocator.batches.planning_jobs import Outcome
from allocator.batches.queues import Worker
from allocator.batches.worker_processes import INTERRUPT, READY, work
from allocator.errors import InputError

_STARTS = 3
"""So many processes that end before they begin are no accident."""
_GRACE_SECONDS = 1.0
_MOMENT_SECONDS = 0.2


@dataclass(frozen=True)
class Ended:
    """A job that is no longer with its worker; without an outcome if the worker died."""

    job: Job
    worker: Worker
    outcome: Outcome | None
    why: str = ""


class Workers(Protocol):
    """What runs jobs: processes here, or a cluster."""

    waits_after_interrupt: bool
    """Whether jobs that run hear Ctrl-C and end with their best so far."""

    def idle(self) -> Sequence[Worker]:
        """Workers that have nothing to do."""

    def give(self, worker: Worker, job: Job) -> None:
        """Let an idle worker plan a job."""

    def ended(self) -> list[Ended]:
        """Wait a moment for jobs that end."""

    def interrupt(self) -> None:
        """Let running jobs end with their best so far, or call them off."""

    def close(self, *, at_once: bool) -> None:
        """End the workers; ``at_once`` whatever they do."""


@dataclass
class _Process:
    process: SpawnProcess
    channel: Connection
    """Jobs out, outcomes in."""
    alarm: Connection
    """Heard even while a job runs."""
    job: Job | None = None
    ready: bool = False


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalWorkers:
    """Fresh processes (spawn), begun when there is a job for them; a dead one is replaced."""

    waits_after_interrupt = True

    def __init__(self, count: int) -> None:
        self._processes: dict[int, _Process | None] = dict.fromkeys(range(count))
        self._failed_starts = 0

    def idle(self) -> list[int]:
        """Numbers of the processes that are free, or not begun."""
        return [at for at, one in self._processes.items() if one is None or one.job is None]

    def give(self, worker: Worker, job: Job) -> None:
        """Send a job to its process; one that died meanwhile is told by :meth:`ended`."""
        if not isinstance(worker, int):
            raise TypeError(f"local workers are numbered, got {worker!r}")
        one = self._processes[worker]
        if one is None or not one.process.is_alive():
            self._drop(worker)
            one = self._processes[worker] = _begin()
        one.job = job
        try:
            one.channel.send(job)
        except OSError:
            return  # it has just died

    def ended(self) -> list[Ended]:
        """Wait a moment for outcomes and deaths."""
        busy = {at: one for at, one in self._processes.items() if one and one.job is not None}
        doors = {one.channel: at for at, one in busy.items()}
        open_now = set(wait(list(doors), timeout=_MOMENT_SECONDS))
        heard = [self._heard(at, busy[at]) for door, at in doors.items() if door in open_now]
        return [one for one in heard if one is not None]

    def _heard(self, at: int, one: _Process) -> Ended | None:
        """What a process says; that its end of the line is closed says that it died."""
        try:
            said = one.channel.recv()
        except (EOFError, OSError):
            return self._died(at, one)
        if said == READY:
            one.ready, self._failed_starts = True, 0
            return None
        job, one.job = one.job, None
        return None if job is None else Ended(job, at, said)

    def _died(self, at: int, one: _Process) -> Ended | None:
        one.process.join(_GRACE_SECONDS)
        why = f"process {one.process.pid} ended with {one.process.exitcode}"
        job = one.job
        self._drop(at)
        if job is None:
            return None
        if one.ready:
            return Ended(job, at, None, why)
        self._failed_starts += 1
        if self._failed_starts >= _STARTS:
            raise InputError(
                f"processes of workers end before they begin ({why}); a script that calls batch "
                'needs `if __name__ == "__main__":` around it',
                where="batch",
            )
        self.give(at, job)
        return None

    def _drop(self, at: int) -> None:
        one, self._processes[at] = self._processes[at], None
        if one is not None:
            one.process.kill()
            one.process.join()
            one.channel.close()
            one.alarm.close()
            one.process.close()

    def interrupt(self) -> None:
        """Make sure that busy processes hear Ctrl-C, also where only this one was told."""
        time.sleep(_GRACE_SECONDS / 10)
        for one in self._processes.values():
            if one is not None and one.job is not None:
                try:
                    one.alarm.send(INTERRUPT)
                except OSError:
                    continue  # it died; `ended` tells

    def close(self, *, at_once: bool) -> None:
        """End the processes; those that are idle end by themselves, once nobody has a job."""
        for one in self._processes.values():
            if one is not None and not at_once:
                try:
                    one.channel.send(None)
                except OSError:
                    continue
        until = time.monotonic() + (0 if at_once else 5 * _GRACE_SECONDS)
        for at, one in self._processes.items():
            if one is not None:
                one.process.join(max(0.0, until - time.monotonic()))
            self._drop(at)


def _begin() -> _Process:
    context = multiprocessing.get_context("spawn")
    channel, other_channel = context.Pipe()
    alarm, other_alarm = context.Pipe()
    process = context.Process(target=work, args=(other_channel, other_alarm))
    process.start()
    # Closed here, so that the end of the process is the end of the line.
    other_channel.close()
    other_alarm.close()
    return _Process(process, channel, alarm)
