"""Whether p sites can serve every cell at all, and what is said when they cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.engines.set_cover.covering import least_cost_cover
from allocator.location.engines.set_cover.problem import CoverProblem
from allocator.location.roles import SiteRoles


@dataclass(frozen=True, eq=False)
class Service:
    """A choice of free sites that serves every cell with weight, or why there is none.

    Attributes
    ----------
    chosen
        Positions of ``p`` free sites; None when none are known.
    impossible
        Whether it is proven that there are none.
    uncoverable
        Cells that no permitted site reaches, ascending.
    notes
        What to tell the reader.
    interrupted
        Whether the user stopped the search.
    """

    chosen: NDArray[np.int64] | None
    impossible: bool = False
    uncoverable: NDArray[np.int64] | None = None
    notes: Sequence[str] = ()
    interrupted: bool = False


def too_many_sites(roles: SiteRoles, p: int) -> tuple[str, ...]:
    """A note when fewer than ``p`` sites are permitted."""
    permitted = int(roles.permitted.sum())
    if p <= permitted:
        return ()
    return (f"only {permitted} sites are permitted: all of them are open, not p = {p}",)


def serving_choice(
    problem: MedianProblem, limits: Limits, people: NDArray[np.float64] | None
) -> Service:
    """A choice of ``p`` free sites that serves every cell with weight, if there is one.

    ``people`` are for the notes.
    """
    if problem.p < 0:
        note = f"{len(problem.given)} sites must be open, more than p = {problem.p_asked}"
        return Service(None, impossible=True, notes=(note,))
    reached = problem.reached_by(problem.free)
    needy = (problem.weight > 0) & (problem.reached_by(problem.given) == 0)
    beyond = np.flatnonzero(needy & (reached == 0))
    if len(beyond):
        note = f"{len(beyond)} cells{_of(people, beyond)} reach no permitted site"
        return Service(None, impossible=True, uncoverable=beyond, notes=(note,))
    if not needy.any() or (problem.p and (reached[needy] == len(problem.free)).all()):
        return Service(problem.free[: problem.p])
    cells = np.flatnonzero(needy & (reached < len(problem.free)))
    if not len(cells):
        cells = np.flatnonzero(needy)[:1]
    rows = problem.free_in_reach(cells).aggregate()[0]
    cover = least_cost_cover(CoverProblem(rows, np.ones(rows.n_sites)), limits, lambda _: None)
    if cover.cost <= problem.p:
        others = np.setdiff1d(np.arange(len(problem.free)), cover.chosen)
        filled = np.union1d(cover.chosen, others[: problem.p - len(cover.chosen)])
        return Service(problem.free[filled], interrupted=cover.interrupted)
    given, impossible = len(problem.given), cover.bound > problem.p
    least, does = given + round(cover.bound), given + round(cover.cost)
    would = f"p = {does} would do" if least == does else f"it takes p of {least} to {does}"
    note = f"{problem.p_asked} sites {'cannot' if impossible else 'may not'} serve every cell"
    notes = (f"{note} with people: {would}",)
    return Service(None, impossible, notes=notes, interrupted=cover.interrupted)


def _of(people: NDArray[np.float64] | None, cells: NDArray[np.int64]) -> str:
    return "" if people is None else f" with {people[cells].sum():,.0f} people"
