"""Rows and limits of PuLP's objects as arrays."""

import numpy as np

from allocator.lp.entries import limits_of, matrix_of, sides_of
from allocator.lp.program import Program


def test_rows_and_limits_as_they_were_stated():
    """Columns follow the variables as given; a side or a limit that is not there is infinite."""
    program = Program("p")
    x, y = program.integer("x", 1, 5), program.continuous("y")
    program.require("a", [(2.0, x), (0.0, y)], "<=", 7.0)
    program.require("b", [(1.0, y), (-3.0, x)], ">=", -1.0)
    program.require("c", [(1.0, y)], "==", 4.0)
    rows = program._problem.constraints()
    matrix = matrix_of(rows, [y, x])
    assert matrix.toarray().tolist() == [[0, 2], [1, -3], [1, 0]]
    assert matrix.nnz == 4
    lower, upper = sides_of(rows)
    assert lower.tolist() == [-np.inf, -1, 4]
    assert upper.tolist() == [7, np.inf, 4]
    low, high = limits_of([y, x])
    assert low.tolist() == [0, 1]
    assert high.tolist() == [np.inf, 5]
