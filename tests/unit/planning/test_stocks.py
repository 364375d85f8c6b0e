"""Beds, staff and vehicles: what no rule bends, what additions cost, how totals are split."""

import pytest
from builders import rule, small_region
from planned import amount, amounts, line, misses, planned

FLEET = rule("quota", id="fleet", resources=["ambulances"], number=1)


def beds(number, **more):
    return rule("total", id="B", resources=["public_beds"], number=number, **more)


@pytest.mark.parametrize(
    ("stock", "kept"),
    [({("A", "public_beds"): 9, ("B", "public_beds"): 4}, {"R": 13, "A": 9, "B": 4}),
     ({("R", "public_beds"): 13}, {"R": 13}), ({("A", "public_beds"): 9}, {"A": 9})],
)  # fmt: skip
def test_what_stands_is_kept(stock, kept):
    """Known per unit it stays per unit, known in sum in sum, known in one unit there."""
    plan = planned(small_region(stock=stock), beds(5))
    found = amounts(plan, "public_beds")
    assert {u: found[u] for u in kept} == kept
    assert plan.objective_value == 0


def test_beds_are_not_given_up_to_spare_their_staff():
    """Ten beds stand and three nurses can be had: the beds stay, and seven nurses are missing."""
    region = small_region(stock={("R", "public_beds"): 10, ("R", "nurses"): 0})
    pairs = [{"resource": "nurses", "base": "public_beds"}]
    staff = rule("ratio", id="N", pairs=pairs, number=1)
    plan = planned(region, staff, assume={"staff_inflow_cap": 3.0})
    assert amount(plan, "public_beds") == 10
    assert misses(plan)[0] == pytest.approx(0.07)


def test_additions_are_counted_unit_by_unit_where_units_are_known():
    """A surplus in A does not pay for what B lacks: 4 beds are bought, though 9 + 0 are 9."""
    region = small_region(
        stock={("A", "public_beds"): 9, ("B", "public_beds"): 0}, costs={"public_beds": 10}
    )
    each = rule("quota", id="Q", resources=["public_beds"], number="2.5", level=["county"])
    plan = planned(region, each)
    assert amounts(plan, "public_beds") == {"R": 13, "A": 9, "B": 4}
    assert plan.objective_value == 40


def test_what_nobody_counted_has_no_cost_and_no_price():
    """Where today's number is unknown, additions cannot be priced: the plan says so."""
    plan = planned(small_region(costs={"ambulances": 10}), FLEET)
    assert plan.objective_value == 0
    assert any("no stock is known of ambulances" in note for note in plan.provenance["notes"])


def test_parts_lie_inside_their_whole_in_every_unit():
    """Rehabilitation beds are public beds: 30 of them in B need 30 public beds in B."""
    rules = [
        beds(20),
        rule("quota", id="rehab", resources=["rehab_beds"], number=20, level=["county"]),
    ]
    plan = planned(small_region(), *rules)
    assert amount(plan, "rehab_beds", "B") == 28
    assert amount(plan, "public_beds", "B") == 28


def test_overlapping_parts_need_not_add_up():
    """TCM and rehabilitation beds may be the same beds: 20 and 20 fit into 20 public beds."""
    rules = [
        beds(20, sense="=="),
        rule("total", id="rehab", resources=["rehab_beds"], number=20),
        rule("total", id="tcm", resources=["tcm_beds"], number=20),
    ]
    plan = planned(small_region(), *rules)
    assert misses(plan) == (0, 0, 0)


def test_a_part_of_a_part_lies_inside_both():
    """Beds of a 3A TCM hospital are TCM beds, and these public beds: 12 of them, 12 of each."""
    plan = planned(small_region(), rule("total", id="t", resources=["beds_3a_tcm"], number=12))
    assert amount(plan, "beds_3a_tcm") == 12
    both = planned(
        small_region(),
        rule("total", id="t", resources=["beds_3a_tcm"], number=12),
        rule("total", id="tcm", resources=["tcm_beds"], number=3),
        beds(4),
    )
    assert [amount(both, r) for r in ("beds_3a_tcm", "tcm_beds", "public_beds")] == [12, 12, 12]


def test_a_ceiling_on_the_whole_lets_go_of_its_parts():
    """10 public beds at most, where 8 rehabilitation and 20 public ones stand: both shrink."""
    stock = {("R", "public_beds"): 20, ("R", "rehab_beds"): 18}
    plan = planned(small_region(stock=stock), beds(10, sense="<="))
    assert amount(plan, "public_beds") == 10
    assert amount(plan, "rehab_beds") == 10


