"""What a plan rests on: rules nobody could look at, assumptions, proof."""

import math
from typing import Any

from allocator.files.report.compliance_rows import asks, rule_texts, usual_document
from allocator.files.report.figures import percent
from allocator.files.report.grids import Cell, Grid, Row, columns, number, shown, told, words
from allocator.files.report.wording import Text, phrase, said
from allocator.files.tables import is_missing
from allocator.plans import Plan


def open_grid(plan: Plan) -> Grid:
    """Rules that could not be looked at, and what is missing."""
    texts = rule_texts(plan)
    lines = plan.compliance[
        (plan.compliance["area"] == "all")
        & ~plan.compliance["evaluated"].astype(bool)
        & plan.compliance["strength"].isin(["must", "target", "wish"])
    ]
    rows = [
        Row([
            words(line["rule"]),
            Cell(said(str(line["strength"])), look=f"strength {line['strength']}"),
            asks(str(line["rule"]), texts, usual_document(plan)),
            told(line["note"]),
        ])
        for line in lines.to_dict("records")
    ]  # fmt: skip
    heads: list[str | Text] = [
        "rule",
        "strength",
        phrase("what it asks for"),
        phrase("what is missing"),
    ]
    return Grid("open", phrase("Rules that could not be evaluated"), columns(heads, ()), rows)


def assumption_grid(plan: Plan) -> Grid:
    """The readings that the plan rests on, those that were changed marked."""
    rows = [
        Row([
            words(line["name"]),
            _value(line["value"]),
            told(line["unit"]),
            Cell(phrase("changed") if line["changed"] else "", look="changed" if line["changed"]
                 else ""),
            told(line["meaning"]),
            told(line["source"]),
        ])
        for line in plan.assumptions.to_dict("records")
    ]  # fmt: skip
    heads: list[str | Text] = ["name", "value", "measure", "changed", "meaning", "source"]
    return Grid("assumptions", phrase("What was assumed"), columns(heads, (1,)), rows)


def _value(value: Any) -> Cell:
    if is_missing(value):
        return Cell(phrase("none"), look="number")
    return Cell(value, look="number") if isinstance(value, str) else number(value)


def proof_grid(plan: Plan) -> Grid:
    """How each part of the program was solved."""
    rows = [
        Row([
            Cell(said(str(line["tier"]))),
            told(line["block"], "part"),
            number(line["objective"]),
            number(line["bound"]),
            shown(percent(line["gap"]) if math.isfinite(line["gap"]) else "", line["gap"]),
            Cell(said(str(line["status"]))),
            number(line["seconds"]),
        ])
        for line in plan.tiers.to_dict("records")
    ]  # fmt: skip
    heads: list[str | Text] = [
        "tier", "block", "objective", "bound", "gap", "status", "seconds",
    ]  # fmt: skip
    return Grid("proof", phrase("Proof: how each part was solved"), columns(heads, (2, 3, 4, 6)),
                rows)  # fmt: skip
