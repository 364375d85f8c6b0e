"""What a table of travel times must hold: known ids, each pair once, minutes that are minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.region.findings import listed, nearest
from allocator.region.tables import Sheet

Mark = float | str
"""A value, or a text, that stands for 'no way found'; NaN stands for empty cells too."""
_NO_VALUE = (9999.0, 32767.0, 65535.0, 99999.0, 999999.0)
_NO_VALUE_FROM = 1_000_000.0
"""Programs write one of these, or something huge, for 'no way found'."""
_EMPTY = ("", "nan", "na", "n/a", "null", "none", "<na>")
_SHOWN = 20


@dataclass(frozen=True, eq=False)
class Pairs:
    """Arcs of a table: positions of both ends, and minutes; shapes ``(n_arcs,)``."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    minutes: NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """The names that one end of the pairs may have, and what they are: ``sites``."""

    what: str
    ids: Sequence[str]


def checked_pairs(
    rows: Sheet, start: Side, end: Side, *, missing: Sequence[Mark] | None, in_seconds: bool = False
) -> Pairs | None:
    """The arcs of a table; None, with every problem, if it cannot be used.

    Parameters
    ----------
    rows
        Columns ``from_id`` and ``to_id`` as categories of text, and ``minutes``.
    missing
        What stands for 'no way found'; None where nobody can say so.
    in_seconds
        Whether the column holds seconds; what is given back is minutes.
    """
    before = len(rows.found.problems)
    minutes = _minutes(rows.frame["minutes"], rows, missing, in_seconds=in_seconds)
    at_start, at_end = _positions(rows, "from_id", start), _positions(rows, "to_id", end)
    exchanged = set(rows.frame["from_id"].cat.categories) & set(end.ids)
    if (at_start < 0).all() and (at_end < 0).all() and exchanged:
        rows.found.problem(
            f"{rows.file}: from_id and to_id are exchanged: from = {start.what}, to = {end.what}"
        )
    once = _each_pair_once(rows, at_start, at_end, minutes, len(end.ids))
    if len(rows.found.problems) > before:
        return None
    # What is marked as 'no way found' is infinite until here: it may not stand beside a time.
    kept = once[np.isfinite(minutes[once])]
    return Pairs(at_start[kept], at_end[kept], minutes[kept])


def _positions(rows: Sheet, column: str, side: Side) -> NDArray[np.int64]:
    """Position of each row's id among the known ones, -1 where unknown; those are problems."""
    ids = rows.frame[column]
    at = {name: i for i, name in enumerate(side.ids)}
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
            f"{rows.at(column)}: {len(names)} ids are not among the {side.what}: "
            f"{listed(map(repr, names), most=_SHOWN)}; {_meant(names[0], side.ids)}"
        )
    return positions


def _meant(name: str, known: Sequence[str]) -> str:
    """Which known id was meant; numbers lose their leading zeros on the way through programs."""
    same = [k for k in known if k != name and k.lstrip("0") == name.lstrip("0")]
    if same and name.isdigit():
        return f"is it {same[0]!r}? Leading zeros count: keep ids as text on both sides"
    return nearest(name, list(known))


def _minutes(
    column: "pd.Series[Any]", rows: Sheet, missing: Sequence[Mark] | None, *, in_seconds: bool
) -> NDArray[np.float64]:
    """Minutes as numbers, infinite where marked as missing; what is no time is a problem."""
    values = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, copy=True)
    gone = _marked(column, values, missing or ())
    for wrong, why in (
        (~np.isfinite(values), "no number (empty, NaN, infinite or not a number)"),
        (values < 0, "a time must be >= 0"),
        (_like_a_mark(values, gone, in_seconds=in_seconds), "looks like a mark for 'no way found'"),
    ):
        bad = wrong & ~gone
        if bad.any():
            rows.found.problem(
                f"{rows.at('minutes')}: {why} in {int(bad.sum()):,} rows: {_cells(column, bad)}; "
                f"{_way_out(values[bad], missing)}"
            )
    values[gone] = np.inf
    return np.asarray(values / 60 if in_seconds else values)


def _marked(
    column: "pd.Series[Any]", values: NDArray[np.float64], missing: Sequence[Mark]
) -> NDArray[np.bool_]:
    gone = np.zeros(len(values), dtype=np.bool_)
    for mark in missing:
        if isinstance(mark, str):
            gone |= (column.astype(str).str.strip() == mark.strip()).to_numpy(bool)
        elif np.isnan(mark):
            texts = column.astype(str).str.strip().str.lower()
            gone |= (column.isna() | texts.isin(_EMPTY)).to_numpy(bool)
        else:
            gone |= values == mark
    return gone


def _like_a_mark(
    values: NDArray[np.float64], gone: NDArray[np.bool_], *, in_seconds: bool
) -> NDArray[np.bool_]:
    """Whether each value looks like none; of seconds, 9999 may be one, if there are longer ones."""
    huge = np.isfinite(values) & (values >= _NO_VALUE_FROM)
    like = np.isin(values, _NO_VALUE)
    if in_seconds:
        longest = values[np.isfinite(values) & ~huge & ~like & ~gone].max(initial=0.0)
        like &= values > longest
    return np.asarray(huge | like)


def _way_out(bad: NDArray[np.float64], missing: Sequence[Mark] | None) -> str:
    leave_out = "leave such pairs out: what is not in the table is unreachable"
    if missing is None:
        return leave_out
    marks = [*missing, *[float(v) for v in np.unique(bad)]]
    shown = ["float('nan')" if isinstance(m, float) and np.isnan(m) else repr(m) for m in marks]
    return f"{leave_out}; or, if they mean that, say missing=[{listed(shown)}]"


def _cells(values: "pd.Series[Any]", wrong: NDArray[np.bool_]) -> str:
    bad = values[wrong].head(_SHOWN)
    more = int(wrong.sum()) - len(bad)
    shown = listed([f"{v!s} (row {row})" for row, v in bad.items()], most=_SHOWN)
    return shown + (f" and {more:,} more" if more else "")


def _each_pair_once(
    rows: Sheet,
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    minutes: NDArray[np.float64],
    n_ends: int,
) -> NDArray[np.int64]:
    """Rows without repetitions; a pair with two different times is a problem."""
    known = np.flatnonzero((start >= 0) & (end >= 0))
    key = start[known] * n_ends + end[known]
    order = np.argsort(key, kind="stable")
    same = np.zeros(len(known), dtype=np.bool_)
    same[1:] = key[order[1:]] == key[order[:-1]]
    if not same.any():
        return known
    again = known[order[same]]
    first = known[order[np.maximum.accumulate(np.where(same, 0, np.arange(len(known))))[same]]]
    differ = ~((minutes[again] == minutes[first]) | np.isnan(minutes[again] + minutes[first]))
    if differ.any():
        table = rows.frame
        shown = [
            f"{table['from_id'].iloc[i]} to {table['to_id'].iloc[i]} (row {table.index[i]})"
            for i in np.sort(again[differ])
        ]
        rows.found.problem(
            f"{rows.file}: {len(shown):,} pairs stand more than once, with different times: "
            f"{listed(shown, most=_SHOWN)}; keep one row for each"
        )
    rows.found.note(f"{rows.file}: {len(again):,} rows repeat another and count once")
    return np.setdiff1d(known, again)
