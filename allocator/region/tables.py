"""Tables with a header, from csv, Excel or a map layer, checked column by column."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
        Text cells without blanks around them; empty text where nothing is given.
    found
        Where problems go.
    geometry
        One geometry per row, where the file carries a map.
    """

    file: str
    frame: pd.DataFrame
    found: Findings
    geometry: Any = None
    first_row: int = 2

    def __len__(self) -> int:
        return len(self.frame)

    def __contains__(self, column: str) -> bool:
        return column in self.frame.columns

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
                f"{self.file}, {column}: empty in {self.rows(blank)}; every row needs its own id"
            )
        again = repeated([i for i in ids if i])
        if again:
            self.found.problem(
                f"{self.file}, {column}: duplicate ids {listed(map(repr, again))}; "
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
                f"{self.file}, {column}: {word!r} is not known ({self.rows(values == word)}); "
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
                f"{self.file}, {column}: no number (empty or NaN) in {self.rows(blank)}; "
                "fill it in, or leave the row out"
            )
        wrong = (values.isna() | np.isinf(values)) & ~blank
        if wrong.any():
            self.found.problem(
                f"{self.file}, {column}: not a number: {self.cells(texts, wrong)}; "
                "write plain numbers such as 1234.5, without thousands separators or units"
            )
        low = (values < lowest) & ~wrong
        if low.any():
            self.found.problem(
                f"{self.file}, {column}: must be >= {lowest:g}: {self.cells(texts, low)}; mend it"
            )
        return np.asarray(values.mask(wrong | low).to_numpy(np.float64))

    def rows(self, mask: "pd.Series[bool] | NDArray[np.bool_]") -> str:
        """Say where a mask holds: ``rows 2, 7 and 3 more``."""
        at = np.flatnonzero(np.asarray(mask)) + self.first_row
        return ("row " if len(at) == 1 else "rows ") + listed(at)

    def cells(self, values: "pd.Series[Any]", mask: "pd.Series[bool] | NDArray[np.bool_]") -> str:
        """Values and their rows where a mask holds: ``'-5' (row 3)``."""
        at = np.flatnonzero(np.asarray(mask))
        return listed([f"{values.iloc[i]!r} (row {i + self.first_row})" for i in at])

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
        return Sheet(self.file, frame, self.found, self.geometry, self.first_row)

    def where(self, mask: "pd.Series[bool] | NDArray[np.bool_]") -> "Sheet":
        """Only the rows where a mask holds; row numbers in messages are then positions."""
        keep = np.asarray(mask, dtype=bool)
        geometry = None if self.geometry is None else self.geometry[keep].reset_index(drop=True)
        frame = self.frame[keep].reset_index(drop=True)
        return Sheet(self.file, frame, self.found, geometry, self.first_row)


def read_table(path: Path, found: Findings) -> Sheet | None:
    """Read a csv file (UTF-8 with or without BOM, or GBK) or the first sheet of an Excel file."""
    try:
        frame = _excel(path) if path.suffix.lower() == ".xlsx" else _csv(path, found)
    except Exception as error:  # parsers raise many kinds; all mean the same here
        found.problem(
            f"{path.name}: cannot be read as a table: {error}; save it again as csv UTF-8"
        )
        return None
    frame.columns = [str(c).strip() for c in frame.columns]
    again = repeated(list(frame.columns))
    if again:
        found.problem(f"{path.name}: columns {listed(map(repr, again))} come twice; rename one")
        return None
    frame = frame.loc[:, [not c.startswith("Unnamed:") and c != "" for c in frame.columns]]
    return Sheet(path.name, as_text(frame), found)


def as_text(frame: pd.DataFrame, *, drop_empty_end: bool = True) -> pd.DataFrame:
    """All cells as text without blanks around them; empty rows at the end of a table go."""
    text = pd.DataFrame(
        {c: frame[c].map(_cell).astype(object) for c in frame.columns}, index=frame.index
    )
    if not drop_empty_end:
        return text.reset_index(drop=True)
    filled = (text != "").any(axis=1).to_numpy()
    last = int(np.flatnonzero(filled).max()) + 1 if filled.any() else 0
    return text.iloc[:last].reset_index(drop=True)


def _cell(value: object) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value).strip()


def _excel(path: Path) -> pd.DataFrame:
    return pd.read_excel(path, sheet_name=0, dtype=object, keep_default_na=False)


def _csv(path: Path, found: Findings) -> pd.DataFrame:
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="gb18030")
        found.note(f"{path.name}: not UTF-8; read as GBK (GB 18030)")
        return frame
