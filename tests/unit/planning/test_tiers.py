"""Must before target before wish before what the planner wants."""

import math
from dataclasses import replace

import pytest
from builders import rule, site, small_region
from planned import EMS, amount, misses, open_ids, planned
from strategies import PRICES, UNITS

from allocator.errors import InfeasibleError
from allocator.lp.program import Program
from allocator.lp.solvers import SolverSettings, run
from allocator.lp.status import Status
from allocator.planning.tiers import Tiers


def beds(id, number, strength, sense=">="):
    return rule(
        "total", id=id, resources=["public_beds"], number=number, sense=sense, strength=strength
    )


@pytest.mark.parametrize(
    ("high", "low", "expected"),
    [("must", "target", 100), ("target", "wish", 100), ("must", "wish", 100), ("wish", "must", 40),
     ("target", "must", 40), ("wish", "target", 40)],
)  # fmt: skip
def test_the_stronger_of_two_contradicting_rules_holds(high, low, expected):
    """100 beds at least against 40 at most: the stronger rule is met in full."""
    plan = planned(small_region(), beds("floor", 100, high), beds("roof", 40, low, "<="))
    assert amount(plan, "public_beds") == expected


def test_a_weaker_rule_is_met_as_far_as_the_stronger_allows():
    """At most 40 must hold; 100 are a target: 40 it is, and 60 % of the target is missed."""
    plan = planned(small_region(), beds("roof", 40, "must", "<="), beds("floor", 100, "target"))
    assert amount(plan, "public_beds") == 40
    assert misses(plan) == pytest.approx((0, 0.6, 0))


def test_no_wish_is_worth_a_must():
    """A thousand wishes against one must: the must holds."""
    wishes = [beds(f"w{k}", 100 + k, "wish", "<=") for k in range(20)]
    plan = planned(small_region(), beds("m", 500, "must"), *wishes)
    assert amount(plan, "public_beds") == 500


def test_rules_for_information_ask_for_nothing():
    """A rule that is only reported changes neither plan nor tiers, but has its line."""
    plan = planned(small_region(), beds("m", 10, "must"), beds("i", 500, "info"))
    assert amount(plan, "public_beds") == 10
    assert misses(plan) == (0, 0, 0)
    assert "i" in set(plan.compliance["rule"])


def test_a_target_that_costs_nothing_is_met():
    """Where a must is missed for want of stations, free drivers are still found to the last one.

    HiGHS 1.15.1, started from the answer of the stage before, called five missing drivers optimal.
    """
    region = small_region(
        people=[100, 1238, 300, 100], x_km=[0, 0, 4.5, 0], y_km=[0, 0.5, 0, 1], units=UNITS,
        urban=[False, True, True, True], cell_units=["A", "A", "B", "C"],
        sites=[site("s0", x_km=0, y_km=0)],
        stock={("R", "public_beds"): 0, ("R", "physicians"): 0}, costs=PRICES,
    )  # fmt: skip
    rules = [
        rule("count", id="N", level=["district", "county"], number=3, sites=EMS),
        rule("served_band", id="band", level=["county"], lower=0, upper=1500, sites=EMS),
        rule("quota", id="fleet", resources=["ambulances"], number="2.45"),
        rule("ratio", id="D", strength="target", number=1,
             pairs=[{"resource": "ems_drivers", "base": "ambulances"}]),
        rule("share", id="S", number="0.4", part="negative_pressure_ambulances",
             whole="ambulances"),
    ]  # fmt: skip
    plan = planned(region, *rules, budget=54.0)
    assert misses(plan)[1] == pytest.approx(0, abs=1e-6)
    assert amount(plan, "ems_drivers") == 5


def test_every_stage_is_on_record_with_its_bound():
    """A line per tier that has rules and one for the objective, in order, bounds below."""
    plan = planned(
        small_region(), beds("m", 10, "must"), beds("w", 20, "wish"), beds("t", 15, "target")
    )
    assert plan.tiers["tier"].tolist() == ["must", "target", "wish", "objective"]
    assert (plan.tiers["bound"] <= plan.tiers["objective"] + 1e-9).all()
    assert (plan.tiers["gap"] <= 1e-4).all()
    assert (plan.tiers["status"] == "optimal").all()
    assert plan.status is Status.OPTIMAL


