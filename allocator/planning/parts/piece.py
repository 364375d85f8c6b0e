"""The program of one part as arrays, with what ties it to the others."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from allocator.lp.matrices import ArrayProgram

Floats = NDArray[np.float64]
BUDGET = ("budget", "all")
"""The key of the planner's own budget among the shares."""


@dataclass(frozen=True, eq=False)
class Expression:
    """A vector over the columns of a piece, and a constant."""

    vector: Floats
    constant: float = 0.0

    def value(self, x: Floats) -> float:
        """Value at a point."""
        return float(self.vector @ x) + self.constant


@dataclass(frozen=True, eq=False)
class PartsShare:
    """What a part brings to a row over several parts.

    Attributes
    ----------
    amount
        What it adds to the row's left-hand side.
    allowed
        What it adds to the right-hand side, where that adds up over parts.
    scale, beyond
        What it adds to one hundred percent, and to what is missed whatever is decided.
    """

    amount: Expression
    allowed: float = 0.0
    scale: float = 0.0
    beyond: float = 0.0


@dataclass(frozen=True)
class Missed:
    """By how much a rule is missed in an area: columns with coefficients, and a constant."""

    rule: str
    columns: tuple[int, ...]
    coefficients: tuple[float, ...]
    constant: float
    scale: float


@dataclass(frozen=True, eq=False)
class Piece:
    """A part's program, and how its columns are to be read.

    Attributes
    ----------
    program
        Its rows and columns.
    tiers
        Expressions to minimise, by tier; ``cost`` and ``change`` settle ties.
    homes, copies
        Position in the whole of a site decided here, or across the border -> its column.
    shares
        (rule, area) -> what the part brings to a row over several parts.
    missed, asked
        What rules inside the part are missed by, and the tiers in which some rule is asked.
    amounts, attributes, branches
        What is decided besides: (resource, unit), (attribute, position) and (rule, area, branch).
    """

    part: int
    program: ArrayProgram
    tiers: dict[str, Expression]
    homes: dict[int, int]
    copies: dict[int, int]
    shares: dict[tuple[str, str], PartsShare]
    missed: tuple[Missed, ...]
    asked: frozenset[str]
    amounts: dict[tuple[str, str], int] = field(default_factory=dict)
    attributes: dict[tuple[str, int], int] = field(default_factory=dict)
    branches: dict[tuple[str, str, str], int] = field(default_factory=dict)
