"""Arcs kept site by site: searched once, cut to any limit."""

import numpy as np

from allocator.travel.ends import SiteSet
from allocator.travel.kept_arcs import KeptArcs
from allocator.travel.times import TravelTimes

MINUTES = np.array([[1.0, 9.0, 30.0], [5.0, np.inf, 2.0]])  # cells x sites


class Asked:
    """Ways that remember what they were asked."""

    def __init__(self):
        self.calls = []

    def times(self, sites, limit):
        at = [int(name) for name in sites.ids]
        self.calls.append((at, limit))
        cell, site = np.nonzero(MINUTES[:, at] <= limit)
        return TravelTimes(2, len(at), cell, site, MINUTES[:, at][cell, site], limit=limit)

    def nearest(self, sites):
        return MINUTES[:, [int(name) for name in sites.ids]].min(axis=1)


def kept(least=0.0):
    ways = Asked()
    sites = SiteSet(["0", "1", "2"], xy_m=np.zeros((3, 2)))
    return ways, KeptArcs(ways, sites, np.full(2, least))


def pairs(times):
    return dict(zip(zip(times.cell.tolist(), times.site.tolist(), strict=True), times.value,
                    strict=True))  # fmt: skip


def test_arcs_are_numbered_as_in_the_lists():
    """Cells and sites by their place in what was asked."""
    _, arcs = kept()
    assert pairs(arcs.between(np.array([1]), [2, 0], 10.0)) == {(0, 0): 2.0, (0, 1): 5.0}
    assert pairs(arcs.between(np.array([0, 1]), [], 10.0)) == {}


def test_a_site_is_searched_from_again_only_for_longer_ways():
    """Less far, and other cells, are cut out of what is there."""
    ways, arcs = kept()
    cells = np.arange(2)
    arcs.between(cells, [0, 1], 9.0)
    assert pairs(arcs.between(cells, [1, 0], 5.0)) == {(0, 1): 1.0, (1, 1): 5.0}
    assert ways.calls == [([0, 1], 9.0)]
    arcs.between(cells, [0, 2], 9.0)
    arcs.between(cells, [0], 31.0)
    assert ways.calls[1:] == [([2], 9.0), ([0], 31.0)]


def test_nobody_lives_nearer_than_the_way_inside_a_cell():
    """Shorter ways count as that long, and beyond the limit not at all."""
    _, arcs = kept(least=3.0)
    assert pairs(arcs.between(np.arange(2), [0, 2], 4.0)) == {(0, 0): 3.0, (1, 1): 3.0}
    assert pairs(arcs.between(np.arange(2), [0, 2], 2.0)) == {}
    assert arcs.nearest([0, 2]).tolist() == [3.0, 3.0]
