"""One csv file of a plan, read back strictly: every problem with its row and column."""

import csv
import io
import math
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.files.tables import COVERED, COVERED_TODAY, Form, Table, form_of, is_extra

_SHOWN = 20
"""Problems of one file that are listed; the rest is counted."""

Parsed = tuple[Any, str | None]
"""A value, and what is wrong with its text (or None)."""


def parse_csv(path: Path, table: Table) -> tuple[pd.DataFrame | None, list[str]]:
    """Read one table; the frame is None if there are problems."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except FileNotFoundError:
        return None, [f"{table.file} is missing"]
    except UnicodeDecodeError:
        return None, [f"{table.file} is not UTF-8 text; save it as 'CSV UTF-8'"]
    except (csv.Error, OSError) as error:
        return None, [f"{table.file} cannot be read: {error}"]
    if not rows:
        return None, [f"{table.file} is empty; expected the columns {', '.join(table.columns)}"]
    head = rows[0]
    problems = _head_problems(head, table)
    if not problems:
        # Spreadsheets leave empty lines at the end; they are no rows.
        body = [(line, row) for line, row in enumerate(rows[1:], 2) if any(row)]
        frame, problems = _parse_rows(head, body, table)
        if not problems:
            return frame, []
    more = len(problems) - _SHOWN
    shown = problems[:_SHOWN] + ([f"... and {more} more"] if more > 0 else [])
    return None, [f"{table.file}: {p}" for p in shown]


def _head_problems(head: list[str], table: Table) -> list[str]:
    if len(head) == 1 and len(table.columns) > 1 and any(mark in head[0] for mark in ";\t"):
        return ["columns are not separated by commas; save it with commas"]
    allowed = [*table.columns]
    problems = [f"column {c!r} is missing" for c in table.columns if c not in head]
    for column in dict.fromkeys(head):
        if is_extra(table, column):
            continue
        if column not in allowed:
            near = get_close_matches(column, [*allowed, COVERED, COVERED_TODAY], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(allowed)}"
            problems.append(f"unknown column {column!r}{hint}")
        if head.count(column) > 1:
            problems.append(f"column {column!r} stands {head.count(column)} times")
    return problems


def _parse_rows(
    head: list[str], body: list[tuple[int, list[str]]], table: Table
) -> tuple[pd.DataFrame, list[str]]:
    problems = [
        f"row {line} has {len(row)} fields, expected {len(head)}"
        for line, row in body
        if len(row) != len(head)
    ]
    if problems:
        return pd.DataFrame(), problems
    frame = {}
    for position, column in enumerate(head):
        form = form_of(column)
        parse = _PARSERS[form]
        values = []
        for line, row in body:
            value, problem = parse(row[position])
            values.append(value)
            if problem:
                problems.append(f"row {line}, {column}: {problem}")
        frame[column] = pd.Series(values, dtype=_DTYPES[form])
    data = pd.DataFrame(frame)
    return data, problems + _key_problems(data, table, [line for line, _ in body])


def _key_problems(frame: pd.DataFrame, table: Table, lines: list[int]) -> list[str]:
    problems = []
    key = list(table.key)
    if not key:
        return []
    for column in key:
        problems += [
            f"row {lines[i]}, {column}: must not be empty"
            for i in (frame[column] == "").to_numpy().nonzero()[0]
        ]
    for i in frame.duplicated(key).to_numpy().nonzero()[0]:
        value = " / ".join(str(v) for v in frame[key].iloc[i])
        problems.append(f"row {lines[i]}, {' and '.join(key)}: {value!r} stands twice")
    return problems


def _number(text: str) -> Parsed:
    if not text.strip():
        return math.nan, None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value) or "_" in text:
        return math.nan, f"expected a number such as 1234.5, got {text!r}"
    return value, None


def _coordinate(text: str) -> Parsed:
    value, problem = _number(text)
    if problem is None and math.isinf(value):
        return math.nan, f"expected metres, got {text!r}"
    return value, problem


def _maybe_flag(text: str) -> Parsed:
    # Spreadsheets write TRUE and FALSE, some people 1 and 0.
    word = text.strip().lower()
    if word in {"true", "1"}:
        return True, None
    if word in {"false", "0"}:
        return False, None
    return None, f"expected true, false or nothing, got {text!r}" if word else None


def _flag(text: str) -> Parsed:
    value, problem = _maybe_flag(text)
    if value is None:
        return False, problem or "expected true or false, got nothing"
    return value, problem


def _value(text: str) -> Parsed:
    if text.strip().lower() in {"none", ""}:
        return None, None
    value, problem = _number(text)
    return (text, None) if problem else (value, None)


def _text(text: str) -> Parsed:
    return text, None


_PARSERS: Mapping[Form, Callable[[str], Parsed]] = {
    "text": _text,
    "number": _number,
    "coordinate": _coordinate,
    "flag": _flag,
    "maybe_flag": _maybe_flag,
    "value": _value,
}
_DTYPES: Mapping[Form, Any] = {
    "text": object,
    "number": float,
    "coordinate": float,
    "flag": bool,
    "maybe_flag": object,
    "value": object,
}
