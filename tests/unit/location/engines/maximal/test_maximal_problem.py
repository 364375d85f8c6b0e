"""MaximalProblem: values, what is permitted, and the next value that can be had."""

from dataclasses import replace

import numpy as np
import pytest
from cover_instances import coverage_of

from allocator.location.engines.maximal.problem import Floor, MaximalProblem, merged
from allocator.location.engines.maximal.stage import Stage

SETS = [[0, 1], [1, 2], [2], [0, 1], []]


def problem(weight=(10.0, 20.0, 30.0, 40.0, 50.0), most=2):
    nothing = np.zeros(3)
    return MaximalProblem(coverage_of(SETS, 3), np.array(weight), most, nothing, nothing)


def test_values_and_permits():
    """Weight covered less cost; number, budget and floors are kept to."""
    plain = problem()
    assert plain.value(np.array([1])) == 70
    dear = replace(plain, cost=np.array([1.0, 2, 3]), price=np.array([4.0, 5, 6]), budget=9.0)
    assert dear.value(np.array([0, 1])) == 67
    assert dear.permits(np.array([0, 1]))
    assert not dear.permits(np.array([1, 2]))
    assert not plain.permits(np.array([0, 1, 2]))
    floored = replace(plain, floors=[Floor(np.array([0.0, 0, 1, 0, 0]), 1.0)])
    assert floored.permits(np.array([2]))
    assert not floored.permits(np.array([0, 1]))


def test_merging_keeps_every_value():
    """Rows that reach the same sites become one, rows out of reach go."""
    small = merged(problem())
    assert small.n_rows == 3
    assert small.weight.tolist() == [50, 20, 30]
    for chosen in ([], [0], [1, 2], [0, 1, 2]):
        at = np.array(chosen, dtype=np.int64)
        assert small.value(at) == problem().value(at)


def test_the_next_value_lies_on_the_grid_of_what_is_left():
    """A value found elsewhere may lie between two that can be had: the next one still counts."""
    plain = problem()
    assert plain.step == 10
    assert plain.next_above(20) == pytest.approx(30)
    assert plain.next_above(13) == pytest.approx(20)
    assert plain.next_above(13) < 20
    assert plain.rounded_down(29.99) == 20
    broken = problem(weight=(1.5, 2, 3, 4, 5))
    assert broken.step == 0
    assert broken.rounded_down(29.99) == 29.99
    assert broken.next_above(20) == pytest.approx(20)


def test_a_stage_leaves_what_is_not_covered():
    """Taken sites are paid and their rows gone; floors shrink by what they cover."""
    whole = replace(problem(), floors=[Floor(np.array([1.0, 1, 1, 1, 0]), 3.0)])
    stage = Stage.of(whole, np.array([0, 2]), np.array([1]))
    assert stage.base == 70
    assert stage.problem.most == 1
    assert stage.problem.floors == []
    assert stage.problem.weight.tolist() == [30]
