"""What stands on the sheets of the Excel file: values and formats, without Excel."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from allocator.files.counties import county_sheet_parts
from allocator.files.demand_sheet import demand_sheet_parts
from allocator.files.labels import (
    header_with_unit,
    kind_label,
    resource_label,
    sheet_name,
    word,
)
from allocator.files.sentences.columns import cell_in_chinese, clash_in_chinese
from allocator.files.sources_sheet import sources_sheet_parts
from allocator.files.tables import is_missing, plain_tables
from allocator.plans import Plan
from allocator.region.stock import resources

INTEGER, DECIMAL, PERCENT, DEGREES = "#,##0", "#,##0.00", "0.0%", "0.000000"
_FORMATS = {
    "year": "0", "met_from": "0",
    "rate_required": DECIMAL, "rate_achieved": DECIMAL, "slack_share": PERCENT, "gap": PERCENT,
    "change_share": PERCENT, "objective_change": DECIMAL,
    "lon": DEGREES, "lat": DEGREES, "x_m": DECIMAL, "y_m": DECIMAL, "price": DECIMAL,
    "objective": DECIMAL, "bound": DECIMAL, "seconds": DECIMAL, "step": "+#,##0;-#,##0",
    **dict.fromkeys(("mean", "worst", "best", "range", "mean_deviation"), "#,##0.000"),
    **dict.fromkeys(("gini", "theil", "atkinson"), "0.0000"),
}  # fmt: skip
_WORDS = {
    "area_name", "basis", "branch", "level", "measure", "sense", "status", "strength", "tier",
}  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """One sheet: header rows, rows of values, and how they look.

    ``formats`` maps (row, column) below the header, from 0, to a number format; ``merged`` pairs
    of columns of the first header row; ``flags`` the words good, bad and open of ``flag_column``;
    ``filtered_rows`` how many of the rows the filter spans (totals stay below it), all if None.
    """

    title: str
    heads: Sequence[Sequence[str]]
    rows: Sequence[Sequence[Any]]
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    frozen_columns: int = 1
    merged: Sequence[tuple[int, int]] = ()
    bold_rows: Sequence[int] = ()
    flag_column: int | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    filtered: bool = True
    filtered_rows: int | None = None


def sheets(plan: Plan, *, chinese: bool) -> list[Sheet]:
    """All sheets of a plan, in the order in which a health bureau reads them."""
    tables = plain_tables(plan)
    currency = currency_of(plan)
    by_year = [
        _table("years", tables["years"], chinese=chinese, currency=currency, frozen_columns=4),
        _year_rules(tables["year_rules"], chinese=chinese),
    ] if "years" in tables and "year_rules" in tables else []  # fmt: skip
    counties = county_sheet_parts(plan, tables["units"], chinese=chinese)
    return [
        _compliance(tables["compliance"], plan.provenance.get("rules", {}), chinese=chinese),
        Sheet(title=sheet_name("counties", chinese=chinese), **counties),
        _facilities(tables["facilities"], currency, chinese=chinese),
        Sheet(
            title=sheet_name("demand", chinese=chinese), **demand_sheet_parts(plan, chinese=chinese)
        ),
        *by_year,
        _conflicts(tables["conflicts"], plan.provenance.get("rules", {}), chinese=chinese),
        _table("marginals", tables["marginals"], chinese=chinese, frozen_columns=3),
        _table("fairness", tables["fairness"], chinese=chinese, frozen_columns=3),
        _table(
            "assumptions",
            tables["assumptions"]
            .rename(columns={"unit": "measure"})
            .assign(value=[_value(v) for v in tables["assumptions"]["value"]]),
            chinese=chinese,
        ),
        _table("proof", tables["tiers"], chinese=chinese, frozen_columns=2),
        Sheet(
            title=sheet_name("sources", chinese=chinese),
            **_plain(sources_sheet_parts(plan, chinese=chinese)),
        ),
    ]


def currency_of(plan: Plan) -> str:
    """What money is counted in, where the plan tells."""
    told = plan.provenance.get("currency")
    if told:
        return str(told)
    return plan.objective_unit if plan.objective == "minimise cost" else ""


def _facilities(table: pd.DataFrame, currency: str, *, chinese: bool) -> Sheet:
    """The facilities with a last row of sums: beds, vehicles and money, not people.

    One person may be served under several rules; a sum would count them more than once.
    """
    sheet = _table("facilities", table, chinese=chinese, currency=currency, frozen_columns=2)
    columns = list(map(str, table.columns))
    sums: list[Any] = [None] * len(columns)
    sums[0] = word("total", chinese=chinese)
    formats = dict(sheet.formats)
    for column in ("beds", "ambulances", "negative_pressure", "cost"):
        known = table[column].astype(float).dropna().tolist()
        if known:
            at = columns.index(column)
            sums[at] = cell_value(math.fsum(known))
            formats[len(table), at] = number_format(column, float(sums[at]))
    rows = [*sheet.rows, sums]
    return replace(
        sheet, rows=rows, formats=formats, bold_rows=[len(table)], filtered_rows=len(table)
    )


def _conflicts(
    table: pd.DataFrame, rules: Mapping[str, Mapping[str, Any]], *, chinese: bool
) -> Sheet:
    """The clashes; in Chinese with rules in the words of their text."""
    if chinese:
        told = [table[c].astype(str) for c in ("member", "strength", "words")]
        words = [clash_in_chinese(m, s, w, rules) for m, s, w in zip(*told, strict=True)]
        table = table.assign(words=words)
    return _table("conflicts", table, chinese=chinese, frozen_columns=2)


def _year_rules(table: pd.DataFrame, *, chinese: bool) -> Sheet:
    """Rules by year, with the same flags as the first sheet."""
    words = {kind: word(text, chinese=chinese) for kind, text in _MET.items()}
    shown = table.assign(met=[words[_met(m, True)] for m in table["met"]])
    return _table(
        "year_rules", shown, chinese=chinese, frozen_columns=2,
        flag_column=list(shown.columns).index("met"), flags=words,
    )  # fmt: skip


def _plain(parts: dict[str, Any]) -> dict[str, Any]:
    """Rows of values that a sheet can hold."""
    rows = [[None if is_missing(v) else cell_value(v) for v in row] for row in parts["rows"]]
    return {**parts, "rows": rows}


def _compliance(
    table: pd.DataFrame, rules: Mapping[str, Mapping[str, Any]], *, chinese: bool
) -> Sheet:
    """The compliance table with flags in words and, where the plan tells, each rule's origin."""
    words = {kind: word(text, chinese=chinese) for kind, text in _MET.items()}
    flags = [words[_met(m, e)] for m, e in zip(table["met"], table["evaluated"], strict=True)]
    share = table["slack"].astype(float) / table["required"].astype(float).where(lambda r: r > 0)
    shown = table.drop(columns=["evaluated"])
    shown.insert(list(shown.columns).index("slack") + 1, "slack_share", share)
    shown["met"] = flags
    binding = word("binding", chinese=chinese)
    shown["binding"] = [binding if b is True else "" for b in table["binding"]]
    for column in ("meaning", "clause", "line", "document"):
        texts = [rules.get(rule, {}).get(column, "") for rule in table["rule"]]
        if any(texts):
            shown[column] = texts
    what = "clause" if chinese and "clause" in shown.columns else "meaning"
    first = [c if c != "meaning" else what for c in _FIRST if c in shown.columns]
    shown = shown[[*first, *(c for c in shown.columns if c not in first)]]
    return _table(
        "compliance",
        shown,
        chinese=chinese,
        frozen_columns=3,
        flag_column=list(shown.columns).index("met"),
        flags=words,
    )


