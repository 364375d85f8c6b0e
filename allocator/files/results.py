"""The table of a batch: a row per scenario, with typed columns, as parquet and csv."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.files.tables import COVERED, Form, to_csv
from allocator.files.writing import staged_file

CSV, PARQUET = "results.csv", "results.parquet"
_STRENGTHS = ("must", "target", "wish")
_HEADS = ("name", "scenario", "status")
_PROOF = ("objective", "objective_value", "bound", "gap")
_COUNTS = tuple(f"{s}_{how}" for s in _STRENGTHS for how in ("met", "failed", "not_evaluated"))
_FIGURES = (
    "cost", "worst_county", "worst_figure", "worst_share_of_mean", "seconds", "cpu_seconds",
    "memory_mb", "attempts", "exit_code", "error", "folder", "input_hash", "allocator_version",
    "highspy_version", "python_version",
)  # fmt: skip
COLUMNS: tuple[str, ...] = (*_HEADS, *_PROOF, *_COUNTS, *_FIGURES)
"""Columns that every table has; after ``scenario`` come those of the varied keys, before ``cost``
``covered:RULE`` for each coverage rule of any row."""
_WHOLE = (*_COUNTS, "attempts", "exit_code")
_NUMBERS = ("objective_value", "bound", "gap", "cost", "worst_share_of_mean", "seconds",
            "cpu_seconds", "memory_mb")  # fmt: skip


def results_table(rows: Sequence[Mapping[str, Any]], varied: Sequence[str] = ()) -> pd.DataFrame:
    """Rows as a table with the columns of :data:`COLUMNS`; what a row does not say is empty.

    Parameters
    ----------
    rows
        What each scenario says, by column; ``varied`` (key path -> value) and ``covered``
        (rule -> people) are mappings of their own.
    varied
        Key paths of the sweeps, each of which becomes a column of its name.
    """
    rules = list(dict.fromkeys(rule for row in rows for rule in row.get("covered") or {}))
    keys = [key for key in varied if key not in COLUMNS]
    columns: dict[str, pd.Series[Any]] = {}
    for name in (*_HEADS[:2], *keys, *_HEADS[2:], *_PROOF, *_COUNTS,
                 *(COVERED + rule for rule in rules), *_FIGURES):  # fmt: skip
        if name in keys:
            columns[name] = typed([(row.get("varied") or {}).get(name) for row in rows])
        elif name.startswith(COVERED):
            rule = name.removeprefix(COVERED)
            people = [(row.get("covered") or {}).get(rule) for row in rows]
            columns[name] = pd.Series(people, dtype="float64")
        else:
            columns[name] = _column(name, [row.get(name) for row in rows])
    return pd.DataFrame(columns)


def _column(name: str, values: list[Any]) -> "pd.Series[Any]":
    if name in _WHOLE:
        return pd.Series(values, dtype="Int64")
    if name in _NUMBERS:
        return pd.Series(values, dtype="float64")
    return pd.Series(["" if v is None else str(v) for v in values], dtype="string")


def typed(values: Sequence[Any]) -> "pd.Series[Any]":
    """Values of one key as a column of one type; None where a scenario does not vary it.

    Whole numbers, numbers, true and false, and texts keep their type; what is a list or a table,
    or not of one type, becomes JSON.
    """
    kinds = {type(v) for v in values if v is not None}
    if kinds == {bool}:
        return pd.Series(list(values), dtype="boolean")
    if kinds == {int}:
        return pd.Series(list(values), dtype="Int64")
    if kinds and kinds <= {int, float}:
        return pd.Series(list(values), dtype="Float64")
    if kinds <= {str}:
        return pd.Series(list(values), dtype="string")
    texts = [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in values]
    return pd.Series(texts, dtype="string")


def write_results(table: pd.DataFrame, folder: Path) -> None:
    """Write the table into ``folder`` as csv and as parquet, each of them all or nothing."""
    with staged_file(folder / CSV) as csv, staged_file(folder / PARQUET) as parquet:
        csv.write_bytes(to_csv(table, {str(c): _form(table, str(c)) for c in table.columns}))
        table.to_parquet(parquet, index=False)


def _form(table: pd.DataFrame, column: str) -> Form:
    values = table[column].dropna()
    if column in COLUMNS:
        return "number" if column in (*_WHOLE, *_NUMBERS) else "text"
    if pd.api.types.is_bool_dtype(values.dtype):
        return "maybe_flag"
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return "text"
    # What was asked for stands there in full, to be found again.
    whole = pd.api.types.is_integer_dtype(values.dtype)
    return "number" if whole or column.startswith(COVERED) else "coordinate"
