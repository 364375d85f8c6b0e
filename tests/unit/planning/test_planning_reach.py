"""Who reaches what, in the terms of a coverage rule."""

import math

import numpy as np
import pytest
from builders import rule, site, small_policy, small_region

from allocator.assumptions import Assumptions
from allocator.planning.case import Area, Case
from allocator.planning.reach import cells_of, limit_for_all, over_sites, reach, settled


def case_of(region, **assume):
    return Case(region, small_policy(), Assumptions(assume))


def reached(region, made, **assume):
    """Which cells reach any site under a rule."""
    case = case_of(region, **assume)
    cells = np.arange(len(region.grid))
    return (reach(case, made, cells, list(range(len(region.sites)))).degree > 0).tolist()


def line_region(*, urban=True):
    """Four cells at 0, 1, 2 and 3 km from one site."""
    return small_region(
        people=[1000] * 4, x_km=[0, 1, 2, 3], y_km=[0] * 4, urban=[urban] * 4,
        sites=[site("s", x_km=0, y_km=0)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "cells"), [(2, 3), ("1.999999", 2), ("2.000001", 3), ("0.38", 1), ("0.37", 0)]
)
def test_a_radius_includes_its_own_limit(limit, cells):
    """A cell at exactly the limit is reached; beyond it, not; nobody lives nearer than 0.38."""
    made = rule("coverage", sites={}, within_km=limit)
    assert sum(reached(line_region(), made)) == cells


@pytest.mark.parametrize(
    ("mode", "urban", "kmh"),
    [("walk", True, 4.8), ("walk", False, 4.8), ("drive", True, 30.0), ("drive", False, 50.0),
     ("ambulance", True, 30.0), ("ambulance", False, 50.0)],
)  # fmt: skip
def test_minutes_go_by_the_speed_of_the_cells_settlement(mode, urban, kmh):
    """2 km at the mode's speed with a detour of 1.3: within exactly those minutes, not less."""
    minutes = 2 * 1.3 / kmh * 60
    region = line_region(urban=urban)
    at = rule("coverage", sites={}, within_minutes=minutes, mode=mode)
    below = rule("coverage", sites={}, within_minutes=minutes * (1 - 1e-6), mode=mode)
    assert sum(reached(region, at)) == 3
    assert sum(reached(region, below)) == 2


def test_minutes_from_the_call_include_handling_and_turnout():
    """2 km take 5.2 minutes of driving: 9.2 from the call; nobody within 4 minutes, or 3."""
    region = line_region()
    for limit, cells in (("9.2", 3), ("9.19", 2), (4, 0), (3, 0)):
        made = rule("coverage", sites={}, within_minutes=limit, mode="ambulance", from_call=True)
        assert sum(reached(region, made)) == cells
        case = case_of(region, settled_density_per_km2=0)
        assert limit_for_all(case, made) == pytest.approx(4 + 3 * 1.3 / 30 * 60)


def test_only_ambulances_are_called():
    """Neither a walk nor a km begins with a call."""
    for wrong in ({"within_minutes": 9, "mode": "walk"}, {"within_km": 2, "mode": "ambulance"}):
        with pytest.raises(ValueError, match="from_call is for ambulances"):
            rule("coverage", sites={}, from_call=True, **wrong)


def test_cells_as_dense_as_the_threshold_are_settled():
    """299 people on a km2 are not settled, 300 are."""
    region = small_region(people=[299, 300, 301])
    assert settled(case_of(region)).tolist() == [False, True, True]
    assert settled(case_of(region, settled_density_per_km2=301.0)).tolist() == [False, False, True]


def test_cells_of_a_group_in_an_area():
    """Urban and rural cells split the cells; an area takes those of its units and below."""
    region = small_region(urban=[True, False] * 4)
    case = case_of(region)
    urban, rural = cells_of(case, "urban").tolist(), cells_of(case, "rural").tolist()
    assert sorted(urban + rural) == cells_of(case, "total").tolist() == list(range(8))
    assert cells_of(case, "urban", Area("A", ("A",))).tolist() == [0, 2]
    assert cells_of(case, "total", Area("R", ("R",))).tolist() == list(range(8))


def test_sites_keep_their_identity_in_a_longer_list():
    """Site 1 of the short list [4, 7] is the last of the long list [2, 4, 7]."""
    region = line_region()
    made = rule("coverage", sites={}, within_km=10)
    found = reach(case_of(region), made, np.arange(4), [0])
    longer = over_sites(found, [7], [2, 4, 7])
    assert longer.n_sites == 3
    assert longer.sites_of(0).tolist() == [2]


def test_distances_are_straight_and_planar():
    """3 km east and 4 km north are 5 km, whatever the mode of the rule."""
    region = small_region(
        people=[900], x_km=[3], y_km=[4], sites=[site("s", x_km=0, y_km=0)], urban=[True]
    )
    for mode in ("walk", "drive"):
        assert reached(region, rule("coverage", sites={}, within_km=5, mode=mode)) == [True]
    assert not any(reached(region, rule("coverage", sites={}, within_km=math.nextafter(4.99, 0))))
