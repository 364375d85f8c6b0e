"""How evenly a plan serves its areas: a line per resource or rule, today and in the plan."""

from collections.abc import Iterator
from fractions import Fraction

import pandas as pd

from allocator.auditing.inequality import Spread, atkinson, gap, gini, mean_deviation, theil
from allocator.plan_tables import FAIRNESS_COLUMNS
from allocator.planning.case import Case
from allocator.planning.families import leaves
from allocator.planning.reach import cells_of
from allocator.policy.rules import CoverageRule, Quota
from allocator.region.stock import resources

_PER = 1000
Figure = tuple[str, str, str, Spread, int]
"""Whose it is, its measure, ``today`` or ``plan``, the spread, and per how many people."""


def fairness_table(case: Case, units: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Lines with the columns of :data:`allocator.plan_tables.FAIRNESS_COLUMNS`.

    Of each resource per 1,000 residents, of each quota of another group or of several resources,
    and of the people within each coverage rule's reach, over the planning units. Today only where
    every unit's number is known, and for the people of the plan's year, as rules are; nothing
    where there is one unit, or nothing to share out.

    Parameters
    ----------
    units, cells
        Tables of the plan: :data:`allocator.plan_tables.UNIT_COLUMNS`; ``covered:RULE`` per cell.
    """
    rows = [
        _row(case, *figure)
        for figure in (*_of_resources(case, units), *_of_coverage(case, cells))
        if len(figure[3].names) > 1 and sum(figure[3].amounts) > 0
    ]
    return pd.DataFrame(rows, columns=list(FAIRNESS_COLUMNS))


def _row(case: Case, whose: str, measure: str, when: str, spread: Spread, per: int) -> list[object]:
    worst, best = spread.worst, spread.best
    names = [case.region.units.name(unit) for unit in spread.names]
    return [
        whose, measure, when, len(names), float(per * spread.mean),
        float(per * spread.rates[worst]), names[worst],
        float(per * spread.rates[best]), names[best], float(per * gap(spread)),
        float(per * mean_deviation(spread)), float(gini(spread)), theil(spread), atkinson(spread),
    ]  # fmt: skip


def _of_resources(case: Case, units: pd.DataFrame) -> Iterator[Figure]:
    counts = {
        when: {
            (str(u), str(r)): float(n)
            for u, r, n in zip(units["unit"], units["resource"], units[column], strict=True)
            if n == n
        }
        for when, column in (("today", "have"), ("plan", "allocated"))
    }
    planned = [str(r) for r in dict.fromkeys(units["resource"])]
    asked: list[tuple[str, str, tuple[str, ...]]] = [
        (r, "total", (r,)) for r in planned if r != "residents" and not resources()[r].given
    ]
    asked += [
        (rule.id, rule.group, rule.resources)
        for rule in (leaf for r in case.policy.rules for leaf in leaves(r))
        if isinstance(rule, Quota) and (rule.group != "total" or len(rule.resources) > 1)
    ]
    for whose, group, counted in asked:
        measure = f"{resources()[counted[0]].unit} per 1,000 ({_people(group)})"
        for when, known in counts.items():
            spread = _spread(case, group, counted, known)
            if spread is not None:
                yield whose, measure, when, spread, _PER


def _spread(
    case: Case, group: str, counted: tuple[str, ...], known: dict[tuple[str, str], float]
) -> Spread | None:
    units = case.region.units.planning
    people = [case.people(u, group) for u in units]
    numbers = [[known.get((u, r)) for r in counted] for u in units]
    if any(n is None for n in people) or any(n is None for row in numbers for n in row):
        return None
    amounts = [sum((Fraction(n or 0) for n in row), Fraction(0)) for row in numbers]
    return Spread.of(units, amounts, [n or Fraction(0) for n in people])


def _of_coverage(case: Case, cells: pd.DataFrame) -> Iterator[Figure]:
    """People within reach, of the group's people, by planning unit."""
    planning = case.region.units.planning_unit_of
    unit_of = {u: planning(u) if u else "" for u in set(cells["unit"])}
    unit = pd.Series([unit_of[u] for u in cells["unit"]], index=cells.index)
    for rule in (leaf for r in case.policy.rules for leaf in leaves(r)):
        if not isinstance(rule, CoverageRule):
            continue
        inside = cells_of(case, rule.group)
        some = cells.iloc[inside]
        where = unit.iloc[inside]
        people = some["people"].groupby(where).sum()
        for when, column in (("today", "covered_today"), ("plan", "covered")):
            reached = some["people"].where(some[f"{column}:{rule.id}"], 0.0).groupby(where).sum()
            names = [u for u in case.region.units.planning if u in people.index]
            spread = Spread.of(
                names, [Fraction(reached[u]) for u in names], [Fraction(people[u]) for u in names]
            )
            yield rule.id, f"share of people covered ({_people(rule.group)})", when, spread, 1


def _people(group: str) -> str:
    return "residents" if group == "total" else f"residents, {group}"
