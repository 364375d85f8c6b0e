"""Futures: a region with other people, and what a plan made for one of them is worth in another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from allocator.assumptions import Assumptions
from allocator.auditing.budgets import plan_cost
from allocator.auditing.case import Case
from allocator.auditing.compliance import audit_lines
from allocator.auditing.coverage import covered
from allocator.auditing.facts import Facts
from allocator.auditing.given import given_counts
from allocator.plan_tables import Line, Tally, compliance_table
from allocator.plans import Plan
from allocator.policy.policies import Policy
from allocator.policy.rules import CoverageRule
from allocator.region.forecast import for_planning
from allocator.region.ground import Region
from allocator.region.population_factors import ALL, with_factors_and_forecast
from allocator.studies.changes import changed_from_today
from allocator.travel.journeys import Journeys, Travel

STRENGTHS = ("must", "target", "wish")
_TOLERANCE = 1e-6
Measure = Literal["cost", "change", "coverage"]


@dataclass(frozen=True, eq=False)
class Future:
    """One forecast.

    Attributes
    ----------
    name
        ``sample 1`` and so on, ``mean`` or ``envelope``.
    factors
        Planning unit -> factor on its people.
    region, assumptions
        For the planner: people multiplied, and the forecast with them.
    prepared, journeys
        For the audit: as planned for.
    """

    name: str
    factors: Mapping[str, float]
    region: Region
    assumptions: Assumptions
    prepared: Region
    journeys: Journeys | None

    @classmethod
    def of(
        cls, name: str, factors: Mapping[str, float], region: Region, policy: Policy,
        assumptions: Assumptions, travel: Travel | None,
    ) -> "Future":  # fmt: skip
        """The region with the people of its units multiplied."""
        stated = None if policy.stated_population is None else float(policy.stated_population)
        scaled, readings = with_factors_and_forecast(region, assumptions, stated, factors)
        prepared = for_planning(scaled, readings, stated)
        journeys = Journeys.of(travel, prepared, readings) if travel else None
        return cls(name, dict(factors), scaled, readings, prepared, journeys)


def joint_factors(
    samples: Sequence[Mapping[str, float]], units: Sequence[str], *, most: bool
) -> dict[str, float]:
    """The mean factor of every planning unit over the samples, or the largest."""
    table = np.array([[s.get(u, s.get(ALL, 1.0)) for u in units] for s in samples], dtype=float)
    joint = table.max(axis=0) if most else table.mean(axis=0)
    return dict(zip(units, joint.tolist(), strict=True))


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a plan is worth in a future, by the audit of its tables there.

    Attributes
    ----------
    lines
        Every rule.
    failed, shortfall
        By strength: rules that do not hold; by how much, each line as a share of what it asks.
    people_covered
        Coverage rule -> people reached.
    people_asked
        People of those rules together.
    cost, change
        Of the plan over today.
    """

    lines: tuple[Line, ...]
    failed: Mapping[str, int]
    shortfall: Mapping[str, float]
    people_covered: Mapping[str, float]
    people_asked: float
    cost: float
    change: float

    def low(self, measure: Measure) -> float:
        """The planner's measure, the smaller the better; coverage as people not covered."""
        if measure == "coverage":
            return self.people_asked - sum(self.people_covered.values())
        return self.cost if measure == "cost" else self.change

    def keeps_as_well_as(self, other: "Outcome") -> bool:
        """Whether no rule is missed by more than in another outcome of the same future."""
        asked = {(line.rule, line.area): line for line in other.lines}
        for line in self.lines:
            if line.strength not in STRENGTHS or line.slack is None:
                continue
            their = asked.get((line.rule, line.area))
            allowed = 0.0 if their is None or their.slack is None else min(0.0, their.slack)
            if line.slack < allowed - _TOLERANCE * max(1.0, abs(line.required or 0.0)):
                return False
        return True


def outcome(plan: Plan, future: Future, policy: Policy) -> Outcome:
    """Audit a plan's tables in a future; its residents are those of the future."""
    region = future.prepared
    facts = Facts.of_plan(region, _as_given(plan.units, region), plan.facilities)
    case = Case(region, future.assumptions, facts, policy.rules, future.journeys)
    lines = audit_lines(region, policy, future.assumptions, facts, future.journeys)
    tally = Tally.of(compliance_table(lines))
    reached, asked = {}, 0.0
    for rule in policy.rules:
        if isinstance(rule, CoverageRule) and rule.strength != "info":
            inside = region.grid.in_group(rule.group)
            asked += float(region.grid.people[inside].sum())
            hit = covered(rule, case) & inside
            reached[rule.id] = float(region.grid.people[hit].sum())
    return Outcome(
        lines=tuple(lines),
        failed={s: tally.failed.get(s, 0) for s in STRENGTHS},
        shortfall={s: _shortfall(lines, s) for s in STRENGTHS},
        people_covered=reached,
        people_asked=asked,
        cost=plan_cost(region, future.assumptions, facts, policy.rules).total,
        change=changed_from_today(case),
    )


def _as_given(units: pd.DataFrame, region: Region) -> pd.DataFrame:
    """The plan's table with the people, visits and households that are there.

    Not those whom it was made for: no plan decides them.
    """
    table = units.copy()
    rows = table["resource"] == "residents"
    table.loc[rows, "allocated"] = [region.units.people(str(u)) for u in table.loc[rows, "unit"]]
    keys = list(zip(table["unit"].astype(str), table["resource"].astype(str), strict=True))
    given = given_counts(region, dict(zip(keys, table["allocated"].astype(float), strict=True)))
    below = {
        unit: [u for u in region.units.planning if unit in region.units.ancestors(u)]
        for unit in dict.fromkeys(unit for unit, _ in keys)
    }
    there = []
    for (unit, resource), planned in zip(keys, table["allocated"], strict=True):
        known = [given[u, resource] for u in below[unit] if (u, resource) in given]
        there.append(sum(known) if known else planned)
    return table.assign(allocated=there)


def _shortfall(lines: Sequence[Line], strength: str) -> float:
    """By how much rules are missed: each line as a share of what it asks, added up."""
    return sum(
        -line.slack / max(1.0, abs(line.required or line.required_upper or 0.0))
        for line in lines
        if line.strength == strength and line.met is False and line.slack is not None
    )
