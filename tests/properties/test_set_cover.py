"""What must hold of every least-cost cover."""

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets, sets_of
from hypothesis import assume, given
from hypothesis import strategies as st
from oracles import cheapest_cover_by_milp, cheapest_cover_by_trying_all, greedy_cover

from allocator.location.set_cover import lscp
from allocator.lp.status import Status
from allocator.travel.distance import straight_line_km

METRES = 500_000.0


FREE_TO_DEAR = st.sampled_from([0.0, 1.0, 1.0, 2.0, 2.5, 7.0])


@st.composite
def instances(draw, costs=FREE_TO_DEAR):
    """Up to 8 cells and 7 sites; sites repeat each other, cost nothing, are open or forbidden."""
    n_sites = draw(st.integers(1, 7))
    site = st.integers(0, n_sites - 1)
    sets = draw(st.lists(st.sets(site, min_size=1), min_size=1, max_size=8))
    if draw(st.booleans()):
        # The last site covers what the first one covers: a duplicate column.
        sets = [(s - {n_sites - 1}) | ({n_sites - 1} if 0 in s else set()) for s in sets]
    sets = [sorted(s) for s in sets]
    cost = draw(st.lists(costs, min_size=n_sites, max_size=n_sites))
    role = st.sampled_from(["", "", "", "open", "required", "forbidden"])
    roles = draw(st.lists(role, min_size=n_sites, max_size=n_sites))
    named = {
        name: [j for j, r in enumerate(roles) if r == word]
        for name, word in (
            ("open_sites", "open"), ("required", "required"), ("forbidden", "forbidden"),
        )
    }  # fmt: skip
    return sets, cost, named


@st.composite
def maps(draw):
    """Cells and sites on a small map in metres; every cell has a site in reach of 2 km."""
    places = st.tuples(st.integers(0, 16), st.integers(0, 16))
    cells = draw(st.lists(places, min_size=2, max_size=8, unique=True))
    sites = draw(st.lists(places, min_size=1, max_size=5, unique=True)) + cells[:4]
    return METRES + 250.0 * np.array(cells), METRES + 250.0 * np.array(sites)


def least(cells, sites, km, **options):
    """Objective of the set cover within a radius; the unreachable are left out."""
    coverage = straight_line_km(cells, sites, max_km=10).within(km)
    siting = lscp(coverage, skip_unreachable=True, **options)
    assert siting.status is Status.OPTIMAL
    assert siting.verify() == []
    return siting.objective


@given(instances())
def test_equals_trying_all_choices(instance):
    """No cheaper choice of sites covers every cell; where none covers, the cells are named."""
    sets, cost, roles = instance
    coverage = coverage_of(sets, len(cost))
    expected = cheapest_cover_by_trying_all(sets, cost, **roles)
    siting = lscp(coverage, cost=cost, **roles)
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        permitted = set(range(len(cost))) - set(roles["forbidden"])
        assert siting.uncoverable.tolist() == [
            i for i, near in enumerate(sets) if not permitted & set(near)
        ]
        return
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(expected, abs=1e-6)
    assert siting.bound == pytest.approx(expected, abs=1e-6)
    assert siting.verify() == []
    opened = set(siting.open_sites.tolist())
    assert opened >= set(roles["open_sites"]) | set(roles["required"])
    assert not opened & set(roles["forbidden"])


@given(instances())
def test_unreachable_cells_may_be_left_out(instance):
    """Leaving out the cells that nobody can reach answers for the others, and lists them."""
    sets, cost, roles = instance
    siting = lscp(coverage_of(sets, len(cost)), cost=cost, skip_unreachable=True, **roles)
    left_out = set(siting.uncoverable.tolist())
    others = [near for i, near in enumerate(sets) if i not in left_out]
    expected = cheapest_cover_by_trying_all(others, cost, **roles)
    assert siting.objective == pytest.approx(expected, abs=1e-6)
    assert siting.verify() == []


@given(instances(costs=st.sampled_from([1.0, 1.0, 2.0, 3.5])))
def test_lies_between_greedy_and_its_guarantee(instance):
    """LSCP <= greedy <= H(n) LSCP (invariant 9)."""
    sets, cost, _ = instance
    assume(all(sets))
    found = lscp(coverage_of(sets, len(cost)), cost=cost).objective
    by_greedy = greedy_cover(sets, cost)
    largest = max(sum(j in near for near in sets) for j in range(len(cost)))
    harmonic = sum(1 / k for k in range(1, largest + 1))
    assert found <= by_greedy + 1e-9
    assert by_greedy <= harmonic * found + 1e-9


