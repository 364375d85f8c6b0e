"""A plan, carried out over its years: tables per year, and what is reached in the last."""

from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from allocator.auditing.compliance import audit_lines
from allocator.auditing.facts import Facts
from allocator.horizon import Years
from allocator.lp.solvers import SolverSettings
from allocator.planning.case import Case
from allocator.planning.decided import Decided
from allocator.planning.results import facility_table, unit_table
from allocator.planning.tiers import Progress
from allocator.planning.years.schedule import schedule
from allocator.planning.years.tables import not_reached, with_years, year_rules_table, years_table
from allocator.planning.years.timetable import Timetable, reached, same
from allocator.plans import Line, no_year_rules, no_years
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
    """

    decided: Decided
    plan: Timetable | None
    whole: bool

    def tables(self, case: Case, region: Region) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Stock by year, and rules by year as the audit sees them."""
        if self.plan is None:
            return no_years(), no_year_rules()
        lines: dict[int, list[Line]] = {}
        for year in self.plan.years.all:
            then = reached(self.decided, self.plan, year)
            units = unit_table(case, then, region)
            facts = Facts.of_plan(
                case.region, units, facility_table(case, then, case.region.crs)
            )  # fmt: skip
            lines[year] = audit_lines(case.region, case.policy, case.assumptions, facts)
        return years_table(case, self.plan), year_rules_table(lines)

    def opened(self, facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        """Facilities with the year of each change."""
        return facilities if self.plan is None else with_years(facilities, self.plan)


def carry_out(
    case: Case,
    aimed: Decided,
    facilities: gpd.GeoDataFrame,
    years: Years,
    settings: SolverSettings,
    progress: Progress | None,
) -> CarriedOut:
    """Decide what happens in which year; ``aimed`` is the plan, ``facilities`` its table."""
    if aimed.interrupted:
        note = "interrupted before it was asked when: the plan is that of the last year"
        return CarriedOut(replace(aimed, notes=[*aimed.notes, note]), None, True)
    try:
        plan, tiers = schedule(case, aimed, facilities, years, settings, progress)
    except KeyboardInterrupt:
        plan, tiers = None, None
    records = [*aimed.records, *(tiers.records if tiers is not None else [])]
    stopped = plan is None or (tiers is not None and tiers.interrupted)
    known = replace(
        aimed, records=records, interrupted=stopped,
        reproducible=aimed.reproducible and tiers is not None and tiers.reproducible,
    )  # fmt: skip
    if plan is None:
        note = "interrupted before it was known when: the plan is that of the last year"
        return CarriedOut(replace(known, notes=[*known.notes, note]), None, True)
    last = reached(known, plan, years.last)
    if same(known, last):
        return CarriedOut(known, plan, True)
    missing = not_reached(plan)
    note = (
        f"the years {years.first} to {years.last} do not allow all of the plan; not reached: "
        f"{', '.join(missing[:20])}{' ...' if len(missing) > 20 else ''}. The objective and its "
        "bound are those of the plan that was aimed at"
    )
    return CarriedOut(replace(last, notes=[*last.notes, note]), plan, False)
