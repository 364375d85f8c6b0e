"""Arcs of parts: those of the whole, up to what rules may ask for, across borders too."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from builders import rule, site, small_policy, small_region

from allocator.assumptions import Assumptions
from allocator.planning.case import Case
from allocator.planning.parts.coupling import Coupling
from allocator.planning.parts.cutting import Cutter
from allocator.planning.parts.part_travel import KM, PartTravel, straight
from allocator.planning.parts.territory import Territory
from allocator.planning.reach import reach
from allocator.planning.tasks import Task
from allocator.region.ground import Region
from allocator.travel.journeys import Journeys, Travel
from allocator.travel.means import ByTable

EMS, CLINICS = {"kinds": ["ems_station"]}, {"kinds": ["village_clinic"]}
UNITS = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R")}
MINUTES = [  # of the cells 0..5 to the sites a, b, clinic; A has the first two cells and the last
    [2, 40, 3], [4, 12, 30], [9, 11, 3], [11, 3, 8], [30, 2, 9], [None, 5, 2],
]  # fmt: skip


def region() -> Region:
    sites = [
        site("a", x_km=0.5, status="candidate", unit="A"),
        site("b", x_km=5.5, status="candidate", unit="B"),
        site("clinic", kind="village_clinic", x_km=2.5, status="candidate", unit="B"),
    ]
    return small_region(
        people=[100] * 6, x_km=[k + 0.5 for k in range(6)], y_km=[0.5] * 6,
        cell_units=["A", "A", "B", "B", "B", "A"], units=UNITS, sites=sites,
        urban=[True, False] * 3, planning=["A", "B"],
    )  # fmt: skip


def cutter(*rules, travel: Travel | None = None) -> Cutter:
    there = region()
    if travel is None:
        cells, sites = there.grid.table.index, there.sites.table.index
        rows = [
            (c, s, m) for c, row in zip(cells, MINUTES, strict=True)
            for s, m in zip(sites, row, strict=True) if m is not None
        ]  # fmt: skip
        table = pd.DataFrame(rows, columns=["from_id", "to_id", "minutes"])
        travel = Travel(drive=ByTable(table))
    readings = Assumptions({"settled_density_per_km2": 0})
    case = Case(
        there, small_policy(*rules), readings, journeys=Journeys.of(travel, there, readings)
    )  # fmt: skip
    territory = Territory.of(there, "county")
    kinds = (frozenset(EMS["kinds"]), frozenset(CLINICS["kinds"]))
    task = Task(name="t", case=case, rules=list(rules), kinds=kinds, stocks=False, about="cost")
    return Cutter(task, territory, Coupling.of(case, territory, "cost"))


def cover(name: str, minutes: int, sites=EMS, **more):
    return rule("coverage", id=name, sites=sites, within_minutes=minutes, mode="drive", **more)


def arcs_of(travel: PartTravel, part: int) -> set[tuple[int, int, float]]:
    return {
        (int(c), int(s), float(v))
        for arcs in travel.arcs.values()
        for c, s, v in zip(*arcs.of(part), strict=True)
    }


def test_each_site_is_searched_as_far_as_its_own_rules_ask():
    """Stations 12 minutes, clinics 5: each part has its cells' arcs, abroad too."""
    made = cutter(cover("E", 12), cover("E2", 3), cover("C", 5, CLINICS))
    travel = made._travel
    assert arcs_of(travel, 0) == {
        (0, 0, 2), (1, 0, 4), (1, 1, 12), (5, 1, 5), (0, 2, 3), (5, 2, 2),
    }  # fmt: skip
    assert arcs_of(travel, 1) == {
        (2, 0, 9), (2, 1, 11), (3, 0, 11), (3, 1, 3), (4, 1, 2), (2, 2, 3),
    }  # fmt: skip
    assert travel.sites(0).tolist() == [0, 1, 2]
    assert travel.sites(1).tolist() == [0, 1, 2]
    assert cutter(cover("E", 3)).cut(1).sites.tolist() == [1, 2]


@pytest.mark.parametrize("part", [0, 1])
def test_a_part_reaches_what_its_cells_reach_in_the_whole(part):
    """The same coverage, cell by cell and site by site."""
    rules = [cover("E", 12), cover("E2", 11), cover("C", 5, CLINICS, group="rural")]
    made = cutter(*rules)
    whole, cut = made.task.case, made.cut(part)
    own = cut.task.case
    cells = np.flatnonzero(made.territory.cell == part)
    for asked in rules:
        abroad, here = whole.positions(asked.sites), own.positions(asked.sites)
        expected = reach(whole, asked, cells, abroad)
        found = reach(own, asked, np.arange(len(cells)), here)
        names = whole.region.sites.table.index
        pairs = [
            {(int(c), str(names[every[s]])) for c, s in zip(
                np.repeat(np.arange(len(cells)), covered.degree), covered.site, strict=True)}
            for covered, every in ((expected, abroad), (found, cut.sites[here]))
        ]  # fmt: skip
        assert pairs[0] == pairs[1]
        assert pairs[0]


def test_what_goes_straight_needs_no_arcs():
    """A limit in km, and a mode for which nothing is named; rural people by another mode."""
    made = cutter(cover("E", 12), rule("coverage", id="K", sites=EMS, within_km=2))
    case = made.task.case
    walk = rule("coverage", id="W", sites=EMS, within_minutes=9, mode="walk")
    assert straight(case, cover("E", 12)) == []
    assert straight(case, made.task.rules[1]) == [KM]
    assert straight(case, walk) == ["walk"]
    mixed = replace(case.journeys.travel, rural_by={"drive": "walk"})
    mixed_case = replace(case, journeys=Journeys.of(mixed, case.region, case.assumptions))
    assert straight(mixed_case, cover("E", 12)) == ["walk"]
    bare = replace(case, journeys=None)
    assert straight(bare, cover("E", 12)) == ["drive"]
    assert PartTravel.of(bare, made.territory, [cover("E", 12)]).arcs == {}
    assert PartTravel(bare, {}).journeys(0, np.arange(3), np.arange(2)) is None


def test_a_rule_whose_limit_is_gone_before_the_way_begins_asks_for_no_arcs():
    """The call takes longer than the rule allows."""
    asked = rule("coverage", id="E", sites=EMS, within_minutes=1, mode="ambulance", from_call=True)
    assert cutter(asked)._travel.arcs == {}
