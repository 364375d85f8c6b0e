"""How wide the buckets are in which a search keeps what waits, and how many it takes."""

import numpy as np
from numpy.typing import NDArray

_MOST, _LEAST_WIDTH, _AS_GOOD_AS_ZERO = 1_000_000, 2.0**-50, 1e-100


def ring_of_buckets(steps: NDArray[np.float64], limit: float) -> tuple[float, int]:
    """Width of the buckets, and how many it takes for any step within a limit.

    A quarter of the usual step: few items then come twice, and few buckets are empty. The number is
    a power of two. Even the limit counted in widths is a whole number that fits.

    Parameters
    ----------
    steps
        Costs of all steps; those above the limit, infinite and NaN do not count. Shape ``(n,)``.
    limit
        Highest cost that counts.
    """
    used = steps[steps <= limit]
    if not used.any() or limit < _AS_GOOD_AS_ZERO:
        return 1.0, 4
    longest = float(used.max())
    width = max(float(used.mean()) / 4, longest / _MOST, limit * _LEAST_WIDTH)
    return width, 1 << (int(longest / width) + 3).bit_length()
