"""What must hold of every nested hierarchy."""

from itertools import product

import numpy as np
import pytest
from cover_instances import coverage_of
from hypothesis import given
from hypothesis import strategies as st

from allocator.location.hierarchy import Level, hierarchical
from allocator.lp.status import Status
from allocator.travel.times import TravelTimes


@st.composite
def questions(draw, ways=("p", "budget", "share", "mixed")):
    """Up to 3 levels, 4 sites and 6 cells; roles, upgrades and referral among them."""
    n_levels, m = draw(st.integers(1, 3)), draw(st.integers(1, 4))
    n, way = draw(st.integers(1, 6)), draw(st.sampled_from(ways))
    site = st.integers(0, m - 1)
    people = np.array(draw(st.lists(st.integers(0, 8), min_size=n, max_size=n)), dtype=float)

    def numbers(largest):
        return np.array(
            draw(st.lists(st.integers(0, largest), min_size=m, max_size=m)), dtype=float
        )

    sets = [
        [sorted(s) for s in draw(st.lists(st.sets(site), min_size=n, max_size=n))]
        for _ in range(n_levels)
    ]
    role = draw(
        st.lists(
            st.sampled_from(["", "", "", "open_sites", "may_close", "required", "forbidden"]),
            min_size=m, max_size=m,
        )
    )  # fmt: skip
    there = [r in {"open_sites", "may_close"} for r in role]
    today = np.array([draw(st.integers(1, n_levels)) if t else 0 for t in there])
    levels = [
        {
            "name": f"level {k}",
            "p": draw(st.integers(1, m)) if way in {"p", "mixed"} else None,
            "share": draw(st.sampled_from([0.3, 0.6, 1.0]))
            if way == "share" or (way == "mixed" and draw(st.booleans()))
            else None,
            "weight": draw(st.sampled_from([0.0, 0.5, 1.0, 3.0])),
            "cost": numbers(8) * (k + 1),
        }
        for k in range(n_levels)
    ]
    money = way == "budget" or (way == "mixed" and draw(st.booleans()))
    refers = places = None
    if draw(st.booleans()):
        refers = sorted(draw(st.sets(st.tuples(site, site), max_size=8)))
        places = draw(st.sampled_from([None, 0, 1, 2]))
    return {
        "sets": sets, "people": people, "levels": levels, "role": role, "today": today,
        "closing": numbers(4), "running": numbers(4), "refers": refers, "places": places,
        "budget": float(draw(st.integers(0, 40))) if money else None,
    }  # fmt: skip


def asked(question, **changes):
    """What the package says, rechecked."""
    q = question | changes
    m = len(q["role"])
    levels = [
        Level(reach=coverage_of(near, m), **level)
        for near, level in zip(q["sets"], q["levels"], strict=True)
    ]
    named = {
        word: [j for j in range(m) if q["role"][j] == word]
        for word in ("open_sites", "may_close", "required", "forbidden")
    }
    referral = None
    if q["refers"] is not None:
        ends = np.array(q["refers"], dtype=np.int64).reshape(-1, 2)
        referral = TravelTimes(m, m, ends[:, 0], ends[:, 1], np.ones(len(ends)))
    siting = hierarchical(
        levels, people=q["people"], budget=q["budget"], existing_levels=q["today"],
        referral=referral, referral_capacity=q["places"], closing_cost=q["closing"],
        running_cost=q["running"], **named,
    )  # fmt: skip
    assert siting.verify() == []
    assert siting.status in {Status.OPTIMAL, Status.INFEASIBLE}
    return siting


def by_trying_all(q):
    """Best objective over every choice of levels; None if none is allowed."""
    m, n_levels = len(q["role"]), len(q["levels"])
    least_cost = q["budget"] is None and all(
        v["p"] is None and v["share"] is not None for v in q["levels"]
    )
    values = []
    for rank in product(range(n_levels + 1), repeat=m):
        cost = _cost(q, rank)
        if not _roles_kept(q, rank) or (q["budget"] is not None and cost > q["budget"] + 1e-9):
            continue
        covered = [
            sum(
                people
                for people, near in zip(q["people"], q["sets"][k], strict=True)
                if any(rank[j] > k for j in near)
            )
            for k in range(n_levels)
        ]
        if all(
            (v["p"] is None or rank.count(k + 1) <= v["p"])
            and (v["share"] is None or covered[k] >= v["share"] * q["people"].sum() - 1e-9)
            for k, v in enumerate(q["levels"])
        ) and _all_refer(q, rank):
            worth = sum(v["weight"] * c for v, c in zip(q["levels"], covered, strict=True))
            values.append(cost if least_cost else worth)
    if not values:
        return None
    return min(values) if least_cost else max(values)


def _roles_kept(q, rank):
    for j, role in enumerate(q["role"]):
        lowered = rank[j] < q["today"][j]
        if (
            (role == "forbidden" and rank[j])
            or (role == "required" and not rank[j])
            or (role == "open_sites" and lowered)
            or (role == "may_close" and rank[j] and lowered)
        ):
            return False
    return True


def _cost(q, rank):
    total = 0.0
    for j, role in enumerate(q["role"]):
        if role in {"open_sites", "may_close"}:
            now = q["levels"][q["today"][j] - 1]["cost"][j]
            total += q["closing"][j] if not rank[j] else q["running"][j]
            total += max(0.0, q["levels"][rank[j] - 1]["cost"][j] - now) if rank[j] else 0.0
        elif rank[j]:
            total += q["levels"][rank[j] - 1]["cost"][j]
    return total


def _all_refer(q, rank):
    if q["refers"] is None:
        return True
    top = [j for j, r in enumerate(rank) if r == len(q["levels"])]
    lower = [j for j, r in enumerate(rank) if 0 < r < len(q["levels"])]
    ways = [[h for h in top if (j, h) in q["refers"]] for j in lower]
    if q["places"] is None:
        return all(ways)
    return any(all(sent.count(h) <= q["places"] for h in top) for sent in product(*ways))


@given(questions())
def test_equals_trying_all_levels(question):
    """No choice of levels does better; where none is allowed, a note says why."""
    expected = by_trying_all(question)
    siting = asked(question)
    if expected is None:
        assert siting.status is Status.INFEASIBLE
        assert siting.notes
        return
    assert siting.objective == pytest.approx(expected, abs=1e-6)
    assert siting.bound == pytest.approx(expected, abs=1e-6)


@given(questions(ways=("p",)))
def test_one_more_site_never_hurts(question):
    """A larger p at any level is no worse (nested levels only add)."""
    before = asked(question)
    more = [level | {"p": level["p"] + 1} for level in question["levels"]]
    after = asked(question, levels=more)
    if before.status is Status.OPTIMAL:
        assert after.objective >= before.objective - 1e-6


@given(questions(ways=("share",)))
def test_a_lower_share_never_costs(question):
    """Asking for less is no dearer."""
    before = asked(question)
    less = [level | {"share": level["share"] / 2} for level in question["levels"]]
    after = asked(question, levels=less)
    if before.status is Status.OPTIMAL:
        assert after.objective <= before.objective + 1e-6


@given(questions(ways=("p", "budget")), st.sampled_from([0.5, 4.0]))
def test_people_have_no_unit(question, factor):
    """Scaling people scales the people covered (invariant 4)."""
    before = asked(question)
    after = asked(question, people=question["people"] * factor)
    assert before.status == after.status
    if before.status is Status.OPTIMAL:
        assert after.objective == pytest.approx(before.objective * factor, abs=1e-6)
