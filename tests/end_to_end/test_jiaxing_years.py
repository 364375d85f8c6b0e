"""Jiaxing from 2021 to 2025: what opens when, who is hired when, and what the last year lacks."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

import allocator as al
from allocator.plans import Plan
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import load, run

pytestmark = pytest.mark.slow

FILE = Path(__file__).resolve().parents[2] / "data" / "jiaxing" / "scenario-years.toml"
SCENARIO = read_scenario(FILE)


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


def test_every_stage_is_proven_to_a_hundredth(plan: Plan) -> None:
    """Musts, targets and wishes of the last year, and how early; whole persons cost the rest."""
    stages = plan.tiers[plan.tiers["block"] == "years"].set_index("tier")
    assert stages.index.tolist() == ["must", "target", "wish", "earliest"]
    assert stages["status"].isin(["optimal", "feasible"]).all()
    assert (stages["gap"] <= 0.01).all()
    assert stages.at["must", "objective"] == stages.at["wish", "objective"] == 0


def test_staff_grow_as_can_be_reckoned_by_hand(plan: Plan) -> None:
    """K09: s' = (1 - a) s + hires + trainees; in seven counties whole persons leave, +-0.5 each."""
    table = plan.years.groupby(["resource", "year"])[["stock", "added"]].sum()
    for resource, share, most in (("physicians", 0.03, 1500), ("nurses", 0.04, 2500)):
        there = table.at[(resource, 2020), "stock"]
        for year in range(2021, 2026):
            trainees = table.at[("gp_trainees", year), "added"] if resource == "physicians" else 0
            there = there * (1 - share) + most + trainees
        assert abs(table.at[(resource, 2025), "stock"] - there) <= 0.5 * 7 * 5
    trainees = table.loc["gp_trainees"]["added"]
    assert trainees.loc[2021:].between(190, 210).all()


def test_what_stands_and_is_wanted_is_there_in_every_year(plan: Plan) -> None:
    """No bed and nobody on the staff is given up to come again."""
    rows = plan.years.pivot_table("stock", ["resource", "unit"], "year")
    least = rows[[2020, 2025]].min(axis=1)
    staff = rows.index.get_level_values("resource").str.contains(
        "physicians|nurses|technicians|staff"
    )
    assert (rows[~staff].min(axis=1) >= least[~staff]).all()
    left = plan.years[plan.years["resource"].isin(["physicians", "nurses_2_general"])]
    before = left.groupby(["resource", "unit"])["stock"].shift()
    natural = (before * 0.03 + 0.5).apply(lambda x: x // 1)
    later = left["year"] > 2020
    assert (left["left"][later] == natural[later]).all()


def test_ctrl_c_once_it_is_known_when_leaves_the_years(tmp_path: Path) -> None:
    """A signal to the command: 130, and the plan is written with its stock by year."""
    command = [sys.executable, "-m", "allocator", "plan", str(FILE), "--out", str(tmp_path / "out")]
    with subprocess.Popen(
        [*command, "--no-map"], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "years: rules by year" in line:
                running.send_signal(signal.SIGINT)
                break
        running.communicate(timeout=300)
    assert running.returncode == 130
    plan = al.read_plan(tmp_path / "out")
    assert plan.interrupted
    assert any("interrupted before" in note for note in plan.provenance["notes"])
    assert plan.years["year"].max() == 2025
