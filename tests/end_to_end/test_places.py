"""Four real places from one scenario file each: people, roads, sites, rules, plan, audit.

The data of three of them are no part of the project: these run where a copy lies beside it, in
``../shared/data`` (see each ``tests/places/*/region.toml`` for sources and licences).
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from planned import line
from road_builders import DATA

from allocator.auditing.compliance import audit
from allocator.lp.status import Status
from allocator.scenarios.reading import read_scenario
from allocator.scenarios.running import load, run

ROOT = Path(__file__).resolve().parents[2]
PLACES = ROOT / "tests" / "places"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no copy of the data at {DATA}")


def planned_and_audited(path):
    """The plan of a scenario file; the audit says the same of it, and it is proven."""
    scenario = read_scenario(path)
    plan = run(scenario)
    region, policy, assumptions = load(scenario)
    lines = audit(region, policy, plan, assumptions=assumptions, travel=scenario.read_travel())
    columns = ["rule", "area", "required", "achieved", "met"]
    assert lines[columns].equals(plan.compliance[columns])
    assert plan.status is Status.OPTIMAL
    return plan


def people_within(plan, rule):
    """Share of the people that a rule's open sites reach."""
    found = line(plan, rule)
    return found.achieved / plan.cells["people"].sum()


@needs_data
@pytest.mark.parametrize(
    ("place", "people", "posts"), [("porto_alegre", 812_935, 14), ("sao_paulo", 517_570, 5)]
)
def test_a_city_by_its_roads(place, people, posts):
    """On foot, by car and in km along the streets; every must rule holds at the least cost."""
    plan = planned_and_audited(PLACES / place / "scenario.toml")
    assert plan.cells["people"].sum() == people
    assert plan.compliance.loc[plan.compliance["strength"] == "must", "met"].all()
    open_now = plan.facilities[plan.facilities["status"] != "closed"]
    assert (open_now["kind"] == "ems_station").sum() == posts
    assert people_within(plan, "W15") >= 0.8
    assert people_within(plan, "R1000") >= 0.75
    assert 8.5 < line(plan, "AM").achieved <= 9
    travel = plan.provenance["travel"]
    assert [travel[mode]["source"] for mode in ("walk", "drive", "ambulance", "km")] == [
        "roads"
    ] * 4
    assert travel["walk"]["roads"]["mode"] == "walk"
    assert travel["ambulance"]["direction"] == "from site"
    named = {s["file"]: s["note"] for s in plan.provenance["sources"]}
    assert "roads for walk, drive, ambulance" in named.values()


@needs_data
@pytest.mark.slow
def test_islands():
    """Comoros: who is near a hospital, who is off the roads, and what gives way for whom."""
    plan = planned_and_audited(PLACES / "comoros" / "scenario.toml")
    assert people_within(plan, "H35") == pytest.approx(0.4631, abs=1e-4)
    assert line(plan, "C60").met
    assert not line(plan, "A30").met
    assert line(plan, "A30", "mwali").met
    assert line(plan, "A30", "nzwani").met
    assert "people whom no site can reach are not in the mean" in line(plan, "AM").note
    notes = "\n".join(plan.provenance["notes"])
    assert "farther than 2000 m from any road" in notes
    assert "row 20 (Nkangani Postes de Santé)" in notes


def test_a_county_by_streets_made_on_the_users_machine(tmp_path):
    """Alachua: the commands that the scenario file names, in a copy of the project's folders."""
    project = tmp_path / "project"
    for folder in ("data/alachua", "examples/alachua_roads"):
        shutil.copytree(ROOT / folder, project / folder)
    script = project / "data" / "alachua" / "roads.py"
    made = tmp_path / "alachua_roads.graphml"
    subprocess.run([sys.executable, script, "--out", made], check=True, capture_output=True)
    plan = planned_and_audited(project / "examples" / "alachua_roads" / "scenario.toml")
    assert line(plan, "A2").achieved == 253_386
    assert "3,195 people are out of reach of every site" in line(plan, "A2").note
    assert 7 < line(plan, "A4").achieved < 8  # minutes of others are as cheap
    assert plan.provenance["travel"]["drive"]["source"] == "straight line"
    assert plan.objective_value == 14_000_000
