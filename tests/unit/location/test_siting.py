"""Siting: what is new, what it is called, and a recheck that catches lies."""

from dataclasses import replace

import numpy as np
import pytest
from cover_instances import coverage_of

from allocator.location.siting import Siting
from allocator.lp.status import Status

COVERAGE = coverage_of([[0, 1], [1, 2], [2], []], 4)
HONEST = Siting(
    model="LSCP",
    status=Status.OPTIMAL,
    objective=3.0,
    bound=3.0,
    gap=0.0,
    open_sites=np.array([0, 2]),
    already_open=np.array([0]),
    uncoverable=np.array([3]),
    site_cost=np.array([1.0, 2.0, 3.0, 4.0]),
    site_ids=("a", "b", "c", "d"),
)


def test_new_sites_and_names():
    """New is what was not open before; sites go by name when they have one."""
    assert HONEST.new_sites.tolist() == [2]
    assert HONEST.sites == ["a", "c"]
    assert replace(HONEST, site_ids=None).sites == [0, 2]
    assert repr(HONEST) == (
        "Siting(LSCP, optimal: 2 open (1 new), objective 3, bound 3, gap 0.00%)"
    )


def test_an_honest_answer_passes():
    """Cover, cost and bound are as stated."""
    assert HONEST.verify(COVERAGE) == []
    assert replace(HONEST, objective=1.0, bound=1.0, site_cost=None).verify(COVERAGE) == []


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [
        ({"open_sites": np.array([0])}, "2 cells reach no open site, first: 1"),
        ({"uncoverable": np.array([2, 3])}, "1 cells called uncoverable are covered: 2"),
        ({"uncoverable": np.array([], dtype=np.int64)}, "1 cells reach no open site, first: 3"),
        ({"objective": 2.0}, "objective 2.0 but the new sites cost 3.0"),
        ({"already_open": np.array([], dtype=np.int64)}, "but the new sites cost 4.0"),
        ({"bound": 3.5}, "bound 3.5 lies above the objective 3.0"),
    ],
)
def test_each_lie_is_caught(lie, complaint):
    """A wrong cover, list, cost or bound is named."""
    assert any(complaint in problem for problem in replace(HONEST, **lie).verify(COVERAGE))


def test_no_answer_makes_no_claim():
    """An infeasible question has nothing to recheck."""
    assert replace(HONEST, status=Status.INFEASIBLE, objective=np.nan).verify(COVERAGE) == []
