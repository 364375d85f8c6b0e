"""What a click on a cell tells, packed: one number per cell and rule, little-endian, base64."""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allocator.files.report.outlines import Frame
from allocator.files.tables import COVERED, COVERED_TODAY
from allocator.plans import Plan

NONE = 65535
"""Where there is no way, or the rule does not speak of the cell."""
_MOST_WITH_TODAY = 120_000
"""Cells up to which today's distances are told, too: beyond, the page would grow past 10 MB."""


def cell_data(plan: Plan, frame: Frame, side_m: float) -> dict[str, Any]:
    """Centres (metres in the picture), people, unit and what each coverage rule says.

    Per rule and date: 1 covered, 0 not, 2 not looked at; tenths of minutes or of km.
    """
    cells = plan.cells
    names = {
        str(u): str(n) for u, n in zip(plan.outlines.index, plan.outlines["name"], strict=True)
    }
    units = list(dict.fromkeys(map(str, cells["unit"])))
    place = {unit: i for i, unit in enumerate(units)}
    columns = [str(c) for c in cells.columns]
    rules = [c.removeprefix(COVERED) for c in columns if c.startswith(COVERED)]
    xy = cells[["x_m", "y_m"]].to_numpy(float)
    return {
        "side": side_m,
        "x": _packed(np.rint(xy[:, 0] - frame.west), "<u4"),
        "y": _packed(np.rint(frame.north - xy[:, 1]), "<u4"),
        "people": _packed(cells["people"].to_numpy(float), "<f4"),
        "urban": _packed(cells["urban"].to_numpy(bool), "<u1"),
        "unit": _packed(np.array([place[str(u)] for u in cells["unit"]]), "<u2"),
        "units": [names.get(unit, unit) for unit in units],
        "rules": [_of_rule(plan, rule, columns) for rule in rules],
    }


def _of_rule(plan: Plan, rule: str, columns: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"rule": rule}
    for when, prefix in (("today", COVERED_TODAY), ("plan", COVERED)):
        if f"{prefix}{rule}" in columns:
            held = plan.cells[f"{prefix}{rule}"]
            state = np.where(held.isna().to_numpy(), 2, held.eq(True).to_numpy())
            told[when] = _packed(state, "<u1")
    for unit in ("minutes", "km"):
        for when, prefix in (("today", f"{unit}_today:"), ("plan", f"{unit}:")):
            too_many = when == "today" and len(plan.cells) > _MOST_WITH_TODAY
            if f"{prefix}{rule}" in columns and not too_many:
                away = plan.cells[f"{prefix}{rule}"].to_numpy(float) * 10
                tenths = np.where(np.isnan(away), NONE, np.minimum(np.rint(away), NONE - 1))
                told["unit"] = unit
                told[f"away_{when}"] = _packed(tenths, "<u2")
    return told


def _packed(values: NDArray[Any], form: str) -> str:
    return base64.b64encode(values.astype(form).tobytes()).decode("ascii")
