"""Facilities per unit, named sites, people per facility."""

import pytest
from builders import rule, site, small_region
from planned import EMS, amount, line, misses, open_ids, planned, statuses

BOTH = ["district", "county"]


def candidates(*x_km, **more):
    """Candidate stations on the lower row; 0.5 and 1.5 lie in A, on the upper row all in B."""
    return [site(f"s{k}", x_km=x, status="candidate", **more) for k, x in enumerate(x_km)]


IN_B = {"y_km": 1.5}


def test_a_floor_per_unit_opens_the_cheapest_in_each():
    """One station in every unit: the cheaper of two in A, the only one in B."""
    region = small_region(
        sites=[
            site("dear", status="candidate", opening_cost=9),
            site("cheap", x_km=1.5, status="candidate", opening_cost=5),
            site("b", status="candidate", opening_cost=7, **IN_B),
        ]
    )
    plan = planned(region, rule("count", sites=EMS, number=1, level=BOTH))
    assert open_ids(plan) == {"cheap", "b"}
    assert plan.objective_value == 12
    assert line(plan, "count", "A").binding


def test_what_stands_counts():
    """Two stand and three are wanted: one opens; a fourth would cost and stays shut."""
    region = small_region(
        sites=[site("old"), site("older", x_km=1.5), *candidates(2.5, 3.5)],
        costs={"ems_station": 4},
    )
    plan = planned(region, rule("count", sites=EMS, number=3))
    assert len(open_ids(plan)) == 3
    assert {"old", "older"} <= open_ids(plan)
    assert plan.objective_value == 4


def test_what_stands_stays_though_nobody_asks_for_it():
    """No rule caps stations: an existing one is kept even where none is required."""
    region = small_region(sites=[site("old"), *candidates(1.5)])
    plan = planned(region, rule("count", sites=EMS, number=0))
    assert statuses(plan) == {"old": "kept"}


def test_a_ceiling_closes_the_cheapest_to_close():
    """At most two of four: those with the lowest closing cost go, and the cost says so."""
    region = small_region(
        sites=[
            site(f"s{k}", x_km=k + 0.5, closing_cost=cost) for k, cost in enumerate([5, 1, 2, 8])
        ]
    )
    plan = planned(region, rule("count", sites=EMS, number=2, sense="<="))
    assert statuses(plan) == {"s0": "kept", "s1": "closed", "s2": "closed", "s3": "kept"}
    assert plan.objective_value == 3
    assert dict(zip(plan.facilities["id"], plan.facilities["cost"], strict=True))["s2"] == 2


@pytest.mark.parametrize("sense", ["<=", "band"])
def test_a_ceiling_with_room_closes_nothing_though_closing_is_free(sense):
    """At most five, three stand, closing costs nothing: all three stay."""
    ends = {"number": 5} if sense == "<=" else {"lower": 1, "upper": 5}
    region = small_region(sites=[site(f"s{k}", x_km=k + 0.5) for k in range(3)])
    plan = planned(region, rule("count", sites=EMS, sense=sense, **ends))
    assert set(statuses(plan).values()) == {"kept"}


def test_nothing_opens_for_no_reason_though_opening_is_free():
    """Candidates that cost nothing and that no rule needs stay shut."""
    region = small_region(sites=candidates(0.5, 1.5, 2.5))
    plan = planned(region, rule("count", sites=EMS, number=1))
    assert len(open_ids(plan)) == 1


def test_an_equality_opens_or_closes_to_the_number():
    """Exactly one per unit: two of three in A close, one in B opens."""
    region = small_region(
        sites=[*(site(f"s{k}", x_km=k + 0.5) for k in range(3)),
               site("b", status="candidate", **IN_B)],
        costs={"ems_station": 4, "closing:ems_station": 1},
    )  # fmt: skip
    plan = planned(region, rule("count", sites=EMS, number=1, sense="==", level=BOTH))
    assert sorted(statuses(plan).values()) == ["closed", "closed", "kept", "new"]
    assert plan.objective_value == 6


def test_too_few_places_are_a_miss_of_what_is_lacking():
    """Three per unit where A has two places and B none: 1 of 3 and 3 of 3 are lacking."""
    plan = planned(
        small_region(sites=candidates(0.5, 1.5)), rule("count", sites=EMS, number=3, level=BOTH)
    )
    assert len(open_ids(plan)) == 2
    assert misses(plan)[0] == pytest.approx(1 / 3 + 1)
    assert not line(plan, "count").met
    assert line(plan, "count").slack == -4


