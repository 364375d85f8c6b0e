"""What one more unit of a rule would be worth."""

from dataclasses import replace

import pandas as pd
import pytest
from builders import rule, site, small_region
from planned import EMS, line, planned

from allocator.lp.program import Program
from allocator.lp.status import Status
from allocator.planning.marginals import HELD, SOLVED

PRICES = {"physicians": 2, "ambulances": 10, "negative_pressure_ambulances": 3, "ems_drivers": 1}
ZERO = {("R", "physicians"): 0, ("R", "ambulances"): 0, ("R", "ems_drivers"): 0,
        ("R", "negative_pressure_ambulances"): 0}  # fmt: skip
FLEET = rule("quota", id="fleet", resources=["ambulances"], number=1)


def price(plan, name):
    return line(plan, name).price


def test_a_binding_floor_is_worth_what_one_more_costs():
    """One physician more costs 2, three years of pay make it 6."""
    region = small_region(stock=ZERO, costs=PRICES)
    quota = rule("quota", id="Q", resources=["physicians"], number=4)
    assert price(planned(region, quota), "Q") == pytest.approx(2)
    assert price(planned(region, quota, assume={"cost_years": 3.0}), "Q") == pytest.approx(6)


def test_a_price_counts_all_that_one_more_brings():
    """A sixth ambulance brings its driver, and a third negative-pressure one: 10 + 1 + 3."""
    region = small_region(stock=ZERO, costs=PRICES)
    rules = [
        FLEET,
        rule(
            "share", id="S", part="negative_pressure_ambulances", whole="ambulances", number="0.4"
        ),
        rule("ratio", id="D", pairs=[{"resource": "ems_drivers", "base": "ambulances"}], number=1),
    ]
    plan = planned(region, *rules)
    assert price(plan, "fleet") == pytest.approx(14)
    assert price(plan, "S") == pytest.approx(3)


def test_an_outdone_floor_has_no_price():
    """A floor below what another rule asks for anyway costs nothing to raise."""
    region = small_region(stock=ZERO, costs=PRICES)
    rules = [FLEET, rule("total", id="T", resources=["ambulances"], number=9)]
    plan = planned(region, *rules)
    assert price(plan, "fleet") == pytest.approx(0)
    assert price(plan, "T") == pytest.approx(10)


def test_a_rule_that_is_missed_has_no_price():
    """What cannot be had cannot be priced."""
    region = small_region(stock=ZERO, costs=PRICES)
    quota = rule("quota", id="Q", resources=["physicians"], number=4)
    plan = planned(region, quota, assume={"staff_inflow_cap": 3.0})
    assert pd.isna(price(plan, "Q"))


def test_a_ceiling_that_is_missed_has_no_price():
    """100 ambulances must be and 40 are the most that is wished for: no price for the 41st."""
    region = small_region(stock=ZERO, costs=PRICES)
    rules = [
        rule("total", id="floor", resources=["ambulances"], number=100),
        rule("total", id="roof", resources=["ambulances"], number=40, sense="<=", strength="wish"),
    ]
    plan = planned(region, *rules)
    assert not line(plan, "roof").met
    assert pd.isna(price(plan, "roof"))


def test_a_floor_that_cannot_be_raised_has_no_price():
    """18 physicians may be hired and 18 are needed: one more is not to be had at any price."""
    region = small_region(stock=ZERO, costs=PRICES)
    quota = rule("quota", id="Q", resources=["physicians"], number=4)
    plan = planned(region, quota, assume={"staff_inflow_cap": 18.0})
    assert line(plan, "Q").met
    assert pd.isna(price(plan, "Q"))


def test_what_nobody_counted_has_no_price():
    """Without today's number the cost of one more is unknown, not 0."""
    assert pd.isna(price(planned(small_region(costs=PRICES), FLEET), "fleet"))


def test_a_price_equals_planning_again_with_one_more():
    """The price of a total is the difference to the plan whose number is one larger."""
    region = small_region(stock=ZERO, costs=PRICES)
    ratio = rule(
        "ratio", id="D", pairs=[{"resource": "ems_drivers", "base": "ambulances"}], number="0.5"
    )

    def with_number(n):
        return planned(region, ratio, rule("total", id="T", resources=["ambulances"], number=n))

    for n in (4, 5, 6, 7):
        difference = with_number(n + 1).objective_value - with_number(n).objective_value
        assert price(with_number(n), "T") == pytest.approx(difference)


