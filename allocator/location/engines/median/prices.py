"""Prices of cells: the bound of a p-median, worked out on few sites and checked on all of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.lists import NearLists

if TYPE_CHECKING:
    from allocator.location.engines.median import ascent as median_ascent

_MEMORY = 0.7
_ENTRIES_PER_CHUNK = 30_000_000  # a tenth of a second: how long an interrupt may have to wait
_CORE_PER_OPEN_ONE, _LEAST_CORE = 3, 60
_ROUNDS = 8
_WORTH_ANOTHER_ROUND = 0.05


@dataclass(frozen=True, eq=False)
class Prices:
    """What an ascent found.

    Attributes
    ----------
    bound
        What no choice of ``p`` of the sites can cost less than: safe, whatever the prices.
    price, worth
        The prices that prove it, per cell; ``sum_i min(0, c_ij - price_i)``, per site.
    share
        How often each site was among the chosen of late, 0 ... 1.
    cost, chosen
        The cheapest choice on the way, by the lists: what it costs, numbers of its sites.
    """

    bound: float
    price: NDArray[np.float64]
    worth: NDArray[np.float64]
    share: NDArray[np.float64]
    cost: float
    chosen: NDArray[np.int64]


def good_prices(
    lists: NearLists,
    p: int,
    price: NDArray[np.float64],
    *,
    goal: float,
    enough: float,
    steps: int,
    patience: int,
    stride: float,
    limits: Limits,
) -> Prices:
    """Raise the bound from given prices, aiming at ``goal``, until it is ``enough``.

    Most sites are never worth opening: the ascent sees a core of the sites that are worth most,
    each bound is then worked out for all sites, and those that would change it join the core.
    """
    from allocator.location.engines.median import (
        ascent as median_ascent,  # compiled: loaded when first needed
    )

    n = lists.n_sites
    worth, share = np.empty(n), np.zeros(n)
    price = np.minimum(price, lists.beyond)
    offered = median_ascent.worth_at(lists.start, lists.site, lists.cost, price, worth)
    best = Prices(
        offered + _least(worth, p), price, worth, share, np.inf, np.empty(0, dtype=np.int64)
    )
    core = np.zeros(n, dtype=np.bool_)
    core[np.argsort(worth, kind="stable")[: max(_CORE_PER_OPEN_ONE * p, _LEAST_CORE)]] = True
    for _ in range(_ROUNDS):
        if best.bound >= enough or limits.out_of_time():
            break
        part = lists.decided(np.where(core, 0, -1).astype(np.int8))
        state = _state(part, price, stride)
        per_step = 2 * p + len(part.site) // max(part.n_sites // max(p, 1), 1) + part.n_cells
        chunk, left, useful = max(_ENTRIES_PER_CHUNK // per_step, 1), steps, True
        while left > 0 and useful and not limits.out_of_time():
            useful = median_ascent.climb(
                state, p, goal, enough, min(chunk, left), patience, _MEMORY
            )
            left -= chunk
        price, stride = state.best_price, min(stride, max(float(state.numbers[2]), 0.1))
        worth = np.empty(n)
        offered = median_ascent.worth_at(lists.start, lists.site, lists.cost, price, worth)
        bound = offered + _least(worth, p)
        share = np.zeros(n)
        share[core] = state.share
        cost, chosen = best.cost, best.chosen
        if state.numbers[1] < cost:
            cost = float(state.numbers[1])
            chosen = np.flatnonzero(core)[np.flatnonzero(state.best_chosen)]
        if bound > best.bound:
            best = Prices(bound, price, worth, share, cost, chosen)
        else:
            best = Prices(best.bound, best.price, best.worth, share, cost, chosen)
        edge = np.partition(worth[core], p - 1)[p - 1] if p <= core.sum() else 0.0
        missed = ~core & (worth < edge)
        # What the core could not see matters only where it is much of what is left to prove.
        if state.numbers[0] - bound <= _WORTH_ANOTHER_ROUND * (enough - bound):
            break
        core |= missed
    return best


def _least(worth: NDArray[np.float64], p: int) -> float:
    return float(np.partition(worth, p - 1)[:p].sum())


def _state(lists: NearLists, price: NDArray[np.float64], stride: float) -> "median_ascent.Ascent":
    from allocator.location.engines.median import (
        ascent as median_ascent,  # compiled: loaded when first needed
    )

    n_cells, n_sites = lists.n_cells, lists.n_sites
    return median_ascent.Ascent(
        start=lists.start, site=lists.site, cost=lists.cost, beyond=lists.beyond,
        price=price.copy(), best_price=price.copy(), direction=np.zeros(n_cells),
        wanted=np.empty(n_cells), worth=np.empty(n_sites), best_worth=np.zeros(n_sites),
        chosen=np.zeros(n_sites, dtype=np.bool_), best_chosen=np.zeros(n_sites, dtype=np.bool_),
        share=np.zeros(n_sites), numbers=np.array([-np.inf, np.inf, stride, 0.0]),
    )  # fmt: skip
