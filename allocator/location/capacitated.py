"""Median and facility location where each site serves no fewer and no more people than it may."""

from collections.abc import Callable
from functools import partial
from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.engines.capacitated.checks import (
    band_problems,
    numbers_of,
    setting_problems,
)
from allocator.location.engines.capacitated.narrowing import Narrowed, least_cost_assignment
from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.location.engines.capacitated.reasons import obstacles, reasons
from allocator.location.engines.capacitated.sending import Assignment
from allocator.location.engines.limits import Limits
from allocator.location.questions.assignment import Capacitated
from allocator.location.questions.base import demand_of
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Flows, Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.times import TravelTimes

_WHERE = "capacitated"


def capacitated(
    times: TravelTimes,
    *,
    p: int | None = None,
    people: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    min_load: ArrayLike | None = None,
    max_load: ArrayLike | None = None,
    single_source: bool = False,
    closest_assignment: bool = False,
    minimise: Literal["travel", "cost"] = "travel",
    travel_cost: float = 1.0,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Serve everybody from sites that each serve between ``min_load`` and ``max_load`` people.

    .. math:: \min \sum_j f_j y_j + \sum_{ij} c_{ij} x_{ij} \quad \text{s.t.} \quad
              \sum_j x_{ij} = 1, \; x_{ij} \le y_j, \;
              L_j y_j \le \sum_i w_i x_{ij} \le U_j y_j, \; \sum_j y_j \le p

    with ``x`` between 0 and 1, or whole with ``single_source``; and with ``closest_assignment``
    (Rojeski & ReVelle, Geographical Analysis 2, 1970)
    :math:`\sum_{k : t_{ik} \le t_{ij}} x_{ik} \ge y_j`. The capacitated p-median (Osman &
    Christofides, ITOR 1, 1994) with ``p``; capacitated facility location (Beasley, EJOR 33, 1988)
    with ``minimise="cost"``; both may be combined.

    Lower loads can push people past their nearest site: see ``Siting.flows`` for who goes where.

    Parameters
    ----------
    times
        Minutes or km between cells and sites; a missing pair is no way.
    p
        Most sites that may be open, existing ones that stay counted; no limit when missing.
    people
        Per cell, shape ``(n_cells,)``: what fills the sites; of ``times.demand`` when missing.
    weight
        What the distance of each cell is multiplied by, >= 0, shape ``(n_cells,)``; the people
        when missing. Ones give the unweighted distances of the published capacitated medians.
    min_load
        Least people at each open site: one number, or shape ``(n_sites,)``; 0 when missing.
    max_load
        Most people at each site: one number, or shape ``(n_sites,)``; ``SiteSet.capacity`` when
        missing, else no limit.
    single_source
        Whether all people of a cell go to the same site.
    closest_assignment
        Whether everybody goes to the nearest open site; of equally near ones to any.
    minimise
        ``travel``: weighted distance alone; ``cost``: of opening, running and closing sites, plus
        ``travel_cost`` per unit of weighted distance.
    effort
        Multiplies the work spent on what is too large to be proven; 1 is the usual.
    settings
        Gap that is good enough (0 when missing), node limit, time limit, seed, threads.
    progress
        Called with a line of text now and then.
    **sites
        Costs and roles of the sites: see :class:`allocator.location.roles.SiteOptions`.

    Returns
    -------
    Siting
        With ``flows``: people from each cell to each site, exactly one flow per cell with
        ``single_source``. Infeasible questions say why, and what would do where that is known.

    Raises
    ------
    InputError
        Everything that is wrong with the numbers, at once.
    """
    roles = SiteRoles.resolved(times.n_sites, times.sites, _WHERE, sites)
    limits = limits_of(settings, _WHERE, effort)
    demand = demand_of(people, times.demand, times.n_cells, default=None)
    capacity = None if times.sites is None else times.sites.capacity
    problems: list[str] = []
    low = numbers_of("min_load", min_load, times.n_sites, 0.0, "site", problems)
    default = np.inf if capacity is None else capacity
    high = numbers_of("max_load", max_load, times.n_sites, default, "site", problems)
    factor = numbers_of("weight", weight, times.n_cells, demand.people, "cell", problems)
    problems += setting_problems(p, minimise, travel_cost)
    problems += [] if problems else band_problems(low, high, roles)
    raise_if_any(problems, where=_WHERE)
    question = Capacitated(
        times, demand, roles, factor, low, high, p, single_source, closest_assignment,
        float(travel_cost) if minimise == "cost" else None,
    )  # fmt: skip
    unit = _unit(question, weighted=weight is not None)
    return _answered(question, limits, unit, progress or (lambda _: None))


def _answered(
    question: Capacitated, limits: Limits, unit: str, say: Callable[[str], None]
) -> Siting:
    uncoverable, notes = obstacles(question)
    if notes:
        return no_answer(
            _model(question), question, limits, sense="min", unit=unit, status=Status.INFEASIBLE,
            uncoverable=uncoverable, notes=notes,
        )  # fmt: skip
    cells, usable, problem = _problem_of(question)
    found = least_cost_assignment(problem, limits, say)
    base = question.roles.base if question.travel_cost is not None else 0.0
    if found.best is None:
        why = partial(reasons, question, problem, cells, usable, limits)
        return _none(question, found, limits, unit, why)
    best = _without_idle_sites(problem, found.best, np.isin(usable, question.roles.existing))
    flows = Flows(cells[best.cell], usable[best.site], best.people)
    return answer(
        _model(question), question, limits, sense="min", unit=unit,
        objective=base + best.cost, bound=base + found.bound, open_sites=usable[best.sites],
        flows=_in_order(flows), interrupted=found.interrupted, notes=_notes(question),
    )  # fmt: skip


def _none(
    question: Capacitated,
    found: Narrowed,
    limits: Limits,
    unit: str,
    why: Callable[[], tuple[str, ...]],
) -> Siting:
    """Nothing found: proven impossible, with the reasons, or not found within the limits."""
    status = Status.INFEASIBLE if found.impossible else Status.NO_SOLUTION
    notes = () if found.interrupted or limits.out_of_time() else why()
    if not found.impossible:
        notes = ("no answer was found, and none is proven impossible", *notes)
    return no_answer(
        _model(question), question, limits, sense="min", unit=unit, status=status,
        interrupted=found.interrupted, notes=notes,
    )  # fmt: skip


def _problem_of(
    question: Capacitated,
) -> tuple[NDArray[np.int64], NDArray[np.int64], CapacitatedProblem]:
    """Cells that must be served, sites that may be open, and the problem among them."""
    times, roles = question.times, question.roles
    people, weight = question.demand.people, question.weight
    needs = (people > 0) | (weight > 0)
    reaching = np.bincount(times.site, weights=people[times.cell], minlength=times.n_sites)
    given = np.isin(np.arange(times.n_sites), roles.given)
    fits = (question.min_load <= question.max_load) & (question.min_load <= reaching * (1 + 1e-9))
    may = roles.permitted & (fits | given)
    order = np.lexsort((times.value, times.site, times.cell))
    order = order[needs[times.cell[order]] & may[times.site[order]]]
    key = times.cell[order] * times.n_sites + times.site[order]
    order = order[np.diff(key, prepend=-1) > 0]  # of repeated arcs the nearest
    cells, usable = np.flatnonzero(needs), np.flatnonzero(may)
    cell = np.searchsorted(cells, times.cell[order])
    away = times.value[order]
    priced = question.travel_cost is not None
    each = 1.0 if question.travel_cost is None else question.travel_cost
    total = float(people.sum())
    n = len(usable)
    problem = CapacitatedProblem(
        start=np.searchsorted(cell, np.arange(len(cells) + 1)).astype(np.int64),
        site=np.searchsorted(usable, times.site[order]).astype(np.int64),
        cost=away * weight[times.cell[order]] * each,
        away=away,
        people=people[cells],
        low=question.min_load[usable],
        high=np.minimum(question.max_load[usable], max(total, 1.0)),
        price=roles.price[usable] if priced else np.zeros(n),
        forced=given[usable],
        p=n if question.p is None else min(question.p, n),
        single=question.single_source,
        closest=question.closest_assignment,
    )
    return cells, usable, problem


def _without_idle_sites(
    problem: CapacitatedProblem, best: Assignment, existing: NDArray[np.bool_]
) -> Assignment:
    """The same without new sites that serve nobody and need not be open."""
    used = np.isin(best.sites, best.site)
    at = best.sites
    kept = used | problem.forced[at] | existing[at] | (problem.price[at] < 0)
    sites = at[kept]
    saved = float(problem.price[at[~kept]].sum())
    return Assignment(
        sites, best.cost - saved, best.cell, best.site, best.people, best.person_price[kept]
    )


def _in_order(flows: Flows) -> Flows:
    order = np.lexsort((flows.site, flows.cell))
    return Flows(flows.cell[order], flows.site[order], flows.people[order])


def _model(question: Capacitated) -> str:
    return "CFLP" if question.travel_cost is not None else "CPMP"


def _unit(question: Capacitated, *, weighted: bool) -> str:
    if question.travel_cost is not None:
        return "cost"
    unit = question.times.unit
    return f"weighted {unit}" if weighted else f"people-{unit}"


def _notes(question: Capacitated) -> list[str]:
    permitted = int(question.roles.permitted.sum())
    if question.p is None or question.p <= permitted:
        return []
    return [f"p = {question.p}, but only {permitted} sites may be open"]
