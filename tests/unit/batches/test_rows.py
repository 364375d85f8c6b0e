"""Rows: what a plan says in the table."""

import math

import pandas as pd
import pytest
from plans_for_tests import small_plan

from allocator.batches.rows import people_covered, row_of_death, row_of_plan, worst_county
from allocator.plan_tables import FAIRNESS_COLUMNS


def fairness(*lines):
    """Lines of figure, when, mean, worst, worst_area."""
    rows = [
        {"figure": f, "measure": "beds per 1,000 (residents)", "when": when, "mean": mean,
         "worst": worst, "worst_area": area}
        for f, when, mean, worst, area in lines
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(FAIRNESS_COLUMNS))


def test_the_worst_county_is_the_furthest_below_the_mean_in_the_plan():
    """Of all figures; what is so today does not count, nor what nobody gets."""
    plan = small_plan(fairness=fairness(
        ("beds", "today", 10.0, 1.0, "Then"), ("beds", "plan", 10.0, 6.0, "West"),
        ("nurses", "plan", 2.0, 1.0, "East"), ("doctors", "plan", 4.0, 2.0, "Later"),
        ("none", "plan", 0.0, 0.0, "Nobody"),
    ))  # fmt: skip
    assert worst_county(plan) == {
        "worst_county": "East", "worst_figure": "nurses, beds per 1,000 (residents)",
        "worst_share_of_mean": 0.5,
    }  # fmt: skip


def test_a_region_that_is_not_divided_has_no_worst_county():
    """Nothing is said of it."""
    assert worst_county(small_plan())["worst_share_of_mean"] is None


def test_people_covered_by_rule():
    """Only in the plan, not today; what was not looked at is not covered."""
    cells = small_plan().cells
    assert people_covered(small_plan()) == {"COV-U": 9 * 125.0, "COV-R": 12 * 75.0}
    some = cells.assign(**{"covered:COV-U": pd.Series(True, index=cells.index[:2])})
    assert people_covered(small_plan(cells=some))["COV-U"] == 2 * 125.0


def test_every_strength_has_its_counts():
    """Met, given way, and not evaluated."""
    row = row_of_plan(small_plan())
    assert [row[f"must_{how}"] for how in ("met", "failed", "not_evaluated")] == [1, 1, 1]
    assert [row[f"{s}_met"] for s in ("target", "wish")] == [1, 1]


@pytest.mark.parametrize(("provenance", "objective", "cost"), [
    ({"cost": 5}, "maximise coverage", 5.0), ({}, "minimise cost", 1_234_567.875),
    ({}, "minimise change", None),
])  # fmt: skip
def test_cost(provenance, objective, cost):
    """What the plan says, or its objective where that is the cost."""
    assert row_of_plan(small_plan(provenance=provenance, objective=objective))["cost"] == cost


def test_a_plan_without_a_bound():
    """Numbers stay numbers."""
    row = row_of_plan(small_plan(bound=math.nan, gap=math.inf))
    assert math.isnan(row["bound"])
    assert math.isinf(row["gap"])


def test_a_death_says_how_often():
    """Once is no plural."""
    assert row_of_death(1)["error"].startswith("its process died;")
    assert "died 3 times" in row_of_death(3)["error"]
