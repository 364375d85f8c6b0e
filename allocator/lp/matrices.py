"""A program as arrays, to be sent to another process or put together with others."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.lp.entries import Floats, limits_of, matrix_of, sides_of
from allocator.lp.program import Program
from allocator.lp.rows import Term, Variable


@dataclass(frozen=True, eq=False)
class ArrayProgram:
    """Rows and columns of a program, without an objective.

    Attributes
    ----------
    matrix
        Shape ``(n_rows, n_columns)``.
    row_lower, row_upper
        Sides of the rows, shape ``(n_rows,)``; infinite where there is none.
    lower, upper
        Bounds of the columns, shape ``(n_columns,)``.
    whole
        Whether a column holds whole numbers, shape ``(n_columns,)``.
    """

    matrix: csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    whole: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Columns:
    """Where each variable of a program stands among the columns."""

    program: Program
    place: dict[Variable, int]

    @classmethod
    def of(cls, program: Program) -> "Columns":
        """Number the variables of a program as it is now."""
        named = [*program._problem.variables(), *program._in_no_row]
        return cls(program, {v: j for j, v in enumerate(dict.fromkeys(named))})

    def vector(self, terms: Iterable[Term]) -> Floats:
        """Coefficients of an expression, shape ``(n_columns,)``."""
        found = np.zeros(len(self.place))
        for coefficient, variable in terms:
            found[self.place[variable]] += coefficient
        return found

    def arrays(self) -> ArrayProgram:
        """Rows and columns, without an objective."""
        rows, variables = self.program._problem.constraints(), list(self.place)
        return ArrayProgram(
            matrix_of(rows, variables), *sides_of(rows), *limits_of(variables),
            np.array([v.cat == "Integer" for v in variables], dtype=np.bool_),
        )  # fmt: skip
