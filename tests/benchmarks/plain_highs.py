"""The compact integer program handed to HiGHS as arrays: what somebody who knows both would do.

Only pairs that count are in it, and who is covered is left continuous. The reach comes from a k-d
tree of SciPy; nothing of this package is used.
"""

import highspy
import numpy as np
from benchmarks.instances import RADIUS_KM, County
from benchmarks.jobs import Job
from benchmarks.peers import Found, dense_km
from numpy.typing import NDArray
from scipy.sparse import block_array, coo_array, csc_array, eye_array, hstack, kron, vstack
from scipy.spatial import cKDTree

Arrays = NDArray[np.float64]
_OVER_PAIRS = ("p_median", "p_center")


def arcs(job: Job, county: County) -> csc_array | Arrays:
    """Cells x sites: 1 where the radius reaches; for median and centre all kilometres."""
    if job.model in _OVER_PAIRS:
        return dense_km(job, county)
    trees = cKDTree(county.cell_xy_m), cKDTree(county.site_xy_m)
    near = trees[0].sparse_distance_matrix(trees[1], RADIUS_KM * 1000, output_type="ndarray")
    shape = len(county.people), len(county.site_xy_m)
    matrix = coo_array((np.ones(len(near)), (near["i"], near["j"])), shape=shape).tocsr()
    if job.model == "lscp":
        matrix = matrix[np.diff(matrix.indptr) > 0]
    return matrix.tocsc()


def by_highs(job: Job, county: County, reach: csc_array | Arrays, seconds: float) -> Found:
    """Solve, within a time limit."""
    if job.model in _OVER_PAIRS:
        return _solve(*_over_pairs(job, county.people, reach), reach.shape[1], seconds)
    n_cells, n_sites = reach.shape
    count, people = np.ones(n_sites), county.people
    if job.model == "lscp":
        least = np.ones(n_cells), np.full(n_cells, np.inf)
        return _solve(count, csc_array(reach), *least, n_sites, seconds)
    per_cell = hstack([reach, -eye_array(n_cells)])
    nobody = np.zeros(n_cells)
    if job.model == "mclp":  # at most p sites, most people
        cost = np.concatenate([0 * count, -people])
        last, span = np.concatenate([count, nobody]), (-np.inf, float(job.p))
    else:  # fewest sites, at least the share of the people
        cost = np.concatenate([count, nobody])
        last = np.concatenate([0 * count, people])
        span = (job.share * people.sum(), np.inf)
    matrix = csc_array(vstack([per_cell, coo_array(last[None])]))
    lower, upper = np.append(nobody, span[0]), np.append(nobody + np.inf, span[1])
    return _solve(cost, matrix, lower, upper, n_sites, seconds, most=1.0)


def _over_pairs(job: Job, people: Arrays, km: Arrays) -> tuple[Arrays, csc_array, Arrays, Arrays]:
    """Columns: sites, then pairs by cell, then (centre only) the longest distance."""
    n_cells, n_sites = km.shape
    pairs = n_cells * n_sites
    each = kron(eye_array(n_cells), np.ones((1, n_sites)))
    link = kron(np.ones((n_cells, 1)), eye_array(n_sites))
    blocks = [
        [None, each], [link, -eye_array(pairs)], [coo_array(np.ones((1, n_sites))), None],
    ]  # fmt: skip
    lower = np.concatenate([np.ones(n_cells), np.zeros(pairs), [0.0]])
    upper = np.concatenate([np.ones(n_cells), np.full(pairs, np.inf), [job.p]])
    if job.model == "p_median":
        cost = np.concatenate([np.zeros(n_sites), (people[:, None] * km).ravel()])
        return cost, csc_array(block_array(blocks)), lower, upper
    away = coo_array((km.ravel(), (np.repeat(np.arange(n_cells), n_sites), np.arange(pairs))))
    blocks = [[*row, None] for row in blocks]
    blocks.append([None, -away, coo_array(np.ones((n_cells, 1)))])
    cost = np.append(np.zeros(n_sites + pairs), 1.0)
    lower = np.append(lower, np.zeros(n_cells))
    upper = np.append(upper, np.full(n_cells, np.inf))
    return cost, csc_array(block_array(blocks)), lower, upper


def _solve(
    cost: Arrays,
    matrix: csc_array,
    lower: Arrays,
    upper: Arrays,
    n_sites: int,
    seconds: float,
    most: float = np.inf,
) -> Found:
    """Minimise; the first ``n_sites`` columns are binary, the others lie in 0..most."""
    n_rows, n_columns = matrix.shape
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = n_rows, n_columns
    model.col_cost_, model.row_lower_, model.row_upper_ = cost, lower, upper
    model.col_lower_ = np.zeros(n_columns)
    model.col_upper_ = np.concatenate([np.ones(n_sites), np.full(n_columns - n_sites, most)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = matrix.indptr
    model.a_matrix_.index_ = matrix.indices
    model.a_matrix_.value_ = matrix.data
    kinds = [highspy.HighsVarType.kInteger] * n_sites
    model.integrality_ = kinds + [highspy.HighsVarType.kContinuous] * (n_columns - n_sites)
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("time_limit", seconds)
    highs.passModel(model)
    highs.run()
    info = highs.getInfo()
    done = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    bound = abs(info.mip_dual_bound) if np.isfinite(info.mip_dual_bound) else None
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Found(np.empty(0, np.int64), "no answer", bound)
    values = np.array(highs.getSolution().col_value[:n_sites])
    return Found(np.flatnonzero(values > 0.5), "optimal" if done else "feasible", bound)
