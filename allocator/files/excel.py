"""The plan as an Excel file, for people who read tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from allocator.files.sheets import Sheet, sheets
from allocator.plans import Plan

_BOLD = Font(bold=True)
_HEAD_FILL = PatternFill("solid", bgColor="D9E2EC", fgColor="D9E2EC")
_WIDEST = 60
# Blue and orange stay apart for colour-blind readers, and the flag is a word besides.
_FLAGS = {"good": ("DCEBF7", "1F4E79"), "bad": ("FCE0C5", "9C3A00"), "open": ("EDEDED", "595959")}


def to_excel(plan: Plan, path: Path, *, chinese: bool = False) -> None:
    """Write the plan's sheets; headers, sheet names and labels in Chinese if asked."""
    to_book(sheets(plan, chinese=chinese), path, title=f"{plan.region}: {plan.policy}")


def to_book(contents: Sequence[Sheet], path: Path, *, title: str) -> None:
    """Write sheets of any contents as one file."""
    book = Workbook()
    book.remove(book.active)
    for sheet in contents:
        _write(book.create_sheet(sheet.title), sheet)
    book.properties.title = title
    book.save(path)


def _write(page: Any, sheet: Sheet) -> None:
    for at, values in enumerate([*sheet.heads, *sheet.rows], 1):
        for column, value in enumerate(values, 1):
            _put(page.cell(at, column), value)
    top = len(sheet.heads)
    for cells in page.iter_rows(max_row=top):
        for cell in cells:
            cell.font, cell.fill = _BOLD, _HEAD_FILL
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for first, last in sheet.merged:
        page.merge_cells(start_row=1, start_column=first + 1, end_row=1, end_column=last + 1)
    for (row, column), number_format in sheet.formats.items():
        page.cell(top + 1 + row, column + 1).number_format = number_format
    for row in sheet.bold_rows:
        for cell in page[top + 1 + row]:
            cell.font = _BOLD
    _set_widths(page, sheet)
    _colour_flags(page, sheet)
    page.freeze_panes = page.cell(top + 1, sheet.frozen_columns + 1)
    if sheet.filtered and sheet.rows:
        page.auto_filter.ref = (
            f"A{top}:{get_column_letter(len(sheet.heads[-1]))}{top + len(sheet.rows)}"
        )


def _put(cell: Any, value: Any) -> None:
    """Write one value; a text never becomes a formula, here or after an edit by hand."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
        cell.value = value
        cell.data_type = "s"
        if value[:1] in {"=", "+", "-", "@", "\t", "\r", "'"}:
            cell.quotePrefix = True
    else:
        cell.value = value


def _set_widths(page: Any, sheet: Sheet) -> None:
    wrap = Alignment(wrap_text=True, vertical="top")
    for column in range(len(sheet.heads[-1])):
        texts = [str(r[column]) for r in sheet.rows if column < len(r) and r[column] is not None]
        head = max((_width(w) for w in str(sheet.heads[-1][column]).split()), default=0)
        widest = max(map(_width, texts), default=0)
        page.column_dimensions[get_column_letter(column + 1)].width = (
            min(max(widest, head, 8), _WIDEST) + 2
        )
        if widest > _WIDEST:
            for row in range(len(sheet.rows)):
                page.cell(len(sheet.heads) + 1 + row, column + 1).alignment = wrap


def _width(text: str) -> int:
    """Width of a text in columns; Chinese characters take two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _colour_flags(page: Any, sheet: Sheet) -> None:
    """Colour the cells of the flag column by their words, also after an edit by hand."""
    if sheet.flag_column is None or not sheet.rows:
        return
    letter = get_column_letter(sheet.flag_column + 1)
    top = len(sheet.heads) + 1
    where = f"{letter}{top}:{letter}{top + len(sheet.rows) - 1}"
    for kind, text in sheet.flags.items():
        back, ink = _FLAGS[kind]
        page.conditional_formatting.add(
            where,
            CellIsRule(
                operator="equal",
                formula=[f'"{text}"'],
                fill=PatternFill("solid", bgColor=back, fgColor=back),
                font=Font(bold=kind == "bad", color=ink),
            ),
        )
