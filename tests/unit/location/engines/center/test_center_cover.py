"""Whether p sites cover every row: every way of deciding says the same, or nothing."""

import numpy as np
import pytest
from cover_instances import disc_sets, problem_of
from oracles import cheapest_cover_by_milp

from allocator.location.engines.center.cover import Answer, CoverTest
from allocator.location.engines.limits import Limits


@pytest.mark.parametrize("seed", range(6))
def test_every_way_of_deciding_agrees(seed):
    """With as many sites as it takes, one more and one less: no false yes, no false no."""
    sets = disc_sets(seed, 200, 80, 0.25)
    problem, least = problem_of(sets, np.ones(80)), round(cheapest_cover_by_milp(sets, np.ones(80)))
    for p in (least - 1, least, least + 1):
        true = Answer.YES if p >= least else Answer.NO
        tests = [CoverTest(problem, p) for _ in range(3)]
        assert tests[0].by_search(Limits()) in {true, Answer.UNKNOWN}
        assert tests[1].by_bound(Limits()) in {true, Answer.UNKNOWN}
        assert tests[2].by_branching(Limits()) is true
        for test in tests:
            if test.answer is Answer.YES:
                assert len(test.cover) <= p
                assert (problem.times_covered(test.cover) > 0).all()


def test_what_needs_no_thought():
    """A row out of reach is a no, no rows are a yes without any site."""
    assert CoverTest(problem_of([[0], []], [1.0]), 1).answer is Answer.NO
    nothing = CoverTest(problem_of([], np.ones(2)), 0)
    assert nothing.answer is Answer.YES
    assert nothing.cover.tolist() == []
