"""Sorted lists: for each cell the sites that may serve it, nearest first, no longer than useful."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allocator.location.engines.median.problem import MedianProblem

_ENTRIES_AT_ONCE = 2_000_000
_SHORTEST, _SITES_PER_OPEN_ONE = 32, 6


def useful_length(n_sites: int, p: int) -> int:
    """How many sites a list needs, so that one of ``p`` open ones is among them as a rule."""
    return min(max(_SHORTEST, _SITES_PER_OPEN_ONE * n_sites // p), n_sites)


@dataclass(frozen=True, eq=False)
class NearLists:
    """What each cell would pay at the sites near it.

    Attributes
    ----------
    start, site, cost
        Cell ``i`` pays ``cost[start[i]:start[i + 1]]``, ascending, at these sites (numbered as in
        ``sites``); shapes ``(n_cells + 1,)`` and ``(n_entries,)`` twice.
    beyond
        What a cell pays at the least when no site of its list is open, shape ``(n_cells,)``: at a
        given site, or at the next site that did not go into the list; infinite when there is none.
    complete
        Whether a list holds every site that could matter, so that ``beyond`` is exact.
    sites
        Positions of the sites that are left to choose from, ascending.
    """

    start: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: NDArray[np.float64]
    beyond: NDArray[np.float64]
    complete: NDArray[np.bool_]
    sites: NDArray[np.int64]

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return len(self.beyond)

    @property
    def n_sites(self) -> int:
        """Number of sites to choose from."""
        return len(self.sites)

    @property
    def last_cost(self) -> NDArray[np.float64]:
        """What each cell pays at the last site of its list, 0 where that is empty."""
        some = np.diff(self.start) > 0
        last = np.zeros(self.n_cells)
        last[some] = self.cost[self.start[1:][some] - 1]
        return last

    def decided(self, role: NDArray[np.int8]) -> "NearLists":
        """The same lists after some sites were opened (1) or closed (-1); 0 stays open to choice.

        A list ends before the first site that is open.
        """
        left = role == 0
        place = np.where(left, np.cumsum(left) - 1, -1).astype(np.int32)
        return self._shortened(role, place, self.sites[left])

    def without(self, role: NDArray[np.int8]) -> "NearLists":
        """As :meth:`decided`, but the sites keep their numbers."""
        return self._shortened(role, np.arange(self.n_sites, dtype=np.int32), self.sites)

    def _shortened(
        self, role: NDArray[np.int8], place: NDArray[np.int32], sites: NDArray[np.int64]
    ) -> "NearLists":
        from allocator.location.engines.median import scans  # compiled: loaded when first needed

        start, site, cost, beyond, ended = scans.shortened(
            self.start, self.site, self.cost, self.beyond, role, place
        )
        return NearLists(start, site, cost, beyond, self.complete | ended, sites)


def near_lists(
    problem: MedianProblem,
    sites: NDArray[np.int64],
    length: int,
    cap: NDArray[np.float64] | None = None,
) -> NearLists:
    """Lists of at most ``length`` of some sites per cell.

    Sites where a cell would pay no less than at a given one (``cap``) are left out.
    """
    cap = problem.cap if cap is None else cap
    place = np.full(problem.n_sites, -1, dtype=np.int32)
    place[sites] = np.arange(len(sites), dtype=np.int32)
    widest = max(int(np.diff(problem.arcs.start).max(initial=0)), 1)
    rows_at_once = max(_ENTRIES_AT_ONCE // widest, 1)
    parts = [
        _part(problem, place, cap, np.arange(lo, min(lo + rows_at_once, problem.n_cells)), length)
        for lo in range(0, problem.n_cells, rows_at_once)
    ]
    return _joined(parts, cap, sites)


def longer(
    lists: NearLists, problem: MedianProblem, cells: NDArray[np.int64], length: int,
    cap: NDArray[np.float64],
) -> NearLists:  # fmt: skip
    """The same lists, those of some cells (ascending) with up to ``length`` sites."""
    place = np.full(problem.n_sites, -1, dtype=np.int32)
    place[lists.sites] = np.arange(lists.n_sites, dtype=np.int32)
    widest = max(int(np.diff(problem.arcs.start).max(initial=0)), 1)
    step = max(_ENTRIES_AT_ONCE // widest, 1)
    new = _joined(
        [_part(problem, place, cap, cells[at : at + step], length)
         for at in range(0, len(cells), step)],
        cap[cells], lists.sites,
    )  # fmt: skip
    size = np.diff(lists.start)
    size[cells] = np.diff(new.start)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
    is_new = np.zeros(lists.n_cells, dtype=np.bool_)
    is_new[cells] = True
    row_is_new = np.repeat(is_new, size)
    stays = ~np.repeat(is_new, np.diff(lists.start))
    site, cost = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
    site[row_is_new], cost[row_is_new] = new.site, new.cost
    site[~row_is_new], cost[~row_is_new] = lists.site[stays], lists.cost[stays]
    beyond, complete = lists.beyond.copy(), lists.complete.copy()
    beyond[cells], complete[cells] = new.beyond, new.complete
    return NearLists(start, site, cost, beyond, complete, lists.sites)


_Part = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]


def _part(
    problem: MedianProblem,
    place: NDArray[np.int32],
    cap: NDArray[np.float64],
    cells: NDArray[np.int64],
    length: int,
) -> _Part:
    """Lists of some cells: how long each is, its sites and costs, and the next cost (or inf)."""
    arcs = problem.arcs
    size = arcs.start[cells + 1] - arcs.start[cells]
    width = max(int(size.max(initial=0)), 1)
    site = np.full((len(cells), width), -1, dtype=np.int32)
    cost = np.full((len(cells), width), np.inf)
    inside = np.arange(width) < size[:, None]
    at = (arcs.start[cells][:, None] + np.arange(width))[inside]
    site[inside] = place[arcs.site[at]]
    cost[inside] = arcs.value[at]
    cost *= np.where(problem.weight[cells] > 0, problem.weight[cells], 1.0)[:, None]
    useful = (site >= 0) & (cost < cap[cells][:, None]) & (problem.weight[cells] > 0)[:, None]
    cost[~useful] = np.inf
    after = np.full(len(cells), np.inf)
    if length < width:
        order = np.argpartition(cost, length, axis=1)
        after = np.take_along_axis(cost, order[:, length : length + 1], axis=1)[:, 0]
        order = np.sort(order[:, :length], axis=1)
        cost = np.take_along_axis(cost, order, axis=1)
        site = np.take_along_axis(site, order, axis=1)
    order = np.argsort(cost, axis=1, kind="stable")
    cost = np.take_along_axis(cost, order, axis=1)
    here = np.isfinite(cost)
    return (
        here.sum(axis=1), np.take_along_axis(site, order, axis=1)[here], cost[here], after,
    )  # fmt: skip


def _joined(parts: list[_Part], cap: NDArray[np.float64], sites: NDArray[np.int64]) -> NearLists:
    size = np.concatenate([np.empty(0, np.int64), *(part[0] for part in parts)])
    site = np.concatenate([np.empty(0, np.int32), *(part[1] for part in parts)])
    cost = np.concatenate([np.empty(0), *(part[2] for part in parts)])
    after = np.concatenate([np.empty(0), *(part[3] for part in parts)])
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(size)])
    complete = np.isinf(after)
    return NearLists(start, site, cost, np.where(complete, cap, after), complete, sites)
