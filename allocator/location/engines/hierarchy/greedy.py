"""A start for the nested hierarchy: levels raised one at a time, most people per cost first."""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.hierarchy.problem import HierarchyProblem

_TOLERANCE = 1e-9


def greedy_levels(problem: HierarchyProblem) -> NDArray[np.bool_] | None:
    """Levels within every p and the budget that reach every share, or None if greed fails.

    Highest levels first, since they offer what lower ones do.
    """
    if problem.refers is not None:
        return None
    at_least = problem.lower > 0
    if not _within(problem, at_least):
        return None
    for level in range(problem.n_levels - 1, -1, -1):
        while (site := _best_site(problem, at_least, level)) >= 0:
            at_least[: level + 1, site] = True
            at_least[: problem.together[site], site] = True
    reached = problem.covered(at_least)
    asked = [level.least for level in problem.levels]
    enough = all(r >= a * (1 - _TOLERANCE) for r, a in zip(reached, asked, strict=True))
    return at_least if enough and _within(problem, at_least) else None


def _best_site(problem: HierarchyProblem, at_least: NDArray[np.bool_], level: int) -> int:
    """Site whose raising to the level covers most per cost, within the limits; -1 for none."""
    gain = np.zeros(problem.n_sites)
    for at in range(level + 1):
        rows = problem.levels[at]
        bare = (rows.reach @ at_least[at].astype(np.float64)) == 0
        if problem.least_cost:
            short = rows.least - float(rows.people[~bare].sum())
            if short <= rows.least * _TOLERANCE:
                continue
            gain += np.minimum(rows.reach.T @ (rows.people * bare), short)
        else:
            gain += rows.weight * (rows.reach.T @ (rows.people * bare))
    extra = np.where(~at_least[: level + 1], problem.step_cost[: level + 1], 0.0).sum(axis=0)
    may = (problem.upper[level] > 0) & ~at_least[level] & (gain > 0)
    may &= problem.together <= level + 1
    n_now = _of_exactly(at_least)
    p = problem.levels[level].p
    if p is not None and n_now[level] >= p:
        return -1
    if problem.budget is not None:
        may &= problem.price(at_least) + extra <= problem.budget * (1 + _TOLERANCE)
    if not may.any():
        return -1
    by_cost = problem.least_cost or problem.budget is not None
    worth = gain / np.maximum(extra, 1e-9) if by_cost else gain
    return int(np.argmax(np.where(may, worth, -1.0)))


def _of_exactly(at_least: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number of sites of exactly each level."""
    counts = at_least.sum(axis=1)
    return np.asarray(counts - np.append(counts[1:], 0), dtype=np.int64)


def _within(problem: HierarchyProblem, at_least: NDArray[np.bool_]) -> bool:
    counts = _of_exactly(at_least)
    limits = [level.p for level in problem.levels]
    fits = all(p is None or n <= p for n, p in zip(counts.tolist(), limits, strict=True))
    if problem.budget is None:
        return fits
    return fits and problem.price(at_least) <= problem.budget * (1 + _TOLERANCE)
