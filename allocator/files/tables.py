"""The tables of a plan as csv: their columns, and their bytes, the same on every machine."""

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from allocator.errors import raise_if_any
from allocator.plan_tables import (
    COMPLIANCE_COLUMNS,
    CONFLICT_COLUMNS,
    FACILITY_COLUMNS,
    FAIRNESS_COLUMNS,
    MARGINAL_COLUMNS,
    TIER_COLUMNS,
    UNIT_COLUMNS,
    YEAR_COLUMNS,
    YEAR_RULE_COLUMNS,
)
from allocator.plans import Plan

Form = Literal["text", "number", "coordinate", "flag", "maybe_flag", "value"]
"""What a cell holds. ``coordinate``: a number in full; ``maybe_flag``: true, false or nothing;
``value``: a number, a word or ``none``."""

ASSUMPTION_COLUMNS: tuple[str, ...] = ("name", "value", "unit", "changed", "meaning", "source")
CELL_COLUMNS: tuple[str, ...] = ("cell", "x_m", "y_m", "people", "urban", "unit")
COVERED, COVERED_TODAY = "covered:", "covered_today:"
NEAREST = "nearest:"
AWAY: tuple[str, ...] = ("minutes:", "minutes_today:", "km:", "km_today:")
"""How far the nearest open site is, in the plan and today, in the unit of the rule."""

_NUMBERS = {
    "required", "required_upper", "achieved", "rate_required", "rate_achieved", "slack", "price",
    "have", "lon", "lat", "people_served", "cost", "people", "objective", "bound", "gap",
    "seconds", "clash", "missed", "change", "change_share", "objective_change", "allocated", "beds",
    "ambulances", "negative_pressure", "step", "effect", "effect_bound", "year", "stock", "added",
    "left", "spent", "met_from", "areas", "mean", "worst", "best",
    "range", "mean_deviation", "gini", "theil", "atkinson",
}  # fmt: skip
_FORMS: dict[str, Form] = {
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(("x_m", "y_m"), "coordinate"),
    **dict.fromkeys(("evaluated", "changed", "urban"), "flag"),
    **dict.fromkeys(("met", "binding"), "maybe_flag"),
    "value": "value",
}  # fmt: skip


@dataclass(frozen=True)
class Table:
    """Columns of one table, and the columns that name a row.

    ``optional``: written only where it has rows, as that of a plan over several years.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    optional: bool = False

    @property
    def file(self) -> str:
        """Name of the table's file."""
        return f"{self.name}.csv"


TABLES: tuple[Table, ...] = (
    Table("compliance", COMPLIANCE_COLUMNS),
    Table("units", UNIT_COLUMNS, ("unit", "resource")),
    Table("facilities", FACILITY_COLUMNS, ("id",)),
    Table("tiers", TIER_COLUMNS),
    Table("conflicts", CONFLICT_COLUMNS),
    Table("marginals", MARGINAL_COLUMNS),
    Table("fairness", FAIRNESS_COLUMNS),
    Table("assumptions", ASSUMPTION_COLUMNS, ("name",)),
    Table("cells", CELL_COLUMNS, ("cell",)),
    Table("years", YEAR_COLUMNS, ("year", "unit", "resource"), optional=True),
    Table("year_rules", YEAR_RULE_COLUMNS, ("rule", "year"), optional=True),
)


def form_of(column: str) -> Form:
    """What a column holds; ``covered:RULE`` and its kin may be empty (not looked at)."""
    if is_cover(column):
        return "maybe_flag"
    if column.startswith(AWAY):
        return "number"
    return _FORMS.get(column, "text")


def is_cover(column: str) -> bool:
    """Whether a column of ``cells`` says who is covered."""
    return column.startswith((COVERED, COVERED_TODAY))


def is_extra(table: Table, column: str) -> bool:
    """Whether a table may have a column besides its own: who is covered; when a site opens."""
    of_rule = is_cover(column) or column.startswith((NEAREST, *AWAY))
    return (table.name == "cells" and of_rule) or (table.name == "facilities" and column == "year")


def plain_tables(plan: Plan) -> dict[str, pd.DataFrame]:
    """The plan's tables by name, with exactly the columns of the files."""
    problems = []
    found = {}
    for table in TABLES:
        frame = pd.DataFrame(getattr(plan, table.name))
        if table.name == "cells" and "cell" not in frame.columns:
            frame = frame.rename_axis("cell").reset_index()
        columns = list(table.columns)
        columns += [c for c in map(str, frame.columns) if is_extra(table, c)]
        if table.optional and frame.empty:
            continue
        lacks = [c for c in columns if c not in frame.columns]
        if lacks:
            problems.append(f"table {table.name} lacks the columns {', '.join(lacks)}")
        else:
            found[table.name] = pd.DataFrame(frame[columns]).reset_index(drop=True)
    raise_if_any(problems, where="plan")
    return found


def csv_files(plan: Plan) -> dict[str, bytes]:
    """The bytes of every csv file of a plan, by file name; equal plans give equal bytes."""
    return {f"{name}.csv": to_csv(frame) for name, frame in plain_tables(plan).items()}


def to_csv(frame: pd.DataFrame, forms: Mapping[str, Form] | None = None) -> bytes:
    """One table as csv: UTF-8, a line feed ends each line, each column in its form."""
    forms = {str(c): form_of(str(c)) for c in frame.columns} if forms is None else forms
    lines = _Lines()
    # With this terminator a carriage return within a text is quoted, too.
    writer = csv.writer(lines, lineterminator="\r\n")
    writer.writerow(frame.columns)
    columns = [_texts(frame[c], forms[str(c)]) for c in frame.columns]
    writer.writerows(zip(*columns, strict=True))
    return "".join(lines.found).encode("utf-8")


class _Lines:
    """Lines of csv, each ended by a line feed alone."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def write(self, line: str) -> None:
        self.found.append(line.removesuffix("\r\n") + "\n")


def _texts(values: "pd.Series[Any]", form: Form) -> Iterable[str]:
    return map(_TO_TEXT[form], values.tolist())


def number_text(value: Any) -> str:
    """A number with at most 10 significant digits; whole numbers in full; nothing for none.

    >>> number_text(33350.0), number_text(1 / 3), number_text(12_345_678_901.0)
    ('33350', '0.3333333333', '12345678901')
    """
    if is_missing(value):
        return ""
    value = float(value)
    if math.isfinite(value) and value == int(value) and abs(value) < 2**53:
        return str(int(value))
    return f"{value:.10g}"


def is_missing(value: Any) -> bool:
    """Whether a cell of a table is empty."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def _coordinate_text(value: Any) -> str:
    return "" if is_missing(value) else repr(float(value))


def _flag_text(value: Any) -> str:
    if is_missing(value):
        return ""
    return "true" if value else "false"


def _value_text(value: Any) -> str:
    if is_missing(value):
        return "none"
    return value if isinstance(value, str) else number_text(value)


def plain_text(value: Any) -> str:
    """Text of a cell; lists are joined with ``;``."""
    if isinstance(value, tuple | list):
        return ";".join(map(str, value))
    return "" if is_missing(value) else str(value)


_TO_TEXT: Mapping[Form, Callable[[Any], str]] = {
    "text": plain_text,
    "number": number_text,
    "coordinate": _coordinate_text,
    "flag": _flag_text,
    "maybe_flag": _flag_text,
    "value": _value_text,
}
