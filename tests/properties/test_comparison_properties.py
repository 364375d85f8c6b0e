"""Comparisons: nothing against itself, and the other way round with the other sign."""

from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from plans_for_tests import small_plan

import allocator as al

N = 24
SIGNED = {"rules": ["change"], "units": ["change"], "people": ["change"], "costs": ["change"]}


@st.composite
def plans(draw):
    """The small plan with other people, cover, beds, statuses and figures."""
    plan = small_plan()
    flags = st.lists(st.booleans(), min_size=N, max_size=N)
    cells = plan.cells.assign(
        people=draw(st.lists(st.integers(0, 500), min_size=N, max_size=N)),
        **{"covered:COV-U": draw(flags), "covered:COV-R": draw(flags)},
    )
    if draw(st.booleans()):
        cells = cells.iloc[draw(st.permutations(range(N)))]
    units = plan.units.assign(
        allocated=draw(st.lists(st.integers(0, 9), min_size=len(plan.units),
                                max_size=len(plan.units)))
    )  # fmt: skip
    statuses = st.sampled_from(["kept", "new", "upgraded", "closed"])
    facilities = plan.facilities.assign(
        status=draw(st.lists(statuses, min_size=6, max_size=6)),
    ).iloc[draw(st.integers(0, 2)) :]
    achieved = [draw(st.integers(0, 20)) for _ in range(len(plan.compliance))]
    compliance = plan.compliance.assign(achieved=achieved, met=[a > 9 for a in achieved])
    # What lies in what is told: it is not guessed from sums, which are drawn here.
    outlines = plan.outlines.assign(parent=["", "R", "R", "A"])
    return replace(
        plan, outlines=outlines, cells=cells, units=units, facilities=facilities,
        compliance=compliance,
        objective_value=float(draw(st.integers(0, 10))),
    )  # fmt: skip


@given(plans())
def test_nothing_differs_from_itself(plan):
    """Not one row in any table."""
    assert not al.compare([plan, plan]).differs


@given(plans(), plans())
def test_the_other_way_round_changes_the_sign(a, b):
    """Changes turn, gains and losses trade places, the first becomes the other."""
    there, back = al.compare([a, b]), al.compare([b, a])
    for name, columns in SIGNED.items():
        key = [c for c in ("rule", "area", "unit", "resource", "item") if c in there.tables[name]]
        one = there.tables[name].sort_values(key, ignore_index=True)
        two = back.tables[name].sort_values(key, ignore_index=True)
        assert one[key].to_numpy().tolist() == two[key].to_numpy().tolist()
        for column in columns:
            np.testing.assert_allclose(one[column].astype(float), -two[column].astype(float))
    people = there.people.merge(back.people, on=["rule", "area"], suffixes=("_there", "_back"))
    assert people["gain_there"].tolist() == people["lose_back"].tolist()
    assert people["covered_there"].tolist() == people["first_covered_back"].tolist()
    assert set(there.sites["id"]) == set(back.sites["id"])


@given(plans(), plans())
def test_gains_less_losses_are_the_change_where_nobody_moves(a, b):
    """With the same people in the same cells."""
    cells = b.cells.assign(people=a.cells["people"])
    found = al.compare([a, replace(b, cells=pd.DataFrame(cells))]).people
    np.testing.assert_allclose(found["gain"] - found["lose"], found["change"], atol=1e-6)
