"""Ends of HiGHS that say nothing, and how a second run, from nothing, says more."""

from collections.abc import Callable
from typing import Any

import highspy

UNCLEAR = frozenset(
    {
        highspy.HighsModelStatus.kUnboundedOrInfeasible,
        highspy.HighsModelStatus.kSolveError,
        highspy.HighsModelStatus.kUnknown,
    }
)


def run_until_clear(highs: Any, run: Callable[[], bool]) -> None:
    """Run; and once more without presolve and without a start if the end says nothing.

    Presolve cannot tell impossible from unbounded, and a start may lead into trouble. ``run`` says
    whether it came to its own end: what the user stopped is not begun again.
    """
    if run() and highs.getModelStatus() in UNCLEAR:
        highs.clearSolver()
        highs.setOptionValue("presolve", "off")
        run()
