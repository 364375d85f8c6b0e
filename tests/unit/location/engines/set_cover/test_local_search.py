"""Row weighting: always a cover, never dearer, the same for the same seed."""

import numpy as np
import pytest
from cover_instances import disc_sets, lattice_sets, problem_of
from oracles import cheapest_cover_by_milp

from allocator.location.engines.set_cover.greedy import greedy_cover
from allocator.location.engines.set_cover.local_search import RowWeighting


@pytest.mark.parametrize("seed", range(6))
def test_finds_the_optimum_of_middling_instances(seed):
    """From a poor start it reaches the least cost, with equal and with different costs."""
    rng = np.random.default_rng(seed)
    sets = disc_sets(seed, 90, 45, 0.2)
    cost = np.ones(45) if seed % 2 else rng.integers(1, 9, 45).astype(float)
    problem = problem_of(sets, cost)
    search = RowWeighting(problem, np.arange(45), step=1.0)
    search.run(20_000)
    assert (problem.times_covered(search.best) > 0).all()
    assert problem.price(search.best) == cheapest_cover_by_milp(sets, cost)


def test_improves_on_greedy_on_a_full_grid():
    """On a lattice, where greedy is poor, it saves a tenth and more."""
    problem = problem_of(lattice_sets(30, 30), np.ones(900))
    start = greedy_cover(problem)
    search = RowWeighting(problem, start, step=1.0)
    search.run(30_000)
    assert (problem.times_covered(search.best) > 0).all()
    assert len(search.best) < 0.9 * len(start)


def test_running_on_is_running_longer():
    """Many short runs end where one long run ends: an interrupt may come between any two."""
    problem = problem_of(lattice_sets(15, 15), np.ones(225))
    whole = RowWeighting(problem, greedy_cover(problem), step=1.0, seed=3)
    parts = RowWeighting(problem, greedy_cover(problem), step=1.0, seed=3)
    whole.run(2_000)
    for steps in (1, 499, 0, 1_500):
        parts.run(steps)
    assert np.array_equal(whole.best, parts.best)


def test_row_with_a_single_site():
    """A row that only one site covers does not stop the search."""
    problem = problem_of([[0], [1, 2], [2, 3], [1, 3]], np.ones(4))
    search = RowWeighting(problem, np.arange(4), step=1.0)
    search.run(200)
    assert len(search.best) == 3
    assert 0 in search.best


def test_one_site_is_enough():
    """A cover of one site has nothing cheaper, and running on does no harm."""
    problem = problem_of([[0, 1], [0]], [2.0, 1.0])
    search = RowWeighting(problem, np.array([0, 1]))
    search.run(100)
    assert search.best.tolist() == [0]


def test_inputs_are_left_alone():
    """Neither the problem nor the start is changed."""
    problem = problem_of(lattice_sets(8, 8), np.ones(64))
    start = np.arange(64)
    RowWeighting(problem, start, step=1.0).run(500)
    assert start.tolist() == list(range(64))
    assert problem.cost.tolist() == [1.0] * 64
