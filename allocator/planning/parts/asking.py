"""Questions about pieces, each a small program of its own, and the processes that answer them."""

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from allocator.errors import InputError
from allocator.lp.arrays import solve_arrays
from allocator.lp.matrices import ArrayProgram
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status

Floats = NDArray[np.float64]
_In = TypeVar("_In")
_Out = TypeVar("_Out")


class Ask(Protocol):
    """A way to have a function answer many questions; replies come in their order."""

    def __call__(
        self, function: Callable[[_In], _Out], questions: Iterable[_In], /
    ) -> Iterator[_Out]:
        """Answer them all."""


_NO_MISS = 1e-9
_NEARLY = 1e-5
_NODES = 2_000
"""Work that one question may take: its bound holds wherever the search ends."""


@dataclass(frozen=True, eq=False)
class Question:
    """A program with an objective.

    Attributes
    ----------
    rows, row_upper
        More rows, each at most its upper side, over the program's columns.
    start
        A known answer.
    """

    program: ArrayProgram
    cost: Floats
    rows: csr_array
    row_upper: Floats
    settings: SolverSettings
    start: Floats | None = None


@dataclass(frozen=True, eq=False)
class Reply:
    """What was found, and what no answer can beat."""

    status: Status
    x: Floats
    objective: float
    bound: float
    reproducible: bool = True


def solve(question: Question) -> Reply:
    """Answer one question."""
    return _solved(question, question.cost, question.rows, question.row_upper)


def solve_in_turn(questions: Sequence[Question]) -> Reply:
    """Answer questions about one program in turn; what each reached is held for the next."""
    rows, upper = questions[0].rows, questions[0].row_upper
    reply: Reply | None = None
    for question in questions:
        asked = replace(question, start=None if reply is None else reply.x)
        found = _solved(asked, question.cost, rows, upper)
        if not found.status.has_answer:
            return found if reply is None else reply
        reply = found
        if question.cost.any():
            rows = csr_array(vstack([rows, csr_array(question.cost[None, :])]))
            upper = np.append(upper, room(float(question.cost @ reply.x)))
    if reply is None:
        raise ValueError("no question")
    return reply


def relaxed_prices(question: Question) -> Floats:
    """What one more of the question's own rows would be worth if fractions were allowed.

    One per row, >= 0; none where that was not found.
    """
    program, unit = question.program, _unit(question.cost)
    more = len(question.row_upper)
    found = solve_arrays(
        question.cost / unit, csr_array(vstack([program.matrix, question.rows])),
        np.append(program.row_lower, np.full(more, -np.inf)),
        np.append(program.row_upper, question.row_upper),
        program.lower, program.upper, method="ipm", seed=question.settings.seed,
        time_limit_seconds=question.settings.time_limit_seconds,
    )  # fmt: skip
    if not len(found.duals) or not more:
        return np.empty(0)
    return np.asarray(np.maximum(0.0, -found.duals[-more:]) * unit)


def _unit(cost: Floats) -> float:
    """HiGHS takes costs below its tolerance for none: let the largest be near one thousand."""
    size = float(np.abs(cost).max(initial=0.0))
    return float(2.0 ** round(float(np.log2(size / 1000)))) if size else 1.0


def room(reached: float) -> float:
    """What later tiers may not exceed; no miss leaves no room for one."""
    return (
        max(reached, 0.0) if abs(reached) <= _NO_MISS else reached + max(1e-6, 1e-7 * abs(reached))
    )


def _solved(question: Question, cost: Floats, rows: csr_array, row_upper: Floats) -> Reply:
    program, settings = question.program, question.settings
    if not len(cost):
        return Reply(Status.OPTIMAL, np.empty(0), 0.0, 0.0)  # a part in which nothing is decided
    matrix = csr_array(vstack([program.matrix, rows])) if len(row_upper) else program.matrix
    nodes = _NODES if settings.node_limit is None else min(_NODES, settings.node_limit)
    unit = _unit(cost)
    found = solve_arrays(
        cost / unit, matrix,
        np.append(program.row_lower, np.full(len(row_upper), -np.inf)),
        np.append(program.row_upper, row_upper),
        program.lower, program.upper, program.whole,
        gap=settings.gap, time_limit_seconds=settings.time_limit_seconds, node_limit=nodes,
        seed=settings.seed, threads=1, start=question.start,
    )  # fmt: skip
    x = found.values
    if len(x):
        x = np.where(program.whole, np.round(x), x)
    return Reply(
        found.status, x, found.objective * unit, found.bound * unit, not found.stopped_by_clock
    )


def exact(settings: SolverSettings, tier: str) -> SolverSettings:
    """Pieces are few rows: there, a gap of 0.01 % would be a site too many, or a miss."""
    return replace(settings, gap=min(settings.gap, _NEARLY if tier == "objective" else 0.0))


@contextmanager
def processes(workers: "int | Executor") -> Iterator[Ask]:
    """A way to ask many questions at once; replies come in the order of the questions.

    Parameters
    ----------
    workers
        How many processes of this machine (they import the script that starts them: let it plan
        under ``if __name__ == "__main__"``), or an executor of :mod:`concurrent.futures` that
        reaches farther: ``Client(...).get_executor()`` of Dask distributed is one, with one thread
        per worker.
    """
    if isinstance(workers, Executor):
        yield _Anywhere(workers)
    elif isinstance(workers, bool) or workers < 1:
        raise InputError(f"workers must be >= 1, got {workers}", where="plan")
    elif workers == 1:
        yield map
    else:
        with ProcessPoolExecutor(
            workers, mp_context=multiprocessing.get_context("spawn"), initializer=_deaf
        ) as pool:
            try:
                yield pool.map
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise


@dataclass(frozen=True, eq=False)
class _Anywhere:
    """Somebody else's executor; some take lists only."""

    executor: Executor

    def __call__(
        self, function: Callable[[_In], _Out], questions: Iterable[_In], /
    ) -> Iterator[_Out]:
        return iter(self.executor.map(function, list(questions)))


def _deaf() -> None:
    """Ctrl-C is the parent's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
