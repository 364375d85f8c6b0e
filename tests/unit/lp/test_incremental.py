"""GrowingLp: rows and bounds change, answers stay those of a fresh linear program."""

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from allocator.errors import InputError, SolverError
from allocator.lp import incremental
from allocator.lp.incremental import GrowingLp
from allocator.lp.status import Status

INF = np.inf


def fresh(cost, rows, lower, upper, low, high):
    """Optimum of the same program by SciPy; None when infeasible."""
    rows = np.atleast_2d(rows)
    sides = [(rows, upper), (-rows, -np.asarray(lower))]
    a = np.vstack([r[np.isfinite(s)] for r, s in sides])
    b = np.concatenate([np.asarray(s)[np.isfinite(s)] for _, s in sides])
    answer = linprog(cost, A_ub=a, b_ub=b, bounds=np.column_stack([low, high]))
    return answer.fun if answer.status == 0 else None


def test_rows_and_bounds_come_and_go():
    """After each change the optimum is that of a program built from scratch."""
    rng = np.random.default_rng(3)
    n = 12
    cost = rng.uniform(1, 2, n)
    low, high = np.zeros(n), np.full(n, 5.0)
    lp = GrowingLp(cost, low, high)
    assert lp.solve().objective == 0
    rows, lower, upper = np.empty((0, n)), np.empty(0), np.empty(0)
    for step in range(12):
        new = (rng.random((3, n)) < 0.4).astype(float)
        lp.add_rows(rng_lower := rng.uniform(0, 3, 3), np.full(3, INF), csr_array(new))
        rows, lower = np.vstack([rows, new]), np.append(lower, rng_lower)
        upper = np.append(upper, np.full(3, INF))
        if step % 3 == 1:
            column = int(rng.integers(n))
            low[column] = high[column] = float(rng.integers(0, 2))
            lp.set_column_bounds([column], low[column], high[column])
        if step % 4 == 2:
            lower[1], upper[1] = 0.5, 4.0
            lp.set_row_bounds([1], [0.5], [4.0])
        found, expected = lp.solve(), fresh(cost, rows, lower, upper, low, high)
        if expected is None:
            assert found.status is Status.INFEASIBLE
            break
        assert found.objective == pytest.approx(expected)
        # Reduced costs are 0 between bounds, and fit the bound that a column is at.
        reduced = cost - found.duals @ rows
        assert (reduced[found.values < high - 1e-7] >= -1e-7).all()
        assert (reduced[found.values > low + 1e-7] <= 1e-7).all()
        slack = rows @ found.values - lower
        gone = slack > 0.1
        lp.delete_rows(gone if step % 2 else np.flatnonzero(gone))
        rows, lower, upper = rows[~gone], lower[~gone], upper[~gone]
        assert lp.n_rows == len(rows)
    assert lp.n_columns == n


def test_deleting_slack_rows_keeps_the_basis():
    """Nothing is left to do when rows that did not bind are gone; nor when nothing changed."""
    rng = np.random.default_rng(0)
    rows = csr_array((rng.random((60, 30)) < 0.3).astype(float))
    lp = GrowingLp(rng.uniform(1, 2, 30), np.zeros(30), np.ones(30))
    lp.add_rows(np.full(60, 1.0), np.full(60, INF), rows)
    first = lp.solve()
    assert first.iterations > 5
    slack = rows @ first.values > 1.001
    assert (lp.slack_rows() >= slack).all()
    lp.delete_rows(slack)
    again = lp.solve()
    assert again.objective == pytest.approx(first.objective)
    assert again.iterations == 0
    lp.delete_rows(np.arange(lp.n_rows))
    assert lp.solve().objective == 0


def test_a_basis_can_be_kept_for_later():
    """From a basis taken before, the same bounds need no step."""
    lp = GrowingLp([1.0, 1.5], [0, 0], [1, 1])
    lp.add_rows([1], [INF], csr_array([[1.0, 1.0]]))
    lp.solve()
    basis = lp.basis()
    lp.set_column_bounds([0], 0, 0)
    assert lp.solve().objective == 1.5
    lp.set_column_bounds([0], 0, 1)
    lp.restart_from(basis)
    back = lp.solve()
    assert (back.objective, back.iterations) == (1, 0)


