"""Tables of travel times: ``from_id,to_id,minutes``, a row per cell and site that it reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import union_categoricals

from allocator.files.instances.opening import is_there
from allocator.region.findings import Findings, listed, nearest, repeated
from allocator.region.tables import Sheet, as_text, read_table

COLUMNS = ("from_id", "to_id", "minutes")
_OTHER_NAMES = {"travel_time": "minutes"}
_NO_VALUE = (9999.0, 99999.0, 999999.0, 9999999.0, 65535.0, 2147483647.0)
"""What programs write for 'no way found'."""
_SHOWN = 20
_ROWS_AT_ONCE = 1_000_000


@dataclass(frozen=True, eq=False)
class Pairs:
    """Arcs of a table: positions of cell and site, and minutes; shapes ``(n_arcs,)``."""

    cell: NDArray[np.int64]
    site: NDArray[np.int64]
    minutes: NDArray[np.float64]


def read_pairs(
    path: Path, from_ids: Sequence[str], to_ids: Sequence[str], found: Findings, *, from_what: str
) -> Pairs | None:
    """Read travel times; None, with problems in ``found``, if they cannot be used.

    A pair that is not in the table is unreachable. Ids that the other files do not know, pairs
    that stand twice and minutes that are no time (empty, negative, 9999 ...) are problems.

    Parameters
    ----------
    path
        csv, Excel or parquet.
    from_ids, to_ids
        Names of the cells and of the sites.
    from_what
        What the rows come from: ``demand``, or ``sites`` where both ends are sites.
    """
    if not is_there(path, "--times", found):
        return None
    read = {".parquet": _parquet, ".xlsx": _sheet}.get(path.suffix.lower(), _csv)
    before = len(found.problems)
    table = read(path, found)
    if table is None:
        return None
    rows = Sheet(path.name, table, found)
    minutes = _minutes(table["minutes"], rows)
    cell = _positions(rows, "from_id", from_ids, from_what)
    site = _positions(rows, "to_id", to_ids, "sites")
    if (cell < 0).all() and (site < 0).all() and set(table["from_id"].cat.categories) & set(to_ids):
        found.problem(f"{path.name}: from_id and to_id are exchanged: from = demand, to = site")
    _no_pair_twice(rows, cell, site, len(to_ids))
    return Pairs(cell, site, minutes) if len(found.problems) == before else None


def _csv(path: Path, found: Findings) -> pd.DataFrame | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            head = pd.read_csv(path, encoding=encoding, nrows=0)
            if not _has_columns(head, path.name, found):
                return None
            frame = _parsed(path, encoding, head)
        except UnicodeDecodeError:
            continue
        except (ValueError, OSError) as error:  # what pandas cannot parse is a ValueError
            found.problem(f"{path.name}: cannot be read as a table: {error}; save it as csv")
            return None
        if encoding != "utf-8-sig":
            found.note(f"{path.name}: not UTF-8; read as GBK (GB 18030)")
        return _three_columns(frame, path.name, found, first_row=2)
    found.problem(f"{path.name}: neither UTF-8 nor GBK text; save it as csv in UTF-8")
    return None


def _parsed(path: Path, encoding: str, head: pd.DataFrame) -> pd.DataFrame:
    """The file with ids as categories of text; minutes as numbers if all of them are."""
    minutes = [c for c in head.columns if _ours(c) == "minutes"]
    dtypes = {c: "float64" if c in minutes else "str" for c in head.columns}
    options: dict[str, Any] = {"encoding": encoding, "keep_default_na": False}
    parts = []
    try:
        with pd.read_csv(path, dtype=dtypes, chunksize=_ROWS_AT_ONCE, **options) as chunks:
            # Part by part, so that no more than that many texts are in memory.
            parts = [_ids_as_categories(part) for part in chunks]
    except UnicodeDecodeError:
        raise
    except ValueError:
        # Some minutes are no numbers: read as text, they can be shown.
        return pd.DataFrame(pd.read_csv(path, dtype="str", **options))
    if len(parts) <= 1:
        return parts[0] if parts else head
    joined = {c: union_categoricals([part[c] for part in parts])
              for c in head.columns if _ours(c) in ("from_id", "to_id")}  # fmt: skip
    rest = {c: np.concatenate([part[c].to_numpy() for part in parts]) for c in minutes}
    return pd.DataFrame({**joined, **rest})


def _ids_as_categories(part: pd.DataFrame) -> pd.DataFrame:
    kept = [c for c in part.columns if _ours(c) in COLUMNS]
    ids = {c: "category" for c in kept if _ours(c) != "minutes"}
    return pd.DataFrame(part[kept]).astype(ids)


def _sheet(path: Path, found: Findings) -> pd.DataFrame | None:
    sheet = read_table(path, found)
    if sheet is None:
        return None
    return _three_columns(sheet.frame, path.name, found, first_row=2)


def _parquet(path: Path, found: Findings) -> pd.DataFrame | None:
    try:
        frame = pd.read_parquet(path)
    except ImportError:
        found.problem(
            f"{path.name}: reading parquet needs the package pyarrow, which is not installed; "
            "pip install pyarrow, or give the times as csv"
        )
        return None
    except Exception as error:  # parsers raise many kinds; all mean the same here
        found.problem(f"{path.name}: cannot be read as parquet: {error}; write it again, or as csv")
        return None
    return _three_columns(frame, path.name, found, first_row=1)


def _three_columns(
    frame: pd.DataFrame, file: str, found: Findings, *, first_row: int
) -> pd.DataFrame | None:
    """The columns that count, ids as categories of text; the index is the row in the file."""
    if not _has_columns(frame, file, found):
        return None
    named = frame.rename(columns={c: _ours(c) for c in frame.columns})
    kept = named[list(COLUMNS)].copy()
    kept.index = pd.RangeIndex(first_row, len(kept) + first_row)
    for column in ("from_id", "to_id"):
        kept[column] = _as_text(kept[column])
    return kept


def _has_columns(frame: pd.DataFrame, file: str, found: Findings) -> bool:
    """Whether each column that counts is there, once."""
    names = [_ours(c) for c in frame.columns]
    if again := repeated(names):
        found.problem(f"{file}: columns {listed(map(repr, again))} come twice; rename one")
        return False
    return Sheet(file, pd.DataFrame(columns=names), found).has(COLUMNS)


def _ours(column: object) -> str:
    """Our name of a column, whatever its case."""
    name = str(column).strip()
    lower = _OTHER_NAMES.get(name.lower(), name.lower())
    return lower if lower in COLUMNS else name


def _as_text(ids: "pd.Series[Any]") -> "pd.Series[Any]":
    """Ids as categories of text, each name once; what is missing becomes empty text."""
    known = ids.astype("category")
    codes = known.cat.codes.to_numpy()
    texts = [as_text(c) for c in known.cat.categories] + [""]
    names = list(dict.fromkeys(texts))
    at = {name: i for i, name in enumerate(names)}
    to = np.array([at[t] for t in texts], dtype=np.int64)
    categorical = pd.Categorical.from_codes(to[codes], categories=pd.Index(names, dtype=object))
    return pd.Series(categorical, index=ids.index)


def _positions(rows: Sheet, column: str, known: Sequence[str], what: str) -> NDArray[np.int64]:
    """Position of each row's id among the known ones, -1 where unknown; those are problems."""
    ids = rows.frame[column]
    at = {name: i for i, name in enumerate(known)}
    to = np.array([at.get(name, -1) for name in ids.cat.categories], dtype=np.int64)
    positions: NDArray[np.int64] = to[ids.cat.codes.to_numpy()]
    wrong = positions < 0
    if not wrong.any():
        return positions
    empty = wrong & (ids == "").to_numpy()
    if empty.any():
        rows.found.problem(f"{rows.at(column)}: empty in {rows.rows(empty)}; name both ends")
    names = list(dict.fromkeys(ids[wrong & ~empty]))
    if names:
        rows.found.problem(
            f"{rows.at(column)}: {len(names)} ids are not among the {what}: "
            f"{listed(map(repr, names), most=_SHOWN)}; {nearest(names[0], list(known))}"
        )
    return positions


