"""A p-median between its best choice of sites and its best bound, and the sites still in doubt."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.lists import longer, near_lists, useful_length
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.engines.median.start import Interchange, Start, good_start
from allocator.location.engines.set_cover.problem import rounded_up

TOLERANCE = 5e-7  # relative: bounds so near to the best cost prove it
_ENTRIES = 24_000_000  # of lists in memory: 300 MB
_FEW_ENTRIES = 500_000  # so many take no time worth saving
_WORTH_A_DESCENT = 1.02
_CORE_PER_OPEN_ONE = 4

Say = Callable[[str], None]


class MedianBracket:
    """The best choice so far, the bound, and sorted lists of the sites that are left to decide on.

    Parameters
    ----------
    problem
        ``p`` is at least 1 and less than the number of free sites.
    step
        Amount of which all costs are multiples; 0 when there is none.
    known
        A choice of sites (positions) that serves every cell, if one is needed to begin with.
    """

    def __init__(
        self, problem: MedianProblem, step: float, limits: Limits, known: NDArray[np.int64] | None
    ) -> None:
        from allocator.location.engines.median import scans  # compiled: loaded when first needed

        self._scans = scans
        self.problem, self.step, self.limits = problem, step, limits
        self.chosen: NDArray[np.int64] = problem.free[: problem.p] if known is None else known
        self.cost = problem.cost(np.union1d(problem.given, self.chosen))
        self.bound = 0.0
        self.opened: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._tried: set[bytes] = set()

    @property
    def p(self) -> int:
        """How many sites are still to be opened."""
        return self.problem.p - len(self.opened)

    @property
    def enough(self) -> float:
        """Bound from which on nothing better is worth looking for."""
        if self._steps_decide:
            return self.cost - self.step * (1 - 1e-6)
        return self.cost - self.gap * self.cost

    @property
    def gap(self) -> float:
        """Relative gap that is good enough."""
        return max(self.limits.gap, TOLERANCE)

    @property
    def _steps_decide(self) -> bool:
        return self.step > 0 and self.step > self.gap * self.cost

    @property
    def closed(self) -> bool:
        """Whether choice and bound meet."""
        return self.bound >= self.enough

    def begin(self) -> Start:
        """Build the lists, and look for a good choice before anything is proven."""
        problem = self.problem
        self.lists = near_lists(problem, problem.free, self._room(), problem.cap)
        start = good_start(self.lists, self.p, self.limits)
        self.offer(self.lists.sites[start.opened])
        return start

    def offer(self, chosen: NDArray[np.int64]) -> bool:
        """Take a choice of free sites (positions) if it costs less; filled up to ``p`` of them."""
        problem = self.problem
        missing = problem.p - len(chosen)
        if missing > 0:
            others = np.setdiff1d(problem.free, chosen)
            chosen = np.concatenate([chosen, others[:missing]])
        cost = problem.cost(np.union1d(problem.given, chosen))
        if not cost < self.cost:
            return False
        self.chosen, self.cost = np.sort(chosen), cost
        return True

    def improve(self, chosen: NDArray[np.int64]) -> bool:
        """Begin an interchange at a promising choice (numbers in ``lists``), each only once."""
        chosen = np.sort(chosen)
        key = self.lists.sites[chosen].tobytes()
        if key in self._tried or self._at_least(chosen) > _WORTH_A_DESCENT * self.cost:
            return False
        self._tried.add(key)
        better = self._take(chosen)
        if 0 < len(chosen) == self.p < self.lists.n_sites:
            search = Interchange(self.lists, self.p, chosen)
            search.descend()
            better = self._take(search.opened) or better
        return better

    def _take(self, chosen: NDArray[np.int64]) -> bool:
        """Offer a choice (numbers in ``lists``) unless the lists say already that it is no use."""
        if self._at_least(chosen) >= self.cost:
            return False
        return self.offer(np.union1d(self.opened, self.lists.sites[chosen]))

    def _at_least(self, chosen: NDArray[np.int64]) -> float:
        """Cost by the lists, which may be cut short."""
        is_open = np.zeros(self.lists.n_sites, dtype=np.bool_)
        is_open[chosen] = True
        s = self.lists
        return float(self._scans.pays(s.start, s.site, s.cost, s.beyond, is_open))

    def round_off(
        self, share: NDArray[np.float64], opening: NDArray[np.float64], times: int
    ) -> bool:
        """Begin interchanges at sites drawn by their shares, of the core that is worth most."""
        p = self.p
        core = np.sort(np.lexsort((opening, -share))[: max(_CORE_PER_OPEN_ONE * p, 2)])
        if not 0 < p < len(core):
            return False
        rng = np.random.default_rng(self.limits.seed)
        role = np.full(self.lists.n_sites, -1, dtype=np.int8)
        role[core] = 0
        near = self.lists.decided(role)
        search, best, least = None, core[:p], np.inf
        for _ in range(max(1, round(times * self.limits.effort))):
            if self.limits.out_of_time():
                break
            luck = rng.exponential(size=len(core)) / np.maximum(share[core], 1e-3)
            drawn = np.argsort(luck, kind="stable")[:p]
            if search is None:
                search = Interchange(near, p, drawn)
            else:
                search.restart(drawn)
            search.descend()
            if search.cost < least:
                best, least = core[search.opened], search.cost
        return self.improve(best)

    def raise_bound(self, bound: float) -> None:
        """Take a bound if it is higher; no bound lies above the cost."""
        self.bound = min(max(self.bound, rounded_up(bound, self.step)), self.cost)

    def exhaust(self) -> None:
        """Nothing is left to look at: what was left out has bounds from ``enough`` on."""
        self.raise_bound(self.cost if self._steps_decide else self.enough)

    def settle(self, role: NDArray[np.int8]) -> None:
        """Decide on some sites for good: 1 open, -1 closed, by number in ``lists``."""
        self.opened = np.union1d(self.opened, self.lists.sites[role > 0])
        self.lists = self.lists.decided(role)

    def look_further(self, cells: NDArray[np.int64]) -> None:
        """Make the lists of some cells twice as long, or as long as they can be."""
        lists, problem = self.lists, self.problem
        cap = problem.costs(np.union1d(problem.given, self.opened))
        longest = int(np.diff(lists.start).max(initial=1))
        length = lists.n_sites
        if lists.n_sites * len(cells) > _ENTRIES - len(lists.site):
            length = min(2 * longest, lists.n_sites)
        self.lists = longer(lists, problem, cells, length, cap)

    def _room(self) -> int:
        """A list of all sites where that costs little, else as long as is useful."""
        n_sites = len(self.problem.free)
        if n_sites * self.problem.n_cells <= _FEW_ENTRIES:
            return n_sites
        return useful_length(n_sites, self.problem.p)
