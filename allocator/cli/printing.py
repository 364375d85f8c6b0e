"""What a command says on stdout, for people."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from allocator.files.tables import is_missing
from allocator.plan_tables import Tally
from allocator.plans import Plan

_STRENGTHS = ("must", "target", "wish")
_WIDTH = 110
"""Columns where stdout is no terminal: wide enough for the tables, narrow enough to read."""
_FIRST_ASSUMPTIONS = 5


def print_summary(tally: Tally) -> None:
    """Print how many rules hold, by strength."""
    rows = [
        [s, tally.met.get(s, 0), tally.failed.get(s, 0), tally.not_evaluated.get(s, 0)]
        for s in _STRENGTHS
    ]
    print_table(["rules", "met", "NOT met", "not evaluated"], rows)


def print_rules(compliance: pd.DataFrame, title: str) -> None:
    """Print the rules that do not hold in the region as a whole, strongest first."""
    lines = gave_way(compliance)
    if lines.empty:
        typer.echo("Every evaluated rule holds.")
        return
    typer.echo(title)
    columns = ["rule", "strength", "measure", "sense", "required", "achieved", "slack", "note"]
    rows = []
    for line in lines[[*columns, "required_upper"]].to_dict("records"):
        if not is_missing(line["required_upper"]):
            line["required"] = f"{_short(line['required'])} to {_short(line['required_upper'])}"
        rows.append([line[c] for c in columns])
    print_table([*columns[:2], "measured in", *columns[3:]], rows)


def print_reasons(plan: Plan) -> None:
    """Print why rules gave way, and which single change would be enough."""
    reasons = plan.why()
    if reasons:
        typer.echo("Why (all of it in conflicts.csv):")
        for number, reason in enumerate(reasons, 1):
            typer.echo(f"  {number}. {reason}")
        typer.echo("")


def gave_way(compliance: pd.DataFrame) -> pd.DataFrame:
    """Evaluated lines of area ``all`` that do not hold, strongest first."""
    lines = compliance[
        (compliance["area"] == "all")
        & compliance["evaluated"].astype(bool)
        & ~compliance["met"].eq(True)
        & compliance["strength"].isin(_STRENGTHS)
    ]
    order = lines["strength"].map({s: i for i, s in enumerate(_STRENGTHS)})
    return lines.loc[order.sort_values(kind="stable").index]


def print_not_evaluated(compliance: pd.DataFrame) -> None:
    """Print which rules could not be looked at, and why."""
    lines = compliance[(compliance["area"] == "all") & ~compliance["evaluated"].astype(bool)]
    lines = lines[lines["strength"].isin(_STRENGTHS)]
    if not lines.empty:
        typer.echo("Not evaluated:")
        print_table(
            ["rule", "strength", "what is missing"],
            lines[["rule", "strength", "note"]].to_numpy().tolist(),
        )


def print_assumptions(assumptions: pd.DataFrame) -> None:
    """Print the first assumptions of the catalogue, and every one that was changed."""
    shown = assumptions["changed"].astype(bool).to_numpy().copy()
    shown[:_FIRST_ASSUMPTIONS] = True
    rows = [
        [row["name"], "none" if is_missing(row["value"]) else row["value"], row["unit"],
         "yes" if row["changed"] else "", row["meaning"]]
        for row in assumptions[shown].to_dict("records")
    ]  # fmt: skip
    typer.echo("Assumptions (the first ones and those changed; all are in assumptions.csv):")
    print_table(["name", "value", "unit", "changed", "meaning"], rows)


def print_travel(plan: Plan) -> None:
    """Print what each mode travels by, where not all go straight."""
    made: Mapping[str, Any] = plan.provenance.get("travel") or {}
    for mode, told in made.items():
        typer.echo(f"Travel, {mode}: {travel_in_words(told)}")


def travel_in_words(told: Mapping[str, Any]) -> str:
    """What a mode travels by, from the plan's provenance.

    >>> travel_in_words({"source": "roads", "roads": {"file": "a.osm.pbf"}, "direction": "to site"})
    'roads of a.osm.pbf, to site'
    """
    source = str(told["source"])
    under = told.get("roads") or told.get("surface") or told
    words = [f"{source} of {under['file']}" if under.get("file") else source]
    words += [str(told["direction"])] if source == "roads" else []
    words += [f"made by {told['made_by']}"] if told.get("made_by") else []
    if other := told.get("rural_people_instead"):
        words.append(f"rural people by '{other}' instead")
    return ", ".join(words)


def print_head(plan: Plan) -> None:
    """Print what was planned, and how well it is proven."""
    typer.echo(plan.summary().splitlines()[0])
    if not plan.reproducible:
        typer.echo("stopped by the clock or by hand: another run may give another plan")


def print_written(folder: Path, files: Iterable[Path]) -> None:
    """Print where the files are."""
    typer.echo(f"Written to {folder}: {', '.join(f.name for f in files)}")


def print_table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headers; numbers to the right."""
    cells = list(rows)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for at, head in enumerate(heads):
        is_number = any(isinstance(r[at], int | float) for r in cells)
        table.add_column(Text(head), justify="right" if is_number else "left",
                         overflow="fold")  # fmt: skip
    for row in cells:
        table.add_row(*(Text(_short(value)) for value in row))
    console = _Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = _Console(highlight=False, width=_WIDTH)
    console.print(table)


class _Console(Console):
    """A console that leaves it to the command what to do when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _short(value: Any) -> str:
    """A value for people: thousands apart, at most two decimals, nothing for none."""
    if is_missing(value):
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if value in (float("inf"), float("-inf")):
        return str(value)
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def tolerate_any_terminal() -> None:
    """Never fail over a character that the terminal cannot show."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
