"""Numbers of a policy are exact, and unknown names are answered with known ones."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from allocator.policy.policies import parse_policy
from allocator.policy.values import exact, instead

QUOTA = """
id = "x"
title = "X"
[[rules]]
id = "R"
kind = "quota"
strength = "must"
clause = "c"
line = 1
meaning = "m"
resources = ["nurses"]
sense = ">="
per = {per}
number = {number}
"""


def decimal_text(digits: int, places: int) -> str:
    """The text of digits / 10**places, with exactly that many places."""
    whole, part = divmod(digits, 10**places)
    return f"{whole}.{part:0{places}d}" if places else str(whole)


@given(digits=st.integers(0, 10**12), places=st.integers(0, 6))
@example(digits=245, places=2)
@settings(deadline=None)
def test_decimal_text_times_its_power_of_ten_is_whole(digits, places):
    """2.45 x 100 is 245, for every decimal, as text, as float and as Decimal."""
    text = decimal_text(digits, places)
    for value in (text, float(text), Decimal(text), np.float64(text)):
        assert exact(value) * 10**places == digits


@given(
    digits=st.integers(0, 10**6),
    places=st.integers(0, 4),
    people=st.integers(0, 10**8),
    per=st.sampled_from([1000, 10_000, 30_000, 100_000]),
)
@example(digits=245, places=2, people=100_000, per=1000)
@settings(deadline=None)
def test_unquoted_number_in_a_file_asks_for_no_unit_too_many(digits, places, people, per):
    """The whole number that a rate asks for is the integer ceiling, never one above it."""
    text = decimal_text(digits, places)
    for number in (text, f'"{text}"'):
        (rule,) = parse_policy(QUOTA.format(per=per, number=number), where="policy x").rules
        assert math.ceil(rule.number * people / rule.per) == -(
            -digits * people // (per * 10**places)
        )


def test_floats_would_have_asked_for_one_more():
    """The trap that exact numbers avoid is there: in floats 2.45 x 100 exceeds 245."""
    assert math.ceil(2.45 * 100) == 246
    assert math.ceil(exact(2.45) * 100) == 245


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1/3", Fraction(1, 3)), (" 5.75 ", Fraction(23, 4)), (7, 7), (np.int64(7), 7),
        (np.float32(2.5), Fraction(5, 2)), (Fraction(2, 3), Fraction(2, 3)),
        ("1e-3", Fraction(1, 1000)),
    ],
)  # fmt: skip
def test_reads_every_way_of_writing_a_number(value, expected):
    """Integers, decimals, fractions and numpy's numbers become one exact rational."""
    number = exact(value)
    assert number == expected
    assert type(number.numerator) is int


def test_numpy_integers_do_not_overflow():
    """A rational from a numpy integer computes with Python's unbounded integers."""
    assert exact(np.int64(2**62)) * 8 == 2**65


@pytest.mark.parametrize(
    "value",
    ["abc", "", "5,75", "1/0", "nan", "inf", float("nan"), float("inf"), Decimal("NaN"), True,
     np.True_, None, [], {}, b"5"],
)  # fmt: skip
def test_refuses_what_is_no_number(value):
    """The error shows the value that came."""
    with pytest.raises(ValueError, match="expected a number") as error:
        exact(value)
    assert repr(value) in str(error.value)


def test_refuses_exponents_that_would_fill_the_memory():
    """A typing slip such as 1e999999999 fails at once."""
    with pytest.raises(ValueError, match="below 1e100"):
        exact("1e999999999")


def test_instead_offers_the_nearest_name_or_all():
    """A near miss gets one suggestion, anything else the whole list."""
    assert instead("nurse", ["nurses", "physicians"]) == "did you mean 'nurses'?"
    assert instead("zzz", ["nurses", "physicians"]) == "known: nurses, physicians"
