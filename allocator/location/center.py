"""p-center: the farthest cell as near as p sites can make it, proven."""

from collections.abc import Callable
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.checks import whole_problems
from allocator.location.engines.center.bisection import best_center
from allocator.location.engines.median.places import serving_choice, too_many_sites
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.questions.base import demand_of
from allocator.location.questions.median import Center
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.times import TravelTimes

_MODEL = "p-center"


def p_center(
    times: TravelTimes,
    *,
    p: int,
    people: ArrayLike | None = None,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Open p sites so that the farthest cell is as near as can be: the p-center problem.

    .. math:: \min z \quad \text{s.t.} \quad z \ge \sum_j t_{ij} x_{ij}, \;\; \sum_j x_{ij} = 1,
              \;\; x_{ij} \le y_j, \;\; \sum_j y_j \le p, \quad x, y \in \{0, 1\}

    Hakimi, Operations Research 12(3), 1964. Solved as in Minieka, SIAM Review 12(1), 1970: the
    answer is one of the distances, the least at which p sites cover every cell. The same input
    gives the same answer, unless the clock or the user stops it.

    Parameters
    ----------
    times
        How far each cell is from each site; a missing arc cannot be travelled.
    p
        How many sites may be open, existing ones that stay among them; fewer are opened when the
        last ones would not help the farthest cell.
    people
        People per cell, shape ``(n_cells,)``. When given, cells without people do not count; when
        missing, every cell counts.
    effort
        Multiplies the work spent on looking for covers before the proof; 1 is the usual.
    settings
        Node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Roles of the sites: see :class:`allocator.location.roles.SiteOptions`. Costs do not enter.

    Returns
    -------
    Siting
        Its objective is the largest distance of a cell from its nearest open site. Infeasible when
        cells reach no permitted site (they are listed), or when p sites cannot serve all of them.
        An interrupt (Ctrl-C) ends the search; the best answer and bound so far are returned.
    """
    raise_if_any(whole_problems("p", p), where="p_center")
    roles = SiteRoles.resolved(times.n_sites, times.sites, "p_center", sites)
    limits = limits_of(settings, "p_center", effort)
    demand = demand_of(people, times.demand, times.n_cells, default=1.0)
    counts = demand.people > 0 if people is not None else np.ones(times.n_cells, dtype=np.bool_)
    question = Center(times, demand, roles, p, counts)
    problem = MedianProblem.of(times, counts.astype(np.float64), roles, p)
    known_people = None if people is None and times.demand is None else demand.people
    service = serving_choice(problem, limits, known_people)
    if service.chosen is None:
        return no_answer(
            _MODEL, question, limits, sense="min", unit=times.unit,
            status=Status.INFEASIBLE if service.impossible else Status.NO_SOLUTION,
            uncoverable=service.uncoverable, notes=service.notes, interrupted=service.interrupted,
        )  # fmt: skip
    found = best_center(problem, limits, progress or (lambda _: None), service.chosen)
    return answer(
        _MODEL, question, limits, sense="min", unit=times.unit,
        objective=found.radius, bound=found.bound,
        open_sites=np.union1d(roles.given, found.chosen),
        interrupted=found.interrupted, notes=too_many_sites(roles, p),
    )  # fmt: skip
