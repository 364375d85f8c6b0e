"""p-median: the least travel of all people to p sites, proven."""

from collections.abc import Callable
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.checks import whole_problems
from allocator.location.engines.median.places import serving_choice, too_many_sites
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.engines.median.proof import best_median
from allocator.location.questions.base import demand_of
from allocator.location.questions.median import Median
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.times import TravelTimes

_MODEL = "p-median"


def p_median(
    times: TravelTimes,
    *,
    p: int,
    people: ArrayLike | None = None,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Open p sites so that all people together travel least: the p-median problem.

    .. math:: \min \sum_i \sum_j w_i t_{ij} x_{ij} \quad \text{s.t.} \quad \sum_j x_{ij} = 1,
              \;\; x_{ij} \le y_j, \;\; \sum_j y_j = p, \quad y_j \in \{0, 1\}, \; x_{ij} \ge 0

    Hakimi, Operations Research 12(3), 1964; ReVelle & Swain, Geographical Analysis 2(1), 1970.
    Solved for groups of cells first, by interchange (Resende & Werneck 2003) and Lagrangian prices
    (Cornuejols, Fisher & Nemhauser 1977); for the cells themselves by Benders cuts taken at those
    prices (Duran-Mateluna, Ales & Elloumi, Computers & Operations Research 2023), sites decided by
    reduced costs, and branching on the rest. The bound is worked out again from the dual values, so
    no solver's tolerance enters the proof. The same input gives the same answer, unless the clock
    or the user stops it.

    Parameters
    ----------
    times
        How far each cell is from each site; a missing arc cannot be travelled.
    p
        How many sites are open, existing ones that stay among them. Sites beyond those that are
        permitted cannot be opened; a note says so.
    people
        People per cell, shape ``(n_cells,)``; those of ``times.demand`` when missing. Cells
        without people need no site.
    effort
        Multiplies the work spent on finding good answers before the proof; 1 is the usual.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed.
    progress
        Called with a line of text now and then.
    **sites
        Roles of the sites: see :class:`allocator.location.roles.SiteOptions`. Costs do not enter.

    Returns
    -------
    Siting
        Its objective is people times minutes (or km). Infeasible when cells with people reach no
        permitted site (they are listed), or when p sites cannot serve all of them. An interrupt
        (Ctrl-C) ends the search; the best answer and bound so far are returned.
    """
    raise_if_any(whole_problems("p", p), where="p_median")
    roles = SiteRoles.resolved(times.n_sites, times.sites, "p_median", sites)
    limits = limits_of(settings, "p_median", effort)
    demand = demand_of(people, times.demand, times.n_cells, default=None)
    question = Median(times, demand, roles, p)
    unit = f"people-{times.unit}"
    problem = MedianProblem.of(times, demand.people, roles, p)
    service = serving_choice(problem, limits, demand.people)
    if service.chosen is None:
        return no_answer(
            _MODEL, question, limits, sense="min", unit=unit,
            status=Status.INFEASIBLE if service.impossible else Status.NO_SOLUTION,
            uncoverable=service.uncoverable, notes=service.notes, interrupted=service.interrupted,
        )  # fmt: skip
    found = best_median(
        problem, _step(demand.people, times.value), limits, progress or (lambda _: None),
        service.chosen,
    )  # fmt: skip
    opened = np.union1d(roles.given, found.chosen)
    return answer(
        _MODEL, question, limits, sense="min", unit=unit,
        objective=found.cost, bound=found.bound, open_sites=opened,
        interrupted=found.interrupted, notes=too_many_sites(roles, p),
    )  # fmt: skip


def _step(people: NDArray[np.float64], value: NDArray[np.float64]) -> float:
    """1 when people and distances are whole, so that every answer's cost is; else 0."""
    whole = np.array_equal(value[:1000], np.rint(value[:1000]))
    whole = whole and np.array_equal(people, np.rint(people))
    return 1.0 if whole and np.array_equal(value, np.rint(value)) else 0.0
