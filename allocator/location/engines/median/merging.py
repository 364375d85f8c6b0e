"""Cells that see their nearest sites in the same order, as one: a small median like the large one.

What is found there - a choice of sites, and where each price lies between what a cell pays and what
it would pay without its site - is a very good guess for the cells themselves. Nothing is proven.
"""

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.median.lists import NearLists


def by_nearest(lists: NearLists, depth: int) -> NDArray[np.int64]:
    """Group of each cell: those with the same nearest ``depth`` sites; numbers without gaps."""
    first, size = lists.start[:-1], np.diff(lists.start)
    key = np.zeros(lists.n_cells, dtype=np.int64)
    for place in range(depth):
        there = size > place
        at = np.where(there, first + place, 0)
        near = np.where(there, lists.site[at] + 1, 0) if len(lists.site) else 0
        key = np.unique(key * (lists.n_sites + 1) + near, return_inverse=True)[1]
    return key


def merged(
    lists: NearLists, group: NDArray[np.int64], beyond: NDArray[np.float64], length: int
) -> NearLists:
    """Lists of the groups, at most so long; a group pays what its cells pay together.

    Parameters
    ----------
    beyond
        What each cell pays where its list ends, finite.
    """
    from allocator.location.engines.median import scans  # compiled: loaded when first needed

    n = int(group.max(initial=-1)) + 1
    together, top = scans.summed(
        lists.start, lists.site, lists.cost, beyond, group, n, lists.n_sites
    )
    length = min(length, lists.n_sites)
    if length < lists.n_sites:
        order = np.argpartition(together, length - 1, axis=1)[:, :length]
        order = np.take_along_axis(
            order, np.argsort(np.take_along_axis(together, order, axis=1), axis=1), axis=1
        )
    else:
        order = np.argsort(together, axis=1, kind="stable")
    cost = np.take_along_axis(together, order, axis=1)
    useful = cost < top[:, None]
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(useful.sum(axis=1))])
    return NearLists(
        start, order[useful].astype(np.int32), cost[useful], top, np.ones(n, dtype=np.bool_),
        lists.sites,
    )  # fmt: skip
