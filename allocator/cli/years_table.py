"""What the command prints of a plan over several years."""

from typing import Any

import typer

from allocator.cli.printing import print_table
from allocator.plans import Plan
from allocator.region.sites import KINDS
from allocator.region.stock import resources

_FORMS = {"bed": "beds", "staff": "staff", "vehicle": "vehicles"}
_HEADS = ["year", "sites opened", "beds added", "staff hired", "staff left", "vehicles added",
          "spent", "budget", "rules met"]  # fmt: skip


def print_years(plan: Plan) -> None:
    """Print a line per year: what opens, is added and spent; nothing for a plan of one date.

    Of what lies inside something else that is listed (rehabilitation beds among public beds), only
    the whole is counted.
    """
    if plan.years.empty:
        return
    typer.echo("By year (all of it is in years.csv and year_rules.csv):")
    print_table(_HEADS, [_row(plan, int(year)) for year in sorted(plan.years["year"].unique())[1:]])
    for note in plan.provenance.get("notes", ()):
        if str(note).startswith("the years "):
            typer.echo(str(note))


def _row(plan: Plan, year: int) -> list[Any]:
    table = plan.years[plan.years["year"] == year]
    listed = set(table["resource"])
    whole = [r not in resources() or not _inside(r, listed) for r in table["resource"]]
    forms = [resources()[r].form if r in resources() else "site" for r in table["resource"]]
    of = {form: [w and f == form for w, f in zip(whole, forms, strict=True)] for form in
          ("bed", "staff", "vehicle")}  # fmt: skip
    sites = table["resource"].isin(list(KINDS))
    rules = plan.year_rules[plan.year_rules["year"] == year]
    rules = rules[rules["strength"].isin(["must", "target", "wish"])]
    lines = plan.compliance[plan.compliance["rule"] == f"budget {year}"]
    limit = lines["required"].iloc[0] if len(lines) else None
    return [
        str(year), _sum(table, sites, "added"), _sum(table, of["bed"], "added"),
        _sum(table, of["staff"], "added"), _sum(table, of["staff"], "left"),
        _sum(table, of["vehicle"], "added"), float(table["spent"].sum()), limit,
        f"{int(rules['met'].eq(True).sum())} of {len(rules)}",
    ]  # fmt: skip


def _inside(resource: str, listed: set[str]) -> bool:
    known = resources()[resource]
    return known.inside in listed or known.part_of in listed


def _sum(table: Any, rows: Any, column: str) -> float:
    return float(table.loc[rows, column].sum())
