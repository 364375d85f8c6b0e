"""A policy as a table for people and as fields for programs."""

from typing import Any

from allocator.policy.figures import figure_of
from allocator.policy.policies import Policy

_FIRST = ("id", "kind", "number", "unit", "strength", "level", "clause", "line")


def rule_rows(policy: Policy) -> tuple[list[str], list[list[str]]]:
    """Heads and one row per rule; the branches of an either-or stand below it."""
    heads = ["id", "strength", "level", "number", "line", "meaning, and its clause"]
    rows = []
    for rule in policy.rules:
        rows.append(_row(rule, ""))
        rows += [_row(branch, "  ") for branch in getattr(rule, "branches", ())]
    return heads, rows


def _row(rule: Any, indent: str) -> list[str]:
    number = "either" if rule.kind == "either_or" else figure_of(rule).short
    level = "/".join(rule.level) or "region"
    if rule.pool:
        level += ", together"
    line = str(rule.line) if rule.line else ""
    said = f"{rule.meaning}\n{rule.clause}"
    return [indent + rule.id, rule.strength, level, number, line, said]


def rule_fields(rule: Any) -> dict[str, Any]:
    """All fields of a rule, the usual ones first; numbers are exact texts.

    ``number`` and ``unit`` are there for every kind: 5.75, ``1/3``, a band ``3..5``, a list.
    """
    figure = figure_of(rule)
    fields = {**rule.model_dump(), "number": figure.number, "unit": figure.unit}
    if branches := getattr(rule, "branches", ()):
        fields["branches"] = [rule_fields(branch) for branch in branches]
    return {name: fields[name] for name in _FIRST} | fields
