"""What must hold of every partial cover."""

from dataclasses import replace

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets
from hypothesis import given
from hypothesis import strategies as st
from maximal_instances import instances
from maximal_oracles import least_cost_by_milp, least_cost_by_trying_all

from allocator.location.maximal_cover import mclp
from allocator.location.partial_cover import psclp
from allocator.location.set_cover import lscp
from allocator.lp.status import Status
from allocator.travel.ends import Demand

SHARES = st.sampled_from([0.0, 0.3, 0.5, 0.75, 0.9, 0.999, 1.0])


def agrees(siting, expected):
    """The answer is the expected optimum, proven; or proven infeasible."""
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        assert len(siting.uncoverable)
        assert "the largest share is" in siting.notes[0]
        return
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(expected, abs=1e-9)
    assert siting.bound == pytest.approx(expected, abs=1e-6)
    assert siting.verify() == []


@given(instances(), SHARES)
def test_a_share_equals_trying_all(instance, share):
    """No cheaper choice of sites covers the share, with unit costs and with any."""
    sets, people, n_sites, roles, prices = instance
    floors = [(people, share * people.sum())]
    ones, nothing = [1.0] * n_sites, [0.0] * n_sites
    for told in ((ones, nothing, nothing), prices):
        named = dict(zip(("cost", "running_cost", "closing_cost"), told, strict=True))
        siting = psclp(coverage_of(sets, n_sites), share=share, people=people, **named, **roles)
        agrees(siting, least_cost_by_trying_all(sets, n_sites, floors, told, **roles))


@given(instances(), SHARES, SHARES, st.data())
def test_shares_by_group_equal_trying_all(instance, everybody, poor, data):
    """Every group gets its share."""
    sets, people, n_sites, roles, prices = instance
    part = np.array([data.draw(st.sampled_from([0.0, 0.5, 1.0])) for _ in sets])
    demand = Demand(people, groups={"poor": people * part})
    reach = replace(coverage_of(sets, n_sites), demand=demand)
    named = dict(zip(("cost", "running_cost", "closing_cost"), prices, strict=True))
    siting = psclp(reach, share={"total": everybody, "poor": poor}, **named, **roles)
    floors = [
        (people, everybody * people.sum()),
        (demand.groups["poor"], poor * (people * part).sum()),
    ]
    agrees(siting, least_cost_by_trying_all(sets, n_sites, floors, prices, **roles))


@pytest.mark.parametrize("seed", range(8))
def test_equals_the_integer_program(seed):
    """On middling instances SciPy finds nothing cheaper."""
    rng = np.random.default_rng(seed)
    n_sites = 40
    sets = disc_sets(seed, n_cells=150, n_sites=n_sites, radius=0.12 + 0.02 * (seed % 4))
    people = np.round(rng.lognormal(3, 1.5, 150)) if seed % 2 else rng.lognormal(0, 2, 150)
    share = [0.5, 0.7, 0.9, 0.97][seed % 4]
    floors = [(people, share * people.sum())]
    for cost in (np.ones(n_sites), rng.integers(4, 12, n_sites) * 50.0):
        siting = psclp(coverage_of(sets, n_sites), share=share, people=people, cost=cost)
        agrees(siting, least_cost_by_milp(sets, n_sites, floors, cost))


@given(instances())
def test_everybody_is_a_set_cover(instance):
    """A share of 1 of cells that all hold people is the set covering problem."""
    sets, people, n_sites, roles, _ = instance
    roles = {name: roles[name] for name in ("open_sites", "required", "forbidden")}
    reach = coverage_of(sets, n_sites)
    one = psclp(reach, share=1.0, people=people + 1, **roles)
    other = lscp(reach, **roles)
    assert one.status is other.status
    if one.status.has_answer:
        assert one.objective == other.objective
    assert one.uncoverable.tolist() == other.uncoverable.tolist()


@given(instances(), SHARES)
def test_maximal_cover_agrees(instance, share):
    """With the sites that partial covering needs, p sites cover the share; one fewer does not."""
    sets, people, n_sites, _, _ = instance
    reach = coverage_of(sets, n_sites)
    siting = psclp(reach, share=share, people=people)
    least = share * people.sum()
    if siting.status is Status.INFEASIBLE or not siting.objective:
        return
    p = int(siting.objective)
    assert mclp(reach, p=p, people=people).objective >= least * (1 - 1e-9)
    if p > 1:
        assert mclp(reach, p=p - 1, people=people).objective < least
