"""The nested hierarchy, counted again from the pairs in reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from allocator.location.questions.base import (
    Recount,
    Served,
    role_problems,
    served_within,
    unit_of,
)
from allocator.location.roles import SiteRoles
from allocator.location.siting import Siting
from allocator.travel.coverage import Reach
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.times import TravelTimes

_TOLERANCE = 1e-6


class LevelAsked(Protocol):
    """What the question needs to know of a level."""

    @property
    def name(self) -> str:
        """What the level is called."""
        ...

    @property
    def reach(self) -> Reach:
        """Which sites each cell reaches for what this level offers."""
        ...

    @property
    def p(self) -> int | None:
        """Most sites of exactly this level."""
        ...

    @property
    def share(self) -> float | None:
        """Least share of the people who reach this level or a higher one."""
        ...

    @property
    def weight(self) -> float:
        """What a person covered at this level counts."""
        ...

    @property
    def cost(self) -> ArrayLike | None:
        """Of opening each site at this level; the sites' cost when missing."""
        ...


@dataclass(frozen=True, eq=False)
class Nested:
    """Sites of several levels, each offering all that lower ones do.

    Attributes
    ----------
    levels
        From the lowest to the highest.
    demand, roles
        Who needs to be reached, and what each site may be.
    cost
        What having each site at each level adds to the cost of doing nothing, shape
        ``(n_levels, n_sites)``.
    base
        The cost of doing nothing: of closing what may close.
    existing_level
        Level of each existing site today, 1 the lowest, below which it may not go while open; 0
        elsewhere. Shape ``(n_sites,)``.
    budget
        Most that the plan may cost; no limit when missing.
    least_cost
        Whether cost is minimised (else people covered are maximised).
    referral, referral_capacity
        From lower sites (its cells) to sites of the highest level: each open lower site refers
        people to one of them, and no more lower sites to each than its capacity.
    """

    levels: Sequence[LevelAsked]
    demand: Demand
    roles: SiteRoles
    cost: NDArray[np.float64]
    base: float
    existing_level: NDArray[np.int64]
    budget: float | None = None
    least_cost: bool = False
    referral: TravelTimes | None = None
    referral_capacity: NDArray[np.int64] | None = None

    @property
    def sites(self) -> SiteSet | None:
        """What the sites are, if the caller said so."""
        return self.levels[0].reach.sites

    @property
    def away_unit(self) -> str:
        """Unit of the travel times of the lowest level; empty when there are none."""
        return unit_of(self.levels[0].reach)

    def served(self, siting: Siting) -> Served:
        """Each cell goes to its nearest open site of any level, within the lowest level's reach."""
        return served_within(self.levels[0].reach, siting.open_sites)

    def covered(self, siting: Siting) -> NDArray[np.bool_]:
        """Who reaches each level or a higher one, shape ``(n_levels, n_cells)``."""
        rank = levels_of(siting)
        rows = []
        for at, level in enumerate(self.levels):
            is_open = np.zeros(self.roles.n_sites, dtype=np.bool_)
            is_open[siting.open_sites[rank >= at]] = True
            rows.append(level.reach.covered_by(is_open))
        return np.array(rows)

    def recount(self, siting: Siting) -> Recount:
        """Weighted people or cost; levels, shares, numbers and budget that are not kept."""
        rank = levels_of(siting)
        problems = role_problems(self.roles, siting.open_sites)
        if len(rank) != len(siting.open_sites):
            return Recount(float("nan"), (*problems, "levels and open sites do not match"))
        if len(rank) and not (rank.min() >= 0 and rank.max() < len(self.levels)):
            return Recount(float("nan"), (*problems, "a site has a level that does not exist"))
        problems += self._level_problems(siting, rank)
        covered, people = self.covered(siting), self.demand.people
        total = float(people.sum())
        by_level = [float(people[row].sum()) for row in covered]
        for level, reached in zip(self.levels, by_level, strict=True):
            least = 0.0 if level.share is None else level.share * total
            if reached < least - _TOLERANCE * max(1.0, least):
                problems.append(f"{level.name}: {reached:g} people covered of {least:g} asked for")
        cost = self.base + float(self.cost[rank, siting.open_sites].sum())
        if self.budget is not None and cost > self.budget + _TOLERANCE * max(1.0, self.budget):
            problems.append(f"cost {cost:g} exceeds the budget of {self.budget:g}")
        if self.referral is not None:
            problems += self._referral_problems(siting, rank)
        if self.least_cost:
            return Recount(cost, tuple(problems))
        weights = [level.weight for level in self.levels]
        return Recount(float(np.dot(weights, by_level)), tuple(problems))

    def _level_problems(self, siting: Siting, rank: NDArray[np.int64]) -> list[str]:
        problems = []
        for at, level in enumerate(self.levels):
            n = int((rank == at).sum())
            if level.p is not None and n > level.p:
                problems.append(f"{level.name}: {n} sites, more than p = {level.p}")
        lowered = rank + 1 < self.existing_level[siting.open_sites]
        if lowered.any():
            first = int(siting.open_sites[lowered][0])
            problems.append(f"{int(lowered.sum())} existing sites lose their level, first: {first}")
        return problems

    def _referral_problems(self, siting: Siting, rank: NDArray[np.int64]) -> list[str]:
        """Lower sites that reach no open site of the highest level."""
        if self.referral is None:
            return []
        top = siting.open_sites[rank == len(self.levels) - 1]
        lower = siting.open_sites[rank < len(self.levels) - 1]
        reached = np.zeros((self.roles.n_sites, self.roles.n_sites), dtype=np.bool_)
        reached[self.referral.cell, self.referral.site] = True
        n = len(lower)
        places = np.full(len(top), n)
        if self.referral_capacity is not None:
            places = np.minimum(self.referral_capacity[top], n)
        seats = reached[np.ix_(lower, np.repeat(top, places))]
        found = maximum_bipartite_matching(csr_array(seats), perm_type="column")
        stranded = lower[found < 0]
        if not len(stranded):
            return []
        return [
            f"{len(stranded)} sites find no place to refer to at a {self.levels[-1].name}, "
            f"first: {stranded[0]}"
        ]


def levels_of(siting: Siting) -> NDArray[np.int64]:
    """Position of each open site's level among the levels, 0 the lowest."""
    if siting.levels is None:
        return np.empty(0, dtype=np.int64)
    return siting.levels - 1
