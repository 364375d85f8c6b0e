"""The part of a problem of servers in which something better than the best answer may still lie."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.servers.problem import ServerProblem
from allocator.location.engines.servers.program import ServerRows

_MARGIN = 1e-7


@dataclass(frozen=True, eq=False)
class Narrowed:
    """A smaller problem.

    Attributes
    ----------
    problem
        Only sites that a better answer may use; rows that now reach the same sites are merged.
    sites
        The position of each of its sites before, ascending.
    n_sites
        Number of sites before.
    """

    problem: ServerProblem
    sites: NDArray[np.int64]
    n_sites: int

    def widened(self, servers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Servers per site of the problem before."""
        full = np.zeros(self.n_sites, dtype=np.int64)
        full[self.sites] = servers
        return full


def narrowed(
    problem: ServerProblem, rows: ServerRows, duals: NDArray[np.float64], worth: float
) -> Narrowed | None:
    """Leave out what the prices of rows show to be worth less than ``worth``.

    A server more at a site whose reduced cost is ``r > 0`` lowers the bound by ``r``, one less
    where ``r < 0`` by ``-r``: no better answer goes further than the gap allows. None when a row
    that needs a server has lost its last site: then there is no better answer.
    """
    bound, reduced = rows.priced(duals)
    slack = max(rows.scale * (rows.people(bound) - worth), 0.0)
    slack += _MARGIN * max(1.0, rows.scale * abs(worth))
    r = reduced[: problem.n_sites]
    room = np.floor(np.minimum(slack / np.maximum(np.abs(r), 1e-12), problem.p)).astype(np.int64)
    high = np.where(r > 0, np.minimum(problem.high, problem.low + room), problem.high)
    low = np.where(r < 0, np.maximum(problem.low, problem.high - room), problem.low)
    sites = np.flatnonzero(high > 0)
    must = problem.must.of_sites(sites)
    if not must.degree.all():
        return None
    merged, row_of = problem.rows.of_sites(sites).aggregate()
    weight = np.bincount(row_of, weights=problem.weight, minlength=merged.n_cells)
    useful = np.flatnonzero(merged.degree > 0)
    left = np.asarray(weight[useful], dtype=np.float64)
    smaller = replace(
        problem, rows=merged.of_cells(useful), weight=left, low=low[sites],
        high=high[sites], must=must.aggregate()[0],
    )  # fmt: skip
    return Narrowed(smaller, sites, problem.n_sites)
