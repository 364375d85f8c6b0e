"""The county table: what there is, what is needed, what the plan gives."""

import math

import pandas as pd

from allocator.files.counties import county_table, region_row
from allocator.files.report.grids import Cell, Filter, Grid, Row, change, columns, number, options
from allocator.files.report.wording import Text, head, phrase, resource
from allocator.files.tables import plain_tables
from allocator.plans import Plan


def county_grid(plan: Plan) -> tuple[Grid, list[str]]:
    """Per unit and resource what there is, is needed and gets allocated; what does not add up."""
    units = plain_tables(plan)["units"]
    table, notes = county_table(plan, units)
    root = region_row(plan, units) or str(table.index[-1])
    names = units.drop_duplicates("unit").set_index("unit")["name"]
    order = list(dict.fromkeys(table.columns.get_level_values(0)))
    rows = []
    for name in order:
        ranks = _ranks(table, name, root)
        for unit in [table.index[-1], *table.index[:-1]]:
            label = str(names.get(unit, unit))
            if unit == table.index[-1]:
                label_text = Text(f"{label} (total)", f"{label}(合计)")
            else:
                label_text = Text.same(label)
            rows.append(_county_row(table, name, str(unit), label_text, ranks.get(str(unit))))
    heads: list[str | Text] = [
        "resource", phrase("unit"), "have", "need", "allocated", "change",
        phrase("gap today"), phrase("gap in the plan"), phrase("per 1,000 today"),
        phrase("per 1,000 in the plan"), phrase("rank"),
    ]  # fmt: skip
    every = [str(table.index[-1]), *map(str, table.index[:-1])]
    grid = Grid(
        "counties",
        phrase("Resources by county: today, needed and in the plan"),
        columns(heads, range(2, 11)),
        rows,
        filters=(
            Filter("resource", head("resource"), options(order, resource)),
            Filter(
                "unit", phrase("unit"),
                [(u, Text.same(str(names.get(u, u)))) for u in every], first=every[0],
            ),
        ),
        page=200,
        source="units.csv",
    )  # fmt: skip
    return grid, notes


def _rate(table: pd.DataFrame, name: str, unit: str, part: str) -> float:
    """Per 1,000 residents; NaN where that means nothing."""
    if name == "residents" or ("residents", part) not in table.columns:
        return math.nan
    people = _at(table, unit, "residents", part)
    return _at(table, unit, name, part) / people * 1000 if people > 0 else math.nan


def _at(table: pd.DataFrame, unit: str, name: str, part: str) -> float:
    return float(table[name, part].to_dict()[unit])


def _ranks(table: pd.DataFrame, name: str, root: str) -> dict[str, int]:
    """Place of each unit by its figure per head in the plan, the highest first."""
    rates = {str(u): _rate(table, name, u, "allocated") for u in table.index if str(u) != root}
    known = [v for v in rates.values() if not math.isnan(v)]
    return {u: 1 + sum(other > v for other in known) for u, v in rates.items() if not math.isnan(v)}


def _county_row(table: pd.DataFrame, name: str, unit: str, label: Text, rank: int | None) -> Row:
    have, need, allocated, added = (
        _at(table, unit, name, part) for part in ("have", "need", "allocated", "change")
    )
    cells = [
        Cell(resource(name)),
        Cell(label),
        number(have),
        number(need),
        number(allocated),
        change(added),
        change(have - need),
        change(allocated - need),
        number(_rate(table, name, unit, "have")),
        number(_rate(table, name, unit, "allocated")),
        number(rank),
    ]
    return Row(cells, {"resource": name, "unit": unit})
