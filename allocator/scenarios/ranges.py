"""Ranges of a sweep in exact decimals: 0.1, 0.2, 0.3, and never 0.30000000000000004."""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

KEYS = ("from", "to", "step", "count")
_MOST = 10_000
"""Values of one range."""


def is_range(value: object) -> bool:
    """Whether a value is written as a range, soundly or not.

    >>> is_range({"from": 1, "step": 1}), is_range({"nurses": 0.04})
    (True, False)
    """
    return isinstance(value, Mapping) and ("from" in value or "to" in value)


def range_values(given: Mapping[str, Any]) -> list[int | float]:
    """The values of ``{from, to, step}`` or ``{from, to, count}``, both ends included.

    With ``step``, the last value is the last that does not go beyond ``to``. Values are whole
    numbers where every number given is written as one and all values are whole.

    >>> range_values({"from": 0.1, "to": 0.4, "step": 0.1})
    [0.1, 0.2, 0.3, 0.4]
    >>> range_values({"from": 5, "to": 1, "count": 3})
    [5, 3, 1]

    Raises
    ------
    ValueError
        Saying what is wrong with the range.
    """
    unknown = [key for key in given if key not in KEYS]
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} in a range; known: {', '.join(KEYS)}")
    for key in KEYS[:2]:
        if key not in given:
            raise ValueError(f"a range needs from and to, got {_told(given)}")
    if ("step" in given) == ("count" in given):
        raise ValueError(f"a range needs one of step and count, got {_told(given)}")
    for key in given:
        if not _is_number(given[key]):
            raise ValueError(f"{key} of a range must be a finite number, got {given[key]!r}")
    begin, end = exact(given["from"]), exact(given["to"])
    values = _by_step(given, begin, end) if "step" in given else _by_count(given, begin, end)
    ends = [given["from"], given["to"], given.get("step", 1)]
    whole = all(isinstance(one, int) for one in ends) and all(v.denominator == 1 for v in values)
    return [int(value) if whole else float(value) for value in values]


def exact(number: float) -> Fraction:
    """A number as the decimal that was written.

    >>> exact(0.1) * 3 == exact(0.3)
    True
    """
    return Fraction(Decimal(repr(number)))


def _by_step(given: Mapping[str, Any], begin: Fraction, end: Fraction) -> list[Fraction]:
    step = exact(given["step"])
    if step == 0 or (end - begin) / step < 0:
        raise ValueError(
            f"step must lead from {given['from']} to {given['to']}, got {_told(given)}"
        )
    count = (end - begin) // step + 1
    _check_count(count, given)
    return [begin + k * step for k in range(count)]


def _by_count(given: Mapping[str, Any], begin: Fraction, end: Fraction) -> list[Fraction]:
    count = given["count"]
    if not isinstance(count, int) or count < 1 or (count == 1 and begin != end):
        raise ValueError(f"count must be a whole number >= 2, got {_told(given)}")
    _check_count(count, given)
    if count > 1 and begin == end:
        raise ValueError(f"from and to must differ, got {_told(given)}")
    return [begin + k * (end - begin) / max(1, count - 1) for k in range(count)]


def _check_count(count: int, given: Mapping[str, Any]) -> None:
    if count > _MOST:
        raise ValueError(f"at most {_MOST:,} values in a range, got {count:,} by {_told(given)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _told(given: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{k} = {v}" for k, v in given.items()) + " }"
