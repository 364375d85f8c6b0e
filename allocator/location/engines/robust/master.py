"""The linear program of the worst future, and the bound that it proves.

Columns are the shares ``y`` of the sites, one ``theta`` per cell for what it pays, and ``t``: the
largest sum of a sample. For any price ``u`` a cell pays at least ``u - sum_j (u - c_j)^+ y_j``
(Benders cut of the p-median; Duran-Mateluna, Ales & Elloumi, COR 2023), whatever the sample: the
samples share all cuts, and each is one row.
"""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.program import CutProgram, Point
from allocator.location.engines.limits import Limits
from allocator.location.engines.robust.problem import RobustProblem

_VISIBLE = 2e-7


class RobustMaster:
    """A cut program whose worth is the largest sum with its sign turned."""

    def __init__(self, problem: RobustProblem, limits: Limits) -> None:
        from allocator.location.engines.median import cuts  # compiled: loaded when first needed

        self._cuts, self.problem = cuts, problem
        mean = problem.weight.mean(axis=0)
        # Every theta is near 1: a cell's is its mean weight times what it pays.
        size = max(float((mean * np.maximum(problem.top, 0.0)).mean()), 1e-300)
        self._by_cell = mean / size
        self._scale = size
        least, top = self._by_cell * problem.least, self._by_cell * problem.top
        bottom = float((problem.weight @ problem.least - problem.offset).max())
        ceiling = float((problem.weight @ problem.top - problem.offset).max())
        n = problem.n_cells
        self.program = CutProgram(
            np.zeros(problem.n_sites), np.append(np.zeros(n), 1.0),
            least=np.append(least, bottom / self._scale),
            top=np.append(top, ceiling / self._scale + 1e-6), most=problem.most, limits=limits,
        )  # fmt: skip
        for weight, offset in zip(problem.weight, problem.offset, strict=True):
            row = np.append(-weight / mean, 1.0)
            self.program.add_row(lower=-offset / self._scale, of_thetas=row)
        self._require_service()
        self.site_weight = self._weights()
        self._cut(problem.top, np.append(least, 0.0), np.zeros(problem.n_sites), 0.0)

    def _require_service(self) -> None:
        rows = self.problem.cells_that_need_one()
        for i in range(rows.n_cells):
            members = np.zeros(self.problem.n_sites)
            members[rows.sites_of(i)] = 1.0
            self.program.add_row(lower=1.0, of_sites=members)

    def solve(self) -> Point | None:
        """Where the program ends, as worth; None when the clock ended it."""
        found = self.program.solve()
        if found is None:
            return None
        if not found.feasible:
            return Point(
                False, -np.inf, found.shares, found.theta, found.closing, found.opening
            )  # fmt: skip
        return found.times(-self._scale)

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps, as worth."""
        return -self._scale * self.program.probe(steps)

    def cut_off(self, point: Point, tolerance: float) -> int:
        """Add the cuts that a point violates by more than a tolerance of worth; how many."""
        p = self.problem
        price, _ = self._cuts.prices_at(p.start, p.site, p.cost, p.beyond, point.shares)
        return self._cut(price, point.theta, point.shares, tolerance)

    def _cut(
        self,
        price: NDArray[np.float64],
        theta: NDArray[np.float64],
        shares: NDArray[np.float64],
        tolerance: float,
    ) -> int:
        p = self.problem
        saved = np.maximum(price[p.cell] - p.cost, 0.0) * self._by_cell[p.cell]
        ahead = np.bincount(p.cell, weights=saved * shares[p.site], minlength=p.n_cells)
        bound = self._by_cell * price
        least = max(tolerance / self._scale, _VISIBLE)
        wanted = bound - ahead - theta[: p.n_cells] > least
        if not wanted.any():
            return 0
        cells = np.flatnonzero(wanted)
        used = wanted[p.cell] & (saved > 0)
        sizes = np.bincount(p.cell[used], minlength=p.n_cells)[cells]
        self.program.add_cuts(
            cells, bound[cells], np.append(0, np.cumsum(sizes)), p.site[used], saved[used]
        )
        return len(cells)

    def _weights(self) -> NDArray[np.float64]:
        """What each site saves by itself, of the mean of the samples."""
        p = self.problem
        saved = (p.top[p.cell] - p.cost) * self._by_cell[p.cell]
        return np.asarray(np.bincount(p.site, weights=saved, minlength=p.n_sites))

    def overlap(self, site: int) -> NDArray[np.float64]:
        """What each site saves where one of them saves too."""
        p = self.problem
        saved = (p.top[p.cell] - p.cost) * self._by_cell[p.cell]
        own = np.zeros(p.n_cells)
        here = p.site == site
        own[p.cell[here]] = saved[here]
        both = np.minimum(saved, own[p.cell])
        return np.asarray(np.bincount(p.site, weights=both, minlength=p.n_sites))

    def rounded_down(self, bound: float) -> float:
        """Values may be any."""
        return bound

    def next_above(self, floor: float) -> float:
        """The least worth that counts as better."""
        return floor + 1e-9 * max(1.0, abs(floor)) if np.isfinite(floor) else floor
