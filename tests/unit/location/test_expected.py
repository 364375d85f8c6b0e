"""MEXCLP and MALP: busy servers, second servers, and what is refused."""

import numpy as np
import pytest
from location_instances import coverage_from

from allocator.errors import InputError
from allocator.location.expected import malp, mexclp, servers_needed
from allocator.lp.status import Status
from allocator.travel.distance import straight_line_km
from allocator.travel.ends import Demand, SiteSet

# A town of 100 reaches site 0, a village of 10 site 1, a hamlet of 1 sites 1 and 2.
REACH = coverage_from(np.array([[1, 0, 0], [0, 1, 0], [0, 1, 1]], dtype=bool))
PEOPLE = [100.0, 10.0, 1.0]


def test_a_second_server_in_town_beats_a_first_in_the_village():
    """100 x 0.5 x 0.5 = 25 more in town against 5.5 in the village."""
    siting = mexclp(REACH, p=2, busy=0.5, people=PEOPLE)
    assert (siting.open_sites.tolist(), siting.servers.tolist()) == ([0], [2])
    assert siting.objective == pytest.approx(75)
    assert (siting.model, siting.objective_unit, siting.sense) == ("MEXCLP", "people", "max")
    assert siting.status is Status.OPTIMAL
    assert siting.people_covered == 100
    assert siting.site_table["servers"].tolist() == [2]


def test_a_cap_sends_the_second_server_elsewhere():
    """One per site: the village gets the second one; a cap may differ by site."""
    siting = mexclp(REACH, p=2, busy=0.5, people=PEOPLE, max_per_site=1)
    assert siting.open_sites.tolist() == [0, 1]
    assert siting.objective == pytest.approx(50 + 5 + 0.5)
    siting = mexclp(REACH, p=3, busy=0.5, people=PEOPLE, max_per_site=[1, 2, 1])
    assert siting.servers.tolist() == [1, 2]


def test_busy_from_calls():
    """Three calls an hour of half an hour each keep two servers busy for 75 % of the time."""
    siting = mexclp(REACH, p=2, calls_per_hour=3, hours_per_call=0.5, people=PEOPLE)
    assert siting.question.busy == 0.75
    assert siting.notes == ("each server is busy 75.0% of the time",)
    assert siting.objective == pytest.approx(100 * (1 - 0.75**2))


def test_never_busy_is_maximal_cover():
    """With busy = 0 the second server adds nothing: 0 ** 0 is no trap."""
    siting = mexclp(REACH, p=3, busy=0.0, people=PEOPLE)
    assert siting.objective == 111
    assert siting.servers.tolist() == [1, 1]
    assert siting.notes == ("1 of 3 servers would add nothing: not placed",)


def test_many_servers_and_hardly_any_gain():
    """Forty servers: the gains of the far ones vanish, value and bound stay exact."""
    siting = mexclp(REACH, p=40, busy=0.5, people=PEOPLE)
    assert siting.status is Status.OPTIMAL
    assert siting.bound == pytest.approx(siting.objective, rel=1e-9)
    assert siting.objective == pytest.approx(111, rel=1e-4)
    assert siting.verify() == []


def test_roles_of_sites():
    """An existing and a required site hold a server each; a forbidden one holds none."""
    siting = mexclp(
        REACH, p=3, busy=0.5, people=PEOPLE, open_sites=[2], required=[1], forbidden=[0]
    )
    assert siting.open_sites.tolist() == [1, 2]
    assert siting.servers.sum() == 3
    assert siting.new_sites.tolist() == [1]
    few = mexclp(REACH, p=1, busy=0.5, people=PEOPLE, open_sites=[2], required=[1])
    assert few.status is Status.INFEASIBLE
    assert "2 sites must be open, each with a server, but p = 1" in few.notes[0]


def test_demand_and_sites_may_come_with_the_reach():
    """People and statuses are taken from the reach; cells go to their nearest open site."""
    metres = np.array([[0.0, 0.0], [1000.0, 0.0]])
    demand = Demand(np.array([5.0, 3.0]), groups={"age60": np.array([1.0, 1.0])}, xy_m=metres)
    sites = SiteSet(["a", "b"], status=["existing", "candidate"], xy_m=metres)
    reach = straight_line_km(demand, sites, max_km=1).within(0.5)
    siting = mexclp(reach, p=1, busy=0.5)
    assert siting.sites == ["a"]
    assert siting.objective == 2.5
    assert siting.uncovered == {"total": 3, "age60": 1}
    assert siting.cell_table["site"].tolist() == ["a", ""]


