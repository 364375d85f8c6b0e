"""What must hold of every p-center."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from median_instances import asked, instances
from median_oracles import least_radius
from orlib import arcs_of

from allocator.location.center import p_center
from allocator.location.set_cover import lscp
from allocator.lp.status import Status


@given(instances())
def test_equals_trying_all_choices(instance):
    """No choice of p sites brings the farthest cell nearer."""
    away, _, p, roles = instance
    expected = least_radius(away, p, **asked(roles))
    siting = p_center(arcs_of(away), p=p, **roles)
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        assert siting.notes
        return
    assert siting.status is Status.OPTIMAL
    assert (siting.objective, siting.bound) == (expected, expected)
    assert siting.verify() == []
    assert len(siting.open_sites) <= p


@given(instances())
def test_cells_without_people_do_not_count_when_people_are_given(instance):
    """With people given, the answer is that of the cells that have some."""
    away, people, p, roles = instance
    expected = least_radius(away[people > 0], p, **asked(roles))
    siting = p_center(arcs_of(away), p=p, people=people, **roles)
    assert (expected is None) == (siting.status is Status.INFEASIBLE)
    if expected is not None:
        assert siting.objective == expected
        assert siting.verify() == []


@pytest.mark.parametrize("seed", range(6))
def test_is_the_least_radius_that_p_sites_cover(seed):
    """The set cover needs at most p sites at the answer, and more at the next shorter distance."""
    rng = np.random.default_rng(seed)
    cells, sites, p = rng.random((70, 2)), rng.random((30, 2)), int(rng.integers(2, 9))
    away = np.rint(40 * np.hypot(*(cells[:, None] - sites[None]).transpose(2, 0, 1)))
    times = arcs_of(away)
    radius = p_center(times, p=p).objective
    assert lscp(times.within(radius)).objective <= p
    shorter = away[away < radius].max()
    needed = lscp(times.within(shorter))
    assert needed.status is Status.INFEASIBLE or needed.objective > p


@given(instances(st.sampled_from([0.0, 1.0, 2.0, 2.5, 4.0, 7.0])))
def test_more_sites_never_reach_less(instance):
    """The optimum does not grow with p (invariant 2)."""
    away, _, p, roles = instance
    sitings = [p_center(arcs_of(away), p=q, **roles) for q in (p, p + 1)]
    if sitings[0].status.has_answer:
        assert sitings[1].objective <= sitings[0].objective
