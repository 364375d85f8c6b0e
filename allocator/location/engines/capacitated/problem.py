"""CapacitatedProblem: cells that must be served by sites with bands of load, nothing else."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from allocator.location.engines.capacitated.kernels import Arcs

_LARGEST_KNAPSACK = 20_000  # people: beyond this, whole cells are relaxed to parts of cells


@dataclass(frozen=True, eq=False)
class CapacitatedProblem:
    """Open sites and send every cell to them, at least cost, within each open site's band.

    Attributes
    ----------
    start, site
        Cell ``i`` may go to ``site[start[i]:start[i + 1]]``, ascending; shapes ``(n_cells + 1,)``
        and ``(n_arcs,)``.
    cost
        Of serving the whole of the cell from the site, >= 0, shape ``(n_arcs,)``.
    away
        Distance of each arc, shape ``(n_arcs,)``: what *closest* means.
    people
        Per cell, >= 0, shape ``(n_cells,)``.
    low, high
        Band of people at each site if it is open, finite, shape ``(n_sites,)``.
    price
        What opening each site adds (may be below 0 where closing costs), shape ``(n_sites,)``.
    forced
        Sites that must be open, shape ``(n_sites,)``.
    p
        Most sites that may be open.
    single
        Whether each cell goes to one site, whole.
    closest
        Whether nobody may pass a nearer open site.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]
    away: NDArray[np.float64]
    people: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    price: NDArray[np.float64]
    forced: NDArray[np.bool_]
    p: int
    single: bool = False
    closest: bool = False

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.people)

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return len(self.price)

    @cached_property
    def cell(self) -> NDArray[np.int64]:
        """Cell of each arc, shape ``(n_arcs,)``."""
        return np.repeat(np.arange(self.n_cells), np.diff(self.start))

    @cached_property
    def by_site(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Arcs ordered by site and cell, and where each site's begin."""
        order = np.argsort(self.site, kind="stable")
        counts = np.bincount(self.site, minlength=self.n_sites)
        return order, np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)

    @cached_property
    def fewest(self) -> int:
        """Sites that any answer must open, for room and for what must be open."""
        must = np.flatnonzero(self.forced)
        others = np.sort(self.high[~self.forced])[::-1]
        room = self.high[must].sum() + np.concatenate([[0.0], np.cumsum(others)])
        enough = np.flatnonzero(room >= self.people.sum() * (1 - 1e-9))
        return len(must) + (int(enough[0]) if len(enough) else len(others))

    @cached_property
    def most(self) -> int:
        """Sites that any answer may open, for the least loads and ``p``."""
        must = np.flatnonzero(self.forced)
        others = np.sort(self.low[~self.forced])
        filled = self.low[must].sum() + np.cumsum(others)
        fits = int((filled <= self.people.sum() * (1 + 1e-9)).sum())
        return min(self.p, len(must) + fits)

    @cached_property
    def arcs(self) -> "Arcs":
        """The same for the compiled loops."""
        from allocator.location.engines.capacitated.kernels import Arcs

        order, start = self.by_site
        numbers = np.concatenate([self.people, self.high])
        counted = bool((numbers == np.rint(numbers)).all())
        return Arcs(
            start=start, cell=self.cell[order], cost=self.cost[order], people=self.people,
            low=self.low, high=self.high, price=self.price, forced=self.forced,
            fewest=self.fewest, most=self.most,
            whole=self.single and counted and self._knapsack_size() <= _LARGEST_KNAPSACK,
        )  # fmt: skip

    def _knapsack_size(self) -> float:
        return float(np.minimum(self.high, self.people.sum()).max(initial=0.0))

    def matrix_of(self, open_sites: NDArray[np.int64]) -> NDArray[np.float64]:
        """Cost of each cell at each open site, infinite where it may not go there."""
        order, start = self.by_site
        cost = np.full((self.n_cells, len(open_sites)), np.inf)
        away = np.full_like(cost, np.inf) if self.closest else cost
        for k, j in enumerate(open_sites.tolist()):
            at = order[start[j] : start[j + 1]]
            cost[self.cell[at], k] = self.cost[at]
            if self.closest:
                away[self.cell[at], k] = self.away[at]
        if self.closest and len(open_sites):
            cost[away > away.min(axis=1, keepdims=True)] = np.inf
        return cost

    def keeping(
        self, kept: NDArray[np.bool_], shut: NDArray[np.bool_] | None = None
    ) -> "CapacitatedProblem":
        """The same with some arcs only, and some sites shut; sites keep their numbers."""
        counts = np.bincount(self.cell[kept], minlength=self.n_cells)
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        low = self.low if shut is None else np.where(shut, 0.0, self.low)
        high = self.high if shut is None else np.where(shut, 0.0, self.high)
        return CapacitatedProblem(
            start, self.site[kept], self.cost[kept], self.away[kept], self.people, low, high,
            self.price, self.forced, self.p, self.single, self.closest,
        )  # fmt: skip
