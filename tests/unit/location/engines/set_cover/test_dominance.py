"""Dominance: smaller problems with the same least cost."""

import numpy as np
import pytest
from cover_instances import disc_sets, lattice_sets, problem_of, sets_of
from oracles import cheapest_cover_by_milp

from allocator.location.engines.set_cover.dominance import reduce_by_dominance


def reduced(sets, cost):
    return reduce_by_dominance(problem_of(sets, cost))


def test_the_only_site_of_a_row_is_forced():
    """A row with one site takes it, and the rows that it covers are done."""
    answer = reduced([[1], [1, 2], [0, 2], [0, 3], [2, 3]], [1, 1, 1, 1])
    assert answer.forced.tolist() == [1]
    assert sets_of(answer.problem.rows) == [[0, 1], [0, 2], [1, 2]]
    assert answer.sites.tolist() == [0, 2, 3]


def test_a_row_that_reaches_more_is_covered_anyway():
    """Of rows whose sets hold one another the smallest stays; of equal ones the first."""
    sets = [[0, 1, 2], [0, 1], [1, 2], [0, 2], [0, 1]]
    answer = reduced(sets, [1, 1, 1])
    assert sets_of(answer.problem.rows) == [[0, 1], [1, 2], [0, 2]]
    assert len(answer.forced) == 0


def test_a_needless_site_goes_only_if_it_is_no_cheaper():
    """A site whose rows another covers too stays when it costs less."""
    sets = [[0, 1, 3], [1, 2], [0, 2], [1, 3, 4], [2, 4]]
    dear = reduced(sets, [3, 3, 3, 3, 3])
    assert 3 not in dear.sites
    cheap = reduced(sets, [3, 3, 3, 1, 3])
    assert 3 in cheap.sites


def test_of_equal_sites_the_first_stays_and_of_unequal_cost_the_cheapest():
    """Duplicates leave one, whatever their order."""
    triangle = [[0, 1, 3], [1, 2, 3], [0, 2]]
    assert reduced(triangle, [1, 1, 1, 1]).sites.tolist() == [0, 1, 2]
    assert reduced(triangle, [1, 2, 1, 1]).sites.tolist() == [0, 2, 3]


def test_nothing_left_is_a_cover():
    """When presolve decides everything the forced sites are the answer."""
    answer = reduced([[0], [0, 1], [2], [1, 2]], [1, 1, 1])
    assert answer.forced.tolist() == [0, 2]
    assert (answer.problem.n_rows, answer.problem.n_sites, len(answer.sites)) == (0, 0, 0)


@pytest.mark.parametrize("seed", range(8))
def test_least_cost_stays(seed):
    """Forced sites plus the least cost of what is left is the least cost of the whole."""
    rng = np.random.default_rng(seed)
    sets = disc_sets(seed, 60, 30, 0.2)
    cost = [np.ones(30), rng.integers(1, 5, 30), rng.uniform(1, 2, 30)][seed % 3].astype(float)
    answer = reduced(sets, cost)
    left = sets_of(answer.problem.rows)
    rest = cheapest_cover_by_milp(left, answer.problem.cost) if left else 0.0
    assert cost[answer.forced].sum() + rest == pytest.approx(cheapest_cover_by_milp(sets, cost))
    assert len(left) < len(sets)
    assert np.array_equal(answer.problem.cost, cost[answer.sites])


def test_is_a_fixed_point():
    """What is left cannot be reduced again."""
    first = reduced(lattice_sets(9, 11), np.ones(99)).problem
    again = reduce_by_dominance(first)
    assert (again.problem.n_rows, again.problem.n_sites) == (first.n_rows, first.n_sites)
    assert len(again.forced) == 0
