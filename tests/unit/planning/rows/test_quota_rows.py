"""Per-capita quotas and totals in plans: each case binds, or lies on its boundary."""

import pytest
from builders import rule, small_region
from planned import amount, amounts, line, misses, planned

COSTLY = {"ambulances": 10, "public_beds": 1, "private_beds": 1, "nurses": 1}
JIAXING = {
    "Haining": 1_099_400, "Tongxiang": 1_049_900, "Nanhu": 862_700, "Xiuzhou": 695_700,
    "Pinghu": 683_500, "Jiashan": 659_000, "Haiyan": 465_700,
}  # fmt: skip
FORECAST = rule("parameter", id="N", number=5_800_000, strength="info")
FLEET = rule("quota", id="J058", resources=["ambulances"], number=1, per=30_000)
NEGATIVE = rule(
    "share", id="J059", part="negative_pressure_ambulances", whole="ambulances", number="0.4"
)


def jiaxing():
    """Seven counties and districts of one cell each."""
    units = {"R": ("city", ""), **dict.fromkeys(JIAXING, ("county", "R"))}
    return small_region(
        people=list(JIAXING.values()), units=units, cell_units=list(JIAXING), x_km=range(7),
        y_km=[0.5] * 7,
    )  # fmt: skip


def of_people(people, **more):
    """One planning unit of so many people."""
    return small_region(
        people=[people], urban=[True], units={"R": ("city", ""), "A": ("county", "R")}, **more
    )


@pytest.mark.parametrize(("people", "vehicles"), [(60_000, 2), (60_001, 3), (59_999, 2), (1, 1)])
def test_a_floor_is_the_quotient_rounded_up(people, vehicles):
    """One ambulance per 30,000: 60,000 people need two, one more person needs a third."""
    plan = planned(of_people(people, costs=COSTLY), FLEET)
    assert amount(plan, "ambulances") == vehicles
    assert line(plan, "J058").met
    assert line(plan, "J058").binding


def test_245_beds_for_100_000_at_2_45_per_1000():
    """Exact rationals: 245 beds, not 246."""
    beds = rule("quota", id="Q", resources=["public_beds"], number="2.45")
    assert amount(planned(of_people(100_000), beds), "public_beds") == 245


def test_a_ceiling_binds_against_what_stands():
    """1 bed per 1,000 of 10,999 people allows 10; of the 25 that stand 15 are given up."""
    region = of_people(10_999, stock={("A", "public_beds"): 25})
    plan = planned(region, rule("quota", resources=["public_beds"], number=1, sense="<="))
    assert amount(plan, "public_beds") == 10
    assert line(plan, "quota").binding


def test_a_ceiling_above_what_stands_changes_nothing():
    """A ceiling of 10 leaves 7 beds as they are: neither filled up nor given up."""
    region = of_people(10_999, stock={("A", "public_beds"): 7})
    plan = planned(region, rule("quota", resources=["public_beds"], number=1, sense="<="))
    assert amount(plan, "public_beds") == 7


@pytest.mark.parametrize("have", [5, 40])
def test_an_equality_binds_from_both_sides(have):
    """5.75 per 1,000 of 2,000 people is 11.5, so 12: more are built or given up."""
    region = of_people(2000, stock={("A", "public_beds"): have})
    plan = planned(region, rule("quota", resources=["public_beds"], number="5.75", sense="=="))
    assert amount(plan, "public_beds") == 12
    assert line(plan, "quota").met


def test_about_aims_at_the_number_and_is_met_within_its_band():
    """'About 10' is planned as 10; with room for 9.6 at most it is still met at 5 %."""
    about = rule("total", id="T", resources=["nurses"], number=100, sense="about")
    free = planned(of_people(2000), about)
    assert amount(free, "nurses") == 100
    capped = of_people(2000, stock={("A", "nurses"): 90})
    near = planned(capped, about, assume={"staff_inflow_cap": 6.0})
    assert amount(near, "nurses") == 96
    assert line(near, "T").met
    short = planned(capped, about, assume={"staff_inflow_cap": 3.0})
    assert amount(short, "nurses") == 93
    assert not line(short, "T").met


def test_several_resources_count_together():
    """Private beds and reserve together are 18; the cheaper one is taken, here the reserve."""
    region = of_people(10_000, stock={("A", "private_beds"): 3}, costs={"private_beds": 5})
    both = rule("quota", resources=["private_beds", "private_reserve"], number="1.8")
    plan = planned(region, both)
    assert (amount(plan, "private_beds"), amount(plan, "private_reserve")) == (3, 15)


