"""The planning unit of a place: its own, the one above it, or the outline that it lies in."""

from dataclasses import replace

import pandas as pd
from plans_for_tests import X0_M, Y0_M, small_plan

from allocator.files.planning_units import (
    cell_units,
    own_units,
    planning_units,
    site_units,
    unit_names,
)


def with_streets():
    """The small plan, with cells and sites in streets that are not planned for."""
    plan = small_plan()
    cells = plan.cells.assign(unit="A1")
    facilities = plan.facilities.assign(unit="A1")
    return replace(plan, cells=cells, facilities=facilities)


def test_the_whole_region_is_no_unit_of_its_own():
    """Unless it is the only one."""
    plan = small_plan()
    assert own_units(plan) == ["A", "B"]
    assert own_units(replace(plan, units=plan.units[plan.units["unit"] == "R"])) == ["R"]
    assert unit_names(plan)["A1"] == "Jianshe"


def test_own_units_stay():
    """Sites say their unit."""
    found = site_units(small_plan())
    assert found["ems-1"] == "A"
    assert found["ems:r1c2"] == "B"


def test_what_lies_in_what_goes_before_outlines():
    """A street's county is the one above it, wherever the place is."""
    plan = with_streets()
    told = plan.outlines.assign(parent=["", "R", "R", "A"])
    assert set(cell_units(replace(plan, outlines=told))) == {"A"}


def test_outlines_tell_where_nothing_else_does():
    """By the place itself; nowhere, where no outline is."""
    plan = with_streets()
    found = cell_units(plan)
    west = (plan.cells["x_m"] < X0_M + 3000).to_numpy()
    assert set(found[west]) == {"A"}
    assert set(found[~west]) == {"B"}
    assert planning_units(plan, ["?"], [X0_M - 9e5], [Y0_M]).tolist() == [""]
    bare = replace(plan, outlines=plan.outlines.drop(columns="geometry"))
    assert set(cell_units(bare)) == {""}


def test_a_circle_of_parents_ends():
    """A file may say that A lies in B and B in A."""
    plan = with_streets()
    outlines = plan.outlines.copy()
    outlines.loc["A1", "parent"] = "A1"
    told = replace(plan, outlines=outlines.fillna({"parent": ""}))
    assert len(cell_units(told)) == 24
    assert isinstance(site_units(told), pd.Series)
