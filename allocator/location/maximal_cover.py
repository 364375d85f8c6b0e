"""Maximal covering: as many people as possible within reach of a given number of sites."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import raise_if_any
from allocator.location.answering import answer, limits_of, no_answer
from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.covering import Cuts, best_choice
from allocator.location.engines.maximal.problem import Floor, MaximalProblem
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.questions.base import demand_of
from allocator.location.questions.cover import MostCover
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.travel.coverage import AggregatedCoverage, Reach
from allocator.travel.ends import Demand

_MODEL = "MCLP"
_TOLERANCE = 1e-9


def mclp(
    coverage: Reach,
    *,
    p: int | None = None,
    budget: float | None = None,
    people: ArrayLike | None = None,
    floors: Mapping[str, float] | None = None,
    effort: float = 1.0,
    settings: SolverSettings | None = None,
    progress: Callable[[str], None] | None = None,
    **sites: Unpack[SiteOptions],
) -> Siting:
    r"""Cover as many people as p sites, or a budget, can: the maximal covering location problem.

    .. math:: \max \sum_i w_i z_i \quad \text{s.t.} \quad z_i \le \sum_{j \in N_i} y_j
              \;\; \forall i, \quad \sum_j y_j \le p, \quad \sum_j c_j y_j \le B,
              \quad \sum_i w_{gi} z_i \ge f_g W_g \;\; \forall g, \quad y_j \in \{0, 1\}

    Church & ReVelle, Papers of the Regional Science Association 32, 1974; solved in the space of
    sites (Cordeau, Furini & Ljubic, EJOR 275, 2019). The same input gives the same answer, unless
    the clock or the user stops it.

    Parameters
    ----------
    coverage
        Which sites each cell can reach.
    p
        Most sites that may be open, those that stand already among them.
    budget
        Most that opening, running and closing may cost. At least one of ``p`` and ``budget``.
    people
        People per cell, shape ``(n_cells,)``; those of the coverage when missing.
    floors
        Population group (``total`` for everybody) to the least share of its people, in [0, 1],
        that must be covered.
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
        Its objective is the people covered. An interrupt (Ctrl-C) ends the search; the best
        answer and bound so far are returned, marked ``interrupted``.
    """
    return most_covered(
        coverage, p=p, budget=budget, people=people, floors=floors, effort=effort,
        settings=settings, progress=progress, sites=sites, memory=Memory(),
    )  # fmt: skip


@dataclass
class Memory:
    """What one question leaves for the next one over the same reach: see the coverage curve.

    Attributes
    ----------
    merged
        The reach with equal cells merged.
    cuts
        What the linear program has learnt, which holds for any p.
    starts
        Sets of open sites to begin with.
    """

    merged: AggregatedCoverage | None = None
    cuts: Cuts = field(default_factory=Cuts)
    starts: list[NDArray[np.int64]] = field(default_factory=list)


def most_covered(
    coverage: Reach,
    *,
    p: int | None,
    budget: float | None,
    people: ArrayLike | None,
    floors: Mapping[str, float] | None,
    effort: float,
    settings: SolverSettings | None,
    progress: Callable[[str], None] | None,
    sites: SiteOptions,
    memory: Memory,
) -> Siting:
    """:func:`mclp` with a memory of questions before; what it learns is left there."""
    roles = SiteRoles.resolved(coverage.n_sites, coverage.sites, "mclp", sites)
    limits = limits_of(settings, "mclp", effort)
    told = None if people is None else np.asarray(people, dtype=np.float64)
    demand = demand_of(told, coverage.demand, coverage.n_cells, default=None)
    raise_if_any(_problems(p, budget, floors or {}, demand), where="mclp")
    least = {
        group: share * float(demand.of_group(group).sum())
        for group, share in (floors or {}).items()
    }
    question = MostCover(coverage, demand, roles, p=p, budget=budget, floors=least)
    memory.merged = memory.merged or coverage.aggregated()
    task = _Task(memory.merged, demand, roles, p, budget, least)
    impossible = task.impossible()
    if impossible:
        return no_answer(
            _MODEL, question, limits, sense="max", unit="people", status=Status.INFEASIBLE,
            notes=impossible,
        )  # fmt: skip
    starts = [np.flatnonzero(np.isin(roles.free, start)) for start in memory.starts]
    say = progress or (lambda _: None)
    choice = best_choice(task.problem(), limits, say, starts=starts, cuts=memory.cuts)
    if choice.chosen is None:
        proven = choice.bound == -np.inf
        return no_answer(
            _MODEL, question, limits, sense="max", unit="people",
            status=Status.INFEASIBLE if proven else Status.NO_SOLUTION,
            interrupted=choice.interrupted,
            notes=task.floors_too_high(limits) if proven else ("no answer that keeps the floors",),
        )  # fmt: skip
    opened = np.union1d(roles.given, roles.free[choice.chosen])
    memory.starts.append(opened)
    return answer(
        _MODEL, question, limits, sense="max", unit="people",
        objective=task.base + choice.value, bound=task.base + choice.bound, open_sites=opened,
        interrupted=choice.interrupted, notes=task.remarks(),
    )  # fmt: skip


class _Task:
    """The question in the engine's terms: what given sites cover is gone, free sites are left."""

    def __init__(
        self,
        merged: AggregatedCoverage,
        demand: Demand,
        roles: SiteRoles,
        p: int | None,
        budget: float | None,
        least: Mapping[str, float],
    ) -> None:
        self._merged, self._demand, self._roles = merged, demand, roles
        self._p, self._budget, self._least = p, budget, least
        given = np.zeros(merged.n_sites, dtype=np.bool_)
        given[roles.given] = True
        covered = merged.rows.covered_by(given)
        self._bare = np.flatnonzero(~covered)
        self._rows = CoverProblem(merged.rows, roles.cost).part(self._bare, roles.free).rows
        self._spent = roles.total_cost(roles.given)
        self.base = float(merged.weight(demand.people)[covered].sum())

    def _weight(self, group: str) -> tuple[NDArray[np.float64], float]:
        """People of a group per bare row, and those covered already."""
        people = self._merged.weight(self._demand.of_group(group))
        bare = people[self._bare]
        return bare, float(people.sum() - bare.sum())

    def problem(self, instead: str | None = None) -> MaximalProblem:
        """The problem; with ``instead`` the people of that group count, and there are no floors."""
        roles, free = self._roles, self._roles.free
        floors = []
        for group, least in self._least.items():
            weight, already = self._weight(group)
            if least - already > _TOLERANCE * max(1.0, least) and instead is None:
                floors.append(Floor(weight, least - already))
        room = len(free) if self._p is None else self._p - len(roles.given)
        return MaximalProblem(
            self._rows, self._weight(instead or "total")[0], min(room, len(free)),
            np.zeros(len(free)), roles.price[free],
            math.inf if self._budget is None else self._budget - self._spent, floors,
        )  # fmt: skip

    def impossible(self) -> list[str]:
        """Why no answer can exist, as far as that can be seen at once."""
        roles, said = self._roles, []
        if self._p is not None and self._p < len(roles.given):
            said.append(
                f"{len(roles.given)} sites must be open, more than p = {self._p}; "
                f"p = {len(roles.given)} would do"
            )
        gains = np.sort(np.minimum(roles.price[roles.free], 0.0))
        room = len(gains) if self._p is None else max(self._p - len(roles.given), 0)
        cheapest = self._spent + float(gains[:room].sum())
        if self._budget is not None and cheapest > self._budget + _TOLERANCE * max(1, cheapest):
            said.append(
                f"the sites that must be open cost {cheapest:g}, more than the budget of "
                f"{self._budget:g}"
            )
        for group, least in self._least.items():
            weight, already = self._weight(group)
            most = already + float(weight[self._rows.degree > 0].sum())
            if most < least - _TOLERANCE * max(1.0, least):
                total = float(self._demand.of_group(group).sum())
                said.append(
                    f"{least:,.0f} people of group {group} are asked for, but permitted sites "
                    f"reach {most:,.0f} only: the largest floor is {_share_below(most, total)}"
                )
        return said

    def floors_too_high(self, limits: Limits) -> list[str]:
        """The largest floor that would do, where there is only one floor to blame."""
        said = ["the floors cannot hold with so few sites or so small a budget"]
        if len(self._least) == 1 and not limits.out_of_time():
            group = next(iter(self._least))
            best = best_choice(self.problem(group), limits, lambda _: None)
            total = float(self._demand.of_group(group).sum())
            most = self._weight(group)[1] + best.value
            said.append(f"for group {group} a floor of {_share_below(most, total)} would do")
        return said

    def remarks(self) -> list[str]:
        """What a reader should know."""
        n = int(self._roles.permitted.sum())
        if self._p is None or self._p <= n:
            return []
        return [f"p = {self._p} is more than the {n} permitted sites: those that help are open"]


