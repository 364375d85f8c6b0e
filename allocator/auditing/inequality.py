"""How unevenly something is spread over people: measures of rates weighted by people.

``r_c = x_c / N_c`` is what each head of area c has, ``W_c = N_c / N`` its share of the people,
``mu = sum W_c r_c`` the mean. Areas without people do not count. All are 0 where everybody has the
same; Gini, Theil and Atkinson do not change when every rate is multiplied (Cowell 2011, chapters 2
and 3; Theil 1967; Atkinson 1970).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, fsum, log

ATKINSON_AVERSION = 0.5
"""Aversion to inequality: above 0; with 1 or more an area without anything makes the measure 1."""


@dataclass(frozen=True)
class Spread:
    """What areas have, and how many people live there.

    Attributes
    ----------
    names
        Of the areas with people, shape ``(n,)``.
    amounts, people
        Exact; shape ``(n,)``.
    """

    names: tuple[str, ...]
    amounts: tuple[Fraction, ...]
    people: tuple[Fraction, ...]

    @classmethod
    def of(
        cls, names: Sequence[str], amounts: Sequence[Fraction], people: Sequence[Fraction]
    ) -> "Spread":
        """Leave out the areas where nobody lives."""
        rows = [row for row in zip(names, amounts, people, strict=True) if row[2] > 0]
        return cls(tuple(r[0] for r in rows), tuple(r[1] for r in rows), tuple(r[2] for r in rows))

    @property
    def rates(self) -> list[Fraction]:
        """What each head has, by area."""
        return [x / n for x, n in zip(self.amounts, self.people, strict=True)]

    @property
    def weights(self) -> list[Fraction]:
        """Share of the people, by area."""
        whole = sum(self.people)
        return [n / whole for n in self.people]

    @property
    def mean(self) -> Fraction:
        """What each head has on the mean."""
        return sum(self.amounts, Fraction(0)) / sum(self.people)

    @property
    def worst(self) -> int:
        """Position of the area whose people have least."""
        rates = self.rates
        return rates.index(min(rates))

    @property
    def best(self) -> int:
        """Position of the area whose people have most."""
        rates = self.rates
        return rates.index(max(rates))


def gap(spread: Spread) -> Fraction:
    """Highest rate less the lowest."""
    return max(spread.rates) - min(spread.rates)


def mean_deviation(spread: Spread) -> Fraction:
    """Mean distance of people's rates from the mean: ``sum W_c |r_c - mu|``."""
    mean = spread.mean
    pairs = zip(spread.weights, spread.rates, strict=True)
    return sum((w * abs(r - mean) for w, r in pairs), Fraction(0))


def gini(spread: Spread) -> Fraction:
    """Half the mean difference of two people, over the mean: from the Lorenz curve.

    ``1 - sum (P_k - P_{k-1}) (L_k + L_{k-1})``, areas by rising rate, ``P`` the share of the
    people so far and ``L`` the share of what they have. 0 where nobody has anything.
    """
    whole = sum(spread.amounts)
    if not whole:
        return Fraction(0)
    area, before = Fraction(0), Fraction(0)
    rates = spread.rates
    for c in sorted(range(len(rates)), key=rates.__getitem__):
        after = before + spread.amounts[c] / whole
        area += spread.weights[c] * (before + after)
        before = after
    return 1 - area


def theil(spread: Spread) -> float:
    """``sum s_c ln(s_c / W_c)``, s_c the share of the total that area c has."""
    whole = sum(spread.amounts)
    if not whole:
        return 0.0
    shares = [x / whole for x in spread.amounts]
    pairs = zip(shares, spread.weights, strict=True)
    return fsum(float(s) * log(s / w) for s, w in pairs if s > 0)


def atkinson(spread: Spread, aversion: float = ATKINSON_AVERSION) -> float:
    """``1 - (sum W_c r_c^(1-e))^(1/(1-e)) / mu``; for e = 1 the geometric mean over the mean."""
    mean = float(spread.mean)
    if not mean:
        return 0.0
    pairs = [(float(w), float(r)) for w, r in zip(spread.weights, spread.rates, strict=True)]
    if aversion >= 1 and any(rate == 0 for _, rate in pairs):
        return 1.0
    if aversion == 1:
        return 1 - exp(fsum(w * log(rate) for w, rate in pairs)) / mean
    power = 1 - aversion
    return 1 - float(fsum(w * rate**power for w, rate in pairs) ** (1 / power)) / mean
