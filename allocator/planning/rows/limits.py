"""Whole-number limits from exact rationals: 2.45 per 1,000 of 100,000 people is 245, never 246."""

from fractions import Fraction
from math import ceil, floor
from typing import Protocol


class Bounded(Protocol):
    """A rule with a sense and a number or a band."""

    @property
    def sense(self) -> str:
        """One of >=, <=, ==, band, about."""

    @property
    def number(self) -> Fraction | None:
        """The number, unless the sense is band."""

    @property
    def lower(self) -> Fraction | None:
        """Lower end of a band."""

    @property
    def upper(self) -> Fraction | None:
        """Upper end of a band."""


def whole_limits(rule: Bounded, factor: Fraction) -> tuple[int | None, int | None]:
    """Lower and upper whole-number limit of a rule whose number counts ``factor`` times.

    An equality is rounded up: a planning quota of 33,349.5 beds means 33,350. 'About' is aimed at
    like an equality; the audit calls it met within its band.
    """
    if rule.sense == "band":
        return ceil((rule.lower or Fraction(0)) * factor), floor(
            (rule.upper or Fraction(0)) * factor
        )
    exact = (rule.number or Fraction(0)) * factor
    if rule.sense == ">=":
        return ceil(exact), None
    if rule.sense == "<=":
        return None, floor(exact)
    if rule.sense == "==":
        return ceil(exact), ceil(exact)
    return ceil(exact), ceil(exact)
