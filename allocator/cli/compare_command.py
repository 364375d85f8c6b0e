"""``allocator compare``: what differs between written plans."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.outcomes import outcome, print_json, while_read


def compare_command(
    plans: Annotated[
        list[Path],
        typer.Argument(metavar="PLAN...", help="Folders of written plans.", show_default=False),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder for csv files, or a file .xlsx.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document on stdout, for machines.")
    ] = False,
) -> None:
    """Say what differs between plans: inputs, costs, rules, sites, beds by county, people, minutes.

    All plans are held against the first one. They must be of one region.

    \b
    Example:
      allocator compare plans/today plans/more-money plans/fewer-beds --out differences.xlsx
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("compare", as_json=as_json):
        from allocator.files.reading import read_plan
        from allocator.studies.comparison import compare

        found = compare({name: read_plan(path) for name, path in _named(plans).items()})
        files = [] if out is None else found.write(out)
        with while_read():
            if as_json:
                tables = {n: t.to_dict("records") for n, t in found.tables.items()}
                told = {"command": "compare", "exit_code": 0, "plans": list(found.names)}
                print_json({**told, "notes": found.notes, **tables, "files": list(map(str, files))})
                return
            typer.echo(found.summary())
            if files:
                typer.echo(f"Written: {', '.join(map(str, files))}")


def _named(paths: list[Path]) -> dict[str, Path]:
    """Folders by their own names, or by their paths where two have the same."""
    folders = [p.parent if p.name == "plan.json" else p for p in paths]
    short = [f.name or str(f) for f in folders]
    long = [str(f) for f in folders]
    names = short if len(set(short)) == len(short) else long
    if len(set(names)) < len(names):
        names = [f"{name} ({i})" for i, name in enumerate(names, 1)]
    return dict(zip(names, paths, strict=True))