@pytest.mark.parametrize(
    ("level", "expected"),
    [((), {"R": 5}), (("county",), {"A": 0, "B": 2}), (("district", "county"), {"A": 3, "B": 2})],
)
def test_a_level_makes_each_of_its_units_hold_apart(level, expected):
    """1 per 1,000 of 3,000 + 1,400 people: 5 for the whole, 3 and 2 apart, 2 for counties only."""
    plan = planned(
        small_region(costs=COSTLY), rule("quota", resources=["ambulances"], number=1, level=level)
    )
    found = amounts(plan, "ambulances")
    assert {u: found[u] for u in expected} == expected


def test_pooled_units_count_together():
    """Two counties of 1,500 and 1,400 people pooled need 3, apart 4."""
    units = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "D": ("district", "R")}
    region = small_region(people=[1500, 1400, 5000], units=units, costs=COSTLY)
    pooled = rule("quota", resources=["ambulances"], number=1, level=["county"], pool=True)
    apart = rule("quota", resources=["ambulances"], number=1, level=["county"])
    assert amount(planned(region, pooled), "ambulances") == 3
    assert amount(planned(region, apart), "ambulances") == 4


@pytest.mark.parametrize(
    ("group", "expected"), [("total", 44), ("urban", 30), ("rural", 14), ("age65", 7)]
)
def test_each_group_has_its_own_people(group, expected):
    """10 per 1,000 of 4,400 residents, 3,000 urban, 1,400 rural, 616 of 65 and more."""
    beds = rule("quota", resources=["rehab_nursing_beds"], number=10, group=group)
    assert amount(planned(small_region(), beds), "rehab_nursing_beds") == expected


@pytest.mark.parametrize(("age", "expected"), [(60.0, 880), (65.0, 616)])
def test_who_is_elderly_is_an_assumption(age, expected):
    """1,000 per 1,000 elderly: 880 people of 60 and more, 616 of 65 and more."""
    beds = rule("quota", resources=["rehab_nursing_beds"], number=1000, group="elderly")
    plan = planned(small_region(), beds, assume={"elderly_age": age})
    assert amount(plan, "rehab_nursing_beds") == expected


def test_an_age_that_nobody_counted_is_not_evaluated():
    """Elderly from 62: no figures, so the rule is reported, with the missing input, not guessed."""
    beds = rule("quota", resources=["rehab_nursing_beds"], number=10, group="elderly")
    plan = planned(small_region(), beds, assume={"elderly_age": 62.0})
    assert not line(plan, "quota").evaluated
    assert "age62" in line(plan, "quota").note


def test_people_unknown_in_one_unit_leave_the_rule_unevaluated_without_a_miss():
    """Where a unit's group is unknown the region's figure is unknown: no row, no false miss."""
    region = small_region(groups={"under3": {"A": 50.0}})
    asked = rule("quota", resources=["nurses"], number=10, group="under3")
    plan = planned(region, asked)
    assert not line(plan, "quota").evaluated
    assert misses(plan) == (0, 0, 0)


def test_a_rule_below_the_planning_units_is_reported_not_missed():
    """Ambulances per town cannot be planned where counties are: not evaluated, and no miss."""
    units = {
        "R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "a": ("town", "A"),
        "b": ("town", "B"),
    }  # fmt: skip
    plan = planned(
        small_region(units=units), rule("quota", resources=["ambulances"], number=1, level=["town"])
    )
    assert not line(plan, "quota").evaluated
    assert misses(plan) == (0, 0, 0)


def test_the_cheapest_way_to_an_absolute_number():
    """A total of 20 over what stands: 8 stand, so 12 are added, at 12 times the price."""
    region = of_people(5000, stock={("A", "nurses"): 8}, costs={"nurses": 7})
    plan = planned(region, rule("total", resources=["nurses"], number=20))
    assert amount(plan, "nurses") == 20
    assert plan.objective_value == pytest.approx(84)


def test_posts_are_paid_for_the_years_that_count():
    """12 nurses for three years cost three times as much; beds are paid once."""
    rules = [
        rule("total", id="N", resources=["nurses"], number=12),
        rule("total", id="B", resources=["public_beds"], number=10),
    ]
    stock = {("A", "nurses"): 0, ("A", "public_beds"): 0}
    region = of_people(5000, stock=stock, costs={"nurses": 7, "public_beds": 100})
    assert planned(region, *rules).objective_value == pytest.approx(84 + 1000)
    longer = planned(region, *rules, assume={"cost_years": 3.0})
    assert longer.objective_value == pytest.approx(252 + 1000)


