"""Pieces that share nothing."""

import numpy as np
from cover_instances import problem_of, sets_of

from allocator.location.engines.set_cover.components import pieces_of


def test_pieces_smallest_first_and_sites_named_as_before():
    """Rows that share no site, even through others, fall apart; sites of no row are dropped."""
    problem = problem_of([[0, 4], [1], [4, 5], [1, 3], [3, 1]], [10, 11, 12, 13, 14, 15])
    small, large = pieces_of(problem)
    assert small.sites.tolist() == [0, 4, 5]
    assert sets_of(small.problem.rows) == [[0, 1], [1, 2]]
    assert small.problem.cost.tolist() == [10, 14, 15]
    assert large.sites.tolist() == [1, 3]
    assert sets_of(large.problem.rows) == [[0], [0, 1], [0, 1]]


def test_no_rows_no_pieces():
    """An empty problem has no pieces."""
    assert pieces_of(problem_of([], np.ones(3))) == []
