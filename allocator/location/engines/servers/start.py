"""A good start for the models that count servers: greedy, then interchange, then a few kicks."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.servers.problem import ServerProblem

_KICKS = 12
_PAIRS_LOOKED_AT = 400_000_000  # some seconds
_LEAN = 1e-3  # how much a step towards a gain counts beside the gain itself


class ServerSearch:
    """Servers on their way to a better place; ``best`` is the best permitted answer so far.

    A broken rule counts more than any gain, so that the search first mends what is broken.
    """

    def __init__(self, problem: ServerProblem, limits: Limits) -> None:
        self.problem, self._limits = problem, limits
        self._by_site = problem.matrix.T.tocsr()
        self._must_by_site = problem.must_matrix.T.tocsr()
        self._dear = 4.0 * float(problem.weight.sum()) + 1.0
        self._pairs = problem.matrix.nnz + problem.must_matrix.nnz + 1
        self._left = float(_PAIRS_LOOKED_AT) * limits.effort
        self.best: NDArray[np.int64] | None = None
        self.best_worth = -np.inf

    def run(self, first: NDArray[np.int64]) -> None:
        """From some servers (at least ``low`` per site) to as many and as good as can be."""
        envelope = _envelope(self.problem.value)
        servers = self._fill(first, envelope)
        self._improve(servers, envelope)
        self._improve(servers, self.problem.value + _LEAN * envelope)

    def kick(self) -> None:
        """Move some servers of the best answer by chance and improve, a few times."""
        if self.best is None:
            return
        here, leaning = self.best, self.problem.value + _LEAN * _envelope(self.problem.value)
        random = np.random.default_rng(self._limits.seed)
        for _ in range(_KICKS):
            if self._spent():
                break
            tried = self._kicked(here, random)
            self._improve(tried, leaning)
            if self._score(tried) >= self._score(here):
                here = tried

    def offer(self, servers: NDArray[np.int64]) -> None:
        """Take servers as the best if they are permitted and better."""
        if self.problem.allows(servers):
            worth = self.problem.worth(servers)
            if worth > self.best_worth:
                self.best, self.best_worth = servers.copy(), worth

    def _fill(self, servers: NDArray[np.int64], value: NDArray[np.float64]) -> NDArray[np.int64]:
        servers = servers.copy()
        for _ in range(self.problem.p - int(servers.sum())):
            site = self._best_addition(servers, value)[0]
            if site < 0:
                break
            servers[site] += 1
        self.offer(servers)
        return servers

    def _improve(self, servers: NDArray[np.int64], value: NDArray[np.float64]) -> None:
        """Move one server at a time while that gains, in place; sites in turn."""
        at = untouched = 0
        while untouched < self.problem.n_sites:
            site, at = at, (at + 1) % self.problem.n_sites
            untouched += 1
            if servers[site] <= self.problem.low[site]:
                continue
            if self._spent():
                break
            before = self._merit(servers, value)
            servers[site] -= 1
            other, after = self._best_addition(servers, value)
            if after > before + 1e-9 * max(1.0, abs(before)):
                servers[other] += 1
                untouched = 0
            else:
                servers[site] += 1
        self.offer(servers)

    def _best_addition(
        self, servers: NDArray[np.int64], value: NDArray[np.float64]
    ) -> tuple[int, float]:
        """Where one server more is worth most, and what all are worth then; -1 for nowhere."""
        problem = self.problem
        self._left -= self._pairs
        n = problem.in_reach(servers)
        step = np.append(np.diff(value), 0.0)
        merit = self._by_site @ (problem.weight * step[n])
        bare = problem.must_matrix @ servers == 0
        merit += self._dear * (self._must_by_site @ bare.astype(np.float64))
        if problem.share > 0:
            now = float(problem.weight[n > 0].sum())
            short = problem.share - now - self._by_site @ (problem.weight * (n == 0))
            merit -= 4.0 * (np.maximum(short, 0.0) - max(problem.share - now, 0.0))
        merit[servers >= problem.high] = -np.inf
        site = int(np.argmax(merit))
        if not np.isfinite(merit[site]):
            return -1, -np.inf
        return site, self._counted(n, bare, value) + float(merit[site])

    def _merit(self, servers: NDArray[np.int64], value: NDArray[np.float64]) -> float:
        bare = self.problem.must_matrix @ servers == 0
        return self._counted(self.problem.in_reach(servers), bare, value)

    def _counted(
        self, n: NDArray[np.int64], bare: NDArray[np.bool_], value: NDArray[np.float64]
    ) -> float:
        """What servers in reach are worth, less what broken rules count."""
        problem = self.problem
        short = max(problem.share - float(problem.weight[n > 0].sum()), 0.0)
        return float(problem.weight @ value[n]) - self._dear * int(bare.sum()) - 4.0 * short

    def _score(self, servers: NDArray[np.int64]) -> float:
        return self._merit(servers, self.problem.value)

    def _kicked(self, servers: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
        """Some servers somewhere else, by chance."""
        problem, servers = self.problem, servers.copy()
        for _ in range(max(2, problem.p // 8)):
            sources = np.flatnonzero(servers > problem.low)
            if not len(sources):
                break
            servers[random.choice(sources)] -= 1
            servers[random.choice(np.flatnonzero(servers < problem.high))] += 1
        return servers

    def _spent(self) -> bool:
        return self._left <= 0 or self._limits.out_of_time()


def _envelope(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least concave curve above the values of 0, 1 ... p servers: a server on the way counts.

    >>> _envelope(np.array([0.0, 0.0, 1.0, 1.0]))
    array([0. , 0.5, 1. , 1. ])
    """
    corners = [0]
    for k in range(1, len(value)):
        while len(corners) > 1 and _lies_below(value, corners[-2], corners[-1], k):
            corners.pop()
        corners.append(k)
    return np.interp(np.arange(len(value)), corners, value[corners])


def _lies_below(value: NDArray[np.float64], left: int, middle: int, right: int) -> bool:
    before = (value[middle] - value[left]) * (right - left)
    return bool(before <= (value[right] - value[left]) * (middle - left))
