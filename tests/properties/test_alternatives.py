"""The k best sets of sites against a list of all sets."""

from itertools import combinations

import numpy as np
import pytest
from cover_instances import coverage_of
from hypothesis import given
from hypothesis import strategies as st
from location_instances import times_from

from allocator.location.alternatives import k_best
from allocator.lp.status import Status

PRICES = st.sampled_from([0.0, 1.0, 1.0, 2.0, 2.5, 7.0])


@st.composite
def choices(draw):
    """Up to 6 cells and 6 sites with people, prices and roles; some cells reach nobody."""
    n_sites = draw(st.integers(1, 6))
    site = st.integers(0, n_sites - 1)
    sets = [sorted(s) for s in draw(st.lists(st.sets(site), min_size=1, max_size=6))]
    people = draw(st.lists(st.integers(0, 9), min_size=len(sets), max_size=len(sets)))
    role = st.sampled_from(["free", "free", "free", "open", "may_close", "required", "forbidden"])
    roles = draw(st.lists(role, min_size=n_sites, max_size=n_sites))
    prices = st.lists(PRICES, min_size=n_sites, max_size=n_sites)
    return sets, people, roles, draw(prices), draw(prices), draw(prices)


def role_options(roles, opening, closing, running):
    """What the models are told about the sites."""
    at = {word: [j for j, r in enumerate(roles) if r == word] for word in set(roles)}
    return {
        "open_sites": at.get("open", []), "may_close": at.get("may_close", []),
        "required": at.get("required", []), "forbidden": at.get("forbidden", []),
        "cost": opening, "closing_cost": closing, "running_cost": running,
    }  # fmt: skip


def every_set(roles, opening, closing, running):
    """Each permitted set of open sites, and what it costs."""
    n = len(roles)
    for size in range(n + 1):
        for opened in combinations(range(n), size):
            held = set(opened)
            if any(r in ("open", "required") and j not in held for j, r in enumerate(roles)):
                continue
            if any(roles[j] == "forbidden" for j in held):
                continue
            paid = 0.0
            for j, role in enumerate(roles):
                if role in ("open", "may_close"):
                    paid += running[j] if j in held else closing[j]
                elif j in held:
                    paid += opening[j]
            yield held, paid


def held_to(answers, expected, k):
    """Every answer is a set of its own, as good as the list says, proven, and recounts."""
    assert [s.objective for s in answers] == pytest.approx(expected[:k], abs=1e-6)
    assert [s.bound for s in answers] == pytest.approx(expected[:k], abs=1e-6)
    assert all(s.status is Status.OPTIMAL for s in answers)
    assert all(s.verify() == [] for s in answers)
    assert len({tuple(s.open_sites.tolist()) for s in answers}) == len(answers)


@given(choices(), st.integers(1, 70))
def test_covers_equal_the_list_of_all(drawn, k):
    """The k cheapest covers, dearer supersets among them; what nobody reaches is left out."""
    sets, _, roles, *prices = drawn
    permitted = {j for j, r in enumerate(roles) if r != "forbidden"}
    needy = [near for near in sets if permitted & set(near)]
    expected = sorted(
        paid for held, paid in every_set(roles, *prices) if all(held & set(n) for n in needy)
    )
    options = role_options(roles, *prices)
    answers = k_best("lscp", coverage_of(sets, len(roles)), k=k, skip_unreachable=True, **options)
    held_to(answers, expected, k)
    beyond = [i for i, near in enumerate(sets) if not permitted & set(near)]
    assert all(s.uncoverable.tolist() == beyond for s in answers)


@given(choices(), st.integers(1, 70), st.sampled_from([0.0, 0.3, 0.7, 1.0]))
def test_partial_covers_equal_the_list_of_all(drawn, k, share):
    """The k cheapest sets that cover a share of the people."""
    sets, people, roles, *prices = drawn
    needed = share * sum(people)
    expected = sorted(
        paid
        for held, paid in every_set(roles, *prices)
        if sum(n for n, near in zip(people, sets, strict=True) if held & set(near)) >= needed - 1e-9
    )
    options = role_options(roles, *prices) | {"people": people, "share": share}
    answers = k_best("psclp", coverage_of(sets, len(roles)), k=k, **options)
    if not expected:
        assert [s.status for s in answers] == [Status.INFEASIBLE]
        return
    held_to(answers, expected, k)


@given(choices(), st.integers(1, 70), st.integers(1, 6), st.sampled_from([None, 0.0, 3.0, 8.0]))
def test_most_people_equal_the_list_of_all(drawn, k, p, budget):
    """The k best sets of at most p sites within a budget, smaller sets among them."""
    sets, people, roles, *prices = drawn
    expected = sorted(
        (
            float(sum(n for n, near in zip(people, sets, strict=True) if held & set(near)))
            for held, paid in every_set(roles, *prices)
            if len(held) <= p and (budget is None or paid <= budget + 1e-9)
        ),
        reverse=True,
    )
    options = role_options(roles, *prices) | {"people": people, "p": p, "budget": budget}
    answers = k_best("mclp", coverage_of(sets, len(roles)), k=k, **options)
    if not expected:
        assert [s.status for s in answers] == [Status.INFEASIBLE]
        return
    held_to(answers, expected, k)


@given(choices(), st.integers(1, 70), st.integers(1, 6), st.randoms(use_true_random=False))
def test_medians_equal_the_list_of_all(drawn, k, p, random):
    """The k best sets of at most p sites by people-minutes; whoever lives must be reached."""
    sets, people, roles, *prices = drawn
    away = np.full((len(sets), len(roles)), np.inf)
    for i, near in enumerate(sets):
        for j in near:
            away[i, j] = random.choice([0.0, 1.0, 2.0, 2.0, 5.0])
    weight = np.array(people, dtype=float)
    totals = []
    for held, _ in every_set(roles, *prices):
        if len(held) > p:
            continue
        least = away[:, sorted(held)].min(axis=1, initial=np.inf)
        if np.isfinite(least[weight > 0]).all():
            totals.append(float((weight * np.where(weight > 0, least, 0.0)).sum()))
    options = role_options(roles, *prices) | {"people": people, "p": p}
    answers = k_best("p_median", times_from(away), k=k, **options)
    if not totals:
        assert [s.status for s in answers] == [Status.INFEASIBLE]
        return
    held_to(answers, sorted(totals), k)
