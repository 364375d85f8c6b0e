"""Jiaxing from 2021 to 2025: what opens when, who is hired when, and what the last year lacks."""

from pathlib import Path

import pytest

import allocator as al
from allocator.plans import Plan
from allocator.scenarios import load, read_scenario, run

pytestmark = pytest.mark.slow

SCENARIO = read_scenario(
    Path(__file__).resolve().parents[2] / "data" / "jiaxing" / "scenario-years.toml"
)


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Plan the scenario that comes with the region."""
    return run(SCENARIO)


def test_the_audit_agrees_with_every_line(plan: Plan) -> None:
    """Of the last year as it is reached, and of the years before."""
    region, policy, _ = load(SCENARIO)
    again = al.audit(region, policy, plan)
    assert again["rule"].tolist() == plan.compliance["rule"].tolist()
    assert again["met"].fillna("").tolist() == plan.compliance["met"].fillna("").tolist()
    physical = again[again["rule"].str.startswith("PHYSICAL")]
    assert physical["met"].eq(True).all()


def test_no_year_costs_more_than_it_may(plan: Plan) -> None:
    """Sites, beds and vehicles when they come, posts beyond today's in every year."""
    spent = plan.years.groupby("year")["spent"].sum()
    assert spent[2020] == 0
    assert (spent.loc[2021:] <= 3_000_000_000 * (1 + 1e-6)).all()
    assert spent.sum() > 5_000_000_000


def test_staff_cannot_grow_as_fast_as_the_targets_ask(plan: Plan) -> None:
    """10,778 more physicians and 13,316 more nurses in five years (K09) are not to be had."""
    lines = plan.compliance[plan.compliance["area"] == "all"].set_index("rule")
    for rule, resource, most in (("J041", "physicians", 1500), ("J043", "nurses", 2500)):
        assert not lines.at[rule, "met"]
        rows = plan.years[plan.years["resource"] == resource].groupby("year")[["stock", "added"]]
        by_year = rows.sum()
        assert by_year.at[2025, "stock"] == lines.at[rule, "achieved"]
        assert (by_year["added"] <= most + 1200).all()
    assert any("do not allow all" in note for note in plan.provenance["notes"])