def test_a_required_site_opens_whatever_it_costs():
    """A site that the region requires is open and paid for, whether or not a rule speaks of it."""
    sites = [
        site("must", status="required"),
        *candidates(1.5),
        site("school", "school", status="required"),
    ]
    region = small_region(sites=sites, costs={"ems_station": 9, "school": 5})
    plan = planned(region, rule("count", sites=EMS, number=1))
    assert open_ids(plan) == {"must", "school"}
    assert plan.objective_value == 14


def test_a_named_site_must_open():
    """The dearer site opens because a rule names it, by its id or by its name."""
    region = small_region(
        sites=[
            *candidates(0.5, opening_cost=1),
            site("far", x_km=3.5, status="candidate", opening_cost=50),
        ]
    )
    for name in ("far", "site far"):
        plan = planned(region, rule("forced_site", site=name))
        assert open_ids(plan) == {"far"}
        assert line(plan, "forced_site").binding


def test_a_named_site_that_does_not_exist_is_not_evaluated():
    """A rule that names no known site is reported with the missing input."""
    plan = planned(small_region(sites=candidates(0.5)), rule("forced_site", site="Atlantis"))
    assert not line(plan, "forced_site").evaluated
    assert "Atlantis" in line(plan, "forced_site").note


def test_an_attribute_is_added_where_it_is_cheapest():
    """Two open stations with a wash-down area: one has it, the other open one is upgraded."""
    region = small_region(
        sites=[site("has", attributes=["decontamination"]), site("plain", x_km=1.5),
               *candidates(2.5)],
        costs={"ems_station": 30, "decontamination": 7},
    )  # fmt: skip
    plan = planned(region, rule("count", sites=EMS, attribute="decontamination", number=2))
    assert statuses(plan) == {"has": "kept", "plain": "upgraded"}
    assert plan.objective_value == 7
    attributes = dict(zip(plan.facilities["id"], plan.facilities["attributes"], strict=True))
    assert attributes["plain"] == "decontamination"


def test_an_attribute_needs_an_open_site():
    """Where nothing stands, a site with the attribute is opened and fitted out: both cost."""
    region = small_region(sites=candidates(0.5), costs={"ems_station": 30, "decontamination": 7})
    plan = planned(region, rule("count", sites=EMS, attribute="decontamination", number=1))
    assert plan.objective_value == 37
    assert statuses(plan) == {"s0": "new"}


@pytest.mark.parametrize(("threshold", "asked"), [(2999, 2), (3000, 0), (5000, 0)])
def test_a_count_for_large_units_only(threshold, asked):
    """A has 3,000 residents: a rule for more than 2,999 asks it for two, one for 3,000 does not."""
    region = small_region(sites=candidates(0.5, 1.5, 2.5), costs={"ems_station": 1})
    made = rule("count", sites=EMS, number=2, level=BOTH, above_people=threshold)
    plan = planned(region, made)
    assert len(open_ids(plan)) == asked
    assert line(plan, "count").met


def test_grades_and_owners_select_sites():
    """A 3A hospital run by the city is wanted: the 2A one does not count."""
    region = small_region(
        sites=[
            site("2A", "general_hospital", grade="2A", run_by="city"),
            site("3A", "general_hospital", grade="3A", run_by="city", status="candidate"),
            site("private", "general_hospital", grade="3A", run_by="private"),
        ]
    )
    wanted = {"kinds": ["general_hospital"], "grades": ["3A", "3B"], "run_by": ["city"]}
    plan = planned(region, rule("count", sites=wanted, number=1))
    assert statuses(plan) == {"2A": "kept", "3A": "new", "private": "kept"}


def test_a_kind_that_the_region_does_not_have_is_not_evaluated():
    """No site of the kind, existing or candidate: no data, which is not zero facilities."""
    plan = planned(
        small_region(sites=candidates(0.5)), rule("count", sites={"kinds": ["school"]}, number=1)
    )
    assert not line(plan, "count").evaluated
    assert misses(plan) == (0, 0, 0)


# ---------------------------------------------------------------- vehicles at stations


def test_every_open_station_has_a_vehicle():
    """Three stations and a quota of one ambulance: there are three, one at each."""
    region = small_region(sites=[site(f"s{k}", x_km=k + 0.5) for k in range(3)])
    plan = planned(region, rule("quota", resources=["ambulances"], number="0.1"))
    assert amount(plan, "ambulances", "A") == 3
    assert plan.facilities["ambulances"].tolist() == [1, 1, 1]


