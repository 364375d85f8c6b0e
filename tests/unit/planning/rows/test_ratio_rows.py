"""Staff against beds, vehicles and facilities."""

from math import ceil

import pytest
from builders import rule, site, small_region
from planned import amount, amounts, line, misses, planned

from allocator.policy.policies import read_policy

FLEET = rule("quota", id="fleet", resources=["ambulances"], number=1, level=["district", "county"])
DRIVERS = [{"resource": "ems_drivers", "base": "ambulances"}]
# The staffing rules by hospital grade, as published.
BY_GRADE = [r for r in read_policy("jiaxing-2025").rules if "J049" <= r.id <= "J055"]


def drivers(number, **more):
    return rule("ratio", id="D", pairs=DRIVERS, number=number, **more)


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, {"A": 3, "B": 2}), ("1.5", {"A": 5, "B": 3}), ("1/3", {"A": 1, "B": 1})],
)
def test_staff_follow_the_vehicles_in_every_unit(number, expected):
    """3 and 2 ambulances: each unit rounds its own drivers up; none works for the other."""
    plan = planned(small_region(), FLEET, drivers(number))
    assert {u: amount(plan, "ems_drivers", u) for u in "AB"} == expected
    assert line(plan, "D").met
    assert line(plan, "D", "A").binding


def test_posts_count_duty_and_shifts_where_the_rule_says_so():
    """Half of the vehicles on duty, five persons per post: 2.5 drivers per ambulance."""
    assume = {"on_duty_share": 0.5, "fte_per_post": 5.0}
    plan = planned(small_region(), FLEET, drivers(1, on_duty=True), assume=assume)
    assert {u: amount(plan, "ems_drivers", u) for u in "AB"} == {"A": 8, "B": 5}
    literal = planned(small_region(), FLEET, drivers(1), assume=assume)
    assert {u: amount(literal, "ems_drivers", u) for u in "AB"} == {"A": 3, "B": 2}


def test_a_ratio_of_some_level_asks_only_there():
    """Only counties need drivers: the district gets none."""
    plan = planned(small_region(), FLEET, drivers(1, level=["county"]))
    assert amounts(plan, "ems_drivers") == {"R": 2, "A": 0, "B": 2}
    assert line(plan, "D").met


def test_pooled_units_share_their_staff():
    """5 ambulances together at 1.5 need 8 drivers, apart 5 + 3 = 8; at 1/3 two instead of two."""
    pooled = drivers("0.5", level=["district", "county"], pool=True)
    plan = planned(small_region(), FLEET, pooled)
    assert amount(plan, "ems_drivers") == 3
    assert amount(planned(small_region(), FLEET, drivers("0.3")), "ems_drivers") == 2


def test_open_facilities_are_a_base_and_a_shared_one_counts_once():
    """Two stations, one of them also a 3A place: posts for two facilities, not for three."""
    region = small_region(
        sites=[site("a", grade="3A"), site("b", x_km=1.5), site("c", x_km=3.5, y_km=1.5)]
    )
    pairs = [{"resource": "physicians", "sites": [{"kinds": ["ems_station"]}, {"grades": ["3A"]}]}]
    plan = planned(region, rule("ratio", id="P", pairs=pairs, number="1.5"))
    assert amounts(plan, "physicians") == {"R": 5, "A": 3, "B": 2}


def test_new_facilities_bring_their_staff():
    """A count rule opens two stations; each needs its physician."""
    region = small_region(
        sites=[site("a", status="candidate"), site("b", x_km=3.5, y_km=1.5, status="candidate")]
    )
    count = rule("count", id="N", sites={"kinds": ["ems_station"]}, number=2)
    pairs = [{"resource": "physicians", "sites": [{"kinds": ["ems_station"]}]}]
    staff = rule("ratio", id="P", pairs=pairs, number=1)
    assert amounts(planned(region, count, staff), "physicians") == {"R": 2, "A": 1, "B": 1}
    together = planned(region, count, staff, budget=1e6)
    assert amounts(together, "physicians") == {"R": 2, "A": 1, "B": 1}


def test_too_few_hands_are_a_miss_of_what_is_lacking():
    """5 ambulances need 5 drivers; 1 stands and 2 may come: 2 are missing, and nobody is moved."""
    region = small_region(stock={("R", "ems_drivers"): 1})
    plan = planned(region, FLEET, drivers(1), assume={"staff_inflow_cap": 2.0})
    assert amount(plan, "ems_drivers") == 3
    assert not line(plan, "D").met
    assert line(plan, "D").slack == -2
    assert misses(plan)[0] == pytest.approx(0.02)


