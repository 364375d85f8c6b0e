"""What the command prints of a plan over several years."""

from typing import Any

import pandas as pd
import typer

from allocator.cli.printing import print_table
from allocator.plans import Plan
from allocator.region.sites import KINDS
from allocator.region.stock import resources

_MONEY = 1e6
_STAFF = ("physicians", "nurses")
_HEADS = ["year", "sites opened", "beds added", "vehicles added", *_STAFF]


def print_years(plan: Plan) -> None:
    """Print a line per year: what opens, is added and spent; nothing for a plan of one date.

    Of what lies inside something else that is listed (rehabilitation beds among public beds), only
    the whole is counted; of staff, how many there are at the end of the year.
    """
    if plan.years.empty:
        return
    currency = f"million {plan.provenance.get('currency', '')}".strip()
    typer.echo(f"By year (all of it is in years.csv and year_rules.csv; money in {currency}):")
    heads = [*_HEADS, "spent", "budget", "rules met"]
    print_table(heads, [_row(plan, int(year)) for year in sorted(plan.years["year"].unique())[1:]])
    for note in plan.provenance.get("notes", ()):
        if str(note).startswith("the years "):
            typer.echo(str(note))


def _row(plan: Plan, year: int) -> list[Any]:
    table = plan.years[plan.years["year"] == year]
    listed = set(table["resource"])
    wholes = [r for r in listed if r in resources() and not _inside(r, listed)]
    beds = [r for r in wholes if resources()[r].form == "bed"]
    vehicles = [r for r in wholes if resources()[r].form == "vehicle"]
    added = [_sum(table, names, "added") for names in (list(KINDS), beds, vehicles)]
    staff = [_sum(table, [r], "stock") if r in listed else None for r in _STAFF]
    rules = plan.year_rules[plan.year_rules["year"] == year]
    rules = rules[rules["strength"].isin(["must", "target", "wish"])]
    lines = plan.compliance[plan.compliance["rule"] == f"budget {year}"]
    limit = float(lines["required"].iloc[0]) / _MONEY if len(lines) else None
    spent = float(table["spent"].sum()) / _MONEY
    met = f"{int(rules['met'].eq(True).sum())} of {len(rules)}"
    return [str(year), *added, *staff, spent, limit, met]


def _inside(resource: str, listed: set[str]) -> bool:
    known = resources()[resource]
    return known.inside in listed or known.part_of in listed


def _sum(table: pd.DataFrame, names: list[str], column: str) -> float:
    return float(table.loc[table["resource"].isin(names), column].sum())
