"""Workers of a Dask cluster: the same jobs, on as many machines as there are.

Each job is given to one worker by name, never more than one at a time, so that what waits can still
go elsewhere, a worker keeps the region that it has read, and one that is killed takes one job only.
How often that job is tried again is for the batch to say, not for the scheduler.
"""

import importlib.util
import logging
import queue
import re
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from allocator.batches.jobs import Job
from allocator.batches.planning_jobs import Outcome, plan_job
from allocator.batches.queues import Worker
from allocator.batches.rows import row_of_error, versions
from allocator.batches.workers import Ended
from allocator.errors import InputError

if TYPE_CHECKING:
    from distributed import Client, Future

_POLL_SECONDS = 1.0
_MOMENT_SECONDS = 0.2
_FETCH_SECONDS = 30.0
_CONNECT_SECONDS = 20.0
_WHERE = "cluster"
_DEAF = "from signal import SIG_IGN, SIGINT, signal; signal(SIGINT, SIG_IGN)"
"""Run in each worker of our own: Ctrl-C is for the batch, which then ends them."""


class DaskWorkers:
    """A scheduler at ``address``, or ``local:N`` for one with N workers on this machine."""

    waits_after_interrupt = False

    def __init__(self, address: str) -> None:
        self._cluster, self._client = _connect(address)
        self._running: dict[str, tuple[Future[Outcome], Job]] = {}
        self._done: queue.SimpleQueue[tuple[str, str]] = queue.SimpleQueue()
        self._known: dict[str, int] = {}
        self._looked_at = -_POLL_SECONDS
        try:
            _check_versions(self._client.run(versions, on_error="return"))
        except BaseException:
            self.close(at_once=True)
            raise

    def idle(self) -> list[str]:
        """Addresses of workers without a job; they may join and leave at any time."""
        return [worker for worker in self._workers() if worker not in self._running]

    def _workers(self) -> Mapping[str, int]:
        if time.monotonic() - self._looked_at >= _POLL_SECONDS:
            try:
                self._known = dict(self._client.nthreads())
            except (OSError, TimeoutError) as error:
                raise InputError(
                    f"the scheduler no longer answers: {error}; start the batch again once it "
                    "does: what was finished is kept",
                    where=_WHERE,
                ) from error
            self._looked_at = time.monotonic()
        return self._known

    def give(self, worker: Worker, job: Job) -> None:
        """Send a job to a worker."""
        address = str(worker)
        future = self._client.submit(
            plan_job, job, key=f"{job.name}-{uuid.uuid4().hex[:8]}", pure=False, retries=0,
            workers=[address], allow_other_workers=False,
        )  # fmt: skip
        self._running[address] = (future, job)
        future.add_done_callback(lambda done: self._done.put((address, done.key)))

    def ended(self) -> list[Ended]:
        """Wait a moment for outcomes and deaths."""
        found = []
        try:
            address, key = self._done.get(timeout=_MOMENT_SECONDS)
            # What was called off ends, too, perhaps after its worker got another job.
            if address in self._running and self._running[address][0].key == key:
                found.append(self._end(address))
        except queue.Empty:
            pass
        here = self._workers()
        for address in [a for a in self._running if a not in here]:
            future, _ = self._running[address]
            # Its last outcome may have come just before the worker left.
            if future.status != "finished":
                found.append(self._lost(address, "the worker is gone"))
        return found

    def _end(self, address: str) -> Ended:
        """What came of a job; a worker that takes it with it when it dies has told nothing."""
        future, job = self._running[address]
        if future.status not in {"finished", "error"}:
            return self._lost(address, f"the task was {future.status}")
        try:
            outcome = future.result(timeout=_FETCH_SECONDS)
        except Exception as error:
            if type(error).__name__ in _DEATHS:
                return self._lost(address, f"{type(error).__name__}")
            outcome = Outcome(row_of_error(error), final=False)
        del self._running[address]
        return Ended(job, address, outcome)

    def _lost(self, address: str, why: str) -> Ended:
        future, job = self._running.pop(address)
        future.cancel()
        return Ended(job, address, None, f"{address}: {why}")

    def interrupt(self) -> None:
        """Call the running jobs off."""
        for future, _ in self._running.values():
            future.cancel()

    def close(self, *, at_once: bool) -> None:
        """Leave the cluster; end it if it is our own."""
        if at_once:
            self.interrupt()
        self._running.clear()
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


_DEATHS = {"KilledWorker", "CancelledError", "FutureCancelledError", "TimeoutError",
           "FuturesTimeoutError", "LostWorker"}  # fmt: skip
"""How Dask says that the worker, not the job, went wrong; names differ between its versions."""


def _connect(address: str) -> "tuple[Any, Client]":
    """A client, and the cluster behind it if it is our own."""
    if importlib.util.find_spec("distributed") is None:
        raise InputError(
            "needs the package distributed, which is not installed; install it with "
            'pip install "allocator-health[cluster]", or leave the cluster out to use processes '
            "of this machine",
            where=_WHERE,
        )
    local = re.fullmatch(r"local:(\d+)", address)
    if local is not None and int(local[1]) >= 1:
        return _local(int(local[1]))
    if "://" not in address:
        raise InputError(
            f"expected the address of a scheduler (tcp://host:8786) or local:N with N >= 1 "
            f"workers, got {address!r}",
            where=_WHERE,
        )
    from distributed import Client

    try:
        return None, Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no scheduler answers at {address}: {error}; is it started, and can this machine "
            "reach it?",
            where=_WHERE,
        ) from error


def _local(count: int) -> "tuple[Any, Client]":
    from distributed import Client, LocalCluster

    # Pages to watch the work on need bokeh; without it there are none.
    pages = ":0" if importlib.util.find_spec("bokeh") is not None else None
    cluster = LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        dashboard_address=pages,
        silence_logs=logging.CRITICAL,
        preload=[_DEAF],
    )
    return cluster, Client(cluster, set_as_default=False)


def _check_versions(told: Mapping[str, Mapping[str, str] | BaseException]) -> None:
    """Workers of another version would give other results under the same name."""
    mine = versions()
    problems = [
        f"worker {address} cannot plan: {other}; install the same packages everywhere"
        for address, other in told.items()
        if isinstance(other, BaseException)
    ]
    problems += [
        f"worker {address} has {name.removesuffix('_version')} {other.get(name, 'unknown')}, this "
        f"machine {value}; install the same everywhere"
        for address, other in told.items()
        if not isinstance(other, BaseException)
        for name, value in mine.items()
        if other.get(name) != value
    ]
    if problems:
        raise InputError(problems, where=_WHERE)
