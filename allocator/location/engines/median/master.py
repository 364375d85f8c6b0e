"""The p-median as a cut program: one theta per cluster of cells with the same nearest site."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import CutProgram, Point
from allocator.location.engines.limits import Limits
from allocator.location.engines.median.lists import NearLists
from allocator.location.engines.median.merging import by_nearest

_VISIBLE = 2e-7  # of the mean theta: what lies below, the solver cannot see
_COVER_ROWS = 50


class MedianMaster:
    """Cuts of a p-median and the linear program that holds them; costs in the caller's unit.

    Parameters
    ----------
    lists
        Of the sites to choose from; may be exchanged for ones that say more (:attr:`lists`).
    most
        How many sites may be open.
    price
        Prices to take the first cuts at, per cell.
    unit
        Cost that counts as 1 in all: the best known choice's.
    """

    def __init__(
        self,
        lists: NearLists,
        most: int,
        price: NDArray[np.float64],
        unit: float,
        limits: Limits,
    ) -> None:
        from allocator.location.engines.median import cuts  # compiled: loaded when first needed

        self._cuts, self.lists = cuts, lists
        group = by_nearest(lists, 1)
        self._cells = np.argsort(group, kind="stable")
        self._first = np.searchsorted(group[self._cells], np.arange(group.max() + 2))
        nearest = np.minimum(_first_cost(lists), lists.beyond)
        self._scale = max(unit / (len(self._first) - 1), 1e-300)
        least = self._by_cluster(nearest) / self._scale
        top = self._by_cluster(_top_cost(lists)) / self._scale
        self.program = CutProgram(
            np.zeros(lists.n_sites), np.ones(len(least)), least=least, top=top, most=most,
            limits=limits,
        )  # fmt: skip
        self.price = np.minimum(price, _top_cost(lists))
        self.ended = np.empty(0, dtype=np.int64)
        nobody = np.zeros(lists.n_sites)
        self._cut(self.price, nobody, self._by_cluster(nearest), 0.0)

    @property
    def role(self) -> NDArray[np.int8]:
        """Per site: 1 open, -1 closed, 0 to be decided."""
        program = self.program
        return (program.low > 0.5).astype(np.int8) - (program.high < 0.5).astype(np.int8)

    def solve(self) -> Point | None:
        """Where the program ends now, in the caller's unit; None when the clock ended it."""
        found = self.program.solve()
        if found is None or not found.feasible:
            return found
        return replace(found.times(self._scale), theta=self._scale * found.theta)

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps from where the program stands."""
        return self._scale * self.program.probe(steps)

    def cut(self, point: Point, tolerance: float) -> int:
        """Add the cuts that a point violates by more than a tolerance (of the total); how many."""
        lists = self.lists
        price, bare = self._cuts.prices_at(
            lists.start, lists.site, lists.cost, lists.beyond, point.shares
        )
        self.price = price
        self.ended = np.flatnonzero(bare & ~lists.complete)
        covered = self._cover(np.flatnonzero(bare & np.isinf(lists.beyond)))
        return covered + self._cut(price, point.shares, point.theta, tolerance)

    def _cut(
        self,
        price: NDArray[np.float64],
        shares: NDArray[np.float64],
        theta: NDArray[np.float64],
        tolerance: float,
    ) -> int:
        lists = self.lists
        cluster, constant, start, site, saved = self._cuts.cuts_at(
            lists.start, lists.site, lists.cost, self._cells, self._first, price, shares, theta,
            max(tolerance / self.program.n_thetas, _VISIBLE * self._scale),
        )  # fmt: skip
        if len(cluster):
            scale = self._scale
            self.program.add_cuts(cluster, constant / scale, start, site, saved / scale)
        return len(cluster)

    def _cover(self, cells: NDArray[np.int64]) -> int:
        """Cells that must reach an open site and do not: a row for some of them, spread out."""
        lists = self.lists
        some = cells[:: max(len(cells) // _COVER_ROWS, 1)]
        for i in some.tolist():
            row = np.zeros(lists.n_sites)
            row[lists.site[lists.start[i] : lists.start[i + 1]]] = 1.0
            self.program.add_row(lower=1.0, of_sites=row)
        return len(some)

    def _by_cluster(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        total: NDArray[np.float64] = np.add.reduceat(amount[self._cells], self._first[:-1])
        return total

    def savings(self) -> NDArray[np.float64]:
        """What each site saves at the prices of the last cuts: how much it matters."""
        s = self.lists
        found: NDArray[np.float64] = self._cuts.savings(
            s.start, s.site, s.cost, self.price, s.n_sites
        )
        return found

    def savings_in_common(self, site: int) -> NDArray[np.float64]:
        """What each site saves where one of them saves too: how far they stand in for it."""
        s = self.lists
        found: NDArray[np.float64] = self._cuts.savings_in_common(
            s.start, s.site, s.cost, self.price, s.n_sites, site
        )
        return found


def _first_cost(lists: NearLists) -> NDArray[np.float64]:
    some = np.diff(lists.start) > 0
    first = lists.beyond.copy()
    first[some] = lists.cost[lists.start[:-1][some]]
    return first


def _top_cost(lists: NearLists) -> NDArray[np.float64]:
    """What a cell can pay at the most while each is served: finite."""
    return np.where(np.isfinite(lists.beyond), lists.beyond, lists.last_cost)
