"""ServerProblem: put servers at sites; what a row is worth depends on how many it reaches."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.location.engines.set_cover.problem import RowsProblem, incidence
from allocator.travel.coverage import Coverage

_CONCAVE = 1e-12
SHARE_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class ServerProblem(RowsProblem):
    """Put at most ``p`` servers at sites so that what rows gain from them is largest.

    Every model that counts servers is of this form. Rows are of people: ``n_i`` servers in reach
    of row ``i`` are worth ``weight[i] * value[n_i]``.

    Attributes
    ----------
    weight
        People of each row, > 0, shape ``(n_rows,)``.
    gain
        What the first, second ... p-th server in reach adds per person, >= 0, shape ``(p,)``.
    low, high
        Fewest and most servers per site, shape ``(n_sites,)``.
    p
        Most servers in all.
    must
        Sites of each row that must reach at least one server.
    share
        People of ``rows`` who must reach at least one server; 0 for no such rule.
    assured
        Servers that every row of ``rows`` reaches in any answer that keeps ``must``.
    """

    weight: NDArray[np.float64]
    gain: NDArray[np.float64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]
    p: int
    must: Coverage
    share: float = 0.0
    assured: int = 0

    @cached_property
    def must_matrix(self) -> csr_array:
        """Zeros and ones for the rows that must reach a server, shape ``(n_must, n_sites)``."""
        return incidence(self.must)

    @cached_property
    def value(self) -> NDArray[np.float64]:
        """What 0, 1 ... p servers in reach are worth per person, shape ``(p + 1,)``."""
        return np.concatenate([np.zeros(1), np.cumsum(self.gain)])

    @cached_property
    def fewest(self) -> NDArray[np.int64]:
        """Servers that each row reaches at least, shape ``(n_rows,)``."""
        given = (self.matrix @ self.low).astype(np.int64)
        return np.asarray(np.maximum(given, min(self.assured, self.p)))

    @cached_property
    def most(self) -> NDArray[np.int64]:
        """Servers that each row can reach at most, shape ``(n_rows,)``."""
        elsewhere = int(self.low.sum()) - self.matrix @ self.low
        room = np.minimum(self.matrix @ self.high, self.p - elsewhere).astype(np.int64)
        return np.asarray(np.maximum(room, self.fewest))

    @property
    def is_concave(self) -> bool:
        """Whether a server more never adds more than the one before, from ``assured`` on."""
        return self.share <= 0 and bool((np.diff(self.gain[self.assured :]) <= _CONCAVE).all())

    def in_reach(self, servers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Servers that each row reaches, shapes ``(n_sites,)`` -> ``(n_rows,)``."""
        return np.asarray(self.matrix @ servers, dtype=np.int64)

    def worth(self, servers: NDArray[np.int64]) -> float:
        """What servers at sites are worth in all."""
        return float(self.weight @ self.value[self.in_reach(servers)])

    def reached(self, servers: NDArray[np.int64]) -> float:
        """People who reach at least one server."""
        return float(self.weight[self.in_reach(servers) > 0].sum())

    def allows(self, servers: NDArray[np.int64]) -> bool:
        """Whether servers at sites keep every rule."""
        within = (servers >= self.low).all() and (servers <= self.high).all()
        return bool(
            within
            and servers.sum() <= self.p
            and (self.must_matrix @ servers > 0).all()
            and self.reached(servers) >= self.share * (1 - SHARE_TOLERANCE)
        )


def without_idle(problem: ServerProblem, servers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take away servers that nothing is lost without, from the last site on."""
    servers = servers.copy()
    worth = problem.worth(servers)
    for site in np.flatnonzero(servers > problem.low)[::-1].tolist():
        while servers[site] > problem.low[site]:
            servers[site] -= 1
            if problem.worth(servers) < worth or not problem.allows(servers):
                servers[site] += 1
                break
    return servers
