"""DSM: two standards at once, and what to say when they cannot be held."""

import numpy as np
import pytest
from location_instances import coverage_from

from allocator.errors import InputError
from allocator.location.double_standard import dsm
from allocator.lp.status import Status

# Three towns on a road, a site in each: near is the own town, far the neighbour as well.
NEAR = coverage_from(np.eye(3, dtype=bool))
FAR = coverage_from(np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], dtype=bool))
PEOPLE = [60.0, 10.0, 30.0]


def test_everybody_far_a_share_near_most_twice():
    """Three vehicles: two in the first town double it, one must stand where the third is far."""
    siting = dsm(NEAR, FAR, p=3, alpha=0.6, people=PEOPLE)
    assert siting.objective == 60
    assert siting.servers.sum() == 3
    assert siting.open_sites.tolist()[0] == 0
    assert siting.servers.tolist()[0] == 2
    assert siting.verify() == []
    strict = dsm(NEAR, FAR, p=3, alpha=0.9, people=PEOPLE)
    assert strict.open_sites.tolist() == [0, 2]
    strictest = dsm(NEAR, FAR, p=3, alpha=1.0, people=PEOPLE)
    assert strictest.open_sites.tolist() == [0, 1, 2]
    assert strictest.objective == 0


def test_a_share_out_of_reach_and_the_largest_that_is_not():
    """Two vehicles bring 90 % near; 95 % asks for a third."""
    siting = dsm(NEAR, FAR, p=2, alpha=0.95, people=PEOPLE)
    assert siting.status is Status.INFEASIBLE
    assert siting.notes == (
        "2 servers that reach every cell within the far standard bring 90.00% of the people "
        "within the near one; alpha asks for 95.00%",
    )


def test_too_few_for_the_far_standard():
    """The far standard alone takes more than p, and the note says how many."""
    siting = dsm(NEAR, NEAR, p=2, alpha=0.0, people=PEOPLE)
    assert siting.status is Status.INFEASIBLE
    assert siting.notes == ("to reach every cell takes 3 servers, but p = 2",)


def test_cells_beyond_the_far_standard():
    """They are listed."""
    siting = dsm(NEAR, FAR, p=3, alpha=0.0, people=PEOPLE, forbidden=[0, 1])
    assert siting.status is Status.INFEASIBLE
    assert siting.uncoverable.tolist() == [0]


def test_a_share_that_is_met_exactly():
    """0.9 of 100 people is 90, whatever the last digit of the product."""
    siting = dsm(NEAR, FAR, p=2, alpha=0.9, people=PEOPLE)
    assert siting.open_sites.tolist() == [0, 2]


def test_nobody_lives_there():
    """Without people only the far standard is left."""
    siting = dsm(NEAR, FAR, p=1, alpha=0.5, people=[0.0, 0.0, 0.0])
    assert siting.open_sites.tolist() == [1]
    assert (siting.objective, siting.status) == (0, Status.OPTIMAL)


def test_two_reaches_of_one_country():
    """Near and far must have the same cells and sites; every wrong setting is named at once."""
    smaller = coverage_from(np.eye(2, dtype=bool))
    with pytest.raises(InputError) as caught:
        dsm(NEAR, smaller, p=0, alpha=1.5, people=PEOPLE)
    assert len(caught.value.problems) == 4
