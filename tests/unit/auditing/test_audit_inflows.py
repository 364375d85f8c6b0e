"""What comes in, from the tables alone."""

import pytest
from builders import rule, small_region
from plan_builders import audited, plan_facts

from allocator.assumptions import Assumptions
from allocator.auditing.budgets import plan_cost
from allocator.auditing.facts import Facts

YEARLY = rule("inflow", id="F", resource="phd_recruits", each="year", number="1.5")


@pytest.mark.parametrize(("there", "met"), [(7, False), (8, True)])
def test_the_years_count_before_it_is_rounded_up(there, met):
    """1.5 in each of five years are 8, not ten and not five."""
    region = small_region()
    facts = plan_facts(region, {("A", "phd_recruits"): there, ("B", "phd_recruits"): 0})
    line = audited(region, facts, YEARLY)["F", "all"]
    assert (line.required, line.achieved, line.met) == (8, there, met)
    assert line.note == "1.5 in each of 5 years"


def test_nobody_has_counted_recruits_today():
    """Recruits are a plan's: today has none on record, and the line says so."""
    region = small_region()
    line = audited(region, Facts.of_today(region), YEARLY)["F", "all"]
    assert (line.evaluated, line.note) == (False, "stock.csv has no 'phd_recruits'")


def test_today_spending_grows_no_faster():
    """Today's figure is what it is compared with: it lacks the growth."""
    region = small_region(stock={("A", "health_spending"): 60, ("B", "health_spending"): 40})
    faster = rule(
        "inflow", id="F", resource="health_spending", each="year", faster_than="recurrent_spending",
        level=["district", "county"],
    )  # fmt: skip
    lines = audited(region, Facts.of_today(region), faster, spending_growth=0.0)
    assert [lines["F", area].required for area in ("all", "A", "B")] == [102, 61, 41]
    assert lines["F", "all"].slack == -2


def test_recruits_cost_from_the_first_one():
    """A flow starts at none: all of them are paid."""
    region = small_region(costs={"phd_recruits": 9})
    facts = plan_facts(region, {("A", "phd_recruits"): 2, ("B", "phd_recruits"): 1})
    assert plan_cost(region, Assumptions(), facts).total == 27
