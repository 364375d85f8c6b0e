"""CoverProblem: the same pairs from both sides, and steps of cost."""

import numpy as np
import pytest
from cover_instances import disc_sets, problem_of, sets_of

from allocator.location.engines.set_cover.problem import cost_step, rounded_up


def test_pairs_from_both_sides():
    """Rows of sites and sites of rows are the same pairs."""
    sets = disc_sets(0, 30, 12, 0.3)
    problem = problem_of(sets, np.ones(12))
    assert sets_of(problem.columns) == [[i for i in range(30) if j in sets[i]] for j in range(12)]
    assert problem.columns.n_sites == problem.n_rows == 30
    assert np.array_equal(problem.matrix.toarray() > 0, [[j in s for j in range(12)] for s in sets])


def test_part_renumbers():
    """A part keeps the pairs between its rows and its sites, and the costs of its sites."""
    part = problem_of([[0, 1, 3], [2], [1, 3]], [5, 6, 7, 8]).part(
        np.array([0, 2]), np.array([0, 3])
    )
    assert sets_of(part.rows) == [[0, 1], [1]]
    assert part.cost.tolist() == [5, 8]
    empty = part.part(np.array([], dtype=np.int64), np.array([], dtype=np.int64))
    assert (empty.n_rows, empty.n_sites, empty.n_pairs) == (0, 0, 0)


def test_price_and_times_covered():
    """A choice costs the sum of its sites; rows count the chosen sites that they reach."""
    problem = problem_of([[0, 1, 3], [2], [1, 3]], [5, 6, 7, 8])
    assert problem.price(np.array([1, 3])) == 14
    assert problem.times_covered(np.array([1, 3])).tolist() == [2, 0, 2]


@pytest.mark.parametrize(
    ("cost", "step"),
    [
        ([1, 1], 1.0), ([300, 450, 0], 150.0), ([0, 0], 0.0), ([], 0.0), ([1.5, 3.0], 0.0),
        ([1, 2_000_001], 0.0), ([1e300], 0.0),
    ],
)  # fmt: skip
def test_step_of_costs(cost, step):
    """Whole costs have a step, unless it is too fine to help."""
    assert cost_step(np.array(cost, dtype=float)) == step


def test_bounds_round_up_to_the_next_step():
    """No cover costs a fraction of a step; the last digits of a bound are forgiven."""
    assert rounded_up(300.1, 150.0) == 450.0
    assert rounded_up(300.00001, 150.0) == 300.0
    assert rounded_up(2.25, 0.0) == 2.25
    assert rounded_up(-np.inf, 1.0) == -np.inf
