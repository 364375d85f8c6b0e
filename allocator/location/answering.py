"""From what an engine found to a Siting: status, gap and notes, said alike by every model."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from allocator.errors import InputError
from allocator.location.engines.limits import Limits
from allocator.location.questions.base import Question
from allocator.location.siting import Flows, Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status, relative_gap

_TOLERANCE = 1e-6
Sense = Literal["min", "max"]


def limits_of(settings: SolverSettings | None, where: str, effort: float = 1.0) -> Limits:
    """What the engines may use: a gap of 0 and no time limit unless the caller said otherwise.

    Raises
    ------
    InputError
        If ``effort`` is not a number above 0.
    """
    if not (math.isfinite(effort) and effort > 0):
        raise InputError(f"effort must be finite and > 0, got {effort}", where=where)
    if settings is None:
        return Limits(effort=effort)
    return Limits(
        effort=effort,
        gap=settings.gap,
        node_limit=settings.node_limit,
        time_limit_seconds=settings.time_limit_seconds,
        seed=settings.seed,
        threads=settings.threads,
    )


def answer(
    model: str,
    question: Question,
    limits: Limits,
    *,
    sense: Sense,
    unit: str,
    objective: float,
    bound: float,
    open_sites: NDArray[np.int64],
    servers: NDArray[np.int64] | None = None,
    levels: NDArray[np.int64] | None = None,
    flows: Flows | None = None,
    uncoverable: NDArray[np.int64] | None = None,
    interrupted: bool = False,
    notes: Sequence[str] = (),
) -> Siting:
    """An answer and its bound; optimal only when the two meet within the gap asked for."""
    bound = min(bound, objective) if sense == "min" else max(bound, objective)
    gap = relative_gap(objective, bound)
    proven = gap <= max(limits.gap, _TOLERANCE)
    said = list(notes)
    if limits.stopped_by_clock and not proven:
        said.append("stopped by the clock: another run may give another answer")
    if interrupted:
        said.append("interrupted: the best answer so far")
    return Siting(
        model=model,
        question=question,
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=objective,
        objective_unit=unit,
        sense=sense,
        bound=bound,
        gap=gap,
        open_sites=np.asarray(open_sites, dtype=np.int64),
        servers=servers,
        levels=levels,
        flows=flows,
        uncoverable=np.empty(0, dtype=np.int64) if uncoverable is None else uncoverable,
        seconds=limits.seconds(),
        reproducible=not (limits.stopped_by_clock or interrupted),
        interrupted=interrupted,
        notes=tuple(said),
    )


def no_answer(
    model: str,
    question: Question,
    limits: Limits,
    *,
    sense: Sense,
    unit: str,
    status: Status,
    uncoverable: NDArray[np.int64] | None = None,
    interrupted: bool = False,
    notes: Sequence[str] = (),
) -> Siting:
    """No answer: proven impossible (``infeasible``), or none found in time (``no_solution``)."""
    return Siting(
        model=model,
        question=question,
        status=status,
        objective=math.nan,
        objective_unit=unit,
        sense=sense,
        bound=math.nan,
        gap=math.nan,
        open_sites=question.roles.given,
        uncoverable=np.empty(0, dtype=np.int64) if uncoverable is None else uncoverable,
        seconds=limits.seconds(),
        reproducible=not (limits.stopped_by_clock or interrupted),
        interrupted=interrupted,
        notes=tuple(notes),
    )
