"""The rows of the models that count servers, as arrays for HiGHS, and a bound from their prices.

Per site a whole number ``x_j``; per row of people a column for each step ``k`` by which its worth
rises, from the ``a_i`` servers that it reaches anyway; ``n_i`` is what it reaches.

* Where each server adds no more than the one before, the steps fill by themselves: the ``v`` may
  be broken numbers, ``sum_k v_ik <= n_i - a_i``. The far steps of a row are one column, priced as
  the first of them: a bound from above, and exact for every answer that does not go so far.
* Otherwise the ``v`` are whole: ``sum_k (t_k - t_(k-1)) v_ik <= n_i - a_i``, ``v_ik <= v_i(k-1)``
  with ``t_k`` the servers that step ``k`` asks for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, hstack, vstack

from allocator.location.engines.servers.problem import SHARE_TOLERANCE, ServerProblem

_TOTAL_WEIGHT = 2.0**20  # objectives of this size suit the tolerances of solvers
_TOTAL_SHARE = 2.0**10


@dataclass(frozen=True, eq=False)
class _Steps:
    """The columns ``v``: row, servers before and after, worth per person, room, column before."""

    row: NDArray[np.int64]
    before: NDArray[np.int64]
    after: NDArray[np.int64]
    gain: NDArray[np.float64]
    upper: NDArray[np.float64]
    parent: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ServerRows:
    """An integer program: minimise ``cost @ (x, v)``.

    Attributes
    ----------
    matrix, row_lower, row_upper, col_lower, col_upper, cost, whole
        As :func:`allocator.lp.arrays.solve_arrays` takes them; the sites come first.
    scale
        Costs are minus the people times this.
    base
        What the rows are worth that no column stands for, in people.
    """

    matrix: csr_array
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    col_lower: NDArray[np.float64]
    col_upper: NDArray[np.float64]
    cost: NDArray[np.float64]
    whole: NDArray[np.bool_]
    scale: float
    base: float
    steps: _Steps

    def people(self, cost: float) -> float:
        """An objective (or bound) of the program in people."""
        return self.base - cost / self.scale

    def point(self, problem: ServerProblem, servers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The columns' values that go with servers at sites."""
        steps, n = self.steps, problem.in_reach(servers)[self.steps.row]
        whole = self.whole[problem.n_sites :]
        filled = np.clip(n - steps.before, 0, steps.after - steps.before)
        reached = (n >= steps.after).astype(np.int64)
        return np.concatenate([servers, np.where(whole, reached, filled)]).astype(np.float64)

    def safe_bound(self, duals: NDArray[np.float64]) -> float:
        """People that no answer exceeds, for any prices of rows: the Lagrangian at ``duals``.

        Safe whatever a solver's tolerance; no prices give what everybody is worth with all they
        can reach.
        """
        return self.people(self.priced(duals)[0])

    def priced(self, duals: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The least cost at prices of rows, and each column's cost less what its rows pay."""
        price = np.zeros(len(self.row_lower)) if not len(duals) else duals.copy()
        price[(price > 0) & ~np.isfinite(self.row_lower)] = 0.0
        price[(price < 0) & ~np.isfinite(self.row_upper)] = 0.0
        side = np.where(price > 0, self.row_lower, self.row_upper)
        paid = float((price * np.where(price == 0, 0.0, side)).sum())
        reduced = self.cost - self.matrix.T @ price
        best = np.where(reduced > 0, self.col_lower, self.col_upper)
        return paid + float((reduced * best).sum()), reduced


def server_rows(problem: ServerProblem, fine: NDArray[np.int64]) -> ServerRows:
    """The program; ``fine`` is how many servers each row's single steps go up to."""
    concave = problem.is_concave
    steps = _single_steps(problem, fine) if concave else _whole_steps(problem)
    n_steps, n_sites = len(steps.row), problem.n_sites
    links, linked = _links(steps, concave)
    chains = _chains(steps.parent)
    shared, least = _share(problem, steps)
    total = csr_array(np.ones((1, n_sites)))
    n_must = problem.must.n_cells
    matrix = vstack(
        [
            hstack([problem.matrix[linked], links]),
            hstack([csr_array((chains.shape[0], n_sites)), chains]),
            hstack([problem.must_matrix, csr_array((n_must, n_steps))]),
            hstack([csr_array((shared.shape[0], n_sites)), shared]),
            hstack([total, csr_array((1, n_steps))]),
        ],
        format="csr",
    )
    sides: list[ArrayLike] = [
        problem.fewest[linked], np.zeros(chains.shape[0]), np.ones(n_must), least, [-np.inf],
    ]  # fmt: skip
    upper = np.full(matrix.shape[0], np.inf)
    upper[-1] = problem.p
    scale = _power_of_two(_TOTAL_WEIGHT / float(problem.weight.sum())) if n_steps else 1.0
    return ServerRows(
        matrix=csr_array(matrix),
        row_lower=np.concatenate(sides).astype(np.float64),
        row_upper=upper,
        col_lower=np.concatenate([problem.low, np.zeros(n_steps)]).astype(np.float64),
        col_upper=np.concatenate([problem.high, steps.upper]).astype(np.float64),
        cost=np.concatenate([np.zeros(n_sites), -scale * problem.weight[steps.row] * steps.gain]),
        whole=np.concatenate([np.ones(n_sites, np.bool_), np.full(n_steps, not concave)]),
        scale=scale,
        base=float(problem.weight @ problem.value[problem.fewest]),
        steps=steps,
    )


def _single_steps(problem: ServerProblem, fine: NDArray[np.int64]) -> _Steps:
    """One column per server up to ``fine``, one for all beyond."""
    fewest, most = problem.fewest, problem.most
    last = np.clip(fine, fewest, most)
    single = last - fewest
    row = np.repeat(np.arange(problem.n_rows), single)
    first = np.repeat(np.cumsum(single) - single, single)
    before = fewest[row] + np.arange(len(row)) - first
    far = np.flatnonzero(last < most)
    row, before, after = (
        np.concatenate([row, far]),
        np.concatenate([before, last[far]]),
        np.concatenate([before + 1, most[far]]),
    )
    gain = problem.gain[before] if len(before) else np.zeros(0)
    kept = np.flatnonzero(gain > 0)
    kept = kept[np.lexsort((before[kept], row[kept]))]
    room = (after - before)[kept].astype(np.float64)
    alone = np.full(len(kept), -1, dtype=np.int64)
    return _Steps(row[kept], before[kept], after[kept], gain[kept], room, alone)


def _whole_steps(problem: ServerProblem) -> _Steps:
    """One column per number of servers at which the worth rises, or at which a rule looks."""
    counts = problem.gain > 0
    counts[:1] |= problem.share > 0
    row, before, after, parent = ([np.empty(0, dtype=np.int64)] for _ in range(4))
    column_of = np.full(problem.n_rows, -1, dtype=np.int64)
    there = problem.fewest
    n_columns = 0
    for asked in (np.flatnonzero(counts) + 1).tolist():
        rows = np.flatnonzero((problem.fewest < asked) & (problem.most >= asked))
        row.append(rows)
        before.append(there[rows])
        after.append(np.full(len(rows), asked))
        parent.append(column_of[rows])
        column_of[rows] = n_columns + np.arange(len(rows))
        n_columns += len(rows)
        there = np.maximum(there, asked)
    reached = np.concatenate(after)
    gain = problem.gain[reached - 1] if len(reached) else np.zeros(0)
    return _Steps(
        np.concatenate(row), np.concatenate(before), reached, gain,
        np.ones(len(reached)), np.concatenate(parent),
    )  # fmt: skip


def _links(steps: _Steps, concave: bool) -> tuple[csr_array, NDArray[np.int64]]:
    """What the steps of each row use up of its servers, and the rows that have steps."""
    width = np.ones(len(steps.row)) if concave else (steps.after - steps.before).astype(float)
    linked, at = np.unique(steps.row, return_inverse=True)
    pairs = (at, np.arange(len(steps.row)))
    return coo_array((-width, pairs), shape=(len(linked), len(steps.row))).tocsr(), linked


def _chains(parent: NDArray[np.int64]) -> csr_array:
    """A step is only taken after the one before: ``v_parent - v >= 0``."""
    child = np.flatnonzero(parent >= 0)
    at = np.arange(len(child))
    values = np.concatenate([np.ones(len(child)), -np.ones(len(child))])
    pairs = (np.concatenate([at, at]), np.concatenate([parent[child], child]))
    return coo_array((values, pairs), shape=(len(child), len(parent))).tocsr()


def _share(problem: ServerProblem, steps: _Steps) -> tuple[csr_array, NDArray[np.float64]]:
    """People who reach a server: a row over the first steps, if there is such a rule."""
    if problem.share <= 0:
        return csr_array((0, len(steps.row))), np.zeros(0)
    scale = _power_of_two(_TOTAL_SHARE / problem.share)
    anyway = float(problem.weight[problem.fewest > 0].sum())
    people = np.where(steps.before == 0, problem.weight[steps.row], 0.0)
    least = problem.share * (1 - SHARE_TOLERANCE) - anyway
    return csr_array(scale * people[None, :]), np.array([scale * least])


def _power_of_two(number: float) -> float:
    """The power of two below a number: multiplying by it loses no digit."""
    return float(2.0 ** np.floor(np.log2(number)))
