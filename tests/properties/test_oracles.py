"""Plans against planners that share no code with the package."""

import pytest
from builders import rule
from hypothesis import assume, given
from hypothesis import strategies as st
from planned import misses, planned
from planning_oracles import best_plan, best_sites, best_stocks, readings, site_cost
from strategies import few, regions, site_rules, some, stock_rules


def close(number):
    """Within what a gap of 1e-4 and a held tier leave open."""
    return pytest.approx(number, rel=3e-4, abs=2e-5)


@some
@given(region=regions(), rules=site_rules())
def test_sites_equal_the_best_of_every_choice(region, rules):
    """Misses by tier and cost equal the best over every choice of open sites."""
    plan = planned(region, *rules)
    *expected, cost = best_sites(region, rules)
    assume(max(expected) < 1e9)
    assert misses(plan) == close(tuple(expected))
    assert plan.objective_value == close(cost)


@some
@given(region=regions(max_sites=5), rules=site_rules(most=2), branches=site_rules(least=2))
def test_either_or_takes_the_best_branch_of_every_choice(region, rules, branches):
    """With an either-or among the rules: misses and cost equal the best over every choice."""
    fields = [
        {**b.model_dump(exclude_none=True), "id": f"branch {k}"} for k, b in enumerate(branches)
    ]
    rules = [*rules, rule("either_or", id="E", branches=fields)]
    plan = planned(region, *rules)
    *expected, cost = best_sites(region, rules)
    assume(max(expected) < 1e9)
    assert misses(plan) == close(tuple(expected))
    assert plan.objective_value == close(cost)


@some
@given(region=regions(stocked=True), rules=stock_rules(), cap=st.sampled_from([None, 0.0, 3.0]))
def test_stocks_equal_scipy(region, rules, cap):
    """Misses by tier and cost of beds, staff and vehicles equal an independent integer program."""
    plan = planned(region, *rules, assume={} if cap is None else {"staff_inflow_cap": cap})
    opened = [s for _, s in region.sites.table.iterrows() if s["status"] != "candidate"]
    required = [s for s in opened if s["status"] == "required"]
    paid = best_stocks(region, rules, opened, readings(staff_inflow_cap=cap))
    *expected, cost = paid
    assert misses(plan) == close(tuple(expected))
    assert plan.objective_value == close(cost + sum(site_cost(region, s, True) for s in required))


@few
@given(
    region=regions(max_sites=4, stocked=True),
    sites=site_rules(most=2),
    stocks=stock_rules(most=3),
    budget=st.integers(0, 60),
)
def test_a_budget_is_spent_as_well_as_it_can_be(region, sites, stocks, budget):
    """Under a budget sites and stocks together equal the best over all of them."""
    rules = [*sites, *stocks]
    best = best_plan(region, rules, float(budget))
    assume(best is not None and max(best) < 1e9)
    plan = planned(region, *rules, budget=float(budget))
    assert misses(plan) == close(tuple(best[:3]))
    assert plan.objective_value == close(best[3])
    assert plan.objective_value <= budget + 1e-6