def test_a_new_station_brings_its_vehicle():
    """One station opens in B: B needs an ambulance though the quota asks for one in all."""
    sites = [site("a"), site("b", status="candidate", **IN_B)]
    rules = [
        rule("quota", resources=["ambulances"], number="0.1"),
        rule("count", sites=EMS, number=1, level=BOTH),
    ]
    for wishes in ({}, {"budget": 100.0}):
        plan = planned(small_region(sites=sites), *rules, **wishes)
        assert (amount(plan, "ambulances", "A"), amount(plan, "ambulances", "B")) == (1, 1)


def test_a_station_is_not_closed_to_save_its_vehicle():
    """Closing is free and an ambulance costs 10: the standing station is kept and gets one."""
    region = small_region(
        sites=[site("old")], stock={("R", "ambulances"): 0}, costs={"ambulances": 10}
    )
    rules = [
        rule("count", sites=EMS, number=0),
        rule("quota", resources=["ambulances"], number=0),
    ]
    plan = planned(region, *rules, budget=100.0)
    assert statuses(plan) == {"old": "kept"}
    assert amount(plan, "ambulances", "A") == 1
    assert plan.objective_value == 10


# ---------------------------------------------------------------- people per facility


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [(0, 3000, 1), (0, 2999, 2), (0, 1500, 2), (1000, 1500, 2), (0, 1000, 3), (3000, 3000, 1)],
)
def test_a_served_band_asks_for_enough_sites(lower, upper, expected):
    """3,000 urban residents of A at 1,500 each need two; at 3,000 each exactly one."""
    region = small_region(sites=candidates(0.5, 1.5, 2.5, 3.5), costs={"ems_station": 1})
    band = rule(
        "served_band", sites=EMS, group="urban", lower=lower, upper=upper, level=["district"]
    )
    plan = planned(region, band)
    assert len(open_ids(plan)) == expected
    assert line(plan, "served_band").met


def test_a_served_band_closes_what_serves_too_few():
    """Four sites for 3,000 people are 750 each; at least 1,000 allows three: one closes."""
    region = small_region(sites=[site(f"s{k}", x_km=k + 0.5) for k in range(4)])
    band = rule("served_band", sites=EMS, lower=1000, upper=9000, level=["district"])
    plan = planned(region, band)
    assert sorted(statuses(plan).values()) == ["closed", "kept", "kept", "kept"]


def test_a_band_that_no_number_can_serve_misses_by_one_site():
    """3,000 people in bands of 1,600 to 1,900: one site is too few, two are too many."""
    region = small_region(sites=candidates(0.5, 1.5, 2.5))
    band = rule("served_band", sites=EMS, lower=1600, upper=1900, level=["district"])
    plan = planned(region, band)
    assert not line(plan, "served_band").met
    assert misses(plan)[0] == pytest.approx(0.5)


# ---------------------------------------------------------------- which sites, which units

CARE = {"kinds": ["care_home"]}


def homes(*beds, **more):
    return [site(f"h{k}", "care_home", k + 0.5, beds=n, **more) for k, n in enumerate(beds)]


@pytest.mark.parametrize(
    ("chosen", "reading", "number"),
    [
        ({"beds_from": 100}, "upper", 3), ({"beds_below": 100}, "upper", 1),
        ({"beds_below": 100}, "both", 2), ({"beds_from": 100, "beds_below": 500}, "upper", 2),
        ({"beds_from": 100, "beds_below": 500}, "both", 3), ({}, "upper", 4),
    ],
)  # fmt: skip
def test_tiers_of_size_end_where_the_reading_says(chosen, reading, number):
    """With 99, 100, 499 and 500 beds: the upper end belongs to the next tier, or to both."""
    region = small_region(sites=homes(99, 100, 499, 500))
    asked = rule("count", id="N", sites={**CARE, **chosen}, number=9)
    found = line(planned(region, asked, assume={"tier_bounds": reading}), "N")
    assert found["achieved"] == number


def test_homes_of_unknown_size_are_in_no_tier_and_named_if_none_is_known():
    """One home whose beds nobody counted: not evaluated, and the missing input is said."""
    asked = rule("count", id="N", sites={**CARE, "beds_from": 1}, number=1)
    found = line(planned(small_region(sites=homes(float("nan"))), asked), "N")
    assert not found["evaluated"]
    assert "no beds" in found["note"]


