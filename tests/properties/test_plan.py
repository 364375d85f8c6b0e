"""Whole plans: what must hold whatever the region and the policy."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from builders import rule, small_policy, small_region
from hypothesis import assume, given
from hypothesis import strategies as st
from planned import amounts, misses, planned, same_tables
from planning_oracles import Score, better
from strategies import (
    ANY_READINGS,
    KIND,
    OTHER_KIND,
    any_rules,
    regions,
    site_rules,
    some,
    stock_rules,
)

from allocator.auditing.compliance import audit
from allocator.errors import InfeasibleError
from allocator.lp.solvers import SolverSettings
from allocator.plans import Plan
from allocator.region.ground import Region

EXACT = SolverSettings(gap=0.0)
PLENTY = 1e6
POLICIES = st.tuples(site_rules(), stock_rules()).map(lambda both: [*both[0], *both[1]])
REGIONS = regions(max_sites=5, stocked=True)


def together(region: Region, rules: list[Any], budget: float = PLENTY, **more: Any) -> Plan:
    """Plan all blocks as one program: then nothing hangs on which of equal sites were chosen."""
    return planned(region, *rules, budget=budget, solver=EXACT, **more)


def score(plan: Plan) -> Score:
    """Misses by tier, then the objective: what one plan may be worse in than another."""
    return (*misses(plan), plan.objective_value)


def not_worse(one: Plan, other: Plan) -> bool:
    """Whether the first plan is lexicographically as good as the second."""
    return not better(score(other), score(one))


def the_same(one: Plan, other: Plan) -> bool:
    return not_worse(one, other) and not_worse(other, one)


# ---------------------------------------------------------------- relaxing


def relaxed(draw: Any, made: Any) -> Any:
    """A weaker version of a rule: a lower floor, a higher ceiling, a wider reach, more minutes."""
    easier = draw(st.sampled_from(["1/2", "4/5"]))
    less, more = Fraction(easier), 1 / Fraction(easier)
    if made.kind == "coverage":
        if made.share < 1 and draw(st.booleans()):
            return made.model_copy(update={"share": made.share * less})
        return made.model_copy(update={"within_km": made.within_km * more})
    if made.kind == "mean_response":
        return made.model_copy(update={"minutes": made.minutes * more})
    if made.kind == "served_band":
        return made.model_copy(update={"upper": made.upper * more})
    if made.kind == "ratio":
        return made.model_copy(update={"number": made.number * less})
    if made.sense == "==":
        return made
    return made.model_copy(update={"number": made.number * (less if made.sense == ">=" else more)})


@some
@given(region=REGIONS, rules=POLICIES, data=st.data())
def test_a_weaker_rule_never_makes_a_worse_plan(region, rules, data):
    """Relax one rule: misses by tier and cost are no worse than before (invariant 26)."""
    k = data.draw(st.integers(0, len(rules) - 1))
    easier = [*rules[:k], relaxed(data.draw, rules[k]), *rules[k + 1 :]]
    assert not_worse(together(region, easier), together(region, rules))


@some
@given(region=REGIONS, rules=POLICIES, data=st.data())
def test_one_rule_less_never_makes_a_worse_plan(region, rules, data):
    """Drop a rule that caps nothing: the plan is no worse than before (invariant 26)."""
    floors = [
        r for r in rules
        if r.kind in {"coverage", "mean_response", "ratio"} or getattr(r, "sense", "") == ">="
    ]  # fmt: skip
    dropped = data.draw(st.sampled_from(floors))
    rest = [r for r in rules if r is not dropped]
    assume(rest)
    assert not_worse(together(region, rest), together(region, rules))


@some
@given(region=REGIONS, rules=POLICIES, budget=st.integers(0, 40), more=st.integers(1, 30))
def test_more_money_never_makes_a_worse_plan(region, rules, budget, more):
    """A larger budget never adds to the misses by tier (invariant 26)."""
    try:
        tight = together(region, rules, float(budget))
    except InfeasibleError:
        return
    loose = together(region, rules, float(budget + more))
    assert tight.objective_value <= budget + 1e-6
    assert not better((*misses(tight), 0.0), (*misses(loose), 0.0))


@some
@given(region=REGIONS, rules=POLICIES)
def test_more_hires_never_make_a_worse_plan(region, rules):
    """A higher cap on hiring, or none: misses by tier are no larger."""
    plans = [
        together(region, rules, assume={} if cap is None else {"staff_inflow_cap": cap})
        for cap in (0.0, 4.0, None)
    ]
    for tight, loose in pairwise(plans):
        assert not better((*misses(tight), 0.0), (*misses(loose), 0.0))


# ---------------------------------------------------------------- what may not matter


@some
@given(region=REGIONS, rules=POLICIES, data=st.data())
def test_the_order_of_units_sites_cells_and_rules_does_not_matter(region, rules, data):
    """Shuffle all that has an order: the score stays, whatever sites are chosen (invariant 26)."""

    def shuffled(items):
        return data.draw(st.permutations(list(items)))

    units, sites = region.units, region.sites
    mixed = replace(
        region,
        units=replace(
            units, table=gpd.GeoDataFrame(units.table.loc[shuffled(units.table.index)]),
            planning=tuple(shuffled(units.planning)),
        ),
        grid=replace(region.grid, table=region.grid.table.loc[shuffled(region.grid.table.index)]),
        sites=replace(sites, table=sites.table.loc[shuffled(sites.table.index)]),
    )  # fmt: skip
    assert the_same(together(mixed, shuffled(rules)), together(region, rules))


@some
@given(region=regions(), rules=site_rules(), data=st.data())
def test_the_order_does_not_matter_block_by_block(region, rules, data):
    """The same where networks are solved apart, without a budget."""
    table = region.sites.table
    mixed = replace(
        region,
        sites=replace(region.sites, table=table.loc[data.draw(st.permutations(list(table.index)))]),
    )
    other = planned(mixed, *data.draw(st.permutations(rules)), solver=EXACT)
    assert the_same(other, planned(region, *rules, solver=EXACT))


@some
@given(region=REGIONS, rules=POLICIES, factor=st.sampled_from([0.5, 3.0, 1000.0]))
def test_scaling_all_money_scales_the_cost_and_nothing_else(region, rules, factor):
    """Prices times k: the same misses at k times the cost."""
    costs, sites = region.costs.table, region.sites.table
    dearer = replace(
        region,
        costs=replace(region.costs, table=costs.assign(cost=costs["cost"] * factor)),
        sites=replace(
            region.sites,
            table=sites.assign(
                opening_cost=sites["opening_cost"] * factor,
                closing_cost=sites["closing_cost"] * factor,
            ),
        ),
    )
    plain, scaled = together(region, rules), together(dearer, rules, PLENTY * factor)
    assert misses(scaled) == pytest.approx(misses(plain), rel=1e-5, abs=1e-5)
    assert scaled.objective_value == pytest.approx(
        factor * plain.objective_value, rel=1e-5, abs=1e-4
    )


@some
@given(region=REGIONS, rules=POLICIES, budget=st.sampled_from([None, 30.0]))
def test_the_same_plan_twice(region, rules, budget):
    """The same input gives the same tables, cell by cell and site by site."""
    try:
        one = planned(region, *rules, budget=budget)
    except InfeasibleError:
        return
    same_tables(one, planned(region, *rules, budget=budget))


@some
@given(region=REGIONS, rules=POLICIES, budget=st.sampled_from([None, 40.0, PLENTY]))
def test_what_is_not_explained_is_planned_alike(region, rules, budget):
    """Without reasons and prices the same plan comes: they only look at it."""
    try:
        told = planned(region, *rules, budget=budget)
    except InfeasibleError:
        return
    plain = planned(region, *rules, budget=budget, explain=False)
    assert set(plain.conflicts["status"]) <= {""}
    assert plain.marginals.empty
    unpriced = told.compliance.assign(price=plain.compliance["price"])
    same_tables(
        replace(told, compliance=unpriced, conflicts=told.conflicts[:0],
                marginals=told.marginals[:0]),
        replace(plain, conflicts=told.conflicts[:0], marginals=told.marginals[:0]),
    )  # fmt: skip


@some
@given(region=REGIONS, rules=POLICIES, data=st.data())
def test_a_redundant_rule_changes_nothing(region, rules, data):
    """What a rule that holds implies is added: the same score (invariant 26)."""
    plain = together(region, rules)
    whole = plain.compliance[plain.compliance["area"] == "all"].set_index("rule")
    implied = [
        r for r in rules
        if whole.loc[r.id, "met"] is not None and bool(whole.loc[r.id, "met"])
        and (r.kind in {"coverage", "mean_response"} or getattr(r, "sense", "") == ">=")
    ]  # fmt: skip
    assume(implied)
    chosen = data.draw(st.sampled_from(implied))
    weaker = relaxed(data.draw, chosen).model_copy(update={"id": "weaker"})
    more = together(region, [*rules, weaker])
    assert the_same(more, plain)


@some
@given(region=REGIONS, rules=POLICIES)
def test_planning_changes_none_of_its_inputs(region, rules):
    """Region and rules are the same after planning as before."""
    frames = {
        "grid": region.grid.table, "sites": region.sites.table, "stock": region.stock.table,
        "costs": region.costs.table, "units": pd.DataFrame(region.units.table),
    }  # fmt: skip
    before = {name: frame.copy() for name, frame in frames.items()}
    texts = [r.model_dump_json() for r in rules]
    planned(region, *rules)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])
    assert [r.model_dump_json() for r in rules] == texts


# ---------------------------------------------------------------- whatever is asked


@given(
    region=regions(kinds=(KIND, OTHER_KIND), stocked=True),
    rules=any_rules(),
    readings=ANY_READINGS,
    wish=st.sampled_from(["cost", "change", "worst_county"]),
    budget=st.sampled_from([None, None, 0.0, 25.0]),
)
def test_no_policy_and_no_reading_sets_program_and_audit_at_odds(
    region, rules, readings, wish, budget
):
    """Every kind of rule in every form under every reading: a plan whose recheck agrees, or money
    that does not pay for what must be.
    """
    words = {"maximise": wish} if wish == "worst_county" else {"minimise": wish}
    try:
        plan = planned(region, *rules, assume=readings, budget=budget, **words)
    except InfeasibleError:
        assert budget is not None or any(r.kind == "budget" for r in rules)
        return
    again = audit(region, small_policy(*rules), plan)
    assert plan.compliance.drop(columns="price").equals(again.drop(columns="price"))
    assert plan.bound <= plan.objective_value + 1e-6 * max(1.0, abs(plan.objective_value))


# ---------------------------------------------------------------- physical truths


@some
@given(region=REGIONS, rules=POLICIES, cap=st.sampled_from([None, 2.0]))
def test_what_no_rule_may_bend_holds_in_every_plan(region, rules, cap):
    """Parts inside wholes, required sites open, stations with vehicles, hires within the cap."""
    plan = planned(region, *rules, assume={} if cap is None else {"staff_inflow_cap": cap})
    table = plan.units.pivot_table(index="resource", columns="unit", values="allocated")
    for part, parent in (("negative_pressure_ambulances", "ambulances"),):
        if part in table.index:
            assert (table.loc[part] <= table.loc[parent]).all()
    assert (table >= 0).all(axis=None)
    assert (table.round() == table).all(axis=None)
    listed = plan.facilities.set_index("id")
    sites = region.sites.table
    assert (listed.loc[sites.index[sites["status"] == "required"], "status"] == "new").all()
    assert set(sites.index[sites["status"] == "existing"]) <= set(listed.index)
    opened = listed[listed["status"] != "closed"]
    if "ambulances" in table.index:
        for unit in region.units.planning:
            here = opened["unit"].map(region.units.planning_unit_of) == unit
            assert here.sum() <= table.loc["ambulances", unit]
            if here.any():
                assert opened.loc[here, "ambulances"].sum() == table.loc["ambulances", unit]
                assert (opened.loc[here, "ambulances"] >= 1).all()
    have = plan.units[(plan.units["unit"] == "R") & plan.units["have"].notna()]
    if cap is not None:
        staff = have[have["resource"].isin(["physicians", "ems_drivers"])]
        assert (staff["allocated"] <= staff["have"] + cap).all()


def test_one_per_30_000_in_total_is_not_one_per_30_000_in_every_county():
    """A trap: the city rule met in total leaves a county below its own quotient."""
    fleet = rule("quota", id="fleet", resources=["ambulances"], number=1, per=1000)
    found = amounts(planned(small_region(people=[1001] * 3, urban=[True]), fleet), "ambulances")
    assert found["R"] == 4
    each = rule("quota", resources=["ambulances"], number=1, per=1000, level=["district", "county"])
    apart = amounts(planned(small_region(people=[1001] * 3, urban=[True]), each), "ambulances")
    assert apart["R"] == 5
