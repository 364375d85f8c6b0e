"""A schedule as tables: stock by year, rules by year, the year of each opening."""

import math

import geopandas as gpd
import pandas as pd

from allocator.plan_tables import YEAR_COLUMNS, YEAR_RULE_COLUMNS, Line
from allocator.planning.case import Case
from allocator.planning.years.spending import spent_on
from allocator.planning.years.timetable import Timetable


def years_table(case: Case, plan: Timetable) -> pd.DataFrame:
    """Stock, additions, leavers and money per year, planning unit and resource or site kind."""
    rows = [*_resource_rows(case, plan), *_site_rows(case, plan)]
    table = pd.DataFrame(rows, columns=list(YEAR_COLUMNS))
    return table.sort_values("year", kind="stable", ignore_index=True)


def year_rules_table(by_year: dict[int, list[Line]]) -> pd.DataFrame:
    """Every evaluated rule for the whole region in every year; physical checks are no rules."""
    rows: list[list[object]] = []
    met_from = _met_from(by_year)
    last = by_year[max(by_year)]
    asked = [line.rule for line in last if _is_rule(line)]
    for rule in dict.fromkeys(asked):
        for year, lines in sorted(by_year.items()):
            rows += [
                [
                    line.rule, year, line.strength, line.measure, line.sense, line.required,
                    line.required_upper, line.achieved, line.slack, line.met,
                    met_from.get(rule, math.nan),
                ]
                for line in lines
                if line.rule == rule and _is_rule(line)
            ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(YEAR_RULE_COLUMNS))


def with_years(facilities: gpd.GeoDataFrame, plan: Timetable) -> gpd.GeoDataFrame:
    """Facilities with the year in which each opens, closes or is upgraded; empty for the others."""
    when = {one.id: float(year) for one, year in plan.opens.items() if year is not None}
    year = [when.get(str(name), math.nan) for name in facilities["id"]]
    return facilities.assign(year=year)


def not_reached(plan: Timetable) -> list[str]:
    """What of the plan is not there at the end of the last year, in words."""
    last, missing = plan.years.last, dict[str, int]()
    for pair, course in plan.courses.items():
        missing[pair[0]] = missing.get(pair[0], 0) + max(0, course.aim - plan.stock[pair, last])
    found = [f"{n:,} {resource}" for resource, n in missing.items() if n]
    kinds: dict[str, int] = {}
    for one, year in plan.opens.items():
        if year is None:
            name = f"{one.what} {one.kind}"
            kinds[name] = kinds.get(name, 0) + 1
    return found + [f"{n:,} {name}" for name, n in kinds.items()]


def _resource_rows(case: Case, plan: Timetable) -> list[list[object]]:
    rows: list[list[object]] = []
    before = plan.years.first - 1
    for pair, course in plan.courses.items():
        spent = spent_on(case, plan, pair)
        name = case.region.units.name(pair[1])
        for year in (before, *plan.years.all):
            stock = float(plan.stock[pair, year])
            flows: list[object] = [math.nan] * 3
            if course.known:
                added, left = plan.added.get((pair, year), 0), plan.left.get((pair, year), 0)
                flows = [float(added), float(left), spent.get(year, 0.0)]
            elif year == before:
                stock = math.nan
            rows.append([year, pair[1], name, pair[0], stock, *flows])
    return rows


def _site_rows(case: Case, plan: Timetable) -> list[list[object]]:
    """Open sites of every kind that changes, per unit (the region, for sites in none)."""
    units, table = case.region.units, case.region.sites.table
    changing = list(dict.fromkeys((one.unit or units.root, one.kind) for one in plan.opens))
    homes = [(units.planning_unit_of(u) if u else "") or units.root for u in table["unit"]]
    existing = pd.Series(homes, index=table.index)[(table["status"] == "existing").to_numpy()]
    kinds = table.loc[existing.index, "kind"]
    rows: list[list[object]] = []
    for unit, kind in changing:
        stock = int(((existing == unit) & (kinds == kind)).sum())
        here = [(one, when) for one, when in plan.opens.items()
                if (one.unit or units.root, one.kind) == (unit, kind)]  # fmt: skip
        for year in (plan.years.first - 1, *plan.years.all):
            done = [one for one, when in here if when == year]
            added = sum(one.what == "new" for one in done)
            left = sum(one.what == "closed" for one in done)
            stock += added - left
            spent = math.fsum(one.cost for one in done)
            rows.append([year, unit, units.name(unit), kind, float(stock), float(added),
                         float(left), spent])  # fmt: skip
    return rows


def _is_rule(line: Line) -> bool:
    return line.area == "all" and line.evaluated and not line.rule.startswith("PHYSICAL")


def _met_from(by_year: dict[int, list[Line]]) -> dict[str, float]:
    """The first year from which on each rule holds."""
    found: dict[str, float] = {}
    for year in sorted(by_year, reverse=True):
        for line in by_year[year]:
            if not _is_rule(line):
                continue
            if line.met and (year == max(by_year) or found.get(line.rule) == year + 1):
                found[line.rule] = float(year)
    return found