def test_rules_on_sites_and_unit_lines_carry_no_price():
    """Prices stand on the line of the whole region only."""
    region = small_region(stock=ZERO, costs=PRICES)
    plan = planned(region, FLEET)
    assert plan.compliance.loc[plan.compliance["area"] != "all", "price"].isna().all()


def sides(plan, asked, rule="objective", area="all"):
    """Effects of one more and of one less on a figure."""
    found = plan.marginals
    found = found[(found["asked"] == asked) & (found["rule"] == rule) & (found["area"] == area)]
    return dict(zip(found["step"], found["effect"], strict=True))


def test_both_sides_of_a_kink():
    """As many as there are: the tenth is there already, an eleventh would cost 2."""
    region = small_region(stock={**ZERO, ("R", "physicians"): 10}, costs=PRICES)
    plan = planned(region, rule("total", id="T", resources=["physicians"], number=10))
    assert sides(plan, "T") == {1.0: pytest.approx(2), -1.0: pytest.approx(0)}
    assert price(plan, "T") == pytest.approx(2)
    assert "+1 person asked for by T: 2 CNY more" in plan.marginals["words"].tolist()


def test_each_area_of_a_rule_has_its_own_sides():
    """A has what it needs and more, B has nothing."""
    region = small_region(stock={("A", "physicians"): 50, ("B", "physicians"): 0}, costs=PRICES)
    levels = ["district", "county"]
    plan = planned(region, rule("quota", id="Q", resources=["physicians"], number=4, level=levels))
    assert sides(plan, "Q", area="A") == {1.0: pytest.approx(0), -1.0: pytest.approx(0)}
    assert sides(plan, "Q", area="B") == {1.0: pytest.approx(2), -1.0: pytest.approx(-2)}


def test_one_more_that_cannot_be_had_is_a_miss():
    """18 may be hired and 18 are asked for: the nineteenth would be missed."""
    region = small_region(stock=ZERO, costs=PRICES)
    quota = rule("quota", id="Q", resources=["physicians"], number=4)
    plan = planned(region, quota, assume={"staff_inflow_cap": 18.0})
    assert sides(plan, "Q", "Q") == {1.0: pytest.approx(1)}
    assert sides(plan, "Q") == {-1.0: pytest.approx(-2)}


def test_a_vehicle_more_and_less_in_a_unit():
    """One more costs itself and its driver; one less breaks the rule on the fleet."""
    counted = {(u, r): 0 for u in "AB" for _, r in ZERO}
    region = small_region(stock=counted, costs=PRICES)
    driver = rule("ratio", id="D", pairs=[{"resource": "ems_drivers", "base": "ambulances"}],
                  number=1)  # fmt: skip
    plan = planned(region, FLEET, driver)
    assert sides(plan, "ambulances", area="A") == {1.0: pytest.approx(11)}
    assert sides(plan, "ambulances", "fleet", area="A") == {-1.0: pytest.approx(1)}


def test_a_step_of_a_budget():
    """3 of 6 ambulances can be paid: 10 CNY more buy one more, 10 less one fewer."""
    region = small_region(stock=ZERO, costs=PRICES)
    wish = rule("total", id="T", resources=["ambulances"], number=60, strength="target")
    plan = planned(region, wish, budget=300.0)
    assert sides(plan, "budget", "T") == {10.0: pytest.approx(-1), -10.0: pytest.approx(1)}
    said = plan.marginals["words"].tolist()
    assert "+10 CNY of budget: 1 vehicle less missed of T" in said


def stations(*status):
    """A station per cell, 10 CNY to open and 4 to close; an ambulance is 15, none is there."""
    sites = [site(f"s{k}", "ems_station", k + 0.5, 0.5, status=now) for k, now in enumerate(status)]
    costs = {**PRICES, "ambulances": 15, "ems_station": 10, "closing:ems_station": 4}
    return small_region(sites=sites, stock=ZERO, costs=costs)


