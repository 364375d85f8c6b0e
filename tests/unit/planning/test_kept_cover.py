"""Most people while every wanted set keeps a site: against trying all choices."""

from itertools import combinations

import numpy as np
import pytest

from allocator.lp.solvers import SolverSettings
from allocator.planning.kept_cover import KeptCover
from allocator.travel.coverage import Coverage

EXACT = SolverSettings(gap=0.0)
N_SITES = 7


def instance(seed):
    """Reach of cells, their people, sets, sites that stand, sites that may not open, costs."""
    draw = np.random.default_rng(seed)
    reach = [sorted(draw.choice(N_SITES, draw.integers(0, 4), replace=False)) for _ in range(9)]
    sets = [
        np.sort(draw.choice(N_SITES, draw.integers(1, 4), replace=False)).astype(np.int64)
        for _ in range(draw.integers(0, 4))
    ]
    people = draw.integers(0, 9, len(reach)).astype(float)
    there, forbidden = np.array([0]), np.array([1])
    left = [places for places in sets if 0 not in places]
    return reach, people, left, there, forbidden, draw.integers(1, 9, N_SITES).astype(float)


def as_coverage(reach):
    pairs = [(cell, site) for cell, sites in enumerate(reach) for site in sites]
    cell, site = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Coverage.from_pairs(cell, site, len(reach), N_SITES)


def best_by_trying(reach, people, sets, p):
    """Most people, and the choices that reach them; sites 0 stands and 1 may not open."""
    found = {}
    for size in range(p):
        for some in combinations(range(2, N_SITES), size):
            opened = {0, *some}
            if all(opened & set(places.tolist()) for places in sets):
                found[frozenset(opened)] = sum(
                    w for w, sites in zip(people, reach, strict=True) if opened & set(sites)
                )
    most = max(found.values(), default=None)
    return most, [opened for opened, value in found.items() if value == most]


@pytest.mark.parametrize("seed", range(60))
def test_the_most_people_at_the_least_cost(seed):
    reach, people, sets, there, forbidden, cost = instance(seed)
    program = KeptCover.of(as_coverage(reach), people, sets, there, forbidden)
    for p in (1, 2, 3, 4):
        most, choices = best_by_trying(reach, people, sets, p)
        found = program.best(p, [np.array([0, 2, 3])], cost, EXACT)
        assert found.impossible == (most is None)
        if most is None:
            assert found.places is None
            continue
        opened = frozenset(found.places.tolist())
        assert opened in choices
        assert found.bound == pytest.approx(most, abs=1e-6)
        cheapest = min(sum(cost[j] for j in choice) for choice in choices)
        assert sum(cost[j] for j in opened) == pytest.approx(cheapest)


def test_cells_that_hold_a_set_are_decided_beforehand():
    """Whoever reaches sites 2 and 3 is reached, since one of them is open; site 0 stands."""
    reach = [[2, 3, 4], [2], [0, 5], []]
    people = np.array([10.0, 20.0, 40.0, 80.0])
    program = KeptCover.of(
        as_coverage(reach), people, [np.array([2, 3])], np.array([0]), np.array([1])
    )
    assert program.sure == 50
    assert program.people.tolist() == [20]
    assert program.is_small
    crowd = KeptCover.of(as_coverage(reach), people, [], np.array([0]), np.array([1]))
    assert not crowd.is_small  # without sets it is a cover like any other


def test_too_few_sites_are_impossible():
    program = KeptCover.of(
        as_coverage([[2]]), np.ones(1), [np.array([2]), np.array([3])], np.array([0]), np.array([1])
    )
    assert program.best(2, [], np.ones(N_SITES), EXACT).impossible
    assert program.best(3, [], np.ones(N_SITES), EXACT).places.tolist() == [0, 2, 3]
