"""Parts of a whole, both decided."""

import pytest
from builders import rule, small_region
from planned import amount, amounts, line, planned

FLEET = rule("quota", id="fleet", resources=["ambulances"], number=1)
PRICES = {"ambulances": 10, "negative_pressure_ambulances": 1}


def negative(number, **more):
    return rule(
        "share", id="S", part="negative_pressure_ambulances", whole="ambulances", number=number,
        **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "expected"), [("0.4", 2), ("0.41", 3), ("1", 5), ("0.2", 1), ("1/3", 2), (0, 0)]
)
def test_a_floor_on_the_part_is_rounded_up(number, expected):
    """Of 5 ambulances 40 % are exactly 2, 41 % are 3, all are 5."""
    plan = planned(small_region(costs=PRICES), FLEET, negative(number))
    assert amount(plan, "ambulances") == 5
    assert amount(plan, "negative_pressure_ambulances") == expected
    assert line(plan, "S").met


def test_the_part_never_exceeds_the_whole():
    """More negative-pressure ambulances than ambulances cannot be: the fleet grows instead."""
    wanted = rule("total", id="T", resources=["negative_pressure_ambulances"], number=8)
    plan = planned(small_region(costs=PRICES), FLEET, wanted)
    assert amount(plan, "ambulances") == 8
    for unit in ("A", "B"):
        assert amount(plan, "negative_pressure_ambulances", unit) <= amount(
            plan, "ambulances", unit
        )


def test_a_ceiling_on_the_part_binds_against_what_stands():
    """At most 40 % of 5: of 4 negative-pressure ambulances 2 are kept."""
    stock = {("R", "negative_pressure_ambulances"): 4, ("R", "ambulances"): 5}
    plan = planned(small_region(stock=stock, costs=PRICES), FLEET, negative("0.4", sense="<="))
    assert amount(plan, "negative_pressure_ambulances") == 2
    assert line(plan, "S").binding


def test_a_larger_whole_is_another_way_to_keep_a_ceiling():
    """Where the part may not shrink, the whole grows: 4 of at most 40 % need 10."""
    stock = {("R", "negative_pressure_ambulances"): 4, ("R", "ambulances"): 5}
    kept = rule("total", id="T", resources=["negative_pressure_ambulances"], number=4)
    region = small_region(stock=stock, costs=PRICES)
    plan = planned(region, FLEET, kept, negative("0.4", sense="<="))
    assert amount(plan, "ambulances") == 10


def test_each_unit_apart_needs_at_least_as_many_as_the_whole():
    """40 % of 3 and of 2 are 2 and 1: three instead of two."""
    per_unit = rule(
        "quota", id="fleet", resources=["ambulances"], number=1, level=["district", "county"]
    )
    plan = planned(
        small_region(costs=PRICES), per_unit, negative("0.4", level=["district", "county"])
    )
    assert amounts(plan, "negative_pressure_ambulances") == {"R": 3, "A": 2, "B": 1}
    both = planned(small_region(costs=PRICES), per_unit, negative("0.4"))
    assert amount(both, "negative_pressure_ambulances") == 2


def test_an_unknown_whole_leaves_the_share_unevaluated():
    """No rule and no stock says how many ambulances there are: the share cannot be judged."""
    beds = rule("quota", id="B", resources=["public_beds"], number=1)
    plan = planned(small_region(), beds, negative("0.4"))
    assert not line(plan, "S").evaluated
    assert "ambulances" not in set(plan.units["resource"])
