"""The search by exchanges keeps within the tables that it made."""

import numpy as np
import pytest
from cover_instances import coverage_of

from allocator.location.engines.maximal.problem import MaximalProblem
from allocator.location.engines.maximal.search import SwapSearch


@pytest.mark.parametrize("before", [[], [0], [1, 2]])
def test_opens_no_more_than_may_be_open(before):
    """A choice made elsewhere may have more sites than are left to choose here."""
    reach = coverage_of([[0, 1], [1, 2], [2, 3], [3, 4]], 5)
    problem = MaximalProblem(reach, np.ones(4), 2, np.zeros(5), np.ones(5))
    search = SwapSearch(problem)
    search.put(np.array(before, dtype=np.int64))
    search.put(np.arange(5))
    assert search.chosen.tolist() == [0, 1]
    assert problem.value(search.climb()) == 4
