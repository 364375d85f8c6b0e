"""What each year of a plan costs, recomputed from its tables, against its budget."""

import math
from collections.abc import Iterator

from allocator.auditing.budgets import plan_cost
from allocator.auditing.projects import brought
from allocator.auditing.years_case import YearsCase
from allocator.plan_tables import Line
from allocator.region.stock import resources

_TOLERANCE = 1e-6
"""Share of an amount of money that a solver, and ten digits of a table, do not tell apart."""


def spending(asked: YearsCase) -> Iterator[str]:
    """Years of which the lines say something else to be spent than they cost."""
    for year, cost in costs(asked).items():
        rows = [by_year.get(year) for by_year in asked.courses.values()]
        stated = math.fsum(r["spent"] for r in rows if r is not None and r["spent"] == r["spent"])
        if abs(stated - cost) > _TOLERANCE * max(1.0, cost):
            yield f"{year}: {stated:,.2f} stated, it costs {cost:,.2f}"


def costs(asked: YearsCase) -> dict[int, float]:
    """What each year costs: sites that change in it, what is added once, posts beyond today's."""
    case = asked.case
    sites = plan_cost(case.region, case.assumptions, case.facts, case.rules).sites
    found = {
        year: [cost for name, cost in sites.items() if asked.opens.get(name) == year]
        for year in asked.years.all
    }
    for resource, unit in asked.courses:
        price = case.region.costs.of(resource) if resource in resources() else 0.0
        for year, number in _paid_for(asked, resource, unit).items() if price else ():
            found[year].append(price * number)
    return {year: math.fsum(parts) for year, parts in found.items()}


def _paid_for(asked: YearsCase, resource: str, unit: str) -> dict[int, float]:
    """How many are paid for in each year: posts every year, all else once."""
    by_year = asked.courses[resource, unit]
    start = by_year.get(asked.span[0], {}).get("stock", math.nan)
    found, before = {}, 0.0
    for year in asked.years.all if start == start else ():
        stock = by_year.get(year, {}).get("stock", math.nan)
        now = max(0.0, stock - start - brought(asked.then[year], resource, unit, paid=True))
        if resources()[resource].form == "staff":
            found[year] = now
        else:
            found[year], before = max(0.0, now - before), max(before, now)
    return found


def budget_lines(asked: YearsCase) -> list[Line]:
    """A year costs at most its budget; told where there is none."""
    return [_budget(asked, year, cost) for year, cost in costs(asked).items()]


def _budget(asked: YearsCase, year: int, cost: float) -> Line:
    limit = asked.years.budget(year)
    slack = None if limit is None else limit - cost
    near = _TOLERANCE * max(1.0, limit or 0.0)
    return Line(
        rule=f"budget {year}",
        area="all",
        area_name="all",
        measure=asked.case.region.costs.currency,
        sense="<=",
        strength="info" if limit is None else "must",
        required=limit,
        achieved=cost,
        slack=slack,
        met=None if slack is None else slack >= -near,
        binding=None if slack is None else abs(slack) <= near,
        note="no budget is set" if limit is None else "",
    )
