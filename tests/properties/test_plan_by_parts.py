"""Plans by county against every choice of sites: never better, and bounds never above.

Small tasks are decided as one program after all; with that switched off, prices and joined parts
have to find their way by themselves.
"""

from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from builders import rule
from hypothesis import given
from hypothesis import strategies as st
from planned import misses, planned
from planning_oracles import READINGS, TIGHT, best_sites, better
from strategies import KIND, STRENGTHS, few, regions, some

from allocator.errors import InfeasibleError
from allocator.lp.solvers import SolverSettings
from allocator.planning.parts import stages
from allocator.plans import Plan
from allocator.region.ground import Region
from allocator.travel.journeys import Travel
from allocator.travel.means import ByTable

EXACT = SolverSettings(gap=0.0)
COUNTY, ALL = ("county",), ()


@st.composite
def questions(draw: Any) -> tuple[Region, list[Any]]:
    """A region of counties, and rules on sites within them or over all of them."""
    region = draw(regions(max_sites=5))
    table = region.units.table.copy()
    table.loc[table["parent"] != "", "level"] = "county"
    rules = []
    for k in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["coverage", "coverage", "count", "served_band"]))
        level = draw(st.sampled_from([COUNTY, COUNTY, ALL])) if kind != "served_band" else COUNTY
        more: dict[str, Any] = {
            "coverage": {
                "within_km": draw(st.sampled_from([1, 2, 3, "1.5"])),
                "share": draw(st.sampled_from([1, "0.9", "0.6"])),
                "group": draw(st.sampled_from(["total", "urban", "rural"])),
            },
            "count": {
                "sense": draw(st.sampled_from([">=", ">=", "<=", "=="])),
                "number": draw(st.integers(0, 3)),
            },
            "served_band": {
                "lower": draw(st.sampled_from([0, 400])),
                "upper": draw(st.sampled_from([1500, 6000])),
            },
        }[kind]
        rules.append(
            rule(
                kind, id=f"{kind}-{k}", strength=draw(STRENGTHS), level=level,
                sites={"kinds": [KIND]}, **more,
            )
        )  # fmt: skip
    return replace(region, units=replace(region.units, table=table)), rules


