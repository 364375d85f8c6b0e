"""Decisions as the tables of a plan."""

import math

import pytest
from builders import rule, site, small_policy, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import EMS, amount, line, open_ids, planned
from strategies import regions, site_rules, some, stock_rules

from allocator.assumptions import Assumptions
from allocator.auditing.budgets import plan_cost
from allocator.auditing.compliance import audit
from allocator.auditing.facts import Facts
from allocator.plan_tables import FACILITY_COLUMNS, TIER_COLUMNS, UNIT_COLUMNS

FLEET = rule("quota", id="fleet", resources=["ambulances"], number=2)


def by_id(plan, column):
    return dict(zip(plan.facilities["id"], plan.facilities[column], strict=True))


def test_every_table_has_the_columns_of_the_contract():
    """Units, facilities and tiers carry exactly the agreed columns, facilities their geometry."""
    plan = planned(small_region(sites=[site("a")]), FLEET)
    assert tuple(plan.units.columns) == UNIT_COLUMNS
    assert tuple(plan.facilities.columns) == (*FACILITY_COLUMNS, "geometry")
    assert tuple(plan.tiers.columns) == TIER_COLUMNS
    assert plan.facilities.crs == plan.crs


def test_facilities_list_what_stands_and_what_is_new():
    """Kept, closed, upgraded and new are listed; a candidate that stays shut is not."""
    sites = [
        site("kept", x_km=0.5), site("closed", "health_station", x_km=0.5, closing_cost=0),
        site("upgraded", x_km=1.5, attributes=["direct"]),
        site("new", x_km=3.5, y_km=1.5, status="candidate"),
        site("shut", x_km=2.5, y_km=1.5, status="candidate", opening_cost=99),
    ]  # fmt: skip
    rules = [
        rule("count", id="n", sites=EMS, number=1, level=["county"]),
        rule("count", id="none", sites={"kinds": ["health_station"]}, number=0, sense="<="),
        rule(
            "count", id="wash", sites=EMS, attribute="decontamination", number=1, level=["district"]
        ),
    ]
    region = small_region(sites=sites, costs={"ems_station": 5, "decontamination": 2})
    plan = planned(region, *rules)
    found = by_id(plan, "status")
    assert found.pop("upgraded") in {"upgraded", "kept"}
    assert found.pop("kept") in {"upgraded", "kept"}
    assert found == {"closed": "closed", "new": "new"}
    assert sorted(by_id(plan, "status").values()) == ["closed", "kept", "new", "upgraded"]
    fitted = [a for a in by_id(plan, "attributes").values() if "decontamination" in a]
    assert len(fitted) == 1
    assert sum(by_id(plan, "cost").values()) == plan.objective_value == 7
    assert by_id(plan, "attributes")["upgraded"].startswith(("direct", "decontamination;direct"))


def test_vehicles_stand_at_the_open_stations_of_their_unit():
    """6 ambulances in A at two stations by the people near each; B's three have no station."""
    region = small_region(
        people=[2000, 500, 250, 250, 700, 500, 200, 100],
        sites=[site("west", x_km=0.5), site("east", x_km=3.5)],
    )
    negative = rule(
        "share", id="S", part="negative_pressure_ambulances", whole="ambulances", number="0.5"
    )
    level = ["district", "county"]
    fleet = rule("quota", id="fleet", resources=["ambulances"], number=2, level=level)
    plan = planned(region, fleet, negative)
    assert (amount(plan, "ambulances", "A"), amount(plan, "ambulances", "B")) == (6, 3)
    # 3,700 people live nearer to the west, 800 nearer to the east, cells of B included.
    assert by_id(plan, "ambulances") == {"west": 5, "east": 1}
    special = by_id(plan, "negative_pressure")
    assert sum(special.values()) == amount(plan, "negative_pressure_ambulances", "A")
    assert all(special[name] <= cars for name, cars in by_id(plan, "ambulances").items())


def test_people_served_are_those_within_reach_of_the_nearest_open_site():
    """Two sites, one kilometre of reach: each serves its own cells, who is too far serves none."""
    region = small_region(
        people=[900, 800, 700, 600], x_km=[0, 1, 5, 9], y_km=[0] * 4, urban=[True] * 4,
        sites=[site("a", x_km=0, y_km=0), site("b", x_km=5, y_km=0)],
    )  # fmt: skip
    plan = planned(region, rule("coverage", id="C", sites=EMS, within_km=1))
    assert by_id(plan, "people_served") == {"a": 1700, "b": 700}


def test_cells_tell_who_is_covered_today_and_in_the_plan():
    """One boolean per rule for today and for the plan; other groups are not covered by a rule."""
    region = small_region(
        people=[900, 800, 700], x_km=[0, 5, 5], y_km=[0, 0, 0.5], urban=[True, True, False],
        sites=[site("a", x_km=0, y_km=0), site("b", x_km=5, y_km=0, status="candidate")],
    )  # fmt: skip
    plan = planned(region, rule("coverage", id="C", sites=EMS, within_km=1, group="urban"))
    assert plan.cells["covered_today:C"].tolist() == [True, False, False]
    assert plan.cells["covered:C"].tolist() == [True, True, False]
    assert open_ids(plan) == {"a", "b"}