_FIRST = (
    "rule", "area", "area_name", "strength", "met", "meaning", "measure", "sense", "required",
    "required_upper", "achieved", "slack", "slack_share",
)  # fmt: skip
"""What a reader looks for first: which rule fails where, and by how much."""
_MET = {"good": "met", "bad": "NOT MET", "open": "not evaluated"}


def _met(met: Any, evaluated: Any) -> str:
    if not evaluated or is_missing(met):
        return "open"
    return "good" if met else "bad"


def _table(
    name: str, table: pd.DataFrame, *, chinese: bool, currency: str = "", **looks: Any
) -> Sheet:
    """A table as a sheet: known words translated, numbers with a format by column and value."""
    columns = list(map(str, table.columns))
    values = [[shown(c, v, chinese=chinese) for v in table[c].tolist()] for c in columns]
    rows = [list(row) for row in zip(*values, strict=True)]
    formats = {
        (i, j): number_format(columns[j], value)
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    heads = [[header_with_unit(c, currency, chinese=chinese) for c in columns]]
    return Sheet(sheet_name(name, chinese=chinese), heads, rows, formats, **looks)


def shown(column: str, value: Any, *, chinese: bool) -> Any:
    """A value of a table as a sheet shows it: nothing for none, whole numbers as integers."""
    if is_missing(value):
        return None
    if column == "kind":
        return kind_label(str(value), chinese=chinese)
    if column == "resource":
        shown_as = resource_label if str(value) in resources() else kind_label
        return shown_as(str(value), chinese=chinese)
    if column in _WORDS:
        told = word(str(value), chinese=chinese)
        return (cell_in_chinese(column, told) if chinese else None) or told
    if chinese and (said := cell_in_chinese(column, str(value))):
        return said
    if isinstance(value, bool):
        return word("yes" if value else "no", chinese=chinese)
    return cell_value(value)


def _value(value: Any) -> Any:
    """Value of an assumption: its absence is a value too."""
    return "none" if is_missing(value) else value


def cell_value(value: Any) -> Any:
    """A plain value that a sheet can hold; infinite numbers become words."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value)
        if number in (float("inf"), float("-inf")):
            return str(number)
        return int(number) if number == int(number) else number
    return str(value)


def number_format(column: str, value: float) -> str:
    """Rates with two decimals, percentages with one, people and things as integers."""
    if column in _FORMATS:
        return _FORMATS[column]
    return INTEGER if value == int(value) else DECIMAL
