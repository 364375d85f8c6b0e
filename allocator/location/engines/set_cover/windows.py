"""Windows: small choices of rows, and what every cover must do within them.

A cut is a weight per site such that every cover weighs at least 1. It may be stronger than all
the rows together: three rows of which each site covers two need two sites, not one and a half.
Which weights serve best at a point ``y`` is found by turns (Applegate, Bixby, Chvatal & Cook, 'TSP
cuts which do not conform to the template paradigm', 2001): a small linear program over the covers
known so far proposes weights, and a search through the window finds covers that are too light for
them, until there are none. Windows that look alike, as most do on a raster, share their cuts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.location.engines.limits import Limits
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.lp.incremental import GrowingLp

_COVERS_AT_ONCE = 12
_NODES = 50_000
_MIX = 0.05  # share of an even spread in the point that a cut is made for: it then suits others
_LEAST_VIOLATION = 1e-3
_MARGIN = 1e-6  # covers lighter than 1 by less than a tenth of this may go unseen


@dataclass(frozen=True, eq=False)
class WindowKind:
    """Windows that look alike.

    Attributes
    ----------
    n_rows
        Rows of each window, at most 64.
    trace
        The different sets of rows that sites cover, as bits, ascending.
    start, site, place
        Window ``w`` is touched by ``site[start[w]:start[w + 1]]``, whose traces are ``place``.
    """

    n_rows: int
    trace: NDArray[np.uint64]
    start: NDArray[np.int64]
    site: NDArray[np.int64]
    place: NDArray[np.int64]

    @property
    def n_windows(self) -> int:
        """Number of windows."""
        return len(self.start) - 1

    def window(self, at: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sites that touch one window, and the place of each one's trace."""
        low, high = self.start[at], self.start[at + 1]
        return self.site[low:high], self.place[low:high]

    def mean_load(self, y: NDArray[np.float64]) -> NDArray[np.float64]:
        """How much of each trace is open, on average over the windows, shape ``(n_traces,)``."""
        total = np.bincount(self.place, weights=y[self.site], minlength=len(self.trace))
        return np.asarray(total / self.n_windows)


def window_kinds(problem: CoverProblem, size: int) -> list[WindowKind]:
    """A window of ``size`` rows around each row, by kind, the most frequent first."""
    from allocator.location.engines.set_cover import (
        window_kernels,  # compiled: loaded when first needed
    )

    rows, columns = problem.rows, problem.columns
    window_start, window_row = window_kernels.windows_around(
        rows.start, rows.site, columns.start, columns.site, size
    )
    start, site, trace = window_kernels.traces(
        rows.start, rows.site, problem.n_sites, window_start, window_row
    )
    n_rows = np.diff(window_start).tolist()
    alike: dict[tuple[int, bytes], list[int]] = {}
    for w, (low, high) in enumerate(zip(start[:-1].tolist(), start[1:].tolist(), strict=True)):
        of_window = trace[low:high]
        first = np.concatenate([[True], of_window[1:] != of_window[:-1]])
        alike.setdefault((n_rows[w], of_window[first].tobytes()), []).append(w)
    by_number = sorted(alike.items(), key=lambda kind: -len(kind[1]))
    return [
        _kind(
            size_here,
            np.frombuffer(distinct, dtype=np.uint64),
            np.array(members),
            start,
            site,
            trace,
        )
        for (size_here, distinct), members in by_number
    ]


def _kind(
    n_rows: int,
    distinct: NDArray[np.uint64],
    members: NDArray[np.int64],
    start: NDArray[np.int64],
    site: NDArray[np.int64],
    trace: NDArray[np.uint64],
) -> WindowKind:
    sizes = start[members + 1] - start[members]
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    at = np.arange(first[-1]) + np.repeat(start[members] - first[:-1], sizes)
    place = np.searchsorted(distinct, trace[at]).astype(np.int64)
    return WindowKind(n_rows, distinct, first, site[at], place)


class CutMaker:
    """Cuts for windows of one kind; the covers found for one serve the next."""

    def __init__(self, kind: WindowKind) -> None:
        n = len(kind.trace)
        self._kind = kind
        self._program = GrowingLp(np.zeros(n), np.zeros(n), np.ones(n))
        self._weight = np.full(n, 1.0 / kind.n_rows)

    def cut(
        self,
        load: NDArray[np.float64],
        at_most: int,
        limits: Limits,
        *,
        least_violation: float = _LEAST_VIOLATION,
    ) -> tuple[NDArray[np.float64] | None, int]:
        """A cut that a point violates most, or nearly so, and the linear programs that it took.

        Parameters
        ----------
        load
            How much of each trace is open at the point, shape ``(n_traces,)``.
        at_most
            Linear programs to solve; beyond, or when the time is over, there is no cut.
        least_violation
            By how much the point must be too light at least.

        Returns
        -------
        weight, solves
            Per trace, >= 0: every cover of such a window weighs at least 1. None where the point
            satisfies all such cuts, nearly.
        """
        self._program.set_cost((1 - _MIX) * load + _MIX * load.sum() / len(load))
        solves = 0
        if self._program.n_rows:
            self._weight, solves = self._lightest(), 1
        while solves < at_most and not limits.out_of_time():
            if solves and self._weight @ load > 1 - least_violation:
                return None, solves
            covers = _light_covers(self._kind, self._weight)
            if covers is None:
                return None, solves + 1
            if not len(covers):
                return self._weight * (1 + _MARGIN), solves + 1
            self._program.add_rows(1.0, np.inf, csr_array(covers.astype(np.float64)))
            self._weight = self._lightest()
            solves += 1
        return None, solves

    def _lightest(self) -> NDArray[np.float64]:
        """The weights at which the point is lightest, as far as the covers known demand."""
        return np.asarray(np.clip(self._program.solve().values, 0.0, 1.0))


def _light_covers(kind: WindowKind, weight: NDArray[np.float64]) -> NDArray[np.bool_] | None:
    """Covers that weigh less than 1; None when that is too hard to say."""
    from allocator.location.engines.set_cover import light_cover_kernels

    covers, nodes = light_cover_kernels.light_covers(
        kind.trace, weight, kind.n_rows, 1.0, _COVERS_AT_ONCE, _NODES
    )
    return covers if nodes >= 0 else None
