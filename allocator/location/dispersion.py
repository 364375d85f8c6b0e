"""p-dispersion: p sites as far from each other as can be, proven."""

from collections.abc import Callable
from typing import Unpack

import numpy as np
from numpy.typing import NDArray

from allocator.errors import InputError, raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.checks import whole_problems
from allocator.location.engines.dispersion.search import most_dispersed
from allocator.location.engines.median.places import too_many_sites
from allocator.location.questions.base import demand_of
from allocator.location.questions.dispersion import Dispersion
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.times import TravelTimes

_MODEL = "p-dispersion"


def p_dispersion(
    apart: TravelTimes,
    *,
    p: int,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Open p sites so that the two nearest of them are far apart: the p-dispersion problem.

    .. math:: \max z \quad \text{s.t.} \quad z \le d_{jk} + M (2 - y_j - y_k) \;\; \forall j < k,
              \quad \sum_j y_j = p, \quad y_j \in \{0, 1\}

    Kuby, Geographical Analysis 19(4), 1987. The answer is one of the distances, the largest at
    which p sites can be chosen of which no two are nearer; each such question is asked without
    the large numbers M. The same input gives the same answer, unless the clock or the user stops
    it.

    Parameters
    ----------
    apart
        How far each site (as a cell) is from each site. A pair counts with the shorter of its two
        directions; a pair without an arc lies beyond the limit of the arcs.
    p
        How many sites are open, at least 2, existing ones that stay among them. When fewer are
        permitted, all of those are open, and a note says so.
    effort
        Multiplies the work spent on looking for good choices before the proof; 1 is the usual.
    settings
        Node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Roles of the sites: see :class:`allocator.location.roles.SiteOptions`. Costs do not enter.

    Returns
    -------
    Siting
        Its objective is the least distance between two open sites. An interrupt (Ctrl-C) ends the
        search; the best answer and bound so far are returned.
    """
    raise_if_any(whole_problems("p", p, least=2), where="p_dispersion")
    if apart.n_cells != apart.n_sites:
        raise InputError(
            f"apart must join sites to sites, got {apart.n_cells} cells, {apart.n_sites} sites",
            where="p_dispersion",
        )
    roles = SiteRoles.resolved(apart.n_sites, apart.sites, "p_dispersion", sites)
    limits = limits_of(settings, "p_dispersion", effort)
    permitted = int(roles.permitted.sum())
    beyond = _beyond(apart)
    demand = demand_of(None, apart.demand, apart.n_cells, default=0.0)
    question = Dispersion(apart, demand, roles, min(p, permitted), beyond)
    if p < len(roles.given) or permitted < 2:
        few = f"{len(roles.given)} sites must be open, more than p = {p}"
        note = few if permitted >= 2 else f"{permitted} sites are permitted; it takes 2"
        return no_answer(
            _MODEL, question, limits, sense="max", unit=apart.unit, status=Status.INFEASIBLE,
            notes=(note,),
        )  # fmt: skip
    found = most_dispersed(
        _matrix(apart, beyond), roles.given, roles.free, question.p, limits,
        progress or (lambda _: None),
    )  # fmt: skip
    notes = list(too_many_sites(roles, p))
    if found.apart >= beyond:
        notes.append(f"no two open sites lie nearer than {beyond:g} {apart.unit}")
    return answer(
        _MODEL, question, limits, sense="max", unit=apart.unit,
        objective=found.apart, bound=found.bound, open_sites=found.chosen,
        interrupted=found.interrupted, notes=notes,
    )  # fmt: skip


def _beyond(apart: TravelTimes) -> float:
    """How far apart two sites without an arc are at least: the limit, else the longest arc."""
    if np.isfinite(apart.limit):
        return max(float(apart.limit), float(apart.value.max(initial=0.0)))
    return float(apart.value.max(initial=0.0))


def _matrix(apart: TravelTimes, beyond: float) -> NDArray[np.float64]:
    """Shorter direction of each pair, shape ``(n_sites, n_sites)``."""
    matrix = np.full((apart.n_sites, apart.n_sites), beyond)
    np.minimum.at(matrix, (apart.cell, apart.site), apart.value)
    return np.asarray(np.minimum(matrix, matrix.T))
