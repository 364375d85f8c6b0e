"""Tables of travel times as files or frames: a row per pair, or a matrix; ids stay text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import union_categoricals

from allocator.region.findings import Findings, listed, repeated
from allocator.region.tables import Sheet, as_text, read_table

COLUMNS = ("from_id", "to_id", "minutes")
_OTHER_NAMES = {"travel_time": "minutes"}
_ROWS_AT_ONCE = 1_000_000


def long_table(path: Path, found: Findings) -> pd.DataFrame | None:
    """A file with columns ``from_id,to_id,minutes``; None, with problems, if it is none.

    Ids are categories of text; minutes are numbers, or text where some are none; the index is the
    row in the file.
    """
    return {".parquet": _parquet, ".xlsx": _sheet}.get(path.suffix.lower(), _csv)(path, found)


def long_frame(
    frame: pd.DataFrame, name: str, found: Findings, columns: Mapping[str, str]
) -> pd.DataFrame | None:
    """The same of a frame; ``columns`` is ours -> theirs."""
    theirs = [c for c in columns.values() if c not in frame.columns]
    if theirs:
        found.problem(
            f"{name}: columns {listed(map(repr, theirs))} are missing; columns found: "
            f"{listed(frame.columns)}"
        )
        return None
    renamed = frame.drop(columns=[c for c in columns if c in frame.columns and columns[c] != c])
    renamed = renamed.rename(columns={their: our for our, their in columns.items()})
    return _three_columns(renamed, name, found, first_row=1)


def whole_table(path: Path, found: Findings) -> pd.DataFrame | None:
    """A file as it is, all columns, cells of csv and Excel as text."""
    if path.suffix.lower() == ".parquet":
        return _parquet_frame(path, found)
    sheet = read_table(path, found)
    return None if sheet is None else sheet.frame


def melted(matrix: pd.DataFrame, *, first_row: int) -> pd.DataFrame:
    """A matrix, ids in its index and header, as one row per pair.

    Examples
    --------
    >>> melted(pd.DataFrame({"A": [1], "B": [2]}, index=["x"]), first_row=1)
      from_id to_id  minutes
    1       x     A        1
    1       x     B        2
    """
    n, m = matrix.shape
    return pd.DataFrame(
        {
            "from_id": _as_text(pd.Series(matrix.index.repeat(m))),
            "to_id": _as_text(pd.Series(np.tile(matrix.columns.to_numpy(object), n))),
            "minutes": matrix.to_numpy().ravel(),
        }
    ).set_axis(pd.Index(np.repeat(np.arange(first_row, n + first_row), m)), axis=0)


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
    frame = _parquet_frame(path, found)
    return None if frame is None else _three_columns(frame, path.name, found, first_row=1)


def _parquet_frame(path: Path, found: Findings) -> pd.DataFrame | None:
    try:
        return pd.read_parquet(path)
    except ImportError:
        found.problem(
            f"{path.name}: reading parquet needs the package pyarrow, which is not installed; "
            "pip install pyarrow, or give the times as csv"
        )
        return None
    except Exception as error:  # parsers raise many kinds; all mean the same here
        found.problem(f"{path.name}: cannot be read as parquet: {error}; write it again, or as csv")
        return None


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
