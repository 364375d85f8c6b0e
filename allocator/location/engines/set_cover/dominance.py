"""Dominance: the part of a cover problem that still needs thought."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.travel.coverage import Coverage


@dataclass(frozen=True, eq=False)
class Reduced:
    """What is left.

    Attributes
    ----------
    problem
        The rows and sites still to be decided on, renumbered.
    sites
        The position of each of its sites before, ascending.
    forced
        Positions (before) of sites that some least-cost cover contains anyway.
    """

    problem: CoverProblem
    sites: NDArray[np.int64]
    forced: NDArray[np.int64]


def reduce_by_dominance(problem: CoverProblem) -> Reduced:
    """Drop what cannot matter, until nothing more drops.

    A row that reaches all that another reaches is covered with it. A site is needless when
    another one, no dearer, covers the same and more. The only site of a row is forced, and the
    rows that it covers are done. The least cost stays the same (Toregas & ReVelle 1973).
    """
    sites = np.arange(problem.n_sites)
    forced: list[NDArray[np.int64]] = []
    while problem.n_rows:
        before = (problem.n_rows, problem.n_sites)
        rows = np.flatnonzero(~_dominated(problem, by_site=False))
        problem = problem.part(rows, np.arange(problem.n_sites))
        useful = np.flatnonzero(~_dominated(problem, by_site=True))
        problem = problem.part(np.arange(problem.n_rows), useful)
        sites = sites[useful]
        only = np.unique(problem.rows.site[problem.rows.start[:-1][problem.rows.degree == 1]])
        if len(only):
            forced.append(sites[only])
            open_rows = np.flatnonzero(problem.times_covered(only) == 0)
            others = np.setdiff1d(np.arange(problem.n_sites), only)
            problem, sites = problem.part(open_rows, others), sites[others]
        if (problem.n_rows, problem.n_sites) == before:
            break
    if not problem.n_rows:
        nobody = np.empty(0, dtype=np.int64)
        problem, sites = problem.part(nobody, nobody), nobody
    return Reduced(problem, sites, np.sort(np.concatenate([*forced, np.empty(0, np.int64)])))


def minimal_rows(coverage: Coverage) -> NDArray[np.int64]:
    """Cells whose cover implies that of all others, ascending: no set contains another's."""
    problem = CoverProblem(coverage, np.ones(coverage.n_sites))
    return np.flatnonzero(~_dominated(problem, by_site=False))


def needless_sites(coverage: Coverage) -> NDArray[np.int64]:
    """Sites of whose cells another site reaches all, ascending; of equal ones one is needed."""
    problem = CoverProblem(coverage, np.ones(coverage.n_sites))
    return np.flatnonzero(_dominated(problem, by_site=True))


def _dominated(problem: CoverProblem, *, by_site: bool) -> NDArray[np.bool_]:
    from allocator.location.engines.set_cover import dominance_kernels

    sets, back = problem.rows, problem.columns
    cost = np.zeros(problem.n_rows)
    if by_site:
        sets, back, cost = back, sets, problem.cost
    dead: NDArray[np.bool_] = dominance_kernels.find_dominated(
        sets.start, sets.site, back.start, back.site, cost, not by_site
    )
    return dead
