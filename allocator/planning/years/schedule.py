"""When a plan is carried out: the least shortfall of the last year, then as early as can be."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import geopandas as gpd

from allocator.horizon import Years
from allocator.lp.program import Solution, Term
from allocator.lp.solvers import SolverSettings
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.tiers import STRENGTHS, Progress, Tiers
from allocator.planning.years.beginnings import Course, Pair, courses
from allocator.planning.years.decisions import YearModel, year_model
from allocator.planning.years.limits import add_limits
from allocator.planning.years.openings import Group, Opening, groups_of

_NODES = 500
"""Stop by work where the planner sets no limit: which year is worth proving, but not for hours."""


@dataclass(frozen=True, eq=False)
class Schedule:
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


def schedule(
    case: Case,
    aimed: Decided,
    facilities: gpd.GeoDataFrame,
    years: Years,
    settings: SolverSettings,
    progress: Progress | None = None,
) -> tuple[Schedule | None, Tiers]:
    """Decide when to open, add and hire what a plan aims at.

    Minimises the share of each resource and site kind that is missing in the last year, by the
    strength of the strongest rule that speaks of it; then the same, summed over all years, where
    a site that waits counts by the people whom it will serve.

    Parameters
    ----------
    aimed
        The plan for the last year, and its facilities in ``facilities``.

    Returns
    -------
    tuple
        The schedule (None if interrupted before one was found), and how it was solved.
    """
    model = year_model(case, years, courses(case, aimed, years), groups_of(case, facilities))
    add_limits(model)
    nodes = settings.node_limit if settings.node_limit is not None else _NODES
    limited = replace(settings, node_limit=nodes)
    tiers = Tiers("years", model.program, limited, progress=progress, warm=True)
    for strength in STRENGTHS:
        if terms := list(_missing(model, strength)):
            tiers.stage(strength, terms)
    if terms := list(_waiting(model)):
        tiers.stage("earliest", terms)
    if tiers.solution is None and (model.stock or model.waiting):
        return None, tiers
    return _decoded(model, tiers.solution), tiers


def reached(aimed: Decided, plan: Schedule, year: int) -> Decided:
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


def _missing(model: YearModel, strength: str) -> Iterator[Term]:
    """Share of each resource and kind that the last year lacks, of one strength."""
    last = model.years.last
    yield from (t for t, rank in _short(model, last) if rank == strength)
    per_kind = _per_kind(model.groups)
    for at, group in enumerate(model.groups):
        if group.first.strength == strength:
            yield 1.0 / per_kind[group.first.kind, group.first.what][0], model.waiting[at, last]


def _waiting(model: YearModel) -> Iterator[Term]:
    """Share of each resource, and of the people of each kind of site, that a year lacks."""
    per_kind = _per_kind(model.groups)
    for year in model.years.all:
        yield from (t for t, _ in _short(model, year))
        for at, group in enumerate(model.groups):
            number, served = per_kind[group.first.kind, group.first.what]
            for place, one in enumerate(group.members):
                # Half by people and half alike: a site that serves nobody is still to open.
                share = 0.5 / number + (0.5 * one.served / served if served else 0.5 / number)
                yield share, model.one_waits[at, place, year]


def _short(model: YearModel, year: int) -> Iterator[tuple[Term, str]]:
    totals: dict[str, int] = {}
    for (resource, _), course in model.courses.items():
        totals[resource] = totals.get(resource, 0) + course.aim
    for (pair, when), variable in model.short.items():
        if when == year:
            weight = 1.0 / max(1, totals[pair[0]])
            yield (weight, variable), model.courses[pair].strength


def _per_kind(groups: list[Group]) -> dict[tuple[str, str], tuple[int, float]]:
    found: dict[tuple[str, str], tuple[int, float]] = {}
    for group in groups:
        key = (group.first.kind, group.first.what)
        number, served = found.get(key, (0, 0.0))
        more = math.fsum(one.served for one in group.members)
        found[key] = (number + group.size, served + more)
    return found


def _decoded(model: YearModel, solution: Solution | None) -> Schedule:
    """Whole numbers of the schedule; those of a group who serve most open first."""
    years, before = model.years, model.years.first - 1
    found = Schedule(years, model.courses, {}, {}, {}, {})
    for pair, course in model.courses.items():
        found.stock[pair, before] = course.start
        for year in years.all:
            last, now = found.stock[pair, year - 1], course.start
            if course.moves and solution is not None:
                now = solution.whole(model.stock[pair, year])
            # Nothing is added and given up in the same year, whatever the solver says.
            stays = last - course.leave(last)
            found.stock[pair, year], found.added[pair, year] = now, max(0, now - stays)
            found.left[pair, year] = last + found.added[pair, year] - now
    for at, group in enumerate(model.groups):
        waiting = {
            year: solution.whole(model.waiting[at, year]) if solution is not None else group.size
            for year in years.all
        }
        for place, one in enumerate(group.members):
            opens = (year for year in years.all if place < group.size - waiting[year])
            found.opens[one] = next(opens, None)
    return found
