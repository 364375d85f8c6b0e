"""Neighbourhoods to branch on: broken sums only, of free sites only, no two almost the same."""

import numpy as np
import pytest
from cover_instances import coverage_of, disc_sets

from allocator.location.engines.branching.neighbourhoods import Neighbourhoods
from allocator.location.engines.limits import Limits
from allocator.location.engines.maximal.master import Master
from allocator.location.engines.maximal.problem import MaximalProblem, merged

N_SITES = 30


def master_of(sets, n_sites, people):
    """The linear program of p = 5 sites over these sets."""
    nothing = np.zeros(n_sites)
    problem = MaximalProblem(coverage_of(sets, n_sites), people, 5, nothing, nothing)
    return Master(merged(problem), Limits())


def test_twins_that_share_one_opening_are_one_neighbourhood():
    """Two pairs of twins, half a site each: what is left to count lies in the pair half open."""
    sets = [[0, 1, 4], [0, 1], [2, 3], [2, 3]]
    master = master_of(sets, 5, np.array([1.0, 9.0, 5.0, 5.0]))
    shares = np.array([0.5, 0.5, 0.25, 0.25, 0.0])
    found = Neighbourhoods(master).broken(shares, np.ones(5, dtype=np.bool_), 4)
    sets_found = [np.flatnonzero(place.members).tolist() for place in found]
    assert [2, 3] in sets_found
    assert [0, 1] not in sets_found
    assert [place.total for place in found if len(np.flatnonzero(place.members)) == 2] == [0.5]


@pytest.mark.parametrize("seed", range(5))
def test_sums_are_broken_and_of_free_sites(seed):
    """Every neighbourhood counts free sites whose shares do not add up to a whole number."""
    rng = np.random.default_rng(seed)
    master = master_of(disc_sets(seed, 150, N_SITES, 0.2), N_SITES, rng.random(150))
    shares = rng.random(N_SITES) * (rng.random(N_SITES) < 0.5)
    free = rng.random(N_SITES) < 0.8
    places = Neighbourhoods(master)
    found = places.broken(shares, free, 6)
    assert 0 < len(found) <= 6
    for place in found:
        assert not place.members[~free].any()
        assert place.total == pytest.approx(shares[place.members].sum())
        assert abs(place.total - round(place.total)) > 0.05
    again = places.broken(shares, free, 6)
    assert [p.members.tolist() for p in again] == [p.members.tolist() for p in found]
    distinct = {place.members.tobytes() for place in found}
    assert len(distinct) == len(found)


def test_whole_shares_leave_nothing_to_count():
    """No sum is broken where every share is whole, or nothing is free."""
    master = master_of([[0, 1], [1, 2]], 3, np.ones(2))
    places = Neighbourhoods(master)
    everyone = np.ones(3, dtype=np.bool_)
    assert places.broken(np.array([1.0, 0.0, 1.0]), everyone, 3) == []
    assert places.broken(np.array([0.5, 0.5, 0.0]), ~everyone, 3) == []
