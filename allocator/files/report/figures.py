"""Figures as people read them: thousands apart, few digits, percent with one decimal."""

import math
from typing import Any

from allocator.files.tables import is_missing

_WHOLE = ("people", "beds", "persons", "vehicles", "sites", "units", "places", "defects")


def figure(value: Any) -> str:
    """A number for people: whole ones in full, others with two decimals (or three digits).

    >>> figure(1661340.0), figure(0.6999920972), figure(0.00379), figure(None)
    ('1,661,340', '0.70', '0.00379', '')
    """
    if is_missing(value):
        return ""
    number = float(value)
    if math.isinf(number):
        return "∞" if number > 0 else "-∞"
    if number == round(number) or abs(number) >= 1000:
        return _unsigned_zero(f"{number:,.0f}")
    if abs(number) >= 0.01:
        return _unsigned_zero(f"{number:,.2f}")
    return f"{number:.3g}"


def measured(value: Any, measure: str) -> str:
    """A number in its measure: people and things are whole where they round to it.

    >>> measured(62121.0000004, "people"), measured(6.3, "days")
    ('62,121', '6.30')
    """
    if not is_missing(value) and measure in _WHOLE and math.isfinite(value):
        near = round(float(value))
        if abs(near - float(value)) < 1e-6:
            return f"{near:,}"
    return figure(value)


def signed(value: Any) -> str:
    """A change: with its sign.

    >>> signed(12.0), signed(-3.0), signed(0.0)
    ('+12', '-3', '0')
    """
    text = figure(value)
    return f"+{text}" if not is_missing(value) and float(value) > 0 else text


def percent(share: Any) -> str:
    """A share with one decimal; what is short of all, or of something, is not rounded to it.

    >>> percent(0.962608), percent(0.99999), percent(1.0), percent(0.00001)
    ('96.3%', '99.9%', '100.0%', '<0.1%')
    """
    if is_missing(share) or not math.isfinite(float(share)):
        return ""
    share = float(share)
    if 0 < share < 0.0005:
        return "<0.1%"
    text = f"{share:.1%}"
    return "99.9%" if text == "100.0%" and share < 1 else _unsigned_zero(text)


def money(amount: float, currency: str) -> tuple[str, str]:
    """A sum in words of size, in English and in Chinese.

    >>> money(6729750000.0, "CNY"), money(95_000.0, "USD")
    (('6.73 billion CNY', '67.30亿 CNY'), ('95,000 USD', '9.5万 USD'))
    """
    size = abs(amount)
    english = f"{amount:,.0f}"
    for unit, name in ((1e9, "billion"), (1e6, "million")):
        if size >= unit:
            english = f"{amount / unit:,.2f} {name}"
            break
    chinese = f"{amount:,.0f}"
    if size >= 1e8:
        chinese = f"{amount / 1e8:,.2f}亿"
    elif size >= 1e4:
        chinese = f"{amount / 1e4:,.1f}万"
    return f"{english} {currency}".strip(), f"{chinese} {currency}".strip()


def _unsigned_zero(text: str) -> str:
    return text[1:] if text.startswith("-") and not text.strip("-0.%") else text
