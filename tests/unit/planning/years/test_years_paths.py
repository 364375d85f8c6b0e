"""Between which numbers a resource stays over the years, and how much of it may be given up."""

from fractions import Fraction

import pytest

from allocator.planning.years.beginnings import Course
from allocator.planning.years.paths import paths


def course(resource, start, aim, leaving=0, *, known=True):
    """One resource in the unit A."""
    return Course(resource, "A", start, aim, known, Fraction(str(leaving)), "must")


def found(*courses, count=3):
    """Paths by resource."""
    rooms = paths({(c.resource, c.unit): c for c in courses}, count)
    return {pair[0]: room for pair, room in rooms.items()}


def test_what_is_wanted_and_does_not_leave_stays():
    """100 beds to be 100: nothing moves."""
    room = found(course("rehab_nursing_beds", 100, 100))["rehab_nursing_beds"]
    assert (room.floor, room.moves) == ((100, 100, 100), False)


def test_staff_become_fewer_by_those_who_leave_and_by_nobody_else():
    """100 - 10 - 9 - 8 if nobody comes."""
    room = found(course("physicians", 100, 150, 0.1))["physicians"]
    assert room.floor == (90, 81, 73)
    assert room.gives_up == (0, 0, 0)
    assert (room.top, room.moves) == (150, True)


def test_what_the_plan_wants_fewer_may_be_given_up_to_there():
    """20 of 100 go, in any year."""
    room = found(course("rehab_nursing_beds", 100, 80))["rehab_nursing_beds"]
    assert room.floor == (80, 80, 80)
    assert min(room.gives_up) >= 20


def test_staff_inside_others_who_leave_faster_give_up_what_would_not_fit():
    """50 of 50 physicians are psychiatrists; a tenth of all leaves, none of these by themselves."""
    rooms = found(course("psychiatrists", 50, 50), course("physicians", 50, 90, 0.1))
    assert rooms["physicians"].floor == (45, 40, 36)
    assert rooms["psychiatrists"].floor == (45, 40, 36)
    assert rooms["psychiatrists"].gives_up == (5, 5, 4)
    assert rooms["psychiatrists"].moves


def test_staff_inside_others_stay_where_they_fit_all_along():
    """10 of 50: whoever else leaves, they fit."""
    rooms = found(course("psychiatrists", 10, 10), course("physicians", 50, 90, 0.1))
    assert not rooms["psychiatrists"].moves


def test_a_whole_follows_its_parts():
    """All beds are the public and the private ones, of which 20 are to go."""
    rooms = found(
        course("all_beds", 100, 80), course("public_beds", 60, 40), course("private_beds", 40, 40)
    )
    assert rooms["all_beds"].floor == (80, 80, 80)
    assert rooms["all_beds"].top >= 100
    assert not rooms["private_beds"].moves


@pytest.mark.parametrize(("count", "due"), [(1, [10]), (3, [4, 7, 10]), (5, [2, 4, 6, 8, 10])])
def test_of_a_flow_its_share_is_due(count, due):
    """Ten trainees in one, three and five years; all doctors at once."""
    from allocator.horizon import Years

    years = Years(2021, 2020 + count)
    flow, staff = course("gp_trainees", 0, 10), course("physicians", 0, 10)
    assert [flow.due(year, years) for year in years.all] == due
    assert [staff.due(year, years) for year in years.all] == [10] * count
