"""The classic models against every choice of sites tried, and against the papers' programs."""

import location_oracles as slow
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from location_instances import coverage_from, peopled, reaches, roles_of, times_from

from allocator.location.capacitated import capacitated
from allocator.location.center import p_center
from allocator.location.dispersion import p_dispersion
from allocator.location.hierarchy import Level, hierarchical
from allocator.location.maximal_cover import mclp
from allocator.location.median import p_median
from allocator.location.partial_cover import psclp
from allocator.location.set_cover import lscp
from allocator.lp.status import Status

COST = st.sampled_from([1.0, 1.0, 2.0, 2.5, 7.0])
WAY = st.sampled_from([0.0, 1.0, 2.0, 2.5, 4.0, 7.0, 7.0, 11.0, np.inf])
SHARE = st.sampled_from([0.0, 0.3, 0.5, 0.75, 0.9, 1.0])


def same(siting, *expected):
    """Proven, and what every oracle says; or proven that there is no answer, as they all say."""
    for value in expected:
        if value is None:
            assert siting.status is Status.INFEASIBLE, siting
        else:
            assert siting.status is Status.OPTIMAL, siting
            assert siting.objective == pytest.approx(value, rel=1e-6, abs=1e-6)
            assert siting.bound == pytest.approx(value, rel=1e-6, abs=1e-6)
            assert siting.verify() == []


@st.composite
def covers(draw):
    """Reach, people, costs; sites that stand, may close or may not be used."""
    reach = draw(reaches())
    m = reach.shape[1]
    cost = np.array(draw(st.lists(COST, min_size=m, max_size=m)))
    plain, named = draw(roles_of(m))
    plain = {"given": named["open_sites"], "barred": plain["barred"]}
    named = {"open_sites": named["open_sites"], "forbidden": named["forbidden"]}
    return reach, draw(peopled(reach)), cost, plain, named


