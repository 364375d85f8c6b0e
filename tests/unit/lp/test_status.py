"""The truth about a solve, in five words, and the gap."""

import math

import pytest

from allocator.lp.status import Status, relative_gap


def test_only_optimal_and_feasible_have_an_answer():
    """What was proven empty, has no limit or was stopped with nothing has no answer to show."""
    assert {s for s in Status if s.has_answer} == {Status.OPTIMAL, Status.FEASIBLE}


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(100.0, 90.0, 0.1), (-100.0, -110.0, 0.1), (0.0, 0.0, 0.0), (5.0, 5.0, 0.0)],
)
def test_the_gap_is_relative_to_the_objective(objective, bound, gap):
    """The gap is |objective - bound| / |objective|, and 0 where both are 0."""
    assert relative_gap(objective, bound) == pytest.approx(gap)


def test_nothing_known_is_no_small_gap():
    """An objective of 0 with a bound below, or no bound at all, leaves an infinite gap."""
    assert relative_gap(0.0, -1.0) == math.inf
    assert relative_gap(3.0, -math.inf) == math.inf
