"""A bound above the linear program's: cuts from windows, priced by ascent."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.ascent import Ascent
from allocator.location.engines.limits import Limits
from allocator.location.engines.problem import CoverProblem
from allocator.location.engines.windows import WindowKind, cut_of, window_kinds

_ROWS_PER_WINDOW = 36
_SOLVES = 300
_SOLVES_PER_KIND = 400
_STEPS = 2_500
_LOOK_AROUND = 300
_LEAST_SHARE = 0.2  # of rows with a cut around them: with fewer, the bound hardly rises
_SHARE_OF_CUTS = 0.5  # of the price, to start with

_Cut = tuple[WindowKind, NDArray[np.float64]]


def window_bound(
    problem: CoverProblem, prices: NDArray[np.float64], cost_of_cover: float, limits: Limits
) -> float:
    """What no cover can cost less than, by rows and cuts from windows; ``-inf`` if they are few.

    A Lagrangian dual as :func:`price_bound` is, with prices for cuts beside those for rows, and
    as safe: every cut has been searched through to the end. Pays where many windows look alike,
    as on a raster with every cell a candidate: there it closes a third of the gap and more.

    Parameters
    ----------
    prices
        Good prices of rows alone, shape ``(n_rows,)``.
    cost_of_cover
        Of a cover in hand.
    """
    rows = problem.rows
    plain = (rows.start, rows.site, np.ones(problem.n_pairs), np.ones(problem.n_rows))
    around = Ascent(*plain, problem.cost, price=prices, target=cost_of_cover, stride=0.1)
    around.run(_LOOK_AROUND, limits)
    kinds = window_kinds(problem, _ROWS_PER_WINDOW)
    # At prices that are best, rows with a price are covered once.
    times = float(prices @ (problem.matrix @ around.mean)) / float(prices.sum())
    cuts = _cuts(kinds, around.mean / max(times, 1e-9), limits)
    if sum(kind.n_windows for kind, _ in cuts) < _LEAST_SHARE * problem.n_rows:
        return -np.inf
    start, site, weight = _as_rows(cuts)
    worth = np.bincount(site, weights=weight, minlength=problem.n_sites) / problem.cost
    first = np.concatenate(
        [(1 - _SHARE_OF_CUTS) * prices, np.full(len(start) - 1, _SHARE_OF_CUTS / worth.max())]
    )
    ascent = Ascent(
        np.concatenate([rows.start, rows.start[-1] + start[1:]]),
        np.concatenate([rows.site, site]),
        np.concatenate([plain[2], weight]),
        np.ones(len(first)),
        problem.cost,
        price=first,
        target=cost_of_cover,
    )
    ascent.run(int(_STEPS * min(limits.effort, 2.0)), limits)
    return ascent.bound


def _cuts(kinds: Sequence[WindowKind], y: NDArray[np.float64], limits: Limits) -> list[_Cut]:
    """A cut for each kind that a point violates on average, the most frequent kinds first."""
    left = int(_SOLVES * limits.effort**2)
    cuts = []
    for kind in kinds:
        if left <= 0 or limits.out_of_time():
            break
        weight, solves = cut_of(kind, kind.mean_load(y), min(left, _SOLVES_PER_KIND))
        left -= solves
        if weight is not None:
            cuts.append((kind, weight))
    return cuts


def _as_rows(
    cuts: Sequence[_Cut],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """One row per window, compressed."""
    sizes, sites, weights = [], [], []
    for kind, weight in cuts:
        of_pair = weight[kind.place]
        kept = of_pair > 0
        window = np.repeat(np.arange(kind.n_windows), np.diff(kind.start))
        sizes.append(np.bincount(window[kept], minlength=kind.n_windows))
        sites.append(kind.site[kept])
        weights.append(of_pair[kept])
    start = np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64)
    return start, np.concatenate(sites), np.concatenate(weights)
