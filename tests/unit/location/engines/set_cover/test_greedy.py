"""The greedy cover, and dropping what is not needed."""

import numpy as np
import pytest
from cover_instances import disc_sets, problem_of
from oracles import greedy_cover as plain_greedy_cover

from allocator.location.engines.set_cover.greedy import greedy_cover, without_redundant


@pytest.mark.parametrize("seed", range(6))
def test_covers_and_costs_no_more_than_the_plain_one(seed):
    """Every row is covered; dropping what is redundant can only help against plain greedy."""
    rng = np.random.default_rng(seed)
    sets = disc_sets(seed, 80, 40, 0.2)
    cost = np.ones(40) if seed % 2 else rng.uniform(0.5, 3, 40)
    problem = problem_of(sets, cost)
    chosen = greedy_cover(problem)
    assert (problem.times_covered(chosen) > 0).all()
    assert problem.price(chosen) <= plain_greedy_cover(sets, cost) + 1e-9
    assert np.array_equal(without_redundant(problem, chosen), chosen)


def test_takes_the_most_rows_per_cost():
    """A dear site that covers all loses to cheap ones that cover as much per cost."""
    sets = [[0, 1], [0, 1], [0, 2], [0, 2]]
    assert greedy_cover(problem_of(sets, [5, 2, 2])).tolist() == [1, 2]
    assert greedy_cover(problem_of(sets, [3, 2, 2])).tolist() == [0]


def test_redundant_sites_go_dearest_first():
    """Of sites that could each go, the dearest goes; by another weight, the heaviest."""
    problem = problem_of([[0, 1], [1, 2], [0, 2]], [1, 3, 2])
    everything = np.arange(3)
    assert without_redundant(problem, everything).tolist() == [0, 2]
    assert without_redundant(problem, everything, weight=np.array([9, 1, 1])).tolist() == [1, 2]


def test_no_rows_need_no_sites():
    """An empty problem is covered by nothing."""
    assert greedy_cover(problem_of([], [1, 1])).tolist() == []
