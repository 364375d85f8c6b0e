"""``allocator batch``: many scenarios, one table."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli import printing
from allocator.cli.outcomes import outcome, print_json, while_read
from allocator.cli.plan_command import JSON, OUT
from allocator.cli.progress import progress_on_stderr


def batch_command(
    scenarios: Annotated[
        list[Path],
        typer.Argument(metavar="SCENARIO...", help="Scenario files (TOML).", show_default=False),
    ],
    out: Annotated[Path, OUT],
    workers: Annotated[
        int | None, typer.Option(help="Processes at once.", show_default="one per core")
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Plan many scenarios in local processes; one bad one never stops the others.

    Writes results.csv, a row per scenario in the order given, and each plan in a folder beside
    it. Exits with 0 when the table is complete, whatever its rows say.

    \b
    Example:
      allocator batch scenarios/base.toml scenarios/dense.toml --out plans --workers 2
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("batch", as_json=as_json):
        from allocator.batches import batch
        from allocator.files.results import RESULTS

        try:
            with progress_on_stderr() as progress:
                table = batch(scenarios, out, workers=workers, progress=progress)
        except KeyboardInterrupt:
            typer.echo(f"interrupted; what was finished is in {out / RESULTS}", err=True)
            raise typer.Exit(130) from None
        with while_read():
            if as_json:
                rows = table.astype(object).where(table.notna(), None).to_dict("records")
                print_json({"command": "batch", "exit_code": 0, "results": rows,
                            "files": [str(out / RESULTS)]})  # fmt: skip
                return
            columns = ["name", "status", "objective_value", "gap", "must_met", "must_failed",
                       "exit_code"]  # fmt: skip
            printing.print_table(columns, table[columns].astype(object).to_numpy().tolist())
            for name, error in zip(table["name"], table["error"], strict=True):
                if error:
                    typer.echo(f"{name}: {error.splitlines()[-1]}")
            typer.echo(f"Written to {out}: {RESULTS}, and a folder per plan")