def _share_below(part: float, total: float) -> str:
    """A share in words, rounded so that it can be kept.

    >>> _share_below(2, 3)
    '0.6666 (2 people)'
    """
    share = math.floor(1e4 * part / total + 1e-9) / 1e4 if total else 1.0
    return f"{share:.4g} ({part:,.0f} people)"


def _problems(
    p: object, budget: float | None, floors: Mapping[str, float], demand: Demand
) -> list[str]:
    problems = []
    if p is None and budget is None:
        problems.append("p or budget must be given")
    if p is not None and not (
        isinstance(p, int | np.integer) and not isinstance(p, bool) and p >= 1
    ):
        problems.append(f"p must be a whole number >= 1, got {p!r}")
    if budget is not None and not (math.isfinite(budget) and budget >= 0):
        problems.append(f"budget must be finite and >= 0, got {budget}")
    return problems + share_problems(floors, demand, "floor")


def share_problems(shares: Mapping[str, float], demand: Demand, what: str) -> list[str]:
    """What is wrong with shares by population group."""
    known = ["total", *demand.groups]
    problems = [
        f"no group {group!r}; known are: {', '.join(known)}"
        for group in shares
        if group not in known
    ]
    problems += [
        f"{what} of group {group} must lie in [0, 1], got {share}"
        for group, share in shares.items()
        if not 0 <= share <= 1
    ]
    return problems
