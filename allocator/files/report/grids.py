"""Tables of the report: cells with their exact figures, rows that filters can find."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from allocator.files.report.figures import figure, measured, signed
from allocator.files.report.wording import Text, head, sentence
from allocator.files.tables import is_missing

ALL = ""
"""The choice of a filter that hides nothing."""
_SHORT = 18
"""Characters of a text that stays on one line."""


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    text
        What is shown.
    value
        The plan's own figure where the cell shows one: the page sorts by it.
    look
        ``number``, ``flag-good``, ``flag-bad``, ``flag-open``, ``strength``, ``told`` (by the
        engine or in a file: in one language, or in both) or nothing.
    clause, source
        The words of the document, and where they stand.
    """

    text: Text | str
    value: float | None = None
    look: str = ""
    clause: str = ""
    source: Text | None = None

    @property
    def clause_language(self) -> str:
        """Language of the clause, for screen readers."""
        return "zh" if any("\u3400" <= c <= "\u9fff" for c in self.clause) else "en"

    @property
    def short(self) -> bool:
        """Whether the text is better not broken into lines."""
        text = self.text
        longest = len(text) if isinstance(text, str) else max(len(text.english), len(text.chinese))
        return longest <= _SHORT


@dataclass(frozen=True)
class Row:
    """One row: the first cell is its header. ``facets`` are what filters look at."""

    cells: Sequence[Cell]
    facets: Mapping[str, str] = field(default_factory=dict)
    anchor: str = ""


@dataclass(frozen=True)
class Filter:
    """A choice above a table; ``first`` is chosen when the page opens."""

    name: str
    label: Text
    options: Sequence[tuple[str, Text]]
    first: str = ALL


@dataclass(frozen=True)
class Grid:
    """A table. ``page`` rows are shown at first, the others on request; 0 shows all.

    ``left_out`` rows of the plan's table ``source`` are not in the page.
    """

    name: str
    caption: Text
    columns: Sequence[tuple[Text, bool]]
    rows: Sequence[Row]
    filters: Sequence[Filter] = ()
    page: int = 0
    left_out: int = 0
    source: str = ""

    def trimmed(self) -> "Grid":
        """Without the columns in which no row says anything."""
        used = [
            i for i in range(len(self.columns))
            if i == 0 or any(_says(row.cells[i]) for row in self.rows)
        ]  # fmt: skip
        rows = [replace(row, cells=[row.cells[i] for i in used]) for row in self.rows]
        return replace(self, columns=[self.columns[i] for i in used], rows=rows)

    @property
    def searched(self) -> bool:
        """Whether it is long enough for a search field."""
        return len(self.rows) > 12 or bool(self.filters)


def _says(cell: Cell) -> bool:
    text = cell.text if isinstance(cell.text, str) else cell.text.english
    return bool(text or cell.clause)


def number(value: Any, measure: str = "") -> Cell:
    """A figure."""
    if is_missing(value):
        return Cell("", None, "number")
    return Cell(measured(value, measure) if measure else figure(value), float(value), "number")


def change(value: Any) -> Cell:
    """A figure with its sign."""
    return Cell(signed(value), None if is_missing(value) else float(value), "number")


def year(value: Any) -> Cell:
    """A year: no thousands."""
    whole = None if is_missing(value) else float(value)
    return Cell("" if whole is None else f"{whole:.0f}", whole, "number")


def shown(text: str, value: Any) -> Cell:
    """A figure in a form of its own."""
    plain = None if is_missing(value) or not math.isfinite(float(value)) else float(value)
    return Cell(text, plain, "number")


def words(value: Any) -> Cell:
    """Text as it stands in the plan."""
    return Cell("" if is_missing(value) else str(value))


def told(value: Any, group: str = "sentence") -> Cell:
    """What the engine says of a line."""
    return Cell("" if is_missing(value) else sentence(str(value), group), look="told")


def columns(names: Iterable[str | Text], numeric: Iterable[int]) -> list[tuple[Text, bool]]:
    """Headers, and which of them stand over numbers."""
    right = set(numeric)
    return [(head(n) if isinstance(n, str) else n, i in right) for i, n in enumerate(names)]


def options(values: Iterable[str], label: Any) -> list[tuple[str, Text]]:
    """The choices that occur, in their order, each once."""
    return [(v, label(v)) for v in dict.fromkeys(values)]
