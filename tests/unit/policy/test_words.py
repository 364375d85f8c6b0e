"""Numbers and facilities in words."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.policy.rules import SiteFilter
from allocator.policy.values import exact
from allocator.policy.words import exact_text, sites_in_words


@given(st.fractions())
def test_the_text_of_a_number_is_exact(number):
    """Decimals where there are some, else fractions; either reads back as the same number."""
    text = exact_text(number)
    assert exact(text) == number
    assert ("/" in text) == bool(set(_primes(number.denominator)) - {2, 5})


def _primes(number: int) -> list[int]:
    found, factor = [], 2
    while number > 1 and factor * factor <= number:
        while number % factor == 0:
            found.append(factor)
            number //= factor
        factor += 1
    return [*found, number] if number > 1 else found


@pytest.mark.parametrize(
    ("number", "text"),
    [("5.75", "5.75"), ("1/3", "1/3"), ("100", "100"), ("0.05", "0.05"), ("-2.5", "-2.5")],
)
def test_numbers_as_people_write_them(number, text):
    """No trailing noughts, no lost ones."""
    assert exact_text(Fraction(number)) == text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "facility"),
        ({"kinds": ["general_hospital", "tcm_hospital"], "run_by": ["county"]},
         "county general hospital/TCM hospital"),
        ({"kinds": ["clinic"], "new": True, "having": ["north_city"]},
         "new clinic being in the under-served north"),
        ({"kinds": ["care_home"], "new": False, "beds_from": 100, "beds_below": 500},
         "existing care home of 100 beds or more below 500 beds"),
        ({"grades": ["3A", "2A"], "without": ["covid_designated"]},
         "facility of grade 2A to 3A not being designated for COVID-19"),
        ({"grades": ["3A"]}, "facility of grade 3A"),
    ],
)  # fmt: skip
def test_a_filter_in_words(fields, words):
    """Every field that restricts is said."""
    assert sites_in_words(SiteFilter(**fields)) == words


def test_several_filters_are_a_union():
    """One or the other; none at all are facilities of any sort."""
    filters = SiteFilter(kinds=("clinic",)), SiteFilter(run_by=("city",))
    assert sites_in_words(filters) == "clinic or city facility"
    assert sites_in_words(()) == "facilities"
