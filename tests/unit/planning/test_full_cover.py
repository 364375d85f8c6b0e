"""The full grid: other rules first, then a set cover."""

import pytest
from builders import rule, site, small_region
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planned import EMS, POSTS, line, open_ids, planned
from planning_oracles import READINGS, best_sites
from strategies import some

from allocator.lp.status import Status

NEAR = rule("coverage", id="C", sites={"kinds": ["ems_station", "health_station"]}, within_km=1)
ONE = rule("count", id="N", sites=EMS, number=1)


@pytest.fixture
def always(monkeypatch):
    """Take the road of the full grid however small the network is."""
    monkeypatch.setattr("allocator.planning.full_cover.LARGE", 0)


def spread(*, stations=(), clinics=(), required=(), n=6):
    """Cells 1 km apart; candidate or standing stations at 10 and clinics at 3 by cell."""
    sites = [site(f"e{k}", x_km=k, y_km=0, status="candidate") for k in stations]
    sites += [
        site(f"c{k}", "health_station", k, 0, status="required" if k in required else "candidate")
        for k in clinics
    ]
    return small_region(
        people=[1000] * n, x_km=range(n), y_km=[0] * n, urban=[True] * n, sites=sites,
        costs={"ems_station": 10, "health_station": 3},
    )  # fmt: skip


def blocks(plan):
    return set(plan.tiers["block"])


def test_the_road_is_taken_only_for_large_networks():
    """Below the size a plain program serves; the plan is the same."""
    plan = planned(spread(stations=(1, 4), clinics=range(6)), ONE, NEAR)
    assert not any("other rules" in block for block in blocks(plan))


def test_what_other_rules_open_serves_the_cover_too(always):
    """One station must open anyway: it covers three cells, one clinic covers the other three."""
    region = spread(stations=(1,), clinics=range(6))
    plan = planned(region, ONE, NEAR)
    assert any("other rules" in block for block in blocks(plan))
    assert open_ids(plan) == {"e1", "c4"}
    assert plan.objective_value == 13
    assert line(plan, "C").met


def test_required_sites_are_open_and_paid_for(always):
    """A required clinic in the last cell costs what it costs, and cell 3 needs another one."""
    region = spread(stations=(1,), clinics=range(6), required=(5,))
    plan = planned(region, ONE, NEAR)
    assert {"e1", "c5"} < open_ids(plan)
    assert plan.objective_value == pytest.approx(16)
    assert plan.facilities["cost"].sum() == pytest.approx(16)


def test_who_cannot_be_reached_is_a_miss_of_the_rules_tier(always):
    """The last two cells are out of everybody's reach: a third of the people, in the must tier."""
    plan = planned(spread(stations=(1,), clinics=(0, 1, 2)), ONE, NEAR)
    must = plan.tiers[plan.tiers["tier"] == "must"]["objective"].sum()
    assert must == pytest.approx(2 / 6)
    assert line(plan, "C").slack == -2000


def test_change_counts_new_sites_not_money(always):
    """Least change: two new sites, whichever they cost."""
    region = spread(stations=(1,), clinics=range(6))
    plan = planned(region, ONE, NEAR, minimise="change")
    assert plan.objective_value == 2


def test_what_the_order_loses_is_inside_the_bound(always):
    """Both stations together would do; one and two clinics are found: feasible, with the gap."""
    region = spread(stations=(1, 4), clinics=(0, 2, 3, 5))
    plan = planned(region, ONE, NEAR, minimise="change")
    assert plan.objective_value == 3
    assert plan.bound <= 2
    assert plan.status is Status.FEASIBLE
    assert plan.gap == pytest.approx((3 - plan.bound) / 3)


@pytest.mark.parametrize(
    "made",
    [rule("coverage", id="C", sites=POSTS, within_km=1, share="0.9"),
     rule("coverage", id="C", sites=POSTS, within_km=1, level=["district"])],
)  # fmt: skip
def test_what_is_no_cover_of_everybody_is_left_to_the_plain_program(always, made):
    """A share of people, or units apart, are no set cover."""
    plan = planned(spread(clinics=range(6)), made)
    assert blocks(plan) == {
        "health station",
        "beds, staff, vehicles",
    } or "health station" in blocks(plan)
    assert line(plan, "C").met
    covered = 5400 if made.share < 1 else 3000
    assert line(plan, "C").achieved >= covered


@settings(some, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    places=st.lists(st.integers(0, 7), min_size=2, max_size=6, unique=True),
    standing=st.integers(0, 5),
    km=st.sampled_from([1, 2]),
)
def test_the_cover_equals_every_choice(always, places, standing, km):
    """Cost and people out of reach equal enumeration, with one site standing."""
    sites = [
        site(f"c{k}", "health_station", k, 0, status="existing" if i == standing else "candidate",
             opening_cost=3.0 + i % 3)
        for i, k in enumerate(places)
    ]  # fmt: skip
    region = small_region(
        people=[1000 + 10 * k for k in range(8)], x_km=range(8), y_km=[0] * 8, urban=[True] * 8,
        sites=sites,
    )  # fmt: skip
    made = rule("coverage", id="C", sites=POSTS, within_km=km)
    plan = planned(region, made)
    must, _, _, cost = best_sites(region, [made], READINGS)
    found = plan.tiers[plan.tiers["tier"] == "must"]["objective"].sum()
    assert found == pytest.approx(must)
    assert plan.objective_value == pytest.approx(cost)
    assert plan.bound <= plan.objective_value + 1e-9
