"""What must hold of policies and plans: invariants 20-23 and 26-28 of the domain reference.

Each is named in the docstrings of its tests. Those here are over random policies and regions; the
others stand where their subject is:

20 duals and prices: here; ``test_marginals`` (100 degenerate programs, one more and one less)
21 violation: here; ``test_rules`` (closed form of every kind, binding and broken by construction),
   ``test_explanation`` (clashes), ``test_oracles`` (least violation by tiers)
22 whole numbers: here; ``test_rounding`` and ``test_planning_apportionment`` (the methods alone)
23 inequality: here; ``test_inequality`` (the measures alone), ``test_fairness`` (as rules)
26 relaxing, dropping, redundancy, order: ``test_plan``, ``test_audit``
27 round trip through the files: here; ``test_round_trip`` (the example regions, every form)
28 pass, fail and slack: here; ``test_audit`` (every kind, also of plans made by hand)

Not asserted, since they are false: that Hamilton is house-monotone, that optimal sites are nested
or stay under permutation, that coverage is concave in p, that mean distance falls when coverage
rises, that one per 30,000 in total is one per 30,000 in every county.
"""

import tempfile
from fractions import Fraction
from math import ceil, floor, inf
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from builders import rule, small_policy, small_region
from hypothesis import assume, example, given
from hypothesis import strategies as st
from planned import amounts, line, misses, planned
from planning_oracles import cheapest_stocks, readings, site_cost
from scipy.optimize import linprog
from scipy.sparse import csr_array
from strategies import ANY_READINGS, KIND, OTHER_KIND, any_rules, regions, some, stock_rules

from allocator.auditing.compliance import audit
from allocator.errors import InfeasibleError
from allocator.files.exporting import export
from allocator.files.reading import read_plan
from allocator.lp.incremental import GrowingLp
from allocator.lp.solvers import SolverSettings
from allocator.lp.status import Status
from allocator.plan_tables import Tally
from allocator.planning.controlled_rounding import controlled_rounding
from allocator.scenarios.exit_codes import ExitCode

UNITS = {"R": ("city", ""), "A": ("district", "R"), "B": ("county", "R"), "C": ("county", "R")}
EXACT = SolverSettings(gap=0.0)
STEP = 1e-3

# ---------------------------------------------------------------- 20: duals and prices


