"""What one more or one less changes, and how evenly figures are spread."""

from typing import Any

from allocator.files.report.compliance_rows import area_name
from allocator.files.report.grids import (
    Cell,
    Filter,
    Grid,
    Row,
    columns,
    number,
    options,
    shown,
    told,
    words,
)
from allocator.files.report.wording import Text, head, phrase, resource, said
from allocator.files.tables import is_missing
from allocator.plans import Plan


def marginal_grid(plan: Plan) -> Grid:
    """What one more or one less of something changes."""
    table = plan.marginals
    rows = [
        Row(
            [
                told(line["words"]),
                Cell(area_name(str(line["area"]), str(line["area_name"]))),
                words(line["rule"]),
                number(line["effect"]),
                number(line["effect_bound"]),
                Cell(said(str(line["measure"]))),
                number(line["cost"]),
                words(line["currency"]),
                told(line["method"]),
            ],
            {"rule": str(line["rule"])},
        )
        for line in table.to_dict("records")
    ]
    heads: list[str | Text] = [
        "words", "area_name", "rule", "effect", "effect_bound", "measure", "cost", "currency",
        "method",
    ]  # fmt: skip
    return Grid(
        "marginals",
        phrase("What one more or one less changes"),
        columns(heads, (3, 4, 6)),
        rows,
        filters=(Filter("rule", head("rule"), options(table["rule"].astype(str), Text.same)),),
        page=40,
        source="marginals.csv",
    )


def fairness_grid(plan: Plan) -> Grid:
    """How evenly figures per head are spread over the units, today and in the plan."""
    numbers = ("mean", "worst", "best", "range", "gini", "theil", "atkinson")
    rows = [
        Row([
            Cell(resource(str(line["figure"]))),
            Cell(said(str(line["measure"]))),
            Cell(phrase("today") if line["when"] == "today" else phrase("in the plan")),
            number(line["mean"]),
            number(line["worst"]),
            words(line["worst_area"]),
            number(line["best"]),
            words(line["best_area"]),
            *(shown(_small(line[c]), line[c]) for c in numbers[4:]),
        ])
        for line in plan.fairness.to_dict("records")
    ]  # fmt: skip
    heads: list[str | Text] = [
        "figure", "measure", "when", "mean", "worst", "worst_area", "best", "best_area", "gini",
        "theil", "atkinson",
    ]  # fmt: skip
    return Grid(
        "fairness", phrase("How evenly it is spread over the counties"),
        columns(heads, (3, 4, 6, 8, 9, 10)), rows, page=40, source="fairness.csv",
    )  # fmt: skip


def _small(value: Any) -> str:
    return "" if is_missing(value) else f"{float(value):.4f}"
