"""What the models that count servers have in common: checks, one way to solve, one to answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from allocator.errors import InputError
from allocator.location.answering import answer, no_answer
from allocator.location.engines.limits import Limits
from allocator.location.engines.servers.placing import Placement, best_servers
from allocator.location.engines.servers.problem import ServerProblem
from allocator.location.engines.set_cover.covering import Cover, least_cost_cover
from allocator.location.engines.set_cover.dominance import minimal_rows
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.questions.base import demand_of
from allocator.location.questions.servers import ServerQuestion
from allocator.location.roles import SiteOptions, SiteRoles
from allocator.location.siting import Siting
from allocator.lp.status import Status
from allocator.travel.coverage import Coverage, Reach
from allocator.travel.ends import Demand


def terms_of(
    where: str,
    *reaches: Reach,
    p: int,
    people: ArrayLike | None,
    max_per_site: ArrayLike | None,
    sites: SiteOptions,
) -> tuple[Reach, Demand, SiteRoles, int, NDArray[np.int64]]:
    """What a :class:`ServerQuestion` begins with: first reach, people, roles, ``p``, most per site.

    Sites and people that the caller does not name are those of the first reach that knows them.
    """
    first = reaches[0]
    known = next((reach.sites for reach in reaches if reach.sites is not None), None)
    settled = next((reach.demand for reach in reaches if reach.demand is not None), None)
    roles = SiteRoles.resolved(first.n_sites, known, where, sites)
    demand = demand_of(people, settled, first.n_cells, default=None)
    return first, demand, roles, int(p), servers_per_site(max_per_site, p, roles, where)


def servers_per_site(
    max_per_site: ArrayLike | None, p: int, roles: SiteRoles, where: str
) -> NDArray[np.int64]:
    """Most servers at each site, no more than ``p``, shape ``(n_sites,)``.

    Raises
    ------
    InputError
        If they are not whole numbers >= 0, one or one per site, or a site that must be open may
        have none.
    """
    told = np.asarray(p if max_per_site is None else max_per_site)
    if told.shape not in {(), (roles.n_sites,)}:
        raise InputError(
            "max_per_site must be one number or one per site, shape "
            f"({roles.n_sites},), got {told.shape}",
            where=where,
        )
    numbers = np.array(told, dtype=np.float64) if told.dtype.kind in "iuf" else np.array(np.nan)
    if not (np.isfinite(numbers) & (numbers >= 0) & (numbers == np.rint(numbers))).all():
        raise InputError(
            f"max_per_site must hold whole numbers >= 0, got {max_per_site!r}", where=where
        )
    most = np.minimum(np.broadcast_to(numbers, (roles.n_sites,)), p).astype(np.int64)
    barred = roles.given[most[roles.given] < 1]
    if len(barred):
        raise InputError(
            f"max_per_site is 0 at {len(barred)} sites that must be open, first: {barred[0]}; "
            "allow a server there or leave the site out of open_sites and required",
            where=where,
        )
    return most


@dataclass(frozen=True, eq=False)
class Asking:
    """One question of servers, ready to be solved.

    Attributes
    ----------
    model, unit
        Name in the literature; unit of the objective.
    near
        Which sites' servers count for the people.
    gain
        What the first, second ... p-th server in reach adds per person, shape ``(p,)``.
    must
        Reach within which every cell needs a server, if the model says so.
    share
        Share of the people who need one within ``near``.
    assured
        Servers that every cell reaches within ``near`` by the model's own rules.
    notes
        What to say with every answer.
    """

    model: str
    question: ServerQuestion
    near: Reach
    gain: NDArray[np.float64]
    must: Reach | None = None
    share: float = 0.0
    assured: int = 0
    unit: str = "people"
    notes: tuple[str, ...] = ()

    def answered(self, limits: Limits, say: Callable[[str], None]) -> Siting:
        """Solve, or say why there is no answer."""
        roles, p = self.question.roles, self.question.p
        if len(roles.given) > p:
            return self.impossible(
                limits,
                f"{len(roles.given)} sites must be open, each with a server, but p = {p}; "
                "raise p or let sites close (may_close)",
            )
        beyond = self.beyond()
        if len(beyond):
            return self.out_of_reach(limits, beyond)
        problem = self.problem()
        first = None
        if problem.must.n_cells:
            cover = fewest_sites(problem, limits, say)
            least, known = len(roles.given) + cover.bound, len(roles.given) + cover.cost
            if least > p + 1e-6:
                return self.impossible(limits, _fewest_note(least, known, p))
            if known <= p + 1e-6:
                first = problem.low.copy()
                first[cover.chosen] += 1
            if cover.interrupted:
                return self._shown(problem, _so_far(problem, first), limits)
        return self._shown(problem, best_servers(problem, limits, say, first), limits)

    def out_of_reach(self, limits: Limits, beyond: NDArray[np.int64]) -> Siting:
        """No answer, because these cells reach no site that may have a server."""
        people = float(self.question.demand.people[beyond].sum())
        return self.impossible(
            limits,
            f"{len(beyond)} cells with {people:,.0f} people reach no permitted site; "
            + self._what_would_do(beyond),
            beyond,
        )

    def impossible(
        self, limits: Limits, note: str, beyond: NDArray[np.int64] | None = None
    ) -> Siting:
        """No answer keeps the rules, and why."""
        return no_answer(
            self.model, self.question, limits, sense="max", unit=self.unit,
            status=Status.INFEASIBLE, uncoverable=beyond, notes=(note, *self.notes),
        )  # fmt: skip

    def problem(self) -> ServerProblem:
        """The same with merged cells: rows of people, rows that need a server."""
        question = self.question
        roles = question.roles
        low = np.zeros(roles.n_sites, dtype=np.int64)
        low[roles.given] = 1
        near = self.near.aggregated()
        people = near.weight(question.demand.people)
        useful = np.flatnonzero((people > 0) & (near.rows.degree > 0))
        must = np.empty(0, dtype=np.int64)
        if self.must is not None:
            needy = self.must.aggregated().rows
            bare = np.flatnonzero(~needy.covered_by(low > 0))
            must = bare[minimal_rows(needy.of_cells(bare))] if len(bare) else bare
        needed = near.rows.of_cells(must) if self.must is None else needy.of_cells(must)
        return ServerProblem(
            rows=near.rows.of_cells(useful), weight=people[useful], gain=self.gain, low=low,
            high=np.where(roles.permitted, question.max_per_site, 0), p=question.p, must=needed,
            share=self.share * float(question.demand.people.sum()), assured=self.assured,
        )  # fmt: skip

    def _what_would_do(self, beyond: NDArray[np.int64]) -> str:
        """How far the farthest of these cells is from a site that may have a server."""
        known = self.must.times if isinstance(self.must, Coverage) else None
        if known is None:
            return "permit a site near them or allow a longer way"
        _, away = known.nearest(self._usable())
        if np.isnan(away[beyond]).any():
            return "some have none at all among the ways given"
        return f"the farthest has one within {away[beyond].max():.4g} {known.unit}"

    def _usable(self) -> NDArray[np.bool_]:
        return self.question.roles.permitted & (self.question.max_per_site > 0)

    def beyond(self) -> NDArray[np.int64]:
        """Cells that need a server and reach no site that may have one."""
        if self.must is None:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(~self.must.covered_by(self._usable()))

    def _shown(self, problem: ServerProblem, placed: Placement, limits: Limits) -> Siting:
        if placed.infeasible:
            return self.impossible(limits, "no placement of the servers keeps every rule")
        if placed.servers is None:
            return no_answer(
                self.model, self.question, limits, sense="max", unit=self.unit,
                status=Status.NO_SOLUTION, interrupted=placed.interrupted,
                notes=("stopped before any placement that keeps every rule was found",),
            )  # fmt: skip
        servers, notes = placed.servers, list(self.notes)
        idle = self.question.p - int(servers.sum())
        if idle > 0:
            notes.append(f"{idle} of {self.question.p} servers would add nothing: not placed")
        opened = np.flatnonzero(servers)
        return answer(
            self.model, self.question, limits, sense="max", unit=self.unit,
            objective=problem.worth(servers), bound=placed.bound, open_sites=opened,
            servers=servers[opened], interrupted=placed.interrupted, notes=notes,
        )  # fmt: skip


def fewest_sites(problem: ServerProblem, limits: Limits, say: Callable[[str], None]) -> Cover:
    """Fewest more sites that reach every row of ``must``; each row reaches a permitted one."""
    rows, free = problem.must, np.flatnonzero((problem.high > 0) & (problem.low == 0))
    cover = least_cost_cover(CoverProblem(rows.of_sites(free), np.ones(len(free))), limits, say)
    return replace(cover, chosen=free[cover.chosen])


def fewest_for_all(
    asking: Asking, limits: Limits, say: Callable[[str], None]
) -> tuple[int, int, bool]:
    """Proven and known least number of servers that reach all cells; whether interrupted."""
    problem = asking.problem()
    given = len(asking.question.roles.given)
    if not problem.must.n_cells:
        return given, given, False
    cover = fewest_sites(problem, limits, say)
    return given + math.ceil(cover.bound - 1e-6), given + round(cover.cost), cover.interrupted


def _fewest_note(least: float, known: float, p: int) -> str:
    """How many servers it takes, in words."""
    number = f"{known:.0f}" if known <= least + 1e-6 else f"{least:.0f} to {known:.0f}"
    return f"to reach every cell takes {number} servers, but p = {p}"


def _so_far(problem: ServerProblem, first: NDArray[np.int64] | None) -> Placement:
    worth = -np.inf if first is None else problem.worth(first)
    bound = float(problem.weight @ problem.value[problem.most])
    return Placement(first, worth, bound, interrupted=True)
