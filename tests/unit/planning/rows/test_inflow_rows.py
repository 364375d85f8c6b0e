"""What comes in over the plan: recruits, trainees, money that grows faster than other money."""

import pytest
from builders import rule, small_region
from planned import amount, amounts, line, misses, planned


def recruits(number, each="year", **more):
    return rule("inflow", id="F", resource="gp_trainees", each=each, number=number, **more)


@pytest.mark.parametrize(
    ("each", "own", "assume", "total"),
    [
        ("year", {}, {}, 100), ("plan", {}, {}, 20), ("year", {"years": 3}, {}, 60),
        ("year", {}, {"plan_years": 4.0}, 80), ("plan", {"years": 3}, {"plan_years": 4.0}, 20),
    ],
)  # fmt: skip
def test_a_yearly_number_counts_for_every_year_of_the_plan(each, own, assume, total):
    """20 a year over five years are 100; a rule's own years come before the assumption's."""
    region = small_region(costs={"gp_trainees": 2})
    plan = planned(region, recruits(20, each, **own), assume=assume)
    assert amount(plan, "gp_trainees") == total
    assert plan.objective_value == 2 * total
    assert (line(plan, "F")["required"], line(plan, "F")["basis"]) == (total, "planned")


def test_an_equality_takes_no_more_than_it_says():
    """100 in all are 100 though a share of them would like 120."""
    rules = [
        recruits(100, "plan", sense="=="),
        rule("total", id="T", resources=["gp_trainees_tcm"], number=120, strength="target"),
    ]
    plan = planned(small_region(), *rules)
    assert amount(plan, "gp_trainees") == 100
    assert (line(plan, "F")["met"], line(plan, "T")["slack"]) == (True, -20)


def test_a_level_asks_it_of_every_unit_apart():
    """Ten in each unit, not ten in all."""
    plan = planned(small_region(), recruits(10, "plan", level=["district", "county"]))
    assert amounts(plan, "gp_trainees") == {"R": 20, "A": 10, "B": 10}


@pytest.mark.parametrize(
    ("stock", "allocated"),
    [({("R", "health_spending"): 1000}, 1470), ({("A", "health_spending"): 100}, None)],
)
def test_spending_grows_faster_than_other_spending(stock, allocated):
    """1,000 today, 8 % a year for five years is 1,469.3: strictly more is 1,470."""
    faster = rule(
        "inflow", id="F", resource="health_spending", each="year", faster_than="recurrent_spending"
    )
    nurses = rule("quota", id="Q", resources=["nurses"], number=1)
    plan = planned(small_region(stock=stock), faster, nurses)
    found = line(plan, "F")
    if allocated is None:
        assert (found["evaluated"], found["note"]) == (False, "stock.csv has no 'health_spending'")
    else:
        assert amount(plan, "health_spending") == allocated
        assert (found["required"], found["slack"], found["basis"]) == (1470, 0, "assumed")


def test_growth_to_a_whole_number_is_not_faster():
    """1,000 that grow by 10 % in a year are 1,100; as fast is not faster."""
    faster = rule(
        "inflow", id="F", resource="health_spending", each="year", years=1,
        faster_than="recurrent_spending",
    )  # fmt: skip
    region = small_region(stock={("R", "health_spending"): 1000})
    plan = planned(region, faster, assume={"spending_growth": 0.1})
    assert amount(plan, "health_spending") == 1101


def test_trainees_come_on_top_of_what_may_be_hired():
    """Two hires and five trainees for physicians that lack nine: two are missed."""
    region = small_region(stock={("R", "physicians"): 10, ("R", "gps"): 0})
    rules = [
        recruits(1), rule("total", id="T", resources=["physicians"], number=19, strength="target"),
    ]  # fmt: skip
    capped = {"staff_inflow_cap": 2.0}
    free = planned(region, *rules)
    assert line(free, "T")["met"]
    plan = planned(region, *rules, assume=capped)
    assert amount(plan, "gp_trainees") == 7  # more trainees than asked for, so that none lacks
    least = rules[0].model_copy(update={"sense": "=="})
    plan = planned(region, least, rules[1], assume=capped)
    assert line(plan, "T")["slack"] == -2
    assert misses(plan)[1] == pytest.approx(2 / 19)
