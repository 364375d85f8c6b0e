"""A linear program over sites' shares that grows by cuts, and the bound that it proves.

Columns are the shares ``y`` of the sites, 0 ... 1, at most ``most`` of them open, and ``theta``:
what clusters of cells cost at least, as the cuts so far know it (Benders 1962).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.branching.rows import CompressedRows, CutRows
from allocator.location.engines.limits import Limits
from allocator.lp.incremental import GrowingLp
from allocator.lp.status import Status


@dataclass(frozen=True, eq=False)
class Point:
    """Where a program ended.

    Attributes
    ----------
    feasible
        Whether there is an answer to it at all.
    bound
        What no choice can be better than, whatever the solver's tolerance: a least cost, or, where
        it says so, a greatest worth. Infinitely bad when infeasible.
    shares
        Of the sites, shape ``(n_sites,)``.
    theta
        As the program has them.
    closing, opening
        Bound if each site is closed, or opened, shape ``(n_sites,)``.
    """

    feasible: bool
    bound: float
    shares: NDArray[np.float64]
    theta: NDArray[np.float64]
    closing: NDArray[np.float64]
    opening: NDArray[np.float64]

    def times(self, unit: float) -> "Point":
        """The same in another unit; a negative one turns cost into worth."""
        return Point(
            self.feasible, unit * self.bound, self.shares, self.theta, unit * self.closing,
            unit * self.opening,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Stand:
    """Where the simplex method stood.

    Attributes
    ----------
    basis
        As the solver knows it.
    rows
        Numbers of the rows that were there, ascending, shape ``(n_rows,)``.
    """

    basis: object
    rows: NDArray[np.int64]


class CutProgram:
    """Minimise what sites and thetas cost, at most ``most`` sites open, subject to cuts.

    Parameters
    ----------
    site_cost, theta_cost
        Per site and per theta, shapes ``(n_sites,)`` and ``(n_thetas,)``; numbers near 1.
    least, top
        Bounds of the thetas, finite, shape ``(n_thetas,)``.
    most
        How many sites may be open; the first row, of number 1, says so.
    """

    def __init__(
        self,
        site_cost: NDArray[np.float64],
        theta_cost: NDArray[np.float64],
        *,
        least: NDArray[np.float64],
        top: NDArray[np.float64],
        most: int,
        limits: Limits,
    ) -> None:
        from allocator.location.engines.branching import kernels

        self._kernels = kernels
        self.limits, self.most = limits, most
        self.n_sites, self.n_thetas = len(site_cost), len(theta_cost)
        self._cost = np.concatenate([site_cost, theta_cost])
        self._least, self._top = least, top
        self.low, self.high = np.zeros(self.n_sites), np.ones(self.n_sites)
        self._lp = GrowingLp(
            self._cost, np.concatenate([self.low, least]), np.concatenate([self.high, top]),
            seed=limits.seed, threads=limits.threads, well_scaled=True,
        )  # fmt: skip
        self.rows = CutRows(self._lp)
        self.add_row(most, of_sites=np.ones(self.n_sites))

    def add_row(
        self,
        upper: float = np.inf,
        *,
        lower: float = -np.inf,
        of_sites: NDArray[np.float64] | None = None,
        of_thetas: NDArray[np.float64] | None = None,
    ) -> int:
        """Append a row that stays until it is dropped; its number."""
        sites = np.zeros(self.n_sites) if of_sites is None else of_sites
        thetas = np.zeros(self.n_thetas) if of_thetas is None else of_thetas
        return self.rows.add_lasting(np.concatenate([sites, thetas]), lower, upper)

    def add_sites_rows(self, members: NDArray[np.bool_]) -> list[int]:
        """Append rows that count open sites of sets, without sides yet; their numbers.

        ``members`` has shape ``(n_sets, n_sites)``.
        """
        start = np.append(0, np.cumsum(members.sum(axis=1)))
        site = np.nonzero(members)[1]
        rows = CompressedRows(start, site, np.ones(len(site)))
        return self.rows.add_all_lasting(rows, -np.inf, np.inf)

    def add_cuts(
        self,
        theta: NDArray[np.int64],
        constant: NDArray[np.float64],
        start: NDArray[np.int64],
        site: NDArray[np.int32],
        value: NDArray[np.float64],
        *,
        sign: float = 1.0,
    ) -> None:
        """Append ``sign * theta_k + sum_j value_j y_j >= constant``, sites in compressed rows."""
        columns = np.insert(site.astype(np.int64), start[1:], self.n_sites + theta)
        values = np.insert(value, start[1:], sign)
        self.rows.add_cuts(CompressedRows(start + np.arange(len(start)), columns, values), constant)

    def allow(self, most: int, limits: Limits) -> None:
        """Ask the same for another number of sites, all of them undecided."""
        self.limits, self.most = limits, most
        self.rows.set_sides(1, -np.inf, float(most))
        self.set_sites(np.zeros(self.n_sites), np.ones(self.n_sites))

    def set_sites(self, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        """Replace the bounds of the sites' shares."""
        changed = np.flatnonzero((low != self.low) | (high != self.high))
        if len(changed):
            self._lp.set_column_bounds(changed, low[changed], high[changed])
            self.low, self.high = low.copy(), high.copy()

    def stand(self) -> Stand:
        """Where the simplex method stands."""
        return Stand(self._lp.basis(), self.rows.numbers)

    def return_to(self, stand: Stand) -> None:
        """Go back to where the simplex method stood, even if rows have come and gone since."""
        self._lp.restart_from(stand.basis, self.rows.places_of(stand.rows))

    def solve(self) -> Point | None:
        """Solve from where it stands; None when the clock ended it."""
        found = self._lp.solve(self.limits.seconds_left())
        if found.status is Status.NO_SOLUTION:
            self.limits.note_clock(True)
            return None
        if found.status is Status.INFEASIBLE:
            nothing = np.empty(0)
            return Point(False, np.inf, nothing, nothing, nothing, nothing)
        bound, closing, opening = self._safe_bound(found.duals)
        shares = np.clip(found.values[: self.n_sites], self.low, self.high)
        self.rows.forget(found.duals)
        return Point(True, bound, shares, found.values[self.n_sites :], closing, opening)

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps from where it stands; rows stay."""
        found = self._lp.solve(self.limits.seconds_left(), step_limit=steps)
        if found.status is Status.INFEASIBLE:
            return np.inf
        if len(found.duals) != len(self.rows):
            return -np.inf
        return self._safe_bound(found.duals)[0]

    def _safe_bound(
        self, duals: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Lagrangian bound at the duals, and what it becomes when a site is closed or opened.

        True for any duals: each side is dropped where the sign does not fit, thetas take the
        better end, and of the sites the best ``most`` are taken.
        """
        kernels, rows = self._kernels, self.rows
        # Not the number of sites: the choice of the best keeps to it.
        prices, base = kernels.prices_of(duals, rows.lower, rows.upper, 0)
        left = self._cost - rows.priced(prices)
        base += kernels.best_between(left[self.n_sites :], self._least, self._top)
        best, closing, opening = kernels.best_sites(
            left[: self.n_sites], self.low, self.high, self.most
        )
        base += best
        return base, base + closing, base + opening
