"""Minutes and km between cells and sites, straight and by a source."""

import numpy as np
import pandas as pd
import pytest
from builders import site, small_policy, small_region

from allocator.assumptions import Assumptions
from allocator.planning.case import Case
from allocator.planning.travelling import (
    least_minutes,
    minutes,
    nearest_minutes,
    reachable,
    speeds_kmh,
)
from allocator.travel.journeys import Journeys, Travel
from allocator.travel.means import ByTable
from allocator.travel.ways import FARTHEST

CELLS = np.arange(3)


def case_of(region, travel=None, **assume):
    readings = Assumptions(assume)
    journeys = None if travel is None else Journeys.of(travel, region, readings)
    return Case(region, small_policy(), readings, journeys=journeys)


def test_each_speed_has_its_own_assumption():
    """Changing one speed changes that mode in those cells and no other."""
    region = small_region(people=[900, 900], urban=[True, False])
    names = [
        "walking_kmh", "driving_urban_kmh", "driving_rural_kmh", "ambulance_urban_kmh",
        "ambulance_rural_kmh",
    ]  # fmt: skip
    changed = dict(zip(names, [4.0, 21.0, 22.0, 23.0, 24.0], strict=True))
    case = case_of(region, **changed)
    assert speeds_kmh(case, "walk").tolist() == [4.0, 4.0]
    assert speeds_kmh(case, "drive").tolist() == [21.0, 22.0]
    assert speeds_kmh(case, "ambulance").tolist() == [23.0, 24.0]


def region():
    """Three cells, the first urban, and two sites; a table of walks that leaves one cell out."""
    return small_region(
        people=[900] * 3, x_km=[0, 1, 2], y_km=[0] * 3, urban=[True, False, False],
        sites=[site("s", x_km=0, y_km=0), site("t", x_km=2, y_km=0)],
    )  # fmt: skip


def walks(ground, **more):
    first, second, _ = ground.grid.table.index
    rows = [(first, "s", 7.0), (first, "t", 40.0), (second, "t", 3.0)]
    table = pd.DataFrame(rows, columns=["from_id", "to_id", "minutes"])
    return Travel(walk=ByTable(table), **more)


def test_a_table_gives_minutes_and_nobody_lives_nearer_than_the_way_inside_a_cell():
    """0.38 km of detour 1.3 on foot are 6.2 minutes: 3 count as that."""
    ground = region()
    case = case_of(ground, walks(ground))
    inside = 0.38 * 1.3 / 4.8 * 60
    times = minutes(case, "walk", CELLS, [0, 1], 40.0)
    assert list(zip(times.cell, times.site, times.value, strict=True)) == [
        (0, 0, 7.0), (0, 1, 40.0), (1, 1, pytest.approx(inside)),
    ]  # fmt: skip
    assert len(minutes(case, "walk", CELLS, [0, 1], 6.9)) == 1
    assert least_minutes(case, "walk", CELLS, [0, 1]).tolist() == [
        7.0, pytest.approx(inside), FARTHEST,
    ]  # fmt: skip
    assert reachable(case, "walk", CELLS, [0, 1]).tolist() == [0, 1]
    assert reachable(case, "walk", CELLS, [0]).tolist() == [0]
    away, place = nearest_minutes(case, "walk", CELLS, [1, 0], 2)
    assert away.tolist() == [[7.0, 40.0], [pytest.approx(inside), FARTHEST], [FARTHEST] * 2]
    assert place[0].tolist() == [1, 0]


def test_rural_cells_travel_by_the_other_mode():
    """The urban cell walks by the table, the others drive straight at 50 km/h."""
    ground = region()
    case = case_of(ground, walks(ground, rural_by={"walk": "drive"}))
    drive = [max(km, 0.38) * 1.3 / 50 * 60 for km in (1.0, 0.0)]
    found = least_minutes(case, "walk", CELLS, [1])
    assert found == pytest.approx([40.0, *drive])
    times = minutes(case, "walk", CELLS, [0, 1], 60.0)
    assert (np.diff(times.cell * 2 + times.site) > 0).all()
    assert times.value == pytest.approx([7.0, 40.0, drive[0], drive[0], 2 * drive[0], drive[1]])
    assert reachable(case, "walk", CELLS, [1]).tolist() == [0, 1, 2]
