"""What happens in which year, and what there is of a plan at the end of each."""

from dataclasses import dataclass, replace

from allocator.horizon import Years
from allocator.planning.decided import Decided
from allocator.planning.years.beginnings import Course, Pair
from allocator.planning.years.openings import Opening


@dataclass(frozen=True, eq=False)
class Timetable:
    """What happens in which year.

    Attributes
    ----------
    years, courses
        What was asked.
    stock, added, left
        By (resource, unit) and year; ``stock`` also for the year before the first. ``left`` are
        those who leave and what is given up.
    opens
        The year of each opening; None if not within the years.
    """

    years: Years
    courses: dict[Pair, Course]
    stock: dict[tuple[Pair, int], int]
    added: dict[tuple[Pair, int], int]
    left: dict[tuple[Pair, int], int]
    opens: dict[Opening, int | None]


def reached(aimed: Decided, plan: Timetable, year: int) -> Decided:
    """What of the plan there is at the end of a year, as decisions."""
    waits = {one for one, opens in plan.opens.items() if opens is None or opens > year}
    shut = {one.position for one in waits if one.what == "new"}
    stands = {one.position for one in waits if one.what == "closed"}
    plain = {one.position for one in waits if one.what != "closed"}
    return replace(
        aimed,
        opened=aimed.opened | dict.fromkeys(shut, False) | dict.fromkeys(stands, True),
        attributes={(a, j) for a, j in aimed.attributes if j not in plain},
        amounts=aimed.amounts | {pair: plan.stock[pair, year] for pair in plan.courses},
    )


def same(aimed: Decided, other: Decided) -> bool:
    """Whether two plans have the same sites, attributes and stock."""
    return (aimed.opened, aimed.attributes, aimed.amounts) == (
        other.opened, other.attributes, other.amounts,
    )  # fmt: skip
