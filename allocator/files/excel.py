"""The plan as an Excel file, for people who read tables."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

from allocator.files.sheets import Sheet, sheets
from allocator.files.storable import FORMULA_BEGINS, storable
from allocator.plans import Plan

_BOLD = Font(name="Calibri", size=11, bold=True)
_HEAD_FILL = PatternFill("solid", bgColor="D9E2EC", fgColor="D9E2EC")
_WIDEST = 66
_NARROW = 8
_LINE_PT, _HIGHEST_PT = 15.0, 405.0
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_ROOM = 1.08
"""Letters are narrower than the digits by which Excel measures columns."""
_PAGE = 190
"""Columns of text that are still read well across an A4 page."""
MOST_ROWS, MOST_TEXT = 1_048_576, 32_767
"""Rows of a sheet, and characters of a cell, that Excel holds."""
_CUT = " ... (cut)"
# Excel reads _x000D_ in a text as the character of that number.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
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


def _fitted(sheet: Sheet, most: int) -> Sheet:
    """The sheet as far as Excel holds it; the last row then tells what is missing."""
    room = most - len(sheet.heads)
    if len(sheet.rows) <= room:
        return sheet
    told = f"{len(sheet.rows) - room + 1:,} more rows do not fit; they are in the csv files"
    return replace(
        sheet, rows=[*sheet.rows[: room - 1], [told]], bold_rows=[room - 1],
        filtered_rows=room - 1,
        formats={at: form for at, form in sheet.formats.items() if at[0] < room - 1},
    )  # fmt: skip


def _write(page: Any, sheet: Sheet) -> None:
    sheet = _fitted(sheet, MOST_ROWS)
    for at, values in enumerate([*sheet.heads, *sheet.rows], 1):
        for column, value in enumerate(values, 1):
            _put(page.cell(at, column), value)
    top = len(sheet.heads)
    for cells in page.iter_rows(max_row=top):
        for cell in cells:
            cell.font, cell.fill = _BOLD, _HEAD_FILL
            cell.alignment = _WRAPPED
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
    spanned = len(sheet.rows) if sheet.filtered_rows is None else sheet.filtered_rows
    if sheet.filtered and spanned:
        page.auto_filter.ref = f"A{top}:{get_column_letter(len(sheet.heads[-1]))}{top + spanned}"
    _set_print(page, sheet)


def _set_print(page: Any, sheet: Sheet) -> None:
    """A4 across; header rows and first columns on every page; as few pages wide as can be read."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    width = sum(column.width for column in page.column_dimensions.values())
    page.page_setup.fitToWidth = max(1, round(width / _PAGE))
    page.page_setup.fitToHeight = 0
    page.print_title_rows = f"1:{len(sheet.heads)}"
    if page.page_setup.fitToWidth > 1:
        page.print_title_cols = f"A:{get_column_letter(sheet.frozen_columns)}"
    page.oddFooter.left.text = "&A"
    page.oddFooter.right.text = "&P / &N"
    page.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6, footer=0.3)


def _put(cell: Any, value: Any) -> None:
    """Write one value; a text never becomes a formula, here or after an edit by hand."""
    if isinstance(value, str):
        cell.value = cell_text(value)
        cell.data_type = "s"
        if value.startswith((*FORMULA_BEGINS, "'")):
            cell.quotePrefix = True
    else:
        cell.value = value


def cell_text(text: str) -> str:
    """The text as a cell holds it: control characters shown as U+FFFD, line ends as one newline.

    What Excel would read as the number of a character is escaped, and a text that is too long is
    cut, and says so.

    >>> cell_text("a_x000D_b")
    'a_x005F_x000D_b'
    """
    text = storable(text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ESCAPE.sub("_x005F_", text)
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - len(_CUT)] + _CUT


def _set_widths(page: Any, sheet: Sheet) -> None:
    """Columns as wide as their texts, long ones wrapped in rows that are high enough."""
    lines: dict[int, int] = {}
    for column, head in enumerate(sheet.heads[-1]):
        texts = {
            i: _as_shown(row[column], sheet.formats.get((i, column), ""))
            for i, row in enumerate(sheet.rows)
            if column < len(row) and row[column] is not None
        }
        # The widest word of a header is never broken; a text of a few words takes two lines.
        least = max((_width(w) for w in str(head).split()), default=0)
        if _width(str(head)) <= 2 * _NARROW:
            least = max(least, (_width(str(head)) + 1) // 2 + 1)
        widest = max((_width(text) for text in texts.values()), default=0)
        width = min(max(widest, least, _NARROW), _WIDEST)
        page.column_dimensions[get_column_letter(column + 1)].width = width + 2
        for i, text in texts.items():
            lines[i] = max(lines.get(i, 1), _lines(text, width))
    top = len(sheet.heads)
    for i, number in lines.items():
        if number > 1:
            page.row_dimensions[top + 1 + i].height = min(_LINE_PT * number, _HIGHEST_PT)
            for cell in page[top + 1 + i]:
                cell.alignment = _WRAPPED
    widths = [page.column_dimensions[get_column_letter(c + 1)].width - 2
              for c in range(len(sheet.heads[-1]))]  # fmt: skip
    # Words of an upper header that stands over several columns have room.
    number = max(_lines(str(h), w) for h, w in zip(sheet.heads[-1], widths, strict=True))
    page.row_dimensions[top].height = _LINE_PT * number


def _as_shown(value: Any, form: str) -> str:
    """A value about as long as it is shown."""
    if isinstance(value, str) or not isinstance(value, int | float):
        return str(value)
    if form.endswith("%"):
        return f"{value:.1%}"
    return f"{value:,.{len(form.partition('.')[2])}f}" if form else str(value)


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of a width; words are kept whole where they fit."""
    number, width = 0, width * _ROOM
    for part in text.split("\n"):
        left = 0.0
        number += 1
        for word in part.split(" "):
            size = _width(word)
            if left and left + 1 + size > width:
                number, left = number + 1, 0.0
            left += size + (1 if left else 0)
            if left > width:
                number += int(-(-left // width)) - 1
                left = left % width or width
    return number


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