@st.composite
def programs(draw):
    """Cost, matrix, lower and upper sides of rows over columns in [0, 9]; some rows twice."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    cost = [draw(st.integers(-3, 9)) for _ in range(n)]
    rows = [[draw(st.integers(-1, 4)) for _ in range(n)] for _ in range(m)]
    sides = [
        draw(st.sampled_from([(k, inf), (-inf, k), (k, k), (k, k + 3)]))
        for k in (draw(st.integers(0, 15)) for _ in range(m))
    ]
    if draw(st.booleans()):
        rows, sides = [*rows, rows[0]], [*sides, sides[0]]
    lower, upper = np.array(sides, dtype=float).T
    return np.array(cost, dtype=float), np.array(rows, dtype=float), lower, upper


def value(cost, matrix, lower, upper):
    """The least cost by scipy; infinite where nothing is possible."""
    above, below = np.isfinite(lower), np.isfinite(upper)
    found = linprog(
        cost, A_ub=np.vstack([-matrix[above], matrix[below]]),
        b_ub=np.concatenate([-lower[above], upper[below]]), bounds=(0, 9),
    )  # fmt: skip
    return found.fun if found.status == 0 else inf


@given(program=programs())
def test_duals_have_their_sign_and_lie_between_the_one_sided_differences(program):
    """Invariant 20: signs, complementary slackness, strong duality, differences of both sides.

    A dual >= 0 is that of a floor, one <= 0 that of a ceiling. Where a step makes the program
    impossible its side is infinite.
    """
    cost, matrix, lower, upper = program
    growing = GrowingLp(cost, np.zeros(len(cost)), np.full(len(cost), 9.0))
    growing.add_rows(lower, upper, csr_array(matrix))
    ours, base = growing.solve(), value(*program)
    assert (ours.status is Status.OPTIMAL) == np.isfinite(base)
    assume(np.isfinite(base))
    assert ours.objective == pytest.approx(base, abs=1e-6)
    activity = matrix @ ours.values
    held = np.where(ours.duals > 0, lower, upper)
    for dual, at, low, high in zip(ours.duals, activity, lower, upper, strict=True):
        if dual > 1e-7:
            assert at == pytest.approx(low, abs=1e-6)
        if dual < -1e-7:
            assert at == pytest.approx(high, abs=1e-6)
    paid = np.where(np.abs(ours.duals) > 1e-7, ours.duals * np.nan_to_num(held, posinf=0), 0).sum()
    reduced = cost - ours.duals @ matrix
    assert paid + 9 * np.minimum(reduced, 0).sum() == pytest.approx(base, abs=1e-5)
    for i, dual in enumerate(ours.duals):
        step = STEP * (np.arange(len(lower)) == i)
        right = (value(cost, matrix, lower + step, upper + step) - base) / STEP
        left = (base - value(cost, matrix, lower - step, upper - step)) / STEP
        assert left - 1e-5 <= dual <= right + 1e-5


@st.composite
def priced(draw):
    """A region whose stock is known and priced, and rules with a number on it."""
    stocked = ("physicians", "nurses", "public_beds", "rehab_beds")
    region = small_region(
        people=[1000, 1000, 1000], units=UNITS,
        stock={("R", name): draw(st.integers(0, 9)) for name in stocked},
        costs={name: draw(st.integers(0, 5)) for name in stocked},
    )  # fmt: skip
    rules = [
        rule(
            "total", id=f"T{k}", resources=draw(st.sampled_from([[s] for s in stocked])),
            number=draw(st.integers(1, 20)), sense=draw(st.sampled_from([">=", ">=", "<=", "=="])),
            strength=draw(st.sampled_from(["must", "target"])),
        )
        for k in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    if draw(st.booleans()):
        pairs = [{"resource": "nurses", "base": "public_beds"}]
        rules.append(rule("ratio", id="staff", pairs=pairs, number=draw(st.integers(1, 2))))
    return region, rules


@some
@given(case=priced(), data=st.data())
def test_prices_are_what_planning_again_with_one_more_or_less_costs(case, data):
    """Invariant 20: the told effect of a figure is the difference of two plans; 0 with slack,
    never below 0 where a rule gets harder. Beds are not kept for their own sake: that is a tier
    before the cost, so that a harder rule may cost less.
    """
    region, rules = case
    free = {"existing_beds": "release"}
    plan = planned(region, *rules, solver=EXACT, assume=free)
    told = plan.marginals[
        (plan.marginals["rule"] == "objective") & plan.marginals["area"].eq("all")
    ]
    totals = {made.id: made for made in rules if made.kind == "total"}
    for _, row in told[told["asked"].isin(totals)].iterrows():
        made = totals[row["asked"]]
        if made.sense != "==" and line(plan, made.id).slack >= 1:
            assert row["effect"] == 0
        assert row["effect"] * row["step"] * {">=": 1, "<=": -1, "==": 0}[made.sense] >= 0
    rows = told[told["asked"].isin(totals)].to_dict("records")
    assume(rows)
    row = data.draw(st.sampled_from(rows))
    made = totals[row["asked"]]
    moved = made.model_copy(update={"number": made.number + int(row["step"])})
    others = [moved if r is made else r for r in rules]
    again = planned(region, *others, solver=EXACT, assume=free)
    cost = again.objective_value - plan.objective_value
    assert row["effect"] == pytest.approx(cost, abs=1e-6)


# ---------------------------------------------------------------- 21: violation


@some
@given(region=regions(stocked=True), rules=stock_rules(), cap=st.sampled_from([None, 0.0, 3.0]))
def test_nothing_gives_way_exactly_if_all_rules_can_hold(region, rules, cap):
    """Invariant 21: misses are 0 iff the rules as hard rows are feasible; then the cost is theirs.

    The hard program knows nothing of misses, tiers or strengths.
    """
    plan = planned(region, *rules, assume={} if cap is None else {"staff_inflow_cap": cap})
    opened = [s for _, s in region.sites.table.iterrows() if s["status"] != "candidate"]
    hard = cheapest_stocks(region, rules, opened, readings(staff_inflow_cap=cap))
    assert (sum(misses(plan)) < 1e-6) == (hard is not None)
    if hard is not None:
        sites = sum(site_cost(region, s, True) for s in opened if s["status"] == "required")
        assert plan.objective_value == pytest.approx(hard + sites, rel=3e-4, abs=2e-5)
        assert plan.conflicts.empty


@some
@given(
    need=st.integers(1, 500), today=st.integers(0, 500), hires=st.integers(0, 100),
    people=st.lists(st.integers(1, 900), min_size=3, max_size=3),
)  # fmt: skip
def test_the_least_violation_of_one_row_is_need_less_supply(need, today, hires, people):
    """Invariant 21, in closed form: what lacks after every hire, as a share of what is asked."""
    region = small_region(people=people, units=UNITS, stock={("R", "physicians"): today})
    made = rule("total", id="X", resources=["physicians"], number=need)
    plan = planned(region, made, assume={"staff_inflow_cap": float(hires)})
    lack = max(0, need - today - hires)
    assert sum(misses(plan)) == pytest.approx(lack / need, abs=1e-6)
    assert line(plan, "X").slack == (-lack if lack else line(plan, "X").achieved - need)


# ---------------------------------------------------------------- 22: whole numbers


@some
@given(
    people=st.lists(st.integers(0, 9_999), min_size=3, max_size=3).filter(any),
    rate=st.sampled_from(["2.45", "5.75", "1/3", "4.5"]), more=st.integers(1, 5),
)  # fmt: skip
def test_a_plan_splits_its_total_exactly(people, rate, more):
    """Invariant 22: totals kept; Hamilton within floor and ceiling; Webster house-monotone;
    the sum of ceilings at least the ceiling of the sum.

    That Hamilton is house-monotone is false (6 : 6 : 2 of 10 and 11) and not asserted.
    """
    region = small_region(people=people, units=UNITS)
    asked = rule("quota", id="Q", resources=["public_beds"], number=rate, sense="==")
    total = ceil(asked.number * sum(people) / 1000)

    def split(**how):
        found = amounts(planned(region, asked, assume=how), "public_beds")
        assert sum(found[u] for u in "ABC") == found["R"]
        return found

    hamilton = split(apportionment="hamilton")
    assert hamilton["R"] == total
    for unit, n in zip("ABC", people, strict=True):
        quota = Fraction(total * n, sum(people))
        assert floor(quota) <= hamilton[unit] <= ceil(quota)
    house = rule("total", id="T", resources=["public_beds"], number=total + more, sense="==")
    larger = amounts(planned(region, house), "public_beds")
    webster = split()
    assert webster["R"] == total
    assert all(webster[u] <= larger[u] for u in "ABC")
    ceilings = split(rounding="per_unit")
    assert [ceilings[u] for u in "ABC"] == [ceil(asked.number * n / 1000) for n in people]
    assert ceilings["R"] >= total


@some
@given(
    people=st.tuples(*[st.integers(1, 19)] * 3), public=st.integers(1, 9), private=st.integers(1, 9)
)
@example(people=(4, 16, 1), public=7, private=7)  # Webster of each by itself: 1, 6, 0
def test_controlled_rounding_keeps_both_margins_of_a_plan(people, public, private):
    """Invariant 22: public and private beds by county; no cell moves by one or more, and the table
    is the nearest of all such.
    """
    region = small_region(people=[100 * n for n in people], units=UNITS)
    totals = {"public_beds": public, "private_beds": private, "all_beds": public + private}
    rules = [rule("total", id=r, resources=[r], number=n, sense="==") for r, n in totals.items()]
    plan = planned(region, *rules, assume={"apportionment": "controlled"})
    found = {resource: amounts(plan, resource) for resource in totals}
    for resource, number in totals.items():
        assert found[resource]["R"] == sum(found[resource][u] for u in "ABC") == number
        for unit, n in zip("ABC", people, strict=True):
            assert abs(found[resource][unit] - Fraction(number * n, sum(people))) < 1
    exact = [[Fraction(n * total, sum(people)) for total in (public, private)] for n in people]
    cells = [[found["public_beds"][u], found["private_beds"][u]] for u in "ABC"]
    assert cells == controlled_rounding(exact)


# ---------------------------------------------------------------- 23: inequality


@some
@given(
    thousands=st.lists(st.integers(1, 9), min_size=3, max_size=3), rate=st.integers(1, 9),
    have=st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any), factor=st.integers(2, 5),
)  # fmt: skip
def test_an_even_plan_has_no_inequality_and_scale_does_not_matter(thousands, rate, have, factor):
    """Invariant 23, in the table of a plan: 0 at the same rate everywhere; the same for k-fold
    people and stock.
    """

    def table(times):
        stock = {(u, "physicians"): n * times for u, n in zip("ABC", have, strict=True)}
        people = [1000 * n * times for n in thousands]
        region = small_region(people=people, units=UNITS, stock=stock)
        each = rule("quota", id="Q", resources=["physicians"], number=max(rate, *have),
                    level=["district", "county"])  # fmt: skip
        return planned(region, each).fairness.set_index(["figure", "when"]).loc["physicians"]

    once, many = table(1), table(factor)
    measures = ["gini", "theil", "atkinson"]
    assert once.loc["plan", [*measures, "range", "mean_deviation"]].tolist() == pytest.approx(
        [0] * 5, abs=1e-12
    )
    assert many.loc["today", measures].tolist() == pytest.approx(
        once.loc["today", measures].tolist(), abs=1e-12
    )


# ---------------------------------------------------------------- 27, 28: what is told is what is

REGIONS = regions(kinds=(KIND, OTHER_KIND), stocked=True)
BUDGETS = st.sampled_from([None, None, 25.0])


def made(region, rules, how, budget):
    """A plan of any policy; hypothesis draws another where the money does not suffice."""
    try:
        return planned(region, *rules, assume=how, budget=budget)
    except InfeasibleError:
        assume(False)
        raise


@some
@given(region=REGIONS, rules=any_rules(), how=ANY_READINGS, budget=BUDGETS)
def test_the_written_plan_audited_again_says_the_same(region, rules, how, budget):
    """Invariant 27: from the files alone every line has the same verdict, figures and slack, and
    the totals are those of the tables.
    """
    plan = made(region, rules, how, budget)
    with tempfile.TemporaryDirectory() as folder:
        export(plan, Path(folder) / "plan")
        read = read_plan(Path(folder) / "plan")
    again = audit(region, small_policy(*rules), read)
    for name in ("rule", "area", "strength", "evaluated", "met", "binding", "branch", "basis"):
        assert again[name].fillna("").tolist() == plan.compliance[name].fillna("").tolist(), name
    for name in ("required", "required_upper", "achieved", "slack"):
        told, found = (t[name].astype(float).to_numpy() for t in (plan.compliance, again))
        np.testing.assert_allclose(found, told, rtol=1e-9, atol=1e-9, err_msg=name)
    for resource in dict.fromkeys(read.units["resource"]):
        found = amounts(read, resource)
        total = sum(found[u] for u in region.units.planning)
        assert found[region.units.root] == pytest.approx(total)
    assert read.facilities["cost"].sum() <= read.objective_value * (1 + 1e-6) + 1e-6
    assert read.objective_value == pytest.approx(plan.objective_value)


@some
@given(region=REGIONS, rules=any_rules(), how=ANY_READINGS, budget=BUDGETS)
def test_a_verdict_is_the_sign_of_its_slack(region, rules, how, budget):
    """Invariant 28: met iff slack >= 0, binding iff slack is 0 within the tolerance; a plan that
    breaks a must never passes for one that meets them, whatever the status of its optimum.
    """
    plan = made(region, rules, how, budget)
    lines = plan.compliance
    asked = lines[lines["evaluated"].astype(bool)]
    for _, one in asked.iterrows():
        if pd.isna(one["slack"]):
            assert not one["met"]
            continue
        assert bool(one["met"]) == (one["slack"] >= 0)
        limits = [abs(x) for x in (one["required"], one["required_upper"]) if not pd.isna(x)]
        near = 1e-6 * max([1.0, *limits])
        if abs(one["slack"]) > near:
            assert not one["binding"]
        elif one["slack"] == 0 and limits and not one["rule"].startswith("PHYSICAL"):
            assert one["binding"]
    assert (
        lines.loc[~lines["evaluated"].astype(bool), ["met", "achieved", "slack"]]
        .isna()
        .all(axis=None)
    )
    musts = asked[(asked["strength"] == "must") & (asked["area"] == "all")]
    held = bool(musts["met"].astype(bool).all())
    assert plan.meets_musts == held
    assert (ExitCode.of_tally(Tally.of(lines)) is ExitCode.DONE) == held
    assert (misses(plan)[0] < 1e-4) or not held
