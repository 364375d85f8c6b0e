"""PuLP's problem as a program needs it: one that does not look through all of its rows again."""

from typing import Any

import pulp

from allocator.lp.rows import Variable


class Problem(pulp.LpProblem):  # type: ignore[misc]
    """PuLP's problem, which never looks through all of its rows again for variables."""

    changed = True

    def addConstraint(self, constraint: Any, name: str | None = None) -> None:  # noqa: N802
        """Add a row."""
        self.changed = True
        super().addConstraint(constraint, name)

    def setObjective(self, obj: Any) -> None:  # noqa: N802 - PuLP's name
        """Say what is minimised."""
        self.changed = True
        super().setObjective(obj)

    def variables(self) -> list[Variable]:
        """All variables, sorted by name."""
        if self.changed:
            # PuLP sorts likewise, after asking every row; rows have told theirs as they came.
            self._add_variables(self.objective.keys() if self.objective else ())
            self._variables.sort(key=lambda v: v.name)
            self.changed = False
        return list(self._variables)

    def give_way(self, row: Any, variable: Variable, sign: float) -> None:
        """Let a variable loosen a row that stands already."""
        row.addInPlace(pulp.LpAffineExpression([(variable, sign)]))
        self._add_variables([variable])
        self.changed = True
