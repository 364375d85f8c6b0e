"""The catalogue of the five plans as the tests read it, and what a rule says in the same terms.

``catalogue.csv`` has a row for every one of the 301 figures; ``catalogue_irregular.csv`` the parts
of the cells that are no plain number; ``catalogue_phrases.csv`` the parts whose phrase is not the
row's; ``catalogue_readings.csv`` where a rule differs from its row on purpose, and why.
"""

import csv
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd

from allocator.policy.policies import read_policy

HERE = Path(__file__).parent
Table = list[dict[str, str]]


def _table(name: str) -> Table:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


ROWS = {row["id"]: row for row in _table("catalogue")}
PHRASES = {row["rule"]: row for row in _table("catalogue_phrases")}
READINGS = {(row["rule"], row["field"]): row for row in _table("catalogue_readings")}
PARTS: dict[str, Table] = {}
for _part in _table("catalogue_irregular"):
    PARTS.setdefault(_part["id"], []).append(_part)

PLANS = {
    "jiaxing-2025": "J", "xihu-2020": "X", "gongshu-2025": "G", "yulin-2020": "Y",
    "zhengzhou-2017": "Z",
}  # fmt: skip


def leaves(policy: Any) -> Iterator[Any]:
    """The rules that say something by themselves: branches in place of the either-or."""
    for rule in policy.rules:
        yield from getattr(rule, "branches", (rule,))


LEAVES = {r.id: r for plan in PLANS for r in leaves(read_policy(plan))}
EITHER = {
    r.id: r for plan in PLANS for r in read_policy(plan).rules if getattr(r, "branches", None)
}


def row_of(rule_id: str) -> dict[str, str]:
    """The row of a rule: J087.phd belongs to J087."""
    return ROWS[rule_id.partition(".")[0]]


RULES_OF: dict[str, list[Any]] = {}
for _rule in LEAVES.values():
    RULES_OF.setdefault(_rule.id.partition(".")[0], []).append(_rule)


def figures(rule: Any) -> list[Fraction]:
    """Every number that a rule states, as it states it; % of an indicator as a share."""
    if rule.kind == "indicator":
        texts = [t for t in rule.number.split("..") if re.fullmatch(r"[\d.,]+", t)]
        scale = 100 if rule.unit.startswith("%") else 1
        return [Fraction(t.replace(",", "")) / scale for t in texts]
    if rule.kind == "gate":  # no more beds: none on top
        return [Fraction(0)]
    if rule.kind == "quota" and rule.per == 30_000:  # "1 for every 30,000" is one figure
        return [rule.number / rule.per]
    names = [
        "number", "lower", "upper", "within_km", "within_minutes", "minutes", "days", "cost",
        "subsidy_per_site", "subsidy_per_person", "above_people", "up_to_people",
    ]  # fmt: skip
    found = [getattr(rule, name, None) for name in names]
    if getattr(rule, "in_share", 1) != 1:
        found[0] = rule.in_share
    if rule.kind == "service" or getattr(rule, "share", 1) != 1:
        found.append(rule.share)
    found += [brought.amount for brought in getattr(rule, "brings", ())]
    filters = getattr(rule, "sites", ()) or ()
    for sites in filters if isinstance(filters, tuple) else (filters,):
        found += [sites.beds_from, sites.beds_below]
    return [Fraction(n) for n in found if n]


def rows_of_plan(plan: str, compliance: pd.DataFrame) -> dict[str, list[str]]:
    """What a plan says of each row of the catalogue, from its compliance table.

    Returns
    -------
    dict
        Row ids under ``met``, ``gave way``, ``told`` (information that does not hold), ``reported``
        (report-only) and ``not evaluated``; under ``enforced`` those evaluated ones that are more
        than information; under ``planned``, ``measured``, ``modelled``, ``assumed`` the evaluated
        ones by the weakest basis of their lines. A row of several rules is met if all that are
        evaluated are.
    """
    lines = compliance[compliance["area"] == "all"].set_index("rule")
    found: dict[str, list[str]] = {
        name: []
        for name in ("enforced", "met", "gave way", "told", "reported", "not evaluated", *_BASES)
    }
    for row_id in (i for i, row in ROWS.items() if row["plan"] == plan):
        if ROWS[row_id]["kind"] == "report-only indicator":
            found["reported"].append(row_id)
            continue
        names = [r.id for r in RULES_OF[row_id] if r.kind != "indicator"]
        # Of an either-or the line above its branches says whether it holds.
        above = [e for e, rule in EITHER.items() if {b.id for b in rule.branches} & set(names)]
        mine = lines.loc[[n for n in above or names if n in lines.index]]
        mine = mine[mine["evaluated"].astype(str) == "True"]
        if mine.empty:
            found["not evaluated"].append(row_id)
            continue
        binds = ROWS[row_id]["strength"] != "I"
        found["enforced"] += [row_id] if binds else []
        missed = "gave way" if binds else "told"
        found["met" if (mine["met"].astype(str) == "True").all() else missed].append(row_id)
        found[max(mine["basis"], key=_BASES.index)].append(row_id)
    return found


_BASES = ("planned", "measured", "modelled", "assumed")
