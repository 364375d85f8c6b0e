"""Every sentence of plans that the engine makes has its Chinese, in every deliverable."""

from functools import cache

import pytest
from builders import rule, site, small_region
from plan_sentences import unsaid
from planned import EMS, POSTS, planned
from plans_for_tests import small_plan
from report_plans import full_plan

WRITTEN = {
    "compliance.note: -5 % of the urban people; =HYPERLINK(1)",
    "compliance.note: stock of psychiatrists is missing",
    "limit: vehicles can grow by 3",
    "note: the grid is modelled",
}
"""What the builders of the tests wrote: no sentences of the engine."""


@cache
def with_sites():
    """Cover, response, counts and a clash with what can be reached."""
    region = small_region(
        people=[5000, 3, 400], x_km=[0.5, 2.5, 8.5], y_km=[0.5, 0.5, 0.5],
        sites=[site("s", x_km=0.5), site("t", x_km=2.5, status="candidate")],
        costs={"ems_station": 1e6, "ambulances": 2e5},
    )  # fmt: skip
    return planned(
        region,
        rule("coverage", id="near", sites=EMS, within_km=3, strength="must"),
        rule("coverage", id="soon", sites=EMS, within_minutes=9, from_call=True, mode="ambulance"),
        rule("mean_response", id="mean", sites=EMS, minutes=4),
        rule("count", id="posts", sites=POSTS, number=2),
        rule("quota", id="cars", resources=["ambulances"], number=1, per=500, group="urban"),
        budget=3e6,
    )


@cache
def with_stocks():
    """Quotas, shares, ratios, branches and limits that clash, some without data."""
    region = small_region(stock={("A", "nurses"): 10, ("B", "nurses"): 5, ("A", "public_beds"): 9})
    either = [
        rule("total", id="beds", resources=["public_beds"], number=100),
        rule("quota", id="per head", resources=["public_beds"], number=90, per=1000),
    ]
    return planned(
        region,
        rule("total", id="each", resources=["nurses"], number=40, level=["district", "county"]),
        rule("total", id="cap", resources=["nurses"], number=12, sense="<=", strength="must"),
        rule("total", id="rehab", resources=["rehab_beds"], number=50, strength="must"),
        rule("total", id="few", resources=["public_beds"], number=20, sense="<=", strength="must"),
        rule("either_or", id="or", branches=either),
        rule("share", id="share", part="rehab_beds", whole="public_beds", number="0.1"),
        rule("indicator", id="told", number="3..5", unit="items"),
        rule("stay", id="stay", days=9, beds=["beds_3a_general"],
             admissions=["admissions_3a_general"], bed_days=["bed_days_3a_general"]),
        assume={"staff_inflow_cap": 5},
    )  # fmt: skip


@pytest.mark.parametrize("make", [with_sites, with_stocks, small_plan, full_plan])
def test_every_sentence_of_a_plan_has_its_chinese(make):
    """Notes of lines and of the plan, effects, clashes, readings, parts."""
    assert set(unsaid(make())) <= WRITTEN


def test_the_plans_say_many_kinds_of_sentences():
    """The plans above are worth looking at: effects, clashes, limits, missing data."""
    plans = [with_sites(), with_stocks()]
    for table, column, least in (
        ("compliance", "note", 8), ("marginals", "words", 8), ("conflicts", "note", 1),
    ):  # fmt: skip
        assert len({t for plan in plans for t in getattr(plan, table)[column] if t}) >= least
    assert any((plan.conflicts["strength"] == "limit").any() for plan in plans)
