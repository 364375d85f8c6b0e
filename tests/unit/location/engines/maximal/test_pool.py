"""The pool of local optima: permitted, never worse with time, the same for the same seed."""

import math
from itertools import combinations

import numpy as np
import pytest
from cover_instances import coverage_of

from allocator.location.engines.maximal.pool import Pool
from allocator.location.engines.maximal.problem import MaximalProblem
from allocator.location.engines.maximal.search import SwapSearch, greedy_choice


def random_problem(
    seed: int, *, n_rows: int, n_sites: int, most: int, budget: float = math.inf
) -> MaximalProblem:
    """Rows and sites on a square, each row near some sites; prices from 1 to 4."""
    rng = np.random.default_rng([seed, n_rows, n_sites])
    rows, sites = rng.uniform(size=(n_rows, 2)), rng.uniform(size=(n_sites, 2))
    radius = math.sqrt(0.6 / (math.pi * most)) if most < n_sites else 0.2
    near = np.hypot(*(rows[:, None, :] - sites[None]).transpose(2, 0, 1)) <= radius
    people = rng.integers(1, 100, n_rows).astype(np.float64)
    price = rng.integers(1, 5, n_sites).astype(np.float64)
    sets = [np.flatnonzero(row).tolist() for row in near]
    return MaximalProblem(
        coverage_of(sets, n_sites), people, most, np.zeros(n_sites), price, budget
    )


def best_of_all(problem: MaximalProblem) -> float:
    """Every set of ``most`` sites, tried."""
    return max(
        problem.value(np.array(chosen))
        for chosen in combinations(range(problem.n_sites), problem.most)
    )


@pytest.mark.parametrize("seed", range(8))
def test_finds_the_best_of_small_problems(seed):
    problem = random_problem(seed, n_rows=40, n_sites=14, most=4)
    pool = Pool(problem, seed=seed)
    found = [problem.value(pool.turn()) for _ in range(4)]
    assert found == sorted(found)
    assert found[-1] == best_of_all(problem)


def test_gets_beyond_what_one_start_finds():
    better = 0
    for seed in range(6):
        problem = random_problem(100 + seed, n_rows=900, n_sites=250, most=18)
        alone = SwapSearch(problem, seed=0)
        alone.put(greedy_choice(problem, problem.weight))
        alone.climb()
        single = problem.value(alone.kick(400))
        pool = Pool(problem, seed=0)
        pool.add(alone.chosen)
        for _ in range(12):
            last = pool.turn()
        assert problem.value(last) >= single
        better += problem.value(last) > single
    assert better  # a single start is not always enough, or the pool would be for nothing


def test_the_same_seed_gives_the_same_choices():
    problem = random_problem(3, n_rows=200, n_sites=60, most=8)
    one, other = Pool(problem, seed=5), Pool(problem, seed=5)
    for _ in range(3):
        assert one.turn().tolist() == other.turn().tolist()


def test_what_is_added_counts():
    problem = random_problem(4, n_rows=40, n_sites=14, most=4)
    pool = Pool(problem, seed=0)
    best = max(combinations(range(14), 4), key=lambda sites: problem.value(np.array(sites)))
    pool.add(np.array(best[::-1]))
    assert problem.value(pool.turn()) == problem.value(np.array(best))


def test_keeps_to_the_budget():
    problem = random_problem(5, n_rows=60, n_sites=20, most=20, budget=9.0)
    pool = Pool(problem, seed=0)
    for _ in range(3):
        chosen = pool.turn()
        assert problem.price[chosen].sum() <= 9.0 + 1e-9
        assert problem.permits(chosen)
