"""A plan, carried out over its years: tables per year, and what is reached in the last."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import geopandas as gpd
import pandas as pd

from allocator.auditing.compliance import audit_lines
from allocator.auditing.facts import Facts
from allocator.horizon import Years
from allocator.lp.solvers import SolverSettings
from allocator.plan_tables import Line
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.results import facility_table, unit_table
from allocator.planning.tiers import Progress
from allocator.planning.years.schedule import schedule
from allocator.planning.years.tables import not_reached, with_years, year_rules_table, years_table
from allocator.planning.years.timetable import Timetable, reached, same
from allocator.plans import no_year_rules, no_years
from allocator.region.ground import Region


@dataclass(frozen=True, eq=False)
class CarriedOut:
    """What a plan comes to over its years.

    Attributes
    ----------
    decided
        What is reached at the end of the last year.
    plan
        What happens in which year; None if interrupted before that was known.
    whole
        Whether everything aimed at is reached.
    stock, rules
        Tables: stock by year, and rules by year as the audit sees them.
    """

    decided: Decided
    plan: Timetable | None
    whole: bool
    stock: pd.DataFrame = field(default_factory=no_years)
    rules: pd.DataFrame = field(default_factory=no_year_rules)

    def opened(self, facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Facilities with the year of each change."""
        return facilities if self.plan is None else with_years(facilities, self.plan)


def carry_out(
    case: Case,
    region: Region,
    aimed: Decided,
    facilities: gpd.GeoDataFrame,
    years: Years,
    settings: SolverSettings,
    progress: Progress | None,
) -> CarriedOut:
    """Decide what happens in which year; ``aimed`` is the plan, ``facilities`` its table.

    An interrupt leaves what is known: the plan of the last year, the timetable, the tables.
    """
    if aimed.interrupted:
        return CarriedOut(_noted(aimed, _BEFORE_ASKED), None, True)
    try:
        plan, solved = schedule(case, aimed, facilities, years, settings, progress)
    except KeyboardInterrupt:
        return CarriedOut(_stopped(aimed, _BEFORE_KNOWN), None, True)
    known = replace(
        aimed, records=[*aimed.records, *solved.records], interrupted=solved.interrupted,
        reproducible=aimed.reproducible and solved.reproducible,
    )  # fmt: skip
    if plan is None:
        return CarriedOut(_stopped(known, _BEFORE_KNOWN), None, True)
    last = reached(known, plan, years.last)
    whole = same(known, last)
    if not whole:
        known = _noted(last, _not_whole(plan))
    found = CarriedOut(known, plan, whole, stock=years_table(case, plan))
    try:
        if progress:
            progress("years: rules by year")
        lines = dict(_lines_by_year(case, region, known, plan))
    except KeyboardInterrupt:
        return replace(found, decided=_stopped(known, _BEFORE_RULES))
    return replace(found, rules=year_rules_table(lines))


_BEFORE_ASKED = "interrupted before it was asked when: the plan is that of the last year"
_BEFORE_KNOWN = "interrupted before it was known when: the plan is that of the last year"
_BEFORE_RULES = "interrupted before the rules were looked at year by year"


def _noted(decided: Decided, note: str) -> Decided:
    return replace(decided, notes=[*decided.notes, note])


def _stopped(decided: Decided, note: str) -> Decided:
    return replace(_noted(decided, note), interrupted=True, reproducible=False)


def _not_whole(plan: Timetable) -> str:
    missing, years = not_reached(plan), plan.years
    return (
        f"the years {years.first} to {years.last} do not allow all of the plan; not reached: "
        f"{', '.join(missing[:20])}{' ...' if len(missing) > 20 else ''}. The objective and its "
        "bound are those of the plan that was aimed at"
    )


def _lines_by_year(
    case: Case, region: Region, decided: Decided, plan: Timetable
) -> Iterator[tuple[int, list[Line]]]:
    """What the audit says of every year."""
    for year in plan.years.all:
        then = reached(decided, plan, year)
        units, facilities = unit_table(case, then, region), facility_table(case, then, region.crs)
        facts = Facts.of_plan(case.region, units, facilities)
        yield year, audit_lines(case.region, case.policy, case.assumptions, facts, case.journeys)
