"""Splitting whole numbers for the lines that inform about units."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.auditing.apportionment import webster


def one_by_one(total, weights):
    """Deal out every seat to the highest average: slow and obvious."""
    shares = weights if any(weights) else [1] * len(weights)
    parts = [0] * len(weights)
    for _ in range(total):
        best = max(range(len(parts)), key=lambda i: (Fraction(shares[i], 2 * parts[i] + 1), -i))
        parts[best] += 1
    return parts


@given(st.integers(0, 60), st.lists(st.integers(0, 30), min_size=1, max_size=6))
def test_webster_equals_dealing_seats_one_by_one(total, weights):
    """The start from the common divisor changes nothing: exact, ties to the earlier unit."""
    parts = webster(total, [Fraction(w) for w in weights])
    assert parts == one_by_one(total, weights)
    assert sum(parts) == total


def test_a_tie_goes_to_the_earlier_unit():
    """Three seats over two equal units give the first one two."""
    assert webster(3, [Fraction(5), Fraction(5)]) == [2, 1]


@pytest.mark.parametrize(("total", "weights", "parts"), [(7, [], []), (3, [0, 0], [2, 1])])
def test_no_units_and_no_weights(total, weights, parts):
    """No units get nothing; units without weight share equally."""
    assert webster(total, [Fraction(w) for w in weights]) == parts
