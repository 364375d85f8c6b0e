"""One choice of sites for several futures: the worst of them, their mean, or the regret."""

from dataclasses import replace
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.location.engines.median.places import serving_choice
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.engines.robust.proof import best_for_worst
from allocator.location.maximal_cover import mclp
from allocator.location.median import p_median
from allocator.location.questions.base import demand_of
from allocator.location.questions.robust import RobustCover, RobustMedian
from allocator.location.robust_answers import (
    Criterion,
    Progress,
    RobustSiting,
    answered,
    asked,
    each_alone,
    nothing,
    of_the_mean,
    problem_of,
    quiet,
    starts_of,
)
from allocator.location.roles import SiteOptions
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.travel.coverage import Reach
from allocator.travel.times import TravelTimes


def robust_mclp(
    coverage: Reach,
    people_by_sample: ArrayLike,
    *,
    p: int,
    criterion: Criterion = "worst",
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Progress | None = None,
    **sites: Unpack[SiteOptions],
) -> RobustSiting:
    r"""Cover as many people as p sites can, whichever of several futures comes.

    .. math:: \max_y \min_s f_s(y), \qquad \max_y \tfrac{1}{S} \sum_s f_s(y), \qquad
              \min_y \max_s \big( f_s^* - f_s(y) \big), \qquad
              f_s(y) = \sum_i w_{si} \min \big( 1, \textstyle\sum_{j \in N_i} y_j \big)

    Kouvelis & Yu, Robust Discrete Optimization, 1997; Snyder, IIE Transactions 38(7), 2006. The
    mean is one maximal cover with mean people. The others are solved by Benders cuts that all
    samples share, in a tree over the sites; bounds are worked out again from the dual values.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    people_by_sample
        Shape ``(n_samples, n_cells)``, >= 0.
    p
        Most sites that may be open, those that stand already among them.
    criterion
        ``worst``: the sample with the fewest people covered has as many as can be; ``expected``:
        the mean of the samples; ``regret``: the largest distance from what a sample could have by
        itself is as small as can be.
    effort, settings, progress, **sites
        As in :func:`allocator.location.maximal_cover.mclp`.

    Returns
    -------
    RobustSiting
        An interrupt (Ctrl-C) ends the search with the best so far.
    """
    roles, limits, people = asked(
        coverage, people_by_sample, p, criterion, effort, settings, sites, where="robust_mclp"
    )
    mean = people.mean(axis=0)
    demand = replace(demand_of(mean, coverage.demand, coverage.n_cells, default=None), people=mean)
    question = RobustCover(coverage, demand, roles, p=p, people_by_sample=people)

    def alone(weights: NDArray[np.float64]) -> Siting:
        return mclp(
            coverage, p=p, people=weights, effort=effort, settings=settings, progress=progress,
            **sites,
        )  # fmt: skip

    if criterion == "expected":
        return of_the_mean(alone(mean), question, model="robust MCLP (expected)")
    if len(roles.given) > p:
        note = f"{len(roles.given)} sites must be open, more than p = {p}"
        return nothing(question, limits, criterion, "max", "people", (note,))
    apart = each_alone(alone, people, progress) if criterion == "regret" else None
    if apart is not None and apart.lacking:
        return nothing(
            question, limits, criterion, "min", "people", (apart.lacking,), impossible=False,
            interrupted=apart.interrupted,
        )  # fmt: skip
    covered = people.sum(axis=1)
    best = None if apart is None else apart.bound
    merged = coverage.aggregated()
    rows = merged.rows
    kept = np.zeros(coverage.n_sites, dtype=np.bool_)
    kept[roles.given] = True
    weight = np.array([merged.weight(w) for w in people])
    beyond = np.where(rows.covered_by(kept), 0.0, 1.0)
    cell = np.repeat(np.arange(rows.n_cells), rows.degree)
    problem = problem_of(
        (cell, rows.site, np.zeros(len(cell))), beyond, weight,
        covered if best is None else covered - best, roles, p,
    )  # fmt: skip
    starts, stopped = starts_of(roles, apart, lambda: alone(mean))
    found = best_for_worst(problem, limits, progress or quiet, starts, stopped=stopped)
    question = replace(question, best=best)
    return answered(
        question, found, limits, criterion, apart, "people", "MCLP", more_is_better=True
    )


def robust_p_median(
    times: TravelTimes,
    people_by_sample: ArrayLike,
    *,
    p: int,
    criterion: Criterion = "worst",
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Progress | None = None,
    **sites: Unpack[SiteOptions],
) -> RobustSiting:
    r"""Open p sites so that people travel little, whichever of several futures comes.

    .. math:: \min_y \max_s g_s(y), \qquad \min_y \tfrac{1}{S} \sum_s g_s(y), \qquad
              \min_y \max_s \big( g_s(y) - g_s^* \big), \qquad
              g_s(y) = \sum_i w_{si} \min_{j : y_j = 1} t_{ij}

    As :func:`robust_mclp`; cells with people in any sample must reach an open site.

    Parameters
    ----------
    times
        How far each cell is from each site; a missing arc cannot be travelled.
    people_by_sample, p, criterion, effort, settings, progress, **sites
        As in :func:`robust_mclp` and :func:`allocator.location.median.p_median`.

    Returns
    -------
    RobustSiting
        Infeasible when p sites cannot serve everybody.
    """
    roles, limits, people = asked(
        times, people_by_sample, p, criterion, effort, settings, sites, where="robust_p_median"
    )
    mean, unit = people.mean(axis=0), f"people-{times.unit}"
    demand = replace(demand_of(mean, times.demand, times.n_cells, default=None), people=mean)
    question = RobustMedian(times, demand, roles, p, people_by_sample=people)

    def alone(weights: NDArray[np.float64]) -> Siting:
        return p_median(
            times, p=p, people=weights, effort=effort, settings=settings, progress=progress, **sites
        )

    if criterion == "expected":
        return of_the_mean(alone(mean), question, model="robust p-median (expected)")
    whole = MedianProblem.of(times, people.max(axis=0), roles, p)
    service = serving_choice(whole, limits, demand.people)
    if service.chosen is None:
        return nothing(
            question, limits, criterion, "min", unit, tuple(service.notes),
            uncoverable=service.uncoverable, impossible=service.impossible,
            interrupted=service.interrupted,
        )  # fmt: skip
    apart = each_alone(alone, people, progress) if criterion == "regret" else None
    if apart is not None and apart.lacking:
        return nothing(
            question, limits, criterion, "min", unit, (apart.lacking,), impossible=False,
            interrupted=apart.interrupted,
        )  # fmt: skip
    best = None if apart is None else apart.bound
    kept = np.zeros(times.n_sites, dtype=np.bool_)
    kept[roles.given] = True
    given = times.nearest(kept)[1]
    problem = problem_of(
        (times.cell, times.site, times.value), np.where(np.isnan(given), np.inf, given), people,
        np.zeros(len(people)) if best is None else best, roles, p,
    )  # fmt: skip
    starts, stopped = starts_of(roles, apart, lambda: alone(mean))
    starts = [service.chosen, *starts]
    found = best_for_worst(problem, limits, progress or quiet, starts, stopped=stopped)
    question = replace(question, best=best)
    return answered(question, found, limits, criterion, apart, unit, "p-median",
                     more_is_better=False)  # fmt: skip
