"""The values that a rule is made of: exact numbers, and names that must be known."""

import re
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from numbers import Rational, Real
from typing import Annotated, Any

from pydantic import BeforeValidator

from allocator.assumptions import CATALOGUE
from allocator.region.sites import ATTRIBUTES, KINDS
from allocator.region.stock import resources

_NO_QUANTITY = re.compile(r"[eE][+-]?0*[1-9]\d{2}")
"""An exponent of three digits: no quantity, and a rational that would fill the memory."""


def exact(value: Any) -> Fraction:
    """An exact rational from a whole number, a decimal or a fraction text; floats by their repr.

    >>> exact(2.45) * 100
    Fraction(245, 1)
    >>> exact("1/3")
    Fraction(1, 3)
    """
    if isinstance(value, bool) or not isinstance(value, Real | Decimal | str):
        raise ValueError(f"expected a number, got {value!r}")
    if isinstance(value, str) and _NO_QUANTITY.search(value):
        raise ValueError(f"expected a number below 1e100, got {value!r}")
    try:
        if isinstance(value, Rational):  # numpy's integers would overflow in silence
            return Fraction(int(value.numerator), int(value.denominator))
        if isinstance(value, str | Decimal):
            return Fraction(value)
        return Fraction(repr(float(value)))
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"expected a number such as 5.75 or '1/3', got {value!r}") from error


def instead(name: str, known: Iterable[str]) -> str:
    """What to write in place of an unknown name: the nearest known one, or all of them.

    >>> instead("quotas", ["quota", "total"])
    "did you mean 'quota'?"
    """
    names = list(known)
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"


def _one_of(what: str, known: Iterable[str]) -> BeforeValidator:
    names = tuple(known)

    def check(value: Any) -> str:
        if value not in names:
            raise ValueError(f"unknown {what} {value!r}; {instead(str(value), names)}")
        return str(value)

    return BeforeValidator(check)


Number = Annotated[Fraction, BeforeValidator(exact)]
ResourceId = Annotated[str, _one_of("resource", resources())]
GivenResource = Annotated[
    str, _one_of("given resource", (r.id for r in resources().values() if r.given))
]
SiteKind = Annotated[str, _one_of("site kind", KINDS)]
Attribute = Annotated[str, _one_of("attribute", ATTRIBUTES)]
AssumptionName = Annotated[
    str, _one_of("assumption", (a.name for a in CATALOGUE if isinstance(a.default, float)))
]
