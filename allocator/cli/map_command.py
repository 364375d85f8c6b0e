"""``allocator map``: draw a map of a written plan."""

from pathlib import Path
from typing import Annotated, Any

import typer

from allocator.cli.outcomes import outcome

PLAN = typer.Argument(metavar="PLAN", help="Folder of a written plan.", show_default=False)


def map_command(
    plan: Annotated[Path, PLAN],
    out: Annotated[
        Path, typer.Option("--out", help="The map: .png, .pdf or .svg.", show_default=False)
    ],
    what: Annotated[
        str, typer.Option(help="before_after, coverage, bands or units.")
    ] = "before_after",
    rule: Annotated[
        str | None, typer.Option(help="Coverage rule; by default the strongest.")
    ] = None,
    resource: Annotated[
        str | None, typer.Option(help="For units: what per 1,000 residents.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option(help="For bands: minutes or km; by default the rule's own.")
    ] = None,
    bands: Annotated[
        str | None, typer.Option(help="For bands: their ends, e.g. 5,8,11,15.")
    ] = None,
    today: Annotated[bool, typer.Option("--today", help="Today instead of the plan.")] = False,
    chinese: Annotated[bool, typer.Option("--chinese", help="Chinese labels.")] = False,
) -> None:
    """Draw a map: who is covered, how many minutes it takes, beds by county, before and after.

    Outlines are those of plan.gpkg in the plan's folder.

    \b
    Examples:
      allocator map plans/jiaxing --out jiaxing.pdf
      allocator map plans/jiaxing --what bands --rule J026 --out minutes.svg
      allocator map plans/jiaxing --what units --resource rehab_beds --chinese --out beds.png
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("map"):
        from allocator.errors import InputError
        from allocator.files.maps import save_map
        from allocator.files.reading import read_plan

        if unit not in (None, "minutes", "km"):
            raise InputError(f"must be minutes or km, got {unit!r}", where="--unit")
        options: dict[str, Any] = {
            "rule": rule,
            "resource": resource,
            "unit": unit,
            "bands": _ends(bands),
        }
        given = {name: value for name, value in options.items() if value is not None}
        if today:
            given["today"] = True
        save_map(read_plan(plan), out, what, chinese=chinese, **given)  # type: ignore[arg-type]
        typer.echo(f"Written: {out}")


def _ends(bands: str | None) -> list[float] | None:
    """``5,8,11,15`` as numbers."""
    from allocator.errors import InputError

    if bands is None:
        return None
    try:
        return [float(part) for part in bands.split(",")]
    except ValueError:
        raise InputError(
            f"must be numbers with commas between, as 5,8,11,15; got {bands!r}", where="--bands"
        ) from None
