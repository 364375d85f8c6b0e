"""Rows and limits of PuLP's objects as arrays."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


def matrix_of(rows: Sequence[Any], variables: Sequence[Any]) -> csr_array:
    """Coefficients, shape ``(n_rows, n_variables)``; numbers the variables in their order.

    PuLP's own way, entry by entry, takes longer than HiGHS.
    """
    for index, variable in enumerate(variables):
        variable.index = index
    start = np.cumsum([0, *map(len, rows)])
    columns = np.array([v.index for row in rows for v in row], dtype=np.int32)
    values = np.array([c for row in rows for c in row.values()], dtype=np.float64)
    matrix: csr_array = csr_array((values, columns, start), shape=(len(rows), len(variables)))
    matrix.eliminate_zeros()
    return matrix


def sides_of(rows: Sequence[Any]) -> tuple[Floats, Floats]:
    """Lower and upper sides of rows; infinite where there is none."""
    lower = [-math.inf if row.sense == pulp.LpConstraintLE else -row.constant for row in rows]
    upper = [math.inf if row.sense == pulp.LpConstraintGE else -row.constant for row in rows]
    return np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64)


def limits_of(variables: Iterable[Any]) -> tuple[Floats, Floats]:
    """Lower and upper bounds of variables; infinite where there is none."""
    bounds = [(v.lowBound, v.upBound) for v in variables]
    lower = [-math.inf if low is None else low for low, _ in bounds]
    upper = [math.inf if high is None else high for _, high in bounds]
    return np.array(lower, dtype=np.float64), np.array(upper, dtype=np.float64)