@given(instances())
def test_needs_no_site_that_it_opens(instance):
    """Every new site, unless required, is the only one for some cell."""
    sets, cost, roles = instance
    siting = lscp(coverage_of(sets, len(cost)), cost=cost, skip_unreachable=True, **roles)
    opened = set(siting.open_sites.tolist())
    for site in set(siting.new_sites.tolist()) - set(roles["required"]):
        assert any(opened & set(near) == {site} for near in sets)


@given(maps(), st.integers(0, 8), st.integers(0, 8))
def test_a_larger_radius_never_needs_more_sites(drawn, one, other):
    """The count does not grow with the radius (invariant 1), among cells covered by both."""
    cells, sites = drawn
    small, large = sorted((one / 4, other / 4))
    reached = straight_line_km(cells, sites, max_km=10).within(small).degree > 0
    if reached.any():
        assert least(cells[reached], sites, large) <= least(cells[reached], sites, small)


@given(maps(), st.integers(0, 8))
def test_an_extra_candidate_never_costs(drawn, quarters):
    """One site more to choose from never worsens the optimum (invariant 3)."""
    cells, sites = drawn
    km = quarters / 4
    fewer = sites[:-1]
    reached = straight_line_km(cells, fewer, max_km=10).within(km).degree > 0
    if reached.any():
        assert least(cells[reached], sites, km) <= least(cells[reached], fewer, km)


@given(maps(), st.integers(0, 8), st.randoms(use_true_random=False))
def test_order_does_not_matter(drawn, quarters, random):
    """Permuting cells and sites leaves the optimum as it is (invariant 6)."""
    cells, sites = drawn
    mixed_cells = random.sample(range(len(cells)), len(cells))
    mixed_sites = random.sample(range(len(sites)), len(sites))
    km = quarters / 4
    assert least(cells, sites, km) == least(cells[mixed_cells], sites[mixed_sites], km)


@given(maps(), st.integers(0, 8))
def test_a_cell_split_in_two_is_still_one_place(drawn, quarters):
    """Two cells at one place ask for no more than one (invariant 7)."""
    cells, sites = drawn
    km = quarters / 4
    assert least(cells, sites, km) == least(np.concatenate([cells, cells[::2]]), sites, km)


@given(maps(), st.integers(0, 8), st.floats(0, 6.28), st.integers(-500, 500))
def test_moving_the_map_changes_nothing(drawn, quarters, angle, km_east):
    """A rigid motion keeps the optimum (invariant 8), at radii that no pair lies on."""
    cells, sites = drawn
    km = quarters / 4 + 0.0123
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = np.array([1000.0 * km_east, 3e6])
    assert least(cells, sites, km) == least(cells @ turn + shift, sites @ turn + shift, km)


@given(maps(), st.integers(0, 8))
def test_aggregation_changes_nothing(drawn, quarters):
    """Merging cells that reach the same sites keeps the optimum, for any costs."""
    cells, sites = drawn
    coverage = straight_line_km(cells, sites, max_km=10).within(quarters / 4)
    coverage = coverage.of_cells(np.flatnonzero(coverage.degree > 0))
    rows, _ = coverage.aggregate()
    cost = 1.0 + np.arange(len(sites)) % 3
    assert lscp(coverage, cost=cost).objective == lscp(rows, cost=cost).objective


@given(instances(), st.sampled_from([0.25, 3.0, 1e6]))
def test_money_has_no_unit(instance, factor):
    """Costs in another currency scale the optimum, nothing else."""
    sets, cost, roles = instance
    coverage = coverage_of(sets, len(cost))
    before = lscp(coverage, cost=cost, skip_unreachable=True, **roles)
    after = lscp(coverage, cost=np.array(cost) * factor, skip_unreachable=True, **roles)
    assert after.objective == pytest.approx(before.objective * factor, abs=1e-6 * factor)


@pytest.mark.parametrize("seed", range(12))
def test_equals_the_integer_program(seed):
    """On middling instances, with whole, broken and equal costs, SciPy finds no cheaper cover."""
    rng = np.random.default_rng(seed)
    sets = disc_sets(seed, n_cells=90, n_sites=40, radius=0.16 + 0.02 * (seed % 4))
    cost = [np.ones(40), rng.integers(1, 9, 40) * 50.0, rng.uniform(0.5, 2, 40)][seed % 3]
    coverage = coverage_of(sets, 40)
    siting = lscp(coverage, cost=cost)
    assert siting.status is Status.OPTIMAL
    assert siting.objective == pytest.approx(cheapest_cover_by_milp(sets, cost), abs=1e-6)
    assert siting.verify() == []
    assert sets_of(coverage) == sets
