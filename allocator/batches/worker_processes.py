"""What runs in a worker's process: jobs, one after the other, until nobody has one for it."""

import _thread
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait

from allocator.batches.jobs import Job
from allocator.batches.planning_jobs import Outcome, plan_job
from allocator.batches.rows import row_of_error

READY, INTERRUPT = "ready", "interrupt"


class _Ear:
    """Hears Ctrl-C once per job, whether it comes from the terminal or through the parent."""

    def __init__(self) -> None:
        self.heard = False

    def hear(self, *_: object) -> None:
        """Raise what the planner takes as: your best so far, please."""
        if not self.heard:
            self.heard = True
            raise KeyboardInterrupt

    @contextmanager
    def listening(self) -> Iterator[None]:
        """A worker that waits is not the one that Ctrl-C is for; one that plans hears it."""
        self.heard = False
        signal.signal(signal.SIGINT, self.hear)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def work(channel: Connection, alarm: Connection) -> None:
    """Plan what comes through ``channel``, until it says None or its other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(alarm,), daemon=True).start()
    ear = _Ear()
    channel.send(READY)
    while True:
        try:
            job: Job | None = channel.recv()
        except (EOFError, OSError):
            return
        if job is None:
            return
        outcome = Outcome(row_of_error(KeyboardInterrupt()), final=False)
        # What is heard in the moment before the planner begins, or after it has ended.
        with suppress(KeyboardInterrupt), ear.listening():
            outcome = plan_job(job)
        channel.send(outcome)


def _watch(alarm: Connection) -> None:
    """End this process with its parent, however that ended; pass on an interrupt."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    while True:
        heard = wait([parent.sentinel, alarm])
        if parent.sentinel in heard:
            os._exit(1)  # the journal has what was finished; the rest is nobody's any more
        try:
            if alarm.recv() == INTERRUPT:
                _thread.interrupt_main()
        except (EOFError, OSError):
            os._exit(1)