def test_many_sites_are_held_and_paid_first(monkeypatch):
    """One opens for 10, one of three closes for 4: 306 of 320 CNY are left, for 20 ambulances."""
    region = stations("candidate", "existing", "existing", "existing")
    rules = [rule("total", id="T", resources=["ambulances"], number=60, strength="target"),
             rule("forced_site", id="F", site="s0"),
             rule("count", id="N", number=3, sense="<=", sites=EMS)]  # fmt: skip
    free = planned(region, *rules, budget=320.0)
    monkeypatch.setattr("allocator.planning.prices.LARGE", 0)
    held = planned(region, *rules, budget=320.0)
    assert sides(held, "budget", "T") == {10.0: pytest.approx(-1), -10.0: pytest.approx(1)}
    assert sides(held, "budget", "T") == sides(free, "budget", "T")
    assert sides(held, "T", "T") == sides(free, "T", "T") == {1.0: 1, -1.0: -1}
    assert set(free.marginals["method"]) == {SOLVED}
    assert set(held.marginals["method"]) == {HELD}


def test_a_subsidy_for_new_sites_is_money_that_sites_held_leave(monkeypatch):
    """25 CNY of the rule's own, 15 of them for the station, which brings 10 of subsidy: 20 left."""
    monkeypatch.setattr("allocator.planning.prices.LARGE", 0)
    sites = [site("s0", "ems_station", 0.5, 0.5, status="candidate")]
    region = small_region(sites=sites, stock=ZERO, costs={**PRICES, "ems_station": 15})
    plan = planned(
        region, rule("forced_site", id="F", site="s0"),
        rule("total", id="T", resources=["ambulances"], number=60, strength="target"),
        rule("budget", id="B", amount=25, subsidy_per_site=10, sites=EMS),
    )  # fmt: skip
    assert line(plan, "T").achieved == 2
    assert sides(plan, "B") == {1.0: pytest.approx(0)}
    assert sides(plan, "B", "T") == {-1.0: pytest.approx(1)}


def test_questions_that_are_not_proven_have_no_line_and_that_is_said(monkeypatch):
    """A question's solve has few nodes, the plan's own as many as it takes."""
    region = small_region(stock=ZERO, costs=PRICES)
    wish = rule("total", id="T", resources=["ambulances"], number=60, strength="target")
    solve, asked = Program.solve, []

    def stopped(self, terms, settings, **more):
        found = solve(self, terms, settings, **more)
        if settings.node_limit != 7:
            return found
        asked.append(self.name)
        return replace(found, status=Status.FEASIBLE)

    monkeypatch.setattr(Program, "solve", stopped)
    monkeypatch.setattr("allocator.planning.prices.MOST_NODES", 7)
    plan = planned(region, wish, FLEET, budget=300.0)
    assert plan.status is Status.OPTIMAL
    assert sides(plan, "budget", "T") == {}
    told = [n for n in plan.provenance["notes"] if "was not proven within 7 nodes" in n]
    assert len(told) == 1
    assert "no more were asked" not in told[0]
    of_all = len(asked)
    assert of_all > 2
    assert pd.isna(price(planned(region, FLEET), "fleet"))
    asked.clear()
    monkeypatch.setattr("allocator.planning.prices.IN_VAIN", 1)
    first = planned(region, wish, FLEET, budget=300.0)
    assert 0 < len(asked) < of_all
    assert any("in 1 of 1 questions, and no more were asked" in n
               for n in first.provenance["notes"])  # fmt: skip


def test_prices_of_answers_that_were_offered_are_asked_with_their_sites_held(monkeypatch):
    """Networks too large for one program come as answers: what is asked leaves the sites alone."""
    region = stations("candidate", "existing", "existing", "existing")
    rules = [rule("total", id="T", resources=["ambulances"], number=60, strength="target"),
             rule("forced_site", id="F", site="s0"),
             rule("count", id="N", number=3, sense="<=", sites=EMS)]  # fmt: skip
    monkeypatch.setattr("allocator.planning.within_budget.MANY_SITES", 0)
    monkeypatch.setattr("allocator.planning.within_budget.LARGE_NETWORK", 0)
    plan = planned(region, *rules, budget=320.0)
    assert any("solved apart" in n for n in plan.provenance["notes"])
    asked = plan.marginals[plan.marginals["asked"].isin(["budget", "T"])]
    assert set(asked["method"]) == {HELD}
    assert sides(plan, "budget", "T") == {10.0: pytest.approx(-1), -10.0: pytest.approx(1)}
