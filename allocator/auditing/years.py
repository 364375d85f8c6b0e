"""A plan over several years, checked from its tables: stock by year, openings, hires, money.

stock_t = stock_{t-1} - left_t + added_t
left_t >= a * stock_{t-1} to the nearest whole, halves up, for staff of whom a share a leaves
"""

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

import pandas as pd

from allocator.auditing.case import Case
from allocator.auditing.findings import few
from allocator.auditing.years_case import Row, YearsCase
from allocator.auditing.years_money import budget_lines, spending
from allocator.errors import InputError
from allocator.horizon import Years
from allocator.plan_tables import Line
from allocator.region.stock import feeding, parts_of, resources

_ROUNDED = 0.5
_CHANGED = ("new", "upgraded", "closed")


def year_lines(
    case: Case, table: pd.DataFrame, facilities: pd.DataFrame, said: object
) -> list[Line]:
    """Check a plan's years; nothing for a plan of one date.

    Parameters
    ----------
    case
        The region, and the plan's facts.
    table, facilities
        The plan's tables ``years`` and ``facilities``.
    said
        What its provenance says of the years: first, last, budget, attrition, hires.
    """
    if table.empty:
        return []
    try:
        years = Years.of(dict(said) if isinstance(said, Mapping) else {})
    except (InputError, TypeError) as error:
        return [_unknown(f"plan.json does not say over which years: {error}")]
    when = facilities["year"] if "year" in facilities.columns else [math.nan] * len(facilities)
    opens = {str(i): float(y) for i, y in zip(facilities["id"], when, strict=True)}
    asked = YearsCase(case, years, table, opens)
    checks: dict[str, Callable[[YearsCase], Iterator[str]]] = {
        "balance": _balance, "start and end": _ends, "inside": _inside, "openings": _openings,
        "hires": _hires, "spending": spending,
    }  # fmt: skip
    found = [_check(f"PHYSICAL.years, {name}", list(f(asked))) for name, f in checks.items()]
    return found + budget_lines(asked)


def _balance(asked: YearsCase) -> Iterator[str]:
    for (resource, unit), by_year in asked.courses.items():
        for year in asked.years.all:
            now, before = by_year.get(year), by_year.get(year - 1)
            if now is None or before is None:
                yield f"{unit}: {resource} has no line for {year if now is None else year - 1}"
                continue
            where = f"{unit}, {year}: {now['stock']:g} {resource}"
            if now["stock"] < 0 or now["stock"] != round(now["stock"]):
                yield where
            if before["stock"] != before["stock"] or now["added"] != now["added"]:
                continue  # nobody counted it: there is nothing to balance
            if now["stock"] != before["stock"] - now["left"] + now["added"]:
                yield f"{where}, from {before['stock']:g} - {now['left']:g} + {now['added']:g}"
            if min(now["left"], now["added"]) < 0:
                yield f"{where}: {now['added']:g} added, {now['left']:g} left"
            if resource in resources():
                share = asked.leaving(resource)
                least = math.floor(share * round(before["stock"]) + Fraction(1, 2))
                if now["left"] < least:
                    yield f"{where}: {now['left']:g} left, at least {least:,} do"


def _ends(asked: YearsCase) -> Iterator[str]:
    """The first line is today's stock, the last the plan's."""
    region, sums = asked.case.region, dict[str, float]()
    for (resource, unit), by_year in asked.courses.items():
        start, end = by_year.get(asked.span[0]), by_year.get(asked.years.last)
        if resource not in resources() or start is None or end is None:
            continue
        today, planned = region.stock.have(unit, resource), asked.case.facts.counts.get(
            (unit, resource)
        )  # fmt: skip
        if planned != end["stock"]:
            yield f"{unit}: {end['stock']:g} {resource} in {asked.years.last}, units: {planned}"
        if today is not None and not abs(start["stock"] - today) <= _ROUNDED:
            yield f"{unit}: starts from {start['stock']:g} {resource}, in the region {today:g}"
        sums[resource] = sums.get(resource, 0.0) + start["stock"]
    for resource, total in sums.items():
        whole, many = region.stock.have(asked.case.root, resource), len(region.units.planning)
        if whole is not None and total == total and abs(total - whole) > _ROUNDED * many:
            yield f"{resource} starts from {total:g}, in the region {whole:g}"


