"""Set covering: every cell within reach of an open site, at least cost."""

from collections.abc import Callable
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.engines.set_cover.covering import least_cost_cover
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.questions.base import demand_of
from allocator.location.questions.cover import FullCover
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import Coverage, Reach
from allocator.travel.ends import Demand

_MODEL = "LSCP"


def lscp(
    coverage: Reach,
    *,
    skip_unreachable: bool = False,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Cover every cell at least cost: the location set covering problem.

    .. math:: \min \sum_j c_j y_j \quad \text{s.t.} \quad \sum_{j \in N_i} y_j \ge 1
              \;\; \forall i, \quad y_j \in \{0, 1\}

    Toregas, Swain, ReVelle & Bergman, Operations Research 19(6), 1971. What is small is solved to
    proof; what is large gets a good cover and a proven bound, and the gap between them is stated.
    The same input gives the same answer, unless the clock or the user stops it.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    skip_unreachable
        Leave out cells that no permitted site reaches, and list them, instead of calling the
        question infeasible.
    effort
        Multiplies the work spent on what is too large to be proven; 1 is the usual. From 2 on,
        the search also starts afresh.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Costs and roles of the sites: see :class:`allocator.location.roles.SiteOptions`.

    Returns
    -------
    Siting
        Its objective is what the new sites cost, and the running and closing of old ones where
        the caller prices that. An interrupt (Ctrl-C) ends the search; the
        best cover and bound so far are returned, marked ``interrupted``.
    """
    roles = SiteRoles.resolved(coverage.n_sites, coverage.sites, "lscp", sites)
    limits = limits_of(settings, "lscp", effort)
    demand = demand_of(None, coverage.demand, coverage.n_cells, default=1.0)
    question = FullCover(coverage, demand, roles)
    unit = cost_unit(roles)
    merged = coverage.aggregated()
    kept = roles.worth_keeping
    free = np.setdiff1d(roles.free, kept)
    left, beyond = _rows_left(merged.rows, kept, free)
    uncoverable = np.flatnonzero(beyond[merged.row_of_cell])
    if len(uncoverable) and not skip_unreachable:
        return no_answer(
            _MODEL, question, limits, sense="min", unit=unit, status=Status.INFEASIBLE,
            uncoverable=uncoverable, notes=(_beyond(uncoverable, coverage.demand),),
        )  # fmt: skip
    rest = CoverProblem(merged.rows, np.maximum(roles.price, 0.0)).part(left, free)
    cover = least_cost_cover(rest, limits, progress or (lambda _: None))
    paid = roles.total_cost(kept)
    return answer(
        _MODEL, question, limits, sense="min", unit=unit,
        objective=paid + cover.cost, bound=paid + cover.bound,
        open_sites=np.union1d(kept, free[cover.chosen]), uncoverable=uncoverable,
        interrupted=cover.interrupted,
        notes=[_beyond(uncoverable, coverage.demand) + " and are left out"][: len(uncoverable)],
    )  # fmt: skip


def cost_unit(roles: SiteRoles) -> str:
    """``sites`` when each new one costs 1 and nothing else costs anything, else ``cost``."""
    plain = (roles.cost == 1).all()
    return "cost" if roles.base or roles.running_cost.any() or not plain else "sites"


def _rows_left(
    rows: Coverage, kept: NDArray[np.int64], free: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Rows that need another site, and whether each row is beyond help."""
    bare = ~rows.covered_by(_mask(kept, rows.n_sites))
    reachable = rows.covered_by(_mask(free, rows.n_sites))
    return np.flatnonzero(bare & reachable), bare & ~reachable


def _mask(positions: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask[positions] = True
    return mask


def _beyond(cells: NDArray[np.int64], demand: Demand | None) -> str:
    people = "" if demand is None else f" with {demand.people[cells].sum():,.0f} people"
    return f"{len(cells)} cells{people} reach no permitted site"
