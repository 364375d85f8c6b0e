"""Whole numbers with exact totals."""

from fractions import Fraction
from itertools import product
from math import ceil

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from allocator.auditing.apportionment import webster as audited_webster
from allocator.errors import InputError
from allocator.planning.apportionment import webster

WEIGHTS = st.lists(st.integers(0, 50), min_size=1, max_size=4)


def cheapest_split(total, weights, lower, upper):
    """Every split within the bounds; the least sum of (seats - quota)^2 / weight is Webster's."""
    ranges = [range(low, min(high, total) + 1) for low, high in zip(lower, upper, strict=True)]
    splits = [s for s in product(*ranges) if sum(s) == total]

    def distance(split):
        whole = sum(weights)
        return sum(
            (n - Fraction(total * w, whole)) ** 2 / w for n, w in zip(split, weights, strict=True)
        )

    return min(map(distance, splits)), distance


@st.composite
def bounded(draw):
    """Weights, bounds that can hold the total, and the total."""
    weights = draw(st.lists(st.integers(1, 50), min_size=1, max_size=4))
    lower = [draw(st.integers(0, 3)) for _ in weights]
    upper = [low + draw(st.integers(0, 5)) for low in lower]
    return draw(st.integers(sum(lower), sum(upper))), weights, lower, upper


def test_the_published_vector_of_194_ambulances():
    """Jiaxing's 194 ambulances split by end-2021 residents, county by county."""
    residents = [109.94, 104.99, 86.27, 69.57, 68.35, 65.90, 46.57]
    assert webster(194, residents) == [39, 37, 30, 25, 24, 23, 16]


def test_a_split_that_hamilton_gets_wrong_when_the_house_grows():
    """6 : 6 : 2 with 10, 11 and 12 seats: nobody loses a seat to a larger house, as the last
    position does with Hamilton's 4, 4, 2 and 5, 5, 1.
    """
    assert webster(10, [6, 6, 2]) == [5, 4, 1]
    assert webster(11, [6, 6, 2]) == [5, 5, 1]
    assert webster(12, [6, 6, 2]) == [5, 5, 2]


def test_ties_go_to_the_earlier_position():
    """Three equal weights and four seats: the first gets the odd one."""
    assert webster(4, [1, 1, 1]) == [2, 1, 1]


@given(WEIGHTS, st.integers(0, 60))
def test_the_total_is_exact_and_nobody_without_weight_goes_first(weights, total):
    """Parts sum to the total; a weight of 0 gets nothing while another can take it."""
    parts = webster(total, weights)
    assert sum(parts) == total
    if any(weights):
        assert all(n == 0 for n, w in zip(parts, weights, strict=True) if not w)


@given(bounded())
@example((5, [1, 10, 3], [3, 0, 0], [9, 9, 9]))  # two in a row to one position
def test_bounds_hold_and_the_split_is_the_best_of_all(case):
    """Within bounds the split is the best by Webster's own measure, against every split."""
    total, weights, lower, upper = case
    parts = webster(total, weights, lower=lower, upper=upper)
    assert sum(parts) == total
    assert all(a <= n <= b for a, n, b in zip(lower, parts, upper, strict=True))
    best, distance = cheapest_split(total, weights, lower, upper)
    assert distance(parts) == best


@given(bounded())
def test_one_more_seat_takes_none_away(case):
    """House monotone (invariant 22): with a larger total no part shrinks, also within bounds."""
    total, weights, lower, upper = case
    assume(total < sum(upper))
    fewer = webster(total, weights, lower=lower, upper=upper)
    more = webster(total + 1, weights, lower=lower, upper=upper)
    assert all(a <= b for a, b in zip(fewer, more, strict=True))


@given(WEIGHTS, st.integers(0, 200))
def test_planning_and_audit_split_alike(weights, total):
    """Two implementations that share no code give the same split, ties included."""
    assume(any(weights))
    assert webster(total, weights) == audited_webster(total, [Fraction(w) for w in weights])


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=7))
def test_ceilings_summed_are_never_less_than_the_ceiling_of_the_sum(people):
    """Per-unit rounding asks for at least what the whole region asks for (invariant 22)."""
    assert sum(ceil(n / 30_000) for n in people) >= ceil(sum(people) / 30_000)


@pytest.mark.parametrize(
    ("total", "lower", "upper"), [(1, [1, 1], [3, 3]), (9, [0, 0], [4, 4])]
)  # fmt: skip
def test_bounds_that_cannot_hold_the_total_are_an_error(total, lower, upper):
    """Lower bounds above the total, or upper bounds below it, are named with both sums."""
    with pytest.raises(InputError, match=f"cannot split {total} .*{sum(lower)}.*{sum(upper)}"):
        webster(total, [1, 1], lower=lower, upper=upper)


def test_millions_are_split_at_once():
    """Visits go by the same quotients as seats: each share within one of its quota."""
    people = [3, 1, Fraction(5, 2), 7]
    split = webster(92_236_202, people)
    assert sum(split) == 92_236_202
    assert all(
        abs(n - Fraction(92_236_202) * w / sum(people)) < 1
        for n, w in zip(split, people, strict=True)
    )
