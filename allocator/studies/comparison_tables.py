"""Tables of what differs between two plans: inputs, rules, sites, units and costs."""

import math
from typing import Any

import numpy as np
import pandas as pd

from allocator.files.planning_units import site_units, unit_names
from allocator.plans import Plan

_SAME_PLACE_M = 100.0
_TOLERANCE = 1e-9
_OPEN = ("kept", "new", "upgraded")
INPUT_COLUMNS = ("item", "first", "other")
RULE_COLUMNS = (
    "rule", "area", "area_name", "strength", "measure", "first_required", "required",
    "first_achieved", "achieved", "change", "first_met", "met", "verdict",
)  # fmt: skip
SITE_COLUMNS = (
    "id", "name", "kind", "unit", "unit_name", "lon", "lat", "first_status", "status",
    "first_beds", "beds", "first_ambulances", "ambulances", "what",
)  # fmt: skip
AMOUNT_COLUMNS = ("unit", "name", "resource", "first", "other", "change")
COST_COLUMNS = ("item", "currency", "first", "other", "change")
TEXTS = {
    "plan", "item", "rule", "area", "area_name", "strength", "measure", "first_met", "met",
    "verdict", "id", "name", "kind", "unit", "unit_name", "first_status", "status", "what",
    "resource", "currency",
}  # fmt: skip
"""Columns that hold words; all others hold numbers."""


def input_table(first: Plan, other: Plan) -> pd.DataFrame:
    """What went into the plans and differs."""
    before, after = _inputs(first), _inputs(other)
    rows = [
        [item, before.get(item, ""), after.get(item, "")]
        for item in dict.fromkeys([*before, *after])
        if not _same(before.get(item, ""), after.get(item, ""))
    ]
    return pd.DataFrame(rows, columns=list(INPUT_COLUMNS))


def _inputs(plan: Plan) -> dict[str, Any]:
    told = plan.provenance
    found: dict[str, Any] = {
        "region": plan.region,
        "policy": plan.policy,
        "policy file": str(told.get("policy_sha256") or "")[:12],
        "objective": plan.objective,
        "budget": "none" if told.get("budget") is None else told["budget"],
        "currency": str(told.get("currency") or ""),
        "people": float(plan.cells["people"].astype(float).sum()),
        "cells": len(plan.cells),
        "travel": _travel(told.get("travel")),
        "proof": plan.status.value,
    }
    table = plan.assumptions
    for name, value in zip(table["name"], table["value"], strict=True):
        missing = value is None or (isinstance(value, float) and math.isnan(value))
        found[f"assumption {name}"] = "none" if missing else value
    for source in told.get("sources") or ():
        if isinstance(source, dict):
            found[f"file {source.get('file')}"] = str(source.get("sha256") or "")[:12]
    return found


def _travel(told: Any) -> str:
    if not isinstance(told, dict):
        return "straight lines"
    return "; ".join(f"{mode}: {about.get('source', '')}" for mode, about in told.items())


def rule_table(first: Plan, other: Plan) -> pd.DataFrame:
    """Compliance lines that differ."""
    key = ["rule", "area"]
    before = first.compliance.drop_duplicates(key).set_index(key)
    after = other.compliance.drop_duplicates(key).set_index(key)
    rows = []
    for at in dict.fromkeys([*after.index, *before.index]):
        a = before.loc[at].to_dict() if at in before.index else None
        b = after.loc[at].to_dict() if at in after.index else None
        either = b or a or {}
        figures = [_number(line, c) for c in ("required", "achieved") for line in (a, b)]
        met = [None if line is None else _met(line) for line in (a, b)]
        same = _same(figures[0], figures[1]) and _same(figures[2], figures[3])
        if a and b and same and met[0] == met[1]:
            continue
        rows.append([
            *at, either.get("area_name", ""), either.get("strength", ""),
            either.get("measure", ""), *figures, figures[3] - figures[2], *met,
            _verdict(met, figures[3] - figures[2]),
        ])  # fmt: skip
    return pd.DataFrame(rows, columns=list(RULE_COLUMNS))


def _met(line: dict[str, Any]) -> str:
    if not bool(line.get("evaluated", True)) or line.get("met") is None:
        return "not evaluated"
    return "met" if line["met"] is True or line["met"] == True else "NOT met"  # noqa: E712


def _verdict(met: list[str | None], change: float) -> str:
    before, after = met
    if before is None:
        return f"only in the other plan: {after}"
    if after is None:
        return f"only in the first plan: {before}"
    if before == after:
        moved = "" if math.isnan(change) or not change else (", more" if change > 0 else ", less")
        return f"{after} in both{moved}"
    return {"met": "met now", "NOT met": "gives way now"}.get(after, "not evaluated now")


