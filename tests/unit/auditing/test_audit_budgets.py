"""What a plan costs, recomputed from its tables, and budgets on it."""

import pytest
from builders import rule, site, small_region
from hypothesis import given
from hypothesis import strategies as st
from plan_builders import audited, plan_facts

from allocator.assumptions import Assumptions
from allocator.auditing.budgets import plan_cost
from allocator.auditing.facts import Facts

COSTS = {
    "ems_station": 1000, "closing:ems_station": 70, "decontamination": 30, "ambulances": 500,
    "nurses": 9, "public_beds": 100, "tcm_beds": 11, "residents": 1e9,
}  # fmt: skip
SITES = [
    site("kept"),
    site("shut", closing_cost=50),
    site("shut2"),
    site("up", attributes=["direct"]),
    site("cand", x_km=1.5, status="candidate", opening_cost=800),
    site("cand2", x_km=1.5, status="candidate"),
]
STATUSES = {"shut": "closed", "shut2": "closed", "up": "upgraded", "cand": "new", "cand2": "new"}
ATTRIBUTES = {"up": ["direct", "decontamination"], "cand2": ["decontamination"]}


def region_with(stock, costs=None):
    return small_region(sites=SITES, costs=COSTS if costs is None else costs, stock=stock)


def cost_of(region, allocated, statuses=None, attributes=None, strangers=(), **assumptions):
    facts = plan_facts(
        region, allocated, statuses, attributes=attributes or {}, strangers=strangers
    )
    return plan_cost(region, Assumptions(assumptions), facts)


def test_sites_cost_what_is_opened_closed_and_upgraded():
    """A site's own figure, else that of its kind; attributes that it had cost nothing."""
    cost = cost_of(region_with({}), {}, STATUSES, ATTRIBUTES)
    assert cost.sites == {
        "kept": 0, "shut": 50, "shut2": 70, "up": 30, "cand": 800, "cand2": 1030,
    }  # fmt: skip
    assert cost.total == 1980


def test_a_site_that_the_region_does_not_know_costs_its_kind():
    """A hand-added station is priced like any other."""
    cost = cost_of(region_with({}), {}, strangers=[site("mine", x_km=2.5)])
    assert cost.sites["mine"] == 1000


def test_additions_are_counted_unit_by_unit():
    """What one unit gives up does not pay for what another gets; posts cost by the year."""
    stock = {("A", "nurses"): 5, ("B", "nurses"): 5, ("A", "ambulances"): 1, ("B", "ambulances"): 0}
    allocated = {("A", "nurses"): 9, ("B", "nurses"): 2, ("A", "ambulances"): 1,
                 ("B", "ambulances"): 3}  # fmt: skip
    assert cost_of(region_with(stock), allocated).total == 4 * 9 + 3 * 500
    assert cost_of(region_with(stock), allocated, cost_years=2.5).total == 4 * 9 * 2.5 + 3 * 500


def test_nested_resources_are_each_priced():
    """A TCM bed costs its own price on top of a public bed's."""
    stock = {(u, r): 0 for u in "AB" for r in ("public_beds", "tcm_beds")}
    allocated = {("A", "public_beds"): 2, ("B", "public_beds"): 0, ("A", "tcm_beds"): 1,
                 ("B", "tcm_beds"): 0}  # fmt: skip
    assert cost_of(region_with(stock), allocated).added == {
        "public_beds": 200,
        "tcm_beds": 11,
        "ambulances": 0,
        "nurses": 0,
    }


@pytest.mark.parametrize(
    ("stock", "added", "note"),
    [
        ({("R", "nurses"): 8}, 3, ""),
        ({("R", "nurses"): 20}, 0, ""),
        ({}, 0, "no stock of nurses known: 11 of them cannot be priced"),
        ({("A", "nurses"): 4}, 5, "no stock of nurses known: 2 of them cannot be priced"),
    ],
)
def test_additions_over_a_stock_that_is_known_in_part(stock, added, note):
    """The whole region's stock where units have none; what cannot be priced is named."""
    cost = cost_of(region_with(stock), {("A", "nurses"): 9, ("B", "nurses"): 2})
    assert cost.added["nurses"] == 9 * added
    assert cost.notes == ((note,) if note else ())


def budget(amount, **more):
    return rule("budget", id="B", amount=amount, **more)


@pytest.mark.parametrize(("amount", "met", "slack"), [(1980, True, 0), (1979, False, -1)])
def test_a_budget_includes_its_amount(amount, met, slack):
    """Spending all of it is allowed, one more is not."""
    region = region_with({})
    facts = plan_facts(region, {}, STATUSES, attributes=ATTRIBUTES)
    line = audited(region, facts, budget(amount))["B", "all"]
    assert (line.achieved, line.met, line.slack) == (1980, met, slack)
    assert (line.measure, line.sense) == ("CNY", "<=")


def test_subsidies_are_paid_for_new_sites_that_the_rule_selects():
    """Two new stations at 300 each; a filter on another kind pays nothing."""
    region = region_with({})
    facts = plan_facts(region, {}, STATUSES, attributes=ATTRIBUTES)
    paid = budget(2000, subsidy_per_site=300, sites={"kinds": ["ems_station"]})
    line = audited(region, facts, paid)["B", "all"]
    assert line.achieved == 1380
    assert line.note == "600 CNY of subsidies for 2 new sites"
    unpaid = budget(2000, subsidy_per_site=300, sites={"kinds": ["school"]})
    assert audited(region, facts, unpaid)["B", "all"].achieved == 1980


def test_today_spends_nothing():
    """Without a plan a budget is not evaluated."""
    region = region_with({})
    line = audited(region, Facts.of_today(region), budget(1))["B", "all"]
    assert (line.evaluated, line.note) == (False, "no plan, so nothing is spent")


@given(st.sampled_from([0.5, 2.0, 1000.0]), st.integers(0, 9), st.integers(0, 9))
def test_scaling_money_scales_cost(factor, nurses, ambulances):
    """Every price times k is the cost times k."""
    stock = {(u, r): 2 for u in "AB" for r in ("nurses", "ambulances")}
    allocated = {("A", "nurses"): nurses, ("B", "nurses"): 3, ("A", "ambulances"): ambulances,
                 ("B", "ambulances"): 1}  # fmt: skip
    statuses = {"shut2": "closed", "cand2": "new"}
    base = cost_of(region_with(stock), allocated, statuses).total
    scaled = {item: cost * factor for item, cost in COSTS.items()}
    assert cost_of(region_with(stock, scaled), allocated, statuses).total == base * factor