def test_reliable_needs_two():
    """At 50 % busy two servers are free enough in 75 % of the cases, one is not."""
    siting = malp(REACH, p=2, busy=0.5, reliability=0.75, people=PEOPLE)
    assert (siting.open_sites.tolist(), siting.servers.tolist()) == ([0], [2])
    assert siting.objective == 100
    assert siting.notes == ("2 servers in reach make a cell reliable",)
    assert siting.people_covered == 100
    capped = malp(REACH, p=2, busy=0.5, reliability=0.75, people=PEOPLE, max_per_site=1)
    assert capped.open_sites.tolist() == [1, 2]
    assert capped.objective == 1
    assert capped.uncovered["total"] == 110


def test_too_few_servers_to_be_reliable():
    """Where p is less than a cell needs, the answer is that nobody is covered."""
    siting = malp(REACH, p=2, busy=0.9, reliability=0.9, people=PEOPLE)
    assert (siting.objective, siting.bound, siting.status) == (0, 0, Status.OPTIMAL)
    assert siting.open_sites.tolist() == []
    assert siting.verify() == []


@pytest.mark.parametrize(
    ("busy", "reliability", "servers"),
    [
        (0.5, 0.5, 1), (0.5, 0.75, 2), (0.5, 0.875, 3), (0.1, 0.9, 1), (0.1, 0.99, 2),
        (0.1, 0.999, 3), (0.2, 0.99, 3), (0.0, 0.99, 1), (0.3, 0.0, 1), (0.3, 0.5, 1),
    ],
)  # fmt: skip
def test_servers_needed_forgives_the_last_digits(busy, reliability, servers):
    """Where busy ** b is exactly what may be missed, b servers will do."""
    assert servers_needed(busy, reliability) == servers


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"p": 0, "busy": 0.5}, "p must be a whole number >= 1, got 0"),
        ({"p": 1.5, "busy": 0.5}, "p must be a whole number >= 1, got 1.5"),
        ({"p": True, "busy": 0.5}, "p must be a whole number"),
        ({"p": 1, "busy": 1.0}, r"busy must lie in \[0, 1\), got 1.0"),
        ({"p": 1, "busy": float("nan")}, "busy must lie in"),
        ({"p": 1}, "give busy, or both calls_per_hour and hours_per_call"),
        ({"p": 1, "calls_per_hour": 1.0}, "give busy, or both"),
        ({"p": 1, "busy": 0.5, "calls_per_hour": 1.0, "hours_per_call": 1.0}, "not both"),
        ({"p": 2, "calls_per_hour": 4.0, "hours_per_call": 0.6}, "p must be at least 3"),
        ({"p": 2, "calls_per_hour": -1.0, "hours_per_call": 0.6}, "calls_per_hour must be finite"),
        ({"p": 2, "busy": 0.5, "max_per_site": 1.5}, "max_per_site must hold whole numbers"),
        ({"p": 2, "busy": 0.5, "max_per_site": "two"}, "max_per_site must hold whole numbers"),
        ({"p": 2, "busy": 0.5, "max_per_site": [1, 2]}, "max_per_site must be one number or one"),
        ({"p": 2, "busy": 0.5, "max_per_site": [0, 1, 1], "required": [0]}, "max_per_site is 0"),
    ],
)
def test_wrong_questions_are_refused(options, complaint):
    """Each wrong setting is named, with what it should be."""
    with pytest.raises(InputError, match=complaint):
        mexclp(REACH, people=PEOPLE, **options)


def test_every_wrong_share_of_malp_is_named_at_once():
    """Three wrong settings, one error."""
    with pytest.raises(InputError) as caught:
        malp(REACH, p=0, busy=-0.1, reliability=1.0, people=PEOPLE)
    assert len(caught.value.problems) == 3


def test_nobody_said_who_lives_there():
    """Without people there is nothing to cover."""
    with pytest.raises(InputError, match="nobody said how many people"):
        mexclp(REACH, p=1, busy=0.5)
