"""A good median to begin with: greedy, then interchange from many starts around the best one."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.lists import NearLists

_SAVES_AT_LEAST = 1e-9  # of what all pay: less may be rounding
_KICKS_IN_VAIN = 400
_ENTRIES_LOOKED_AT = 50_000_000
_SWAPS_PER_KICK = 6


class Interchange:
    """Sites that are swapped while that helps; it can be shaken and run on.

    Parameters
    ----------
    lists
        Sorted lists of the cells.
    p
        How many sites to open, 1 ... ``n_sites - 1``.
    opened
        Numbers of the sites to start from; the greedy ones by default.
    """

    def __init__(self, lists: NearLists, p: int, opened: NDArray[np.int64] | None = None) -> None:
        from allocator.location.engines.median import (
            swaps as median_swaps,  # compiled: loaded when first needed
        )

        self._swaps, self._lists = median_swaps, lists
        rest = _finite(lists)
        if opened is None:
            opened = median_swaps.add_greedily(
                lists.start, lists.site, lists.cost, rest, lists.n_sites, p
            ).astype(np.int64)
        n_cells, n_sites = lists.n_cells, lists.n_sites
        self._state = median_swaps.SwapState(
            start=lists.start, site=lists.site, cost=lists.cost, rest=rest,
            slot=np.full(n_sites, -1, dtype=np.int32), opened=np.empty(p, dtype=np.int32),
            first=np.empty(n_cells, dtype=np.int32), second=np.empty(n_cells, dtype=np.int32),
            pays=np.empty(n_cells), would=np.empty(n_cells),
            gain=np.zeros(n_sites), loss=np.zeros(p), extra=np.zeros((p, n_sites)),
        )  # fmt: skip
        self.cost = 0.0
        self.restart(opened)

    @property
    def opened(self) -> NDArray[np.int64]:
        """Numbers of the open sites, ascending."""
        return np.sort(self._state.opened).astype(np.int64)

    @property
    def price(self) -> NDArray[np.float64]:
        """Between what each cell pays and what it would pay without its site: a fair offer."""
        return np.asarray((self._state.pays + self._state.would) / 2)

    def restart(self, opened: NDArray[np.int64]) -> None:
        """Go on from other sites."""
        s = self._state
        s.slot[:] = -1
        s.opened[:] = opened
        s.slot[opened] = np.arange(len(opened), dtype=np.int32)
        self.cost = self._swaps.prepare(s)

    def descend(self, most: int = 1_000_000) -> int:
        """Swap while that saves something; returns how many swaps that were."""
        s = self._state
        done = int(self._swaps.descend(s, _SAVES_AT_LEAST * max(self.cost, 1e-300), most))
        self.cost = float(s.pays.sum())
        return done

    def kick(self, rng: np.random.Generator, size: int) -> None:
        """Swap some sites at random."""
        s = self._state
        closed = np.flatnonzero(s.slot < 0)
        size = min(size, len(s.opened), len(closed))
        out = rng.choice(np.sort(s.opened), size, replace=False).astype(np.int32)
        into = rng.choice(closed, size, replace=False).astype(np.int32)
        self._swaps.replace(s, out, into)
        self.cost = float(s.pays.sum())


def _finite(lists: NearLists) -> NDArray[np.float64]:
    """``beyond``, with a cost that no choice of sites is worth where nothing is reached."""
    last = np.zeros(lists.n_cells)
    some = np.diff(lists.start) > 0
    last[some] = lists.cost[lists.start[1:][some] - 1]
    known = np.isfinite(lists.beyond)
    dear = 10.0 * float(last.sum() + lists.beyond[known].sum()) + 1.0
    return np.where(known, lists.beyond, dear)


def good_median(lists: NearLists, p: int, limits: Limits) -> Interchange:
    """Greedy, interchange, and interchange again after random swaps around the best choice.

    The search stands at the best choice when it is returned, by the lists alone.
    """
    search = Interchange(lists, p)
    search.descend()
    rng = np.random.default_rng(limits.seed)
    best, best_cost = search.opened, search.cost
    looked_at_per_kick = _SWAPS_PER_KICK * (2 * len(lists.site) / max(p, 1) + p * lists.n_sites)
    kicks = int(limits.effort * _ENTRIES_LOOKED_AT / looked_at_per_kick)
    in_vain, largest = 0, max(2, min(p // 3, 6))
    for _ in range(kicks):
        if in_vain >= _KICKS_IN_VAIN * limits.effort or limits.out_of_time():
            break
        search.kick(rng, int(rng.integers(1, largest + 1)))
        search.descend()
        in_vain += 1
        if search.cost < best_cost * (1 - _SAVES_AT_LEAST):
            best, best_cost, in_vain = search.opened, search.cost, 0
        elif search.cost > best_cost * (1 + _SAVES_AT_LEAST):
            search.restart(best)
    search.restart(best)
    return search
