"""Most people within reach of p sites while every wanted set keeps one open: one small program.

Where the rules ask for nearly everybody, most cells are reached whatever is chosen: those that
reach all sites of a wanted set. The few others, and the sets as rows, make a program that HiGHS
settles in seconds. Exchanges of sites get nowhere here: nearly each of them breaks some set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack, vstack

from allocator.lp.arrays import ArraySolution, solve_arrays
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.planning.wanted_sets import Places, as_rows
from allocator.travel.coverage import Coverage

_SMALL = 100_000
"""Entries of a program up to which it is solved as one."""
_ROOM = 1e-9
"""Share of the most people by which the cheapest choice may be off: dust of sums."""


@dataclass(frozen=True, eq=False)
class Chosen:
    """The best places that were found (None without an answer), and what no others can beat."""

    places: NDArray[np.int64] | None
    bound: float
    impossible: bool = False


@dataclass(frozen=True, eq=False)
class KeptCover:
    """The program, less what is decided beforehand.

    Attributes
    ----------
    there, free
        Places of the sites that are open in any case, and of those to choose from; ascending.
    sets, cells
        Rows over the free sites, one entry of 1 for each in reach: the sets, and the cells that
        no choice reaches as a matter of course.
    people
        Of these cells, shape ``(n_cells,)``.
    sure
        People who are reached whatever is chosen.
    """

    there: NDArray[np.int64]
    free: NDArray[np.int64]
    sets: csr_array
    cells: csr_array
    people: NDArray[np.float64]
    sure: float

    @classmethod
    def of(
        cls, reach: Coverage, people: NDArray[np.float64], sets: Sequence[Places],
        there: NDArray[np.int64], forbidden: NDArray[np.int64],
    ) -> "KeptCover":  # fmt: skip
        """From the reach of all cells, and the sets that no site of ``there`` hits."""
        free = np.setdiff1d(np.arange(reach.n_sites), np.union1d(there, forbidden))
        reached = reach.covered_by(np.isin(np.arange(reach.n_sites), there))
        merged = reach.of_cells(np.flatnonzero(~reached)).of_sites(free).aggregated()
        weight = merged.weight(people[~reached])
        wanted = as_rows(sets, reach.n_sites).of_sites(free)
        cells, hit = _matrix(merged.rows), _matrix(wanted)
        taken = np.zeros(cells.shape[0], dtype=np.bool_)
        both = (cells @ hit.T).tocoo()  # sites that a cell and a set share
        taken[both.coords[0][both.data == wanted.degree[both.coords[1]]]] = True
        left = np.flatnonzero(~taken & (merged.rows.degree > 0) & (weight > 0))
        sure = float(people[reached].sum()) + float(weight[taken].sum())
        return cls(there, free, hit, cells[left], weight[left], sure)

    @property
    def is_small(self) -> bool:
        """Whether to solve it as one program: the sets decide more than the cells do."""
        (n_sets, _), (n_cells, _) = self.sets.shape, self.cells.shape
        return n_cells <= n_sets and self.sets.nnz + self.cells.nnz <= _SMALL

    def best(
        self, p: int, starts: Sequence[NDArray[np.int64]], cost: NDArray[np.float64],
        how: SolverSettings,
    ) -> Chosen:  # fmt: skip
        """The most people with at most p open sites; of equally good choices the cheapest found.

        ``starts`` are choices to begin with, ``cost`` is what each place costs when it is open.
        """
        n = len(self.free)
        most = np.concatenate([np.zeros(n), -self.people])
        found = self._solve(most, 0.0, p, self._start(p, starts), how)
        if not found.status.has_answer:
            return Chosen(None, self.sure - found.bound, found.status is Status.INFEASIBLE)
        cheap = np.concatenate([cost[self.free], np.zeros(len(self.people))])
        least = found.objective + _ROOM * max(1.0, abs(found.objective))
        cheaper = self._solve(cheap, least, p, found.values, how)
        taken = cheaper if cheaper.status.has_answer else found
        chosen = self.free[taken.values[:n] > 0.5]
        return Chosen(np.union1d(self.there, chosen), self.sure - found.bound)

    def _solve(
        self, cost: NDArray[np.float64], least: float, p: int,
        start: NDArray[np.float64] | None, how: SolverSettings,
    ) -> ArraySolution:  # fmt: skip
        """The least of a cost over sites and cells, where ``-least`` people are reached."""
        n, m, k = len(self.free), self.cells.shape[0], self.sets.shape[0]
        reached = hstack([self.cells, -eye_array(m)])
        hit = hstack([self.sets, csr_array((k, m))])
        sums = np.zeros((2, n + m))
        sums[0, :n], sums[1, n:] = 1.0, -self.people
        return solve_arrays(
            cost, csr_array(vstack([hit, reached, csr_array(sums)])),
            np.concatenate([np.ones(k), np.zeros(m), [-np.inf, -np.inf]]),
            np.append(np.full(k + m, np.inf), [p - len(self.there), least]),
            np.zeros(n + m), np.ones(n + m), np.repeat([1, 0], [n, m]),
            gap=how.gap, time_limit_seconds=how.time_limit_seconds, node_limit=how.node_limit,
            seed=how.seed, threads=how.threads, start=start,
        )  # fmt: skip

    def _start(self, p: int, starts: Sequence[NDArray[np.int64]]) -> NDArray[np.float64] | None:
        """Columns of the best start that the rows allow, if any."""
        best: NDArray[np.float64] | None = None
        most = -1.0
        for start in starts:
            is_open = np.isin(self.free, start).astype(np.float64)
            reached = (self.cells @ is_open > 0).astype(np.float64)
            fits = is_open.sum() <= p - len(self.there) and (self.sets @ is_open > 0).all()
            if fits and float(self.people @ reached) > most:
                best, most = np.concatenate([is_open, reached]), float(self.people @ reached)
        return best


def _matrix(rows: Coverage) -> csr_array:
    entries = (np.ones(len(rows.site)), rows.site, rows.start)
    return csr_array(entries, shape=(rows.n_cells, rows.n_sites))
