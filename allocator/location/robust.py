"""One choice of sites for several futures: the worst of them, their mean, or the regret."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Unpack

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.checks import whole_problems
from allocator.location.engines.limits import Limits
from allocator.location.engines.median.places import serving_choice
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.engines.robust.problem import RobustProblem
from allocator.location.engines.robust.proof import RobustChoice, best_for_worst
from allocator.location.maximal_cover import mclp
from allocator.location.median import p_median
from allocator.location.questions.base import demand_of
from allocator.location.questions.robust import RobustCover, RobustMedian
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import Reach
from allocator.travel.times import TravelTimes

Criterion = Literal["worst", "expected", "regret"]
CRITERIA: tuple[Criterion, ...] = ("worst", "expected", "regret")
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class RobustSiting:
    """One choice of sites, and what it is worth in each future.

    Attributes
    ----------
    criterion
        By what it was chosen.
    siting
        The choice, its status and bound; its objective is that of the criterion: the worst
        sample's, the mean of the samples, or the largest regret.
    samples
        One row per sample: ``sample``, ``value`` of the choice, and for regret also ``best`` (what
        the sample could have by itself at most, proven), ``found`` (what was found for it) and
        ``regret`` (their distance from the value; an upper bound where ``best`` is not reached).
    """

    criterion: Criterion
    siting: Siting
    samples: pd.DataFrame

    def __repr__(self) -> str:
        return f"RobustSiting({self.criterion} of {len(self.samples)} samples; {self.siting!r})"


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
    roles, limits, people = _asked(
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
        return _expected(alone(mean), question, model="robust MCLP (expected)")
    if len(roles.given) > p:
        note = f"{len(roles.given)} sites must be open, more than p = {p}"
        return _nothing(question, limits, criterion, "max", "people", (note,))
    apart = _alone(alone, people, progress) if criterion == "regret" else None
    if apart is not None and apart.lacking:
        return _nothing(
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
    problem = _problem(
        (cell, rows.site, np.zeros(len(cell))), beyond, weight,
        covered if best is None else covered - best, roles, p,
    )  # fmt: skip
    starts, stopped = _starts(roles, apart, lambda: alone(mean))
    found = best_for_worst(problem, limits, progress or _quiet, starts, stopped=stopped)
    question = replace(question, best=best)
    return _answered(
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
    roles, limits, people = _asked(
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
        return _expected(alone(mean), question, model="robust p-median (expected)")
    whole = MedianProblem.of(times, people.max(axis=0), roles, p)
    service = serving_choice(whole, limits, demand.people)
    if service.chosen is None:
        return _nothing(
            question, limits, criterion, "min", unit, tuple(service.notes),
            uncoverable=service.uncoverable, impossible=service.impossible,
            interrupted=service.interrupted,
        )  # fmt: skip
    apart = _alone(alone, people, progress) if criterion == "regret" else None
    if apart is not None and apart.lacking:
        return _nothing(
            question, limits, criterion, "min", unit, (apart.lacking,), impossible=False,
            interrupted=apart.interrupted,
        )  # fmt: skip
    best = None if apart is None else apart.bound
    kept = np.zeros(times.n_sites, dtype=np.bool_)
    kept[roles.given] = True
    given = times.nearest(kept)[1]
    problem = _problem(
        (times.cell, times.site, times.value), np.where(np.isnan(given), np.inf, given), people,
        np.zeros(len(people)) if best is None else best, roles, p,
    )  # fmt: skip
    starts, stopped = _starts(roles, apart, lambda: alone(mean))
    starts = [service.chosen, *starts]
    found = best_for_worst(problem, limits, progress or _quiet, starts, stopped=stopped)
    question = replace(question, best=best)
    return _answered(question, found, limits, criterion, apart, unit, "p-median",
                     more_is_better=False)  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Apart:
    """The best of each sample by itself."""

    open_sites: list[NDArray[np.int64]]
    found: NDArray[np.float64]
    bound: NDArray[np.float64]
    interrupted: bool

    @property
    def lacking(self) -> str:
        """Why the best of some sample is not known; empty where all are."""
        if self.interrupted:
            return "interrupted before the best of each sample was known"
        return "" if np.isfinite(self.bound).all() else "no answer was found for some sample"


def _alone(
    alone: Callable[[NDArray[np.float64]], Siting], people: NDArray[np.float64],
    progress: Progress | None,
) -> _Apart:  # fmt: skip
    sitings: list[Siting] = []
    stopped = False
    try:
        for number, weights in enumerate(people, 1):
            if progress:
                progress(f"best of sample {number} of {len(people)}")
            sitings.append(alone(weights))
            if sitings[-1].interrupted:
                break
    except KeyboardInterrupt:
        stopped = True
    return _Apart(
        [s.open_sites for s in sitings], np.array([s.objective for s in sitings]),
        np.array([s.bound for s in sitings]), stopped or any(s.interrupted for s in sitings),
    )  # fmt: skip


def _asked(
    reach: Reach | TravelTimes, people_by_sample: ArrayLike, p: int, criterion: str, effort: float,
    settings: SolverSettings | None, sites: SiteOptions, *, where: str,
) -> tuple[SiteRoles, Limits, NDArray[np.float64]]:  # fmt: skip
    """Roles, limits and people, checked together."""
    people = np.array(people_by_sample, dtype=np.float64)
    problems = whole_problems("p", p)
    if criterion not in CRITERIA:
        problems.append(f"criterion must be {', '.join(CRITERIA)}, got {criterion!r}")
    if people.ndim != 2 or people.shape[1:] != (reach.n_cells,) or not len(people):
        problems.append(
            f"people_by_sample must have shape (n_samples, {reach.n_cells}), got {people.shape}"
        )
    elif not (np.isfinite(people) & (people >= 0)).all():
        wrong = int((~(np.isfinite(people) & (people >= 0))).sum())
        problems.append(f"people_by_sample must be finite and >= 0; {wrong} numbers are not")
    raise_if_any(problems, where=where)
    roles = SiteRoles.resolved(reach.n_sites, reach.sites, where, sites)
    return roles, limits_of(settings, where, effort), people


def _problem(
    arcs: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]],
    beyond: NDArray[np.float64], weight: NDArray[np.float64], offset: NDArray[np.float64],
    roles: SiteRoles, p: int,
) -> RobustProblem:  # fmt: skip
    """The arcs to the sites that are left to choose from."""
    place = np.full(roles.n_sites, -1, dtype=np.int64)
    place[roles.free] = np.arange(len(roles.free))
    free = place[arcs[1]] >= 0
    cell = np.asarray(arcs[0][free], dtype=np.int64)
    return RobustProblem.of(
        (cell, place[arcs[1][free]], arcs[2][free]), beyond, weight, offset,
        n_sites=len(roles.free), most=p - len(roles.given),
    )  # fmt: skip


def _starts(
    roles: SiteRoles, apart: _Apart | None, mean: Callable[[], Siting]
) -> tuple[list[NDArray[np.int64]], bool]:
    """Choices to begin with, as positions among the free sites, and whether the user stopped.

    The best of the mean, or of each sample where those are known.
    """
    stopped = False
    if apart is None:
        siting = mean()
        opened, stopped = [siting.open_sites], siting.interrupted
    else:
        opened = apart.open_sites
    return [np.flatnonzero(np.isin(roles.free, one)) for one in opened], stopped


def _quiet(_: str) -> None:
    pass


def _expected(siting: Siting, question: RobustCover | RobustMedian, *, model: str) -> RobustSiting:
    """The mean of the samples is the value of the mean sample."""
    found = replace(siting, model=model)
    return RobustSiting("expected", found, _table(question, found, None))


def _answered(
    question: RobustCover | RobustMedian, found: RobustChoice, limits: Limits, criterion: Criterion,
    apart: _Apart | None, unit: str, name: str, *, more_is_better: bool,
) -> RobustSiting:  # fmt: skip
    """From cost and bound of the engine to those of the question."""
    upwards = more_is_better and criterion == "worst"
    sense: Literal["min", "max"] = "max" if upwards else "min"
    if found.chosen is None:
        return _nothing(
            question, limits, criterion, sense, unit, ("no answer was found",),
            impossible=found.bound == np.inf, interrupted=found.interrupted,
        )  # fmt: skip
    value, bound, notes = found.value, found.bound, []
    if apart is not None:
        # Against what is proven of a sample, not what was found: its own best may be less far.
        slack = float(np.abs(apart.bound - apart.found).max())
        bound = max(0.0, bound - slack)
        if slack > 1e-6 * max(1.0, float(np.abs(apart.bound).max())):
            notes.append(f"the best of a sample is proven to within {slack:,.6g}; so is the regret")
    roles = question.roles
    siting = answer(
        f"robust {name} ({criterion})", question, limits, sense=sense, unit=unit,
        objective=-value if upwards else value, bound=-bound if upwards else bound,
        open_sites=np.union1d(roles.given, roles.free[found.chosen]),
        interrupted=found.interrupted, notes=notes,
    )  # fmt: skip
    return RobustSiting(criterion, siting, _table(question, siting, apart))


def _nothing(
    question: RobustCover | RobustMedian, limits: Limits, criterion: Criterion,
    sense: Literal["min", "max"], unit: str, notes: tuple[str, ...], *,
    uncoverable: NDArray[np.int64] | None = None, impossible: bool = True,
    interrupted: bool = False,
) -> RobustSiting:  # fmt: skip
    kind = "MCLP" if isinstance(question, RobustCover) else "p-median"
    siting = no_answer(
        f"robust {kind} ({criterion})", question, limits, sense=sense, unit=unit,
        status=Status.INFEASIBLE if impossible and not interrupted else Status.NO_SOLUTION,
        uncoverable=uncoverable, interrupted=interrupted, notes=notes,
    )  # fmt: skip
    columns = ["sample", "value"]
    return RobustSiting(criterion, siting, pd.DataFrame(columns=columns))


def _table(
    question: RobustCover | RobustMedian, siting: Siting, apart: _Apart | None
) -> pd.DataFrame:
    """What the choice is worth in each sample, counted from the arcs."""
    if not siting.status.has_answer:
        return pd.DataFrame(columns=["sample", "value"])
    value = question.by_sample(siting.open_sites)
    table = pd.DataFrame({"sample": np.arange(1, len(value) + 1), "value": value})
    if apart is None:
        return table
    regret = np.abs(apart.bound - value)
    return table.assign(best=apart.bound, found=apart.found, regret=regret)