def by_grade(made):
    """A region that knows the beds of the rule's grades, 40 and 25, and ten staff in each unit."""
    stock = {(u, p.base): n for p in made.pairs for u, n in (("A", 40), ("B", 25))}
    stock |= {(u, p.resource): 10 for p in made.pairs for u in "AB"}
    return small_region(stock=stock, costs={p.resource: 2 for p in made.pairs})


def test_there_are_seven_staffing_rules_by_grade():
    """J049 to J055, each a ratio of staff to beds."""
    assert [r.id for r in BY_GRADE] == [f"J{k:03}" for k in range(49, 56)]
    assert {r.kind for r in BY_GRADE} == {"ratio"}


@pytest.mark.parametrize("made", BY_GRADE, ids=lambda r: r.id)
def test_the_staffing_rules_by_hospital_grade_bind(made):
    """On a region that knows its beds by grade each unit gets its own staff, rounded up."""
    expected = {u: ceil(n * made.number) for u, n in (("A", 40), ("B", 25))}
    plan = planned(by_grade(made), made)
    for pair in made.pairs:
        assert {u: amount(plan, pair.resource, u) for u in "AB"} == expected
    assert line(plan, made.id).met
    assert line(plan, made.id).binding
    hired = sum(expected.values()) - 20
    assert plan.objective_value == pytest.approx(2 * hired * len(made.pairs))


@pytest.mark.parametrize("made", BY_GRADE, ids=lambda r: r.id)
def test_the_staffing_rules_are_missed_by_the_hands_that_are_lacking(made):
    """With one hire less than needed of each kind, each pair of the rule lacks one."""
    need = sum(ceil(n * made.number) for n in (40, 25))
    plan = planned(by_grade(made), made, assume={"staff_inflow_cap": float(need - 20 - 1)})
    assert not line(plan, made.id).met
    assert line(plan, made.id).slack == -len(made.pairs)


@pytest.mark.parametrize("made", BY_GRADE, ids=lambda r: r.id)
def test_without_beds_by_grade_the_rules_are_not_evaluated(made):
    """Where nobody counted the beds of a grade, the plan names the missing input."""
    plan = planned(small_region(), FLEET, made)
    assert not line(plan, made.id).evaluated
    assert made.pairs[0].base in line(plan, made.id).note


def test_a_ratio_to_an_unknown_base_does_not_stop_the_plan():
    """Physicians are planned by a quota; per ambulance they cannot be judged without ambulances."""
    quota = rule("quota", id="Q", resources=["physicians"], number=1)
    pairs = [{"resource": "physicians", "base": "ambulances"}]
    plan = planned(small_region(), quota, rule("ratio", id="P", pairs=pairs, number=1))
    assert amount(plan, "physicians") == 5
    assert not line(plan, "P").evaluated


def test_several_pairs_each_hold():
    """One driver and one nurse per ambulance are two rows, not one sum."""
    pairs = [*DRIVERS, {"resource": "ems_nurses", "base": "ambulances"}]
    plan = planned(small_region(), FLEET, rule("ratio", id="D", pairs=pairs, number=1))
    assert amount(plan, "ems_drivers") == amount(plan, "ems_nurses") == 5


def test_staff_per_so_many_people_who_are_given():
    """5 for every 10,000 people served: 12,100 and 3,900 of them need 7 and 2, not 8 in sum."""
    stock = {("A", "served_people"): 12_100, ("B", "served_people"): 3_900}
    pairs = [{"resource": "gps", "base": "served_people"}]
    made = rule("ratio", id="G", pairs=pairs, number=5, per=10_000)
    plan = planned(small_region(stock=stock), made)
    assert (amount(plan, "gps", "A"), amount(plan, "gps", "B")) == (7, 2)
    assert line(plan, "G").required == 9
    whole = made.model_copy(update={"level": ("city",)})
    assert amount(planned(small_region(stock=stock), whole), "gps") == 8


def test_staff_for_every_town_and_street():
    """Two workers for each of two towns in B, none where there is no town."""
    units = {
        "R": ("city", ""), "A": ("district", "R"), "B": ("county", "R"), "T": ("town", "B"),
        "S": ("town", "B"),
    }  # fmt: skip
    pairs = [{"resource": "mental_rehab_workers", "units": ["town", "street"]}]
    made = rule("ratio", id="W", pairs=pairs, number=2)
    cells = ["A"] * 4 + ["T", "T", "S", "S"]
    plan = planned(small_region(units=units, cell_units=cells), made)
    found = [amount(plan, "mental_rehab_workers", u) for u in "AB"]
    assert found == [0, 4]
    assert line(plan, "W").met
    unknown = line(planned(small_region(), FLEET, made), "W")
    assert not unknown.evaluated
    assert "no unit of level town or street" in unknown.note
