"""Large networks within money: several answers of each, of which the program takes one."""

import pytest
from builders import rule, site, small_region
from planned import amount, line, open_ids, planned

from allocator.lp.status import Status
from allocator.planning import within_budget

STATIONS = rule("count", id="stations", sites={"kinds": ["ems_station"]}, number=2)
NEAR = rule("coverage", id="near", sites={"kinds": ["health_station"]}, within_km=0.6,
            strength="target")  # fmt: skip
BEDS = rule("quota", id="beds", resources=["tcm_beds"], number=2, strength="wish")


@pytest.fixture(autouse=True)
def every_network_is_large(monkeypatch):
    """Three sites are many here."""
    monkeypatch.setattr(within_budget, "MANY_SITES", 0)
    monkeypatch.setattr(within_budget, "LARGE_NETWORK", 0)
    monkeypatch.setattr(within_budget, "_FEW", 1)


def region():
    """Three stations at 10 each, three clinics at 4 each, beds at 1."""
    sites = [site(f"s{k}", x_km=k + 0.5, status="candidate") for k in range(3)]
    sites += [site(f"c{k}", "health_station", x_km=k + 0.5, status="candidate") for k in range(3)]
    return small_region(
        sites=sites,
        stock={("A", "tcm_beds"): 0, ("B", "tcm_beds"): 0},
        costs={"ems_station": 10, "health_station": 4, "tcm_beds": 1, "ambulance": 0},
    )


def test_must_rules_are_paid_first():
    """Money for the stations alone: no clinic, and the target says how far it is missed."""
    plan = planned(region(), STATIONS, NEAR, budget=20.0)
    assert {name[0] for name in open_ids(plan)} == {"s"}
    assert line(plan, "stations").met
    assert not line(plan, "near").met
    assert plan.provenance["cost"] == 20
    assert plan.status is Status.FEASIBLE


def test_what_is_left_buys_the_sites_that_serve_most():
    """With 4 more, a clinic opens: an answer with fewer of the sites of the cover is there."""
    less = planned(region(), STATIONS, NEAR, budget=20.0)
    more = planned(region(), STATIONS, NEAR, budget=24.0)
    assert sum(name[0] == "c" for name in open_ids(more)) == 1
    assert line(more, "near").achieved > line(less, "near").achieved


def test_stocks_take_what_networks_leave():
    """Beds are a wish: they come last, and the last of the money is theirs."""
    free = planned(region(), STATIONS, NEAR, BEDS)
    needed = amount(free, "tcm_beds")
    plan = planned(region(), STATIONS, NEAR, BEDS, budget=free.provenance["cost"] - 1)
    assert amount(plan, "tcm_beds") == needed - 1
    assert open_ids(plan) == open_ids(free)


def test_bounds_are_those_without_money():
    """What the plan without regard to money misses, none within it can beat."""
    plan = planned(region(), STATIONS, NEAR, budget=20.0)
    tiers = plan.tiers.set_index("tier")
    free = planned(region(), STATIONS, NEAR).tiers.groupby("tier")["objective"].sum()
    assert tiers.loc["must", "status"] == "optimal"
    assert tiers.loc["target", "bound"] == pytest.approx(free["target"])
    assert tiers.loc["target", "status"] == "feasible"
    assert any("solved apart" in note for note in plan.provenance["notes"])


def test_nothing_is_claimed_of_tiers_after_one_that_falls_short():
    """Had the target been kept, wishes might be missed more or less: they have no bound."""
    plan = planned(region(), STATIONS, NEAR, BEDS, budget=20.0)
    tiers = plan.tiers.set_index("tier")
    assert tiers.loc["target", "objective"] > tiers.loc["target", "bound"]
    assert tiers.loc[["wish", "objective"], "bound"].isna().all()
    assert plan.status is Status.FEASIBLE


def test_money_that_suffices_is_no_limit():
    """The plan is that without money, and it says so."""
    plan = planned(region(), STATIONS, NEAR, budget=1000.0)
    assert plan.status is Status.OPTIMAL
    assert open_ids(plan) == open_ids(planned(region(), STATIONS, NEAR))
    assert any("suffices" in note for note in plan.provenance["notes"])


def test_a_budget_of_the_policy_counts_too():
    """A must rule on money is kept as the planner's own budget is."""
    money = rule("budget", id="money", amount=24, strength="must")
    plan = planned(region(), STATIONS, NEAR, money)
    assert line(plan, "money").met
    assert plan.provenance["cost"] == 24


def test_money_is_what_the_missed_rules_clash_with():
    """And how much more of it would be enough for all."""
    plan = planned(region(), STATIONS, NEAR, BEDS, budget=20.0)
    free = planned(region(), STATIONS, NEAR, BEDS)
    short = plan.conflicts[plan.conflicts["member"] == "budget"]
    assert set(plan.conflicts["member"]) == {"near", "beds", "budget"}
    assert set(short["change"]) == {free.provenance["cost"] - 20}
    assert "enough" in plan.why()[0]


def test_prices_are_those_of_stocks_with_the_sites_as_planned():
    """One bed more costs one, where money is left for it."""
    free = planned(region(), STATIONS, NEAR, BEDS)
    plan = planned(region(), STATIONS, NEAR, BEDS, budget=free.provenance["cost"] - 0.5)
    of_money = plan.marginals[plan.marginals["asked"] == "budget"]
    assert len(of_money)
