"""Travel times that another program worked out: r5py, OSRM, ArcGIS, a bureau's own matrix."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from allocator.errors import InputError, raise_if_any
from allocator.region.findings import Findings, listed, nearest, repeated
from allocator.region.tables import Sheet, as_text
from allocator.travel.ends import Demand, SiteSet
from allocator.travel.points import LIMIT_TOLERANCE
from allocator.travel.table_checks import Mark, Pairs, Side, checked_pairs
from allocator.travel.table_doubts import doubt_about_unit, without_a_time
from allocator.travel.table_files import COLUMNS, long_frame, long_table, melted, whole_table
from allocator.travel.times import Direction, TravelTimes

TableUnit = Literal["minutes", "seconds"]


class TableWarning(UserWarning):
    """A table of travel times holds what is hardly meant."""


def travel_table(
    table: str | Path | pd.DataFrame,
    cells: Demand | Sequence[str],
    sites: SiteSet | Sequence[str],
    *,
    direction: Direction,
    unit: TableUnit = "minutes",
    columns: Mapping[str, str] | None = None,
    matrix: bool = False,
    missing: Sequence[Mark] = (),
    max_minutes: float = float("inf"),
    made_by: str = "",
) -> TravelTimes:
    """Travel times from a table ``from_id,to_id,minutes``; a pair not in it is unreachable.

    Ids are text and stay so: ``007`` is not ``7``. Ids that are not among the cells or sites, a
    pair with two different times, and times that are none (empty, negative, 9999 ...) are problems,
    all told in one :class:`InputError`. Times that look like seconds raise a
    :class:`TableWarning`.

    Parameters
    ----------
    table
        A csv, xlsx or parquet file, or a frame.
    cells, sites
        Names of both sides, or a :class:`Demand` (its positions, where it has no ids) and a
        :class:`SiteSet`, which the result then carries.
    direction
        ``to site``: ``from_id`` are cells and ``to_id`` sites. ``from site``: the reverse.
    unit
        ``minutes``, or ``seconds`` as OSRM writes them.
    columns
        Ours -> theirs, where the table has other headers: ``{"minutes": "Total_Time"}``. r5py's
        ``travel_time`` is known.
    matrix
        Whether the table is a matrix: ``to_id`` in the header; ``from_id`` in the first column of a
        file, in the index of a frame.
    missing
        What stands for 'no way found': ``[9999, -1]``; NaN stands for empty cells too.
    max_minutes
        How far the table looked, if it has a limit; arcs above it are left out.
    made_by
        What made the table, for the provenance: program, roads and their date, mode.
    """
    found, renamed = Findings(), dict(columns or {})
    demand = cells if isinstance(cells, Demand) else None
    site_set = sites if isinstance(sites, SiteSet) else None
    start, end = _cell_side(cells), _site_side(sites)
    names = start.ids, end.ids
    found.problems += _option_problems(direction, unit, renamed, max_minutes, matrix=matrix)
    found.problems += [*_twice(start), *_twice(end)]
    raise_if_any(found.problems, where="travel_table")
    if direction == "from site":
        start, end = end, start
    rows = _rows(table, found, renamed, matrix=matrix)
    pairs = None
    if rows is not None:
        in_seconds = unit == "seconds"
        pairs = checked_pairs(rows, start, end, missing=missing, in_seconds=in_seconds)
    if rows is None or pairs is None:
        raise InputError(found.problems, where="travel_table")
    cell, site = (pairs.start, pairs.end)[:: 1 if direction == "to site" else -1]
    order = np.lexsort((site, cell))
    order = order[pairs.minutes[order] <= max_minutes * (1 + LIMIT_TOLERANCE)]
    times = TravelTimes(
        len(names[0]), len(names[1]), cell[order], site[order], pairs.minutes[order],
        limit=float(max_minutes), demand=demand, sites=site_set,
    )  # fmt: skip
    told = {
        "source": "table", "file": rows.file, "sha256": [s.sha256 for s in found.sources],
        "made_by": made_by, "direction": direction, "unit": unit, "rows": len(rows),
        "missing": [str(mark) for mark in missing],
        "max_minutes": float(max_minutes) if np.isfinite(max_minutes) else "no limit",
        "notes": [*found.notes, *without_a_time(times, *names)],
    }  # fmt: skip
    if doubt := doubt_about_unit(times, unit):
        warnings.warn(f"{rows.file}: {doubt}", TableWarning, stacklevel=2)
    return replace(times, provenance=told)


def read_pairs(
    path: Path, from_ids: Sequence[str], to_ids: Sequence[str], found: Findings, *, from_what: str
) -> Pairs | None:
    """Read a file of travel times to sites; None, with problems in ``found``, if it is not fit.

    Parameters
    ----------
    path
        csv, Excel or parquet, ``from_id,to_id,minutes``.
    from_ids, to_ids
        Names of the cells and of the sites.
    from_what
        What the rows come from: ``demand``, or ``sites`` where both ends are sites.
    """
    table = long_table(path, found)
    if table is None:
        return None
    start, end = Side(from_what, from_ids), Side("sites", to_ids)
    return checked_pairs(Sheet(path.name, table, found), start, end, missing=None)


def _cell_side(cells: Demand | Sequence[str]) -> Side:
    if isinstance(cells, Demand):
        return Side("cells", [as_text(cells.name(i)) for i in range(len(cells))])
    return _side("cells", cells)


def _site_side(sites: SiteSet | Sequence[str]) -> Side:
    return _side("sites", sites.ids if isinstance(sites, SiteSet) else sites)


def _side(what: str, ids: Sequence[str]) -> Side:
    return Side(what, [as_text(name) for name in ids])


def _twice(side: Side) -> list[str]:
    again = repeated(list(side.ids))
    return [f"{side.what}: duplicate ids {listed(map(repr, again))}; name each once"] * bool(again)


def _option_problems(
    direction: str, unit: str, columns: Mapping[str, str], max_minutes: float, *, matrix: bool
) -> list[str]:
    problems = []
    if direction not in get_args(Direction):
        problems.append(
            "direction must be 'to site' (from_id are cells) or 'from site' (from_id are sites), "
            f"got {direction!r}"
        )
    if unit not in get_args(TableUnit):
        problems.append(f"unit must be 'minutes' or 'seconds', got {unit!r}")
    problems += [
        f"columns: {ours!r} is not a column of ours; {nearest(ours, COLUMNS)}"
        for ours in columns
        if ours not in COLUMNS
    ]
    if matrix and columns:
        problems.append("columns cannot be renamed in a matrix; leave out one of the two")
    if not max_minutes >= 0:
        problems.append(f"max_minutes must be >= 0, got {max_minutes}")
    return problems


def _rows(
    table: str | Path | pd.DataFrame, found: Findings, columns: Mapping[str, str], *, matrix: bool
) -> Sheet | None:
    """The table as one row per pair, whatever it came as."""
    if isinstance(table, pd.DataFrame):
        name, frame = "the table", table
        rows = melted(frame, first_row=1) if matrix else long_frame(frame, name, found, columns)
        return None if rows is None else Sheet(name, rows, found, headers=columns)
    path = Path(table)
    if not path.is_file():
        found.problem(f"{path}: there is no such file; name a csv, xlsx or parquet file")
        return None
    found.read(path)
    if not matrix and not columns:
        rows = long_table(path, found)
    else:
        whole = whole_table(path, found)
        if whole is None:
            return None
        if not len(whole.columns):
            found.problem(f"{path.name}: holds no columns; write it again")
            return None
        first = 1 if path.suffix.lower() == ".parquet" else 2
        if matrix:
            rows = melted(whole.set_index(whole.columns[0]), first_row=first)
        else:
            rows = long_frame(whole, path.name, found, columns)
    return None if rows is None else Sheet(path.name, rows, found, headers=columns)
