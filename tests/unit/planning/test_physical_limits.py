"""What no rule bends: given figures, wholes of parts, levels and what a site has by itself."""

import pytest
from builders import rule, site, small_region
from planned import amounts, line, misses, planned, statuses

HOSPITALS = {"kinds": ["general_hospital"]}


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        ({("A", "visits"): 70, ("B", "visits"): 20}, {"R": 90, "A": 70, "B": 20}),
        ({("R", "visits"): 48}, {"R": 48, "A": 40, "B": 8}),
        ({("R", "visits"): 48, ("B", "visits"): 30}, {"R": 48, "A": 18, "B": 30}),
    ],
)
def test_what_is_given_stays_as_it_is(stock, expected):
    """A cap and a floor on given visits are missed, not met; one total is shared by residents."""
    region = small_region(people=[5000, 1000], stock=stock)
    whole = expected["R"]
    rules = [
        rule("total", id="more", resources=["visits"], number=whole + 10),
        rule("total", id="less", resources=["visits"], number=whole - 10, sense="<="),
    ]
    plan = planned(region, *rules)
    assert amounts(plan, "visits") == expected
    assert (line(plan, "more")["slack"], line(plan, "less")["slack"]) == (-10, -10)


def test_what_is_given_but_not_counted_is_not_planned():
    """Visits of one unit of two say nothing of the region: the rule names what is missing."""
    region = small_region(stock={("A", "visits"): 7})
    found = line(planned(region, rule("total", id="V", resources=["visits"], number=1)), "V")
    assert not found["evaluated"]
    assert "visits" in found["note"]


def test_a_whole_is_the_sum_of_its_parts():
    """10 beds in all, 4 of them private at least: no more than 6 public ones are kept."""
    beds = [("all_beds", 10), ("public_beds", 4), ("private_beds", 3)]
    rules = [rule("total", id=r, resources=[r], number=n) for r, n in beds]
    plan = planned(small_region(costs={"public_beds": 1, "private_beds": 2}), *rules)
    assert amounts(plan, "all_beds")["R"] == 10
    found = {r: amounts(plan, r) for r, _ in beds}
    for unit in ("R", "A", "B"):
        assert found["all_beds"][unit] == found["public_beds"][unit] + found["private_beds"][unit]


def test_a_capped_part_lets_its_whole_go():
    """60 + 40 beds stand, at most 50 public ones are wanted: 90 are left, none is built."""
    stock = {("R", "all_beds"): 100, ("R", "public_beds"): 60, ("R", "private_beds"): 40}
    cap = rule("total", id="cap", resources=["public_beds"], number=50, sense="<=")
    plan = planned(small_region(stock=stock), cap)
    assert amounts(plan, "all_beds")["R"] == 90
    assert misses(plan) == (0, 0, 0)


def test_a_level_takes_the_steps_below_it():
    """From 2A to 3A are three steps, each with its price; a 3B hospital needs the last only."""
    costs = {"level_2A": 1, "level_3": 10, "level_3B": 100, "level_3A": 1000}
    hospitals = [
        site("a", "general_hospital", grade="2A"), site("b", "general_hospital", grade="3B"),
    ]  # fmt: skip
    region = small_region(sites=hospitals, costs=costs)
    asked = rule("count", id="N", sites=HOSPITALS, attribute="level_3A", number=2)
    plan = planned(region, asked)
    assert plan.objective_value == 1110 + 1000
    listed = dict(zip(plan.facilities["id"], plan.facilities["attributes"], strict=True))
    assert listed == {"a": "level_3;level_3A;level_3B", "b": "level_3A"}
    assert line(plan, "N")["achieved"] == 2


def test_a_grade_is_every_level_up_to_it():
    """A hospital of grade 2A counts as level 2B today, not as level 3."""
    region = small_region(sites=[site("a", "general_hospital", grade="2A")])
    rules = [
        rule("count", id=level, sites=HOSPITALS, attribute=level, number=0, sense="<=")
        for level in ("level_2B", "level_3")
    ]
    plan = planned(region, *rules)
    assert [line(plan, r.id)["achieved"] for r in rules] == [1, 0]
    assert [line(plan, r.id)["met"] for r in rules] == [False, True]


def test_a_new_site_is_renewed_by_itself_and_for_nothing():
    """Of two centres asked for as renewed, the new one is; the old one pays for it."""
    centres = [
        site("old", "health_station"), site("new", "health_station", 1.5, status="required"),
    ]  # fmt: skip
    region = small_region(sites=centres, costs={"renewed": 7, "health_station": 100})
    stations = {"kinds": ["health_station"]}
    one = rule("count", id="N", sites=stations, attribute="renewed", number=1)
    plan = planned(region, one)
    assert plan.objective_value == 100
    assert statuses(plan) == {"old": "kept", "new": "new"}
    both = planned(region, rule("count", id="N", sites=stations, attribute="renewed", number=2))
    assert both.objective_value == 107
    assert line(both, "N")["achieved"] == 2


def test_no_plan_adds_what_is_found_or_not():
    """One of two stations lies in the north: no plan makes it two."""
    stations = [site("n", attributes=["north_city"]), site("s", x_km=1.5)]
    asked = rule(
        "count", id="N", sites={"kinds": ["ems_station"]}, attribute="north_city", number=2
    )
    found = line(planned(small_region(sites=stations), asked), "N")
    assert (found["achieved"], found["met"]) == (1, False)


@pytest.mark.parametrize(
    ("hospital", "beds"),
    [
        ({"status": "candidate"}, 50), ({"status": "existing"}, 20),
        ({"status": "candidate", "run_by": "city"}, 20),
        ({"status": "candidate", "kind": "care_home"}, 20),
        ({"status": "candidate", "beds": float("nan")}, 20),
    ],
)  # fmt: skip
def test_beds_of_a_new_private_hospital_come_on_top(hospital, beds):
    """B has 20 private beds and opens a private hospital of 30; others bring none."""
    stock = {("A", "private_beds"): 5, ("B", "private_beds"): 20}
    made = {"kind": "general_hospital", "x_km": 3.5, "y_km": 1.5, "run_by": "private"}
    sites = [site("h", **{**made, "beds": 30.0, **hospital})]
    plan = planned(
        small_region(sites=sites, stock=stock, costs={"private_beds": 2, "general_hospital": 1}),
        rule("forced_site", id="F", site="h"),
    )
    assert amounts(plan, "private_beds") == {"R": 5 + beds, "A": 5, "B": beds}


def test_a_cap_on_private_beds_gives_way_to_those_that_are_built():
    """At most 25 private beds, with 20 there today: those go, the 30 of the new hospital stay."""
    stock = {("A", "private_beds"): 0, ("B", "private_beds"): 20}
    cap = rule("total", id="T", resources=["private_beds"], number=25, sense="<=")
    hospital = site(
        "h", "general_hospital", 3.5, 1.5, run_by="private", beds=30.0, status="required"
    )
    region = small_region(sites=[hospital], stock=stock)
    plan = planned(region, cap)
    assert (amounts(plan, "private_beds")["B"], line(plan, "T")["slack"]) == (30, -5)
    words = "private beds include those of new private hospitals"
    assert words in set(plan.conflicts["member"])
