"""The plan's tables as csv files for spreadsheets: headers with units, and nothing calculates."""

from pathlib import Path

import pandas as pd

from allocator.files.gis.file_names import part_names
from allocator.files.labels import header_with_unit
from allocator.files.sheets import currency_of
from allocator.files.storable import guarded, storable
from allocator.files.tables import form_of, plain_tables, plain_text, to_csv
from allocator.plans import Plan

_MARK = b"\xef\xbb\xbf"


def write_csv_tables(
    plan: Plan, folder: Path, stem: str, *, chinese: bool = False, bom: bool = False
) -> list[str]:
    """Write ``STEM_TABLE.csv``, one per table; return the names of the files.

    A text that a spreadsheet would calculate (``=``, ``+``, ``-``, ``@`` first) gets an apostrophe
    before it, and so does one that begins with an apostrophe: who reads the files back takes one
    leading apostrophe off. Numbers stay numbers; control characters are shown as U+FFFD. The csv
    files in a plan's folder hold the texts as they are.

    Parameters
    ----------
    bom
        Begin with a byte order mark, by which Excel knows Chinese text for UTF-8.
    """
    tables = plain_tables(plan)
    files = part_names(stem, tables)
    currency = currency_of(plan)
    names = []
    for name, table in tables.items():
        forms = {str(c): form_of(str(c)) for c in table.columns}
        shown = table.copy()
        for column, form in forms.items():
            if form in ("text", "value"):
                shown[column] = pd.Series([_guarded(v) for v in table[column]], dtype=object)
        heads = {c: header_with_unit(c, currency, chinese=chinese) for c in forms}
        content = to_csv(shown.rename(columns=heads), {heads[c]: f for c, f in forms.items()})
        path = folder / f"{files[name]}.csv"
        path.write_bytes((_MARK if bom else b"") + content)
        names.append(path.name)
    return names


def _guarded(value: object) -> object:
    if isinstance(value, str | tuple | list):
        return guarded(storable(plain_text(value)))
    return None if value is pd.NA else value
