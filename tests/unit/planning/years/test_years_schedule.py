"""In which order the years are decided, and what Ctrl-C leaves of them."""

from dataclasses import replace

import pytest
from builders import rule, site, small_policy, small_region

import allocator as al
from allocator.horizon import Years
from allocator.lp.solvers import run
from allocator.lp.status import Status

REGION = small_region(
    sites=[
        site("s0", "ems_station", 0.5, 0.5),
        *(site(f"s{k}", "ems_station", k + 0.5, 1.5, status="candidate") for k in range(1, 4)),
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
    rule("count", id="stations", sites={"kinds": ["ems_station"]}, number=4),
)
TIGHT = Years(2021, 2023, (80.0, 100.0, 90.0), {"physicians": 0.1}, {"physicians": 4})
AMPLE = replace(TIGHT, budget_per_year=1e6)


def solves(monkeypatch, at=None, raises=True):
    """Count the solver's runs of the years; press Ctrl-C in one of them, after or before it."""
    seen = []

    def counted(problem, *given, **more):
        if not problem.name.startswith("years"):
            return run(problem, *given, **more)
        seen.append(problem)
        if len(seen) == at and raises:
            raise KeyboardInterrupt
        outcome = run(problem, *given, **more)
        return (
            replace(outcome, status=Status.FEASIBLE, interrupted=True)
            if len(seen) == at
            else outcome
        )

    monkeypatch.setattr("allocator.lp.program.run", counted)
    return seen


def test_money_is_asked_about_only_where_it_does_not_suffice(monkeypatch):
    """With ample money nothing is solved twice, and it is as without any limit."""
    seen = solves(monkeypatch)
    plans = [al.plan(REGION, POLICY, years=years) for years in
             (AMPLE, replace(TIGHT, budget_per_year=None))]  # fmt: skip
    assert plans[0].years.equals(plans[1].years)
    free = len(seen) // 2
    assert len(seen) == 2 * free
    al.plan(REGION, POLICY, years=TIGHT)
    assert len(seen) > 3 * free


def test_every_stage_is_told_once_and_proven():
    """All parts together, each strength and how early."""
    for years, tiers in (
        (TIGHT, ["must", "target", "wish", "earliest"]),
        (replace(TIGHT, shortfall="even"),
         ["must, worst unit", "must", "target, worst unit", "target", "wish, worst unit", "wish",
          "earliest"]),
    ):  # fmt: skip
        plan = al.plan(REGION, POLICY, years=years)
        of_years = plan.tiers[plan.tiers["block"] == "years"]
        assert of_years["tier"].tolist() == tiers
        assert of_years["status"].eq("optimal").all()
        assert (of_years["gap"] <= 1e-3).all()


@pytest.mark.parametrize("raises", [True, False], ids=["between", "within"])
@pytest.mark.parametrize("years", [AMPLE, TIGHT], ids=["ample", "tight"])
def test_ctrl_c_at_any_solve_leaves_a_plan(monkeypatch, years, raises):
    """The best timetable so far, or the plan alone, which says that it is not known when."""
    told = set()
    at = -2
    while True:
        at += 3
        with monkeypatch.context() as patch:
            seen = solves(patch, at, raises)
            plan = al.plan(REGION, POLICY, years=years)
        if len(seen) < at:
            break
        assert plan.interrupted
        assert plan.status is Status.FEASIBLE
        assert not raises or not plan.reproducible
        told.add(plan.years.empty)
        if plan.years.empty:
            assert any("before it was known when" in n for n in plan.provenance["notes"])
            assert plan.year_rules.empty
        else:
            spent = plan.years.groupby("year")["spent"].sum()
            assert all(spent[year] <= years.budget(year) for year in years.all)
            again = al.audit(REGION, POLICY, plan)
            assert again["met"].tolist() == plan.compliance["met"].tolist()
    assert not plan.interrupted
    assert False in told
    assert (True in told) == (raises or years is TIGHT)


def test_ctrl_c_while_the_rules_are_looked_at_by_year_leaves_the_timetable(monkeypatch):
    """Stock by year is there, rules by year are not, and the plan says so."""

    def pressed(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr("allocator.planning.years.carrying_out.audit_lines", pressed)
    plan = al.plan(REGION, POLICY, years=TIGHT)
    assert plan.interrupted
    assert plan.year_rules.empty
    assert len(plan.years)
    assert any("year by year" in note for note in plan.provenance["notes"])


def test_trainees_come_evenly_where_money_lets_them():
    """Nine in three years: three each; late where the first year has no money."""
    region = small_region(stock={("R", "physicians"): 5}, costs={"gp_trainees": 1})
    inflow = rule("inflow", id="trainees", resource="gp_trainees", number=3, each="year", years=3)
    for budget, by_year in ((None, [3, 6, 9]), ((0.0, 6.0, 9.0), [0, 6, 9])):
        plan = al.plan(region, small_policy(inflow), years=Years(2021, 2023, budget))
        rows = plan.years[plan.years["resource"] == "gp_trainees"].groupby("year")["stock"].sum()
        assert rows.loc[2021:].tolist() == by_year
