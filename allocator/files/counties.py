"""The county table: per unit and resource what is there, needed, allocated, and the change."""

import math
from typing import Any

import pandas as pd

from allocator.files.labels import header, resource_label, word
from allocator.files.sentences import in_chinese
from allocator.plans import Plan
from allocator.region.stock import resources

_PARTS = ("have", "need", "allocated", "change")
_CHANGE = "+#,##0;-#,##0;0"
_HEAD = 3
"""Columns before the first resource: unit, name, level."""


def region_row(plan: Plan, units: pd.DataFrame) -> str:
    """Id of the unit that is the whole region: its rows are the sums of all others.

    It is the unit without a parent, where the outlines tell parents, or else the one whose
    allocated figures are the sums of the others' for most resources; '' if there is none.
    """
    present = set(units["unit"])
    if "parent" in plan.outlines.columns:
        parents = plan.outlines["parent"]
        return next((str(u) for u in parents.index[parents == ""] if u in present), "")
    if len(present) == 1:
        return str(units["unit"].iloc[0])
    given = units.pivot_table(index="unit", columns="resource", values="allocated", sort=False)
    total = given.sum()
    sums_up = (given * 2).sub(total).abs().lt(0.5).sum(axis=1)
    return str(sums_up.idxmax()) if sums_up.max() > 0 else ""


def county_table(plan: Plan, units: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """One row per unit, the region last, and notes on what does not add up.

    Columns: (resource, part). ``allocated`` and ``need`` of the last row are the sums of the rows
    above; ``have`` too where every row above states it, else the region's own figure.
    """
    root = region_row(plan, units)
    order = [r for r in resources() if r in set(units["resource"])]
    order += [r for r in dict.fromkeys(units["resource"]) if r not in order]
    names = [u for u in dict.fromkeys(units["unit"]) if u != root]
    notes: list[str] = []
    columns: dict[tuple[str, str], list[float]] = {}
    for resource in order:
        rows = units[units["resource"] == resource].set_index("unit")
        for part, source in (("have", "have"), ("need", "required"), ("allocated", "allocated")):
            values = rows[source].astype(float).reindex(names).tolist()
            own = float(rows[source].get(root, math.nan))
            total, note = _total(values, own, f"{resource}, {part}")
            notes += [note] if note else []
            columns[resource, part] = [*values, total]
        pairs = zip(columns[resource, "allocated"], columns[resource, "have"], strict=True)
        columns[resource, "change"] = [after - before for after, before in pairs]
    return pd.DataFrame(columns, index=pd.Index([*names, root or "all"], name="unit")), notes


def _total(values: list[float], own: float, what: str) -> tuple[float, str]:
    """The sum of the units' values, or the region's own figure if a unit does not state its."""
    if not values or any(map(math.isnan, values)):
        return own, ""
    total = math.fsum(values)
    if not math.isnan(own) and abs(own - total) > 1e-6 * max(1.0, abs(total)):
        return total, f"{what}: the units sum to {total:,.10g}, the region's row says {own:,.10g}"
    return total, ""


def county_sheet_parts(plan: Plan, units: pd.DataFrame, *, chinese: bool) -> dict[str, Any]:
    """Headers, rows and formats of the county sheet."""
    table, notes = county_table(plan, units)
    order = list(dict.fromkeys(table.columns.get_level_values(0)))
    named = units.drop_duplicates("unit").set_index("unit")
    residents = table["residents", "allocated"] if "residents" in order else None
    top: list[str] = ["", "", ""]
    second = [header(c, chinese=chinese) for c in ("unit", "name", "level")]
    merged = []
    blocks: list[pd.DataFrame] = []
    for resource in order:
        parts = pd.DataFrame({part: table[resource, part] for part in _PARTS})
        if residents is not None and resource != "residents":
            parts["per_1000"] = parts["allocated"] / residents.where(residents > 0) * 1000
        merged.append((len(top), len(top) + parts.shape[1] - 1))
        label = resource_label(resource, chinese=chinese)
        top += [label] * parts.shape[1]
        second += [header(str(c), chinese=chinese) for c in parts.columns]
        blocks.append(parts)
    rows, formats = [], {}
    for i, unit in enumerate(table.index):
        last = i == len(table) - 1
        name = str(named["name"].get(unit, ""))
        level = word(str(named["level"].get(unit, "")), chinese=chinese)
        row: list[Any] = [
            unit,
            f"{name} ({word('total', chinese=chinese)})" if last else name,
            level,
        ]
        for block in blocks:
            for part, value in block.iloc[i].items():
                formats[i, len(row)] = _format(str(part), float(value))
                row.append(_shown(float(value)))
        rows.append(row)
    return {
        "heads": [top, second],
        "rows": [*rows, *[[(chinese and in_chinese(note)) or note] for note in notes]],
        "formats": formats,
        "frozen_columns": _HEAD,
        "merged": merged,
        "bold_rows": [len(rows) - 1],
        "filtered": False,
    }


def _shown(value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if value == int(value) else value


def _format(part: str, value: float) -> str:
    if part == "change":
        return _CHANGE
    if part == "per_1000" or (not math.isnan(value) and value != int(value)):
        return "#,##0.00"
    return "#,##0"
