"""Money: binding, too small, subsidised, wished for."""

import pytest
from builders import rule, site, small_region
from planned import EMS, POSTS, amount, line, misses, open_ids, planned

from allocator.errors import InfeasibleError

STATIONS = rule("count", id="stations", sites=EMS, number=2)
CLINICS = rule("count", id="clinics", sites=POSTS, number=2, strength="target")
NURSES = rule("total", id="nurses", resources=["nurses"], number=5, strength="wish")


def region():
    """Stations at 10, clinics at 4, nurses at 1."""
    sites = [site(f"s{k}", x_km=k + 0.5, status="candidate") for k in range(3)]
    sites += [site(f"c{k}", "health_station", x_km=k + 0.5, status="candidate") for k in range(3)]
    return small_region(
        sites=sites, stock={("R", "nurses"): 0},
        costs={"ems_station": 10, "health_station": 4, "nurses": 1},
    )  # fmt: skip


def of_kind(plan, letter):
    return sum(name.startswith(letter) for name in open_ids(plan))


@pytest.mark.parametrize(
    ("budget", "stations", "clinics", "nurses"),
    [(33, 2, 2, 5), (32, 2, 2, 4), (28, 2, 2, 0), (27, 2, 1, 3), (20, 2, 0, 0), (19, 1, 2, 1),
     (10, 1, 0, 0), (9, 0, 2, 1), (3, 0, 0, 3), (0, 0, 0, 0)],
)  # fmt: skip
def test_what_gives_first_is_the_wish_then_the_target_then_the_must(
    budget, stations, clinics, nurses
):
    """Money goes to must rules as far as it does, what is left to targets, the rest to wishes."""
    plan = planned(region(), STATIONS, CLINICS, NURSES, budget=float(budget))
    found = (of_kind(plan, "s"), of_kind(plan, "c"), amount(plan, "nurses"))
    assert found == (stations, clinics, nurses)
    assert plan.objective_value <= budget
    expected = (1 - stations / 2, 1 - clinics / 2, 1 - nurses / 5)
    assert misses(plan) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("amount_", "met"), [(33, True), (32, False)])
def test_a_budget_rule_binds_like_a_budget(amount_, met):
    """A must budget of 33 pays for all of it and binds; of 32 it does not bend, a wish does."""
    money = rule("budget", id="money", amount=amount_)
    plan = planned(region(), STATIONS, CLINICS, NURSES, money)
    assert line(plan, "nurses").met == met
    assert line(plan, "money").met
    assert line(plan, "money").binding
    assert line(plan, "money").achieved == amount_


def test_the_tighter_of_two_budgets_holds():
    """The planner's 20 and the policy's 33: the plan costs at most 20, and the other way round."""
    for own, stated in ((20.0, 33), (33.0, 20)):
        money = rule("budget", id="money", amount=stated)
        plan = planned(region(), STATIONS, CLINICS, NURSES, money, budget=own)
        assert plan.objective_value == 20


def test_subsidies_are_paid_from_elsewhere():
    """6 for each new station: 20 of own money pays for 2 stations at 10 and 2 clinics at 4."""
    money = rule("budget", id="money", amount=16, subsidy_per_site=6, sites=EMS)
    plan = planned(region(), STATIONS, CLINICS, money)
    assert (of_kind(plan, "s"), of_kind(plan, "c")) == (2, 2)
    assert line(plan, "money").achieved == 16
    plain = planned(region(), STATIONS, CLINICS, rule("budget", id="money", amount=16))
    assert of_kind(plain, "s") == 1


def test_a_budget_for_information_limits_nothing():
    """A figure that is only reported does not stop what is required."""
    money = rule("budget", id="money", amount=5, strength="info")
    plan = planned(region(), STATIONS, money)
    assert of_kind(plan, "s") == 2
    assert not line(plan, "money").met


def test_a_budget_that_is_a_target_gives_way_to_a_must():
    """20 for two stations that must be, with a target of 15: overspent by 5, and it says so."""
    money = rule("budget", id="money", amount=15, strength="target")
    plan = planned(region(), STATIONS, money, NURSES)
    assert of_kind(plan, "s") == 2
    assert amount(plan, "nurses") == 0
    assert misses(plan) == pytest.approx((0, 1 / 3, 1))
    assert not line(plan, "money").met


def test_a_budget_that_is_a_wish_gives_way_to_a_target():
    """Clinics are a target and cost 8; a wish of 4 is overspent rather than a clinic left out."""
    money = rule("budget", id="money", amount=4, strength="wish")
    plan = planned(region(), CLINICS, money)
    assert of_kind(plan, "c") == 2
    assert line(plan, "money").slack == -4


def test_money_below_what_must_be_paid_is_told_as_such():
    """A required site costs 9 and the budget is 8: no plan, with the reason."""
    made = small_region(sites=[site("must", status="required", opening_cost=9)])
    with pytest.raises(InfeasibleError, match="budget below what the required sites cost"):
        planned(made, rule("count", sites=EMS, number=1), budget=8.0)
    assert planned(made, rule("count", sites=EMS, number=1), budget=9.0).objective_value == 9


def test_closing_is_paid_from_the_budget():
    """Closing one of two costs 6: with 5 the ceiling gives way, with 6 it holds."""
    made = small_region(sites=[site("a", closing_cost=6), site("b", x_km=1.5, closing_cost=8)])
    cap = rule("count", id="cap", sites=EMS, number=1, sense="<=")
    assert not line(planned(made, cap, budget=5.0), "cap").met
    assert line(planned(made, cap, budget=6.0), "cap").met


def test_a_subsidy_for_what_is_added_pays_for_it():
    """Three stations are renovated at 5, 4 of it paid from elsewhere: 3 are needed, 2 too few."""
    sites = [site(f"s{k}", x_km=k + 0.5) for k in range(3)]
    made = small_region(sites=sites, costs={"renovated": 5})
    done = rule("count", id="N", sites=EMS, attribute="renovated", number=3)
    paid = {"subsidy_per_site": 4, "sites": EMS, "attribute": "renovated"}
    for amount_given, number in ((3, 3), (2, 2)):
        plan = planned(made, done, rule("budget", id="money", amount=amount_given, **paid))
        assert line(plan, "N").achieved == number
        assert line(plan, "money").met


def test_money_for_every_person_served_pays_for_stations():
    """15 for each of 4 people are 60: with 40 of their own, ten stations of 10 could be paid."""
    sites = [site(f"s{k}", x_km=k / 2, status="candidate") for k in range(6)]
    made = small_region(sites=sites, stock={("R", "served_people"): 4}, costs={"ems_station": 20})
    asked = rule("count", id="N", sites=EMS, number=6)
    money = {"subsidy_per_person": 15, "people": "served_people"}
    plan = planned(made, asked, rule("budget", id="money", amount=40, **money))
    assert (line(plan, "N").achieved, line(plan, "money").slack) == (5, 0)


def test_a_subsidy_without_a_limit_is_no_row():
    """The blocks stay apart, the plan costs what it costs, and the line states the money."""
    made = small_region(sites=[site("s", status="candidate")], costs={"ems_station": 20})
    asked = rule("count", id="N", sites=EMS, number=1)
    plan = planned(made, asked, rule("budget", id="M", subsidy_per_site=50, sites=EMS))
    assert plan.objective_value == 20
    assert (line(plan, "M").achieved, line(plan, "M").met) == (50, True)
    assert plan.provenance["budget"] is None
