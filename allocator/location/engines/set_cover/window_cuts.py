"""A bound above the linear program's: cuts from windows, priced by ascent."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover.ascent import Ascent
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.engines.set_cover.windows import CutMaker, WindowKind, window_kinds

_ROWS_PER_WINDOW = 36
_SOLVES = 300
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
    y = _point(problem, prices, cost_of_cover, limits)
    cuts = _cuts(window_kinds(problem, _ROWS_PER_WINDOW), y, limits)
    if sum(kind.n_windows for kind, _ in cuts) < _LEAST_SHARE * problem.n_rows:
        return -np.inf
    return _priced(problem, cuts, prices, cost_of_cover, limits).bound


def _point(
    problem: CoverProblem, prices: NDArray[np.float64], cost_of_cover: float, limits: Limits
) -> NDArray[np.float64]:
    """Nearly an optimum of the linear program: the mean choice at prices that move about."""
    rows = problem.rows
    around = Ascent(
        rows.start, rows.site, np.ones(problem.n_pairs), np.ones(problem.n_rows), problem.cost,
        price=prices, target=cost_of_cover, stride=0.1,
    )  # fmt: skip
    around.run(_LOOK_AROUND, limits)
    # At the best prices, rows with a price are covered once: make it so on average.
    times = float(prices @ (problem.matrix @ around.mean)) / max(float(prices.sum()), 1e-9)
    return around.mean / max(times, 1e-9)


def _cuts(kinds: Sequence[WindowKind], y: NDArray[np.float64], limits: Limits) -> list[_Cut]:
    """A cut for each kind that a point violates on average, the most frequent kinds first."""
    left = int(_SOLVES * limits.effort)
    cuts = []
    for kind in kinds:
        if left <= 0 or limits.out_of_time():
            break
        weight, solves = CutMaker(kind).cut(kind.mean_load(y), left, limits)
        left -= solves
        if weight is not None:
            cuts.append((kind, weight))
    return cuts


def _as_rows(
    kind: WindowKind, weight: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Number of sites, sites and weights, one row per window."""
    of_pair = weight[kind.place]
    kept = of_pair > 0
    window = np.repeat(np.arange(kind.n_windows), np.diff(kind.start))[kept]
    return np.bincount(window, minlength=kind.n_windows), kind.site[kept], of_pair[kept]


def _priced(
    problem: CoverProblem,
    cuts: Sequence[_Cut],
    prices: NDArray[np.float64],
    cost_of_cover: float,
    limits: Limits,
) -> Ascent:
    """Prices for rows and cuts together, from prices for the rows.

    From prices that are best without the cuts the ascent does not get away: so it starts below.
    """
    parts = [_as_rows(*cut) for cut in cuts]
    sizes = np.concatenate([problem.rows.degree, *(size for size, _, _ in parts)])
    site = np.concatenate([problem.rows.site, *(site for _, site, _ in parts)])
    weight = np.concatenate([np.ones(problem.n_pairs), *(weight for _, _, weight in parts)])
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    n_pairs, n_rows = problem.n_pairs, problem.n_rows
    worth = np.bincount(site[n_pairs:], weights=weight[n_pairs:], minlength=problem.n_sites)
    first = np.full(len(sizes), _SHARE_OF_CUTS / float((worth / problem.cost).max()))
    first[:n_rows] = (1 - _SHARE_OF_CUTS) * prices
    ascent = Ascent(
        start, site, weight, np.ones(len(sizes)), problem.cost, price=first, target=cost_of_cover
    )
    ascent.run(_STEPS, limits)
    return ascent
