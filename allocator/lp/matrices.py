"""A program as arrays, to be sent to another process or put together with others."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from allocator.lp.program import Program
from allocator.lp.rows import Term, Variable

Floats = NDArray[np.float64]


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
        rows = self.program._problem.constraints()
        entries = [[(self.place[v], c) for v, c in row.items() if c != 0] for row in rows]
        start = np.cumsum([0, *map(len, entries)])
        flat = [entry for row in entries for entry in row]
        variables = list(self.place)
        return ArrayProgram(
            csr_array(
                (np.array([c for _, c in flat], dtype=np.float64), [j for j, _ in flat], start),
                shape=(len(rows), len(variables)),
            ),
            _ends((row.getLb() for row in rows), -np.inf),
            _ends((row.getUb() for row in rows), np.inf),
            _ends((v.lowBound for v in variables), -np.inf),
            _ends((v.upBound for v in variables), np.inf),
            np.array([v.cat == "Integer" for v in variables], dtype=np.bool_),
        )


def _ends(limits: Iterable[float | None], none: float) -> Floats:
    return np.array([none if limit is None else limit for limit in limits], dtype=np.float64)
