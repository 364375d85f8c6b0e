"""A plan whose recheck disagrees with its rows is an error, not a result."""

import math

import numpy as np
import pandas as pd

from allocator.errors import SolverError
from allocator.plan_tables import Line
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.policy.rules import Budget, CoverageRule, Fairness

_SAME_MINUTES = 1e-4
_SAME_MONEY = 1e-5
_SAME_RATE = 1e-5


def recheck(case: Case, decided: Decided, cells: pd.DataFrame, lines: list[Line]) -> None:
    """Compare what the program believes with what the audit computes from the tables.

    Raises
    ------
    SolverError
        Naming every rule on which the two disagree.
    """
    whole = {line.rule: line for line in lines if line.area == "all"}
    found = []
    for rule in case.policy.rules:
        line = whole.get(rule.id)
        if line is None:
            found.append(f"{rule.id}: the audit has no line")
            continue
        if isinstance(rule, Budget) and rule.strength == "must":
            found += _overspent(rule, line)
        if not line.evaluated or rule.id not in decided.missed:
            continue
        if isinstance(rule, CoverageRule):
            found += _people_disagree(rule, case, cells, [x for x in lines if x.rule == rule.id])
        elif isinstance(rule, Budget) and abs(line.slack or 0.0) <= _SAME_MONEY * float(
            rule.amount or 0
        ):
            continue  # spent to the last coin, within what a solver tells apart
        elif isinstance(rule, Fairness) and abs(line.slack or 0.0) <= _SAME_RATE * float(
            rule.number
        ):
            continue  # on the limit, within what a solver tells apart
        elif line.measure == "minutes" and abs(line.slack or 0.0) <= _SAME_MINUTES:
            continue  # a mean response on the limit, within what a solver tells apart
        elif line.sense == "about" and line.met:
            continue  # aimed at the number itself, met within the band around it
        elif (decided.missed[rule.id] > 1e-4) != (line.met is False):
            found.append(
                f"{rule.id}: the program misses it by {decided.missed[rule.id]:g}, "
                f"the audit says met={line.met} (required {line.required}, got {line.achieved})"
            )
    found += [
        f"{line.rule}: {line.note}"
        for line in lines
        if line.rule.startswith("PHYSICAL") and line.met is False
    ]
    if found and not decided.interrupted:
        raise SolverError("the recheck disagrees with the program\n  - " + "\n  - ".join(found))


def _overspent(rule: Budget, line: Line) -> list[str]:
    if line.slack is None or line.slack >= -_SAME_MONEY * max(1.0, float(rule.amount or 0)):
        return []
    return [f"{rule.id}: the plan costs {-line.slack:,.2f} more than it may"]


def _people_disagree(
    rule: CoverageRule, case: Case, cells: pd.DataFrame, lines: list[Line]
) -> list[str]:
    """Compare the people within reach, per area; what a unit has too much counts nowhere else."""
    people = np.asarray(cells["people"].to_numpy(dtype=np.float64))
    reached = cells[f"covered:{rule.id}"].to_numpy(dtype=bool)
    found = []
    for line in lines:
        if line.measure != "people" or line.achieved is None or (line.area == "all" and rule.level):
            continue
        here = np.ones(len(cells), dtype=np.bool_)
        if line.area != "all":
            here = cells["unit"].isin(case.region.units.inside(line.area)).to_numpy(dtype=bool)
        covered = math.fsum(people[reached & here])
        if not math.isclose(covered, line.achieved, rel_tol=1e-9, abs_tol=1e-6):
            found.append(
                f"{rule.id} [{line.area}]: the arcs cover {covered:,.3f} people, "
                f"the audit {line.achieved:,.3f}"
            )
    return found