def test_cells_tell_who_serves_them_and_how_far_away_that_is():
    """Km for a rule in km; the nearest beyond the limit is told, too, but serves nobody."""
    region = small_region(
        people=[900, 800, 700, 60], x_km=[0, 5, 5, 7], y_km=[0, 0, 0.5, 0],
        urban=[True, True, False, True],
        sites=[site("a", x_km=0, y_km=0), site("b", x_km=5, y_km=0, status="candidate")],
    )  # fmt: skip
    plan = planned(region, rule("coverage", id="C", sites=EMS, within_km=1, group="urban"))
    assert plan.cells["nearest:C"].tolist() == ["a", "b", "", ""]
    assert plan.cells["km:C"].tolist() == pytest.approx([0.38, 0.38, math.nan, 2], nan_ok=True)
    today = plan.cells["km_today:C"].tolist()
    assert today == pytest.approx([0.38, 5, math.nan, 7], nan_ok=True)
    assert "minutes:C" not in plan.cells.columns


def test_minutes_of_cells_are_those_that_the_rule_counts():
    """From the call: 4 minutes before the way; 2 km in town with a detour of 1.3 take 5.2."""
    region = small_region(
        people=[900, 800, 700], x_km=[0, 2, 3], y_km=[0] * 3, urban=[True] * 3,
        sites=[site("a", x_km=0, y_km=0)],
    )  # fmt: skip
    fields = {"mode": "ambulance", "from_call": True, "within_minutes": "9.2"}
    plan = planned(region, rule("coverage", id="C", sites=EMS, **fields))
    assert plan.cells["minutes:C"].tolist()[1:] == pytest.approx([9.2, 11.8])
    assert plan.cells["nearest:C"].tolist() == ["a", "a", ""]


@some
@given(region=regions(stocked=True), sites=site_rules())
def test_served_people_are_those_of_the_cells_that_name_the_site(region, sites):
    """Nearest names an open site exactly where the rule covers; people add up per site."""
    plan = planned(region, *sites)
    cells, served = plan.cells, dict.fromkeys(plan.facilities["id"], 0.0)
    for column in [c for c in cells.columns if c.startswith("nearest:")]:
        id = column.removeprefix("nearest:")
        assert (cells[column] != "").tolist() == cells[f"covered:{id}"].tolist()
        unit = "km" if f"km:{id}" in cells.columns else "minutes"
        for when in ("", "_today"):
            told = cells[f"{unit}{when}:{id}"]
            covered = cells[f"covered{when}:{id}"]
            assert told[covered].notna().all()
            assert not (told[covered].max() > told[~covered].min())
        for name, people in zip(cells[column], cells["people"], strict=True):
            if name:
                served[name] += people
    assert set(cells.filter(like="nearest:").to_numpy().ravel()) <= {*open_ids(plan), ""}
    assert by_id(plan, "people_served") == pytest.approx(served)


def test_places_are_given_in_degrees_and_metres():
    """lon, lat and x_m, y_m name the same point, near 120.9 E and 30.7 N."""
    plan = planned(small_region(sites=[site("a")]), FLEET)
    row = plan.facilities.iloc[0]
    assert (row["lon"], row["lat"]) == (
        pytest.approx(120.9165, abs=1e-3),
        pytest.approx(30.72, abs=1e-2),
    )
    assert (row["x_m"], row["y_m"]) == (300_500.0, 3_400_500.0)


@some
@given(
    region=regions(stocked=True), sites=site_rules(), stocks=stock_rules(),
    budget=st.sampled_from([None, 25.0]),
)  # fmt: skip
def test_tables_cost_what_the_plan_says_and_audit_alike(region, sites, stocks, budget):
    """The audit, from the tables alone, finds the same compliance and, in cost, the objective."""
    from allocator.errors import InfeasibleError

    rules = [*sites, *stocks]
    try:
        plan = planned(region, *rules, budget=budget)
    except InfeasibleError:
        assert budget is not None
        return
    again = audit(region, small_policy(*rules), plan)
    said = plan.compliance.drop(columns="price")
    assert said.equals(again.drop(columns="price"))
    facts = Facts.of_plan(region, plan.units, plan.facilities)
    cost = plan_cost(region, Assumptions(), facts)
    assert cost.total == pytest.approx(plan.objective_value, rel=1e-4, abs=1e-4)
    for name, paid in by_id(plan, "cost").items():
        assert paid == pytest.approx(cost.sites[name])


@some
@given(region=regions(stocked=True), sites=site_rules(), stocks=stock_rules())
def test_a_plan_meets_its_musts_exactly_if_no_must_line_fails(region, sites, stocks):
    """The label follows the lines: slack below zero is not met, binding is no slack at all."""
    plan = planned(region, *sites, *stocks)
    whole = plan.compliance[plan.compliance["area"] == "all"]
    must = whole[(whole["strength"] == "must") & whole["evaluated"].astype(bool)]
    assert plan.meets_musts == bool(must["met"].eq(True).all())
    judged = plan.compliance[plan.compliance["evaluated"].astype(bool)]
    slack = judged["slack"].astype(float)
    assert (judged["met"].astype(bool) == (slack >= 0)).all()
    counts = judged["measure"].isin(["sites", "vehicles", "beds", "persons"])
    assert (judged["binding"].astype(bool) == (slack == 0))[counts].all()
    capped = any(getattr(r, "sense", ">=") != ">=" for r in stocks)
    assert line(plan, "fleet").met or capped