@pytest.mark.parametrize(("new", "opened"), [(True, {"c", "d"}), (False, set()), (None, {"c"})])
def test_a_rule_may_speak_of_new_sites_only(new, opened):
    """Two new stations beside the two that stand; two standing ones; three in all."""
    sites = [site("a"), site("b", x_km=1.5)]
    sites += [site(n, x_km=2.5, status="candidate") for n in ("c", "d")]
    filters = {**EMS} if new is None else {**EMS, "new": new}
    number = 3 if new is None else 2
    region = small_region(sites=sites, costs={"ems_station": 1})
    plan = planned(region, rule("count", id="N", sites=filters, number=number))
    assert len(open_ids(plan)) == 2 + len(opened)
    assert line(plan, "N")["achieved"] == number


def test_having_and_lacking_look_at_today_not_at_the_plan():
    """A station that gets an area in the plan does not become one that had it."""
    sites = [site("a", attributes=["decontamination"]), site("b", x_km=1.5)]
    had = rule("count", id="had", sites={**EMS, "having": ["decontamination"]}, number=2)
    lacked = rule("count", id="not", sites={**EMS, "without": ["decontamination"]}, number=1)
    add = rule("count", id="add", sites=EMS, attribute="decontamination", number=2)
    plan = planned(small_region(sites=sites), had, lacked, add)
    assert [line(plan, r)["achieved"] for r in ("had", "not", "add")] == [1, 1, 2]


@pytest.mark.parametrize(("most", "asked"), [(2100, 0), (2200, 1), (1400, 0), (3000, 1)])
def test_a_count_may_hold_only_where_few_people_live(most, asked):
    """A has 2,200 and B 5,000 residents: the limit includes its own number."""
    region = small_region(
        people=[2200, 5000], urban=[True], sites=[site("a", status="candidate")],
        units={"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R")},
    )  # fmt: skip
    few = rule("count", id="N", sites=EMS, number=1, level=["county"], up_to_people=most)
    plan = planned(region, few)
    assert len(open_ids(plan)) == asked
    assert line(plan, "N")["met"]


FOUR = {
    "R": ("city", ""), **dict.fromkeys("ABC", ("county", "R")),
    "D": ("county", "R"),
}  # fmt: skip


@pytest.mark.parametrize(("share", "needed"), [("1/2", 2), ("3/5", 3), (1, 4)])
def test_a_count_may_hold_in_a_share_of_the_units(share, needed):
    """Two stations in half of four counties: the cheapest counties, and no more than needed."""
    stations = [
        site(f"{u}{k}", x_km=x + 0.5, y_km=0.5 + k, unit=u, status="candidate", opening_cost=1 + x)
        for x, u in enumerate("ABCD")
        for k in range(2)
    ]  # fmt: skip
    region = small_region(units=FOUR, sites=stations)
    asked = rule("count", id="N", sites=EMS, number=2, level=["county"], in_share=share)
    plan = planned(region, asked)
    assert open_ids(plan) == {f"{u}{k}" for u in "ABCD"[:needed] for k in range(2)}
    found = line(plan, "N")
    if needed < 4:
        assert (found["measure"], found["required"], found["achieved"]) == ("units", needed, needed)


def test_a_share_of_units_that_cannot_be_reached_is_missed_in_units():
    """One county can have its station, half of four must: one is lacking."""
    region = small_region(units=FOUR, sites=[site("a", status="candidate")])
    asked = rule("count", id="N", sites=EMS, number=1, level=["county"], in_share="1/2")
    plan = planned(region, asked)
    assert (line(plan, "N")["slack"], misses(plan)[0]) == (-1, pytest.approx(1 / 2))


def test_a_number_may_count_once_for_each_village():
    """0.5 clinics for each of 3 and 4 villages, rounded up: 2 and 2."""
    clinics = [
        site(f"{u}{k}", "village_clinic", x, unit=u, status="candidate")
        for u, x in (("A", 0.5), ("B", 3.5))
        for k in range(3)
    ]
    stock = {("A", "villages"): 3, ("B", "villages"): 4}
    region = small_region(sites=clinics, stock=stock, costs={"village_clinic": 1})
    asked = rule(
        "count", id="N", sites={"kinds": ["village_clinic"]}, number="0.5", times="villages",
        level=["district", "county"],
    )  # fmt: skip
    plan = planned(region, asked)
    assert len(open_ids(plan)) == 4
    assert (line(plan, "N")["required"], line(plan, "N", "B")["required"]) == (4, 2)
    unknown = line(planned(small_region(sites=clinics), asked), "N")
    assert not unknown["evaluated"]
    assert "villages" in unknown["note"]
