"""The ring of buckets: wide enough for any step, a power of two, never too many."""

import numpy as np
import pytest

from allocator.travel.buckets import ring_of_buckets


@pytest.mark.parametrize(
    ("steps", "limit", "longest"),
    [([0.2, 0.3, 17.0, np.inf, np.nan], 15.0, 0.3), ([1e-9, 1e9], 1e12, 1e9), ([0, 0], 5, 0),
     ([], 5, 0), ([5e-324, 0], 5, 5e-324), ([0], 0, 0), ([5e-324], 5e-324, 5e-324),
     ([1e-15], 1e6, 1e-15)],
)  # fmt: skip
def test_a_ring_of_buckets_holds_the_longest_step(steps, limit, longest):
    """Costs counted in widths are whole numbers of 64 bits."""
    width, n = ring_of_buckets(np.array(steps, dtype=float), limit)
    assert width > 0
    assert limit / width < 2**62
    assert n & (n - 1) == 0
    assert longest / width + 2 <= n <= 2**22
