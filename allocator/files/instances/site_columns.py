"""The columns of a table of sites: status, costs, capacity."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.files.instances.opening import row_ids
from allocator.region.findings import Findings
from allocator.region.tables import Sheet
from allocator.travel.ends import SITE_STATUSES

Floats = NDArray[np.float64]
_COSTS = ("cost", "opening_cost", "closing_cost", "running_cost")
SITE_COLUMNS = ("id", "status", *_COSTS, "capacity", "level")


@dataclass(frozen=True)
class SitesFile:
    """Where sites stand or may be built.

    Attributes
    ----------
    path, layer
        Table or map layer with ``id`` and, where known, ``status``, ``cost``, ``closing_cost``,
        ``running_cost``, ``capacity`` and, of existing sites, ``level``.
    needs_capacity
        Whether every site must state how many people it can serve.
    """

    path: Path
    layer: str | None = None
    needs_capacity: bool = False


def site_columns(
    rows: Sheet | None, sites: SitesFile, ids_needed: bool, found: Findings
) -> dict[str, Any] | None:
    """Checked columns as :class:`SiteSet` takes them, and ``may_close`` and ``level``."""
    if rows is None or not rows.has([], optional=SITE_COLUMNS):
        return None
    ids = row_ids(rows, needed=ids_needed)
    status = rows.choice("status", SITE_STATUSES, default="candidate")
    costs, may_close = _costs(rows, status.to_numpy(str))
    capacity = _capacity(rows, sites, found)
    words = list(status) if "status" in rows else None
    level = np.where(status == "existing", rows.text("level"), "")
    return {"ids": ids, "status": words, "capacity": capacity, "may_close": may_close,
            "level": level.tolist(), **costs}  # fmt: skip


def _costs(rows: Sheet, status: NDArray[np.str_]) -> tuple[dict[str, Floats], NDArray[np.int64]]:
    """Cost columns that are there, and the existing sites that state what closing them costs."""
    if "cost" in rows and "opening_cost" in rows:
        rows.found.problem(f"{rows.file}: has columns 'cost' and 'opening_cost'; keep one of them")
    costs: dict[str, Floats] = {}
    existing = status == "existing"
    opening = "cost" if "cost" in rows else "opening_cost"
    if opening in rows:
        new = rows.numbers(opening, blank_is_nan=True)
        lacks = np.isnan(new) & ~existing & (status != "forbidden")
        if lacks.any() and not rows.found.problems:
            rows.found.problem(
                f"{rows.at(opening)}: empty in {rows.rows(lacks)}; say what opening costs there, "
                "or leave the column out (each new site then counts 1)"
            )
        costs["opening_cost"] = np.nan_to_num(new)
    if "running_cost" in rows:
        costs["running_cost"] = np.nan_to_num(rows.numbers("running_cost", blank_is_nan=True))
    if "closing_cost" not in rows:
        return costs, np.empty(0, dtype=np.int64)
    closing = rows.numbers("closing_cost", blank_is_nan=True)
    costs["closing_cost"] = np.nan_to_num(closing)
    return costs, np.flatnonzero(existing & np.isfinite(closing))


def _capacity(rows: Sheet, sites: SitesFile, found: Findings) -> Floats | None:
    if "capacity" not in rows:
        return None
    capacity = rows.numbers("capacity", blank_is_nan=not sites.needs_capacity)
    if not np.isnan(capacity).any():
        return capacity
    found.note(f"{rows.file}: column 'capacity' is empty for some sites and is not used")
    return None