def test_a_plan_that_stopped_early_says_so(monkeypatch):
    """One solve that ended early with a bound of half: the plan is feasible, not optimal."""

    def stopped(*given, **more):
        outcome = run(*given, **more)
        return replace(outcome, status=Status.FEASIBLE, bound=outcome.bound / 2)

    region = small_region(stock={("R", "public_beds"): 0}, costs={"public_beds": 3})
    monkeypatch.setattr("allocator.lp.program.run", stopped)
    plan = planned(region, beds("m", 10, "must"))
    assert plan.status is Status.FEASIBLE
    assert (plan.objective_value, plan.bound, plan.gap) == pytest.approx((30, 15, 0.5))
    assert "feasible" in plan.summary()
    assert "gap 50.00%" in plan.summary()


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_an_interrupt_hands_out_the_best_so_far(monkeypatch, at):
    """Ctrl-C in the first, second ... solve of a block: a plan with all its tables, labelled."""
    solves = []

    def interrupted(*given, **more):
        solves.append(given)
        outcome = run(*given, **more)
        if len(solves) == at:
            return replace(outcome, status=Status.FEASIBLE, interrupted=True)
        return outcome

    region = small_region(stock={("R", "public_beds"): 0}, costs={"public_beds": 3})
    monkeypatch.setattr("allocator.lp.program.run", interrupted)
    plan = planned(region, beds("m", 10, "must"), beds("t", 20, "target"))
    assert len(solves) == at
    assert plan.interrupted
    assert plan.status is Status.FEASIBLE
    assert amount(plan, "public_beds") >= 10
    assert "interrupted" in plan.summary()
    assert plan.compliance["price"].isna().all()


# ---------------------------------------------------------------- stages of one program


def test_each_stage_is_held_while_the_next_is_solved():
    """x + y is least first; then x is least without losing that; then y cannot fall any more."""
    program = Program("stages")
    x, y = program.integer("x"), program.integer("y")
    program.require("r", [(1.0, x), (1.0, y)], ">=", 5)
    tiers = Tiers("block", program, SolverSettings())
    tiers.stage("objective", [(1.0, x), (1.0, y)])
    tiers.stage("second", [(1.0, x)])
    tiers.stage("third", [(1.0, y)], record=False)
    assert [tiers.solution.whole(v) for v in (x, y)] == [0, 5]
    assert [r.objective for r in tiers.records] == [5, 0]


def test_a_block_without_any_answer_gives_the_reason():
    """Contradicting physical rows are an error that names block and stage, never an empty plan."""
    program = Program("impossible")
    x = program.integer("x", 0, 1)
    program.require("r", [(1.0, x)], ">=", 2)
    with pytest.raises(InfeasibleError, match="block, tier must: the physical limits contradict"):
        Tiers("block", program, SolverSettings()).stage("must", [(1.0, x)])


def test_a_stage_without_answer_falls_back_to_the_one_before():
    """A later stage that finds nothing leaves the earlier answer, and a record that says so."""
    program = Program("fallback")
    x = program.integer("x", 0, 9)
    program.require("r", [(1.0, x)], ">=", 3)
    tiers = Tiers("block", program, SolverSettings())
    tiers.stage("must", [(1.0, x)])
    program.require("late", [(1.0, x)], ">=", 7)
    tiers.stage("target", [(1.0, x)])
    assert tiers.solution.whole(x) == 3
    assert tiers.records[-1].status is Status.INFEASIBLE
    assert math.isnan(tiers.records[-1].objective)


def test_progress_tells_block_tier_and_size():
    """Long work announces what it is at, with the numbers of rows and variables."""
    said = []
    planned(small_region(), beds("m", 10, "must"), progress=said.append)
    assert said[0].startswith("beds, staff, vehicles: must (")
    assert said[-1] == "recheck"
    assert open_ids(planned(small_region(), beds("m", 10, "must"))) == set()
