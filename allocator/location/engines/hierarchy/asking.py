"""From a hierarchical question to its problem: aggregated rows, costs of levels, fixed levels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from allocator.location.engines.hierarchy.problem import HierarchyProblem, LevelRows
from allocator.location.questions.hierarchy import LevelAsked, Nested
from allocator.location.roles import SiteRoles

_TOLERANCE = 1e-9


def level_costs(
    levels: Sequence[LevelAsked], roles: SiteRoles, today: NDArray[np.int64]
) -> NDArray[np.float64]:
    """What having each site at each level adds to doing nothing, shape ``(n_levels, n_sites)``.

    An existing site costs its running and what its level costs above today's; closing costs are
    saved where it may close.
    """
    opening = np.array(
        [roles.cost if level.cost is None else level.cost for level in levels], dtype=np.float64
    )
    old = roles.existing
    cost = opening.copy()
    now = opening[today[old] - 1, old]
    cost[:, old] = np.maximum(opening[:, old] - now, 0.0) + roles.running_cost[old]
    cost[:, roles.may_close] -= roles.closing_cost[roles.may_close]
    return cost


def hierarchy_problem(question: Nested) -> HierarchyProblem:
    """Rows with people only, merged where they reach the same sites; exact."""
    roles, n_levels = question.roles, len(question.levels)
    total = float(question.demand.people.sum())
    lower = np.zeros((n_levels, roles.n_sites))
    upper = np.repeat(roles.permitted[None, :].astype(np.float64), n_levels, axis=0)
    lower[0, roles.given] = 1.0
    for level in range(n_levels):
        lower[level, roles.already_open[question.existing_level[roles.already_open] > level]] = 1.0
    budget = None if question.budget is None else question.budget - question.base
    return HierarchyProblem(
        levels=[_rows_of(level, question.demand.people, total) for level in question.levels],
        cost=question.cost,
        lower=lower,
        upper=upper,
        together=question.existing_level,
        budget=budget,
        least_cost=question.least_cost,
        refers=_referrals(question),
        places=question.referral_capacity,
        base=question.base,
    )


def _rows_of(level: LevelAsked, people: NDArray[np.float64], total: float) -> LevelRows:
    merged = level.reach.aggregated()
    weight = merged.weight(people)
    settled = np.flatnonzero(weight > 0)
    rows = merged.rows.of_cells(settled)
    row = np.repeat(np.arange(len(settled)), rows.degree)
    shape = (len(settled), rows.n_sites)
    reach = coo_array((np.ones(len(row)), (row, rows.site)), shape=shape).tocsr()
    least = 0.0 if level.share is None else level.share * total
    return LevelRows(reach, weight[settled], float(level.weight), least, level.p)


def _referrals(question: Nested) -> csr_array | None:
    if question.referral is None:
        return None
    arcs, n = question.referral, question.roles.n_sites
    key = np.unique(arcs.cell * n + arcs.site)
    return coo_array((np.ones(len(key)), (key // n, key % n)), shape=(n, n)).tocsr()


def why_not(
    question: Nested, problem: HierarchyProblem
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Cells that reach no permitted site, where a share asks for them, and what forbids answers."""
    people = question.demand.people
    permitted = question.roles.permitted
    notes = []
    lost = np.zeros(len(people), dtype=np.bool_)
    for level, rows in zip(question.levels, problem.levels, strict=True):
        reached = level.reach.covered_by(permitted)
        most = float(people[reached].sum())
        if most < rows.least * (1 - _TOLERANCE):
            beyond = ~reached & (people > 0)
            lost |= beyond
            share = most / float(people.sum())
            notes.append(
                f"{level.name}: {int(beyond.sum())} cells with {people[beyond].sum():,.0f} people "
                f"reach no permitted site; a share of {np.floor(share * 1e4) / 1e4:g} would do"
            )
    given = len(question.roles.given)
    numbers = [level.p for level in question.levels if level.p is not None]
    if len(numbers) == len(question.levels) and given > sum(numbers):
        notes.append(f"{given} sites must be open, more than the {sum(numbers)} of all levels' p")
    least = problem.cost[:, question.roles.given].min(axis=0).sum() + question.base
    saved = np.minimum(problem.cost.min(axis=0)[question.roles.free], 0.0).sum()
    if question.budget is not None and least + saved > question.budget * (1 + _TOLERANCE):
        notes.append(
            f"what must be open costs {least + saved:g}, more than the budget of "
            f"{question.budget:g}"
        )
    return np.flatnonzero(lost), tuple(notes)
