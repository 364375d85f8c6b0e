"""What the questions of several futures share: checks, starts, and answers with their tables."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.checks import whole_problems
from allocator.location.engines.limits import Limits
from allocator.location.engines.robust.problem import RobustProblem
from allocator.location.engines.robust.proof import RobustChoice
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


@dataclass(frozen=True, eq=False)
class Apart:
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


def each_alone(
    alone: Callable[[NDArray[np.float64]], Siting], people: NDArray[np.float64],
    progress: Progress | None,
) -> Apart:  # fmt: skip
    """Solve each sample by itself, until all are or the user stops."""
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
    return Apart(
        [s.open_sites for s in sitings], np.array([s.objective for s in sitings]),
        np.array([s.bound for s in sitings]), stopped or any(s.interrupted for s in sitings),
    )  # fmt: skip


def asked(
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


def problem_of(
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


def starts_of(
    roles: SiteRoles, apart: Apart | None, mean: Callable[[], Siting]
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


def quiet(_: str) -> None:
    """Nobody is told how the work goes on."""


def of_the_mean(
    siting: Siting, question: RobustCover | RobustMedian, *, model: str
) -> RobustSiting:
    """The mean of the samples is the value of the mean sample."""
    found = replace(siting, model=model)
    return RobustSiting("expected", found, _table(question, found, None))


def answered(
    question: RobustCover | RobustMedian, found: RobustChoice, limits: Limits, criterion: Criterion,
    apart: Apart | None, unit: str, name: str, *, more_is_better: bool,
) -> RobustSiting:  # fmt: skip
    """From cost and bound of the engine to those of the question."""
    upwards = more_is_better and criterion == "worst"
    sense: Literal["min", "max"] = "max" if upwards else "min"
    if found.chosen is None:
        return nothing(
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


def nothing(
    question: RobustCover | RobustMedian, limits: Limits, criterion: Criterion,
    sense: Literal["min", "max"], unit: str, notes: tuple[str, ...], *,
    uncoverable: NDArray[np.int64] | None = None, impossible: bool = True,
    interrupted: bool = False,
) -> RobustSiting:  # fmt: skip
    """No answer: proven impossible, none found, or stopped too early."""
    kind = "MCLP" if isinstance(question, RobustCover) else "p-median"
    siting = no_answer(
        f"robust {kind} ({criterion})", question, limits, sense=sense, unit=unit,
        status=Status.INFEASIBLE if impossible and not interrupted else Status.NO_SOLUTION,
        uncoverable=uncoverable, interrupted=interrupted, notes=notes,
    )  # fmt: skip
    columns = ["sample", "value"]
    return RobustSiting(criterion, siting, pd.DataFrame(columns=columns))


def _table(
    question: RobustCover | RobustMedian, siting: Siting, apart: Apart | None
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
