"""Demand and sites: checked once, every problem listed."""

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.travel.ends import Demand, SiteSet


def test_every_problem_of_demand_is_listed():
    """Negative people, a group larger than its cell, ids twice, coordinates missing."""
    with pytest.raises(InputError) as caught:
        Demand(
            people=np.array([1.0, -2.0, np.nan]),
            ids=["甲", "甲", "乙"],
            groups={"age60": np.array([1.0])},
            xy_m=np.array([[0, 0], [np.inf, 0], [0, 0]]),
        )
    text = str(caught.value)
    assert "people must be finite and >= 0; 2 are not, first: position 1, -2.0" in text
    assert "group age60 must have shape (3,), got (1,)" in text
    assert "ids must be unique; 1 occur twice: 甲" in text
    assert "xy_m must be finite; 1 cells are not, first: row 1" in text


def test_a_group_is_part_of_the_people():
    """More people over 60 than people is an error that names the cell."""
    with pytest.raises(InputError, match="group age60 has more people than the cell in cell b: 3"):
        Demand(np.array([5.0, 2.0]), ids=["a", "b"], groups={"age60": np.array([1.0, 3.0])})


def test_groups_go_by_name():
    """``total`` is everybody; an unknown group names the known ones."""
    demand = Demand(np.array([5.0]), groups={"urban": np.array([2.0])})
    assert demand.of_group("total").tolist() == [5]
    assert demand.of_group("urban").tolist() == [2]
    with pytest.raises(InputError, match="no group 'rural'; known are: total, urban"):
        demand.of_group("rural")


def test_every_problem_of_sites_is_listed():
    """Unknown statuses, wrong lengths, negative costs."""
    with pytest.raises(InputError) as caught:
        SiteSet(ids=["a", "a"], status=["open"], opening_cost=np.array([1.0, -1.0]))
    text = str(caught.value)
    assert "ids must be unique; 1 occur twice: a" in text
    assert "opening_cost must be finite and >= 0; 1 are not" in text
    assert "status must have one word per site (2), got 1" in text
    assert "got open" in text


def test_sites_by_status():
    """Positions of a status; all are candidates when nobody says."""
    sites = SiteSet(ids=["a", "b"], status=["existing", "candidate"])
    assert sites.with_status("existing").tolist() == [0]
    assert sites.but(status=None).with_status("candidate").tolist() == [0, 1]
