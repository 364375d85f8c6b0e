"""Arcs to open sites: which sites count, pairs that occur twice, limits that were not searched."""

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.evaluate.arcs import OpenArcs
from allocator.travel.ends import SiteSet
from allocator.travel.times import TravelTimes


def times(arcs, *, n_cells=3, n_sites=3, **more):
    cell, site, value = (np.array(side) for side in zip(*arcs, strict=True))
    return TravelTimes(n_cells, n_sites, cell, site, value.astype(float), **more)


THREE = [(0, 0, 5.0), (0, 1, 3.0), (1, 2, 9.0), (2, 1, 9.5)]


def found(travel, open_sites=None, limit=30.0):
    arcs = OpenArcs.of(travel, open_sites, limit=limit, where="test")
    return list(zip(arcs.cell.tolist(), arcs.site.tolist(), arcs.away.tolist(), strict=True))


def test_a_pair_that_occurs_twice_counts_once_with_the_lesser_value():
    """And arcs come by cell and site, whatever the order in which they were given."""
    given = [(1, 2, 9.0), (0, 1, 3.0), (0, 1, 2.0), (0, 0, 5.0), (0, 1, 2.0)]
    assert found(times(given)) == [(0, 0, 5.0), (0, 1, 2.0), (1, 2, 9.0)]


def test_the_limit_itself_counts_and_the_next_number_does_not():
    """9 minutes are within 9 minutes, 9.5 are not."""
    assert [arc[2] for arc in found(times(THREE), limit=9)] == [5.0, 3.0, 9.0]
    assert [arc[2] for arc in found(times(THREE), limit=8.999)] == [5.0, 3.0]


@pytest.mark.parametrize("chosen", [[1], np.array([1]), np.array([False, True, False])])
def test_sites_as_positions_or_as_a_mask(chosen):
    """Both say the same."""
    assert found(times(THREE), chosen) == [(0, 1, 3.0), (2, 1, 9.5)]


def test_no_open_site_at_all():
    """Nobody reaches anything."""
    assert found(times(THREE), []) == []


def test_without_a_word_the_existing_sites_count():
    """Candidates do not stand yet."""
    sites = SiteSet(["a", "b", "c"], status=["existing", "candidate", "required"])
    travel = times(THREE, sites=sites)
    assert found(travel) == [(0, 0, 5.0)]
    assert OpenArcs.of(travel, None, limit=9, where="").said == "sites with the status existing"
    assert len(found(times(THREE, sites=SiteSet(["a", "b", "c"])))) == 4


def test_nearest_takes_the_first_of_equally_near_sites():
    """-1 and NaN where none is reached."""
    arcs = OpenArcs.of(times([(0, 2, 4.0), (0, 1, 4.0), (2, 0, 1.0)]), None, limit=9, where="test")
    site, away = arcs.nearest(3)
    assert site.tolist() == [1, -1, 0]
    np.testing.assert_array_equal(away, [4.0, np.nan, 1.0])


def test_every_problem_is_told():
    """A limit that was never searched, and sites that are not there."""
    travel = times(THREE, limit=10.0)
    with pytest.raises(InputError) as wrong:
        OpenArcs.of(travel, [0, 3, -1], limit=15, where="test")
    assert "asked for 15 minutes" in wrong.value.problems[0]
    assert "0..2, got 3, -1" in wrong.value.problems[1]
    for given in ([0.5], [[0, 1]], np.array([True, False])):
        with pytest.raises(InputError, match="positions of sites, or a mask"):
            OpenArcs.of(travel, given, limit=5, where="test")
    planned = SiteSet(["a", "b", "c"], status=["candidate"] * 3)
    with pytest.raises(InputError, match="no site has the status existing"):
        OpenArcs.of(times(THREE, sites=planned), None, limit=5, where="test")
    with pytest.raises(InputError, match="finite and >= 0"):
        OpenArcs.of(travel, None, limit=float("nan"), where="test")
