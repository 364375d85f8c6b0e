"""What a plan says of its origin, and the programs it leaves behind."""

import pulp
from builders import rule, site, small_policy, small_region

from allocator.planning.optimisation import plan

POLICY = small_policy(
    rule("quota", id="Q", resources=["ambulances"], number=1, line=7, clause="每千人一辆"),
    rule("coverage", id="C", sites={"kinds": ["health_station"]}, within_km=2, group="urban"),
)


def region():
    return small_region(
        sites=[site("c", "health_station", 1.5, 0.5, status="candidate")],
        costs={"health_station": 3, "ambulances": 4},
    )


def test_every_rule_brings_its_clause():
    """A table can name the phrase and the line that a rule comes from."""
    told = plan(region(), POLICY).provenance
    assert told["rules"]["Q"]["clause"] == "每千人一辆"
    assert told["rules"]["Q"]["line"] == 7
    assert told["coverage_rules"]["C"]["within_km"] == 2.0
    assert told["coverage_rules"]["C"]["kinds"] == ["health_station"]


def test_cost_and_what_it_leaves_out():
    """The site costs 3; nobody counted ambulances, so the notes say that they are in no cost."""
    told = plan(region(), POLICY).provenance
    assert told["cost"] == 3.0
    assert any("ambulances" in note and "in no cost" in note for note in told["notes"])


def test_stock_of_a_unit_without_a_plan_is_named():
    """Stock of a town is used by nobody when counties are planned for: the notes say so."""
    units = {"R": ("city", ""), "A": ("county", "R"), "T": ("town", "A")}
    place = small_region(units=units, planning=["A"], stock={("T", "nurses"): 5})
    notes = plan(place, small_policy()).provenance["notes"]
    assert any("stock stated for T is not used" in note for note in notes)


def test_programs_are_written_for_other_solvers(tmp_path):
    """Each block's program is there as .lp and .mps, and PuLP reads and solves it."""
    plan(region(), POLICY, models=tmp_path)
    names = {f.name for f in tmp_path.iterdir()}
    assert names == {f"{b}{s}" for b in ("health-station", "beds-staff-vehicles")
                     for s in (".lp", ".mps")}  # fmt: skip
    _, problem = pulp.LpProblem.fromMPS(str(tmp_path / "health-station.mps"))
    problem.solve(pulp.HiGHS(msg=False))
    assert pulp.value(problem.objective) == 3.0
