"""Partial covering: a share of the people within reach of an open site, at least cost."""

from collections.abc import Callable, Mapping
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.checks import group_share_problems
from allocator.location.engines.maximal.problem import Floor, MaximalProblem
from allocator.location.engines.maximal.shares import least_cost_share
from allocator.location.questions.base import demand_of
from allocator.location.questions.cover import PartialCover
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.set_cover import cost_unit
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import AggregatedCoverage, Reach
from allocator.travel.ends import Demand

_MODEL = "PSCLP"
_TOLERANCE = 1e-9


def psclp(
    coverage: Reach,
    *,
    share: float | Mapping[str, float],
    people: ArrayLike | None = None,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Cover a share of the people at least cost: the partial set covering location problem.

    .. math:: \min \sum_j c_j y_j \quad \text{s.t.} \quad z_i \le \sum_{j \in N_i} y_j
              \;\; \forall i, \quad \sum_i w_{gi} z_i \ge s_g W_g \;\; \forall g,
              \quad y_j \in \{0, 1\}

    Daskin & Owen, INFORMS Annual Meeting tutorial on partial covering, 1999; Cordeau, Furini &
    Ljubic, EJOR 275, 2019. A share of 1 asks for every cell with people, and is solved as a set
    covering problem. The same input gives the same answer, unless the clock or the user stops it.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    share
        Of everybody, in [0, 1]; or population group (``total`` for everybody) to its share.
    people
        People per cell, shape ``(n_cells,)``; those of the coverage when missing.
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
        Its objective is what new sites cost, and the running and closing of old ones where the
        caller prices that. An interrupt (Ctrl-C) ends the search; the best answer and bound so far
        are returned, marked ``interrupted``.
    """
    roles = SiteRoles.resolved(coverage.n_sites, coverage.sites, "psclp", sites)
    limits = limits_of(settings, "psclp", effort)
    demand = demand_of(people, coverage.demand, coverage.n_cells, default=None)
    shares = dict(share) if isinstance(share, Mapping) else {"total": float(share)}
    wrong = group_share_problems(shares, demand, "share")
    raise_if_any(wrong if shares else ["share must name a group"], where="psclp")
    question = PartialCover(coverage, demand, roles, shares=shares)
    unit, merged = cost_unit(roles), coverage.aggregated()
    missing, notes = _out_of_reach(merged, demand, roles, shares)
    if notes:
        return no_answer(
            _MODEL, question, limits, sense="min", unit=unit, status=Status.INFEASIBLE,
            uncoverable=missing, notes=notes,
        )  # fmt: skip
    kept = roles.worth_keeping
    free = np.setdiff1d(roles.free, kept)
    problem, every = _problem(merged, demand, roles.price, shares, kept, free)
    found = least_cost_share(problem, every, limits, progress or (lambda _: None))
    paid = roles.total_cost(kept)
    return answer(
        _MODEL, question, limits, sense="min", unit=unit,
        objective=paid + found.cost, bound=paid + found.bound,
        open_sites=np.union1d(kept, free[found.chosen]), interrupted=found.interrupted,
    )  # fmt: skip


def _problem(
    merged: AggregatedCoverage,
    demand: Demand,
    price: NDArray[np.float64],
    shares: Mapping[str, float],
    kept: NDArray[np.int64],
    free: NDArray[np.int64],
) -> tuple[MaximalProblem, bool]:
    """What is left to cover, and whether all of it must be."""
    is_kept = np.zeros(merged.n_sites, dtype=np.bool_)
    is_kept[kept] = True
    bare = np.flatnonzero(~merged.rows.covered_by(is_kept))
    floors = []
    for group, share in shares.items():
        people = merged.weight(demand.of_group(group))
        total, left = float(people.sum()), people[bare]
        least = share * total - (total - float(left.sum()))
        if least > _TOLERANCE * max(1.0, total):
            floors.append(Floor(left, least))
    rows = merged.rows.of_cells(bare).of_sites(free)
    problem = MaximalProblem(
        rows, np.zeros(len(bare)), len(free), price[free], np.zeros(len(free)), floors=floors
    )
    return problem, all(shares[group] == 1 for group in shares)


def _out_of_reach(
    merged: AggregatedCoverage, demand: Demand, roles: SiteRoles, shares: Mapping[str, float]
) -> tuple[NDArray[np.int64], list[str]]:
    """Cells with people that no permitted site reaches, and which shares that rules out."""
    beyond = ~merged.covered_by(roles.permitted)
    notes, cells = [], np.zeros(len(beyond), dtype=np.bool_)
    for group, share in shares.items():
        people = demand.of_group(group)
        total, reached = float(people.sum()), float(people[~beyond].sum())
        if reached >= share * total - _TOLERANCE * max(1.0, total):
            continue
        lost = beyond & (people > 0)
        cells |= lost
        notes.append(
            f"{int(lost.sum())} cells with {total - reached:,.0f} people of group {group} reach no "
            f"permitted site: the largest share is {np.floor(1e4 * reached / total) / 1e4:.4g}"
        )
    return np.flatnonzero(cells), notes
