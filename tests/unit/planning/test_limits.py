"""Whole-number limits from exact rationals."""

from fractions import Fraction

import pytest
from builders import rule
from hypothesis import given
from hypothesis import strategies as st

from allocator.planning.rows.limits import whole_limits


def limits(sense, number, factor):
    """Limits of a quota with this sense and number."""
    made = rule("quota", resources=["nurses"], sense=sense, number=number)
    return whole_limits(made, Fraction(factor))


def test_245_hundredths_of_100_is_245_and_never_246():
    """2.45 per 1,000 of 100,000 people is 245, though 2.45 * 100 is more in floats."""
    assert 2.45 * 100 > 245
    assert limits(">=", "2.45", 100) == (245, None)


def test_every_thousand_of_people_at_245_is_exact():
    """For each of the first 2,000 thousands of people it is the exact quotient rounded up."""
    asked = rule("quota", resources=["nurses"], number="2.45")
    wrong = [
        n for n in range(1, 2001) if whole_limits(asked, Fraction(n)) != (-(-245 * n // 100), None)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("sense", "expected"),
    [(">=", (6, None)), ("<=", (None, 5)), ("==", (6, 6)), ("about", (6, 6))],
)
def test_fractions_are_rounded_to_the_strict_side(sense, expected):
    """5.5 as a floor asks for 6, as a ceiling allows 5, as an equality means 6."""
    assert limits(sense, "0.055", 100) == expected


@pytest.mark.parametrize("sense", [">=", "<=", "==", "about"])
def test_whole_figures_stay_as_they_are(sense):
    """A figure that is whole is the limit itself, in every sense."""
    assert set(limits(sense, "0.05", 100)) - {None} == {5}


def test_a_band_has_a_floor_and_a_ceiling():
    """A band of 1.01 to 1.99 per 100 of 1,000 people allows 11 to 19."""
    band = rule("quota", resources=["nurses"], sense="band", lower="1.01", upper="1.99")
    assert whole_limits(band, Fraction(10)) == (11, 19)


@given(st.fractions(0, 20, max_denominator=50), st.fractions(0, 1000, max_denominator=50))
def test_the_floor_is_the_least_whole_number_that_is_enough(number, factor):
    """The floor is enough and one less is not; the ceiling is allowed and one more is not."""
    low, _ = limits(">=", number, factor)
    _, high = limits("<=", number, factor)
    assert low - 1 < number * factor <= low
    assert high <= number * factor < high + 1
