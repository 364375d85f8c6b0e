"""Arrays straight to HiGHS: statuses that are true, bounds that hold, sizes that fit."""

import numpy as np
import pytest
from cover_instances import lattice_sets, problem_of
from scipy.sparse import csr_array

from allocator.errors import InputError
from allocator.lp.arrays import solve_arrays
from allocator.lp.status import Status

TRIANGLE = csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0]]))
ANY = [np.inf] * 3


def triangle(cost=(1.0, 1.0, 1.0), *, whole=None, least=1.0, upper=1.0, **options):
    """Each of three pairs needs ``least`` of its two sites."""
    return solve_arrays(cost, TRIANGLE, [least] * 3, ANY, [0] * 3, [upper] * 3, whole, **options)


def test_relaxation_has_values_and_prices():
    """Half of each site is enough for the relaxation, and each row costs a half."""
    solution = triangle()
    assert solution.status is Status.OPTIMAL
    assert solution.values == pytest.approx([0.5] * 3)
    assert solution.duals == pytest.approx([0.5] * 3)
    assert solution.objective == solution.bound == pytest.approx(1.5)


def test_interior_point_agrees():
    """The interior point method without crossover gives the same optimum and prices."""
    solution = triangle(method="ipm")
    assert solution.objective == pytest.approx(1.5)
    assert solution.duals == pytest.approx([0.5] * 3, abs=1e-6)


def test_whole_numbers_cost_more():
    """Two whole sites are needed; an integer program has no prices."""
    solution = triangle(whole=[1, 1, 1], start=[1, 1, 1])
    assert solution.status is Status.OPTIMAL
    assert solution.objective == solution.bound == pytest.approx(2)
    assert len(solution.duals) == 0


def test_each_column_may_be_whole_or_not():
    """Whole numbers are asked of the columns named, and of no other."""
    solution = triangle((1.0, 1.1, 1.0), whole=[0, 1, 0])
    assert solution.objective == pytest.approx(1.55 if solution.values[1] == 0.5 else 2.0)
    assert solution.values[1] == pytest.approx(round(solution.values[1]))


def test_statuses_are_told_apart():
    """No answer, no limit and no rows are three different things."""
    assert triangle(least=3.0).status is Status.INFEASIBLE
    assert triangle((-1.0, 1.0, 1.0), upper=np.inf).status is Status.UNBOUNDED
    nothing = solve_arrays([], csr_array((0, 0)), [], [], [], [])
    assert nothing.status is Status.OPTIMAL
    assert nothing.objective == 0


def test_stopped_by_work_is_not_optimal():
    """A node limit leaves an answer, a bound below it, and the status feasible."""
    problem = problem_of(lattice_sets(20, 20), np.ones(400))
    solution = solve_arrays(
        problem.cost, problem.matrix, np.ones(problem.n_rows), np.full(problem.n_rows, np.inf),
        np.zeros(problem.n_sites), np.ones(problem.n_sites), np.ones(problem.n_sites),
        node_limit=1, start=np.ones(problem.n_sites),
    )  # fmt: skip
    assert solution.status is Status.FEASIBLE
    assert not solution.stopped_by_clock
    assert solution.bound < solution.objective
    assert (problem.matrix @ np.rint(solution.values) >= 1).all()


def test_threads_may_change_between_solves():
    """One process may solve with two threads and then with one."""
    assert triangle(threads=2).status is Status.OPTIMAL
    assert triangle(threads=1).status is Status.OPTIMAL


def test_sizes_that_do_not_fit_are_all_named():
    """Every vector of the wrong length is named."""
    with pytest.raises(InputError) as caught:
        solve_arrays([1.0], TRIANGLE, [1] * 2, ANY, [0] * 3, [1] * 3)
    assert "cost must have shape (3,), got (1,)" in str(caught.value)
    assert "row_lower must have shape (3,), got (2,)" in str(caught.value)
