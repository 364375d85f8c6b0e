"""When a plan is carried out: the least shortfall of the last year, then as early as can be."""

from dataclasses import replace

import geopandas as gpd

from allocator.horizon import Years
from allocator.lp.solvers import SolverSettings
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.tiers import STRENGTHS, Progress
from allocator.planning.years.beginnings import courses
from allocator.planning.years.decisions import YearModel, year_model
from allocator.planning.years.limits import add_budgets, add_limits
from allocator.planning.years.misses import missing, waiting, worst
from allocator.planning.years.openings import groups_of
from allocator.planning.years.spending import spent_by_year
from allocator.planning.years.stages import Solved, Stage, solve_parts
from allocator.planning.years.timetable import Timetable

_NODES = 500
"""Stop by work where the planner sets no limit: which year is worth proving, but not for hours."""


def schedule(
    case: Case,
    aimed: Decided,
    facilities: gpd.GeoDataFrame,
    years: Years,
    settings: SolverSettings,
    progress: Progress | None = None,
) -> tuple[Timetable | None, Solved]:
    """Decide when to open, add and hire what a plan aims at.

    Minimises the share of each resource and site kind that is missing in the last year, by the
    strength of the strongest rule that speaks of it (where asked for, first that of the unit that
    lacks most); then the same, summed over all years, where a site that waits counts by the people
    whom it will serve.

    Money couples everything, and seldom binds in every year: what it does not bind is solved in
    small parts, and only where a budget does not suffice is everything that costs decided together.

    Parameters
    ----------
    aimed
        The plan for the last year, and its facilities in ``facilities``.

    Returns
    -------
    tuple
        The timetable (None if interrupted before one was found), and how it was solved.
    """
    model = year_model(case, years, courses(case, aimed, years), groups_of(case, facilities))
    add_limits(model)
    stages = _stages(model)
    nodes = settings.node_limit if settings.node_limit is not None else _NODES
    limited = replace(settings, node_limit=nodes)
    solved = solve_parts(model.program, stages, limited, progress)
    found = _decoded(model, solved)
    if found is None or _suffices(case, found):
        return found, solved
    if solved.interrupted:
        return None, solved
    add_budgets(model)
    solved = solve_parts(model.program, stages, limited, progress, solved)
    return _decoded(model, solved), solved


def _stages(model: YearModel) -> list[Stage]:
    found = []
    for strength in STRENGTHS:
        if model.years.shortfall == "even":
            found.append(Stage(f"{strength}, worst unit", worst(model, strength)))
        found.append(Stage(strength, missing(model, strength)))
    return [*found, Stage("earliest", waiting(model))]


def _suffices(case: Case, plan: Timetable) -> bool:
    """Whether no year costs more than it may."""
    limits = {year: plan.years.budget(year) for year in plan.years.all}
    spent = spent_by_year(case, plan)
    return all(limit is None or spent[year] <= limit for year, limit in limits.items())


def _decoded(model: YearModel, solved: Solved) -> Timetable | None:
    """Whole numbers of the timetable; those of a group who serve most open first."""
    if solved.values is None:
        return None
    years, before = model.years, model.years.first - 1
    found = Timetable(years, model.courses, {}, {}, {}, {})
    for pair, course in model.courses.items():
        found.stock[pair, before] = course.start
        for year in years.all:
            last, now = found.stock[pair, year - 1], course.start
            if model.moves(pair):
                now = solved.whole(model.stock[pair, year])
            # Nothing is added and given up in the same year, whatever the solver says.
            stays = last - course.leave(last)
            found.stock[pair, year], found.added[pair, year] = now, max(0, now - stays)
            found.left[pair, year] = last + found.added[pair, year] - now
    for at, group in enumerate(model.groups):
        waits = {year: solved.whole(model.waiting[at, year]) for year in years.all}
        for place, one in enumerate(group.members):
            opens = (year for year in years.all if place < group.size - waits[year])
            found.opens[one] = next(opens, None)
    return found
