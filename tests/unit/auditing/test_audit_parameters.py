"""Figures and definitions that a plan is based on, and money from elsewhere, audited."""

from dataclasses import replace

import pytest
from builders import rule, site, small_region
from plan_builders import audited, plan_facts

EMS = {"kinds": ["ems_station"]}


@pytest.mark.parametrize(
    ("definitions", "meant", "met"),
    [
        (None, "resident", True), (None, "registered", False), (["registered"], "registered", True),
        (["resident"], "registered", False), (["resident", "registered"], "resident", False),
    ],
)  # fmt: skip
def test_which_people_are_planned_for(definitions, meant, met):
    """The figures' column says it; without one they are residents; a mixture is neither."""
    region = small_region()
    if definitions is not None:
        people = region.populations
        column = [definitions[k % len(definitions)] for k in range(len(people))]
        region = replace(region, populations=people.assign(definition=column))
    asked = rule("parameter", id="D", definition=meant)
    line = audited(region, plan_facts(region), asked)["D", "all"]
    assert (line.met, line.required) == (met, 1)
    assert "population" in line.note


@pytest.mark.parametrize(("stated", "slack"), [(4400, 0), (4399, -1), (4500, -100)])
def test_the_plan_is_for_as_many_as_the_text_states(stated, slack):
    """4,400 people in its table: no more and no fewer will do."""
    region = small_region()
    asked = rule("parameter", id="N", number=stated)
    line = audited(region, plan_facts(region), asked)["N", "all"]
    assert (line.required, line.achieved, line.slack, line.met) == (stated, 4400, slack, not slack)


@pytest.mark.parametrize(
    ("fields", "amount"),
    [
        ({"subsidy_per_site": 5, "sites": EMS}, 5),
        ({"subsidy_per_site": 5, "sites": {**EMS, "new": False}}, 0),
        ({"subsidy_per_site": 5, "sites": EMS, "attribute": "renovated"}, 10),
        ({"subsidy_per_person": "1.5", "people": "served_people"}, 60),
        ({"subsidy_per_site": 5, "subsidy_per_person": 1, "people": "served_people"}, 45),
    ],
)
def test_money_from_elsewhere_without_a_limit_is_stated(fields, amount):
    """One new station, two that get renovated (one was), 40 people: what each pays."""
    sites = [
        site("old", attributes=["renovated"]), site("kept", x_km=1.5),
        site("new", x_km=2.5, status="candidate"),
    ]  # fmt: skip
    region = small_region(sites=sites, stock={("R", "served_people"): 40})
    facts = plan_facts(
        region,
        {("A", "served_people"): 30.0, ("B", "served_people"): 10.0},
        statuses={"new": "new"},
        attributes={"kept": ["renovated"], "new": ["renovated"]},
    )
    line = audited(region, facts, rule("budget", id="M", **fields))["M", "all"]
    assert (line.achieved, line.required, line.met, line.binding) == (amount, None, True, False)


def test_money_for_facilities_that_no_table_has_is_not_evaluated():
    """A subsidy per clinic where nobody has listed clinics names the missing input."""
    asked = rule("budget", id="M", subsidy_per_site=5, sites={"kinds": ["village_clinic"]})
    region = small_region()
    line = audited(region, plan_facts(region), asked)["M", "all"]
    assert (line.evaluated, line.note) == (False, "sites.csv has no site of kind village_clinic")