def _openings(asked: YearsCase) -> Iterator[str]:
    """Every change has one year, and the lines of its kind count it."""
    listed = asked.case.facts.facilities
    counted: dict[tuple[str, str, int, str], int] = {}
    for name, row in asked.case.facilities.listed:
        year = asked.opens.get(name, math.nan)
        changes = row["status"] in _CHANGED
        if changes and year not in asked.years.all:
            yield f"{name}: {row['status']} in no year of the plan"
        elif not changes and year == year:
            yield f"{name}: {row['status']}, but with the year {year:g}"
        elif changes and row["status"] != "upgraded":
            unit = asked.case.region.units.planning_unit_of(row["unit"]) if row["unit"] else ""
            column = "added" if row["status"] == "new" else "left"
            key = (row["kind"], unit or asked.case.root, int(year), column)
            counted[key] = counted.get(key, 0) + 1
    for (kind, unit), by_year in asked.courses.items():
        if kind in resources():
            continue
        for year in asked.years.all:
            for column in ("added", "left"):
                there = by_year.get(year, {}).get(column, 0.0)
                number = counted.pop((kind, unit, year, column), 0)
                if there != number:
                    yield f"{unit}, {year}: {there:g} {kind} {column}, {number} are listed"
    if counted or listed.index.duplicated().any():
        yield f"openings without a line, or listed twice: {few([str(k) for k in counted])}"


def _inside(asked: YearsCase) -> Iterator[str]:
    """In every year a part is at most its whole, and a whole the sum of its parts."""
    for (resource, unit), by_year in asked.courses.items():
        if resource not in resources():
            continue
        outer = asked.courses.get((resources()[resource].inside, unit))
        parts = [asked.courses.get((part, unit)) for part in parts_of(resource)]
        for year in asked.years.all:
            stock = _stock(by_year, year)
            if outer is not None and stock > _stock(outer, year):
                yield f"{unit}, {year}: {stock:g} {resource} inside {_stock(outer, year):g}"
            listed = [_stock(part, year) for part in parts if part is not None]
            if listed and len(listed) == len(parts) and stock != sum(listed):
                yield f"{unit}, {year}: {stock:g} {resource}, its parts are {sum(listed):g}"


def _stock(by_year: Mapping[int, Row], year: int) -> float:
    return float(by_year[year]["stock"]) if year in by_year else math.nan


def _hires(asked: YearsCase) -> Iterator[str]:
    """A year's hires are at most its own limit and those whom flows bring in."""
    for resource in dict.fromkeys(r for r, _ in asked.courses if r in resources()):
        if resources()[resource].form != "staff":
            continue
        for at, year in enumerate(asked.years.all):
            most = _most_hires(asked, resource, at)
            hired = _added(asked, resource, year)
            flows = sum(_added(asked, flow, year) for flow in feeding(resource))
            if most is not None and hired > most + flows:
                yield f"{year}: {hired:g} {resource} hired, at most {most + flows:g} can be"


def _most_hires(asked: YearsCase, resource: str, at: int) -> int | None:
    """The limit of a year (0 = the first): its own, or its share of all years' together."""
    cap = asked.case.assumptions["staff_inflow_cap"]
    if (most := asked.years.hires(resource)) is not None or cap is None:
        return most
    yearly = Fraction(str(asked.case.assumptions.number("staff_inflow_cap"))) / len(asked.years.all)
    return math.floor(yearly * (at + 1)) - math.floor(yearly * at)


def _added(asked: YearsCase, resource: str, year: int) -> float:
    rows = (by_year.get(year) for (name, _), by_year in asked.courses.items() if name == resource)
    return math.fsum(r["added"] for r in rows if r is not None and r["added"] == r["added"])


def _check(rule: str, defects: list[str]) -> Line:
    number = float(len(defects))
    return Line(
        rule=rule, area="all", area_name="all", measure="defects", sense="==", strength="must",
        required=0.0, achieved=number, slack=-number, met=not defects, binding=False,
        note=few(defects),
    )  # fmt: skip


def _unknown(note: str) -> Line:
    return Line(
        rule="PHYSICAL.years", area="all", area_name="all", measure="defects", sense="==",
        strength="must", evaluated=False, note=note,
    )  # fmt: skip
