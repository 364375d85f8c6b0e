"""The linear program of maximal covering in the space of sites, and the bound that it proves.

Columns are the sites' shares ``y`` and one ``theta`` per cluster of rows and kind of weight; cuts
say how much a cluster can be worth at given shares (Cordeau, Furini & Ljubic, EJOR 275, 2019).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.cut_rows import CutRows
from allocator.location.engines.maximal.parts import best_sites, clusters_of
from allocator.location.engines.maximal.problem import MaximalProblem
from allocator.lp.incremental import GrowingLp
from allocator.lp.status import Status

_VISIBLE = 2e-7  # of a cluster's weight: what lies below, the solver cannot see


@dataclass(frozen=True, eq=False)
class Point:
    """Where the linear program ended.

    Attributes
    ----------
    feasible
        Whether there is an answer to it at all.
    bound
        What no choice can be worth more than, whatever the solver's tolerance; ``-inf`` when
        infeasible.
    shares
        Of the sites, shape ``(n_sites,)``.
    theta
        Weight per kind and cluster, shape ``(n_kinds, n_clusters)``.
    closing, opening
        Bound if each site is closed, or opened, shape ``(n_sites,)``.
    """

    feasible: bool
    bound: float
    shares: NDArray[np.float64]
    theta: NDArray[np.float64]
    closing: NDArray[np.float64]
    opening: NDArray[np.float64]


class Master:
    """A linear program with cuts, for the whole tree.

    Attributes
    ----------
    problem
        With its rows in the order of clusters.
    first_row
        First row of each cluster, and the end, shape ``(n_clusters + 1,)``.
    """

    def __init__(self, problem: MaximalProblem, limits: Limits) -> None:
        from allocator.location.engines.maximal import kernels

        self._kernels, self._limits = kernels, limits
        order, self.first_row = clusters_of(problem)
        self.problem = problem = problem.in_order(order)
        self.pairs = problem.pairs
        self._room = kernels.distinct_sites(self.pairs, self.first_row)
        self.kinds = [problem.weight] if problem.weight.any() else []
        self._worth_kind = len(self.kinds) - 1  # -1: what is covered has no worth in itself
        self.kinds += [floor.weight for floor in problem.floors]
        self._any = np.sum([np.zeros(problem.n_rows), *self.kinds], axis=0)
        self.site_weight = kernels.site_weights(self.pairs, self._any)
        n, k = problem.n_sites, len(self.first_row) - 1
        self._n, self._k = n, k
        tops = np.array(
            [np.add.reduceat(np.append(w, 0.0), self.first_row[:-1]) for w in self.kinds]
        )
        tops = tops.reshape(len(self.kinds), k)
        self._scale = np.array([max(float(top.max(initial=0.0)), 1e-300) for top in tops])
        self._unit = (
            float(self._scale[0])
            if problem.weight.any()
            else float(np.abs(problem.cost).max(initial=1e-300))
        )
        objective = np.zeros(n + len(self.kinds) * k)
        objective[:n] = problem.cost / self._unit
        if problem.weight.any():
            objective[n : n + k] = -1.0
        self._objective = objective
        self._top = (tops / self._scale[:, None]).ravel() if len(self.kinds) else np.empty(0)
        self.low, self.high = np.zeros(n), np.ones(n)
        self._lp = GrowingLp(
            objective, np.zeros(len(objective)), np.concatenate([self.high, self._top]),
            seed=limits.seed, threads=limits.threads, scale=False,
        )  # fmt: skip
        self._rows = CutRows(self._lp)
        self._start()

    def _start(self) -> None:
        problem, n, k = self.problem, self._n, self._k
        ones = np.concatenate([np.ones(n), np.zeros(len(self._top))])
        self._rows.add_named(ones, -np.inf, float(problem.most))
        if np.isfinite(problem.budget):
            size = max(float(np.abs(problem.price).max(initial=0.0)), 1e-300)
            self._rows.add_named(
                np.concatenate([problem.price / size, np.zeros(len(self._top))]),
                -np.inf, problem.budget / size,
            )  # fmt: skip
        first = len(self.kinds) - len(problem.floors)
        for at, floor in enumerate(problem.floors, start=first):
            row = np.zeros(len(ones))
            row[n + at * k : n + (at + 1) * k] = 1.0
            self._rows.add_named(row, floor.least / self._scale[at], np.inf)
        self._lasting = self._rows.names
        nobody = np.zeros(n)
        self.cut(nobody, nobody, np.full((len(self.kinds), k), np.inf))

    def start_again(self, most: int, limits: Limits) -> None:
        """Ask the same for another number of sites: all cuts stay true."""
        self._limits = limits
        self.problem = replace(self.problem, most=most)
        self._rows.drop_after(self._lasting)
        self.set_row(1, -np.inf, float(most))
        self.set_sites(np.zeros(self._n), np.ones(self._n))

    def add_sites_rows(self, members: NDArray[np.bool_]) -> list[int]:
        """Append rows that count open sites of sets, without sides yet; their names.

        ``members`` has shape ``(n_sets, n_sites)``.
        """
        which, site = np.nonzero(members)
        shape = (len(members), len(self._objective))
        rows = csr_array((np.ones(len(site)), (which, site)), shape=shape)
        return self._rows.add_all_named(rows, -np.inf, np.inf)

    def overlap(self, site: int) -> NDArray[np.float64]:
        """Weight that each site shares with one of them, shape ``(n_sites,)``."""
        shared: NDArray[np.float64] = self._kernels.overlap_with(self.pairs, self._any, site)
        return shared

    def drop_rows(self, names: set[int]) -> None:
        """Delete rows by name."""
        self._rows.drop(names)

    def set_row(self, name: int, lower: float, upper: float) -> None:
        """Replace the sides of a row that stays."""
        self._rows.set_sides(name, lower, upper)

    def set_sites(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        """Replace the bounds of the sites' shares."""
        changed = np.flatnonzero((low != self.low) | (high != self.high))
        if len(changed):
            self._lp.set_column_bounds(changed, low[changed], high[changed])
            self.low, self.high = low.copy(), high.copy()

    def basis(self) -> object:
        """Where the simplex method stands."""
        return self._lp.basis()

    def restart_from(self, basis: object) -> None:
        """Go back to where the simplex method stood, rows being the same."""
        self._lp.restart_from(basis)

    def mass(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of shares within reach of each row."""
        found: NDArray[np.float64] = self._kernels.open_mass(self.pairs, shares)
        return found

    def worth(self, shares: NDArray[np.float64], mass: NDArray[np.float64]) -> float:
        """Objective at shares: weight covered, in part where the mass is below 1, less cost."""
        covered = np.minimum(mass, 1.0)
        return float((self.problem.weight * covered).sum() - (self.problem.cost * shares).sum())

    def cut(
        self,
        at_mass: NDArray[np.float64],
        lp_mass: NDArray[np.float64],
        theta: NDArray[np.float64],
        tolerance: float = 0.0,
    ) -> int:
        """Add the cuts taken at one point that another one, the LP's, violates; how many.

        ``tolerance`` is in the unit of the objective; for floors it is the least that can be.
        """
        if len(at_mass) != self.problem.n_rows:
            at_mass, lp_mass = self.mass(at_mass), self.mass(lp_mass)
        count = 0
        for kind, weight in enumerate(self.kinds):
            clusters, constant, start, site, value = self._kernels.benders_cuts(
                self.pairs, weight, self.first_row, self._room, at_mass, lp_mass, theta[kind],
                max(tolerance * (kind == self._worth_kind), _VISIBLE * self._scale[kind]),
            )  # fmt: skip
            if not len(clusters):
                continue
            columns = np.insert(site, start[1:], self._n + kind * self._k + clusters)
            values = np.insert(value / self._scale[kind], start[1:], -1.0)
            shape = (len(clusters), len(self._objective))
            rows = csr_array((values, columns, start + np.arange(len(start))), shape=shape)
            self._rows.add_cuts(rows, -constant / self._scale[kind])
            count += len(clusters)
        return count

    def solve(self) -> Point | None:
        """Solve from where it stands; None when the clock ended it."""
        found = self._lp.solve(self._limits.seconds_left())
        if found.status is Status.NO_SOLUTION:
            self._limits.note_clock(True)
            return None
        nothing = np.empty(0)
        if found.status is Status.INFEASIBLE:
            return Point(False, -np.inf, nothing, nothing, nothing, nothing)
        bound, closing, opening = self._safe_bound(found.duals)
        theta = found.values[self._n :].reshape(len(self.kinds), self._k)
        shares = np.clip(found.values[: self._n], self.low, self.high)
        self._rows.forget(found.duals)
        return Point(True, bound, shares, theta * self._scale[:, None], closing, opening)

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps from where it stands; rows stay."""
        found = self._lp.solve(self._limits.seconds_left(), step_limit=steps)
        if found.status is Status.INFEASIBLE:
            return -np.inf
        if len(found.duals) != len(self._rows):
            return np.inf
        return self._safe_bound(found.duals)[0]

    def _safe_bound(
        self, duals: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Lagrangian bound at the duals, and what it becomes when a site is closed or opened.

        True for any duals: each side is dropped where the sign does not fit, thetas take the
        better end, and of the sites the best ``most`` are taken.
        """
        lower, upper = self._rows.lower, self._rows.upper
        prices = np.where((duals > 0) & np.isfinite(lower), duals, 0.0)
        prices += np.where((duals < 0) & np.isfinite(upper), duals, 0.0)
        prices[0] = 0.0  # the number of sites is kept to by the choice of the best
        bought = prices != 0
        side = np.where(prices > 0, lower, upper)
        base = float((prices[bought] * side[bought]).sum())
        left = self._objective - self._rows.priced(prices)
        base += float((np.minimum(left[self._n :], 0.0) * self._top).sum())
        best, closing, opening = best_sites(left[: self._n], self.low, self.high, self.problem.most)
        base += best
        unit = -self._unit
        return unit * base, unit * (base + closing), unit * (base + opening)
