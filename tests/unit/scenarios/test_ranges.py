"""Ranges of a sweep, in exact decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.scenarios.ranges import exact, is_range, range_values

DECIMALS = st.decimals(-1000, 1000, places=3, allow_nan=False)
STEPS = st.decimals("0.001", 50, places=3)


@pytest.mark.parametrize(
    ("given_", "values"),
    [
        ({"from": 5.5, "to": 6.5, "step": 0.25}, [5.5, 5.75, 6.0, 6.25, 6.5]),
        ({"from": 0.1, "to": 0.5, "step": 0.1}, [0.1, 0.2, 0.3, 0.4, 0.5]),
        ({"from": 1, "to": 2, "step": 0.4}, [1.0, 1.4, 1.8]),
        ({"from": 3, "to": 1, "step": -1}, [3, 2, 1]),
        ({"from": 2, "to": 2, "step": 1}, [2]),
        ({"from": 1e8, "to": 5e8, "count": 5}, [1e8, 2e8, 3e8, 4e8, 5e8]),
        ({"from": 0, "to": 1, "count": 4}, [0.0, 1 / 3, 2 / 3, 1.0]),
        ({"from": 4, "to": 4, "count": 1}, [4]),
    ],
)
def test_values_of_ranges(given_, values):
    """Both ends, by step or by count; the last value never goes beyond."""
    assert range_values(given_) == values


def test_whole_numbers_stay_whole():
    """Years are whole numbers; a range that is written with decimals gives decimals."""
    assert all(isinstance(v, int) for v in range_values({"from": 2021, "to": 2025, "step": 2}))
    assert all(isinstance(v, int) for v in range_values({"from": 2021, "to": 2025, "count": 3}))
    assert all(isinstance(v, float) for v in range_values({"from": 1.0, "to": 3, "step": 1}))
    assert all(isinstance(v, float) for v in range_values({"from": 1, "to": 4, "count": 3}))


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"from": 1, "count": 2}, "a range needs from and to"),
        ({"from": 1, "to": 2}, "needs one of step and count"),
        ({"from": 1, "to": 2, "step": 1, "count": 2}, "needs one of step and count"),
        ({"from": 1, "to": 2, "stp": 1}, "unknown key 'stp' in a range"),
        ({"from": 1, "to": 2, "step": 0}, "step must lead from 1 to 2"),
        ({"from": 1, "to": 2, "step": -1}, "step must lead from 1 to 2"),
        ({"from": 1, "to": 2, "step": "x"}, "step of a range must be a finite number, got 'x'"),
        ({"from": True, "to": 2, "step": 1}, "from of a range must be a finite number"),
        ({"from": 1, "to": float("inf"), "step": 1}, "to of a range must be a finite number"),
        ({"from": 1, "to": 2, "count": 1}, "count must be a whole number >= 2"),
        ({"from": 1, "to": 2, "count": 2.0}, "count must be a whole number >= 2"),
        ({"from": 1, "to": 1, "count": 3}, "from and to must differ"),
        ({"from": 0, "to": 1e6, "step": 1}, "at most 10,000 values in a range, got 1,000,001"),
        ({"from": 0, "to": 1, "count": 10**9}, "at most 10,000 values"),
    ],
)
def test_what_is_no_range_is_told(given_, message):
    """In words that say what was written."""
    with pytest.raises(ValueError, match=message):
        range_values(given_)


def test_a_table_with_other_keys_is_a_value():
    """Shares by staff are no range, whatever they lack."""
    assert not is_range({"nurses": 0.04})
    assert not is_range([1, 2])
    assert is_range({"from": 1, "to": 2})
    assert is_range({"to": 2})


@given(begin=DECIMALS, step=STEPS, count=st.integers(1, 40))
def test_values_are_the_decimals_that_a_person_writes(begin, step, count):
    """Whatever floats do between: each value is that of the exact decimal sum."""
    end = begin + step * (count - 1)
    given_ = {"from": float(begin), "to": float(end), "step": float(step)}
    assert range_values(given_) == [float(begin + step * k) for k in range(count)]
    if count > 1:
        given_ = {"from": float(begin), "to": float(end), "count": count}
        assert range_values(given_) == [float(begin + step * k) for k in range(count)]


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_the_decimal_that_was_written(number):
    """And nothing is lost on the way back."""
    assert float(exact(number)) == number
    assert exact(number) == Decimal(str(number))
