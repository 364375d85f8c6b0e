"""The county table: what there is, what is needed, what the plan gives."""

import math

from allocator.files.counties import county_table, region_row
from allocator.files.report.grids import Cell, Filter, Grid, Row, change, columns, number, options
from allocator.files.report.wording import Text, head, phrase, resource, sentence
from allocator.files.tables import plain_tables
from allocator.plans import Plan

_PARTS = ("have", "need", "allocated", "change")
_Figures = dict[tuple[str, str], dict[str, float]]
"""By resource and part, the figure of each unit."""


def county_grid(plan: Plan) -> tuple[Grid, list[Text]]:
    """Per unit and resource what there is, is needed and gets allocated; what does not add up."""
    units = plain_tables(plan)["units"]
    table, notes = county_table(plan, units)
    places = [str(table.index[-1]), *map(str, table.index[:-1])]
    root = region_row(plan, units) or places[0]
    told = units.drop_duplicates("unit").set_index("unit")["name"].to_dict()
    names = {unit: str(told.get(unit, unit)) for unit in places}
    labels = {unit: Text.same(name) for unit, name in names.items()}
    labels[places[0]] = Text(f"{names[places[0]]} (total)", f"{names[places[0]]}(合计)")
    order = [str(name) for name in dict.fromkeys(table.columns.get_level_values(0))]
    figures: _Figures = {
        (name, part): {str(u): float(v) for u, v in table[name, part].to_dict().items()}
        for name in order
        for part in _PARTS
    }
    rows = []
    for name in order:
        ranks = _ranks(figures, name, [u for u in places if u != root])
        rows += [_row(figures, name, u, labels[u], ranks.get(u)) for u in places]
    grid = Grid(
        "counties",
        phrase("Resources by county: today, needed and in the plan"),
        _heads(),
        rows,
        filters=(
            Filter("resource", head("resource"), options(order, resource)),
            Filter(
                "unit", phrase("unit"), [(u, Text.same(names[u])) for u in places], first=places[0]
            ),
        ),
        page=200,
        source="units.csv",
    )  # fmt: skip
    return grid, [sentence(note) for note in notes]


def _heads() -> list[tuple[Text, bool]]:
    names: list[str | Text] = [
        "resource", phrase("unit"), "have", "need", "allocated", "change",
        phrase("gap today"), phrase("gap in the plan"), phrase("per 1,000 today"),
        phrase("per 1,000 in the plan"), phrase("rank"),
    ]  # fmt: skip
    return columns(names, range(2, 11))


def _rate(figures: _Figures, name: str, unit: str, part: str) -> float:
    """Per 1,000 residents; NaN where that means nothing."""
    people = figures.get(("residents", part), {}).get(unit, math.nan)
    if name == "residents" or not people > 0:
        return math.nan
    return figures[name, part][unit] / people * 1000


def _ranks(figures: _Figures, name: str, units: list[str]) -> dict[str, int]:
    """Place of each unit by its figure per head in the plan, the highest first."""
    rates = {unit: _rate(figures, name, unit, "allocated") for unit in units}
    known = [v for v in rates.values() if not math.isnan(v)]
    return {u: 1 + sum(other > v for other in known) for u, v in rates.items() if not math.isnan(v)}


def _row(figures: _Figures, name: str, unit: str, label: Text, rank: int | None) -> Row:
    have, need, allocated, added = (figures[name, part][unit] for part in _PARTS)
    cells = [
        Cell(resource(name)),
        Cell(label),
        number(have),
        number(need),
        number(allocated),
        change(added),
        change(have - need),
        change(allocated - need),
        number(_rate(figures, name, unit, "have")),
        number(_rate(figures, name, unit, "allocated")),
        number(rank),
    ]
    return Row(cells, {"resource": name, "unit": unit})
