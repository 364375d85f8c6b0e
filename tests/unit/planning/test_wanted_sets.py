"""Sets of sites of which one must be open, as the rules ask."""

import numpy as np
from builders import rule, site, small_region
from planned import EMS, line, planned

from allocator.planning.wanted_sets import as_rows, left_to_hit, with_sets


def test_sets_that_are_hit_or_hold_another_are_left_out():
    sets = [np.array([0, 1]), np.array([2, 3]), np.array([2, 3, 4]), np.array([4])]
    left = left_to_hit(sets, np.array([1]), 5)
    assert [places.tolist() for places in left] == [[2, 3], [4]]
    assert left_to_hit([], np.array([1]), 5) == []


def test_sets_are_rows_behind_the_cells():
    cell, site_ = with_sets(np.array([0, 1]), np.array([3, 2]), 2, [np.array([0, 1])])
    assert list(zip(cell.tolist(), site_.tolist(), strict=True)) == [(0, 3), (1, 2), (2, 0), (2, 1)]
    assert as_rows([np.array([0, 1]), np.array([4])], 5).degree.tolist() == [2, 1]


def test_a_site_in_every_area_is_kept_when_others_move():
    """One station per county: s1 or s2 in A, s4 in B, not s1 and s2 for 8,900 people more."""
    counties = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R")}
    region = small_region(
        people=[5000, 9000, 9000, 50, 100], x_km=[k + 0.5 for k in range(5)], y_km=[0.5] * 5,
        units=counties, cell_units=["A", "A", "A", "B", "B"],
        sites=[site(f"s{k}", "ems_station", k + 0.5, 0.5, status="candidate") for k in range(5)],
        costs={"ems_station": 7},
    )  # fmt: skip
    every = rule("count", id="N", number=1, level=("county",), sense=">=", sites=EMS)
    cover = rule("coverage", id="C", within_km="0.5", share="0.1", sites=EMS)
    plan = planned(region, every, cover)
    again = plan.marginals[(plan.marginals["rule"] == "C") & (plan.marginals["step"] == 0)]
    assert line(plan, "C")["achieved"] + again["effect"].sum() == 9100
