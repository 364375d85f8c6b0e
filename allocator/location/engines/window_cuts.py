"""A bound above the linear program's: cuts from windows, priced by ascent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.ascent import Ascent
from allocator.location.engines.limits import Limits
from allocator.location.engines.problem import CoverProblem
from allocator.location.engines.windows import CutMaker, WindowKind, window_kinds

_ROWS_PER_WINDOW = 36
_SOLVES = 300
_SOLVES_PER_KIND = 400
_STEPS = 2_500
_LOOK_AROUND = 300
_LEAST_SHARE = 0.2  # of rows with a cut around them: with fewer, the bound hardly rises
_SHARE_OF_CUTS = 0.5  # of the price, to start with
_KINDS = 400
_MOST_ROUNDS = 2
_PLACES = 30
_VIOLATION, _GOOD_VIOLATION = 0.02, 0.05


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
    limits
        One round of cuts, made for the mean window of each kind; with an effort of 2 or 3, one or
        two rounds more, made for single windows.
    """
    y = _point(problem, prices, cost_of_cover, limits)
    kinds = window_kinds(problem, _ROWS_PER_WINDOW)
    makers = [CutMaker(kind) for kind in kinds[:_KINDS]]
    cuts = _mean_cuts(kinds, makers, y, limits)
    if sum(len(cut.windows) for cut in cuts) < _LEAST_SHARE * problem.n_rows:
        return -np.inf
    ascent = _priced(problem, cuts, prices, cost_of_cover, limits)
    bound = ascent.bound
    for _ in range(min(int(limits.effort), _MOST_ROUNDS + 1) - 1):
        if limits.out_of_time():
            break
        y = _scaled(problem, ascent.prices[: problem.n_rows], ascent.mean)
        fresh = _local_cuts(kinds, makers, y, limits)
        if not fresh:
            break
        cuts += fresh
        ascent = _priced(problem, cuts, ascent.prices, cost_of_cover, limits)
        bound = max(bound, ascent.bound)
    return bound


@dataclass(frozen=True, eq=False)
class _Cut:
    """One cut for some windows of a kind."""

    kind: WindowKind
    weight: NDArray[np.float64]
    windows: NDArray[np.int64]

    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
        """Number of sites, sites and weights, one row per window."""
        start = self.kind.start
        sizes = start[self.windows + 1] - start[self.windows]
        first = np.cumsum(sizes) - sizes
        at = np.arange(int(sizes.sum())) + np.repeat(start[self.windows] - first, sizes)
        weight = self.weight[self.kind.place[at]]
        kept = weight > 0
        row = np.repeat(np.arange(len(self.windows)), sizes)[kept]
        return np.bincount(row, minlength=len(sizes)), self.kind.site[at][kept], weight[kept]


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
    return _scaled(problem, prices, around.mean)


def _scaled(
    problem: CoverProblem, prices: NDArray[np.float64], mean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """At the best prices, rows with a price are covered once: make it so on average."""
    if not prices.any():
        return mean
    times = float(prices @ (problem.matrix @ mean)) / float(prices.sum())
    return mean / max(times, 1e-9)


def _mean_cuts(
    kinds: Sequence[WindowKind],
    makers: Sequence[CutMaker],
    y: NDArray[np.float64],
    limits: Limits,
) -> list[_Cut]:
    """A cut for each kind that a point violates on average, the most frequent kinds first."""
    left = _SOLVES * limits.effort
    cuts = []
    for kind, maker in zip(kinds, makers, strict=False):
        if left < 1 or limits.out_of_time():
            break
        weight, solves = maker.cut(kind.mean_load(y), min(int(left), _SOLVES_PER_KIND))
        left -= solves
        if weight is not None:
            cuts.append(_Cut(kind, weight, np.arange(kind.n_windows)))
    return cuts


def _local_cuts(
    kinds: Sequence[WindowKind],
    makers: Sequence[CutMaker],
    y: NDArray[np.float64],
    limits: Limits,
) -> list[_Cut]:
    """Cuts for windows here and there, of the kinds that make up much of the whole.

    Each is then used wherever the point violates it.
    """
    everywhere = sum(kind.n_windows for kind in kinds)
    cuts: list[_Cut] = []
    for kind, maker in zip(kinds, makers, strict=False):
        if kind.n_windows < _LEAST_SHARE * everywhere:
            break
        loads = kind.loads(y)
        lightest = np.full(kind.n_windows, np.inf)
        for window in np.linspace(0, kind.n_windows - 1, _PLACES).astype(np.int64).tolist():
            if limits.out_of_time():
                break
            if lightest[window] < 1 - _GOOD_VIOLATION:
                continue
            weight, _ = maker.cut(loads[window], _SOLVES_PER_KIND, least_violation=0.01)
            if weight is not None:
                weighs = loads @ weight
                lightest = np.minimum(lightest, weighs)
                cuts.append(_Cut(kind, weight, np.flatnonzero(weighs < 1 - _VIOLATION)))
    return cuts


def _priced(
    problem: CoverProblem,
    cuts: Sequence[_Cut],
    prices: NDArray[np.float64],
    cost_of_cover: float,
    limits: Limits,
) -> Ascent:
    """Prices for rows and cuts together, from prices for the rows and perhaps for the first cuts.

    From prices that are best without the cuts the ascent does not get away: so it starts below.
    """
    parts = [cut.rows() for cut in cuts]
    sizes = np.concatenate([problem.rows.degree, *(size for size, _, _ in parts)])
    site = np.concatenate([problem.rows.site, *(site for _, site, _ in parts)])
    weight = np.concatenate([np.ones(problem.n_pairs), *(weight for _, _, weight in parts)])
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    n_old = len(prices)
    worth = np.bincount(
        site[start[n_old] :], weights=weight[start[n_old] :], minlength=problem.n_sites
    )
    most = float((worth / problem.cost).max())
    first = np.full(len(sizes), _SHARE_OF_CUTS / most)
    first[:n_old] = (1 - _SHARE_OF_CUTS) * prices
    ascent = Ascent(
        start, site, weight, np.ones(len(sizes)), problem.cost, price=first, target=cost_of_cover
    )
    ascent.run(_STEPS, limits)
    return ascent
