"""Maximal covering in SCIP: Benders cuts from a constraint handler, the tree left to SCIP.

The same decomposition as this package's (cells that reach the same sites merged; one estimate per
cluster of rows; a cut is one scan of the reach), to compare the two trees.
"""

from typing import Any

import numpy as np
from benchmarks.instances import County
from benchmarks.jobs import Job
from benchmarks.peers import Found
from numpy.typing import NDArray
from pyscipopt import SCIP_PARAMSETTING, SCIP_RESULT, Conshdlr, Model, quicksum
from scipy.sparse import csc_array, csr_array

_TOLERANCE = 1e-6
_CLUSTERS_PER_SITE = 0.6


class CoverCuts(Conshdlr):
    """theta_k <= people of cluster k who reach an open site."""

    def __init__(self, matrix: csr_array, people: NDArray[np.float64], cluster: Any, y: Any,
                 theta: Any) -> None:  # fmt: skip
        self.matrix, self.people, self.cluster = matrix, people, cluster
        self.y, self.theta = y, theta
        self.rows_of = [np.flatnonzero(cluster == k) for k in range(len(theta))]

    def _point(self, solution: Any = None) -> tuple[Any, Any]:
        value = self.model.getSolVal
        y = np.array([value(solution, one) for one in self.y])
        return y, np.array([value(solution, one) for one in self.theta])

    def _violated(self, y: NDArray[np.float64], theta: NDArray[np.float64]) -> Any:
        cover = self.matrix @ y
        worth = np.minimum(cover, 1.0) * self.people
        most = np.bincount(self.cluster, weights=worth, minlength=len(theta))
        return np.flatnonzero(theta > most + _TOLERANCE * np.maximum(1, most)), cover

    def _cut(self, k: int, cover: NDArray[np.float64]) -> None:
        rows = self.rows_of[k]
        full = rows[cover[rows] >= 1]
        part = rows[cover[rows] < 1]
        slope = self.people[part] @ self.matrix[part]
        row = self.model.createEmptyRowUnspec(
            f"cut{k}", lhs=None, rhs=float(self.people[full].sum()), local=False, removable=True
        )
        self.model.addVarToRow(row, self.theta[k], 1.0)
        for j in np.flatnonzero(slope):
            self.model.addVarToRow(row, self.y[j], -float(slope[j]))
        self.model.flushRowExtensions(row)
        self.model.addCut(row, forcecut=True)
        self.model.releaseRow(row)

    def _separate(self) -> dict[str, Any]:
        y, theta = self._point()
        violated, cover = self._violated(y, theta)
        for k in violated:
            self._cut(int(k), cover)
        return {"result": SCIP_RESULT.SEPARATED if len(violated) else SCIP_RESULT.FEASIBLE}

    def conscheck(self, constraints, solution, *flags) -> dict[str, Any]:
        """Whether a solution claims no more than it covers."""
        violated, _ = self._violated(*self._point(solution))
        return {"result": SCIP_RESULT.INFEASIBLE if len(violated) else SCIP_RESULT.FEASIBLE}

    def consenfolp(self, constraints, n_useful, infeasible) -> dict[str, Any]:
        """Cut off an LP solution that claims more than it covers."""
        return self._separate()

    def consenfops(self, constraints, n_useful, infeasible, objective) -> dict[str, Any]:
        """The same without an LP: leave it to the LP."""
        return {"result": SCIP_RESULT.SOLVELP}

    def conssepalp(self, constraints, n_useful) -> dict[str, Any]:
        """Cuts at fractional points."""
        got = self._separate()
        found = got["result"] == SCIP_RESULT.SEPARATED
        return {"result": SCIP_RESULT.SEPARATED if found else SCIP_RESULT.DIDNOTFIND}

    def conslock(self, constraint, locktype, positive, negative) -> None:
        """Sites may not be closed, estimates may not be raised, without asking."""
        for one in self.y:
            self.model.addVarLocks(one, positive, negative)
        for one in self.theta:
            self.model.addVarLocks(one, negative, positive)


def by_scip(job: Job, county: County, reach: csc_array, seconds: float) -> Found:
    """Merge cells that reach the same sites, and solve within a time limit."""
    by_cell = reach.tocsr()
    by_cell.sort_indices()
    ends = zip(by_cell.indptr[:-1], by_cell.indptr[1:], strict=True)
    seen: dict[bytes, int] = {}
    row = np.array([seen.setdefault(by_cell.indices[a:b].tobytes(), len(seen)) for a, b in ends])
    _, first = np.unique(row, return_index=True)
    people = np.bincount(row, weights=county.people)
    return solve(by_cell[first], people, job.p, seconds)


def solve(matrix: csr_array, people: NDArray[np.float64], p: int, seconds: float) -> Found:
    """Open ``p`` of the sites (columns) so that most people (rows) are covered."""
    n_sites = matrix.shape[1]
    clusters = max(1, round(_CLUSTERS_PER_SITE * n_sites))
    cluster = _clusters(matrix, clusters)
    weight = np.bincount(cluster, weights=people, minlength=clusters)
    model = Model()
    model.hideOutput()
    model.setParam("limits/time", seconds)
    y = [model.addVar(f"y{j}", vtype="B") for j in range(n_sites)]
    theta = [model.addVar(f"theta{k}", lb=0, ub=float(weight[k])) for k in range(clusters)]
    model.addCons(quicksum(y) <= p)
    model.setObjective(quicksum(theta), "maximize")
    model.setPresolve(SCIP_PARAMSETTING.OFF)
    handler = CoverCuts(matrix, people, cluster, y, theta)
    model.includeConshdlr(
        handler, "covercuts", "what is covered", sepapriority=10, enfopriority=-10,
        chckpriority=-10, sepafreq=1, needscons=False,
    )  # fmt: skip
    model.optimize()
    status = "optimal" if model.getStatus() == "optimal" else "feasible"
    best = model.getBestSol()
    chosen = np.flatnonzero([best[one] > 0.5 for one in y])
    status = status if len(chosen) else "no answer"
    return Found(chosen, status, float(model.getDualbound()), matrix.shape[0])


def _clusters(matrix: csr_array, number: int) -> NDArray[np.int64]:
    """Equally many rows each; rows with the same first site stay together."""
    first = np.full(matrix.shape[0], -1)
    some = np.diff(matrix.indptr) > 0
    first[some] = matrix.indices[matrix.indptr[:-1][some]]
    cluster = np.empty(len(first), dtype=np.int64)
    cluster[np.argsort(first, kind="stable")] = np.arange(len(first)) * number // len(first)
    return cluster
