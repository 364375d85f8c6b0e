"""Programs as arrays."""

import numpy as np
import pytest

from allocator.lp.arrays import solve_arrays
from allocator.lp.matrices import Columns
from allocator.lp.program import Program
from allocator.lp.solvers import SolverSettings


def test_arrays_have_the_answer_of_the_program():
    """max 3x + 2y + z, x + y <= 4.5, x - y >= -1, y == 2z: x, y whole."""
    program = Program("small")
    x, y = program.integer("x", 0, 10), program.integer("y")
    z = program.continuous("z", 0, 5)
    program.require("sum", [(1, x), (1, y)], "<=", 4.5)
    program.require("difference", [(1, x), (-1, y)], ">=", -1)
    program.require("half", [(1, y), (-2, z)], "==", 0)
    terms = [(-3.0, x), (-2.0, y), (-1.0, z)]
    columns = Columns.of(program)
    made = columns.arrays()
    found = solve_arrays(
        columns.vector(terms), made.matrix, made.row_lower, made.row_upper, made.lower, made.upper,
        made.whole,
    )  # fmt: skip
    expected = program.solve(terms, SolverSettings(gap=0.0))
    assert found.objective == pytest.approx(expected.objective)
    assert made.whole.tolist().count(True) == 2
    assert {v.name[0] for v in columns.place} == {"x", "y", "z"}


def test_variables_of_no_row_have_a_column_and_repeated_terms_add_up():
    program = Program("lonely")
    alone = program.binary("alone", 1)
    other = program.continuous("other", -2, None)
    program.require("limit", [(1, other), (1, other)], "<=", 6)
    columns = Columns.of(program)
    made = columns.arrays()
    at = columns.place[alone]
    assert (made.lower[at], made.upper[at], bool(made.whole[at])) == (1, 1, True)
    assert columns.vector([(1, alone), (2, alone)])[at] == 3
    assert np.isinf(made.upper[columns.place[other]])
    assert made.lower[columns.place[other]] == -2
    assert made.matrix.toarray()[0, columns.place[other]] == 2
