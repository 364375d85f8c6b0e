"""Cuts of the p-median: true for every choice, exact where they are taken; groups of cells."""

from itertools import combinations

import numpy as np
import pytest
from orlib import arcs_of

from allocator.location.engines.limits import Limits
from allocator.location.engines.median.lists import near_lists
from allocator.location.engines.median.master import MedianMaster
from allocator.location.engines.median.merging import by_nearest, merged
from allocator.location.engines.median.problem import MedianProblem
from allocator.location.roles import SiteRoles

P = 2


def problem_of(seed, n_cells=12, n_sites=6):
    """Cells and sites in a square, and the distances between them."""
    rng = np.random.default_rng(seed)
    cells, sites = rng.random((n_cells, 2)), rng.random((n_sites, 2))
    away = np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1))
    people = rng.integers(1, 9, n_cells).astype(float)
    roles = SiteRoles.resolved(n_sites, None, "test", {})
    return MedianProblem.of(arcs_of(away), people, roles, P), away * people[:, None]


def costs_of(costs):
    """What every choice of two sites costs."""
    return {
        chosen: costs[:, chosen].min(axis=1).sum()
        for chosen in combinations(range(costs.shape[1]), P)
    }


@pytest.mark.parametrize("length", [2, 6])
@pytest.mark.parametrize("seed", range(5))
def test_the_bound_is_never_above_a_choice_and_ends_at_the_relaxation(seed, length):
    """Round by round the bound rises, stays below the best choice, and reaches the relaxation's."""
    problem, costs = problem_of(seed)
    every = costs_of(costs)
    lists = near_lists(problem, problem.free, length)
    master = MedianMaster(lists, P, np.zeros(problem.n_cells), min(every.values()), Limits())
    bounds = []
    for _ in range(50):
        point = master.solve()
        bounds.append(point.bound)
        assert point.bound <= min(every.values()) * (1 + 1e-9)
        for chosen, cost in every.items():
            for site in range(costs.shape[1]):
                side = point.opening if site in chosen else point.closing
                assert side[site] <= cost * (1 + 1e-9)
        if not master.cut(point, 0.0):
            break
    assert np.all(np.diff(bounds) > -1e-6)
    if length == costs.shape[1]:
        assert bounds[-1] == pytest.approx(relaxation(costs), rel=1e-6)


def relaxation(costs):
    """The linear relaxation of the textbook formulation."""
    from scipy.optimize import linprog

    n, m = costs.shape
    cost = np.concatenate([costs.ravel(), np.zeros(m)])
    each = np.zeros((n, n * m + m))
    open_only = np.zeros((n * m, n * m + m))
    for i in range(n):
        each[i, i * m : (i + 1) * m] = 1
        for j in range(m):
            open_only[i * m + j, i * m + j] = 1
            open_only[i * m + j, n * m + j] = -1
    count = np.concatenate([np.zeros(n * m), np.ones(m)])
    found = linprog(
        cost, A_ub=np.vstack([open_only, count]), b_ub=np.append(np.zeros(n * m), P),
        A_eq=each, b_eq=np.ones(n), bounds=(0, 1),
    )  # fmt: skip
    return found.fun


def test_whole_shares_are_worth_what_they_cost():
    """With cuts taken at a choice, the thetas are what its clusters pay."""
    problem, costs = problem_of(3)
    lists = near_lists(problem, problem.free, costs.shape[1])
    master = MedianMaster(lists, P, np.zeros(problem.n_cells), 1.0, Limits())
    chosen, cost = (1, 4), costs[:, (1, 4)].min(axis=1).sum()
    low, high = np.zeros(6), np.zeros(6)
    low[list(chosen)] = high[list(chosen)] = 1.0
    master.program.set_sites(low, high)
    for _ in range(10):
        point = master.solve()
        if not master.cut(point, 0.0):
            break
    assert point.bound == pytest.approx(cost)
    assert point.theta.sum() == pytest.approx(cost)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_groups_see_the_same_sites_nearest_and_pay_together(depth):
    """A group's cells agree on their nearest sites; its list adds up what they pay."""
    problem, costs = problem_of(7, n_cells=60, n_sites=5)
    lists = near_lists(problem, problem.free, 5)
    group = by_nearest(lists, depth)
    order = np.argsort(costs, axis=1)[:, :depth]
    for g in range(group.max() + 1):
        assert len(np.unique(order[group == g], axis=0)) == 1
    assert len(np.unique(order, axis=0)) == group.max() + 1
    beyond = costs.max(axis=1) + 1.0
    small = merged(lists, group, beyond, 5)
    for g in range(group.max() + 1):
        at = slice(small.start[g], small.start[g + 1])
        expected = costs[group == g].sum(axis=0)
        assert small.cost[at] == pytest.approx(np.sort(expected))
        assert expected[small.site[at]] == pytest.approx(small.cost[at])


def test_short_lists_keep_the_nearest():
    """A group's list that is cut short holds the cheapest sites, in order."""
    problem, costs = problem_of(7, n_cells=60, n_sites=5)
    lists = near_lists(problem, problem.free, 5)
    group = np.zeros(60, dtype=np.int64)
    small = merged(lists, group, costs.max(axis=1) + 1.0, 3)
    assert small.site.tolist() == np.argsort(costs.sum(axis=0))[:3].tolist()
