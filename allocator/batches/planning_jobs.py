"""One job planned, in whichever process; what comes back is small."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from allocator.batches.inputs import answers_in, load_once, travel_once
from allocator.batches.jobs import Job
from allocator.batches.measures import Measure
from allocator.batches.rows import Row, row_of_error, row_of_plan, versions
from allocator.batches.sharing import is_called_off, prepare_once
from allocator.errors import InfeasibleError, InputError
from allocator.files.exporting import export_all
from allocator.plans import Plan
from allocator.scenarios.exit_codes import ExitCode
from allocator.scenarios.hashing import content_hash
from allocator.scenarios.running import run
from allocator.scenarios.scenario import OutputTable, Scenario

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class Outcome:
    """How a job ended; see :class:`allocator.batches.journals.Record` for what is in it."""

    row: Row
    final: bool
    planned: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


class CalledOff(BaseException):
    """Nobody waits for this job any more."""


def plan_job(job: Job) -> Outcome:
    """Plan one scenario, write its folder if it has one, and say how it went; never raises.

    One at a time in a process: memory and processor seconds are measured for the process, and
    Ctrl-C is heard by its main thread.
    """
    with _one_at_a_time:
        measure = Measure()
        try:
            outcome = _planned(job)
        except (Exception, KeyboardInterrupt, CalledOff) as error:
            outcome = _failed(error)
        return Outcome(
            {**outcome.row, **measure.row(), **versions()},
            outcome.final, outcome.planned, outcome.files,
        )  # fmt: skip


def _planned(job: Job) -> Outcome:
    if job.scenario is None:
        raise InputError("no scenario to plan", where=f"job {job.name}")
    prepare_once(job.shared)
    # Why rules gave way, and what one more unit would bring, stands in a plan's folder only.
    plan = run(
        job.scenario, _unless_called_off(job), load=load_once, read_travel=travel_once,
        explain=bool(job.folder), answers=answers_in(job.shared),
    )  # fmt: skip
    row = row_of_plan(plan)
    # A file that was changed meanwhile leaves a row of which nobody knows what it is of.
    final = row["exit_code"] != ExitCode.INTERRUPTED and _hash(job.scenario) == job.input_hash
    if not job.folder:
        return Outcome(row, final, planned=True)
    try:
        return Outcome(row, final, planned=True, files=_written(plan, job))
    except InputError as error:
        said = row_of_error(error)
        return Outcome(row | {"exit_code": said["exit_code"], "error": said["error"]}, final=False)


def _written(plan: Plan, job: Job) -> dict[str, str]:
    """Write the plan's folder; its files and their SHA-256."""
    outputs = OutputTable() if job.scenario is None else job.scenario.outputs
    try:
        paths = export_all(plan, job.folder, with_map=outputs.map, **outputs.wanted)
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    except OSError as error:
        raise InputError(
            f"cannot be written: {error.strerror or error}; free some space and start again",
            where=job.folder,
        ) from error


def _unless_called_off(job: Job) -> Callable[[str], None]:
    def check(_: str) -> None:
        if is_called_off(job.shared, job.run):
            raise CalledOff

    return check


def _failed(error: BaseException) -> Outcome:
    if isinstance(error, CalledOff):
        error = KeyboardInterrupt()
    return Outcome(row_of_error(error), isinstance(error, InputError | InfeasibleError))


def _hash(scenario: Scenario) -> str:
    try:
        return content_hash(scenario)
    except (InputError, OSError):
        return ""
