"""Slow and obvious answers to compare with; nothing here comes from the package."""

from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp


def cheapest_cover_by_trying_all(sets, cost, *, open_sites=(), required=(), forbidden=()):
    """Least cost of new sites so that every cell's set holds an open one; None if there is none."""
    given = set(open_sites) | set(required)
    candidates = [j for j in range(len(cost)) if j not in given and j not in forbidden]
    paid = sum(cost[j] for j in set(required) - set(open_sites))
    best = None
    for size in range(len(candidates) + 1):
        for chosen in combinations(candidates, size):
            is_open = given | set(chosen)
            if all(is_open & set(near) for near in sets):
                spent = paid + sum(cost[j] for j in chosen)
                best = spent if best is None else min(best, spent)
    return best


def cheapest_cover_by_milp(sets, cost, *, relaxed=False):
    """Least cost by the textbook's integer program (or its relaxation), solved by SciPy."""
    matrix = np.zeros((len(sets), len(cost)))
    for i, near in enumerate(sets):
        matrix[i, list(near)] = 1
    answer = milp(
        np.asarray(cost, dtype=float),
        constraints=LinearConstraint(matrix, lb=1),
        integrality=np.zeros(len(cost)) if relaxed else np.ones(len(cost)),
        bounds=Bounds(0, 1),
    )
    assert answer.status == 0
    return answer.fun


def greedy_cover(sets, cost):
    """Cost of Chvatal's greedy cover, in plain Python; positive costs, no empty set."""
    assert all(sets)
    left, spent = set(range(len(sets))), 0.0
    while left:
        gains = [sum(j in sets[i] for i in left) / cost[j] for j in range(len(cost))]
        best = gains.index(max(gains))
        spent += cost[best]
        left = {i for i in left if best not in sets[i]}
    return spent