@contextmanager
def by_prices() -> Any:
    """No task is small enough to be one program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stages, "AS_ONE", 0)
        yield


def score(plan: Plan) -> tuple[float, ...]:
    return (*misses(plan), plan.objective_value)


@some
@given(asked=questions())
def test_small_regions_are_planned_as_well_as_can_be(asked):
    """One program after all: the misses tier by tier and the cost of the best choice of sites."""
    region, rules = asked
    best = best_sites(region, rules)
    found = planned(region, *rules, by="county", solver=EXACT)
    assert not better(best, score(found))
    assert not better(score(found), best)


@few
@given(asked=questions())
def test_by_prices_no_plan_is_better_than_the_best_and_no_bound_above_it(asked):
    """The first tier that is not as good as it can be has a bound that the best one keeps."""
    region, rules = asked
    best = best_sites(region, rules)
    with by_prices():
        found = planned(region, *rules, by="county", solver=EXACT)
    assert not better(score(found), best)
    known = dict(zip(("must", "target", "wish", "objective"), best, strict=True))
    tiers = found.tiers[~found.tiers["block"].str.startswith("beds")]
    for tier, value, bound in zip(tiers["tier"], tiers["objective"], tiers["bound"], strict=True):
        limit = known[tier]
        assert bound <= limit + 10 * TIGHT * max(1.0, abs(limit))
        if value > limit + TIGHT * max(1.0, abs(limit)):
            break  # what comes later was asked under another hold


@few
@given(asked=questions(), apart_km=st.integers(40, 60))
def test_counties_out_of_reach_of_one_another_are_planned_as_the_whole(asked, apart_km):
    """Nothing couples: the same misses and cost as a plan of the whole, proven."""
    region, rules = asked
    rules = [r for r in rules if r.level]
    grid, sites = region.grid.table.copy(), region.sites.table.copy()
    shift = {u: 1000.0 * apart_km * k for k, u in enumerate(region.units.planning)}
    for table in (grid, sites):
        table["x_m"] += table["unit"].map(shift).fillna(0.0)
    region = replace(
        region, grid=replace(region.grid, table=grid), sites=replace(region.sites, table=sites)
    )
    with by_prices():
        parts = planned(region, *rules, by="county", solver=EXACT)
    whole = planned(region, *rules, solver=EXACT)
    assert score(parts) == pytest.approx(score(whole), abs=1e-6)
    assert parts.bound == pytest.approx(whole.objective_value, abs=1e-6)


@few
@given(asked=questions(), budget=st.integers(0, 40))
def test_a_budget_is_kept_and_its_bound_holds(asked, budget):
    """Never better than the plan of the whole with the same budget, nor its first bound higher."""
    region, rules = asked
    try:
        whole = planned(region, *rules, budget=float(budget), solver=EXACT)
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            planned(region, *rules, by="county", budget=float(budget), solver=EXACT)
        return
    with by_prices():
        parts = planned(region, *rules, by="county", budget=float(budget), solver=EXACT)
    assert not better(score(parts), score(whole))
    assert parts.provenance["cost"] <= budget + 1e-5
    first, best = parts.tiers.iloc[0], whole.tiers.iloc[0]
    assert first["bound"] <= best["objective"] + 1e-5 * max(1.0, abs(best["objective"]))


@st.composite
def questions_in_minutes(draw: Any) -> tuple[Region, list[Any], dict[str, Any], dict[str, str]]:
    """As above, in minutes of a table per mode in which pairs may be missing."""
    region, _ = draw(questions())
    pairs = [(c, s) for c in region.grid.table.index for s in region.sites.table.index]
    minutes = st.sampled_from([0.0, 5.0, 10.0, 15.0, 30.0])
    tables = {
        mode: {pair: draw(minutes) for pair in pairs if draw(st.integers(0, 3))}
        for mode in draw(st.sets(st.sampled_from(["walk", "drive", "ambulance"]), min_size=1))
    }
    rules = [
        rule(
            "coverage", id=f"minutes-{k}", strength=draw(STRENGTHS), sites={"kinds": [KIND]},
            level=draw(st.sampled_from([COUNTY, ALL])), mode=draw(st.sampled_from(sorted(tables))),
            within_minutes=draw(st.sampled_from([5, 10, 20])),
            share=draw(st.sampled_from([1, "0.9", "0.6"])),
            group=draw(st.sampled_from(["total", "urban", "rural"])),
        )
        for k in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    return region, rules, tables, draw(st.sampled_from([{}, {"walk": "drive"}]))


@pytest.mark.filterwarnings("ignore::allocator.travel.tables.TableWarning")
@few
@given(asked=questions_in_minutes())
def test_travel_that_is_not_straight_is_the_same_in_parts(asked):
    """By table, also across borders: misses and cost of the best choice of sites in one program,
    and no bound above it by prices."""
    region, rules, tables, rural_by = asked
    means = {}
    for mode, table in tables.items():
        ends = ["from_id", "to_id"] if mode != "ambulance" else ["to_id", "from_id"]
        rows = [(c, s, value) for (c, s), value in table.items()]
        means[mode] = ByTable(pd.DataFrame(rows, columns=[*ends, "minutes"]))
    travel = Travel(**means, rural_by=rural_by)
    best = best_sites(region, rules, {**READINGS, "travel": tables, "rural_by": rural_by})
    found = planned(region, *rules, by="county", travel=travel, solver=EXACT)
    assert not better(best, score(found))
    assert not better(score(found), best)
    with by_prices():
        priced = planned(region, *rules, by="county", travel=travel, solver=EXACT)
    assert not better(score(priced), best)
    first, least = priced.tiers.iloc[0], dict(zip(("must", "target", "wish"), best, strict=False))
    if first["tier"] in least:
        assert first["bound"] <= least[first["tier"]] + 10 * TIGHT