def test_a_band_holds_at_both_ends():
    """A band of 10 to 12: from 5 it is filled to 10, from 20 it is cut to 12."""
    band = rule("total", resources=["public_beds"], sense="band", lower=10, upper=12)
    for have, expected in ((5, 10), (11, 11), (20, 12)):
        region = of_people(2000, stock={("A", "public_beds"): have})
        assert amount(planned(region, band), "public_beds") == expected


def test_contradicting_totals_miss_as_little_as_arithmetic_says():
    """At least 100 and at most 40: any number between misses one by a share; 40 misses 60 %."""
    rules = [
        rule("total", id="floor", resources=["public_beds"], number=100),
        rule("total", id="roof", resources=["public_beds"], number=40, sense="<="),
    ]
    plan = planned(of_people(2000), *rules)
    # One bed less of the floor weighs 1/100, one more above the roof 1/40.
    assert amount(plan, "public_beds") == 40
    assert misses(plan)[0] == pytest.approx(0.6)
    assert not line(plan, "floor").met
    assert line(plan, "floor").slack == -60
    assert line(plan, "roof").met


# ---------------------------------------------------------------- the published vector


def test_jiaxing_as_a_total_and_split_by_people():
    """194 ambulances of which 78 with negative pressure, each split by Webster, sums exact."""
    plan = planned(jiaxing(), FORECAST, FLEET, NEGATIVE)
    fleet = amounts(plan, "ambulances")
    assert fleet.pop("R") == 194 == sum(fleet.values())
    assert list(fleet.values()) == [39, 37, 30, 25, 24, 23, 16]
    assert amount(plan, "negative_pressure_ambulances") == 78
    assert line(plan, "J058").met
    assert line(plan, "J059").met


def test_jiaxing_with_ceilings_in_every_county():
    """197 ambulances, 81 with negative pressure: every county rounds up on its own."""
    plan = planned(jiaxing(), FORECAST, FLEET, NEGATIVE, assume={"rounding": "per_unit"})
    fleet = amounts(plan, "ambulances")
    negative = amounts(plan, "negative_pressure_ambulances")
    assert fleet.pop("R") == 197
    assert negative.pop("R") == 81
    assert list(fleet.values()) == [39, 37, 31, 25, 24, 24, 17]
    assert list(negative.values()) == [16, 15, 13, 10, 10, 10, 7]


@pytest.mark.parametrize(
    ("resource", "number", "per", "expected"),
    [
        ("public_beds", "5.75", 1000, 33_350), ("private_beds", "1.8", 1000, 10_440),
        ("physicians", "4.5", 1000, 26_100), ("nurses", "5.22", 1000, 30_276),
        ("infectious_beds", "1.5", 10_000, 870), ("rehab_beds", "0.3", 1000, 1740),
        ("tcm_beds", "0.73", 1000, 4234),
    ],
)  # fmt: skip
def test_jiaxings_published_totals(resource, number, per, expected):
    """The figures of the published vector at 5.80 million people, exactly."""
    quota = rule("quota", id="Q", resources=[resource], number=number, per=per)
    plan = planned(jiaxing(), FORECAST, quota)
    found = amounts(plan, resource)
    assert found.pop("R") == expected == sum(found.values())


def test_the_larger_of_two_floors_binds_and_the_other_has_no_price():
    """870 beds by people, 900 as an absolute floor: one more of the 870 costs nothing."""
    rules = [
        rule("quota", id="J071", resources=["infectious_beds"], number="1.5", per=10_000),
        rule("total", id="J072", resources=["infectious_beds"], number=900),
    ]
    region = jiaxing()
    stocked = type(region)(
        **{**vars(region), "stock": small_region(stock={("R", "infectious_beds"): 0}).stock,
           "costs": small_region(costs={"infectious_beds": 3}).costs}
    )  # fmt: skip
    plan = planned(stocked, FORECAST, *rules)
    assert amount(plan, "infectious_beds") == 900
    assert not line(plan, "J071").binding
    assert line(plan, "J072").binding
    assert line(plan, "J071").price == pytest.approx(0)
    assert line(plan, "J072").price == pytest.approx(3)
