"""What must hold of every maximal cover."""

from dataclasses import replace

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets
from hypothesis import given
from hypothesis import strategies as st
from maximal_instances import instances
from maximal_oracles import most_people_by_milp, most_people_by_trying_all

from allocator.location.maximal_cover import mclp
from allocator.lp.status import Status
from allocator.travel.ends import Demand


def priced(prices):
    return dict(zip(("cost", "running_cost", "closing_cost"), prices, strict=True))


def agrees(siting, expected):
    """The answer is the expected optimum, proven; or proven infeasible."""
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        assert siting.notes
        return
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert siting.bound == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert siting.verify() == []


@given(instances(), st.integers(1, 5))
def test_p_sites_equal_trying_all(instance, p):
    """No choice of p sites covers more; too small a p is called infeasible."""
    sets, people, n_sites, roles, _ = instance
    siting = mclp(coverage_of(sets, n_sites), p=p, people=people, **roles)
    agrees(siting, most_people_by_trying_all(sets, people, n_sites, p=p, **roles))


@given(instances(), st.integers(1, 5), st.sampled_from([0.0, 1.0, 2.0, 3.5, 9.0, 30.0]))
def test_a_budget_equals_trying_all(instance, p, budget):
    """No choice within p and the budget covers more, whatever keeping and closing cost."""
    sets, people, n_sites, roles, prices = instance
    for most in (None, p):
        siting = mclp(
            coverage_of(sets, n_sites),
            p=most,
            budget=budget,
            people=people,
            **priced(prices),
            **roles,
        )
        expected = most_people_by_trying_all(
            sets, people, n_sites, p=most, budget=budget, prices=prices, **roles
        )
        agrees(siting, expected)


@given(instances(), st.integers(1, 4), st.data())
def test_floors_equal_trying_all(instance, p, data):
    """Floors of everybody and of a group hold; where they cannot, that is said."""
    sets, people, n_sites, roles, prices = instance
    part = np.array([data.draw(st.sampled_from([0.0, 0.5, 1.0])) for _ in sets])
    floors = {"poor": data.draw(st.sampled_from([0.1, 0.5, 0.8, 1.0]))}
    if data.draw(st.booleans()):
        floors["total"] = data.draw(st.sampled_from([0.2, 0.6]))
    budget = data.draw(st.sampled_from([None, 4.0]))
    demand = Demand(people, groups={"poor": people * part})
    coverage = replace(coverage_of(sets, n_sites), demand=demand)
    siting = mclp(coverage, p=p, budget=budget, floors=floors, **priced(prices), **roles)
    pairs = [(demand.of_group(g), s * demand.of_group(g).sum()) for g, s in floors.items()]
    expected = most_people_by_trying_all(
        sets, people, n_sites, p=p, budget=budget, prices=prices, floors=pairs, **roles
    )
    agrees(siting, expected)


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_integer_program(seed):
    """On middling instances SciPy finds nothing better: p, budgets, floors and broken people."""
    rng = np.random.default_rng(seed)
    n_sites, p = 40, 4 + seed % 4
    sets = disc_sets(seed, n_cells=150, n_sites=n_sites, radius=0.12 + 0.02 * (seed % 4))
    people = np.round(rng.lognormal(3, 1.5, 150)) if seed % 2 else rng.lognormal(0, 2, 150)
    old = people * (rng.random(150) < 0.3)
    cost = rng.integers(1, 9, n_sites) * 50.0
    reach = replace(coverage_of(sets, n_sites), demand=Demand(people, groups={"old": old}))
    agrees(mclp(reach, p=p), most_people_by_milp(sets, people, n_sites, p=p))
    budget = 150.0 * p
    agrees(
        mclp(reach, budget=budget, cost=cost),
        most_people_by_milp(sets, people, n_sites, budget=budget, cost=cost),
    )
    share = 0.9 * mclp(reach, p=p, people=old).objective / old.sum()
    agrees(
        mclp(reach, p=p, floors={"old": share}),
        most_people_by_milp(sets, people, n_sites, p=p, floors=[(old, share * old.sum())]),
    )


@pytest.mark.parametrize("seed", range(200))
def test_aggregation_changes_nothing(seed):
    """Merging cells that reach the same sites leaves objective and bound as they are."""
    rng = np.random.default_rng(seed)
    sets = disc_sets(seed, n_cells=40, n_sites=8, radius=0.3)
    people = rng.integers(0, 50, 40).astype(float)
    plain = coverage_of(sets, 8)
    one = mclp(plain, p=3, people=people)
    merged = plain.aggregated()
    other = mclp(merged, p=3, people=people)
    unmerged = most_people_by_trying_all(sets, people, 8, p=3)
    assert merged.rows.n_cells <= plain.n_cells
    assert one.objective == other.objective == unmerged
    assert one.bound == other.bound


@given(instances())
def test_more_sites_never_cover_fewer(instance):
    """Coverage does not fall with p, and gains shrink no slower than greedy's guarantee."""
    sets, people, n_sites, _, _ = instance
    found = [mclp(coverage_of(sets, n_sites), p=p, people=people).objective for p in range(1, 5)]
    assert found == sorted(found)
    assert found[0] * n_sites >= found[-1]


@given(instances(), st.integers(1, 4), st.sampled_from([0.5, 3.0, 1e6]))
def test_people_have_no_unit(instance, p, factor):
    """People in thousands scale the optimum, nothing else."""
    sets, people, n_sites, roles, _ = instance
    before = mclp(coverage_of(sets, n_sites), p=p, people=people, **roles)
    after = mclp(coverage_of(sets, n_sites), p=p, people=factor * people, **roles)
    assert after.status is before.status
    if before.status.has_answer:
        assert after.objective == pytest.approx(before.objective * factor, rel=1e-9)
