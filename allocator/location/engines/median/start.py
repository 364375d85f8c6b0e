"""A good median to begin with: greedy, then interchange from many starts around the best one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.lists import NearLists, useful_length
from allocator.location.engines.median.merging import by_nearest, merged
from allocator.location.engines.median.prices import good_prices

_SAVES_AT_LEAST = 1e-9  # of what all pay: less may be rounding
_KICKS_IN_VAIN = 400
_ENTRIES_LOOKED_AT, _LOOKS_PER_ENTRY = 50_000_000, 4
_SWAPS_PER_KICK = 6
_DEPTHS, _CELLS_PER_GROUP, _TIMES_FINER = 4, 6, 2
_STEPS = 400  # of an ascent for groups
_NO_ROOM = 1e-150  # between two prices: a quotient by less would overflow


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

    def price(self, between: NDArray[np.float64]) -> NDArray[np.float64]:
        """Between what each cell pays (0) and what it would pay without its site (1)."""
        s = self._state
        return np.asarray(s.pays + between * (s.would - s.pays))

    def between(self, price: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where prices lie between what cells pay (0) and would pay without their site (1)."""
        s = self._state
        above, apart = price - s.pays, s.would - s.pays
        nothing_between = (above > 0).astype(np.float64)
        share = np.divide(above, apart, out=nothing_between, where=apart > _NO_ROOM)
        return np.clip(share, 0.0, 1.0)

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
    known = np.isfinite(lists.beyond)
    dear = 10.0 * float(lists.last_cost.sum() + lists.beyond[known].sum()) + 1.0
    return np.where(known, lists.beyond, dear)


@dataclass(frozen=True, eq=False)
class Start:
    """Where the proof begins.

    Attributes
    ----------
    opened
        Numbers of the sites of a good choice, ascending.
    price
        Per cell, a good guess of the prices that prove how good it is.
    guessed
        Whether the prices come from cells seen as one.
    """

    opened: NDArray[np.int64]
    price: NDArray[np.float64]
    guessed: bool


def good_start(lists: NearLists, p: int, limits: Limits) -> Start:
    """A good choice and good prices: for groups of cells first, then for ever smaller ones."""
    groups = list(_levels(lists))
    beyond = _finite(lists)
    work = _ENTRIES_LOOKED_AT if not groups else _LOOKS_PER_ENTRY * len(lists.site)
    search: Interchange | None = None
    between = np.full(lists.n_cells, 0.5)
    for group in groups:
        small = merged(lists, group, beyond, useful_length(lists.n_sites, p))
        search = _next(small, p, search, limits, work)
        at = np.zeros(small.n_cells)
        at[group] = between
        found = good_prices(
            small, p, search.price(at), cost=search.cost, enough=search.cost, steps=_STEPS,
            limits=limits,
        )  # fmt: skip
        between = search.between(found.price)[group]
    search = _next(lists, p, search, limits, work)
    return Start(search.opened, search.price(between), bool(groups))


def _next(
    lists: NearLists, p: int, before: Interchange | None, limits: Limits, work: float
) -> Interchange:
    """Go on from what was found for larger groups; the first time, search well."""
    if before is None:
        return good_median(lists, p, limits, work)
    search = Interchange(lists, p, before.opened)
    search.descend()
    return search


def _levels(lists: NearLists) -> Iterator[NDArray[np.int64]]:
    """Groups of cells, from few to many, as long as they are much fewer than the cells."""
    before = 1
    for depth in range(1, _DEPTHS + 1):
        group = by_nearest(lists, depth)
        n = int(group.max(initial=0)) + 1
        if n * _CELLS_PER_GROUP > lists.n_cells:
            return
        if n >= _TIMES_FINER * before:
            before = n
            yield group


def good_median(lists: NearLists, p: int, limits: Limits, work: float) -> Interchange:
    """Greedy, interchange, and interchange again after random swaps around the best choice.

    The search stands at the best choice when it is returned, by the lists alone. ``work`` is how
    many entries may be looked at.
    """
    search = Interchange(lists, p)
    search.descend()
    rng = np.random.default_rng(limits.seed)
    best, best_cost = search.opened, search.cost
    looked_at_per_kick = _SWAPS_PER_KICK * (2 * len(lists.site) / max(p, 1) + p * lists.n_sites)
    kicks = int(limits.effort * work / looked_at_per_kick)
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
