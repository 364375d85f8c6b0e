"""TravelTimes: checked arcs, and who is within a limit."""

import numpy as np
import pytest

from allocator.errors import InputError
from allocator.travel.times import TravelTimes


def arcs(cell, site, value, **options):
    return TravelTimes(
        n_cells=3,
        n_sites=2,
        cell=np.array(cell),
        site=np.array(site),
        value=np.array(value, dtype=float),
        **options,
    )


def test_limit_is_included_and_missing_pairs_are_unreachable():
    """Exactly at the limit is within; zero minutes is zero; a cell without arcs reaches nothing."""
    coverage = arcs([0, 0, 1], [0, 1, 1], [0.0, 15.0, 15.1]).within(15)
    assert [coverage.sites_of(i).tolist() for i in range(3)] == [[0, 1], [], []]
    assert coverage.n_sites == 2


def test_a_limit_beyond_what_was_looked_for_is_an_error():
    """Arcs that were never searched for are not silently missing."""
    times = arcs([0], [0], [3.0], limit=10.0)
    assert times.within(10).degree.tolist() == [1, 0, 0]
    with pytest.raises(InputError, match="only looked for up to 10"):
        times.within(10.1)
    with pytest.raises(InputError, match="limit must be >= 0, got nan"):
        times.within(float("nan"))


def test_bad_arcs_are_all_listed():
    """Lengths, positions and values are checked together."""
    with pytest.raises(InputError) as caught:
        arcs([0, 3], [0, -1, 1], [1.0, np.nan])
    for part in ("equally long", "cell must lie in 0..2", "site must lie in 0..1", "1 arcs are"):
        assert part in str(caught.value)
