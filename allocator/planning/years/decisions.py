"""The variables of a plan over several years: stock, added, left; and what still waits to open."""

from dataclasses import dataclass, field

from allocator.horizon import Years
from allocator.lp.rows import Term, Variable
from allocator.planning.case import Case
from allocator.planning.years.beginnings import Course, Pair
from allocator.planning.years.drafts import Draft
from allocator.planning.years.openings import Group
from allocator.planning.years.paths import Path, paths

Sum = tuple[float, list[Term]]
"""Constant and terms."""


@dataclass(eq=False)
class YearModel:
    """The program that decides when.

    Attributes
    ----------
    case, years
        What is planned, and over which years.
    courses, groups
        From where to where the stock goes, and what opens.
    paths
        The room of each course.
    program
        The program under construction.
    stock, added, short
        Variables by (resource, unit) and year: at the end of the year, in the year, and away from
        what is aimed at.
    waiting
        Members of a group (by its place) that have not opened at the end of a year.
    one_waits
        The same for each member, between 0 and 1: those who serve most open first.
    """

    case: Case
    years: Years
    courses: dict[Pair, Course]
    groups: list[Group]
    paths: dict[Pair, Path]
    program: Draft = field(default_factory=Draft)
    stock: dict[tuple[Pair, int], Variable] = field(default_factory=dict)
    added: dict[tuple[Pair, int], Variable] = field(default_factory=dict)
    short: dict[tuple[Pair, int], Variable] = field(default_factory=dict)
    waiting: dict[tuple[int, int], Variable] = field(default_factory=dict)
    one_waits: dict[tuple[int, int, int], Variable] = field(default_factory=dict)

    def moves(self, pair: Pair) -> bool:
        """Whether the number of a resource in a unit can change."""
        return self.paths[pair].moves

    def in_year(self, pair: Pair, year: int) -> Sum:
        """What there is of a resource in a unit at the end of a year."""
        course = self.courses[pair]
        if year < self.years.first or not self.moves(pair):
            return float(course.start), []
        return 0.0, [(1.0, self.stock[pair, year])]

    def opened(self, at: int, year: int, each: float = 1.0) -> Sum:
        """``each`` times the members of a group that are open at the end of a year."""
        return each * self.groups[at].size, [(-each, self.waiting[at, year])]

    def groups_in(self, unit: str, kind: str, what: str) -> list[int]:
        """Places of the groups of a kind that open (or close) in a planning unit."""
        return [
            at for at, group in enumerate(self.groups)
            if (group.first.unit, group.first.kind, group.first.what) == (unit, kind, what)
        ]  # fmt: skip


def year_model(
    case: Case, years: Years, courses: dict[Pair, Course], groups: list[Group]
) -> YearModel:
    """Make the variables, and the rows that define them."""
    model = YearModel(case, years, courses, groups, paths(courses, len(years.all)))
    for pair, course in courses.items():
        if model.moves(pair):
            _follow(model, pair, course, model.paths[pair])
    for at in range(len(groups)):
        _open(model, at)
    return model


def _follow(model: YearModel, pair: Pair, course: Course, path: Path) -> None:
    """Add s_t = s_{t-1} - leave_t - given_up_t + added_t, and how far s_t is from the aim."""
    program, most = model.program, path.top
    for at, year in enumerate(model.years.all):
        name = f"{course.resource}[{course.unit}][{year}]"
        stock = model.stock[pair, year] = program.integer(f"stock {name}", path.floor[at], most)
        added = model.added[pair, year] = program.integer(f"added {name}", 0, most)
        before, known = model.in_year(pair, year - 1), [(1.0, stock), (-1.0, added)]
        terms = [*known, *((-c, v) for c, v in before[1])]
        if path.gives_up[at]:
            up = program.integer(f"given up {name}", 0, path.gives_up[at])
            terms.append((1.0, up))
        gone, left = _leave(model, course, before, most, name)
        program.require(f"balance {name}", [*terms, *left], "==", before[0] - gone)
        aim = course.due(year, model.years)
        short = model.short[pair, year] = program.continuous(f"short {name}")
        program.require(f"short {name}", [(1.0, short), (1.0, stock)], ">=", aim)
        if most > course.aim:
            program.require(f"over {name}", [(1.0, short), (-1.0, stock)], ">=", -aim)


def _leave(model: YearModel, course: Course, before: Sum, most: int, name: str) -> Sum:
    """Leave_t = a s_{t-1} to the nearest whole, halves up: 2 q leave within 2 p s + (-q, q]."""
    if not course.leaving:
        return 0.0, []
    if not before[1]:
        return float(course.leave(round(before[0]))), []
    p, q = course.leaving.as_integer_ratio()
    leave = model.program.integer(f"leave {name}", 0, most)
    terms = [(2.0 * q, leave), *((-2.0 * p * c, v) for c, v in before[1])]
    model.program.require(f"leave at most {name}", terms, "<=", q)
    model.program.require(f"leave at least {name}", terms, ">=", 1 - q)
    return 0.0, [(1.0, leave)]


def _open(model: YearModel, at: int) -> None:
    """Add W_t = sum_j w_jt over the members j of a group; what has opened stays open."""
    program, group = model.program, model.groups[at]
    for year in model.years.all:
        name = f"{at} {group.first.kind} {group.first.what}[{group.first.unit}][{year}]"
        total = model.waiting[at, year] = program.integer(f"waiting {name}", 0, group.size)
        terms: list[Term] = [(1.0, total)]
        for place in range(group.size):
            one = program.continuous(f"waits {name} {place}", 0, 1)
            model.one_waits[at, place, year] = one
            terms.append((-1.0, one))
        program.require(f"waiting {name}", terms, "==", 0.0)
        if year > model.years.first:
            pair = [(1.0, total), (-1.0, model.waiting[at, year - 1])]
            program.require(f"stays open {name}", pair, "<=", 0.0)
