"""Rows and variables before they are programs, so that what no row couples is solved apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from allocator.lp.program import Program
from allocator.lp.rows import Row, Sense, Term, Variable


@dataclass(frozen=True)
class _Column:
    name: str
    low: float
    high: float | None
    whole: bool


@dataclass(frozen=True, eq=False)
class Part:
    """What rows couple: a program, its variables by their numbers in the draft, its rows."""

    program: Program
    variables: Mapping[Variable, Variable]
    rows: frozenset[int]

    @property
    def key(self) -> tuple[frozenset[Variable], frozenset[int]]:
        """What it shares with a part of the same draft if, and only if, they are the same."""
        return frozenset(self.variables), self.rows

    def terms(self, terms: Iterable[Term]) -> list[Term]:
        """Those terms of an expression that are this part's."""
        return [(c, self.variables[v]) for c, v in terms if v in self.variables]


@dataclass(eq=False)
class Draft:
    """Rows of no program yet; a variable is a number."""

    columns: list[_Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def integer(self, name: str, low: float = 0, high: float | None = None) -> Variable:
        """Add a whole-number variable in [low, high]."""
        self.columns.append(_Column(name, low, high, True))
        return len(self.columns) - 1

    def continuous(self, name: str, low: float = 0, high: float | None = None) -> Variable:
        """Add a variable in [low, high]."""
        self.columns.append(_Column(name, low, high, False))
        return len(self.columns) - 1

    def require(self, name: str, terms: Iterable[Term], sense: Sense, rhs: float) -> None:
        """Add a row; it must name a variable."""
        self.rows.append(Row(name, tuple(terms), sense, rhs))

    def split(self, name: str) -> list[Part]:
        """A program for each part that no row couples with another, the smallest first."""
        if not self.columns:
            return []
        homes = self._homes()
        sizes = np.bincount(homes)
        programs = [Program(name) for _ in sizes]
        made: list[dict[Variable, Variable]] = [{} for _ in sizes]
        for number, (home, column) in enumerate(zip(homes, self.columns, strict=True)):
            add = programs[home].integer if column.whole else programs[home].continuous
            made[home][number] = add(column.name, column.low, column.high)
        rows: list[set[int]] = [set() for _ in sizes]
        for at, row in enumerate(self.rows):
            home = homes[row.terms[0][1]]
            rows[home].add(at)
            terms = [(c, made[home][v]) for c, v in row.terms]
            programs[home].require(row.name, terms, row.sense, row.rhs)
        order = np.argsort(sizes, kind="stable")
        return [Part(programs[k], made[k], frozenset(rows[k])) for k in order]

    def _homes(self) -> NDArray[np.int64]:
        """The part of each variable, shape ``(n_columns,)``."""
        first = [row.terms[0][1] for row in self.rows for _ in row.terms]
        other = [variable for row in self.rows for _, variable in row.terms]
        size = len(self.columns)
        links = coo_array((np.ones(len(first)), (first, other)), shape=(size, size))
        _, found = connected_components(links, directed=False)
        return np.asarray(found, dtype=np.int64)
