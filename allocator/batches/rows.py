"""Rows: what a plan, or an error, says in the table of a batch."""

import platform
import traceback
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from allocator.errors import AllocatorError, InputError
from allocator.files.provenance import package_version
from allocator.files.tables import COVERED
from allocator.plans import Plan
from allocator.scenarios.exit_codes import ExitCode

Row = dict[str, Any]
"""What one scenario adds to the table, by column; ``covered`` is a row of its own, by rule."""
STRENGTHS = ("must", "target", "wish")
NOT_BEGUN = "interrupted before it began"
NOT_ENDED = "interrupted before there was a plan"


def row_of_plan(plan: Plan) -> Row:
    """What a plan adds to its row."""
    tally = plan.tally
    counts = {}
    for s in STRENGTHS:
        counts[f"{s}_met"] = tally.met.get(s, 0)
        counts[f"{s}_failed"] = tally.failed.get(s, 0)
        counts[f"{s}_not_evaluated"] = tally.not_evaluated.get(s, 0)
    return {
        "status": plan.status.value,
        "objective": plan.objective,
        "objective_value": float(plan.objective_value),
        "bound": float(plan.bound),
        "gap": float(plan.gap),
        **counts,
        "covered": people_covered(plan),
        "cost": _cost(plan),
        **worst_county(plan),
        "exit_code": int(ExitCode.of_plan(plan)),
        "error": "",
    }


def people_covered(plan: Plan) -> dict[str, float]:
    """People within each coverage rule's reach, by rule."""
    return {
        str(column).removeprefix(COVERED): float(
            plan.cells["people"].where(plan.cells[column].eq(True), 0.0).sum()
        )
        for column in plan.cells.columns
        if str(column).startswith(COVERED)
    }


def worst_county(plan: Plan) -> Row:
    """Name the county that the plan leaves furthest behind, and in what.

    Over all lines of ``plan.fairness`` that speak of the plan, the one whose worst area has the
    smallest share of the region's mean (both per head, weighted by people); the first of equals.
    Empty where the region is not divided, or has nothing to share out.
    """
    lines = plan.fairness
    lines = lines[lines["when"].eq("plan") & lines["mean"].gt(0)]
    if lines.empty:
        return {"worst_county": "", "worst_figure": "", "worst_share_of_mean": None}
    shares = (lines["worst"] / lines["mean"]).astype(float)
    line = lines.iloc[int(shares.to_numpy().argmin())]
    return {
        "worst_county": str(line["worst_area"]),
        "worst_figure": f"{line['figure']}, {line['measure']}",
        "worst_share_of_mean": float(shares.min()),
    }


def _cost(plan: Plan) -> float | None:
    """What the plan costs, where it says so."""
    told = plan.provenance.get("cost")
    if isinstance(told, int | float):
        return float(told)
    return float(plan.objective_value) if plan.objective == "minimise cost" else None


def row_of_error(error: BaseException) -> Row:
    """What an error adds to the row of its scenario."""
    code = ExitCode.of_error(error)
    status = {ExitCode.NO_ANSWER: "infeasible", ExitCode.INTERRUPTED: "no_solution"}
    if code is ExitCode.INTERRUPTED:
        text = NOT_ENDED
    elif isinstance(error, AllocatorError):
        problems = error.problems if isinstance(error, InputError) else (str(error),)
        text = " | ".join(" ".join(problem.split()) for problem in problems)
    else:
        text = "a defect of the program: " + "".join(traceback.format_exception(error))
    return {"status": status.get(code, "error"), "exit_code": int(code), "error": text}


def row_of_death(times: int) -> Row:
    """The row of a scenario whose process died each time it was tried."""
    return {
        "status": "error",
        "exit_code": int(ExitCode.DEFECT),
        "error": f"its process died {times} times; perhaps there was not enough memory"
        if times > 1
        else "its process died; perhaps there was not enough memory",
    }


def row_of_interrupt(error: str) -> Row:
    """The row of a scenario that an interrupt left without an answer."""
    return {"status": "not_run", "exit_code": int(ExitCode.INTERRUPTED), "error": error}


@cache
def versions() -> Mapping[str, str]:
    """What, beside the input, a plan depends on; columns of the table."""
    return MappingProxyType(
        {
            "allocator_version": package_version(),
            "highspy_version": version("highspy"),
            "python_version": platform.python_version(),
        }
    )