@st.composite
def ways(draw, least_sites=2, gaps=True):
    """Distances between cells and sites, with ways missing; people; sites to be opened."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(least_sites, 5))
    row = st.lists(WAY if gaps else WAY.filter(np.isfinite), min_size=m, max_size=m)
    away = np.array(draw(st.lists(row, min_size=n, max_size=n)))
    people = draw(peopled(away))
    plain, named = draw(roles_of(m))
    p = draw(st.integers(max(1, len(plain["given"])), m))
    return away, people, p, plain, named


@given(covers())
def test_set_cover(drawn):
    """LSCP: least cost of new sites."""
    reach, _, cost, plain, named = drawn
    found = lscp(coverage_from(reach), cost=cost, **named)
    same(found, slow.lscp(reach, cost, **plain), slow.lscp_milp(reach, cost, **plain))


@given(covers(), SHARE)
def test_partial_cover(drawn, share):
    """PSCLP: least cost for a share of the people."""
    reach, people, cost, plain, named = drawn
    asked = [(people, share)]
    found = psclp(coverage_from(reach), share=share, people=people, cost=cost, **named)
    same(
        found, slow.psclp(reach, asked, cost, **plain), slow.psclp_milp(reach, asked, cost, **plain)
    )


@given(covers(), st.integers(1, 4))
def test_maximal_cover(drawn, p):
    """MCLP: most people by p sites."""
    reach, people, _, plain, named = drawn
    found = mclp(coverage_from(reach), p=p, people=people, **named)
    if len(plain["given"]) > p:
        assert found.status is Status.INFEASIBLE
        return
    same(found, slow.mclp(reach, people, p, **plain), slow.mclp_milp(reach, people, p, **plain))


@given(covers(), st.sampled_from([0.0, 1.0, 3.0, 5.5, 20.0]))
def test_maximal_cover_of_a_budget(drawn, budget):
    """MCLP: most people for a sum of money."""
    reach, people, cost, plain, named = drawn
    found = mclp(coverage_from(reach), budget=budget, people=people, cost=cost, **named)
    options = {"cost": cost, "budget": budget, **plain}
    same(found, slow.mclp(reach, people, **options), slow.mclp_milp(reach, people, **options))


@given(ways())
def test_median(drawn):
    """p-median: least people-distance; who cannot be served makes it infeasible."""
    away, people, p, plain, named = drawn
    found = p_median(times_from(away), p=p, people=people, **named)
    same(
        found, slow.p_median(away, people, p, **plain), slow.p_median_milp(away, people, p, **plain)
    )


@given(ways())
def test_center(drawn):
    """p-center: least largest distance."""
    away, _, p, plain, named = drawn
    found = p_center(times_from(away), p=p, **named)
    same(found, slow.p_center(away, p, **plain), slow.p_center_milp(away, p, **plain))


@given(st.data(), st.integers(2, 5))
def test_dispersion(data, m):
    """p-dispersion: largest least distance between open sites."""
    way = st.lists(WAY.filter(np.isfinite), min_size=m, max_size=m)
    apart = np.array(data.draw(st.lists(way, min_size=m, max_size=m)))
    apart = np.minimum(apart, apart.T)
    plain, named = data.draw(roles_of(m))
    least = max(2, len(plain["given"]))
    usable = m - len(plain["barred"])
    if usable < least:
        return
    p = data.draw(st.integers(least, usable))
    found = p_dispersion(times_from(apart), p=p, **named)
    same(found, slow.p_dispersion(apart, p, **plain), slow.p_dispersion_milp(apart, p, **plain))


@given(ways(), st.booleans(), st.booleans(), st.data())
def test_capacitated_median(drawn, single, closest, data):
    """Least travel with loads between least and most: split or not, nearest or not."""
    away, people, p, plain, named = drawn
    away, people = away[:4], people[:4]
    total = people.sum()
    least = data.draw(st.sampled_from([0.0, 0.0, 0.2, 0.4])) * total
    most = data.draw(st.sampled_from([0.4, 0.6, 1.0])) * total
    found = capacitated(
        times_from(away), p=p, people=people, min_load=least, max_load=most,
        single_source=single, closest_assignment=closest, **named,
    )  # fmt: skip
    options = {"p": p, "least": least, "most": most, "single": single, "closest": closest, **plain}
    if not total:
        return
    same(
        found,
        slow.capacitated(away, people, **options),
        slow.capacitated_milp(away, people, **options),
    )


@given(ways(gaps=False), st.booleans(), st.data())
def test_capacitated_cost(drawn, single, data):
    """Least cost of sites and travel, within capacities."""
    away, people, _, _, _ = drawn
    away, people = away[:4], people[:4] + 1.0
    m = away.shape[1]
    fixed = 10 * np.array(data.draw(st.lists(COST, min_size=m, max_size=m)))
    most = data.draw(st.sampled_from([0.5, 1.0])) * people.sum()
    found = capacitated(
        times_from(away), people=people, max_load=most, single_source=single, minimise="cost",
        travel_cost=2.0, cost=fixed,
    )  # fmt: skip
    options = {"most": most, "single": single, "fixed": fixed, "rate": 2.0}
    same(
        found,
        slow.capacitated(away, people, **options),
        slow.capacitated_milp(away, people, **options),
    )


@given(reaches(most_sites=4), st.data())
def test_hierarchy(reach, data):
    """Nested cover of two levels: most weighted people, or least cost for shares."""
    people = data.draw(peopled(reach))
    wider = np.array(data.draw(st.lists(st.booleans(), min_size=reach.size, max_size=reach.size)))
    both = [reach, reach | wider.reshape(reach.shape)]
    p = [data.draw(st.integers(1, 2)), data.draw(st.integers(1, 2))]
    weights = [1.0, data.draw(st.sampled_from([0.5, 1.0, 3.0]))]
    levels = [
        Level(name, coverage_from(r), p=limit, weight=weight)
        for name, r, limit, weight in zip(("station", "centre"), both, p, weights, strict=True)
    ]
    options = {"p": p, "weights": weights}
    same(
        hierarchical(levels, people=people),
        slow.hierarchical(both, people, **options),
        slow.hierarchical_milp(both, people, **options),
    )
    shares = [data.draw(SHARE), data.draw(SHARE)]
    costs = [np.full(reach.shape[1], 1.0), np.full(reach.shape[1], 2.5)]
    priced = [
        Level(name, coverage_from(r), share=share, cost=cost)
        for name, r, share, cost in zip(("station", "centre"), both, shares, costs, strict=True)
    ]
    same(
        hierarchical(priced, people=people),
        slow.hierarchical_cost(both, people, shares, costs),
        slow.hierarchical_cost_milp(both, people, shares, costs),
    )


@pytest.mark.parametrize("seed", range(4))
def test_middling_instances_equal_the_papers_programs(seed):
    """On 40 cells by 12 sites every engine finds what SciPy finds, by branching if need be."""
    rng = np.random.default_rng(seed)
    cells, sites = rng.random((40, 2)), rng.random((12, 2))
    away = np.round(10 * np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1)), 2)
    people, p = rng.integers(0, 300, 40) * 1.0, 3 + seed % 3
    reach = (away < 2.5) | (away == away.min(axis=1, keepdims=True))
    cost = rng.integers(1, 9, 12) * [1.0, 0.5][seed % 2]
    here, there = coverage_from(reach), times_from(away)
    same(lscp(here, cost=cost), slow.lscp_milp(reach, cost))
    same(psclp(here, share=0.8, people=people), slow.psclp_milp(reach, [(people, 0.8)]))
    same(mclp(here, p=p, people=people), slow.mclp_milp(reach, people, p))
    same(
        mclp(here, budget=8.0, people=people, cost=cost),
        slow.mclp_milp(reach, people, cost=cost, budget=8.0),
    )
    same(p_median(there, p=p, people=people), slow.p_median_milp(away, people, p))
    same(p_center(there, p=p), slow.p_center_milp(away, p))
    load = 1.3 * people.sum() / p
    same(
        capacitated(there, p=p, people=people, max_load=load, min_load=load / 3),
        slow.capacitated_milp(away, people, p=p, most=load, least=load / 3),
    )
    apart = np.round(10 * np.hypot(*(sites[:, None] - sites[None]).transpose(2, 0, 1)), 2)
    same(p_dispersion(times_from(apart), p=p), slow.p_dispersion_milp(apart, p))
    both = [away < 1.5, reach]
    levels = [
        Level(name, coverage_from(r), p=limit, weight=weight)
        for name, r, limit, weight in zip(
            ("station", "centre"), both, (p, 2), (1.0, 2.0), strict=True
        )
    ]
    same(
        hierarchical(levels, people=people),
        slow.hierarchical_milp(both, people, p=[p, 2], weights=[1.0, 2.0]),
    )
