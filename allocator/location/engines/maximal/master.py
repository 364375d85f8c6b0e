"""The linear program of maximal covering in the space of sites, and the bound that it proves.

Columns are the sites' shares ``y`` and one ``theta`` per cluster of rows and kind of weight; cuts
say how much a cluster can be worth at given shares (Cordeau, Furini & Ljubic, EJOR 275, 2019).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import CutProgram, Point
from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.parts import clusters_of
from allocator.location.engines.maximal.problem import MaximalProblem

_VISIBLE = 2e-7  # of a cluster's weight: what lies below, the solver cannot see


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

        self._kernels = kernels
        order, self.first_row = clusters_of(problem)
        self.problem = problem = problem.in_order(order)
        self.pairs = problem.pairs
        self._room = kernels.distinct_sites(self.pairs, self.first_row)
        self.kinds = [problem.weight] if problem.weight.any() else []
        self._worth_kind = len(self.kinds) - 1  # -1: what is covered has no worth in itself
        self.kinds += [floor.weight for floor in problem.floors]
        self._any = np.sum([np.zeros(problem.n_rows), *self.kinds], axis=0)
        self.site_weight = kernels.site_weights(self.pairs, self._any)
        k = len(self.first_row) - 1
        self._k = k
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
        theta_cost = np.zeros((len(self.kinds), k))
        if problem.weight.any():
            theta_cost[0] = -1.0
        top = (tops / self._scale[:, None]).ravel() if len(self.kinds) else np.empty(0)
        self.program = CutProgram(
            problem.cost / self._unit, theta_cost.ravel(), least=np.zeros(len(top)), top=top,
            most=problem.most, limits=limits,
        )  # fmt: skip
        self._start()

    def _start(self) -> None:
        problem, k = self.problem, self._k
        if np.isfinite(problem.budget):
            size = max(float(np.abs(problem.price).max(initial=0.0)), 1e-300)
            self.program.add_row(problem.budget / size, of_sites=problem.price / size)
        first = len(self.kinds) - len(problem.floors)
        for at, floor in enumerate(problem.floors, start=first):
            thetas = np.zeros(self.program.n_thetas)
            thetas[at * k : (at + 1) * k] = 1.0
            self.program.add_row(lower=floor.least / self._scale[at], of_thetas=thetas)
        self._lasting = self.program.rows.last
        nobody = np.zeros(problem.n_sites)
        self.cut(nobody, nobody, np.full((len(self.kinds), k), np.inf))

    def start_again(self, most: int, limits: Limits) -> None:
        """Ask the same for another number of sites: all cuts stay true."""
        self.problem = replace(self.problem, most=most)
        self.program.rows.drop_after(self._lasting)
        self.program.allow(most, limits)

    def rounded_down(self, bound: float) -> float:
        """The greatest worth that a choice can have below a bound."""
        return self.problem.rounded_down(bound)

    def next_above(self, floor: float) -> float:
        """The least worth that counts as better."""
        return self.problem.next_above(floor)

    def overlap(self, site: int) -> NDArray[np.float64]:
        """Weight that each site shares with one of them, shape ``(n_sites,)``."""
        shared: NDArray[np.float64] = self._kernels.overlap_with(self.pairs, self._any, site)
        return shared

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
            scale = self._scale[kind]
            self.program.add_cuts(
                kind * self._k + clusters, -constant / scale, start, site, value / scale, sign=-1.0
            )
            count += len(clusters)
        return count

    def cut_off(self, point: Point, tolerance: float) -> int:
        """Add the cuts taken at a point that it violates; how many."""
        mass = self.mass(point.shares)
        return self.cut(mass, mass, point.theta, tolerance)

    def solve(self) -> Point | None:
        """Solve from where it stands; its thetas have shape ``(n_kinds, n_clusters)``.

        None when the clock ended it.
        """
        found = self.program.solve()
        if found is None or not found.feasible:
            return found and found.times(-1.0)
        theta = found.theta.reshape(len(self.kinds), self._k) * self._scale[:, None]
        return replace(found.times(-self._unit), theta=theta)

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps from where it stands; rows stay."""
        return -self._unit * self.program.probe(steps)
