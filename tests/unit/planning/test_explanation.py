"""Why rules cannot all hold: the smallest clash, the people, and the change that would do."""

import pytest
from builders import rule, site, small_region
from planned import planned

from allocator.planning.explanation import explain


def total(id, resource, number, sense=">=", strength="target", **more):
    return rule(
        "total", id=id, resources=[resource], number=number, sense=sense, strength=strength, **more
    )


def members(plan):
    """Members of each clash."""
    return [set(found["member"]) for _, found in plan.conflicts.groupby("clash")]


def change(plan, member):
    """The change that a member alone would need, and what it does to the objective."""
    row = plan.conflicts.set_index("member").loc[member]
    return row["change"], row["objective_change"], row["status"]


def test_two_numbers_for_one_thing_clash():
    """100 beds at least, 40 at most: either may move by 60, and others have no part in it."""
    plan = planned(
        small_region(),
        total("roof", "public_beds", 40, "<=", "must"), total("floor", "public_beds", 100),
        total("other", "nurses", 10),
    )  # fmt: skip
    assert members(plan) == [{"roof", "floor"}]
    assert change(plan, "floor")[0] == pytest.approx(60)
    assert change(plan, "roof")[0] == pytest.approx(60)
    assert change(plan, "roof")[2] == "optimal"


def test_a_physical_limit_is_named_in_words():
    """Hiring is limited: the clash is the rule with the limit, and says how many more it takes."""
    region = small_region(
        stock={("A", "nurses"): 10, ("B", "nurses"): 10}, costs={"nurses": 1000.0}
    )
    plan = planned(region, total("staff", "nurses", 100), assume={"staff_inflow_cap": 30})
    limit = "registered nurses can grow by 30"
    assert members(plan) == [{"staff", limit}]
    assert change(plan, limit)[0] == pytest.approx(50)
    years = 1 if plan.assumptions.set_index("name").at["cost_years", "value"] == 1 else None
    per_nurse = 1000.0 * (years or plan.assumptions.set_index("name").at["cost_years", "value"])
    assert change(plan, limit)[1] == pytest.approx(50 * per_nurse)
    assert change(plan, "staff")[1] == pytest.approx(0, abs=1)
    assert any("registered nurses can grow by 30" in sentence for sentence in plan.why())


def test_a_chain_of_three_clashes_as_three():
    """Beds ask for nurses, nurses are capped, beds have a floor: all three are needed."""
    plan = planned(
        small_region(),
        total("beds", "public_beds", 100, strength="must"),
        rule(
            "ratio", id="per bed", number="0.5",
            pairs=[{"resource": "nurses", "base": "public_beds"}], strength="must",
        ),
        total("cap", "nurses", 30, "<=", "wish"),
    )  # fmt: skip
    assert members(plan) == [{"beds", "per bed", "cap"}]
    assert change(plan, "beds")[0] == pytest.approx(40)
    assert change(plan, "cap")[0] == pytest.approx(20)


def test_two_separate_clashes_are_two():
    """Each has its own members, and what it would take does not depend on the other."""
    plan = planned(
        small_region(),
        total("a", "public_beds", 100), total("b", "public_beds", 90, "<=", "must"),
        total("c", "nurses", 50), total("d", "nurses", 45, "<=", "must"),
    )  # fmt: skip
    assert sorted(map(sorted, members(plan))) == [["a", "b"], ["c", "d"]]
    assert change(plan, "a")[0] == pytest.approx(10)
    assert change(plan, "d")[0] == pytest.approx(5)


def test_a_rule_that_clashes_twice_has_no_single_way_out_for_the_others():
    """One floor against two caps: only lowering the floor is enough."""
    plan = planned(
        small_region(),
        total("floor", "public_beds", 100, strength="wish"),
        total("cap one", "public_beds", 60, "<=", "must"),
        total("cap two", "public_beds", 70, "<=", "must"),
    )  # fmt: skip
    first = plan.conflicts.set_index("member")
    assert first.at["floor", "change"] == pytest.approx(40)
    caps = first.index.difference(["floor"])
    assert len(caps) == 1
    assert first.loc[caps, "change"].isna().all()


def test_people_left_short_are_counted():
    """Residents of the units that fall short; the whole region where none is named."""
    region = small_region(stock={("A", "nurses"): 0, ("B", "nurses"): 0})
    plan = planned(
        region,
        total("each", "nurses", 40, level=["district", "county"]),
        assume={"staff_inflow_cap": 50},
    )
    short = plan.compliance.query("rule == 'each' and area != 'all' and met == False")["area"]
    people = sum(region.units.people(unit) for unit in short)
    row = plan.conflicts.set_index("member").loc["each"]
    assert row["people"] == people
    assert row["missed"] == pytest.approx(30)


def test_people_out_of_reach_and_the_radius_that_would_do():
    """Nobody can build near the far cell: the rule stands against reach, with the km it takes."""
    region = small_region(
        people=[500, 300], x_km=[0.5, 8.5], y_km=[0.5, 0.5], sites=[site("s", x_km=0.5)]
    )
    near = rule(
        "coverage", id="near", sites={"kinds": ["ems_station"]}, within_km=3, strength="must"
    )
    plan = planned(region, near, assume={"settled_density_per_km2": 0})
    assert members(plan) == [{"near", "reach"}]
    row = plan.conflicts.set_index("member").loc["near"]
    assert (row["people"], row["missed"], row["measure"]) == (300, 300, "km")
    assert row["change"] == pytest.approx(5)


def test_what_is_not_enforced_everywhere_is_said():
    """Cells below the settled density are no part of the rows: the rule fails by them, alone."""
    region = small_region(
        people=[5000, 3], x_km=[0.5, 8.5], y_km=[0.5, 0.5], sites=[site("s", x_km=0.5)]
    )
    near = rule(
        "coverage", id="near", sites={"kinds": ["ems_station"]}, within_km=3, strength="must"
    )
    plan = planned(region, near)
    assert members(plan) == [{"near"}]
    assert "settled density" in plan.conflicts["note"].iloc[0]


def test_a_budget_clashes_with_what_it_cannot_pay():
    """Money for two stations, three towns to serve: the budget is named, with what is missing."""
    candidates = [site(f"s{k}", x_km=5 * k + 0.5, status="candidate") for k in range(3)]
    region = small_region(
        people=[900, 800, 700], x_km=[0.5, 5.5, 10.5], y_km=[0.5] * 3, sites=candidates,
        costs={"ems_station": 100.0},
    )  # fmt: skip
    near = rule(
        "coverage", id="near", sites={"kinds": ["ems_station"]}, within_km=1, strength="must"
    )
    plan = planned(region, near, budget=250, assume={"settled_density_per_km2": 0})
    (found,) = members(plan)
    assert "near" in found
    budget = next(name for name in found if name.startswith("the budget of 250"))
    assert change(plan, budget)[0] == pytest.approx(50)
    assert change(plan, "near")[0] == pytest.approx(700)


def test_a_plan_that_keeps_all_has_nothing_to_explain():
    """No miss, no clash; and nothing is solved for it."""
    plan = planned(small_region(), total("beds", "public_beds", 10))
    assert plan.conflicts.empty
    assert plan.why() == []
    assert explain.__doc__
