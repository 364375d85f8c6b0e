"""Lists of places as they come: rows that cannot be placed, ids that repeat, places told twice.

Nothing is dropped in silence: every row left out is named, with the reason.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from allocator.region.findings import Findings, LeftOut
from allocator.region.point_files import coordinate_columns
from allocator.region.tables import Sheet

Mask = NDArray[np.bool_]


def one_column(sheet: Sheet, column: str, theirs: Sequence[str]) -> Sheet:
    """Join several columns of the file, as a name in several languages, to the first filled one."""
    missing = [name for name in theirs if name not in sheet]
    if len(missing) == len(theirs):
        sheet.found.problem(
            f"{sheet.file}: none of the columns {', '.join(map(repr, theirs))} (for {column!r}) "
            "is there"
        )
    frame = sheet.frame.copy()
    frame[column] = ""
    for name in theirs:
        if name in sheet:
            frame[column] = frame[column].where(frame[column] != "", sheet.frame[name])
    return replace(sheet, frame=frame)


def with_own_ids(sheet: Sheet) -> Sheet:
    """Give rows without an id, and rows that repeat one, an id with the row's number."""
    frame = sheet.frame.copy()
    blank, again = frame["id"] == "", frame["id"].duplicated() & (frame["id"] != "")
    stem = sheet.file.rsplit(".", 1)[0]
    row = pd.Series(frame.index.astype(str), index=frame.index)
    frame["id"] = frame["id"].where(~again, frame["id"] + "@" + row)
    frame["id"] = frame["id"].where(~blank, stem + ":" + row)
    for mask, words in ((blank, "have no id"), (again, "repeat an id")):
        if mask.any():
            sheet.found.note(
                f"{sheet.file}: {int(mask.sum())} rows {words}; they got one with their row's "
                f"number ({sheet.rows(mask)})"
            )
    return replace(sheet, frame=frame)


def with_a_place(sheet: Sheet) -> Sheet:
    """Only the rows with coordinates that can be; the others are left out by name."""
    if sheet.geometry is not None:
        empty = (sheet.geometry.isna() | sheet.geometry.is_empty).to_numpy(np.bool_)
        return _without(sheet, {"no geometry": empty})
    columns = coordinate_columns(sheet)
    if columns is None:
        return sheet
    given = [sheet.text(column) for column in columns]
    x, y = (pd.to_numeric(text, errors="coerce").to_numpy(np.float64) for text in given)
    reasons: dict[str, Mask] = {"no coordinates": ~(np.isfinite(x) & np.isfinite(y))}
    if not columns[0].lower().startswith("x"):
        reasons["coordinates 0, 0"] = (x == 0) & (y == 0)
        beyond = (np.abs(x) > 180) | (np.abs(y) > 90)
        if beyond.sum() * 2 < len(sheet):  # a whole file of them is swapped, or in metres
            reasons["coordinates that are no degrees"] = beyond
    return _without(sheet, reasons)


def _without(sheet: Sheet, reasons: dict[str, Mask]) -> Sheet:
    gone = np.zeros(len(sheet), dtype=np.bool_)
    for reason, mask in reasons.items():
        for number, row in sheet.frame[mask & ~gone].iterrows():
            id_, name = str(row["id"]), str(row.get("name", ""))
            sheet.found.leave_out(LeftOut(sheet.file, int(str(number)), id_, name, f"has {reason}"))
        gone |= mask
    return sheet.where(~gone)


def same_name(text: str) -> str:
    """A name without case, accents, blanks and punctuation, to tell repeated ones.

    >>> same_name("Centre de Santé  - Mitsoudjé") == same_name("centre de sante mitsoudje")
    True
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())


@dataclass(frozen=True)
class Near:
    """A later place that repeats an earlier one: their positions, and how far apart they are."""

    later: int
    earlier: int
    apart_m: float


def repeated_places(
    xy_m: NDArray[np.float64],
    kinds: Sequence[str],
    names: Sequence[str],
    apart_m: Sequence[float],
    *,
    anything: Sequence[bool],
) -> list[Near]:
    """Places that repeat an earlier one of their kind that is kept.

    Parameters
    ----------
    xy_m
        Shape ``(n, 2)``; earlier ones win.
    kinds, names
        Of each place; '' is no name.
    apart_m
        How near a place must lie to an earlier one to repeat it; 0: it never does.
    anything
        True: any place of the kind so near is the same (a candidate); else it must have the same
        name, or one of the two none.
    """
    reach = np.asarray(apart_m, dtype=np.float64)
    if len(xy_m) < 2 or not (reach > 0).any():
        return []
    plain = [same_name(name) for name in names]
    pairs = cKDTree(xy_m).query_pairs(float(reach.max()), output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]
    gone: dict[int, Near] = {}
    for earlier, later in pairs.tolist():
        if earlier in gone or later in gone or kinds[earlier] != kinds[later]:
            continue
        apart = float(np.hypot(*(xy_m[earlier] - xy_m[later])))
        alike = plain[earlier] == plain[later] or not (plain[earlier] and plain[later])
        if reach[later] > 0 and apart <= reach[later] and (anything[later] or alike):
            gone[later] = Near(later, earlier, apart)
    return list(gone.values())


def tell_left_out(found: Findings, file: str) -> None:
    """Note the rows of a file that were left out, each by name."""
    rows = [row for row in found.left_out if row.file == file]
    if rows:
        shown = "; ".join(str(row) for row in rows[:20])
        more = f"; and {len(rows) - 20} more (region.left_out)" if len(rows) > 20 else ""
        found.note(f"{file}: {len(rows)} rows are left out: {shown}{more}")
