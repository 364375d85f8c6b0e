"""Names of fields for dBASE tables: ten characters, no two the same."""

import re
from collections.abc import Iterable

LONGEST = 10
_SHORT = (
    ("covered_today:", "cvt_"), ("covered:", "cov_"), ("nearest:", "nst_"),
    ("minutes_today:", "mnt_"), ("minutes:", "min_"), ("km_today:", "kmt_"), ("km:", "km_"),
    ("TotalWeighted_", "TotW_"), ("Total_", "Tot_"),
)  # fmt: skip
_ENDS = (("_have", "_h"), ("_required", "_r"), ("_allocated", "_a"))


def field_names(columns: Iterable[str]) -> dict[str, str]:
    """A name of at most ten ASCII letters, digits and ``_`` for each column.

    Known beginnings and ends are shortened so that a rule's or resource's own name keeps most of
    its letters; what is still the same gets a number at its end. dBASE does not tell small letters
    from capitals.

    >>> field_names(["people", "covered:J012", "public_beds_have", "public_beds_allocated"])
    {'people': 'people', 'covered:J012': 'cov_J012', 'public_beds_have': 'public_b_h', \
'public_beds_allocated': 'public_b_a'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    # What fits as it is keeps its name, whatever comes first.
    columns = list(columns)
    for column in sorted(columns, key=lambda c: _plain(c) != c):
        name, end = _shortened(column)
        tried, number = name[: LONGEST - len(end)] + end, 1
        while tried.lower() in taken:
            mark = str(number)
            tried, number = name[: LONGEST - len(end) - len(mark)] + mark + end, number + 1
        found[column] = tried
        taken.add(tried.lower())
    return {column: found[column] for column in columns}


def _plain(column: str) -> str:
    """The column as a field name, if it is one."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", column)
    return name if len(name) <= LONGEST and name[:1].isalpha() else ""


def _shortened(column: str) -> tuple[str, str]:
    """Beginning and end of a name that is short enough; the end must stay whole."""
    if plain := _plain(column):
        return plain, ""
    end = ""
    for long, short in _SHORT:
        if column.startswith(long):
            column = short + column.removeprefix(long)
            break
    for long, short in _ENDS:
        if column.endswith(long):
            column, end = column.removesuffix(long), short
            break
    name = re.sub(r"[^A-Za-z0-9_]", "_", column)
    return (name if name[:1].isalpha() else f"f_{name}"), end