@pytest.mark.parametrize(("cap", "expected"), [(None, 18), (13, 18), (12, 17), (0, 5)])
def test_hiring_stays_within_the_inflow_cap(cap, expected):
    """5 physicians and a target of 18: with 13 hires it is met, with 12 one is lacking."""
    region = small_region(stock={("R", "physicians"): 5}, costs={"physicians": 2})
    quota = rule("quota", id="Q", resources=["physicians"], number=4)
    plan = planned(region, quota, assume={} if cap is None else {"staff_inflow_cap": float(cap)})
    assert amount(plan, "physicians") == expected
    assert line(plan, "Q").slack == expected - 18
    assert misses(plan)[0] == pytest.approx((18 - expected) / 18)
    assert plan.objective_value == 2 * (expected - 5)


def test_the_inflow_cap_is_for_staff_alone():
    """Beds and vehicles are bought, not hired: a cap of nothing does not stop them."""
    region = small_region(stock={("R", "public_beds"): 0, ("R", "ambulances"): 0})
    plan = planned(region, FLEET, beds(30), assume={"staff_inflow_cap": 0.0})
    assert misses(plan) == (0, 0, 0)


def test_totals_are_split_by_people():
    """12 beds for 3,000 and 1,400 people: 8 and 4 (Webster), nothing asking otherwise."""
    assert amounts(planned(small_region(), beds(12)), "public_beds") == {"R": 12, "A": 8, "B": 4}


def test_a_split_by_people_yields_to_what_stands():
    """Ten of eleven beds stand in B: they stay, A gets the one that is new."""
    region = small_region(stock={("A", "public_beds"): 0, ("B", "public_beds"): 10})
    assert amounts(planned(region, beds(11)), "public_beds") == {"R": 11, "A": 1, "B": 10}


def test_of_equal_plans_the_one_that_changes_least_is_taken():
    """'At most 15' with 12 standing: 12 stay. 'At least 5 of two kinds': nothing is bought."""
    plan = planned(small_region(stock={("R", "public_beds"): 12}), beds(15, sense="<="))
    assert amount(plan, "public_beds") == 12
    both = rule("total", id="T", resources=["public_beds", "private_beds"], number=20)
    region = small_region(stock={("R", "public_beds"): 12, ("R", "private_beds"): 9})
    kept = planned(region, both)
    assert (amount(kept, "public_beds"), amount(kept, "private_beds")) == (12, 9)


def test_the_unit_table_sums_to_the_root():
    """The root's row is the sum of the planning units' rows, residents included."""
    plan = planned(small_region(stock={("R", "public_beds"): 13}), FLEET, beds(30))
    table = plan.units.pivot_table(index="resource", columns="unit", values="allocated")
    assert (table["A"] + table["B"] == table["R"]).all()
    assert table.loc["residents"].to_dict() == {"A": 3000, "B": 1400, "R": 4400}


def test_the_required_column_is_the_largest_floor_on_that_resource_alone():
    """Two floors on ambulances: the larger one stands in the table; sums of kinds do not."""
    rules = [
        FLEET,
        rule("total", id="T", resources=["ambulances"], number=9),
        rule("total", id="two kinds", resources=["public_beds", "private_beds"], number=20),
    ]
    plan = planned(small_region(), *rules)
    root = plan.units[plan.units["unit"] == "R"].set_index("resource")["required"]
    assert root["ambulances"] == 9
    assert root[["public_beds", "private_beds", "residents"]].isna().all()


def graded_beds(public, **asked):
    """60 public beds are of grade 3A, at a nurse each who costs 5; a rule on the public ones."""
    beds, nurses = "beds_3a_general", "nurses_3a_general"
    stock = {("R", "public_beds"): public, ("R", beds): 60, ("R", nurses): 0}
    rules = [
        rule("total", id="t", resources=["public_beds"], **asked),
        rule("ratio", id="n", number=1, pairs=[{"resource": nurses, "base": beds}]),
    ]
    return small_region(stock=stock, costs={nurses: 5}), rules


def test_beds_that_stand_are_kept_wherever_the_rules_allow_it():
    """100 public beds, 60 of grade 3A at a nurse each: money alone closes none of them."""
    region, rules = graded_beds(100, number=100, sense="==")
    kept = planned(region, *rules)
    assert amount(kept, "beds_3a_general") == 60
    assert kept.objective_value == 300
    assert not any("given up" in note for note in kept.provenance["notes"])
    freed = planned(region, *rules, assume={"existing_beds": "release"})
    assert freed.objective_value == 0


def test_of_beds_that_stand_the_fewest_are_given_up_for_a_rule():
    """At most 40 beds: 20 of 60 of grade 3A have to go, however dear those that stay are."""
    region, rules = graded_beds(60, number=40, sense="<=")
    plan = planned(region, *rules)
    assert misses(plan) == (0, 0, 0)
    assert amount(plan, "beds_3a_general") == amount(plan, "public_beds") == 40
    tier = plan.tiers.set_index("tier").loc["existing beds"]
    assert (tier["objective"], tier["status"]) == (40, "optimal")  # 20 of either kind
    assert any(
        note.startswith("20 of 60 public beds that stand today are given up")
        for note in plan.provenance["notes"]
    )
