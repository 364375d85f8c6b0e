"""A-or-B rules, audited."""

import pytest
from builders import rule, site, small_region
from plan_builders import audited, plan_facts

from allocator.auditing.facts import Facts

UNITS = {
    "R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"),
    "A1": ("town", "A"), "A2": ("town", "A"), "B1": ("town", "B"),
}  # fmt: skip
CELLS = ["A1", "A1", "A2", "A2", "B1", "B1", "B1", "B1"]
STATIONS = {"kinds": ["ems_station"]}
EITHER = rule(
    "either_or", id="OR",
    branches=[
        {"kind": "coverage", "id": "near", "strength": "must", "clause": "c", "line": 1,
         "meaning": "m", "sites": STATIONS, "within_km": 1.5},
        {"kind": "count", "id": "town", "strength": "must", "clause": "c", "line": 1,
         "meaning": "m", "sites": STATIONS, "sense": ">=", "number": 1, "level": ["town"]},
    ],
)  # fmt: skip


def region_with(*places):
    sites = [site(f"s{x}{y}", x_km=x, y_km=y) for x, y in places]
    return small_region(units=UNITS, cell_units=CELLS, sites=sites)


def verdict(region, facts=None, **assumptions):
    lines = audited(region, facts or plan_facts(region), EITHER, **assumptions)
    branches = {name: lines[name, "all"].branch for name in ("near", "town")}
    return lines["OR", "all"], branches, lines


@pytest.mark.parametrize(
    ("places", "taken"),
    [
        ([(0.5, 1.0), (2.5, 1.0)], "near"),
        ([(0.1, 0.1), (3.9, 0.1), (3.9, 1.9)], "town"),
        ([(0.5, 0.5), (2.5, 0.5), (2.5, 1.5)], "near"),
    ],
)
def test_one_branch_is_enough(places, taken):
    """The first branch that holds is the one taken; both are shown for information."""
    line, branches, lines = verdict(region_with(*places))
    assert line.met
    assert line.strength == "must"
    assert line.note == f"taken: {taken}"
    assert branches == {name: "taken" if name == taken else "not taken" for name in branches}
    assert lines["near", "all"].strength == lines["town", "A1"].strength == "info"
    assert lines["town", "A1"].note.startswith("branch of OR")


def test_no_branch_holds():
    """Then the nearest branch is named: 1 of 3 towns against most people covered."""
    line, branches, lines = verdict(region_with((0.5, 1.0)))
    assert (line.met, line.achieved, line.slack) == (False, 0, -1)
    assert line.note == "no branch holds; nearest: near"
    assert branches["near"] == "taken"
    assert lines["near", "all"].met is False


def test_a_branch_without_data_leaves_the_rule_open_unless_another_holds():
    """Unknown or true is true; unknown or false is unknown."""
    beds = {"kind": "total", "id": "beds", "strength": "must", "clause": "c", "line": 1,
            "meaning": "m", "resources": ["rehab_beds"], "sense": ">=", "number": 1}  # fmt: skip
    stations = {"kind": "count", "id": "two", "strength": "must", "clause": "c", "line": 1,
                "meaning": "m", "sites": STATIONS, "sense": ">=", "number": 2}  # fmt: skip
    either = rule("either_or", id="OR", branches=[beds, stations])
    one, two = region_with((0.5, 0.5)), region_with((0.5, 0.5), (1.5, 0.5))
    line = audited(one, Facts.of_today(one), either)["OR", "all"]
    assert (line.evaluated, line.note) == (False, "beds: stock.csv has no 'rehab_beds'")
    line = audited(two, Facts.of_today(two), either)["OR", "all"]
    assert (line.evaluated, line.met, line.note) == (True, True, "taken: two")


def far_apart(*places, towns=("B1", "B1", "B2", "B2")):
    """B lies 9 km north of A and has two towns; places are (km east, km north)."""
    units = UNITS | {town: ("town", "B") for town in towns if town != "B"}
    units = {u: v for u, v in units.items() if v[1] != "B" or u in towns}
    return small_region(
        units=units, cell_units=[*CELLS[:4], *towns], y_km=[0.5] * 4 + [9.5] * 4,
        sites=[site(f"s{i}", x_km=x, y_km=y) for i, (x, y) in enumerate(places)],
    )  # fmt: skip


TOWNS_OF_A = [(-1.0, 0.5), (5.0, 0.5)]


def test_every_unit_may_choose():
    """A takes one station per town, B the radius; neither branch holds everywhere."""
    region = far_apart(*TOWNS_OF_A, (2.0, 9.5))
    assert not verdict(region)[0].met
    line, branches, lines = verdict(region, either_or_per="unit")
    assert (line.required, line.achieved, line.met) == (2, 2, True)
    assert line.note == "town in 1 unit; near in 1 unit"
    assert lines["OR", "A"].note == "taken: town"
    assert lines["OR", "B"].note == "taken: near"
    assert lines["town", "A1"].branch == "taken"
    assert lines["town", "B1"].branch == "not taken"
    assert branches == {"near": "taken", "town": "taken"}


def test_a_unit_where_no_branch_holds():
    """The region's line counts the units that are short; two branches in one unit are not two."""
    region = far_apart((0.5, 0.5), (1.0, 9.5), (3.0, 9.5))
    line, _, lines = verdict(region, either_or_per="unit")
    assert lines["OR", "B"].met
    assert lines["OR", "B"].achieved == 2
    assert not lines["OR", "A"].met
    assert (line.required, line.achieved, line.slack, line.met) == (2, 1, -1, False)
    assert line.note == "1 of 2 units short; near in 1 unit"


def test_a_branch_that_says_nothing_of_a_unit_cannot_be_chosen_there():
    """B without towns must take the radius."""
    region = far_apart(*TOWNS_OF_A, (-1.0, 9.5), towns=("B",) * 4)
    line, _, lines = verdict(region, either_or_per="unit")
    assert lines["OR", "A"].note == "taken: town"
    assert lines["OR", "B"].met is False
    assert not line.met
