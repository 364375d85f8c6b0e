"""What a timetable costs in each year."""

import math

from allocator.planning.case import Case
from allocator.planning.years.beginnings import Pair
from allocator.planning.years.timetable import Timetable
from allocator.region.stock import resources


def spent_by_year(case: Case, plan: Timetable) -> dict[int, float]:
    """What each year costs, region's currency: sites that change, what is added, posts held."""
    found: dict[int, list[float]] = {year: [] for year in plan.years.all}
    for pair in plan.courses:
        for year, amount in spent_on(case, plan, pair).items():
            found[year].append(amount)
    for one, opens in plan.opens.items():
        if opens is not None:
            found[opens].append(one.cost)
    return {year: math.fsum(amounts) for year, amounts in found.items()}


def spent_on(case: Case, plan: Timetable, pair: Pair) -> dict[int, float]:
    """What a resource costs in a unit in each year; empty where it costs nothing."""
    course, price = plan.courses[pair], case.region.costs.of(pair[0])
    staff = resources()[pair[0]].form == "staff"
    found, before = {}, 0.0
    for year in plan.years.all if price and course.known else ():
        paid = sum(
            project.amount(pair[0])
            for project in case.projects
            if project.unit == pair[1] and project.cost is not None
            if _is_open(case, plan, project.position, year)
        )
        beyond = max(0.0, plan.stock[pair, year] - course.start - paid)
        if not staff:
            beyond = max(beyond, before)
        found[year] = price * (beyond if staff else beyond - before)
        before = beyond
    return found


def _is_open(case: Case, plan: Timetable, position: int, year: int) -> bool:
    if case.stands(position):
        return True
    when = {one.position: opens for one, opens in plan.opens.items()}.get(position)
    return when is not None and when <= year
