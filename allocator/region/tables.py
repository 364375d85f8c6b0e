"""Tables with a header, from csv, Excel or a map layer, checked column by column."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.region.findings import Findings, listed, nearest, repeated

TABLE_SUFFIXES = (".csv", ".xlsx")


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table as text, with what is needed to say where a problem sits.

    Attributes
    ----------
    file
        Name for messages.
    frame
        Text cells without blanks around them, empty text where nothing is given; the index is
        the row in the file (in a table the header is row 1).
    found
        Where problems go.
    geometry
        One geometry per row, where the file carries a map.
    """

    file: str
    frame: pd.DataFrame
    found: Findings
    geometry: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Ours -> what the file calls the column, where region.toml translates it."""

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, column: str) -> bool:
        return column in self.frame.columns

    def at(self, column: str) -> str:
        """File and column for messages, under the file's own header."""
        theirs = self.headers.get(column, column)
        return f"{self.file}, {column if theirs == column else f'{theirs} ({column})'}"

    def has(self, needed: Sequence[str], *, optional: Sequence[str] = ()) -> bool:
        """Check the header; an unused column that looks like a misspelt one is a problem."""
        present = list(self.frame.columns)
        missing = [c for c in needed if c not in present]
        known = [*needed, *optional]
        for column in missing:
            near = get_close_matches(column, [c for c in present if c not in known], n=1)
            hint = f"; is it {near[0]!r}? rename it" if near else ""
            self.found.problem(
                f"{self.file}: column {column!r} is missing{hint} "
                f"(columns found: {listed(present)}; needed: {', '.join(needed)})"
            )
        for column in [c for c in present if c not in known]:
            near = get_close_matches(
                column, [c for c in optional if c not in present], n=1, cutoff=0.8
            )
            if near:
                self.found.problem(
                    f"{self.file}: unknown column {column!r}; did you mean {near[0]!r}? "
                    "Rename it, or leave it out"
                )
        return not missing

    def text(self, column: str, default: str = "") -> "pd.Series[str]":
        """A column of text; ``default`` where the column or the cell is empty."""
        if column not in self:
            return pd.Series(default, index=self.frame.index, dtype=object)
        return self.frame[column].where(self.frame[column] != "", default)

    def ids(self, column: str = "id") -> "pd.Series[str]":
        """A column that must be filled and free of duplicates."""
        ids = self.text(column)
        blank = ids == ""
        if blank.any():
            self.found.problem(
                f"{self.at(column)}: empty in {self.rows(blank)}; every row needs its own id"
            )
        again = repeated([i for i in ids if i])
        if again:
            self.found.problem(
                f"{self.at(column)}: duplicate ids {listed(map(repr, again))}; "
                "keep one row for each"
            )
        return ids

    def choice(
        self, column: str, known: Collection[str], *, default: str | None = None
    ) -> "pd.Series[str]":
        """A column that takes only known words."""
        values = self.text(column, default or "")
        allowed = {*known} if default is None else {*known, default}
        for word in dict.fromkeys(values[~values.isin(list(allowed))]):
            self.found.problem(
                f"{self.at(column)}: {word!r} is not known ({self.rows(values == word)}); "
                f"{nearest(word, [w for w in allowed if w])}"
            )
        return values

    def numbers(
        self, column: str, *, lowest: float = 0.0, blank_is_nan: bool = False
    ) -> NDArray[np.float64]:
        """A column of finite numbers >= ``lowest``, shape ``(n_rows,)``; NaN where bad."""
        texts = self.text(column)
        values = pd.to_numeric(texts.where(texts != "", "nan"), errors="coerce")
        blank = texts.str.lower().isin(["", "nan", "na", "null", "none", "<na>"])
        if blank.any() and not blank_is_nan:
            self.found.problem(
                f"{self.at(column)}: no number (empty or NaN) in {self.rows(blank)}; "
                "fill it in, or leave the row out"
            )
        wrong = (values.isna() | np.isinf(values)) & ~blank
        if wrong.any():
            self.found.problem(
                f"{self.at(column)}: not a number: {self.cells(texts, wrong)}; "
                "write plain numbers such as 1234.5, without thousands separators or units"
            )
        low = (values < lowest) & ~wrong
        if low.any():
            self.found.problem(
                f"{self.at(column)}: must be >= {lowest:g}: {self.cells(texts, low)}; mend it"
            )
        return np.asarray(values.mask(wrong | low).to_numpy(np.float64))

    def rows(self, mask: "pd.Series[bool] | NDArray[np.bool_]") -> str:
        """Say where a mask holds: ``rows 2, 7 and 3 more``."""
        at = self.frame.index[np.asarray(mask)]
        return ("row " if len(at) == 1 else "rows ") + listed(at)

    def cells(self, values: "pd.Series[Any]", mask: "pd.Series[bool] | NDArray[np.bool_]") -> str:
        """Values and their rows where a mask holds: ``'-5' (row 3)``."""
        bad = values[np.asarray(mask)]
        return listed([f"{value!r} (row {row})" for row, value in bad.items()])

    def renamed(self, columns: Mapping[str, str]) -> "Sheet":
        """The table under our names; ``columns`` is ours -> theirs."""
        for ours, theirs in columns.items():
            if theirs not in self:
                self.found.problem(
                    f"{self.file}: column {theirs!r} (for {ours!r}) is missing; "
                    f"columns found: {listed(self.frame.columns)}"
                )
        dropped = self.frame.drop(columns=[c for c in columns if c in self.frame.columns])
        frame = dropped.rename(columns={theirs: ours for ours, theirs in columns.items()})
        return replace(self, frame=frame, headers=dict(columns))

    def where(self, mask: "pd.Series[bool] | NDArray[np.bool_]") -> "Sheet":
        """Only the rows where a mask holds."""
        keep = np.asarray(mask, dtype=bool)
        geometry = None if self.geometry is None else self.geometry[keep]
        return replace(self, frame=self.frame[keep], geometry=geometry)


