"""What is solved apart, in which order, and what an interrupt leaves."""

import pytest
from builders import rule, site, small_policy, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import EMS, POSTS, amount, line, misses, open_ids, planned, statuses

from allocator.assumptions import Assumptions
from allocator.lp.solvers import SolverSettings, run
from allocator.lp.status import Status
from allocator.planning.case import Case
from allocator.planning.families import closable, networks
from allocator.planning.optimisation import plan
from allocator.plans import Plan

FLEET = rule("quota", id="fleet", resources=["ambulances"], number=1)
STATIONS = rule("count", id="stations", sites=EMS, number=2)
CLINICS = rule("count", id="clinics", sites=POSTS, number=1)
BOTH_KINDS = rule(
    "coverage", id="near", sites={"kinds": ["ems_station", "health_station"]}, within_km=3
)


def region(**more):
    """Three stations and three clinics to choose from."""
    sites = [site(f"s{k}", x_km=k + 0.5, status="candidate") for k in range(3)]
    sites += [site(f"c{k}", "health_station", x_km=k + 0.5, status="candidate") for k in range(3)]
    return small_region(sites=sites, costs={"ems_station": 10, "health_station": 4}, **more)


def blocks(plan: Plan) -> list[str]:
    return list(dict.fromkeys(plan.tiers["block"]))


# ---------------------------------------------------------------- blocks


def test_kinds_that_no_rule_couples_are_solved_apart():
    """Stations and clinics have a block each, beds, staff and vehicles come last."""
    plan = planned(region(), STATIONS, CLINICS, FLEET)
    assert blocks(plan) == ["ems station", "health station", "beds, staff, vehicles"]


def test_a_rule_on_two_kinds_couples_them():
    """A rule that speaks of both kinds makes one block of them, whatever the order of rules."""
    for rules in ([STATIONS, CLINICS, BOTH_KINDS], [BOTH_KINDS, CLINICS, STATIONS]):
        plan = planned(region(), *rules)
        assert blocks(plan) == ["ems station + health station", "beds, staff, vehicles"]


def test_a_budget_couples_everything():
    """One block under a budget, and the provenance says so."""
    plan = planned(region(), STATIONS, CLINICS, FLEET, budget=100.0)
    assert blocks(plan) == ["everything"]
    assert any("solved together" in note for note in plan.provenance["notes"])
    assert plan.provenance["budget"] == 100


def test_rules_for_information_couple_nothing():
    """A rule that is only reported does not join two networks."""
    info = BOTH_KINDS.model_copy(update={"strength": "info"})
    assert blocks(planned(region(), STATIONS, CLINICS, info))[:2] == [
        "ems station",
        "health station",
    ]


def test_networks_and_caps_of_a_policy():
    """Kinds that a rule couples are one network; caps are found in branches too."""
    branch = rule("count", id="roof", sites=POSTS, number=1, sense="<=")
    other = rule("count", id="none", sites=POSTS, number=0)
    either = rule(
        "either_or", id="E", branches=[b.model_dump(exclude_none=True) for b in (branch, other)]
    )
    rules = [STATIONS, CLINICS, either]
    case = Case(region(), small_policy(*rules), Assumptions())
    found = networks(rules, case)
    assert [set(kinds) for kinds, _ in found] == [{"ems_station"}, {"health_station"}]
    assert [r.id for r in found[1][1]] == ["clinics", "E"]
    kinds = case.region.sites.table["kind"]
    assert {kinds.iloc[j] for j in closable(rules, case)} == {"health_station"}


@pytest.mark.parametrize(
    ("made", "capped"),
    [({"sense": ">=", "number": 1}, False), ({"sense": "<=", "number": 1}, True),
     ({"sense": "==", "number": 1}, True), ({"sense": "band", "lower": 1, "upper": 2}, True)],
)  # fmt: skip
def test_only_rules_that_may_forbid_a_site_let_one_close(made, capped):
    """A floor never wants a site closed; ceilings, equalities and bands may."""
    rules = [rule("count", sites=EMS, **made)]
    case = Case(region(), small_policy(*rules), Assumptions())
    assert bool(closable(rules, case)) is capped