def _minutes(column: "pd.Series[Any]", rows: Sheet) -> NDArray[np.float64]:
    """Minutes as numbers; those that are none, or no time, are problems."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64)
    for wrong, why in (
        (~np.isfinite(values), "no number of minutes (empty, NaN or not a number)"),
        (values < 0, "minutes must be >= 0"),
        (np.isin(values, _NO_VALUE), "looks like a mark for 'no way found'"),
    ):
        if wrong.any():
            rows.found.problem(
                f"{rows.at('minutes')}: {why} in {int(wrong.sum()):,} rows: "
                f"{_cells(column, wrong)}; leave such pairs out: what is not in the table is "
                "unreachable"
            )
    return np.asarray(values)


def _cells(values: "pd.Series[Any]", wrong: NDArray[np.bool_]) -> str:
    bad = values[wrong].head(_SHOWN)
    more = int(wrong.sum()) - len(bad)
    shown = listed([f"{v!s} (row {row})" for row, v in bad.items()], most=_SHOWN)
    return shown + (f" and {more:,} more" if more else "")


def _no_pair_twice(
    rows: Sheet, cell: NDArray[np.int64], site: NDArray[np.int64], n_sites: int
) -> None:
    """Pairs that stand more than once, where both ends are known."""
    known = np.flatnonzero((cell >= 0) & (site >= 0))
    key = cell[known] * n_sites + site[known]
    order = np.argsort(key, kind="stable")
    again = known[order[1:][key[order[1:]] == key[order[:-1]]]]
    if not len(again):
        return
    table = rows.frame
    shown = [
        f"{table['from_id'].iloc[i]} to {table['to_id'].iloc[i]} (row {table.index[i]})"
        for i in np.sort(again)
    ]
    rows.found.problem(
        f"{rows.file}: {len(again):,} pairs stand more than once: {listed(shown, most=_SHOWN)}; "
        "keep one row for each"
    )
