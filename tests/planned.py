"""Plan, and read what a test asks of the plan."""

from typing import Any

import pandas as pd
from builders import small_policy

from allocator.assumptions import Assumptions
from allocator.planning.optimisation import plan
from allocator.plans import Plan
from allocator.region.ground import Region

EMS = {"kinds": ["ems_station"]}
POSTS = {"kinds": ["health_station"]}


def planned(
    region: Region, *rules: Any, assume: dict[str, Any] | None = None, **wishes: Any
) -> Plan:
    """The plan of these rules; ``assume`` changes assumptions, ``wishes`` go to ``plan``."""
    return plan(region, small_policy(*rules), assumptions=Assumptions(assume or {}), **wishes)


def line(plan: Plan, rule: str, area: str = "all") -> Any:
    """The compliance line of a rule in an area."""
    found = plan.compliance[(plan.compliance["rule"] == rule) & (plan.compliance["area"] == area)]
    assert len(found) == 1, f"{len(found)} lines of {rule} [{area}]"
    return found.iloc[0]


def amount(plan: Plan, resource: str, unit: str = "R") -> float:
    """How many of a resource a unit gets."""
    table = plan.units
    found = table[(table["unit"] == unit) & (table["resource"] == resource)]
    assert len(found) == 1, f"{len(found)} rows of {resource} [{unit}]"
    return float(found["allocated"].iloc[0])


def amounts(plan: Plan, resource: str) -> dict[str, float]:
    """How many of a resource each unit gets, the root included."""
    table = plan.units[plan.units["resource"] == resource]
    return dict(zip(table["unit"], table["allocated"], strict=True))


def statuses(plan: Plan) -> dict[str, str]:
    """Status of every facility listed, by id."""
    return dict(zip(plan.facilities["id"], plan.facilities["status"], strict=True))


def open_ids(plan: Plan) -> set[str]:
    """Ids of the facilities that are open in the plan."""
    return {name for name, status in statuses(plan).items() if status != "closed"}


def misses(plan: Plan) -> tuple[float, float, float]:
    """Violation of must, target and wish rules, summed over blocks."""
    tiers = plan.tiers
    return tuple(
        float(tiers.loc[tiers["tier"] == t, "objective"].sum()) for t in ("must", "target", "wish")
    )


def same_tables(one: Plan, other: Plan) -> None:
    """Hold two plans to equal tables, but for the seconds that they took."""
    for name in (
        "compliance", "units", "facilities", "cells", "assumptions", "conflicts", "marginals",
        "fairness",
    ):  # fmt: skip
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(one, name)), pd.DataFrame(getattr(other, name))
        )
    pd.testing.assert_frame_equal(
        one.tiers.drop(columns="seconds"), other.tiers.drop(columns="seconds")
    )
