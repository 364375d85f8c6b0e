"""The compliance table: a line per rule and area, with the clause and what it means."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from allocator.files.report.figures import measured, percent
from allocator.files.report.grids import Cell, Filter, Grid, Row, columns, number, options, shown
from allocator.files.report.wording import Text, head, joined, phrase, said, sentence
from allocator.files.tables import is_missing
from allocator.plans import Plan

STRENGTHS = ("must", "target", "wish")
_PHYSICAL, _CHECK = "PHYSICAL", "check"
FLAGS = {
    "met": ("flag-good", "✓", "met"),
    "missed": ("flag-bad", "✗", "NOT MET"),
    "open": ("flag-open", "?", "not evaluated"),
}


def rule_texts(plan: Plan) -> Mapping[str, Mapping[str, Any]]:
    """What each rule means and the clause it is from, where the plan tells."""
    told = plan.provenance.get("rules")
    return told if isinstance(told, Mapping) else {}


def state_of(line: Mapping[Any, Any]) -> str:
    """``met``, ``missed`` or ``open``."""
    if not line["evaluated"] or is_missing(line["met"]):
        return "open"
    return "met" if line["met"] else "missed"


def flag(state: str) -> Cell:
    """Whether a rule holds: a sign, a word and a colour."""
    look, sign, word = FLAGS[state]
    text = said(word)
    return Cell(Text(f"{sign} {text.english}", f"{sign} {text.chinese}"), None, look)


def required_text(line: Mapping[Any, Any]) -> str:
    """What is required: with its sense, or both ends of a band."""
    if is_missing(line["required"]):
        return ""
    low = measured(line["required"], line["measure"])
    if not is_missing(line["required_upper"]):
        return f"{low} - {measured(line['required_upper'], line['measure'])}"
    sign = {">=": "≥ ", "<=": "≤ ", "==": "= ", "about": "≈ "}.get(line["sense"], "")
    return f"{sign}{low}"


def asks(rule: str, texts: Mapping[str, Mapping[str, Any]], document: str) -> Cell:
    """What a rule asks for, in the words of its document too, which is named unless usual."""
    if rule.startswith(_PHYSICAL):
        return Cell(phrase("a check of the plan itself"))
    told = texts.get(rule, {})
    meaning, clause = str(told.get("meaning", "")), str(told.get("clause", ""))
    own, line = str(told.get("document", "")), told.get("line", 0)
    source = None
    if isinstance(line, int) and line > 0:
        source = phrase("line {line}", line=line)
        if own and own != document:
            source = phrase("line {line} of {document}", line=line, document=own)
    elif own and own != document:
        source = Text.same(own)
    return Cell(meaning, clause=clause, source=source)


def usual_document(plan: Plan) -> str:
    """The document that most rules are of: tables name it once."""
    return str(plan.provenance.get("document") or "")


def people_short(plan: Plan) -> dict[str, float]:
    """People whom a rule that gave way leaves short, as the table of conflicts says."""
    known = plan.conflicts[plan.conflicts["people"].notna()]
    pairs = zip(known["member"], known["people"], strict=True)
    return {str(member): float(people) for member, people in pairs}


def compliance_grid(plan: Plan) -> Grid:
    """Every line of the compliance table."""
    texts, short = rule_texts(plan), people_short(plan)
    table = plan.compliance
    usual = usual_document(plan)
    rows = [_row(line, texts, short, usual) for line in table.to_dict("records")]
    heads: list[str | Text] = [
        "rule", "strength", phrase("what it asks for"), "area_name", "measure", "required",
        "achieved", "slack", "slack_share", "met", "people", "price", "note",
    ]  # fmt: skip
    return Grid(
        "compliance",
        phrase("Every rule, line by line"),
        columns(heads, (5, 6, 7, 8, 10, 11)),
        rows,
        filters=(
            Filter("strength", head("strength"), options(_strengths(table), _strength_word)),
            Filter("area", head("area_name"), _areas(table), first="all"),
            Filter(
                "state", head("met"), [(state, said(word)) for state, (_, _, word) in FLAGS.items()]
            ),
        ),
        page=200,
        source="compliance.csv",
    )


def _strength(line: Mapping[Any, Any]) -> str:
    """Strength of a line; a check of the plan itself is no rule of the policy unless it fails."""
    physical = str(line["rule"]).startswith(_PHYSICAL) and line["met"] is True
    return _CHECK if physical else str(line["strength"])


def _strength_word(strength: str) -> Text:
    return phrase("check") if strength == _CHECK else said(strength)


def _strengths(table: pd.DataFrame) -> list[str]:
    order = [*STRENGTHS, "info", _CHECK]
    found = {_strength(line) for line in table.to_dict("records")}
    return sorted(found, key=lambda s: order.index(s) if s in order else len(order))


def _areas(table: pd.DataFrame) -> list[tuple[str, Text]]:
    named = dict(zip(table["area"], table["area_name"], strict=True))
    return [(str(area), area_name(str(area), str(name))) for area, name in named.items()]


def area_name(area: str, name: str) -> Text:
    """A unit by name, the whole region by a word."""
    return phrase("the whole region") if area == "all" else Text.same(name)


def _row(
    line: Mapping[Any, Any], texts: Mapping[str, Mapping[str, Any]], short: Mapping[str, float],
    usual: str,
) -> Row:  # fmt: skip
    state, measure = state_of(line), str(line["measure"])
    rule, area, strength = str(line["rule"]), str(line["area"]), _strength(line)
    slack = line["slack"]
    cells = [
        Cell(rule),
        Cell(_strength_word(strength), look=f"strength {strength}"),
        asks(rule, texts, usual),
        Cell(area_name(area, str(line["area_name"]))),
        Cell(said(measure)),
        shown(required_text(line), line["required"]),
        number(line["achieved"], measure),
        _slack(slack, measure),
        _share(slack, line["required"]),
        flag(state),
        number(_people(line, state, short), "people"),
        number(line["price"]),
        Cell(notes(line)),
    ]
    facets = {"strength": strength, "area": area, "state": state}
    return Row(cells, facets)


def _slack(slack: Any, measure: str) -> Cell:
    if is_missing(slack):
        return Cell("", None, "number")
    text = measured(slack, measure)
    return shown(f"+{text}" if float(slack) > 0 and text != "0" else text, slack)


def _share(slack: Any, required: Any) -> Cell:
    if is_missing(slack) or is_missing(required) or not float(required) > 0:
        return Cell("", None, "number")
    share = float(slack) / float(required)
    if not math.isfinite(share):
        return Cell("", None, "number")
    if 0 < abs(share) < 0.0005:
        return shown(f"{share:+.2%}", share)
    sign = "+" if share > 0 else "-" if share < 0 else ""
    return shown(f"{sign}{percent(abs(share))}", share)


def _people(line: Mapping[Any, Any], state: str, short: Mapping[str, float]) -> float | None:
    """People whom a line leaves short."""
    if state != "missed":
        return None
    if line["measure"] == "people" and not is_missing(line["slack"]):
        return abs(float(line["slack"]))
    return short.get(str(line["rule"])) if line["area"] == "all" else None


def notes(line: Mapping[Any, Any]) -> Text:
    """What else the plan says of a line: its branch, what it rests on, and its note."""
    parts = [said(str(line["branch"]))] if line["branch"] else []
    if line["binding"] is True:
        parts.append(phrase("binding: no slack is left"))
    if line["basis"] in ("modelled", "assumed"):
        parts.append(phrase("rests on {basis} data", basis=said(str(line["basis"]))))
    if str(line["origin"]).startswith(("own rule", "override")):
        parts.append(sentence(str(line["origin"]), "origin"))
    if not is_missing(line["note"]) and line["note"]:
        parts.append(sentence(str(line["note"])))
    return joined(parts, ("; ", "；"))
