"""CoverProblem: rows to be covered, sites with a cost, nothing else."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.travel.coverage import Coverage

_WHOLE_UP_TO = 1e6


@dataclass(frozen=True, eq=False)
class RowsProblem:
    """Rows that reach sites: what problems of cover and of servers have in common.

    Attributes
    ----------
    rows
        Sites of each row.
    """

    rows: Coverage

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.rows.n_cells

    @property
    def n_sites(self) -> int:
        """Number of sites."""
        return self.rows.n_sites

    @cached_property
    def matrix(self) -> csr_array:
        """Zeros and ones, shape ``(n_rows, n_sites)``."""
        return incidence(self.rows)


@dataclass(frozen=True, eq=False)
class CoverProblem(RowsProblem):
    """Open sites at least cost so that every row reaches one.

    Attributes
    ----------
    cost
        Cost of each site, > 0, shape ``(n_sites,)``.
    """

    cost: NDArray[np.float64]

    @property
    def n_pairs(self) -> int:
        """Number of (row, site) pairs: the size that decides how long things take."""
        return len(self.rows.site)

    @cached_property
    def columns(self) -> Coverage:
        """The same pairs seen from the sites: rows of each site, ascending."""
        row = np.repeat(np.arange(self.n_rows), self.rows.degree)
        order = np.argsort(self.rows.site, kind="stable")
        counts = np.bincount(self.rows.site, minlength=self.n_sites)
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        return Coverage(start=start, site=row[order], n_sites=self.n_rows)

    def part(self, rows: NDArray[np.int64], sites: NDArray[np.int64]) -> "CoverProblem":
        """The problem of some rows and some sites only, both ascending, renumbered."""
        return CoverProblem(self.rows.of_cells(rows).of_sites(sites), self.cost[sites])

    def price(self, chosen: NDArray[np.int64]) -> float:
        """Cost of a choice of sites."""
        return float(self.cost[chosen].sum())

    def times_covered(self, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many chosen sites each row reaches, shape ``(n_rows,)``."""
        return np.bincount(self.columns.of_cells(chosen).site, minlength=self.n_rows)


def incidence(rows: Coverage) -> csr_array:
    """Zeros and ones, shape ``(n_rows, n_sites)``."""
    start, site = rows.start.astype(np.int32), rows.site.astype(np.int32)
    return csr_array((np.ones(len(site)), site, start), shape=(rows.n_cells, rows.n_sites))


def cost_step(cost: NDArray[np.float64]) -> float:
    """Largest number of which every cost is a whole multiple; 0 when there is none to speak of.

    Costs of covers are multiples of it too, so a bound may be rounded up to the next one.

    >>> cost_step(np.array([300.0, 450.0]))
    150.0
    """
    if not len(cost) or not np.array_equal(cost, np.rint(cost)) or cost.max() > 2**52:
        return 0.0
    step = float(np.gcd.reduce(cost.astype(np.int64)))
    return step if step > 0 and cost.max() / step <= _WHOLE_UP_TO else 0.0


def rounded_up(bound: float, step: float) -> float:
    """Bound raised to the next multiple of a step, forgiving the last digits.

    >>> rounded_up(825.2, 1.0), rounded_up(825.0000001, 1.0), rounded_up(825.2, 0.0)
    (826.0, 825.0, 825.2)
    """
    if step <= 0:
        return bound
    return float(np.ceil(bound / step - 1e-6) * step)
