"""Networks offered in several ways, within money: never better than all as one program, and as
good as what its bounds say."""

from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planned import misses, planned
from strategies import regions, site_rules, some, stock_rules

from allocator.errors import InfeasibleError
from allocator.lp.solvers import SolverSettings
from allocator.planning import within_budget

EXACT = SolverSettings(gap=0.0)
POLICIES = st.tuples(site_rules(), stock_rules()).map(lambda both: [*both[0], *both[1]])
REGIONS = regions(max_sites=5, stocked=True)
MONEY = st.sampled_from([0.0, 15.0, 40.0, 90.0, 300.0, 1e6])
_ROOM = 1e-5


@pytest.fixture(scope="module", autouse=True)
def any_region_is_large():
    """Offers are for regions of thousands of sites; here, for each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(within_budget, "MANY_SITES", 0)
        patch.setattr(within_budget, "LARGE_NETWORK", 0)
        patch.setattr(within_budget, "_FEW", 1)
        yield


def together(region, rules, budget):
    """All as one program."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(within_budget, "MANY_SITES", 10**9)
        return planned(region, *rules, budget=budget, solver=EXACT, explain=False)


@some
@given(region=REGIONS, rules=POLICIES, budget=MONEY)
def test_offers_keep_within_the_money_and_their_bounds_hold(region, rules, budget):
    """One program over all misses no more; its misses are not below the bounds of the offers."""
    try:
        best = together(region, rules, budget)
    except InfeasibleError:
        with pytest.raises(InfeasibleError):
            planned(region, *rules, budget=budget, solver=EXACT, explain=False)
        return
    plan = planned(region, *rules, budget=budget, solver=EXACT, explain=False)
    assert plan.provenance["cost"] <= budget + _ROOM
    for ours, theirs in zip(misses(plan), misses(best), strict=True):
        if ours > theirs + _ROOM:
            break
        assert ours >= theirs - _ROOM
        if ours < theirs - _ROOM:
            pytest.fail("a mix of offers is better than the best there is")
    tiers = plan.tiers.set_index("tier")
    if "everything" in set(best.tiers["block"]) and len(set(tiers.index)) == len(tiers):
        for tier, theirs in zip(("must", "target", "wish"), misses(best), strict=True):
            if tier not in tiers.index or isnan(tiers.loc[tier, "bound"]):
                break
            assert tiers.loc[tier, "bound"] <= theirs + _ROOM


@some
@given(region=REGIONS, rules=POLICIES)
def test_money_that_does_not_bind_changes_nothing(region, rules):
    """The plan is that without a budget, and says so."""
    try:
        free = planned(region, *rules, solver=EXACT, explain=False)
    except InfeasibleError:
        return
    plan = planned(region, *rules, budget=1e12, solver=EXACT, explain=False)
    if any("the money suffices" in note for note in plan.provenance["notes"]):
        assert plan.facilities["id"].tolist() == free.facilities["id"].tolist()
        assert plan.units["allocated"].tolist() == free.units["allocated"].tolist()
        assert plan.status is free.status
