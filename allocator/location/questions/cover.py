"""The questions of covering, counted again from the pairs in reach."""

from dataclasses import dataclass, field

import numpy as np

from allocator.location.questions.base import (
    Recount,
    Served,
    role_problems,
    served_within,
    servers_in_reach,
    unit_of,
)
from allocator.location.roles import SiteRoles
from allocator.location.siting import Siting
from allocator.travel.coverage import Reach
from allocator.travel.ends import Demand, SiteSet


@dataclass(frozen=True, eq=False)
class CoverQuestion:
    """Sites that bring cells within reach: what all covering models have in common."""

    reach: Reach
    demand: Demand
    roles: SiteRoles

    @property
    def sites(self) -> SiteSet | None:
        """What the sites are, if the caller said so."""
        return self.reach.sites

    @property
    def away_unit(self) -> str:
        """Unit of the travel times behind the reach; empty when there are none."""
        return unit_of(self.reach)

    def served(self, siting: Siting) -> Served:
        """Each covered cell goes to its nearest open site."""
        return served_within(self.reach, siting.open_sites)


@dataclass(frozen=True, eq=False)
class FullCover(CoverQuestion):
    """LSCP: every cell but those listed as uncoverable, at least cost."""

    def recount(self, siting: Siting) -> Recount:
        """Cost; cells missed, and cells excused that need no excuse."""
        problems = role_problems(self.roles, siting.open_sites)
        reached = servers_in_reach(self.reach, siting.open_sites) > 0
        missed = np.setdiff1d(np.flatnonzero(~reached), siting.uncoverable)
        if len(missed):
            problems.append(f"{len(missed)} cells reach no open site, first: {missed[0]}")
        excused = siting.uncoverable[reached[siting.uncoverable]]
        if len(excused):
            problems.append(f"{len(excused)} cells called uncoverable are covered: {excused[0]}")
        return Recount(self.roles.total_cost(siting.open_sites), tuple(problems))


@dataclass(frozen=True, eq=False)
class PartialCover(CoverQuestion):
    """PSCLP: shares of the people (of groups) covered, at least cost.

    Attributes
    ----------
    shares
        Group to the share of its people that must be covered; ``total`` is everybody.
    """

    shares: dict[str, float] = field(default_factory=dict)

    def recount(self, siting: Siting) -> Recount:
        """Cost; groups with too few people covered."""
        problems = role_problems(self.roles, siting.open_sites)
        reached = servers_in_reach(self.reach, siting.open_sites) > 0
        for group, share in self.shares.items():
            people = self.demand.of_group(group)
            problems += _too_few(group, float(people[reached].sum()), share * float(people.sum()))
        return Recount(self.roles.total_cost(siting.open_sites), tuple(problems))


@dataclass(frozen=True, eq=False)
class MostCover(CoverQuestion):
    """MCLP: as many people as p sites or a budget can cover.

    Attributes
    ----------
    p
        Most sites that may be open, existing ones among them; no limit when missing.
    budget
        Most that opening, running and closing may cost; no limit when missing.
    floors
        Group to the least number of its people that must be covered.
    """

    p: int | None = None
    budget: float | None = None
    floors: dict[str, float] = field(default_factory=dict)

    def recount(self, siting: Siting) -> Recount:
        """People covered; limits exceeded, floors missed."""
        problems = role_problems(self.roles, siting.open_sites, self.p)
        cost = self.roles.total_cost(siting.open_sites)
        if self.budget is not None and cost > self.budget * (1 + 1e-9) + 1e-9:
            problems.append(f"cost {cost:g} exceeds the budget of {self.budget:g}")
        reached = servers_in_reach(self.reach, siting.open_sites) > 0
        for group, floor in self.floors.items():
            covered = float(self.demand.of_group(group)[reached].sum())
            problems += _too_few(group, covered, floor)
        return Recount(float(self.demand.people[reached].sum()), tuple(problems))


def _too_few(group: str, covered: float, least: float) -> list[str]:
    if covered >= least - 1e-6 * max(1.0, least):
        return []
    return [f"{covered:g} people of group {group} are covered, {least:g} were asked for"]
