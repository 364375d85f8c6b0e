"""Rows of a program, and answers to it."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from allocator.lp.status import Status, relative_gap

Variable = Any
"""A PuLP variable; opaque outside :mod:`allocator.lp`."""
Term = tuple[float, Variable]
Sense = Literal["<=", ">=", "=="]


@dataclass(frozen=True)
class Row:
    """A row of the program: sum of coefficient * variable {<=, >=, ==} rhs."""

    name: str
    terms: tuple[Term, ...]
    sense: Sense
    rhs: float


@dataclass(frozen=True, eq=False)
class Solution:
    """An answer with its proof. ``values`` is empty unless ``status.has_answer``."""

    status: Status
    objective: float
    bound: float
    values: dict[Variable, float]
    seconds: float
    interrupted: bool = False
    reproducible: bool = True

    @property
    def gap(self) -> float:
        """|objective - bound| / |objective|."""
        return relative_gap(self.objective, self.bound)

    def value(self, terms: Iterable[Term], constant: float = 0.0) -> float:
        """Value of an expression."""
        return math.fsum([constant, *(c * self.values[v] for c, v in terms)])

    def whole(self, variable: Variable) -> int:
        """Value of an integer variable."""
        return round(self.values[variable])


Separate = Callable[[Solution], Sequence[Row]]
"""Rows that a solution violates, be it whole or of fractions; empty when it violates none."""
