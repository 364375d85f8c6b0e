"""How values show themselves in notebooks: small, escaped, long tables cut with a word on it."""

import html
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

MOST_ROWS = 10
_LONGEST = 110


def block(lines: Iterable[str], *parts: str) -> str:
    """Lines of plain text, and below them parts that are HTML already."""
    text = "<br>".join(html.escape(line) for line in lines)
    return f"<div><p>{text}</p>{''.join(parts)}</div>"


def small_table(
    table: pd.DataFrame,
    *,
    rest: str,
    most: int = MOST_ROWS,
    heads: Mapping[str, str] | None = None,
    index: bool = False,
) -> str:
    """The first rows of a table; below it how many more there are, and where (``rest``).

    Numbers are written as people read them, long texts are cut, everything is escaped.
    """
    shown = pd.DataFrame(
        {
            (heads or {}).get(str(c), str(c)): [_text(v) for v in table[c].head(most)]
            for c in table.columns
        },
        index=table.index[:most] if index else None,
    )
    more = len(table) - most
    under = f"<p>{html.escape(f'... and {more:,} more rows: {rest}')}</p>" if more > 0 else ""
    return shown.to_html(escape=True, index=index, border=0) + under


def _text(value: Any) -> str:
    """A value in a cell of a small table."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        size = abs(value)
        # Up to 2**53 whole numbers are exact.
        if size < 2**53 and value == int(value):
            return f"{int(value):,}"
        return f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
