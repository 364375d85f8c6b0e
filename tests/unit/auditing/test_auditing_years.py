"""What the audit says of a plan over several years that does not add up."""

from dataclasses import replace

import pytest
from builders import rule, site, small_policy, small_region

import allocator as al
from allocator.errors import SolverError
from allocator.horizon import Years

REGION = small_region(
    sites=[
        site("s0", "ems_station", 0.5, 0.5),
        site("s1", "ems_station", 2.5, 0.5, status="candidate"),
        site("s2", "ems_station", 3.5, 1.5, status="candidate"),
    ],
    stock={
        ("A", "public_beds"): 10, ("B", "public_beds"): 5, ("R", "physicians"): 10,
        ("A", "ambulances"): 1, ("B", "ambulances"): 0,
    },
    costs={"public_beds": 10, "physicians": 2, "ems_station": 30, "ambulances": 5},
)  # fmt: skip
POLICY = small_policy(
    rule("quota", id="beds", resources=["public_beds"], number=10),
    rule("quota", id="doctors", resources=["physicians"], number=5, strength="target"),
    rule("count", id="stations", sites={"kinds": ["ems_station"]}, number=3),
)
YEARS = Years(2021, 2023, (80.0, 200.0, 150.0), {"physicians": 0.1}, {"physicians": 4})


@pytest.fixture(scope="module")
def plan():
    """Two stations, 29 beds and 12 physicians, in three years."""
    return al.plan(REGION, POLICY, years=YEARS)


def test_the_plan_as_made_is_sound(plan):
    """Every line of the plan is the audit's."""
    again = al.audit(REGION, POLICY, plan)
    assert again["met"].tolist() == plan.compliance["met"].tolist()
    physical = again[again["rule"].str.startswith("PHYSICAL.years")]
    assert physical["met"].eq(True).all()
    assert len(physical) == 6


def test_staff_leave_and_hires_are_limited(plan):
    """10 - 1 + 4 = 13, 13 - 1 + 4 = 16, 16 - 2 + 4 = 18 where units round alike; within limits."""
    rows = plan.years[plan.years["resource"] == "physicians"]
    assert (rows.groupby("year")["added"].sum() <= 4).all()
    by_unit = rows.set_index(["unit", "year"])
    for unit in ("A", "B"):
        for year in YEARS.all:
            before = by_unit.at[(unit, year - 1), "stock"]
            assert by_unit.at[(unit, year), "left"] == int(before / 10 + 0.5)


def test_the_last_year_says_by_how_much_it_falls_short(plan):
    """The compliance is that of what is reached."""
    doctors = plan.compliance.set_index(["rule", "area"]).loc[("doctors", "all")]
    reached = plan.years[(plan.years["resource"] == "physicians") & (plan.years["year"] == 2023)]
    assert doctors["achieved"] == reached["stock"].sum() < doctors["required"] == 22
    assert any("not reached" in note for note in plan.provenance["notes"])
    rules = plan.year_rules.set_index(["rule", "year"])
    assert rules.at[("stations", 2023), "met"]
    assert rules.at[("stations", 2023), "met_from"] >= 2021


@pytest.mark.parametrize(
    ("resource", "column", "check"),
    [
        ("public_beds", "stock", "balance"), ("physicians", "left", "balance"),
        ("public_beds", "spent", "spending"), ("ems_station", "added", "openings"),
        ("physicians", "added", "hires"),
    ],
)  # fmt: skip
def test_an_edited_line_is_found(plan, resource, column, check):
    """One number changed in the second year."""
    at = (plan.years["resource"] == resource) & (plan.years["year"] == 2022)
    changed = plan.years.copy()
    step = -1 if column == "left" else 9
    changed.loc[changed.index[at][0], column] += step
    lines = al.audit(REGION, POLICY, replace(plan, years=changed)).set_index("rule")
    assert lines.at[f"PHYSICAL.years, {check}", "met"] == False  # noqa: E712 - may be None


def test_a_part_that_outgrows_its_whole_for_a_year_is_found():
    """More psychiatrists than physicians in 2022; public and private beds that are not all."""
    policy = small_policy(
        rule("quota", id="doctors", resources=["physicians"], number=5),
        rule("quota", id="minds", resources=["psychiatrists"], number=2),
        *(rule("quota", id=r, resources=[r], number=3) for r in
          ("all_beds", "public_beds", "private_beds")),
    )  # fmt: skip
    stock = {(u, r): 3 for u in ("A", "B") for r in ("physicians", "psychiatrists")}
    region = small_region(stock=stock)
    plan = al.plan(region, policy, years=Years(2021, 2023))
    assert plan.compliance.set_index("rule").at["PHYSICAL.years, inside", "met"]
    cases = (("physicians", 1.0, "psychiatrists inside 1"), ("private_beds", 99.0, "its parts are"))
    for resource, number, words in cases:
        at = (plan.years["resource"] == resource) & (plan.years["year"] == 2022)
        changed = plan.years.copy()
        changed.loc[changed.index[at][0], "stock"] = number
        lines = al.audit(region, policy, replace(plan, years=changed)).set_index("rule")
        assert lines.at["PHYSICAL.years, inside", "met"] == False  # noqa: E712
        assert words in lines.at["PHYSICAL.years, inside", "note"]


def test_a_site_without_a_year_or_with_a_wrong_one_is_found(plan):
    """Sites open once, in a year of the plan."""
    for year in (float("nan"), 2031.0):
        facilities = plan.facilities.copy()
        facilities.loc[facilities["status"] == "new", "year"] = year
        lines = al.audit(REGION, POLICY, replace(plan, facilities=facilities)).set_index("rule")
        assert lines.at["PHYSICAL.years, openings", "met"] == False  # noqa: E712


def test_start_end_and_budget_are_looked_at(plan):
    """Other stock than today's, other than the plan's, and a budget made smaller."""
    for year in (2020, 2023):
        changed = plan.years.copy()
        at = (changed["resource"] == "public_beds") & (changed["year"] == year)
        changed.loc[changed.index[at][0], "stock"] += 1
        lines = al.audit(REGION, POLICY, replace(plan, years=changed)).set_index("rule")
        assert lines.at["PHYSICAL.years, start and end", "met"] == False  # noqa: E712
    told = {**plan.provenance["years"], "budget_per_year": [1.0, 200.0, 150.0]}
    poorer = replace(plan, provenance={**plan.provenance, "years": told})
    lines = al.audit(REGION, POLICY, poorer).set_index("rule")
    assert lines.at["budget 2021", "met"] == False  # noqa: E712


def test_a_plan_that_does_not_say_over_which_years_is_not_evaluated(plan):
    """plan.json is lost."""
    lost = replace(plan, provenance={})
    lines = al.audit(REGION, POLICY, lost).set_index("rule")
    assert not lines.at["PHYSICAL.years", "evaluated"]


def test_a_plan_of_one_date_has_no_such_lines():
    """Without years nothing changes."""
    plain = al.plan(REGION, POLICY)
    assert plain.years.empty
    assert plain.year_rules.empty
    assert "year" not in plain.facilities.columns
    assert not plain.compliance["rule"].str.contains("years|budget").any()


def test_a_disagreement_stops_the_plan(monkeypatch):
    """What the audit denies is a defect, never a result."""
    from allocator.planning.years import beginnings

    monkeypatch.setattr(beginnings.Course, "leave", lambda self, number: 0)
    with pytest.raises(SolverError, match="left"):
        al.plan(REGION, POLICY, years=YEARS)
