"""Between which numbers a resource stays in each year, and how much of it may be given up."""

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.planning.physical import planned_parts
from allocator.planning.years.beginnings import Course, Pair
from allocator.region.stock import resources


@dataclass(frozen=True)
class Path:
    """The room that one resource has in one planning unit.

    Attributes
    ----------
    floor
        Least that there is at the end of each year: what remains of today's number when nobody
        comes.
    top
        Most that there ever is.
    gives_up
        Most that may be given up in each year, besides those who leave by themselves.
    moves
        Whether the number can change at all.
    """

    floor: tuple[int, ...]
    top: int
    gives_up: tuple[int, ...]
    moves: bool


def paths(courses: Mapping[Pair, Course], count: int) -> dict[Pair, Path]:
    """The room of every course over ``count`` years."""
    found: dict[Pair, Path] = {}
    for pair in courses:
        _path(pair, courses, count, found)
    return found


def parts_in(pair: Pair, courses: Mapping[Pair, Course]) -> list[Pair]:
    """The resources that sum up to this one in its unit, if it is a whole."""
    return [
        (part, pair[1])
        for part in planned_parts(pair[0], lambda resource: (resource, pair[1]) in courses)
    ]


def outer_of(pair: Pair, courses: Mapping[Pair, Course]) -> Pair | None:
    """What a resource lies inside of in its unit, unless as a part of that sum."""
    outer = (resources()[pair[0]].inside, pair[1])
    return outer if outer in courses and pair not in parts_in(outer, courses) else None


def _path(pair: Pair, courses: Mapping[Pair, Course], count: int, found: dict[Pair, Path]) -> Path:
    if pair not in found:
        if parts := parts_in(pair, courses):
            found[pair] = _of_parts(courses[pair], [_path(p, courses, count, found) for p in parts])
        else:
            outer = outer_of(pair, courses)
            holds = None if outer is None else _path(outer, courses, count, found)
            found[pair] = _by_itself(courses[pair], holds, count)
    return found[pair]


def _of_parts(course: Course, parts: list[Path]) -> Path:
    """A whole follows its parts."""
    floor = tuple(sum(each) for each in zip(*(part.floor for part in parts), strict=True))
    top = max(course.most, sum(part.top for part in parts))
    moves = course.start != course.aim or any(part.moves for part in parts)
    return Path(floor, top, (top,) * len(floor), moves)


def _by_itself(course: Course, outer: Path | None, count: int) -> Path:
    """f_t = f_{t-1} - leave(f_{t-1}), less what the plan wants fewer and what would not fit.

    What lies inside something gives up what its own floor exceeds the other's by, and no more:
    whoever stays within the year before still fits in the year after.
    """
    floor: list[int] = []
    gives_up: list[int] = []
    before, fewer = course.start, course.aim < course.start
    for year in range(count):
        stays = before - course.leave(before)
        least = min(stays, course.aim) if fewer else stays
        if outer is not None:
            least = min(least, outer.floor[year])
        gives_up.append(course.most if fewer else stays - least)
        floor.append(least)
        before = least
    moves = course.start != course.aim or course.leaving > 0 or floor != [course.start] * count
    return Path(tuple(floor), course.most, tuple(gives_up), moves)
