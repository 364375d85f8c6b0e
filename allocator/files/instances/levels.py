"""Tables of levels: ``name``, how far each reaches, how many or what share, from the lowest up."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from allocator.files.instances.ends import Ends
from allocator.files.instances.opening import open_sheet
from allocator.region.findings import Findings, listed, nearest
from allocator.region.tables import Sheet

COLUMNS = ("name", "radius_km", "minutes", "p", "share", "weight", "cost")


@dataclass(frozen=True)
class LevelRow:
    """One level of a hierarchy as the table states it; None where it does not.

    Attributes
    ----------
    name
        ``station``, ``centre``, ``hospital`` ...
    reach
        Inclusive limit, in the unit of the travel times.
    p
        Most sites of this level.
    share
        Least share of the people to be reached at this level, 0 to 1.
    weight
        What a person reached at this level counts.
    cost
        Of a site of this level.
    """

    name: str
    reach: float
    p: int | None
    share: float | None
    weight: float
    cost: float | None


def read_levels(path: Path, *, unit: str, found: Findings) -> list[LevelRow]:
    """Read the levels from the lowest to the highest; problems go to ``found``.

    Parameters
    ----------
    path
        csv or Excel: ``name``, ``radius_km`` or ``minutes`` (whichever ``unit`` says), and, where
        known, ``p``, ``share``, ``weight``, ``cost``.
    unit
        ``km`` or ``minutes``.
    """
    sheet = open_sheet(path, "--levels", found, layer=None, known=COLUMNS)
    if sheet is None:
        return []
    limit = "radius_km" if unit == "km" else "minutes"
    if not sheet.has(["name", limit], optional=COLUMNS):
        return []
    names = sheet.ids("name")
    reach = sheet.numbers(limit)
    counts = _optional(sheet, "p")
    broken = np.isfinite(counts) & ((counts != np.round(counts)) | (counts < 1))
    if broken.any():
        found.problem(
            f"{sheet.at('p')}: must be a whole number >= 1 in {sheet.rows(broken)}; mend it"
        )
    share = _optional(sheet, "share")
    if (share > 1).any():
        found.problem(
            f"{sheet.at('share')}: must lie in 0..1 in {sheet.rows(share > 1)}; write 0.9 for 90 %"
        )
    weight, cost = _optional(sheet, "weight"), _optional(sheet, "cost")
    if found.problems:
        return []
    return [
        LevelRow(
            name=name,
            reach=float(reach[i]),
            p=None if np.isnan(counts[i]) else int(counts[i]),
            share=None if np.isnan(share[i]) else float(share[i]),
            weight=1.0 if np.isnan(weight[i]) else float(weight[i]),
            cost=None if np.isnan(cost[i]) else float(cost[i]),
        )
        for i, name in enumerate(names)
    ]


def levels_today(
    ends: Ends, levels: Sequence[LevelRow], file: str, found: Findings
) -> list[int] | None:
    """Level of each existing site, 1 the lowest and 0 for none; None when the file has none.

    The file names the level, or counts it; the lowest where it says nothing.
    """
    if not levels or not any(ends.level):
        return None
    at = {row.name: i for i, row in enumerate(levels, 1)}
    at |= {str(i): i for i in range(1, len(levels) + 1)} | {"": 1}
    existing = set(ends.sites.with_status("existing").tolist())
    unknown = [word for word in dict.fromkeys(ends.level) if word not in at]
    if unknown:
        found.problem(
            f"{file}, level: {listed(map(repr, unknown))} are no levels of --levels; "
            f"{nearest(unknown[0], [row.name for row in levels])}"
        )
    return [at.get(word, 0) if j in existing else 0 for j, word in enumerate(ends.level)]


def _optional(sheet: Sheet, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A column whose cells may be empty (NaN), or that may be missing."""
    if column not in sheet:
        return np.full(len(sheet), np.nan)
    return sheet.numbers(column, blank_is_nan=True)
