"""The truth about a solve, in five words."""

from enum import StrEnum


class Status(StrEnum):
    """How a solve ended.

    ``optimal``: proven best (within the stated gap tolerance). ``feasible``: stopped early with
    an answer, bound and gap known. ``infeasible``: proven that none exists. ``unbounded``.
    ``no_solution``: stopped early with nothing.
    """

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    NO_SOLUTION = "no_solution"

    @property
    def has_answer(self) -> bool:
        """Whether there is something to show."""
        return self in {Status.OPTIMAL, Status.FEASIBLE}


def relative_gap(objective: float, bound: float) -> float:
    """|objective - bound| / |objective|; 0 when both are 0.

    >>> relative_gap(100.0, 90.0)
    0.1
    """
    difference = abs(objective - bound)
    if difference <= 1e-9:
        return 0.0
    return difference / abs(objective) if objective else float("inf")
