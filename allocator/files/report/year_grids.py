"""A plan over several years: what there is in each, and how the rules stand."""

from allocator.files.report.compliance_rows import flag, required_text, state_of
from allocator.files.report.grids import (
    Cell,
    Filter,
    Grid,
    Row,
    change,
    columns,
    number,
    options,
    shown,
    words,
    year,
)
from allocator.files.report.wording import Text, head, phrase, resource, said
from allocator.plans import Plan


def year_grids(plan: Plan) -> list[Grid]:
    """What there is in each year, and how the rules stand; none for a plan of one date."""
    found = [] if plan.years.empty else [_years(plan)]
    return found if plan.year_rules.empty else [*found, _year_rules(plan)]


def _years(plan: Plan) -> Grid:
    """One resource after the other, year by year; it opens with one of which the plan adds."""
    table = plan.years.reset_index(drop=True)
    order = {str(name): i for i, name in enumerate(dict.fromkeys(table["resource"]))}
    lines = sorted(table.to_dict("records"), key=lambda line: order[str(line["resource"])])
    grown = [str(line["resource"]) for line in lines if line["added"] > 0]
    rows = [
        Row(
            [
                Cell(resource(str(line["resource"]))), words(line["name"]), year(line["year"]),
                number(line["stock"]), change(line["added"]), number(line["left"]),
                number(line["spent"]),
            ],
            {"resource": str(line["resource"]), "unit": str(line["unit"])},
        )
        for line in lines
    ]  # fmt: skip
    names = dict(zip(table["unit"].astype(str), table["name"].astype(str), strict=True))
    heads: list[str | Text] = [
        "resource", phrase("unit"), "year", "stock", "added", "left", "spent",
    ]  # fmt: skip
    filters = (
        Filter("resource", head("resource"), options(order, resource), first=(grown or [""])[0]),
        Filter("unit", phrase("unit"), options(names, lambda unit: Text.same(names[unit]))),
    )
    return Grid("years", phrase("Year by year"), columns(heads, (2, 3, 4, 5, 6)), rows, filters,
                page=60, source="years.csv")  # fmt: skip


def _year_rules(plan: Plan) -> Grid:
    rows = [
        Row(
            [
                words(line["rule"]), Cell(said(str(line["strength"])),
                                          look=f"strength {line['strength']}"),
                year(line["year"]), Cell(said(str(line["measure"]))),
                shown(required_text(line), line["required"]),
                number(line["achieved"], str(line["measure"])),
                flag(state_of({**line, "evaluated": True})), year(line["met_from"]),
            ],
            {"year": f"{line['year']:.0f}"},
        )
        for line in plan.year_rules.to_dict("records")
    ]  # fmt: skip
    heads: list[str | Text] = [
        "rule", "strength", "year", "measure", "required", "achieved", "met", "met_from",
    ]  # fmt: skip
    years = options([f"{y:.0f}" for y in plan.year_rules["year"]], Text.same)
    return Grid(
        "year_rules", phrase("Rules by year"), columns(heads, (2, 4, 5, 7)), rows,
        (Filter("year", head("year"), years, first=years[-1][0]),), page=60,
        source="year_rules.csv",
    )  # fmt: skip
