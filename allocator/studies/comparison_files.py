"""A comparison as a folder of csv files, or as one Excel file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from allocator.errors import InputError
from allocator.files.writing import staged_file, staged_folder
from allocator.studies.comparison_tables import TEXTS

if TYPE_CHECKING:
    from allocator.files.sheets import Sheet
    from allocator.studies.comparison import Comparison

SUMMARY = "summary.txt"


def write(found: "Comparison", path: Path) -> list[Path]:
    """Write an Excel file, or a folder of csv files and the summary; all of it or nothing."""
    if path.suffix.lower() == ".xlsx" and not path.is_dir():
        with staged_file(path) as staged:
            _to_book(found, staged)
        return [path]
    if path.suffix and not path.is_dir():
        raise InputError(
            f"unknown suffix {path.suffix!r}; write .xlsx, or a folder (no suffix)",
            where=f"compare {path}",
        )
    names = [f"{name}.csv" for name in found.tables]
    with staged_folder(path) as folder:
        for name, table in found.tables.items():
            (folder / f"{name}.csv").write_bytes(_csv(table))
        text = found.summary() + "\n"
        (folder / SUMMARY).write_text(text, encoding="utf-8", newline="\n")
    return [path / name for name in [*names, SUMMARY]]


def _csv(table: pd.DataFrame) -> bytes:
    from allocator.files.tables import to_csv

    forms: dict[str, Any] = {c: "text" if c in TEXTS else "number" for c in map(str, table)}
    forms |= {c: "value" for c in ("first", "other") if c in forms}
    return to_csv(table, forms)


def _to_book(found: "Comparison", path: Path) -> None:
    from allocator.files.excel import to_book
    from allocator.files.sheets import Sheet

    said = [[line] for line in found.summary().splitlines()]
    sheets = [Sheet("summary", [["summary"]], said, filtered=False)]
    sheets += [_sheet(name, table) for name, table in found.tables.items()]
    to_book(sheets, path, title=f"{found.region}: {' | '.join(found.names)}")


def _sheet(name: str, table: pd.DataFrame) -> "Sheet":
    from allocator.files.sheets import Sheet, cell_value, number_format
    from allocator.files.tables import is_missing

    columns = list(map(str, table.columns))
    rows = [
        [None if is_missing(v) else cell_value(v) for v in row]
        for row in table.itertuples(index=False)
    ]
    formats = {
        (i, j): number_format(columns[j], value)
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    heads = [c.replace("first_", "first: ").replace("_", " ") for c in columns]
    return Sheet(name, [heads], rows, formats, frozen_columns=2)
