"""What must hold of every front: no choice of sites that costs no more covers more people."""

from itertools import combinations

import numpy as np
import pytest
from builders import rule, site, small_policy, small_region
from hypothesis import given
from hypothesis import strategies as st
from strategies import few

from allocator.auditing.compliance import audit
from allocator.studies.trade_offs import trade_off

EMS = {"kinds": ["ems_station"]}
PLACES = st.tuples(st.integers(0, 8), st.integers(0, 4))


@st.composite
def towns(draw):
    """Cells and sites on a lattice of half kilometres; what opening each site costs."""
    cells = draw(st.lists(PLACES, min_size=2, max_size=7, unique=True))
    stands = draw(st.lists(PLACES, min_size=1, max_size=5, unique=True))
    people = draw(st.lists(st.integers(1, 2000), min_size=len(cells), max_size=len(cells)))
    costs = draw(st.lists(st.integers(1, 9), min_size=len(stands), max_size=len(stands)))
    exist = draw(st.lists(st.booleans(), min_size=len(stands), max_size=len(stands)))
    return (
        np.array(cells) / 2, np.array(stands) / 2, np.array(people, dtype=float),
        np.where(exist, 0.0, costs), np.array(exist),
    )  # fmt: skip


def region_of(cells, stands, people, costs, exist):
    return small_region(
        people=people, x_km=cells[:, 0], y_km=cells[:, 1],
        cell_units=["A"] + ["B"] * (len(people) - 1),
        sites=[
            site(f"e{j}", x_km=x, y_km=y, opening_cost=costs[j] or 5.0,
                 status="existing" if exist[j] else "candidate")
            for j, (x, y) in enumerate(stands)
        ],
    )  # fmt: skip


@few
@given(towns(), st.sampled_from([0.5, 1.0, 1.5]))
def test_no_choice_covers_more_for_less(town, radius_km):
    """Each point of coverage against budget is best within its own cost; none beats another."""
    cells, stands, people, costs, exist = town
    region = region_of(*town)
    policy = small_policy(rule("coverage", id="COV", sites=EMS, within_km=radius_km))
    front = trade_off(region, policy, points=4)
    near = np.hypot(*(cells[:, None] - stands[None]).transpose(2, 0, 1)) <= radius_km * (1 + 1e-9)
    new = np.flatnonzero(~exist)
    choices = [np.append(np.flatnonzero(exist), c).astype(int)
               for k in range(len(new) + 1) for c in combinations(new, k)]  # fmt: skip
    price = np.array([costs[c].sum() for c in choices])
    reached = np.array([people[near[:, c].any(axis=1)].sum() for c in choices])
    points = front.points
    assert points["proven"].all()
    assert (np.diff(points["budget"]) > 0).all()
    assert (np.diff(points["coverage"]) > 0).all()
    assert points["coverage"].iloc[-1] == pytest.approx(reached.max())
    for row, plan in zip(points.to_dict("records"), front.plans, strict=True):
        within = price <= row["budget"] + 1e-6
        assert row["coverage"] == pytest.approx(reached[within].max())
        assert row["budget"] == pytest.approx(price[reached >= row["coverage"] - 1e-6].min())
        line = audit(region, policy, plan).query("rule == 'COV' and area == 'all'").iloc[0]
        assert line["achieved"] == pytest.approx(row["coverage"])


@few
@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=2),
    st.lists(st.integers(200, 3000), min_size=8, max_size=8),
)
def test_fewer_beds_are_less_even(stock, people):
    """Beds against the Gini coefficient: no split of as many beds is more even."""
    if not any(stock):
        return
    region = small_region(
        people=people, stock={("A", "public_beds"): stock[0], ("B", "public_beds"): stock[1]}
    )
    front = trade_off(region, small_policy(), between=("beds", "gini"), points=5)
    n = np.array([sum(people[:4]), sum(people[4:])], dtype=float)
    assert (np.diff(front.points["gini"]) > 0).all()
    assert (np.diff(front.points["beds"]) < 0).all()
    for beds, gini in zip(front.points["beds"], front.points["gini"], strict=True):
        a = np.arange(stock[0], int(beds) - stock[1] + 1)
        splits = np.stack([a, int(beds) - a], axis=1)
        rates = splits / n
        every = abs(rates[:, 0] - rates[:, 1]) * n.prod() / n.sum() ** 2 / (beds / n.sum())
        assert gini == pytest.approx(every.min(), abs=1e-7)
