"""The demand sheet: people by unit, town and country, and whom each coverage rule reaches."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from allocator.files.labels import header, word
from allocator.files.planning_units import cell_units, unit_names
from allocator.files.tables import COVERED, COVERED_TODAY
from allocator.plans import Plan
from allocator.region.apportionment import largest_remainder

_WHERE = ("urban", "rural")
_PARTS = ("covered_today", "covered", "not_covered", "covered_share")
Bools = NDArray[np.bool_]


def demand_sheet_parts(plan: Plan, *, chinese: bool) -> dict[str, Any]:
    """Headers, rows and formats of the demand sheet.

    Rows: urban and rural people of each unit and both together, the whole region last. People are
    whole numbers (the largest remainders, where cells hold fractions); every total is the sum of
    its rows. A rule has empty cells where it asks for nothing.
    """
    table = demand_table(plan)
    rules = list(dict.fromkeys(table.columns.get_level_values(0)))[1:]
    names = unit_names(plan)
    said = _asked_groups(plan)
    top: list[str] = [""] * 4
    second = [header(c, chinese=chinese) for c in ("unit", "name", "settlement")]
    second.append(word("people", chinese=chinese))
    merged = []
    for rule in rules:
        merged.append((len(top), len(top) + len(_PARTS) - 1))
        group = word(said.get(rule, ""), chinese=chinese)
        top += [f"{word('rule', chinese=chinese)} {rule}{f' ({group})' if group else ''}"] * 4
        second += [header(part, chinese=chinese) for part in _PARTS]
    rows: list[list[Any]] = []
    formats: dict[tuple[int, int], str] = {}
    bold = []
    for i, ((unit, where), values) in enumerate(
        zip(table.index, table.to_numpy(object), strict=True)
    ):
        shown = [None if v is None or math.isnan(v) else v for v in values]
        whole = word("all", chinese=chinese) if unit == "all" else names.get(unit, "")
        rows.append([unit, whole, word(where, chinese=chinese), *shown])
        formats |= {(i, 3): "#,##0"}
        for j in range(4, len(rows[-1])):
            formats[i, j] = "0.0%" if (j - 4) % len(_PARTS) == len(_PARTS) - 1 else "#,##0"
        if where == "total":
            bold.append(i)
    return {
        "heads": [top, second], "rows": rows, "formats": formats, "frozen_columns": 3,
        "merged": merged, "bold_rows": bold, "filtered_rows": len(rows) - 3,
    }  # fmt: skip


def demand_table(plan: Plan) -> pd.DataFrame:
    """People by unit and settlement.

    Index: (unit or ``all``, ``urban``, ``rural`` or ``total``); columns: (``""``, people) and
    (rule, part) with the parts covered today, covered, not covered (in the plan), and the share
    covered in the plan of those whom the rule speaks of; NaN where it speaks of nobody.
    """
    cells = plan.cells
    units = cell_units(plan)
    urban = cells["urban"].to_numpy(bool)
    people = cells["people"].to_numpy(float)
    order = [u for u in unit_names(plan) if u in set(units)]
    order += [u for u in dict.fromkeys(units.tolist()) if u not in order]
    leaves = [(unit, where) for unit in order for where in _WHERE]
    masks = {
        (unit, where): (units == unit) & (urban == (where == "urban")) for unit, where in leaves
    }
    sums = np.array([math.fsum(people[masks[leaf]]) for leaf in leaves])
    counts = largest_remainder(sums, round(math.fsum(people))) if len(leaves) else sums.astype(int)
    found: dict[tuple[str, str], dict[tuple[str, str], float]] = {
        ("", "people"): {leaf: int(n) for leaf, n in zip(leaves, counts, strict=True)}
    }
    groups = _asked_groups(plan)
    rules = [c.removeprefix(COVERED) for c in map(str, cells.columns) if c.startswith(COVERED)]
    for rule in rules:
        asked = _asked(groups.get(rule, ""), urban)
        parts = _of_rule(rule, cells, people, asked, masks, found["", "people"])
        found |= {(rule, part): values for part, values in parts.items()}
    return _with_totals(found, order, rules)


def _of_rule(
    rule: str, cells: pd.DataFrame, people: NDArray[np.float64], asked: Bools,
    masks: Mapping[tuple[str, str], Bools], whole: Mapping[tuple[str, str], float],
) -> dict[str, dict[tuple[str, str], float]]:  # fmt: skip
    """Whole people covered and not, today and in the plan, per leaf that the rule speaks of."""
    found: dict[str, dict[tuple[str, str], float]] = {part: {} for part in _PARTS[:3]}
    today = f"{COVERED_TODAY}{rule}"
    for leaf, here in masks.items():
        if here.any() and not (asked & here).any():
            continue
        for part, column in (("covered_today", today), ("covered", f"{COVERED}{rule}")):
            if column not in cells.columns:
                continue
            held = here & cells[column].eq(True).to_numpy()
            pair = np.array([math.fsum(people[held]), math.fsum(people[here & ~held])])
            total = int(whole[leaf])
            yes, no = largest_remainder(pair, total) if pair.sum() > 0 else (0, total)
            found[part][leaf] = int(yes)
            if part == "covered":
                found["not_covered"][leaf] = int(no)
    return found


def _with_totals(
    found: Mapping[tuple[str, str], Mapping[tuple[str, str], float]],
    order: list[str],
    rules: list[str],
) -> pd.DataFrame:
    """Rows of every unit and of the region, each total the sum of the rows that it stands for."""
    index = [(u, w) for u in [*order, "all"] for w in (*_WHERE, "total")]
    table: dict[tuple[str, str], list[float]] = {}
    for column, values in found.items():
        table[column] = [
            _sum([
                values[u, w]
                for u in (order if unit == "all" else [unit])
                for w in (_WHERE if where == "total" else (where,))
                if (u, w) in values
            ])
            for unit, where in index
        ]  # fmt: skip
    for rule in rules:
        table[rule, "covered_share"] = [
            yes / (yes + no) if yes + no > 0 else math.nan
            for yes, no in zip(table[rule, "covered"], table[rule, "not_covered"], strict=True)
        ]
    columns = [("", "people"), *((rule, part) for rule in rules for part in _PARTS)]
    names = pd.MultiIndex.from_tuples(index, names=["unit", "settlement"])
    data = {c: pd.Series(table[c], index=names, dtype=object) for c in columns}
    return pd.DataFrame(data, index=names, columns=pd.MultiIndex.from_tuples(columns))


def _sum(values: list[float]) -> float:
    return sum(values) if values else math.nan


def _asked_groups(plan: Plan) -> dict[str, str]:
    """Whom each coverage rule speaks of, where the plan tells."""
    told = plan.provenance.get("coverage_rules")
    known = told if isinstance(told, Mapping) else {}
    return {
        str(rule): str(said.get("group", ""))
        for rule, said in known.items()
        if isinstance(said, Mapping)
    }


def _asked(group: str, urban: Bools) -> Bools:
    if group in _WHERE:
        return urban if group == "urban" else ~urban
    return np.ones(len(urban), dtype=np.bool_)
