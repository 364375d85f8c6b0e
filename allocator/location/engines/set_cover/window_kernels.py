"""The compiled making of windows: small choices of rows, and how sites look from there."""

import numba
import numpy as np
from numpy.typing import NDArray

_Whole = NDArray[np.int64]
_Bits = NDArray[np.uint64]

_ONE = np.uint64(1)


@numba.njit(cache=True)
def windows_around(
    row_start: _Whole, row_site: _Whole, site_start: _Whole, site_row: _Whole, size: int
) -> tuple[_Whole, _Whole]:
    """For each row the ``size`` rows that share most sites with it, ascending; as lists."""
    n = len(row_start) - 1
    start = np.zeros(n + 1, np.int64)
    member = np.empty(n * size, np.int64)
    shared = np.zeros(n, np.int64)
    for i in range(n):
        near = [np.int64(i)]
        shared[i] = 1
        for at in range(row_start[i], row_start[i + 1]):
            j = row_site[at]
            for k in range(site_start[j], site_start[j + 1]):
                other = site_row[k]
                if shared[other] == 0:
                    near.append(other)
                shared[other] += 1
        # Most shared first; of equals the first in order, which is the same all over a raster.
        key = np.array([(n - shared[other]) * n + other for other in near])
        key.sort()
        chosen = key[:size] % n
        chosen.sort()
        start[i + 1] = start[i] + len(chosen)
        member[start[i] : start[i + 1]] = chosen
        for other in near:
            shared[other] = 0
    return start, member[: start[n]].copy()


@numba.njit(cache=True)
def traces(
    row_start: _Whole, row_site: _Whole, n_sites: int, window_start: _Whole, window_row: _Whole
) -> tuple[_Whole, _Whole, _Bits]:
    """What the sites look like from each window: its sites, and which of its rows each covers.

    Bit ``k`` of a site's trace is the window's row number ``k``. By trace, ascending.
    """
    n = len(window_start) - 1
    start = np.zeros(n + 1, np.int64)
    site = np.empty(1024, np.int64)
    trace = np.empty(1024, np.uint64)
    bits = np.zeros(n_sites, np.uint64)
    end = 0
    for w in range(n):
        seen = [np.int64(0) for _ in range(0)]
        for k in range(window_start[w], window_start[w + 1]):
            i = window_row[k]
            for at in range(row_start[i], row_start[i + 1]):
                j = row_site[at]
                if bits[j] == 0:
                    seen.append(j)
                bits[j] |= _ONE << np.uint64(k - window_start[w])
        found = np.array(seen)
        of_found = bits[found]
        order = np.argsort(of_found, kind="mergesort")
        while end + len(found) > len(site):
            site = np.concatenate((site, np.empty(len(site), np.int64)))
            trace = np.concatenate((trace, np.empty(len(trace), np.uint64)))
        site[end : end + len(found)] = found[order]
        trace[end : end + len(found)] = of_found[order]
        end += len(found)
        start[w + 1] = end
        bits[found] = 0
    return start, site[:end].copy(), trace[:end].copy()
