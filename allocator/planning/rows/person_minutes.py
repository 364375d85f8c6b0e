"""Minutes of the way to the nearest open site, bounded from below by cuts."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.lp.rows import Row, Solution, Term, Variable
from allocator.planning.case import Case
from allocator.planning.decisions import SiteModel
from allocator.planning.travelling import least_minutes, minutes, speeds_kmh
from allocator.travel.means import Mode
from allocator.travel.ways import FARTHEST

_MOST_PAIRS = 6_000_000
"""Up to here all ways are held, and half-open sites are cut off as well as open ones."""
_BLOCKS = 100
_SAME_MINUTES = 1e-6
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PersonMinutes:
    """Mean minutes to the nearest open site of a list.

    People are taken in blocks of cells that lie together. For a block's mean and any open set,
    ``sum_i w_i min_j t_ij >= sum_i w_i D_i - sum_j c_j y_j`` with
    ``c_j = sum_i w_i (D_i - t_ij)^+``; it is tight where ``D_i`` is the time to the nearest open
    site (Benders cut of the p-median; Duran-Mateluna, Ales & Elloumi 2023). Where sites are open in
    part, ``D_i`` is the time up to which they add up to one.

    Attributes
    ----------
    cells
        Who is served; all have people.
    sites
        Positions of the sites.
    """

    case: Case
    mode: Mode
    cells: NDArray[np.int64]
    sites: list[int]

    @property
    def people(self) -> Floats:
        """People of the cells, shape ``(n_cells,)``."""
        return np.asarray(self.case.region.grid.people[self.cells], dtype=np.float64)

    def mean(self, opened: list[int]) -> float:
        """Mean minutes with these sites open."""
        return float(np.average(self._nearest(opened), weights=self.people))

    @property
    def at_most(self) -> float:
        """No way to a site takes longer than this, whatever is open."""
        sites = self.case.region.sites.table[["x_m", "y_m"]].to_numpy(np.float64)
        every = np.concatenate([self.case.region.grid.xy_m, sites])
        km = (float(np.hypot(*np.ptp(every, axis=0))) + self.case.region.grid.side_m) / 1000
        slowest = float(speeds_kmh(self.case, self.mode).min(initial=np.inf))
        straight = km * self.case.assumptions.number("detour") / slowest * 60 * 1.001
        return straight if self.case.journeys is None else max(FARTHEST, straight)

    def terms(
        self, name: str, model: SiteModel, allowed: tuple[float, Variable] | None = None
    ) -> list[Term]:
        """The mean as an expression that is never above it; cuts raise it to the mean.

        With no site open it is the longest way. Where only ``allowed`` (minutes, and a variable
        of more) matters, open sites that keep to it are not cut off.
        """
        share = np.bincount(self._block, weights=self.people) / self.people.sum()
        blocks = [model.program.continuous(f"{name}:block{b}") for b in range(len(share))]
        mean: list[Term] = [(float(s), v) for s, v in zip(share, blocks, strict=True)]
        self._unless_none_open(name, model, mean)

        def separate(solution: Solution) -> list[Row]:
            weight = np.array([solution.values[model.open[j]] for j in self.sites])
            opened = [j for j, w in zip(self.sites, weight, strict=True) if w > 1 - 1e-6]
            whole = bool((np.minimum(weight, 1 - weight) < 1e-6).all())
            if whole and not opened:
                return []  # the longest way, or an either-or branch that was not taken
            if not whole and self._ways is None:
                return []
            if whole and allowed is not None:
                most = allowed[0] + solution.values[allowed[1]]
                if self.mean(opened) <= most + _SAME_MINUTES:
                    return []
            nearest = self._nearest(opened) if whole else self._up_to_one(weight)
            bound, saved = self._cuts(nearest)
            found = np.array([solution.values[v] for v in blocks])
            lacking = bound - saved @ weight - found
            if float(share @ np.maximum(lacking, 0.0)) <= _SAME_MINUTES * (1 if whole else 100):
                return []
            return [
                Row(f"{name}:cut", self._row(blocks[b], saved, b, model), ">=", float(bound[b]))
                for b in np.flatnonzero(lacking > _SAME_MINUTES / 10).tolist()
            ]

        model.separators.append(separate)
        return mean

    def _row(self, block: object, saved: csr_array, b: int, model: SiteModel) -> tuple[Term, ...]:
        """Minutes of a block + what open sites save >= what it takes without them."""
        one = slice(saved.indptr[b], saved.indptr[b + 1])
        pairs = zip(saved.indices[one].tolist(), saved.data[one].tolist(), strict=True)
        return ((1.0, block), *((by, model.open[self.sites[k]]) for k, by in pairs))

    def _unless_none_open(self, name: str, model: SiteModel, mean: list[Term]) -> None:
        """Add sum_j y_j + none >= 1 and mean >= most * none: no open site is the longest way."""
        none = model.program.continuous(f"{name}:none", 0, 1)
        opened: list[Term] = [(1.0, model.open[j]) for j in self.sites]
        if model.condition is None:
            model.program.require(f"{name}:some", [*opened, (1.0, none)], ">=", 1.0)
        else:
            terms = [*opened, (1.0, none), (-1.0, model.condition)]
            model.program.require(f"{name}:some", terms, ">=", 0.0)
        model.program.require(f"{name}:far", [*mean, (-self.at_most, none)], ">=", 0.0)

    @cached_property
    def _block(self) -> NDArray[np.int64]:
        """Which block each cell is in, from 0, shape ``(n_cells,)``."""
        if len(self.cells) <= _BLOCKS:
            return np.arange(len(self.cells))
        xy_m = self.case.region.grid.xy_m[self.cells]
        side_m = max(1.0, float(np.sqrt(max(np.ptp(xy_m, axis=0).prod(), 1.0) / _BLOCKS)))
        squares = np.floor((xy_m - xy_m.min(axis=0)) / side_m)
        return np.asarray(np.unique(squares, axis=0, return_inverse=True)[1].ravel())

    def _nearest(self, opened: list[int]) -> Floats:
        return least_minutes(self.case, self.mode, self.cells, opened)

    @cached_property
    def _ways(self) -> tuple[Floats, NDArray[np.int64]] | None:
        """Every way, shape ``(n_cells, n_sites)``, and each cell's sites from near to far."""
        if len(self.cells) * len(self.sites) > _MOST_PAIRS:
            return None
        most = self.at_most
        arcs = minutes(self.case, self.mode, self.cells, self.sites, most)
        ways = np.full((len(self.cells), len(self.sites)), most)
        ways[arcs.cell, arcs.site] = arcs.value
        return ways, np.argsort(ways, axis=1, kind="stable")

    def _up_to_one(self, weight: Floats) -> Floats:
        """Minutes within which each cell's nearest sites, open in part, add up to one."""
        if self._ways is None:
            raise ValueError("ways are not held")
        ways, order = self._ways
        enough = np.cumsum(weight[order], axis=1) >= 1 - 1e-9
        last = np.where(enough.any(axis=1), enough.argmax(axis=1), order.shape[1] - 1)
        every = np.arange(len(ways))
        return np.asarray(ways[every, order[every, last]])

    def _cuts(self, nearest: Floats) -> tuple[Floats, csr_array]:
        """Per block: the mean of ``nearest``, and what each open site would save of it."""
        people, block = self.people, self._block
        total = np.bincount(block, weights=people)
        if self._ways is not None:
            gain = np.maximum(nearest[:, None] - self._ways[0], 0.0)
            cell, site = np.nonzero(gain)
            gain = gain[cell, site]
        else:
            arcs = minutes(self.case, self.mode, self.cells, self.sites, float(nearest.max()))
            cell, site = arcs.cell, arcs.site
            gain = np.maximum(nearest[cell] - arcs.value, 0.0)
        shape = (len(total), len(self.sites))
        saved = csr_array((people[cell] * gain / total[block[cell]], (block[cell], site)), shape)
        saved.sum_duplicates()
        saved.eliminate_zeros()
        return np.bincount(block, weights=people * nearest) / total, saved
