"""Set covering: every cell within reach of an open site, at least cost."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError
from allocator.location.engines.covering import Cover, least_cost_cover
from allocator.location.engines.limits import Limits
from allocator.location.engines.problem import CoverProblem
from allocator.location.roles import SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status, relative_gap
from allocator.travel.coverage import Coverage

_MODEL = "LSCP"
_TOLERANCE = 1e-6


def lscp(
    coverage: Coverage,
    *,
    cost: ArrayLike | None = None,
    open_sites: ArrayLike | None = None,
    required: ArrayLike | None = None,
    forbidden: ArrayLike | None = None,
    skip_unreachable: bool = False,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
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
    cost
        Cost of opening each site, >= 0, shape ``(n_sites,)``; 1 each when missing.
    open_sites
        Positions of sites that are open already: they stay open and cost nothing.
    required
        Positions of sites that must be opened and paid for.
    forbidden
        Positions of sites that may not be opened.
    skip_unreachable
        Leave out cells that no permitted site reaches, and list them, instead of calling the
        question infeasible.
    effort
        Multiplies the work spent on what is too large to be proven; 1 is the usual.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.

    Returns
    -------
    Siting
        Its objective is the cost of the new sites. An interrupt (Ctrl-C) ends the search; the
        best cover and bound so far are returned, marked ``interrupted``.
    """
    roles = SiteRoles.checked(
        coverage.n_sites,
        cost=cost,
        open_sites=open_sites,
        required=required,
        forbidden=forbidden,
        where="lscp",
    )
    limits = _limits(settings, effort)
    given = np.union1d(roles.already_open, roles.required)
    left, uncoverable = _cells_left(coverage, roles, given)
    if len(uncoverable) and not skip_unreachable:
        return _infeasible(roles, uncoverable, limits)
    rest = CoverProblem(coverage, roles.cost).part(left, roles.candidates)
    cover = least_cost_cover(rest, limits, progress or (lambda _: None))
    return _siting(roles, cover, uncoverable, limits)


def _limits(settings: SolverSettings | None, effort: float) -> Limits:
    if not (math.isfinite(effort) and effort > 0):
        raise InputError(f"effort must be finite and > 0, got {effort}", where="lscp")
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


def _cells_left(
    coverage: Coverage, roles: SiteRoles, given: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cells that need a new site, and cells that none can help."""
    bare = ~coverage.covered_by(_mask(given, coverage.n_sites))
    reachable = coverage.covered_by(_mask(roles.candidates, coverage.n_sites))
    return np.flatnonzero(bare & reachable), np.flatnonzero(bare & ~reachable)


def _mask(positions: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask[positions] = True
    return mask


def _infeasible(roles: SiteRoles, uncoverable: NDArray[np.int64], limits: Limits) -> Siting:
    return Siting(
        model=_MODEL,
        status=Status.INFEASIBLE,
        objective=math.nan,
        bound=math.nan,
        gap=math.nan,
        open_sites=roles.already_open,
        already_open=roles.already_open,
        uncoverable=uncoverable,
        seconds=limits.seconds(),
        notes=(f"{len(uncoverable)} cells reach no permitted site",),
        site_cost=roles.cost,
    )


def _siting(
    roles: SiteRoles, cover: Cover, uncoverable: NDArray[np.int64], limits: Limits
) -> Siting:
    paid = float(roles.cost[roles.required].sum())
    objective, bound = paid + cover.cost, paid + cover.bound
    gap = relative_gap(objective, bound)
    proven = gap <= max(limits.gap, _TOLERANCE)
    notes = []
    if len(uncoverable):
        notes.append(f"{len(uncoverable)} cells reach no permitted site and are left out")
    if limits.stopped_by_clock:
        notes.append("stopped by the clock: another run may give another answer")
    if cover.interrupted:
        notes.append("interrupted: the best cover so far")
    new = np.union1d(roles.required, roles.candidates[cover.chosen])
    return Siting(
        model=_MODEL,
        status=Status.OPTIMAL if proven else Status.FEASIBLE,
        objective=objective,
        bound=bound,
        gap=gap,
        open_sites=np.union1d(roles.already_open, new),
        already_open=roles.already_open,
        uncoverable=uncoverable,
        seconds=limits.seconds(),
        reproducible=not (limits.stopped_by_clock or cover.interrupted),
        interrupted=cover.interrupted,
        notes=tuple(notes),
        site_cost=roles.cost,
    )
