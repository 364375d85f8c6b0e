"""The best levels of sites: a greedy start, then branch and bound."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.hierarchy.greedy import greedy_levels
from allocator.location.engines.hierarchy.problem import HierarchyProblem
from allocator.location.engines.hierarchy.program import solve_hierarchy
from allocator.location.engines.limits import Limits
from allocator.lp.status import Status


@dataclass(frozen=True, eq=False)
class FoundLevels:
    """What became of a hierarchical problem.

    Attributes
    ----------
    at_least
        Whether each site has each level or a higher one; None if there is no answer.
    bound
        What no answer can beat, in the problem's own objective.
    impossible, interrupted
        Whether that is proven; whether the user stopped the search.
    notes
        Why there is no answer.
    """

    at_least: NDArray[np.bool_] | None
    bound: float
    impossible: bool = False
    interrupted: bool = False
    notes: tuple[str, ...] = ()


def best_levels(
    problem: HierarchyProblem, limits: Limits, say: Callable[[str], None]
) -> FoundLevels:
    """Give sites levels as well as the limits allow."""
    least_cost = problem.least_cost
    bound = _least_cost_of_all(problem) if least_cost else problem.most
    start: NDArray[np.bool_] | None = None
    try:
        start = greedy_levels(problem)
        sizes = ", ".join(str(len(level.people)) for level in problem.levels)
        say(f"hierarchical: {problem.n_sites} sites, {sizes} rows by level")
        solution = solve_hierarchy(problem, limits, start)
        if solution.status is Status.INFEASIBLE:
            return FoundLevels(None, bound, impossible=True, notes=_would_do(problem, limits))
    except KeyboardInterrupt:
        return FoundLevels(start, bound, interrupted=True)
    known = solution.bound if least_cost else -solution.bound
    if np.isfinite(known):
        bound = max(bound, known) if least_cost else min(bound, known)
    found = _read(problem, solution.values) if len(solution.values) else None
    if found is None or (start is not None and _better(problem, start, found)):
        found = start
    return FoundLevels(found, bound)


def _read(problem: HierarchyProblem, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    n = problem.n_levels * problem.n_sites
    return np.asarray(values[:n].reshape(problem.n_levels, problem.n_sites) > 0.5)


def _better(problem: HierarchyProblem, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> bool:
    first, second = problem.objective(one), problem.objective(other)
    return first < second if problem.least_cost else first > second


def _least_cost_of_all(problem: HierarchyProblem) -> float:
    """Cost of what must be open, less what open sites may save at most."""
    must = problem.lower[0] > 0
    cheapest = problem.cost.min(axis=0)
    return float(cheapest[must].sum() + np.minimum(cheapest[~must], 0.0).sum())


def _would_do(problem: HierarchyProblem, limits: Limits) -> tuple[str, ...]:
    """How many sites and how much money keep every share, without limits on either."""
    free = replace(
        problem, levels=[replace(level, p=None) for level in problem.levels], budget=None,
        least_cost=True,
    )  # fmt: skip
    solution = solve_hierarchy(free, limits)
    if solution.status is Status.INFEASIBLE:
        return ("shares and referral cannot be kept together, whatever p and the budget",)
    if not len(solution.values):
        return ()
    at_least = _read(free, solution.values)
    counts = at_least.sum(axis=1)
    exactly = counts - np.append(counts[1:], 0)
    numbers = ", ".join(str(n) for n in exactly.tolist())
    return (
        f"the shares cannot be kept within p and budget; {numbers} sites by level, at a cost of "
        f"{free.price(at_least) + free.base:,.8g}, would do",
    )
