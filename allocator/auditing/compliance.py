"""The audit: every rule of a policy on a plan's tables, or on what stands today."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from allocator.assumptions import Assumptions, Value, parse_assignment
from allocator.auditing import (
    alternatives,
    budgets,
    counts,
    coverage,
    fairness,
    gates,
    indicators,
    inflows,
    links,
    parameters,
    physical,
    projects,
    proportions,
    quotas,
    ratios,
    responses,
    served,
    services,
    shares,
    site_shares,
    stays,
    totals,
)
from allocator.auditing.case import Case
from allocator.auditing.facts import Facts
from allocator.auditing.years import year_lines
from allocator.errors import raise_if_any
from allocator.plan_tables import Line, compliance_table
from allocator.plans import Plan
from allocator.policy.policies import Policy
from allocator.policy.rules import EitherOr, Rule
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.travel.journeys import STRAIGHT, Journeys, Travel
from allocator.travel.means import MODES

_LINES_OF_KIND: Mapping[str, Callable[[Any, Case], list[Line]]] = {
    "quota": quotas.lines,
    "total": totals.lines,
    "share": shares.lines,
    "ratio": ratios.lines,
    "count": counts.lines,
    "forced_site": projects.lines,
    "coverage": coverage.lines,
    "mean_response": responses.lines,
    "served_band": served.lines,
    "site_share": site_shares.lines,
    "service": services.lines,
    "inflow": inflows.lines,
    "stay": stays.lines,
    "proportional": proportions.lines,
    "link": links.lines,
    "gate": gates.lines,
    "fairness": fairness.lines,
    "budget": budgets.lines,
    "parameter": parameters.lines,
    "indicator": indicators.lines,
}


def audit(
    region: Region,
    policy: Policy,
    plan: Plan | None = None,
    *,
    assumptions: Mapping[str, Value] | None = None,
    travel: Travel | None = None,
) -> pd.DataFrame:
    """Check every rule with plain arithmetic, without any solver.

    Parameters
    ----------
    region
        As read from its files.
    policy
        What must hold.
    plan
        A plan, as made or edited by hand: only its tables are looked at. Without one, today's
        stock and existing sites are checked against the people of the plan's year.
    assumptions
        The readings in force; by default those recorded with the plan, else the defaults.
    travel
        What each mode travels by; straight lines when missing. A plan is audited with the travel
        that it was made with.

    Returns
    -------
    pandas.DataFrame
        One line per rule and area, with the columns of
        :data:`allocator.plan_tables.COMPLIANCE_COLUMNS`.

    Raises
    ------
    InputError
        If a table cannot be read as a plan, or the plan was made with another travel; lists every
        problem.
    """
    readings = Assumptions.of(assumptions)
    if plan is not None:
        _check_travel(plan, travel)
        readings = recorded(plan.assumptions) if assumptions is None else readings
    prepared = for_planning(region, readings, policy.stated_population)
    journeys = Journeys.of(travel, prepared, readings) if travel else None
    if plan is None:
        facts = Facts.of_today(prepared)
    else:
        facts = Facts.of_plan(prepared, plan.units, plan.facilities)
    lines = audit_lines(prepared, policy, readings, facts, journeys)
    if plan is not None:
        lines += lines_of_years(prepared, policy, readings, plan, journeys)
    return compliance_table(lines)


def _check_travel(plan: Plan, travel: Travel | None) -> None:
    """A plan made along roads is not audited along straight lines, nor the reverse."""
    made: Mapping[str, Any] = plan.provenance.get("travel") or {}
    then = {mode: told.get("source", STRAIGHT) for mode, told in made.items()}
    now = {} if not travel else {mode: means.source for mode, means in travel.by_mode.items()}
    problems = [
        f"{mode}: the plan was made by {then.get(mode, STRAIGHT)}, the audit is to go by "
        f"{now.get(mode, STRAIGHT)}; give the audit the same travel as the plan"
        for mode in MODES
        if then.get(mode, STRAIGHT) != now.get(mode, STRAIGHT)
    ]
    raise_if_any(problems, where="audit")


def lines_of_years(
    prepared_region: Region, policy: Policy, assumptions: Assumptions, plan: Plan,
    journeys: Journeys | None = None,
) -> list[Line]:  # fmt: skip
    """What a plan over several years must be; nothing for a plan of one date."""
    if plan.years.empty:
        return []
    facts = Facts.of_plan(prepared_region, plan.units, plan.facilities)
    case = Case(prepared_region, assumptions, facts, policy.rules, journeys)
    return year_lines(case, plan.years, plan.facilities, plan.provenance.get("years"))


def audit_lines(
    prepared_region: Region, policy: Policy, assumptions: Assumptions, facts: Facts,
    journeys: Journeys | None = None,
) -> list[Line]:  # fmt: skip
    """Every rule on the facts: lines in the policy's order, then what any plan must be.

    Parameters
    ----------
    prepared_region
        The region as planned for, see :func:`allocator.region.forecast.for_planning`.
    policy, assumptions, facts
        What must hold, how it is read, what is there.
    journeys
        How people and ambulances travel; straight when missing.
    """
    case = Case(prepared_region, assumptions, facts, policy.rules, journeys)
    found = [line for rule in policy.rules for line in _lines(rule, case)]
    return [_with_origin(line, policy) for line in found] + physical.lines(case)


def _with_origin(line: Line, policy: Policy) -> Line:
    """The line with where its rule is from, and how that stands to rules from elsewhere."""
    notes = [line.note, policy.remarks.get(line.rule, "") if line.area == "all" else ""]
    note = "; ".join(text for text in notes if text)
    return replace(line, origin=policy.origin_of(line.rule), note=note)


def recorded(table: pd.DataFrame) -> Assumptions:
    """The assumptions that a plan's table states, as numbers and words."""
    defaults = Assumptions()
    changed = {}
    for name, value in zip(table["name"], table["value"], strict=True):
        text = "" if value is None or value != value else str(value)
        name, stated = parse_assignment(f"{name}={text}")
        if stated != defaults[name]:
            changed[name] = stated
    return Assumptions(changed)


def _lines(rule: Rule, case: Case) -> list[Line]:
    if isinstance(rule, EitherOr):
        return alternatives.lines(rule, case, _lines)
    return _LINES_OF_KIND[rule.kind](rule, case)
