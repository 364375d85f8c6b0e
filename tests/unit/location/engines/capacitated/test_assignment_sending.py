"""Who goes where when the open sites are known: exact for parts, sound for whole cells."""

import numpy as np
import pytest
from capacitated_instances import problem_of
from scipy.optimize import linprog

from allocator.location.engines.capacitated.sending import assign, shortage


def cost_by_lp(cost, people, low, high):
    """Least cost by SciPy, None if it cannot be done."""
    arcs = np.argwhere(np.isfinite(cost))
    load = np.array([[people[i] * (j == k) for i, j in arcs] for k in range(cost.shape[1])])
    once = np.array([[float(i == k) for i, _ in arcs] for k in range(len(people))])
    done = linprog(
        [cost[i, j] for i, j in arcs], A_ub=np.vstack([load, -load]),
        b_ub=np.concatenate([high, -low]), A_eq=once, b_eq=np.ones(len(people)),
    )  # fmt: skip
    return None if done.status == 2 else done.fun


@pytest.mark.parametrize("seed", range(60))
def test_parts_cost_what_the_linear_program_says(seed):
    """Bands from loose to impossible, ties, missing arcs, cells without people."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(2, 12)), int(rng.integers(1, 5))
    cost = rng.integers(0, 9, (n, m)).astype(float) if seed % 2 else rng.random((n, m))
    cost[rng.random((n, m)) < 0.2] = np.inf
    cost[~np.isfinite(cost).any(axis=1), 0] = 1.0
    people = rng.integers(0, 9, n).astype(float)
    average = people.sum() / m
    high = rng.uniform(0.8, 2.0, m) * average
    low = np.minimum(rng.uniform(0, 0.9, m) * average * (seed % 3 > 0), high)
    found = assign(problem_of(cost, people, low, high), np.arange(m))
    expected = cost_by_lp(cost, people, low, high)
    if expected is None:
        assert found is None
        return
    assert found.cost == pytest.approx(expected, abs=1e-7)
    sent = np.bincount(found.cell, weights=found.people, minlength=n)
    assert sent == pytest.approx(people, abs=1e-9)


def test_prices_of_people_are_those_of_the_linear_program():
    """A full site asks for what its last guest would save; the dual gives the cost again."""
    cost = np.array([[1.0, 4.0], [1.0, 3.0], [9.0, 1.0]]) * 10
    found = assign(problem_of(cost, [10, 10, 10], [0, 0], [10, 25]), np.arange(2))
    assert found.cost == 10 + 30 + 10
    assert found.person_price[0] - found.person_price[1] == pytest.approx(2.0)


def test_no_crumbs():
    """Thirds that do not add up in binary leave no flow of next to nothing."""
    rng = np.random.default_rng(0)
    people = rng.random(200) / 3
    cost = rng.random((200, 6)) * people[:, None]
    found = assign(problem_of(cost, people, people.sum() / 9, people.sum() / 5), np.arange(6))
    assert found.people.min() > 1e-9
    assert len(found.people) <= 200 + 5


def test_whole_cells_fit():
    """Two cells of 6 do not fit one site of 10: the dearer way is taken."""
    cost = [[1.0, 5.0], [1.0, 4.0], [1.0, 9.0]]
    found = assign(problem_of(cost, [6, 6, 4], 0, 10, single=True), np.arange(2))
    assert found.site.tolist() == [0, 1, 0]
    assert found.cost == 1 + 4 + 1


def test_a_least_load_pulls_a_cell():
    """A site that must have people gets them from where that costs least."""
    cost = [[1.0, 5.0], [1.0, 4.0], [1.0, 9.0]]
    found = assign(problem_of(cost, [6, 6, 4], [0, 5], 20, single=True), np.arange(2))
    assert found.site.tolist() == [0, 1, 0]


def test_closest_leaves_no_choice():
    """Everybody goes to the nearest open site, even beyond its band: then there is no answer."""
    cost = [[1.0, 5.0], [1.0, 4.0], [9.0, 1.0]]
    assert assign(problem_of(cost, [6, 6, 4], 0, 12, closest=True), np.arange(2)).cost == 3
    assert assign(problem_of(cost, [6, 6, 4], 0, 11, closest=True), np.arange(2)) is None


def test_what_is_missing_is_counted():
    """People without room and sites without people, the least of each."""
    cost = np.array([[1.0, np.inf], [1.0, np.inf], [np.inf, 1.0]])
    missing = shortage(problem_of(cost, [6, 6, 4], [0, 7], [10, 10]), np.arange(2))
    assert missing.left_over.sum() == pytest.approx(2)
    assert missing.lacking.tolist() == [0, 3]
    assert missing.filled.tolist() == [10, 4]


def test_nobody_can_go_nowhere():
    """No open site, or a cell without an arc to one."""
    problem = problem_of([[1.0, np.inf], [np.inf, 1.0]], [1, 1], 0, 5)
    assert assign(problem, np.empty(0, dtype=np.int64)) is None
    assert assign(problem, np.array([0])) is None
