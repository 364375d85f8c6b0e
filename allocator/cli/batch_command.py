"""``allocator batch``: many scenarios, one table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import JSON, OUT
from allocator.cli.progress import progress_on_stderr

if TYPE_CHECKING:
    import pandas as pd


WORKERS = typer.Option(help="Processes at once.", show_default="one per core")
CLUSTER = typer.Option(
    help="Address of a Dask scheduler (tcp://host:8786), or local:N for N workers on this machine, "
    "instead of processes.",
    metavar="ADDRESS",
)  # fmt: skip
PLANS = typer.Option("--plans", help="Write each plan, too, into a folder of its scenario's name.")
FRESH = typer.Option("--fresh", help="Plan everything, whatever was finished before.")
RETRIES = typer.Option(help="How often a scenario whose process died is tried again.")


def batch_command(
    scenarios: Annotated[
        list[Path],
        typer.Argument(
            metavar="SCENARIO...",
            help="Scenario files (TOML), with their sweeps.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, OUT],
    workers: Annotated[int | None, WORKERS] = None,
    cluster: Annotated[str | None, CLUSTER] = None,
    plans: Annotated[bool, PLANS] = False,
    fresh: Annotated[bool, FRESH] = False,
    retries: Annotated[int, RETRIES] = 2,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Plan many scenarios, here or on a Dask cluster; one bad one never stops the others.

    Writes results.parquet and results.csv, a row per scenario in the order given, and keeps a
    journal beside them: started again, only what is missing, failed or changed is planned. Exits
    with 0 when the table is complete, whatever its rows say.

    \b
    Example:
      allocator batch scenarios/base.toml scenarios/dense.toml --out plans --workers 2
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("batch", as_json=as_json):
        from allocator.batches.entry import batch
        from allocator.files.results import CSV, PARQUET

        try:
            with progress_on_stderr(keep_lines=True) as progress:
                table = batch(scenarios, out, workers=workers, cluster=cluster, plans=plans,
                              fresh=fresh, retries=retries, progress=progress)  # fmt: skip
        except KeyboardInterrupt:
            typer.echo(f"interrupted; what was finished is in {out / CSV}", err=True)
            raise typer.Exit(130) from None
        with while_read():
            if as_json:
                rows = table.astype(object).where(table.notna(), None).to_dict("records")
                print_json({"command": "batch", "exit_code": 0, "results": rows,
                            "files": [str(out / CSV), str(out / PARQUET)]})  # fmt: skip
                return
            _print(table)
            folders = ", and a folder per plan" if plans else ""
            typer.echo(f"Written to {out}: {CSV}, {PARQUET}{folders}")


def _print(table: "pd.DataFrame") -> None:
    """Print what a reader looks for first, and every error."""
    varied = list(table.columns[2 : list(table.columns).index("status")])
    columns = ["name", *varied, "status", "objective_value", "gap", "must_met", "must_failed",
               "exit_code"]  # fmt: skip
    printing.print_table(columns, table[columns].astype(object).to_numpy().tolist())
    for name, error in zip(table["name"], table["error"], strict=True):
        if error:
            typer.echo(f"{name}: {error.splitlines()[-1]}")
