"""A linear program over sites' shares that grows by cuts, and the bound that it proves.

Columns are the shares ``y`` of the sites, 0 ... 1, at most ``most`` of them open, and ``theta``:
what clusters of cells pay at least, as the cuts so far know it (Benders 1962).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from allocator.location.engines.limits import Limits
from allocator.lp.incremental import GrowingLp
from allocator.lp.status import Status

_IDLE_SOLVES = 6  # a cut that has not been binding for so many solves goes
_PURGE_EVERY = 5
_SLACK = 1e-7


@dataclass(frozen=True, eq=False)
class CutPoint:
    """Where the program ended.

    Attributes
    ----------
    feasible
        Whether there is an answer to it at all.
    bound
        What no choice can cost less than, whatever the solver's tolerance; ``inf`` if infeasible.
    shares, theta
        Of the sites, shape ``(n_sites,)``; per cluster, shape ``(n_clusters,)``.
    closing, opening
        Bound if each site is closed, or opened, shape ``(n_sites,)``.
    """

    feasible: bool
    bound: float
    shares: NDArray[np.float64]
    theta: NDArray[np.float64]
    closing: NDArray[np.float64]
    opening: NDArray[np.float64]


class CutProgram:
    """Minimise the sum of ``theta``, at most ``most`` sites open, subject to cuts.

    Parameters
    ----------
    n_sites, most
        Number of sites; how many may be open.
    least, top
        Of each ``theta``, shape ``(n_clusters,)``; finite.
    """

    def __init__(
        self,
        n_sites: int,
        most: int,
        least: NDArray[np.float64],
        top: NDArray[np.float64],
        limits: Limits,
    ) -> None:
        self._limits, self.n_sites, self.most = limits, n_sites, most
        self._least, self._top = least, top
        self.low, self.high = np.zeros(n_sites), np.ones(n_sites)
        self._lp = GrowingLp(
            np.concatenate([np.zeros(n_sites), np.ones(len(least))]),
            np.concatenate([self.low, least]), np.concatenate([self.high, top]),
            seed=limits.seed, threads=limits.threads,
        )  # fmt: skip
        self._matrix = csr_array((0, n_sites + len(least)))
        self._lower, self._upper = np.empty(0), np.empty(0)
        self._idle = np.empty(0, dtype=np.int64)  # solves since a cut bound; -1 for other rows
        self._name = np.empty(0, dtype=np.int64)
        self._solves = self._names = 0
        self.add_row(np.ones(n_sites), -np.inf, float(most))

    @property
    def n_clusters(self) -> int:
        """Number of thetas."""
        return len(self._least)

    def add_row(self, of_sites: NDArray[np.float64], lower: float, upper: float) -> int:
        """Append a row over the sites that stays until it is dropped; its name."""
        row = np.concatenate([of_sites, np.zeros(self.n_clusters)])
        self._append(csr_array(row[None, :]), np.array([lower]), np.array([upper]), -1)
        self._names += 1
        self._name[-1] = self._names
        return self._names

    def add_sites_row(self, members: NDArray[np.bool_]) -> int:
        """Append a row that counts open sites of a set, without sides yet; its name."""
        return self.add_row(members.astype(np.float64), -np.inf, np.inf)

    def add_cuts(
        self,
        cluster: NDArray[np.int64],
        constant: NDArray[np.float64],
        start: NDArray[np.int64],
        site: NDArray[np.int32],
        saved: NDArray[np.float64],
    ) -> None:
        """Append ``theta_k + sum_j saved_j y_j >= constant``, sites in compressed rows."""
        columns = np.insert(site, start[1:], self.n_sites + cluster)
        values = np.insert(saved, start[1:], 1.0)
        shape = (len(cluster), self.n_sites + self.n_clusters)
        rows = csr_array((values, columns, start + np.arange(len(start))), shape=shape)
        self._append(rows, constant, np.full(len(cluster), np.inf), 0)

    def _append(
        self, rows: csr_array, lower: NDArray[np.float64], upper: NDArray[np.float64], idle: int
    ) -> None:
        self._lp.add_rows(lower, upper, rows)
        self._matrix = vstack([self._matrix, rows], format="csr")
        self._lower = np.concatenate([self._lower, lower])
        self._upper = np.concatenate([self._upper, upper])
        self._idle = np.concatenate([self._idle, np.full(len(lower), idle)])
        self._name = np.concatenate([self._name, np.full(len(lower), -1)])

    def drop_rows(self, names: set[int]) -> None:
        """Delete rows by name."""
        if names:
            self._keep(~np.isin(self._name, sorted(names)))

    def set_row(self, name: int, lower: float, upper: float) -> None:
        """Replace the sides of a row that stays."""
        at = int(np.flatnonzero(self._name == name)[0])
        if (self._lower[at], self._upper[at]) != (lower, upper):
            self._lower[at], self._upper[at] = lower, upper
            self._lp.set_row_bounds([at], lower, upper)

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

    def solve(self) -> CutPoint | None:
        """Solve from where it stands; None when the clock ended it."""
        found = self._lp.solve(self._limits.seconds_left())
        if found.status is Status.NO_SOLUTION:
            self._limits.note_clock(True)
            return None
        if found.status is Status.INFEASIBLE:
            nothing = np.empty(0)
            return CutPoint(False, np.inf, nothing, nothing, nothing, nothing)
        bound, closing, opening = self._safe_bound(found.duals)
        shares = np.clip(found.values[: self.n_sites], self.low, self.high)
        self._forget(found.duals)
        return CutPoint(True, bound, shares, found.values[self.n_sites :], closing, opening)

    def probe(self, steps: int) -> float:
        """Bound after at most so many simplex steps from where it stands; rows stay."""
        found = self._lp.solve(self._limits.seconds_left(), step_limit=steps)
        if found.status is Status.INFEASIBLE:
            return np.inf
        if len(found.duals) != len(self._lower):
            return -np.inf
        return self._safe_bound(found.duals)[0]

    def _forget(self, duals: NDArray[np.float64]) -> None:
        """Delete cuts that have not been binding for a while."""
        cuts = self._idle >= 0
        self._idle[cuts] = np.where(np.abs(duals[cuts]) > _SLACK, 0, self._idle[cuts] + 1)
        self._solves += 1
        if self._solves % _PURGE_EVERY:
            return
        gone = self._idle >= _IDLE_SOLVES
        if gone.sum() > 0.1 * len(gone):
            self._keep(~(gone & self._lp.slack_rows()))

    def _keep(self, kept: NDArray[np.bool_]) -> None:
        self._lp.delete_rows(~kept)
        self._matrix = self._matrix[kept]
        self._lower, self._upper = self._lower[kept], self._upper[kept]
        self._idle, self._name = self._idle[kept], self._name[kept]

    def _safe_bound(
        self, duals: NDArray[np.float64]
    ) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
        """Lagrangian bound at the duals, and what it becomes when a site is closed or opened.

        True for any duals: each side is dropped where the sign does not fit, thetas take the
        better end, and of the sites the best ``most`` are taken.
        """
        prices = np.where((duals > 0) & np.isfinite(self._lower), duals, 0.0)
        prices += np.where((duals < 0) & np.isfinite(self._upper), duals, 0.0)
        prices[0] = 0.0  # the number of sites is kept to by the choice of the best
        bought = prices != 0
        side = np.where(prices > 0, self._lower, self._upper)
        base = float((prices[bought] * side[bought]).sum())
        left = -(self._matrix.T @ prices)
        rest = 1.0 + left[self.n_sites :]
        base += float(np.where(rest > 0, rest * self._least, rest * self._top).sum())
        best, closing, opening = best_sites(left[: self.n_sites], self.low, self.high, self.most)
        base += best
        return base, base + closing, base + opening


def best_sites(
    worth: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64], most: int
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Least sum over at most ``most`` sites, and how much it rises when each is closed or opened.

    ``inf`` where that is not possible.
    """
    fixed = low > 0.5
    free = np.flatnonzero((high > 0.5) & ~fixed)
    room = most - int(fixed.sum())
    closing, opening = np.zeros(len(worth)), np.zeros(len(worth))
    closing[fixed], opening[high < 0.5] = np.inf, np.inf
    if room < 0:
        return np.inf, closing, opening
    order = free[np.argsort(worth[free], kind="stable")]
    taken, others = order[:room], order[room:]
    taken = taken[worth[taken] < 0]
    last = worth[taken[-1]] if len(taken) == room and room else 0.0
    following = min(0.0, float(worth[others[0]])) if len(others) and len(taken) == room else 0.0
    opening[free] = (worth[free] - last) if room else np.inf
    opening[taken] = 0.0
    closing[taken] = following - worth[taken]
    return float(worth[fixed].sum() + worth[taken].sum()), closing, opening