def test_only_sites_of_the_rule_s_own_filter_and_areas_may_close():
    """A cap on private ones in B lets neither public ones nor those of A close."""
    stations = [
        site("public", x_km=3.5, y_km=1.5), site("private", x_km=2.5, y_km=1.5, run_by="private"),
        site("far", run_by="private"),
    ]  # fmt: skip
    ground = small_region(sites=stations)
    filtered = {**EMS, "run_by": ["private"]}
    cap = rule("count", sites=filtered, number=0, sense="<=", level=["county"], up_to_people=9999)
    case = Case(ground, small_policy(cap), Assumptions())
    closing = {str(ground.sites.table.index[j]) for j in closable([cap], case)}
    assert closing == {"private"}
    nobody = cap.model_copy(update={"up_to_people": 10})
    assert not closable([nobody], case)


# ---------------------------------------------------------------- solvers


@pytest.mark.parametrize("name", ["highs", "PULP_CBC_CMD"])
def test_any_pulp_solver_plans_as_well(name):
    """Another solver by name finds plans of the same cost, cuts and all."""
    import pulp

    if name != "highs" and name not in pulp.listSolvers(onlyAvailable=True):
        name = "highs"
    mean = rule("mean_response", id="M", sites=EMS, minutes="7.5")
    plan = planned(region(), STATIONS, CLINICS, FLEET, mean, solver=SolverSettings(name=name))
    assert plan.objective_value == pytest.approx(24, rel=1e-3)
    assert plan.bound <= plan.objective_value + 1e-6
    assert plan.meets_musts
    assert plan.provenance["solver"]["name"] == name


def test_the_plan_names_its_inputs_and_versions():
    """Region, policy, versions, assumptions: what it takes to make the plan again."""
    plan = planned(region(), FLEET, assume={"detour": 1.4})
    assert (plan.region, plan.policy) == ("small", "small")
    assert set(plan.provenance["versions"]) == {"pulp", "highs"}
    table = plan.assumptions.set_index("name")
    assert table.loc["detour", "value"] == 1.4
    assert table.loc["detour", "changed"]
    assert table.index[0] == "staff_inflow_cap"
    assert not table["changed"].drop("detour").any()


def test_people_of_the_plan_are_those_that_the_policy_states():
    """A policy for 8,800 people plans for 8,800 where 4,400 live, unless an assumption does not."""
    stated = rule("parameter", id="N", number=8800, strength="info")
    assert amount(planned(region(), FLEET, stated), "ambulances") == 9
    as_today = planned(region(), FLEET, stated, assume={"population": "region"})
    assert amount(as_today, "ambulances") == 5


# ---------------------------------------------------------------- interrupts


@given(at=st.integers(1, 12))
def test_ctrl_c_at_any_solve_leaves_a_plan(at):
    """Pressed during the first, second ... solve: every table is there, and the label says so."""
    solves = []

    def pressed(*given, **more):
        solves.append(1)
        if len(solves) == at:
            raise KeyboardInterrupt
        return run(*given, **more)

    sites = [site(f"s{k}", x_km=k + 0.5) for k in range(3)]
    sites += [site("new", x_km=3.5, y_km=1.5, status="candidate"), site("c", "health_station")]
    standing = small_region(sites=sites, stock={("A", "ambulances"): 1, ("B", "ambulances"): 0})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("allocator.lp.program.run", pressed)
        plan = planned(standing, FLEET, rule("count", id="N", sites=EMS, number=4), CLINICS)
    assert plan.interrupted == (len(solves) >= at)
    assert {"s0", "s1", "s2"} <= open_ids(plan)
    assert set(plan.compliance["rule"]) >= {"fleet", "N", "clinics"}
    if plan.interrupted:
        assert plan.status is Status.FEASIBLE
        assert not plan.reproducible


def test_an_interrupt_in_the_first_block_leaves_the_rest_as_today(monkeypatch):
    """Stations were being placed: clinics stay as they are, vehicles are planned all the same."""
    solves = []

    def pressed(*given, **more):
        solves.append(1)
        if len(solves) == 1:
            raise KeyboardInterrupt
        return run(*given, **more)

    monkeypatch.setattr("allocator.lp.program.run", pressed)
    plan = planned(region(), STATIONS, CLINICS, FLEET)
    assert plan.interrupted
    assert statuses(plan) == {}
    assert amount(plan, "ambulances") == 5
    assert line(plan, "fleet").met
    assert not line(plan, "stations").met
    assert misses(plan)[0] == 0


def test_readings_may_be_given_by_name():
    """A mapping is as good as Assumptions, as it is for an audit."""
    policy = small_policy(STATIONS)
    named = plan(region(), policy, assumptions={"detour": 1.9}).assumptions.set_index("name")
    assert named.loc["detour", "value"] == 1.9