def read_table(path: Path, found: Findings) -> Sheet | None:
    """Read a csv file (UTF-8 with or without BOM, or GBK) or the first sheet of an Excel file."""
    try:
        cells = _excel(path) if path.suffix.lower() == ".xlsx" else _csv(path, found)
    except Exception as error:  # parsers raise many kinds; all mean the same here
        found.problem(
            f"{path.name}: cannot be read as a table: {str(error).strip()}; save it again as csv "
            "in UTF-8 with commas"
        )
        return None
    cells = all_text(cells)
    header = list(cells.iloc[0]) if len(cells) else []
    if again := repeated([name for name in header if name]):
        found.problem(f"{path.name}: columns {listed(map(repr, again))} come twice; rename one")
        return None
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        found.problem(
            f"{path.name}: columns are not separated by commas (header: {header[0]!r}); save it "
            "as csv with commas"
        )
        return None
    rows = cells.iloc[1:]
    rows.columns = pd.Index(header, dtype=object)
    rows.index = pd.RangeIndex(2, len(rows) + 2)
    filled = (rows != "").any(axis=1)
    return Sheet(path.name, rows.loc[filled, [name != "" for name in header]], found)


def all_text(cells: pd.DataFrame) -> pd.DataFrame:
    """A copy in which every cell is text; see :func:`as_text`."""
    return cells.astype(object).map(as_text).astype(object)


def as_text(value: object) -> str:
    """A cell as text without blanks around it; whole numbers without a decimal point.

    >>> as_text(330402.0), as_text(" Nanhu "), as_text(None), as_text(["direct", "x"])
    ('330402', 'Nanhu', '', 'direct;x')
    """
    if isinstance(value, list | tuple):
        return ";".join(map(as_text, value))
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return ""
        if float(value).is_integer() and abs(float(value)) < 1e15:
            return str(int(value))
        return repr(float(value))
    return str(value).strip()


def _excel(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=0, header=None, dtype=object, keep_default_na=False)


def _csv(path: Path, found: Findings) -> pd.DataFrame:
    encoding = "utf-8-sig"
    try:
        path.read_text(encoding)
    except UnicodeDecodeError:
        encoding = "gb18030"
        found.note(f"{path.name}: not UTF-8; read as GBK (GB 18030)")
    return pd.read_csv(
        path, header=None, dtype=str, keep_default_na=False, skip_blank_lines=False,
        encoding=encoding,
    )  # fmt: skip
