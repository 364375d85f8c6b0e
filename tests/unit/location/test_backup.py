"""BACOP1, BACOP2 and LSCP-B: second servers, and why there may be no answer."""

from dataclasses import replace

import numpy as np
import pytest
from location_instances import coverage_from, times_from

from allocator.errors import InputError
from allocator.location.backup import bacop1, bacop2, lscp_b
from allocator.lp.status import Status
from allocator.travel.ends import Demand

# Two towns at the ends, a village between them; site 1 reaches the village and the second town.
REACH = coverage_from(np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1]], dtype=bool))
PEOPLE = [50.0, 10.0, 40.0]


def test_the_server_left_over_backs_up_most():
    """Two reach all; the third one stands where most people gain a second."""
    siting = bacop1(REACH, p=3, people=PEOPLE)
    assert siting.open_sites.tolist() == [0, 1, 2]
    assert siting.objective == 10 + 40
    doubled = bacop1(REACH, p=3, people=PEOPLE, max_per_site=None)
    assert doubled.open_sites.tolist() == [0, 1]
    assert doubled.servers.tolist() == [2, 1]
    assert doubled.objective == 60
    assert doubled.people_covered == 100
    assert (siting.status, doubled.status) == (Status.OPTIMAL, Status.OPTIMAL)


def test_too_few_servers_and_how_many_would_do():
    """One server cannot reach all; the note says that two can."""
    siting = bacop1(REACH, p=1, people=PEOPLE)
    assert siting.status is Status.INFEASIBLE
    assert siting.notes == ("to reach every cell takes 2 servers, but p = 1",)


def test_cells_out_of_reach_are_listed():
    """A cell whose sites are all forbidden makes the question infeasible, by name."""
    siting = bacop1(REACH, p=3, people=PEOPLE, forbidden=[0])
    assert siting.status is Status.INFEASIBLE
    assert siting.uncoverable.tolist() == [0]
    assert siting.notes[0].startswith("1 cells with 50 people reach no permitted site")
    none_allowed = bacop1(REACH, p=3, people=PEOPLE, max_per_site=[0, 1, 1])
    assert none_allowed.uncoverable.tolist() == [0]


def test_how_far_would_do():
    """Where distances are known, the note says how far the farthest bare cell has to go."""
    times = times_from(np.array([[1.0, 9.0], [7.5, 20.0]]))
    siting = bacop1(times.within(5), p=2, people=[1.0, 2.0])
    assert siting.notes == (
        "1 cells with 2 people reach no permitted site; the farthest has one within 7.5 minutes",
    )
    cut_off = times_from(np.array([[1.0, 9.0], [np.inf, np.inf]]))
    siting = bacop1(cut_off.within(5), p=2, people=[1.0, 2.0])
    assert "some have none at all among the ways given" in siting.notes[0]


def test_cells_without_people_must_be_reached_too():
    """The first town has nobody, and still needs its server."""
    siting = bacop1(REACH, p=2, people=[0.0, 10.0, 40.0])
    assert siting.open_sites.tolist() == [0, 1]
    assert siting.objective == 10


@pytest.mark.parametrize(
    ("theta", "opened", "objective"), [(1.0, [0, 1], 100), (0.0, [1, 2], 40), (0.5, [0, 1], 55)]
)
def test_first_cover_against_backup(theta, opened, objective):
    """All weight on the first server, all on the second, half and half."""
    siting = bacop2(REACH, p=2, theta=theta, people=PEOPLE)
    assert siting.objective == pytest.approx(objective)
    assert siting.verify() == []
    assert siting.open_sites.tolist() == opened or siting.objective == objective


def test_fewest_servers_then_most_backup():
    """Two of three sites reach all cells; one pair backs up more than the other."""
    siting = lscp_b(REACH)
    assert siting.open_sites.tolist() == [0, 1]
    assert (siting.objective, siting.objective_unit) == (1, "cells")
    assert siting.notes == ("2 servers reach every cell, the fewest",)
    people = replace(REACH, demand=Demand(np.array(PEOPLE)))
    assert (lscp_b(people).objective, lscp_b(people).objective_unit) == (10, "people")


def test_fewest_servers_with_sites_that_stand():
    """An existing site is one of the fewest; out of reach is out of reach."""
    siting = lscp_b(REACH, open_sites=[2])
    assert siting.open_sites.tolist() == [0, 2]
    assert lscp_b(REACH, forbidden=[0]).uncoverable.tolist() == [0]
    all_given = lscp_b(REACH, open_sites=[0, 1, 2])
    assert all_given.objective == 2
    assert all_given.notes == ("3 servers reach every cell, the fewest",)


def test_an_interrupted_cover_is_no_answer_about_backup():
    """Stopped while the fewest servers are looked for: what is known is said, nothing claimed."""

    def stop(_):
        raise KeyboardInterrupt

    siting = lscp_b(REACH, progress=stop)
    assert siting.status is Status.NO_SOLUTION
    assert siting.interrupted
    assert "interrupted before backup" in siting.notes[0]
    with_cover = bacop1(REACH, p=3, people=PEOPLE, progress=stop)
    assert with_cover.status is Status.FEASIBLE
    assert with_cover.interrupted
    assert with_cover.verify() == []


def test_theta_is_a_share():
    """And p a whole number; both at once."""
    with pytest.raises(InputError) as caught:
        bacop2(REACH, p=-1, theta=1.2, people=PEOPLE)
    assert len(caught.value.problems) == 2
    with pytest.raises(InputError, match="p must be a whole number"):
        bacop1(REACH, p=2.0, people=PEOPLE)
