"""How a summary writes numbers, lists and names that are not its own."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from allocator.plans import Plan

_SPECIAL = "\\`*[]|"


def whole(value: float) -> str:
    """A count: 1,234."""
    return f"{value:,.0f}"


def figure(value: float) -> str:
    """A figure in full where it is whole, else with at most two decimals.

    >>> figure(8.5), figure(1234.0), figure(0.0138)
    ('8.5', '1,234', '0.014')
    """
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2g}" if abs(value) < 1 else f"{value:,.2f}".rstrip("0").rstrip(".")


def figure_up(value: float) -> str:
    """A figure rounded away from zero: as much as shown is enough.

    >>> figure_up(14.2004), figure_up(0.01381), figure_up(3.0)
    ('14.21', '0.014', '3')
    """
    if value == int(value):
        return f"{value:,.0f}"
    digits = 2 if abs(value) >= 1 else 1 - math.floor(math.log10(abs(value)))
    step = 10.0**digits
    away = math.ceil(abs(value) * step - 1e-9) / step
    return figure(math.copysign(away, value))


def plain(text: Any) -> str:
    r"""A name of the plan's: nothing in it is Markdown or HTML, and it stays on one line.

    >>> plain("<b>*Haining*</b>")
    '&lt;b&gt;\\*Haining\\*&lt;/b&gt;'
    """
    one_line = " ".join(str(text).split())
    inert = one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in inert)


def few(said: Iterable[str], most: int, more: str, join: str) -> str:
    """The first items of a list; ``more`` says how many are left out (``{n}``)."""
    items = list(said)
    left = len(items) - most
    return join.join([*items[:most], more.format(n=f"{left:,}")] if left > 0 else items)


def about_rule(plan: Plan, rule: str) -> Mapping[str, Any]:
    """What the plan tells of a rule: meaning, clause."""
    for name in ("rules", "coverage_rules"):
        told = plan.provenance.get(name)
        if isinstance(told, Mapping) and isinstance(told.get(rule), Mapping):
            return dict(told[rule])
    return {}
