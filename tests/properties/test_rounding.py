"""Whole numbers with exact totals: Hamilton, and tables rounded with both margins."""

from fractions import Fraction
from itertools import product
from math import ceil, floor

import pytest
from builders import rule, small_region
from hypothesis import example, given
from hypothesis import strategies as st
from planned import amounts, planned

from allocator.auditing.apportionment import largest_remainders, worst_first
from allocator.errors import InputError
from allocator.planning.apportionment import hamilton, max_min, split, webster
from allocator.planning.controlled_rounding import controlled_rounding

WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=5).filter(any)
CELLS = st.fractions(0, 6, max_denominator=12)
TABLES = st.integers(1, 3).flatmap(
    lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n), min_size=1, max_size=3)
)


@given(total=st.integers(0, 200), weights=WEIGHTS)
def test_hamilton_keeps_the_total_and_stays_within_the_quota(total, weights):
    """Everybody gets the quota rounded down or up (invariant 22); the audit's own code agrees."""
    parts = hamilton(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        quota = Fraction(total * weight, sum(weights))
        assert floor(quota) <= part <= ceil(quota)
    assert parts == largest_remainders(total, [Fraction(w) for w in weights])


@given(weights=WEIGHTS, data=st.data())
def test_hamilton_keeps_bounds_and_is_nearest_to_the_quotas(weights, data):
    """Within bounds; no other split within bounds lies nearer to the clipped quotas."""
    weights = weights[:4]
    lower = [data.draw(st.integers(0, 3)) for _ in weights]
    upper = [low + data.draw(st.integers(0, 4)) for low in lower]
    total = data.draw(st.integers(sum(lower), sum(upper)))
    if not any(weights):
        return
    parts = hamilton(total, weights, lower=lower, upper=upper)
    assert sum(parts) == total
    assert all(a <= n <= b for a, n, b in zip(lower, parts, upper, strict=True))

    def clipped(t):
        return [
            min(max(t * w, a), b) if w else a for w, a, b in zip(weights, lower, upper, strict=True)
        ]

    if sum(b if w else a for w, a, b in zip(weights, lower, upper, strict=True)) < total:
        return  # those without weight have to take some
    low, high = Fraction(0), Fraction(10_000)
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(clipped(middle)) < total else (low, middle)
    quotas = [Fraction(q).limit_denominator(10_000) for q in clipped(high)]

    def distance(split):
        return sum((n - q) ** 2 for n, q in zip(split, quotas, strict=True))

    ranges = [range(a, b + 1) for a, b in zip(lower, upper, strict=True)]
    best = min(distance(s) for s in product(*ranges) if sum(s) == total)
    assert float(distance(parts)) == pytest.approx(float(best), abs=1e-6)


def test_hamilton_takes_a_seat_away_when_the_house_grows():
    """6 : 6 : 2 with 10 and 11 seats: "house-monotone" is false of Hamilton (invariant 22)."""
    assert [hamilton(n, [6, 6, 2]) for n in (10, 11)] == [[4, 4, 2], [5, 5, 1]]
    assert split("hamilton", 11, [6, 6, 2]) == [5, 5, 1]
    assert split("controlled", 10, [6, 6, 2]) == split("webster", 10, [6, 6, 2]) == [5, 4, 1]


@given(weights=st.lists(st.integers(1, 9), min_size=1, max_size=4), data=st.data())
def test_nobody_can_be_served_better_without_one_served_worse(weights, data):
    """Of all splits within bounds the sorted rates are lexicographically the greatest."""
    lower = [data.draw(st.integers(0, 2)) for _ in weights]
    upper = [low + data.draw(st.integers(0, 5)) for low in lower]
    total = data.draw(st.integers(sum(lower), sum(upper)))

    def rates(parts):
        return sorted(Fraction(n, w) for n, w in zip(parts, weights, strict=True))

    ranges = [range(a, b + 1) for a, b in zip(lower, upper, strict=True)]
    best = max(rates(s) for s in product(*ranges) if sum(s) == total)
    parts = max_min(total, weights, lower=lower, upper=upper)
    assert sum(parts) == total
    assert rates(parts) == best
    free = max_min(total, weights)
    assert free == max_min(total, weights, lower=[0] * len(weights))
    assert free == worst_first(total, [Fraction(w) for w in weights])


def test_millions_are_given_out_at_once():
    """Visits of a whole city: the start is near the end."""
    parts = max_min(39_630_400, [3, 2, 1])
    assert sum(parts) == 39_630_400
    assert parts == worst_first(39_630_400, [Fraction(w) for w in (3, 2, 1)])
    assert max_min(3, [0, 1], upper=[3, 1]) == [2, 1]


def test_bounds_that_cannot_hold_the_total_are_refused():
    """Both sums are told."""
    with pytest.raises(InputError, match="cannot split 5 between lower bounds that sum to 0"):
        hamilton(5, [1, 1], lower=[0, 0], upper=[2, 2])


@example(table=[[Fraction(3, 5)] * 3, [Fraction(1, 5)] * 3])
@example(table=[[Fraction(3, 5), Fraction(1, 5)]] * 3)
@given(table=TABLES)
def test_controlled_rounding_moves_nothing_by_one_or_more(table):
    """Cells and margins go to adjacent whole numbers (invariant 22); the nearest of all such."""
    found = controlled_rounding(table)

    def adjacent(cells, whole):
        exact = sum(cells, Fraction(0))
        return floor(exact) <= whole <= ceil(exact)

    def fits(rounded):
        columns = range(len(table[0]))
        return (
            all(adjacent(row, sum(r)) for row, r in zip(table, rounded, strict=True))
            and all(adjacent([r[j] for r in table], sum(r[j] for r in rounded)) for j in columns)
            and adjacent([c for row in table for c in row], sum(map(sum, rounded)))
        )

    def distance(rounded):
        return sum(
            (n - cell) ** 2
            for row, r in zip(table, rounded, strict=True)
            for cell, n in zip(row, r, strict=True)
        )

    choices = [[sorted({floor(c), ceil(c)}) for c in row] for row in table]
    flat = [c for row in choices for c in row]
    width = len(table[0])
    every = (
        [list(chosen[k : k + width]) for k in range(0, len(chosen), width)]
        for chosen in product(*flat)
    )
    assert fits(found)
    assert all(
        n in c for r, row in zip(found, choices, strict=True) for n, c in zip(r, row, strict=True)
    )
    assert distance(found) == min(distance(r) for r in every if fits(r))
    assert found == controlled_rounding(table)


def test_cells_that_cannot_be_rounded_are_listed():
    """Ragged rows and negative cells, all at once."""
    with pytest.raises(InputError) as error:
        controlled_rounding([[Fraction(1)], [Fraction(-1), Fraction(2)]])
    assert len(error.value.problems) == 2
    assert controlled_rounding([]) == []


def test_a_plan_splits_by_the_method_that_is_asked_for():
    """11 beds over 6 : 6 : 2; and public and private beds as one table with their sum."""
    units = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "C": ("county", "R")}
    region = small_region(people=[600, 600, 200], units=units)
    beds = rule("total", id="T", resources=["public_beds"], number=11, sense="==")
    got = amounts(planned(region, beds, assume={"apportionment": "hamilton"}), "public_beds")
    assert [got[u] for u in "ABC"] == [5, 5, 1]
    region = small_region(people=[500, 300, 200], units=units)
    rules = [
        rule("total", id=r, resources=[f"{r}_beds"], number=n, sense="==")
        for r, n in (("public", 3), ("private", 2), ("all", 5))
    ]
    plan = planned(region, *rules, assume={"apportionment": "controlled"})
    found = [amounts(plan, f"{r}_beds") for r in ("public", "private", "all")]
    exact = controlled_rounding([[Fraction(3 * w, 10), Fraction(2 * w, 10)] for w in (5, 3, 2)])
    assert [[found[0][u], found[1][u]] for u in "ABC"] == exact
    assert [found[2][u] for u in "ABC"] == [sum(row) for row in exact]


def test_the_shares_of_a_line_follow_the_method():
    """What a county's share of the city's figure is, the audit says by the same method."""
    units = {"R": ("city", ""), "A": ("county", "R"), "B": ("county", "R"), "C": ("county", "R")}
    region = small_region(people=[600, 600, 200], units=units)
    beds = rule("quota", id="Q", resources=["public_beds"], number=10, per=1400)
    for method, shares in (("webster", [5, 4, 1]), ("hamilton", [4, 4, 2]), ("max_min", [4, 4, 2])):
        plan = planned(region, beds, assume={"apportionment": method})
        lines = plan.compliance[plan.compliance["rule"] == "Q"].set_index("area")["required"]
        assert [lines[u] for u in "ABC"] == shares
    assert webster(10, [6, 6, 2]) == [5, 4, 1]
