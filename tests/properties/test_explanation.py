"""Clashes against every choice of rules: nothing too much in them, nothing missing."""

import numpy as np
import pytest
from builders import rule, small_region
from hypothesis import given
from hypothesis import strategies as st
from planned import planned
from scipy.optimize import Bounds, LinearConstraint, milp

COLUMNS = ["public_beds", "rehab_beds", "nurses"]
INSIDE = "rehabilitation beds are part of the public beds"
UNITS = {"R": ("city", ""), "A": ("county", "R")}

limits = st.tuples(st.sampled_from(COLUMNS), st.sampled_from([">=", "<="]), st.integers(1, 60))
strengths = st.sampled_from(["must", "target", "wish"])
asked = st.lists(st.tuples(limits, strengths), min_size=2, max_size=6)


def row_of(limit):
    """One limit as (coefficients, lower, upper)."""
    resource, sense, number = limit
    coefficients = [1.0 if name == resource else 0.0 for name in COLUMNS]
    return (coefficients, number, np.inf) if sense == ">=" else (coefficients, -np.inf, number)


def possible(rows):
    """Whether whole numbers keep all rows, by SciPy."""
    if not rows:
        return True
    matrix, lower, upper = (np.array(part, dtype=float) for part in zip(*rows, strict=True))
    answer = milp(
        np.zeros(3), constraints=LinearConstraint(matrix, lower, upper),
        integrality=np.ones(3), bounds=Bounds(0, np.inf),
    )  # fmt: skip
    return answer.status == 0


@given(asked=asked, per_bed=st.none() | st.sampled_from(["0.5", "2"]))
def test_every_clash_is_impossible_and_every_part_of_it_possible(asked, per_bed):
    """Leave any member out and the rest can be kept; with all of them, nothing can."""
    numbers = {f"r{k}": number for k, ((_, _, number), _) in enumerate(asked)}
    rules, rows = [], {INSIDE: ([1.0, -1.0, 0.0], 0.0, np.inf)}
    for k, (limit, strength) in enumerate(asked):
        resource, sense, number = limit
        rules.append(
            rule("total", id=f"r{k}", resources=[resource], sense=sense, number=number,
                 strength=strength)
        )  # fmt: skip
        rows[f"r{k}"] = row_of(limit)
    if per_bed:
        pairs = [{"resource": "nurses", "base": "public_beds"}]
        rules.append(rule("ratio", id="per bed", number=per_bed, pairs=pairs, strength="must"))
        rows["per bed"] = ([-float(per_bed), 0.0, 1.0], 0.0, np.inf)
    plan = planned(small_region(units=UNITS), *rules)
    planned_here = set(plan.units["resource"])
    if "rehab_beds" not in planned_here or "public_beds" not in planned_here:
        rows.pop(INSIDE)
    assert plan.conflicts.empty == possible(list(rows.values()))
    for _, clash in plan.conflicts.groupby("clash"):
        members = list(clash["member"])
        if len(members) == 1:
            assert clash["note"].iloc[0] == "gives way so that other rules give way less"
            continue
        assert not possible([rows[m] for m in members])
        for left_out in members:
            assert possible([rows[m] for m in members if m != left_out])
        for member, change, share in clash[["member", "change", "change_share"]].to_numpy():
            if change == change and member in rows and member != "per bed":
                coefficients, lower, upper = rows[member]
                if member in numbers:
                    assert share == pytest.approx(change / numbers[member])
                moved = (coefficients, lower - change - 1e-6, upper + change + 1e-6)
                assert possible([*(rows[m] for m in members if m != member), moved])
