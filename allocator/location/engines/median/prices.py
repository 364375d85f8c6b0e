"""Prices of cells by subgradient steps: a first bound of a p-median, and where to take cuts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.lists import NearLists

_MEMORY = 0.7
_PATIENCE = 30
_ENTRIES_PER_CHUNK = 30_000_000  # a tenth of a second: how long an interrupt may have to wait
_AIM = 1.005  # of the best cost: aiming at it or lower, steps shorten too soon


@dataclass(frozen=True, eq=False)
class Prices:
    """What an ascent found.

    Attributes
    ----------
    bound
        What no choice of ``p`` of the sites can cost less than: safe, whatever the prices.
    price
        The prices that prove it, per cell.
    chosen
        Numbers of the sites of the cheapest choice on the way, by the lists.
    """

    bound: float
    price: NDArray[np.float64]
    chosen: NDArray[np.int64]


def good_prices(
    lists: NearLists,
    p: int,
    price: NDArray[np.float64],
    *,
    cost: float,
    enough: float,
    steps: int,
    limits: Limits,
) -> Prices:
    """Raise the bound from given prices, aiming at the best known cost, until it is ``enough``."""
    from allocator.location.engines.median import ascent  # compiled: loaded when first needed

    n_cells, n_sites = lists.n_cells, lists.n_sites
    price = np.minimum(price, lists.beyond)
    state = ascent.Ascent(
        start=lists.start, site=lists.site, cost=lists.cost, beyond=lists.beyond,
        price=price.copy(), best_price=price.copy(), direction=np.zeros(n_cells),
        wanted=np.empty(n_cells), worth=np.empty(n_sites),
        chosen=np.zeros(n_sites, dtype=np.bool_), best_chosen=np.zeros(n_sites, dtype=np.bool_),
        numbers=np.array([-np.inf, np.inf, 1.0, 0.0]),
    )  # fmt: skip
    per_step = 2 * p + len(lists.site) // max(n_sites // max(p, 1), 1) + n_cells
    chunk, left, useful = max(_ENTRIES_PER_CHUNK // per_step, 1), steps, True
    while left > 0 and useful and not limits.out_of_time():
        useful = ascent.climb(state, p, _AIM * cost, enough, min(chunk, left), _PATIENCE, _MEMORY)
        left -= chunk
    return Prices(float(state.numbers[0]), state.best_price, np.flatnonzero(state.best_chosen))
