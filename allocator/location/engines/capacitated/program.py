"""The capacitated question as an integer program, strong form, straight to HiGHS."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, vstack

from allocator.location.engines.capacitated.problem import CapacitatedProblem
from allocator.location.engines.capacitated.sending import Assignment, assign
from allocator.location.engines.limits import Limits
from allocator.lp.arrays import ArraySolution, solve_arrays

_Rows = tuple[csr_array, NDArray[np.float64], NDArray[np.float64]]


def solve_program(
    problem: CapacitatedProblem,
    limits: Limits,
    *,
    node_limit: int | None = None,
    start: Assignment | None = None,
) -> ArraySolution:
    r"""Branch and bound over which sites are open, and who goes where.

    .. math:: \min \sum_j f_j y_j + \sum_{ij} c_{ij} x_{ij} \quad \text{s.t.} \quad
              \sum_j x_{ij} = 1, \; x_{ij} \le y_j, \;
              L_j y_j \le \sum_i w_i x_{ij} \le U_j y_j, \; \sum_j y_j \le p

    Columns are the sites, then the arcs.
    """
    n_sites, n_arcs = problem.n_sites, len(problem.site)
    blocks = [_served(problem), _linked(problem), *_loads(problem), _count(problem)]
    if problem.closest:
        blocks.append(_closest(problem))
    whole = np.concatenate([np.ones(n_sites), np.full(n_arcs, float(problem.single))])
    reachable = np.bincount(problem.site, minlength=n_sites) > 0
    usable = (problem.high > 0) & reachable | (problem.low == 0)
    solution = solve_arrays(
        np.concatenate([problem.price, problem.cost]),
        csr_array(vstack([b[0] for b in blocks])),
        np.concatenate([b[1] for b in blocks]),
        np.concatenate([b[2] for b in blocks]),
        np.concatenate([problem.forced.astype(float), np.zeros(n_arcs)]),
        np.concatenate([np.where(usable | problem.forced, 1.0, 0.0), np.ones(n_arcs)]),
        whole,
        gap=limits.gap,
        start=None if start is None else _columns_of(problem, start),
        **limits.of_a_solve(node_limit),
    )
    limits.note_clock(solution.stopped_by_clock)
    return solution


def read_program(problem: CapacitatedProblem, solution: ArraySolution) -> Assignment | None:
    """The answer in a solution, with the flows of its sites found again exactly."""
    if not len(solution.values):
        return None
    n_sites = problem.n_sites
    is_open = solution.values[:n_sites] > 0.5
    again = assign(problem, np.flatnonzero(is_open))
    if not problem.single:
        return again
    share = solution.values[n_sites:]
    best = np.lexsort((-share, problem.cell))[problem.start[:-1]]
    site = problem.site[best]
    load = np.bincount(site, weights=problem.people, minlength=n_sites)
    slack = 1e-6 * np.maximum(1.0, problem.high)
    fits = (load <= problem.high + slack) & (load >= problem.low - slack)
    if not (is_open[site].all() and fits[is_open].all()):
        return again
    opened = np.flatnonzero(is_open)
    paid = float(problem.cost[best].sum() + problem.price[opened].sum())
    if again is not None and again.cost <= paid:
        return again
    cells = np.arange(problem.n_cells)
    return Assignment(opened, paid, cells, site, problem.people, np.zeros(len(opened)))


def _columns_of(problem: CapacitatedProblem, answer: Assignment) -> NDArray[np.float64]:
    """An answer as columns of the program."""
    opened = np.zeros(problem.n_sites)
    opened[answer.sites] = 1.0
    key = problem.cell * problem.n_sites + problem.site
    at = np.searchsorted(key, answer.cell * problem.n_sites + answer.site)
    at = np.minimum(at, len(key) - 1)
    there = key[at] == answer.cell * problem.n_sites + answer.site
    people = problem.people[answer.cell]
    part = np.where(people > 0, answer.people / np.where(people > 0, people, 1.0), 1.0)
    share = np.zeros(len(key))
    np.add.at(share, at[there], part[there])
    return np.concatenate([opened, share])


def _served(problem: CapacitatedProblem) -> _Rows:
    n, arcs = problem.n_cells, np.arange(len(problem.site))
    entries = (np.ones(len(arcs)), (problem.cell, problem.n_sites + arcs))
    matrix = coo_array(entries, shape=(n, problem.n_sites + len(arcs)))
    return matrix.tocsr(), np.ones(n), np.ones(n)


def _linked(problem: CapacitatedProblem) -> _Rows:
    """Nobody goes to a closed site."""
    n_arcs = len(problem.site)
    arcs = np.arange(n_arcs)
    values = np.concatenate([np.ones(n_arcs), -np.ones(n_arcs)])
    columns = np.concatenate([problem.n_sites + arcs, problem.site])
    entries = (values, (np.concatenate([arcs, arcs]), columns))
    matrix = coo_array(entries, shape=(n_arcs, problem.n_sites + n_arcs))
    return matrix.tocsr(), np.full(n_arcs, -np.inf), np.zeros(n_arcs)


def _loads(problem: CapacitatedProblem) -> list[_Rows]:
    """Load within its band where a site is open, in units of the band so that rows are of one size.

    Upper rows only where a band can be exceeded at all.
    """
    n_sites, n_arcs = problem.n_sites, len(problem.site)
    arcs, people = np.arange(n_arcs), problem.people[problem.cell]
    reaching = np.bincount(problem.site, weights=people, minlength=n_sites)
    blocks: list[_Rows] = []
    for band, sign, asked in (
        (problem.high, 1.0, reaching > problem.high),
        (problem.low, -1.0, problem.low > 0),
    ):
        row = np.cumsum(asked) - 1
        n_rows = int(asked.sum())
        size = np.where(band > 0, band, 1.0)
        mine = asked[problem.site]
        values = np.concatenate(
            [sign * (people / size[problem.site])[mine], -sign * (band / size)[asked]]
        )
        rows = np.concatenate([row[problem.site[mine]], row[asked]])
        columns = np.concatenate([n_sites + arcs[mine], np.flatnonzero(asked)])
        matrix = coo_array((values, (rows, columns)), shape=(n_rows, n_sites + n_arcs))
        blocks.append((matrix.tocsr(), np.full(n_rows, -np.inf), np.zeros(n_rows)))
    return blocks


def _count(problem: CapacitatedProblem) -> _Rows:
    n_sites, n_columns = problem.n_sites, problem.n_sites + len(problem.site)
    entries = (np.ones(n_sites), (np.zeros(n_sites, dtype=np.int64), np.arange(n_sites)))
    matrix = coo_array(entries, shape=(1, n_columns)).tocsr()
    return matrix, np.array([0.0]), np.array([float(problem.p)])


def _closest(problem: CapacitatedProblem) -> _Rows:
    """Rows of closest assignment: an open site is passed by for no farther one.

    ``sum of x over strictly farther sites + y_j <= 1``, the same as the textbook's since shares of
    a cell add up to 1.
    """
    n_sites, n_arcs = problem.n_sites, len(problem.site)
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int64]] = []
    for i in np.flatnonzero(problem.people > 0).tolist():
        span = np.arange(problem.start[i], problem.start[i + 1])
        farther = problem.away[span][None, :] > problem.away[span][:, None]
        near, far = np.nonzero(farther)
        rows += [span[near], span]
        columns += [n_sites + span[far], problem.site[span]]
    if not rows:
        return csr_array((0, n_sites + n_arcs)), np.empty(0), np.empty(0)
    row, column = np.concatenate(rows), np.concatenate(columns)
    matrix = coo_array((np.ones(len(row)), (row, column)), shape=(n_arcs, n_sites + n_arcs))
    return matrix.tocsr(), np.full(n_arcs, -np.inf), np.ones(n_arcs)
