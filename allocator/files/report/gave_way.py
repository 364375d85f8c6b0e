"""Rules that gave way: by how much, where, what they clash with, and what it would take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from allocator.files.report.compliance_rows import (
    STRENGTHS,
    area_name,
    asks,
    people_short,
    required_text,
    rule_texts,
    state_of,
)
from allocator.files.report.figures import measured, percent
from allocator.files.report.grids import Cell
from allocator.files.report.wording import Text, counted, phrase, sentence
from allocator.files.sentences.columns import clash_in_chinese
from allocator.files.tables import is_missing, number_text
from allocator.plans import Plan

_MOST_AREAS, _MOST_MARGINALS = 12, 4


@dataclass(frozen=True)
class Member:
    """What a rule cannot hold together with: another rule, or a limit."""

    name: str
    words: Text
    is_rule: bool


@dataclass(frozen=True)
class Reason:
    """One rule that gave way.

    ``too_much`` if more is there than the rule allows, else it is short; ``enough`` are single
    changes each of which would do; ``theme`` is the coverage theme of the map that shows it.
    """

    rule: str
    strength: str
    asks: Cell
    required: str
    achieved: str
    slack: str
    share: str
    measure: Text
    people: str
    where: tuple[tuple[Text, str], ...]
    clashes: tuple[Member, ...]
    enough: tuple[Text, ...]
    marginals: tuple[Text, ...]
    notes: tuple[Text, ...]
    theme: int | None
    too_much: bool
    values: Mapping[str, float]


def reasons(plan: Plan, themes_of: Mapping[str, int]) -> list[Reason]:
    """Every must, target and wish that does not hold in the region as a whole, strongest first."""
    texts, short = rule_texts(plan), people_short(plan)
    found = []
    for strength in STRENGTHS:
        lines = plan.compliance[
            (plan.compliance["area"] == "all") & (plan.compliance["strength"] == strength)
        ]
        missed = [line for line in lines.to_dict("records") if state_of(line) == "missed"]
        found += [_reason(plan, line, texts, short, themes_of) for line in missed]
    return found


def _reason(
    plan: Plan, line: Mapping[Any, Any], texts: Mapping[str, Mapping[str, Any]],
    short: Mapping[str, float], themes_of: Mapping[str, int],
) -> Reason:  # fmt: skip
    rule, measure = str(line["rule"]), str(line["measure"])
    mine = plan.conflicts[plan.conflicts["member"] == rule]
    clash = plan.conflicts[plan.conflicts["clash"].isin(mine["clash"])]
    note = str(line["note"]) if not is_missing(line["note"]) and line["note"] else ""
    told = [str(n) for n in clash["note"] if not is_missing(n) and n]
    slack = float(line["slack"]) if not is_missing(line["slack"]) else 0.0
    people = abs(slack) if measure == "people" else short.get(rule)
    required = line["required"]
    share = ""
    if not is_missing(required) and float(required) > 0:
        share = percent(abs(slack) / float(required))
    known = {
        k: float(line[k]) for k in ("required", "achieved", "slack") if not is_missing(line[k])
    }
    return Reason(
        rule=rule,
        strength=str(line["strength"]),
        asks=asks(rule, texts, ""),
        required=required_text(line),
        achieved=measured(line["achieved"], measure),
        slack=measured(abs(slack), measure),
        share=share,
        measure=counted(measure),
        people="" if people is None else measured(round(people), "people"),
        where=_where(plan, rule, measure),
        clashes=_clashes(clash, rule, texts),
        enough=_enough(clash),
        marginals=_marginals(plan, rule),
        notes=tuple(sentence(n) for n in dict.fromkeys([note, *told]) if n),
        theme=themes_of.get(rule),
        too_much=_too_much(line),
        values=known,
    )


def _too_much(line: Mapping[Any, Any]) -> bool:
    end = line["required_upper"] if not is_missing(line["required_upper"]) else line["required"]
    if is_missing(end) or is_missing(line["achieved"]):
        return False
    return float(line["achieved"]) > float(end)


def _where(plan: Plan, rule: str, measure: str) -> tuple[tuple[Text, str], ...]:
    """The units in which the rule does not hold, the largest gap first."""
    lines = plan.compliance[
        (plan.compliance["rule"] == rule)
        & (plan.compliance["area"] != "all")
        & plan.compliance["met"].eq(False)
    ].copy()
    lines["_gap"] = lines["slack"].astype(float).abs()
    lines = lines.sort_values("_gap", ascending=False, kind="stable").head(_MOST_AREAS)
    return tuple(
        (area_name(str(line["area"]), str(line["area_name"])), measured(line["_gap"], measure))
        for line in lines.to_dict("records")
    )


def _clashes(
    clash: pd.DataFrame, rule: str, texts: Mapping[str, Mapping[str, Any]]
) -> tuple[Member, ...]:
    others = clash[clash["member"] != rule].drop_duplicates("member")
    return tuple(
        Member(str(m["member"]), _words(m, texts), m["strength"] != "limit")
        for m in others.to_dict("records")
    )


def _words(member: Mapping[Any, Any], texts: Mapping[str, Mapping[str, Any]]) -> Text:
    """A limit as the engine says it; a rule as the text does, where that is Chinese."""
    name, strength, words = (str(member[c]) for c in ("member", "strength", "words"))
    return Text(words, clash_in_chinese(name, strength, words, texts))


def _enough(clash: pd.DataFrame) -> tuple[Text, ...]:
    """Single changes that would let all the others hold, the smallest share first."""
    known = clash[clash["change"].notna()].sort_values("change_share", kind="stable")
    return tuple(
        phrase(
            "{member} gives way by {change} {measure} ({share})",
            member=sentence(str(m["member"])), change=number_text(round(float(m["change"]), 3)),
            measure=counted(str(m["measure"])), share=percent(m["change_share"]),
        )
        for m in known.to_dict("records")
    )  # fmt: skip


def _marginals(plan: Plan, rule: str) -> tuple[Text, ...]:
    """What one more of something would do for the rule, the largest effects first."""
    table = plan.marginals
    mine = table[(table["rule"] == rule) & table["effect"].notna() & (table["step"] > 0)]
    mine = mine[mine["effect"].astype(float).abs() > 0]
    order = mine["effect"].astype(float).abs().sort_values(ascending=False, kind="stable").index
    first = mine.loc[order].drop_duplicates("words").head(_MOST_MARGINALS)
    return tuple(_with_cost(line) for line in first.to_dict("records"))


def _with_cost(line: Mapping[Any, Any]) -> Text:
    if is_missing(line["cost"]) or not line["cost"]:
        return sentence(str(line["words"]))
    cost = f"{measured(line['cost'], '')} {line['currency']}".strip()
    return phrase("{words} (costs {cost})", words=sentence(str(line["words"])), cost=cost)
