"""A linear program with named rows, on PuLP, that refuses what PuLP would swallow."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pulp

from allocator.errors import SolverError
from allocator.lp.names import Names, plain
from allocator.lp.problems import Problem
from allocator.lp.rows import Row, Sense, Separate, Solution, Term, Variable
from allocator.lp.solvers import SolverSettings, run
from allocator.lp.status import Status

_SENSES = {"<=": pulp.LpConstraintLE, ">=": pulp.LpConstraintGE, "==": pulp.LpConstraintEQ}

_PATIENCE = 6
_NO_RISE = 1e-5
"""Rows for fractions are looked for until so many rounds together raise the bound by no more."""


class CutsUnfinishedError(SolverError):
    """Cutting planes did not end: there is an answer to a part of the rows only."""


class Program:
    """A minimisation with named variables and rows.

    Two names that differ only in punctuation would be merged by the solver's file formats, so
    every name gets a number when it is taken.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._problem = Problem(plain(name), pulp.LpMinimize)
        self._names = Names()
        self._rows: dict[str, Any] = {}
        self._integers: list[Variable] = []
        self._in_no_row: dict[Variable, None] = {}
        self._limits: dict[str, list[Row]] = {}
        self._rounds = 200
        self._exact = False

    def whole_to_the_last_digit(self) -> None:
        """Let whole numbers be off by 1e-9 at most, not 1e-6.

        Where a yes/no variable switches a row by a large number, a millionth of a yes lets
        through what the row forbids.
        """
        self._exact = True

    def integer(self, name: str, low: float = 0, high: float | None = None) -> Variable:
        """Add a whole-number variable in [low, high]."""
        variable = self._problem.add_variable(self._names.unique(name), low, high, "Integer")
        self._integers.append(variable)
        self._in_no_row[variable] = None
        return variable

    def binary(self, name: str, low: int = 0) -> Variable:
        """Add a yes/no variable; ``low=1`` fixes it to yes."""
        return self.integer(name, low, 1)

    def continuous(self, name: str, low: float = 0, high: float | None = None) -> Variable:
        """Add a continuous variable in [low, high]."""
        variable = self._problem.add_variable(self._names.unique(name), low, high, "Continuous")
        self._in_no_row[variable] = None
        return variable

    def require(
        self, name: str, terms: Iterable[Term], sense: Sense, rhs: float, *, limit: str = ""
    ) -> Row:
        """Add the row sum of coefficient * variable {<=, >=, ==} rhs.

        ``limit`` says in words which physical limit it is part of: see :meth:`loosen`.

        Raises
        ------
        SolverError
            If a number is not finite, or the row has no variable and does not hold.
        """
        pairs = tuple(terms)
        if not math.isfinite(rhs) or not all(math.isfinite(c) for c, _ in pairs):
            raise SolverError(f"row {name}: every number must be finite")
        merged: dict[Variable, float] = {}
        for coefficient, variable in pairs:
            merged[variable] = merged.get(variable, 0.0) + coefficient
        if not merged and not _holds(0.0, sense, rhs):
            raise SolverError(f"row {name}: 0 {sense} {rhs:g} can never hold")
        unique = self._names.unique(name)
        if merged:
            expression = pulp.LpAffineExpression(list(merged.items()))
            constraint = pulp.LpConstraint(expression, _SENSES[sense], unique, rhs)
            self._problem.addConstraint(constraint)
            for variable in merged:
                self._in_no_row.pop(variable, None)
            self._rows[unique] = constraint
        row = Row(unique, pairs, sense, rhs)
        if limit and merged:
            self._limits.setdefault(limit, []).append(row)
        return row

    @property
    def limits(self) -> list[str]:
        """Physical limits by their words, in the order in which they were stated."""
        return list(self._limits)

    def loosen(self, limit: str) -> list[tuple[Term, float]]:
        """Let the rows of a limit give way: by how much, and their right-hand sides."""
        found = []
        for row in self._limits[limit]:
            slack = self.continuous(f"give[{row.name}]")
            sign = -1.0 if row.sense == "<=" else 1.0
            self._problem.give_way(self._rows[row.name], slack, sign)
            self._in_no_row.pop(slack, None)
            found.append(((1.0, slack), row.rhs))
        return found

    def fix(self, variable: Variable, value: float) -> None:
        """Let a variable have one value only, from the next solve on."""
        variable.lowBound = variable.upBound = value

    def shift(self, row: Row, by: float) -> None:
        """Change the right-hand side of a row to its first value plus ``by``."""
        self._rows[row.name].changeRHS(row.rhs + by)

    def solve(
        self,
        terms: Iterable[Term],
        settings: SolverSettings,
        *,
        constant: float = 0.0,
        start: dict[Variable, float] | None = None,
        separate: Separate | None = None,
        relaxed: bool = False,
    ) -> Solution:
        """Minimise an expression.

        With ``separate``, rows are added until the answer violates none (cutting planes); every
        round's bound stays valid, since rows are only added. ``relaxed`` lets whole numbers be
        fractions: what is infeasible then is infeasible.
        """
        began = time.perf_counter()
        self._problem.setObjective(_expression([*terms, *self._named_nowhere()], constant))
        if separate and not relaxed and self._integers:
            self._cut_relaxation(settings, separate, began)
        for _ in range(self._rounds):
            solution = self._solve_once(settings, start, began, relaxed=relaxed)
            cuts = separate(solution) if separate and solution.status.has_answer else ()
            if not cuts or solution.interrupted:
                return solution
            for cut in cuts:
                self.require(cut.name, cut.terms, cut.sense, cut.rhs)
        raise CutsUnfinishedError(
            f"{self.name}: rows were still violated after {self._rounds} rounds"
        )

    def _cut_relaxation(self, settings: SolverSettings, separate: Separate, began: float) -> None:
        """Add the rows that fractions violate: cheap to find, and most of those that will matter.

        Ends when none is violated, or when the rows do not raise the bound any more.
        """
        bounds: list[float] = []
        for _ in range(self._rounds):
            solution = self._solve_once(settings, None, began, relaxed=True)
            if not solution.status.has_answer:
                return
            if solution.interrupted:
                raise KeyboardInterrupt
            bounds.append(solution.objective)
            rise = bounds[-1] - bounds[-_PATIENCE] if len(bounds) >= _PATIENCE else math.inf
            if rise <= _NO_RISE * max(1.0, abs(bounds[-1])) and len(bounds) >= _PATIENCE:
                return
            cuts = separate(solution)
            if not cuts:
                return
            for cut in cuts:
                self.require(cut.name, cut.terms, cut.sense, cut.rhs)

    def _named_nowhere(self) -> list[Term]:
        """Terms of no weight for variables in no row, and for one if all else is empty.

        PuLP leaves them out of the columns of an .mps file but writes their bounds, and puts a
        dummy variable into an empty objective: files that nothing else can read.
        """
        return [(0.0, v) for v in (*self._in_no_row, *self._problem.variables()[:1])]

    def _solve_once(
        self,
        settings: SolverSettings,
        start: dict[Variable, float] | None,
        began: float,
        *,
        relaxed: bool,
    ) -> Solution:
        if not self._problem.variables():
            value = float(self._problem.objective.constant)
            return Solution(Status.OPTIMAL, value, value, {}, time.perf_counter() - began)
        whole = [] if relaxed else self._integers
        with self._categories("Continuous" if relaxed else "Integer"):
            outcome = run(self._problem, settings, start, exact=self._exact)
        values = {}
        if outcome.status.has_answer:
            values = {v: float(v.varValue or 0.0) for v in self._problem.variables()}
            for variable in whole:
                # HiGHS leaves 1e-14 on zeros; whole numbers are whole here.
                # PuLP leaves out what no row names: such a variable stays at its lower bound.
                values[variable] = float(round(values.get(variable, variable.lowBound)))
        return Solution(
            outcome.status, outcome.objective, outcome.bound, values,
            time.perf_counter() - began, outcome.interrupted, not outcome.stopped_by_clock,
        )  # fmt: skip

    @contextmanager
    def _categories(self, category: str) -> Iterator[None]:
        """Call the whole-number variables something else for a while."""
        for variable in self._integers:
            variable.cat = category
        try:
            yield
        finally:
            for variable in self._integers:
                variable.cat = "Integer"

    def write(self, path: Path) -> None:
        """Write the model as ``.lp`` or ``.mps`` for any other solver to read."""
        if path.suffix == ".lp":
            self._problem.writeLP(str(path))
        elif path.suffix == ".mps":
            self._problem.writeMPS(str(path))
        else:
            raise SolverError(f"a model is written as .lp or .mps, got {path.name}")

    @property
    def size(self) -> tuple[int, int]:
        """Numbers of rows and of variables."""
        return len(self._rows), len(self._problem.variables())


def _expression(terms: Iterable[Term], constant: float) -> Any:
    merged: dict[Variable, float] = {}
    for coefficient, variable in terms:
        merged[variable] = merged.get(variable, 0.0) + coefficient
    return pulp.LpAffineExpression(list(merged.items()), constant=constant)


def _holds(left: float, sense: Sense, right: float) -> bool:
    tolerance = 1e-9 * max(1.0, abs(right))
    if sense == "<=":
        return left <= right + tolerance
    if sense == ">=":
        return left >= right - tolerance
    return abs(left - right) <= tolerance