def site_table(first: Plan, other: Plan) -> tuple[pd.DataFrame, list[str]]:
    """Sites that differ in status, beds or vehicles, and notes."""
    before, after = _sites(first), _sites(other)
    names = {**unit_names(first), **unit_names(other)}
    common = before.index.intersection(after.index)
    gap_m = np.hypot(
        before.loc[common, "x_m"].astype(float) - after.loc[common, "x_m"].astype(float),
        before.loc[common, "y_m"].astype(float) - after.loc[common, "y_m"].astype(float),
    )
    moved = list(common[gap_m > _SAME_PLACE_M])
    notes = []
    if moved:
        shown = ", ".join(moved[:3]) + (", ..." if len(moved) > 3 else "")
        notes.append(
            f"{len(moved):,} sites have one id but lie more than {_SAME_PLACE_M:g} m apart "
            f"({shown}): each counts as two sites"
        )
    rows = []
    for at in dict.fromkeys([*before.index, *after.index]):
        a = before.loc[at] if at in before.index else None
        b = after.loc[at] if at in after.index else None
        pairs = [(a, None), (None, b)] if at in moved else [(a, b)]
        rows += [row for pair in pairs if (row := _site_row(at, *pair, names)) is not None]
    return pd.DataFrame(rows, columns=list(SITE_COLUMNS)), notes


def _sites(plan: Plan) -> pd.DataFrame:
    table = pd.DataFrame(plan.facilities).drop(columns="geometry", errors="ignore")
    table = table.assign(planning_unit=site_units(plan).to_numpy())
    return table.astype({"id": str}).set_index("id")


def _site_row(
    at: str,
    a: "pd.Series[Any] | None",
    b: "pd.Series[Any] | None",
    names: dict[str, str],
) -> list[Any] | None:
    """One row, or nothing if the site is the same in both plans."""
    sides = [None if side is None else side.to_dict() for side in (a, b)]
    status = ["" if side is None else str(side["status"]) for side in sides]
    figures = [
        float("nan") if side is None else _number(side, c)
        for c in ("beds", "ambulances")
        for side in sides
    ]
    if status[0] == status[1] and _same(*figures[:2]) and _same(*figures[2:]):
        return None
    either = sides[1] or sides[0] or {}
    unit = str(either["planning_unit"]) or str(either["unit"])
    return [
        at, either["name"], either["kind"], unit, names.get(unit, ""), either["lon"],
        either["lat"], *status, *figures, _site_words(status, figures),
    ]  # fmt: skip


def _site_words(status: list[str], figures: list[float]) -> str:
    was, now = (s in _OPEN for s in status)
    if was and not now:
        return "open only in the first"
    if now and not was:
        return "open only in the other"
    if status[0] != status[1]:
        return f"{status[0] or 'not listed'} / {status[1] or 'not listed'}"
    return "beds" if not _same(*figures[:2]) else "vehicles"


def unit_table(first: Plan, other: Plan) -> pd.DataFrame:
    """Resources by planning unit that differ."""
    key = ["unit", "resource"]
    before = first.units.drop_duplicates(key).set_index(key)["allocated"].astype(float)
    after = other.units.drop_duplicates(key).set_index(key)["allocated"].astype(float)
    names = {**unit_names(first), **unit_names(other)}
    rows = []
    for unit, resource in dict.fromkeys([*before.index, *after.index]):
        a, b = before.get((unit, resource), np.nan), after.get((unit, resource), np.nan)
        if not _same(a, b):
            rows.append([unit, names.get(str(unit), ""), resource, a, b, b - a])
    return pd.DataFrame(rows, columns=list(AMOUNT_COLUMNS))


def cost_table(first: Plan, other: Plan) -> tuple[pd.DataFrame, list[str]]:
    """Costs that differ: in total, and of sites by kind; nothing across currencies."""
    before, after = (str(p.provenance.get("currency") or p.objective_unit) for p in (first, other))
    if before != after:
        return pd.DataFrame(columns=list(COST_COLUMNS)), [
            f"costs are in {before or 'no currency'} and {after or 'no currency'}: not compared"
        ]
    a, b = _costs(first), _costs(other)
    rows = []
    for item in dict.fromkeys([*a, *b]):
        x, y = a.get(item, 0.0), b.get(item, 0.0)
        if not _same(x, y):
            rows.append([item, before, x, y, y - x])
    return pd.DataFrame(rows, columns=list(COST_COLUMNS)), []


def total_cost(plan: Plan) -> float:
    """What the plan costs: as it tells, else its objective where that is the cost; else NaN."""
    told = plan.provenance.get("cost")
    if isinstance(told, int | float):
        return float(told)
    return float(plan.objective_value) if plan.objective == "minimise cost" else float("nan")


def _costs(plan: Plan) -> dict[str, float]:
    table = pd.DataFrame(plan.facilities)
    by_kind = table.assign(cost=table["cost"].astype(float)).groupby("kind")["cost"].sum()
    found = {f"sites: {kind}": float(cost) for kind, cost in by_kind.items() if cost}
    total = total_cost(plan)
    return found if math.isnan(total) else {"all": total, **found}


def _number(line: Any, column: str) -> float:
    value = None if line is None else line.get(column)
    return float("nan") if value is None else float(value)


def _same(a: Any, b: Any) -> bool:
    """Equal, or as near as rounding; two missing numbers are the same."""
    if isinstance(a, int | float) and isinstance(b, int | float):
        if math.isnan(a) or math.isnan(b):
            return math.isnan(a) and math.isnan(b)
        return a == b or abs(a - b) <= _TOLERANCE * max(abs(a), abs(b))
    return bool(a == b)
