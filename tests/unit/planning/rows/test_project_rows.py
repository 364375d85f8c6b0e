"""Named projects: the attribute they ask for, what they bring, what they cost."""

import pytest
from builders import rule, site, small_region
from planned import amount, line, planned, statuses

PRICES = {"public_beds": 3, "general_hospital": 50, "rebuilt": 20, "level_3B": 5, "level_3": 7}


def hospital(status="candidate", **more):
    return site("h", "general_hospital", 3.5, 1.5, status=status, **more)


def project(**more):
    return rule("forced_site", id="P", site="site h", **more)


def test_a_named_site_gets_its_attribute():
    """The hospital stands and is to be rebuilt: it is, for the price of that."""
    region = small_region(sites=[hospital("existing")], costs=PRICES)
    plan = planned(region, project(attribute="rebuilt"))
    assert statuses(plan) == {"h": "upgraded"}
    assert (plan.objective_value, plan.provenance["cost"]) == (20, 20)
    assert line(plan, "P")["met"]


def test_a_named_site_that_may_not_have_the_attribute_is_missed():
    """No plan moves a hospital to the north of the city: open, but the line fails."""
    plan = planned(small_region(sites=[hospital("existing")]), project(attribute="north_city"))
    assert not line(plan, "P")["met"]
    assert statuses(plan) == {"h": "kept"}


@pytest.mark.parametrize(
    ("stock", "beds"),
    [({("B", "public_beds"): 40}, 65), ({("R", "public_beds"): 40}, 25), ({}, 25)],
)
def test_a_project_brings_its_beds_over_what_its_unit_has(stock, beds):
    """25 beds on top of 40 in B; where nobody counted those of B, 25 in B."""
    region = small_region(sites=[hospital()], stock=stock, costs=PRICES)
    asked = project(brings=[{"resource": "public_beds", "amount": 25}])
    plan = planned(region, asked)
    assert amount(plan, "public_beds", "B") >= beds
    assert line(plan, "P")["met"]
    if ("B", "public_beds") in stock:
        assert amount(plan, "public_beds", "B") == beds


def test_projects_of_one_unit_add_up():
    """Two hospitals of B bring 10 and 5 beds: 15 more than today."""
    sites = [hospital(), site("k", "tcm_hospital", 3.5, 0.5, unit="B", status="candidate")]
    stock = {("A", "public_beds"): 0, ("B", "public_beds"): 7}
    brings = [{"resource": "public_beds", "amount": 10}], [{"resource": "public_beds", "amount": 5}]
    rules = [project(brings=brings[0]), rule("forced_site", id="K", site="k", brings=brings[1])]
    plan = planned(small_region(sites=sites, stock=stock, costs=PRICES), *rules)
    assert amount(plan, "public_beds", "B") == 22
    assert line(plan, "P")["met"]
    assert line(plan, "K")["met"]
    assert plan.provenance["cost"] == 50 + 3 * 15


@pytest.mark.parametrize("budget", [None, 200.0])
def test_a_project_with_a_cost_pays_what_it_brings(budget):
    """40 CNY in place of 50; of 12 beds more than today the project's 10 are paid with it."""
    stock = {("A", "public_beds"): 0, ("B", "public_beds"): 7}
    region = small_region(sites=[hospital()], stock=stock, costs=PRICES)
    asked = project(cost=40, brings=[{"resource": "public_beds", "amount": 10}])
    floor = rule("quota", id="Q", resources=["public_beds"], number=1, level=["county"], per=74)
    assert region.units.people("B") == 1400
    wishes = {} if budget is None else {"budget": budget}
    plan = planned(region, asked, floor, **wishes)
    assert amount(plan, "public_beds", "B") == 19
    assert (plan.objective_value, plan.provenance["cost"]) == (46, 46)


def test_a_project_of_a_level_pays_the_steps_to_it():
    """Raising a standing 2A hospital to 3B for 90 CNY costs 90, not the 12 of the steps."""
    region = small_region(sites=[hospital("existing", grade="2A")], costs=PRICES)
    plan = planned(region, project(attribute="level_3B", cost=90))
    assert (plan.objective_value, plan.provenance["cost"]) == (90, 90)
    assert planned(region, project(attribute="level_3B")).objective_value == 12


def test_a_project_that_is_not_built_brings_nothing():
    """Without the money for it, its beds are not asked for either; the line fails once."""
    region = small_region(sites=[hospital()], stock={("B", "public_beds"): 7}, costs=PRICES)
    asked = project(brings=[{"resource": "public_beds", "amount": 10}])
    plan = planned(region, asked, budget=49.0)
    assert amount(plan, "public_beds", "B") == 7
    assert line(plan, "P")["slack"] == -1
    assert plan.tiers.loc[plan.tiers["tier"] == "must", "objective"].sum() == pytest.approx(1)


def test_beds_that_a_cap_forbids_are_missed_by_the_project():
    """10 more than 7 beds cannot be among at most 12: the project lacks 5 of 17."""
    region = small_region(sites=[hospital("existing")], stock={("B", "public_beds"): 7})
    cap = rule("total", id="cap", resources=["public_beds"], number=12, sense="<=")
    asked = project(strength="target", brings=[{"resource": "public_beds", "amount": 10}])
    plan = planned(region, cap, asked)
    found = line(plan, "P")
    assert (found["met"], found["note"]) == (False, "12 public_beds of 17")
    assert plan.tiers.loc[plan.tiers["tier"] == "target", "objective"].sum() == pytest.approx(
        5 / 17
    )
