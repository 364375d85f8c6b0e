"""Tables of studies as csv and Excel: every column with its name and its unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.files.excel import to_book
from allocator.files.labels import word
from allocator.files.sheets import DECIMAL, INTEGER, PERCENT, Sheet, cell_value
from allocator.files.tables import Form, is_missing, to_csv

SHARE = "share"


@dataclass(frozen=True)
class Column:
    """A column of a study's table.

    Attributes
    ----------
    name
        In the data frame.
    english, chinese
        What people read above it.
    unit, unit_zh
        What it is counted in; ``share`` is shown in percent in Excel.
    form
        How csv writes it.
    """

    name: str
    english: str
    chinese: str
    unit: str = ""
    unit_zh: str = ""
    form: Form = "number"

    def header(self, *, chinese: bool) -> str:
        """Name and unit.

        >>> Column("cost", "cost", "费用", "CNY", "元").header(chinese=True)
        '费用 (元)'
        """
        name, unit = (self.chinese, self.unit_zh or self.unit) if chinese else (
            self.english, self.unit
        )  # fmt: skip
        return f"{name} ({unit})" if unit else name


@dataclass(frozen=True, eq=False)
class StudyTable:
    """A data frame and its columns, ready to be written."""

    title: str
    title_zh: str
    frame: pd.DataFrame
    columns: Sequence[Column]

    def to_csv(self, *, chinese: bool) -> bytes:
        """The csv, headers with units; with a byte-order mark where they are Chinese."""
        shown = self.frame[[c.name for c in self.columns]].copy()
        shown.columns = pd.Index([c.header(chinese=chinese) for c in self.columns])
        forms: Mapping[str, Form] = {c.header(chinese=chinese): c.form for c in self.columns}
        return (b"\xef\xbb\xbf" if chinese else b"") + to_csv(shown, forms)

    def sheet(self, *, chinese: bool) -> Sheet:
        """The same as a sheet of Excel."""
        rows = [
            [_shown(value, chinese=chinese) for value in row]
            for row in self.frame[[c.name for c in self.columns]].itertuples(index=False, name=None)
        ]
        formats = {
            (i, j): _format(self.columns[j], value)
            for i, row in enumerate(rows)
            for j, value in enumerate(row)
            if isinstance(value, int | float) and not isinstance(value, bool)
        }
        heads = [[c.header(chinese=chinese) for c in self.columns]]
        return Sheet(self.title_zh if chinese else self.title, heads, rows, formats)


def write_tables(
    tables: Sequence[tuple[str, StudyTable]], book: str, folder: Path, *, chinese: bool
) -> list[str]:
    """Write each table as csv under its name, and all of them as one book; give the names."""
    names = []
    for name, table in tables:
        (folder / f"{name}.csv").write_bytes(table.to_csv(chinese=chinese))
        names.append(f"{name}.csv")
    contents = [table.sheet(chinese=chinese) for _, table in tables]
    to_book(contents, folder / f"{book}.xlsx", title=tables[0][1].title)
    return [*names, f"{book}.xlsx"]


def _shown(value: Any, *, chinese: bool) -> Any:
    if is_missing(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return word("yes" if value else "no", chinese=chinese)
    if isinstance(value, tuple | list):
        return "; ".join(map(str, value))
    return word(value, chinese=chinese) if isinstance(value, str) else cell_value(value)


def _format(column: Column, value: float) -> str:
    if column.unit == SHARE:
        return PERCENT if abs(value) >= 0.001 or value == 0 else "0.0000%"
    if value == int(value):
        return INTEGER
    return DECIMAL if abs(value) >= 10 else "0.0000"
