"""Mean stay in hospital: told, or turned into the beds that it fills."""

import pytest
from builders import rule, small_region
from planned import amount, amounts, line, misses, planned

GIVEN = {
    ("A", "admissions_3a_general"): 700, ("B", "admissions_3a_general"): 300,
    ("A", "bed_days_3a_general"): 4900, ("B", "bed_days_3a_general"): 2400,
}  # fmt: skip
HALF = {"bed_occupancy_from": 0.25, "bed_occupancy_to": 0.5}


def stay(days, **more):
    return rule(
        "stay", id="L", beds=["beds_3a_general"], admissions=["admissions_3a_general"],
        bed_days=["bed_days_3a_general"], days=days, **more,
    )  # fmt: skip


def beds(number):
    return {**GIVEN, ("R", "beds_3a_general"): number}


@pytest.mark.parametrize(("days", "met"), [("7.3", True), ("7.29", False), (8, True)])
def test_the_mean_is_over_all_admissions(days, met):
    """7,300 days of 1,000 admissions are 7.3 each; units' means, 7 and 8, are for information."""
    plan = planned(small_region(stock=beds(40)), stay(days, strength="wish"))
    found = line(plan, "L")
    assert (found["achieved"], found["measure"], found["met"]) == (7.3, "days", met)
    assert [line(plan, "L", u)["achieved"] for u in "AB"] == [7, 8]
    assert found["binding"] == (days == "7.3")
    assert found["basis"] == "assumed"
    assert amount(plan, "beds_3a_general") == 40
    assert "40 are there, 50% occupied" in found["note"]


def test_with_a_level_the_longest_stay_counts():
    """A stays 7 days and B 8: at most 7.5 in each fails in B."""
    plan = planned(small_region(stock=beds(40)), stay("7.5", level=["district", "county"]))
    assert (line(plan, "L")["achieved"], line(plan, "L")["met"]) == (8, False)
    assert line(plan, "L", "A")["met"]


def test_nothing_is_said_of_days_that_nobody_counted():
    """Bed-days are missing: the line names them."""
    known = {k: n for k, n in GIVEN.items() if "bed_days" not in k[1]}
    found = line(planned(small_region(stock=known), stay(7)), "L")
    assert (found["evaluated"], found["note"]) == (False, "stock.csv has no 'bed_days_3a_general'")


@pytest.mark.parametrize(("days", "need"), [("7.3", 40), ("7.31", 41), ("3.65", 20)])
def test_enough_beds_where_the_planner_asks_for_them(days, need):
    """1,000 admissions of 7.3 days fill 20 beds all year, or 40 for half of it."""
    plan = planned(
        small_region(stock=beds(0), costs={"beds_3a_general": 5}), stay(days),
        assume={"bed_need": "min", **HALF},
    )  # fmt: skip
    assert amount(plan, "beds_3a_general") == need
    found = line(plan, "L")
    assert (found["required"], found["measure"], found["sense"]) == (need, "beds", ">=")


def test_no_more_beds_than_the_stays_fill():
    """At a quarter of the year 80 beds would do: of 100, twenty go, though a quota wants 90."""
    more = rule("total", id="Q", resources=["beds_3a_general"], number=90, strength="target")
    plan = planned(
        small_region(stock=beds(100)), stay("7.3"), more, assume={"bed_need": "max", **HALF}
    )
    assert amount(plan, "beds_3a_general") == 80
    assert (line(plan, "L")["required"], line(plan, "Q")["slack"]) == (80, -10)


def test_beds_of_each_unit_for_its_own_admissions():
    """A level asks it of A and of B, whose stay is that of the rule."""
    both = stay("7.3", level=["district", "county"])
    plan = planned(small_region(stock=GIVEN), both, assume={"bed_need": "min", **HALF})
    assert amounts(plan, "beds_3a_general") == {"R": 40, "A": 28, "B": 12}


def test_beds_that_may_not_be_added_are_missed():
    """Forty are needed and thirty allowed: a quarter is missed."""
    most = rule("total", id="M", resources=["beds_3a_general"], number=30, sense="<=")
    plan = planned(
        small_region(stock=GIVEN), stay("7.3", strength="target"), most,
        assume={"bed_need": "min", **HALF},
    )  # fmt: skip
    assert misses(plan)[1] == pytest.approx(0.25)
    assert line(plan, "L")["slack"] == -10
