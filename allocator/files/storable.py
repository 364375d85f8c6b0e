"""Text that every form can hold, and text that a spreadsheet never takes for a formula."""

import re

import pandas as pd

# Control characters (tabs and line ends apart), lone surrogates, and what is no character.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins with one of these for a formula, or drops it."""


def storable(text: str) -> str:
    """The text with each character that databases and spreadsheets refuse shown as U+FFFD.

    >>> storable("a" + chr(7) + "b") == "a" + chr(0xFFFD) + "b"
    True
    """
    return _REFUSED.sub("\ufffd", text)


def guarded(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would calculate.

    A text that begins with an apostrophe gets one more, so that whoever reads a guarded text back
    takes one leading apostrophe off and has the text again.

    >>> guarded("=1+1"), guarded("'tis"), guarded("1+1")
    ("'=1+1", "''tis", '1+1')
    """
    return f"'{text}" if text.startswith((*FORMULA_BEGINS, "'")) else text


def storable_table(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts are storable; flags that may be empty become nullable ones."""
    found = table.copy()
    for column in found.columns:
        values = found[column]
        if pd.api.types.is_numeric_dtype(values):  # flags are, too
            continue
        if any(isinstance(v, bool) for v in values):
            found[column] = values.astype("boolean")
        else:
            texts = [storable(v) if isinstance(v, str) else v for v in values]
            found[column] = pd.Series(texts, index=found.index, dtype=object)
    return found
