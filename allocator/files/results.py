"""The table of a batch: a row per scenario."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.files.tables import Form, to_csv
from allocator.files.writing import staged_file
from allocator.plans import Plan

RESULTS = "results.csv"
COLUMNS: tuple[str, ...] = (
    "scenario", "name", "status", "objective", "objective_value", "bound", "gap", "must_met",
    "must_failed", "target_met", "target_failed", "wish_met", "wish_failed", "not_evaluated",
    "cost", "seconds", "exit_code", "error",
)  # fmt: skip
_STRENGTHS = ("must", "target", "wish")
_COUNTS = tuple(c for c in COLUMNS if c.endswith(("_met", "_failed", "_evaluated", "_code")))
_NUMBERS = (*_COUNTS, "objective_value", "bound", "gap", "cost", "seconds")


def row_of_plan(plan: Plan) -> dict[str, Any]:
    """What a plan adds to its row."""
    tally = plan.tally
    counts = {f"{s}_met": tally.met.get(s, 0) for s in _STRENGTHS}
    counts |= {f"{s}_failed": tally.failed.get(s, 0) for s in _STRENGTHS}
    return {
        "status": plan.status.value,
        "objective": plan.objective,
        "objective_value": plan.objective_value,
        "bound": plan.bound,
        "gap": plan.gap,
        **counts,
        "not_evaluated": sum(tally.not_evaluated.get(s, 0) for s in _STRENGTHS),
        "cost": _cost(plan),
    }


def _cost(plan: Plan) -> float | None:
    """What the plan costs, where it says so."""
    told = plan.provenance.get("cost")
    if isinstance(told, int | float):
        return float(told)
    return plan.objective_value if plan.objective == "minimise cost" else None


def results_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a table with the columns of :data:`COLUMNS`; what a row does not say is empty."""
    table = pd.DataFrame([{c: row.get(c) for c in COLUMNS} for row in rows], columns=list(COLUMNS))
    floats = {c: float for c in _NUMBERS if c not in _COUNTS}
    return table.astype({**dict.fromkeys(_COUNTS, "Int64"), **floats})


def write_results(table: pd.DataFrame, path: Path) -> None:
    """Write the table as csv, all or nothing."""
    forms: dict[str, Form] = {c: "number" if c in _NUMBERS else "text" for c in COLUMNS}
    with staged_file(path) as staged:
        staged.write_bytes(to_csv(table, forms))