def test_costs_may_change():
    """The optimum follows the costs."""
    lp = GrowingLp([1.0, 2.0], [0, 0], [1, 1])
    lp.add_rows([1], [INF], csr_array([[1.0, 1.0]]))
    assert lp.solve().values.tolist() == [1, 0]
    lp.set_cost([3.0, 2.0])
    assert lp.solve().values.tolist() == [0, 1]


def test_infeasible_is_told_apart():
    """No answer is not an answer; making room again is."""
    lp = GrowingLp([1.0, 1.0], [0, 0], [1, 1])
    lp.add_rows([3], [INF], csr_array([[1.0, 1.0]]))
    assert lp.solve().status is Status.INFEASIBLE
    lp.set_row_bounds([0], [1], [INF])
    assert lp.solve().objective == 1


def test_the_clock_is_told_apart():
    """A limit that ends the solve is neither optimal nor infeasible; the next solve goes on."""
    rng = np.random.default_rng(0)
    rows = csr_array((rng.random((400, 300)) < 0.1).astype(float))
    lp = GrowingLp(rng.uniform(1, 2, 300), np.zeros(300), np.ones(300))
    lp.add_rows(np.full(400, 1.0), np.full(400, INF), rows)
    stopped = lp.solve(time_limit_seconds=1e-9)
    assert stopped.status is Status.NO_SOLUTION
    assert len(stopped.values) == 0
    assert stopped.stopped_by_clock
    assert lp.solve().status is Status.OPTIMAL


def test_a_solve_may_end_after_some_steps_or_above_a_cutoff():
    """The duals of such an end prove a bound below the optimum, and above the cutoff if asked."""
    rng = np.random.default_rng(0)
    cost = rng.uniform(1, 2, 60)
    matrix = (rng.random((80, 60)) < 0.2).astype(float)

    def program():
        lp = GrowingLp(cost, np.zeros(60), np.ones(60))
        lp.add_rows(np.full(80, 1.0), np.full(80, INF), csr_array(matrix))
        return lp

    def bound(duals):
        prices = np.maximum(duals, 0)
        return prices.sum() + np.minimum(cost - prices @ matrix, 0).sum()

    best = program().solve().objective
    few = program().solve(step_limit=10)
    assert few.status is Status.NO_SOLUTION
    assert not few.stopped_by_clock
    assert few.iterations <= 12
    assert bound(few.duals) <= best + 1e-9
    cut_off = program().solve(cutoff=0.7 * best)
    assert cut_off.status is Status.NO_SOLUTION
    assert 0.69 * best <= bound(cut_off.duals) <= best + 1e-9
    lp = program()
    lp.solve(step_limit=10)
    assert lp.solve().objective == pytest.approx(best)


def test_unbounded_raises():
    """What is no answer at all is an error, never a bound."""
    lp = GrowingLp([-1.0], [0], [INF])
    lp.add_rows([0], [INF], csr_array([[1.0]]))
    with pytest.raises(SolverError, match="kUnbounded"):
        lp.solve()


def test_sizes_must_fit():
    """Every wrong size is named at once; a wrong change is refused."""
    with pytest.raises(InputError) as caught:
        GrowingLp([1.0, 1.0], [0.0], [1.0, 1.0, 1.0])
    assert "lower must have shape (2,), got (1,)" in str(caught.value)
    assert "upper must have shape (2,), got (3,)" in str(caught.value)
    with pytest.raises(SolverError, match="refused"):
        GrowingLp([1.0], [0], [1]).set_column_bounds([4], 0, 0)


def test_an_interrupt_stops_the_solve(monkeypatch):
    """Long solves pause, so that Ctrl-C comes through; they can be gone on with afterwards."""
    rng = np.random.default_rng(0)
    cost, rows = rng.uniform(1, 2, 60), csr_array((rng.random((80, 60)) < 0.2).astype(float))

    def program():
        lp = GrowingLp(cost, np.zeros(60), np.ones(60))
        lp.add_rows(np.full(80, 1.0), np.full(80, INF), rows)
        return lp

    expected = program().solve().objective
    monkeypatch.setattr(incremental, "_STEPS_AT_ONCE", 5)
    lp, calls = program(), []
    run = lp._highs.run

    def interrupted():
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return run()

    monkeypatch.setattr(lp._highs, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lp.solve()
    paused = lp.solve()
    assert paused.iterations > 5
    assert paused.objective == pytest.approx(expected)
