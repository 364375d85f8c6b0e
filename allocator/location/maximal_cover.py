"""Maximal covering: as many people as possible within reach of a given number of sites."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.checks import group_share_problems, whole_problems
from allocator.location.engines.maximal.covering import Cuts, best_choice
from allocator.location.maximal_task import MaximalTask
from allocator.location.questions.base import demand_of
from allocator.location.questions.cover import MostCover
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import AggregatedCoverage, Reach
from allocator.travel.ends import Demand

_MODEL = "MCLP"


def mclp(
    coverage: Reach,
    *,
    p: int | None = None,
    budget: float | None = None,
    people: ArrayLike | None = None,
    floors: Mapping[str, float] | None = None,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Cover as many people as p sites, or a budget, can: the maximal covering location problem.

    .. math:: \max \sum_i w_i z_i \quad \text{s.t.} \quad z_i \le \sum_{j \in N_i} y_j
              \;\; \forall i, \quad \sum_j y_j \le p, \quad \sum_j c_j y_j \le B,
              \quad \sum_i w_{gi} z_i \ge f_g W_g \;\; \forall g, \quad y_j \in \{0, 1\}

    Church & ReVelle, Papers of the Regional Science Association 32, 1974; solved in the space of
    sites (Cordeau, Furini & Ljubic, EJOR 275, 2019). The same input gives the same answer, unless
    the clock or the user stops it.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    p
        Most sites that may be open, those that stand already among them.
    budget
        Most that opening, running and closing may cost. At least one of ``p`` and ``budget``.
    people
        People per cell, shape ``(n_cells,)``; those of the coverage when missing.
    floors
        Population group (``total`` for everybody) to the least share of its people, in [0, 1],
        that must be covered.
    effort
        Multiplies the work spent on looking for better answers; 1 is the usual.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Costs and roles of the sites: see :class:`allocator.location.roles.SiteOptions`.

    Returns
    -------
    Siting
        Its objective is the people covered. An interrupt (Ctrl-C) ends the search; the best
        answer and bound so far are returned, marked ``interrupted``.
    """
    return most_covered(
        coverage, p=p, budget=budget, people=people, floors=floors, effort=effort,
        settings=settings, progress=progress, sites=sites, memory=Memory(),
    )  # fmt: skip


@dataclass
class Memory:
    """What one question leaves for the next one over the same reach: see the coverage curve.

    Attributes
    ----------
    merged
        The reach with equal cells merged.
    cuts
        What the linear program has learnt, which holds for any p.
    starts
        Sets of open sites to begin with.
    """

    merged: AggregatedCoverage | None = None
    cuts: Cuts = field(default_factory=Cuts)
    starts: list[NDArray[np.int64]] = field(default_factory=list)


def most_covered(
    coverage: Reach,
    *,
    p: int | None,
    budget: float | None,
    people: ArrayLike | None,
    floors: Mapping[str, float] | None,
    effort: float,
    settings: SolverSettings | None,
    progress: Callable[[str], None] | None,
    sites: SiteOptions,
    memory: Memory,
) -> Siting:
    """:func:`mclp` with a memory of questions before; what it learns is left there."""
    roles = SiteRoles.resolved(coverage.n_sites, coverage.sites, "mclp", sites)
    limits = limits_of(settings, "mclp", effort)
    told = None if people is None else np.asarray(people, dtype=np.float64)
    demand = demand_of(told, coverage.demand, coverage.n_cells, default=None)
    raise_if_any(_problems(p, budget, floors or {}, demand), where="mclp")
    least = {
        group: share * float(demand.of_group(group).sum())
        for group, share in (floors or {}).items()
    }
    question = MostCover(coverage, demand, roles, p=p, budget=budget, floors=least)
    memory.merged = memory.merged or coverage.aggregated()
    task = MaximalTask(memory.merged, demand, roles, p, budget, least)
    impossible = task.impossible()
    if impossible:
        return no_answer(
            _MODEL, question, limits, sense="max", unit="people", status=Status.INFEASIBLE,
            notes=impossible,
        )  # fmt: skip
    starts = [np.flatnonzero(np.isin(roles.free, start)) for start in memory.starts]
    say = progress or (lambda _: None)
    choice = best_choice(task.problem(), limits, say, starts=starts, cuts=memory.cuts)
    if choice.chosen is None:
        proven = choice.bound == -np.inf
        return no_answer(
            _MODEL, question, limits, sense="max", unit="people",
            status=Status.INFEASIBLE if proven else Status.NO_SOLUTION,
            interrupted=choice.interrupted,
            notes=task.floors_too_high(limits) if proven else ("no answer that keeps the floors",),
        )  # fmt: skip
    opened = np.union1d(roles.given, roles.free[choice.chosen])
    memory.starts.append(opened)
    return answer(
        _MODEL, question, limits, sense="max", unit="people",
        objective=task.base + choice.value, bound=task.base + choice.bound, open_sites=opened,
        interrupted=choice.interrupted, notes=task.remarks(),
    )  # fmt: skip


def _problems(
    p: object, budget: float | None, floors: Mapping[str, float], demand: Demand
) -> list[str]:
    problems = []
    if p is None and budget is None:
        problems.append("p or budget must be given")
    if p is not None:
        problems += whole_problems("p", p)
    if budget is not None and not (math.isfinite(budget) and budget >= 0):
        problems.append(f"budget must be finite and >= 0, got {budget}")
    return problems + group_share_problems(floors, demand, "floor")
