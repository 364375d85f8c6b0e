"""The questions that count servers, counted again from the pairs in reach."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.questions.base import (
    Recount,
    Served,
    role_problems,
    served_within,
    servers_in_reach,
)
from allocator.location.questions.cover import CoverQuestion
from allocator.location.siting import Siting
from allocator.travel.coverage import Reach


@dataclass(frozen=True, eq=False)
class ServerQuestion(CoverQuestion):
    """Servers at sites: what these models have in common.

    Attributes
    ----------
    p
        Most servers in all, those at existing sites among them.
    max_per_site
        Most servers at each site, shape ``(n_sites,)``.
    """

    p: int
    max_per_site: NDArray[np.int64]

    def counts(self, siting: Siting) -> NDArray[np.int64]:
        """Servers that each cell reaches, shape ``(n_cells,)``."""
        return servers_in_reach(self.reach, siting.open_sites, siting.servers)

    def placing_problems(self, siting: Siting) -> list[str]:
        """Roles, caps and the number of servers, where an answer breaks them."""
        problems = role_problems(self.roles, siting.open_sites)
        n_open = len(siting.open_sites)
        servers = np.ones(n_open, np.int64) if siting.servers is None else siting.servers
        if (servers < 1).any():
            problems.append(f"{int((servers < 1).sum())} open sites have no server")
        crowded = siting.open_sites[servers > self.max_per_site[siting.open_sites]]
        if len(crowded):
            problems.append(
                f"{len(crowded)} sites have more servers than they may, first: {crowded[0]}"
            )
        if servers.sum() > self.p:
            problems.append(f"{servers.sum()} servers are placed, more than p = {self.p}")
        return problems

    def recount(self, siting: Siting) -> Recount:
        """People who reach a server; the questions built on this one count more."""
        return Recount(self.people_with(siting, 1), tuple(self.placing_problems(siting)))

    def people_with(self, siting: Siting, servers: int) -> float:
        """People who reach at least so many servers."""
        return float(self.demand.people[self.counts(siting) >= servers].sum())


@dataclass(frozen=True, eq=False)
class ExpectedCover(ServerQuestion):
    """MEXCLP: people expected to find a free server, each busy for a share of the time."""

    busy: float = 0.0

    def recount(self, siting: Siting) -> Recount:
        """``sum_i w_i (1 - q ** n_i)``."""
        found = 1.0 - np.power(self.busy, self.counts(siting).astype(np.float64))
        worth = float((self.demand.people * found).sum())
        return Recount(worth, tuple(self.placing_problems(siting)))


@dataclass(frozen=True, eq=False)
class ReliableCover(ServerQuestion):
    """MALP I: people who find a free server with a given probability.

    Attributes
    ----------
    busy, reliability
        Share of the time that a server is busy; probability asked for.
    """

    busy: float = 0.0
    reliability: float = 0.0

    def served(self, siting: Siting) -> Served:
        """Served are the cells that find a free server with the probability asked for."""
        near = served_within(self.reach, siting.open_sites)
        reliable = self._reliable(siting)
        return Served(
            np.where(reliable, near.site, -1), np.where(reliable, near.away, np.nan), reliable
        )

    def recount(self, siting: Siting) -> Recount:
        """People in cells where ``1 - q ** n_i`` is what was asked for."""
        worth = float(self.demand.people[self._reliable(siting)].sum())
        return Recount(worth, tuple(self.placing_problems(siting)))

    def _reliable(self, siting: Siting) -> NDArray[np.bool_]:
        n = self.counts(siting)
        missed = np.power(self.busy, n.astype(np.float64))
        return np.asarray((n > 0) & (missed <= (1 - self.reliability) * (1 + 1e-9)))


@dataclass(frozen=True, eq=False)
class BackupCover(ServerQuestion):
    """BACOP1 and LSCP-B: everybody reaches one server, as many as possible two."""

    def recount(self, siting: Siting) -> Recount:
        """People who reach two; cells that reach none."""
        problems = self.placing_problems(siting) + unreached(self.counts(siting))
        return Recount(self.people_with(siting, 2), tuple(problems))


@dataclass(frozen=True, eq=False)
class FirstAndBackup(ServerQuestion):
    """BACOP2: people who reach one server and people who reach two, weighed.

    Attributes
    ----------
    theta
        Weight of first cover, 0..1; that of backup is the rest.
    """

    theta: float = 0.5

    def recount(self, siting: Siting) -> Recount:
        """``theta`` times those who reach one, the rest times those who reach two."""
        once, twice = self.people_with(siting, 1), self.people_with(siting, 2)
        worth = self.theta * once + (1 - self.theta) * twice
        return Recount(worth, tuple(self.placing_problems(siting)))


@dataclass(frozen=True, eq=False)
class DoubleStandard(ServerQuestion):
    """DSM: everybody within the far standard, a share within the near one, many of them twice.

    Attributes
    ----------
    far
        Which sites each cell reaches within the far standard; ``reach`` is the near one.
    alpha
        Share of the people who must reach a server within the near standard.
    """

    far: Reach | None = None
    alpha: float = 0.0

    def recount(self, siting: Siting) -> Recount:
        """People who reach two nearby; cells that reach none far away, a share too small."""
        problems = self.placing_problems(siting)
        far = self.reach if self.far is None else self.far
        problems += unreached(servers_in_reach(far, siting.open_sites, siting.servers))
        once, least = self.people_with(siting, 1), self.alpha * float(self.demand.people.sum())
        if once < least * (1 - 1e-6):
            problems.append(f"{once:g} people are within the near standard, {least:g} must be")
        return Recount(self.people_with(siting, 2), tuple(problems))


def unreached(counts: NDArray[np.int64]) -> list[str]:
    """Cells that reach no server, in words."""
    missed = np.flatnonzero(counts == 0)
    return [f"{len(missed)} cells reach no server, first: {missed[0]}"] if len(missed) else []
