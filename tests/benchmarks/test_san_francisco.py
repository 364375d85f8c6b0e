"""The published San Francisco example, whose data come with spopt."""

import pytest
from benchmarks import san_francisco as sf

from allocator.location.center import p_center
from allocator.location.maximal_cover import mclp
from allocator.location.median import p_median
from allocator.location.set_cover import lscp
from allocator.lp.status import Status


@pytest.fixture(scope="module")
def times():
    """Road distances of the example."""
    folder = sf.folder()
    if folder is None:
        pytest.importorskip("spopt", reason="its wheel carries the data")
    return sf.read(folder)


def test_everybody_is_there(times):
    """Tracts are joined by name: the people add up."""
    assert (times.n_cells, times.n_sites, len(times)) == (205, 16, 205 * 16)
    assert times.demand.people.sum() == sf.PEOPLE


def test_stores_to_cover_all(times):
    """LSCP at 5 km."""
    found = lscp(times.within(sf.RADIUS_KM))
    assert (found.status, found.objective, found.verify()) == (Status.OPTIMAL, sf.LSCP, [])


@pytest.mark.parametrize("p", range(1, 9))
def test_people_covered(times, p):
    """MCLP at 5 km: people, not tracts."""
    found = mclp(times.within(sf.RADIUS_KM), p=p)
    assert (found.status, found.verify()) == (Status.OPTIMAL, [])
    assert found.objective == pytest.approx(sf.MCLP[p - 1], abs=1e-6)


@pytest.mark.parametrize("p", range(1, 9))
def test_mean_distance(times, p):
    """p-median: metres on average."""
    found = p_median(times, p=p)
    assert (found.status, found.verify()) == (Status.OPTIMAL, [])
    assert found.objective * 1000 / sf.PEOPLE == pytest.approx(sf.MEAN_M[p - 1], abs=1e-4)
    if p == 4:
        assert found.objective * 1000 == pytest.approx(sf.P_MEDIAN_4_PEOPLE_M, abs=1e-3)


@pytest.mark.parametrize("p", range(1, 9))
def test_farthest_distance(times, p):
    """p-center: metres to the farthest tract."""
    found = p_center(times, p=p)
    assert (found.status, found.verify()) == (Status.OPTIMAL, [])
    assert found.objective * 1000 == pytest.approx(sf.FARTHEST_M[p - 1], abs=1e-4)
