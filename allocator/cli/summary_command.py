"""``allocator summary``: a written plan in plain words."""

from pathlib import Path
from typing import Annotated

import typer

from allocator.cli.map_command import PLAN
from allocator.cli.outcomes import outcome, while_read


def summary_command(
    plan: Annotated[Path, PLAN],
    chinese: Annotated[bool, typer.Option("--chinese", help="In Chinese.")] = False,
) -> None:
    """Tell a plan in plain words: what changes where and why, what gives way, what it costs.

    \b
    Example:
      allocator summary plans/jiaxing --chinese
    """  # noqa: D301 - the mark keeps the lines apart
    with outcome("summary"):
        from allocator.files.reading import read_plan
        from allocator.files.summary import summarise

        text = summarise(read_plan(plan), "zh" if chinese else "en")
        with while_read():
            typer.echo(text, nl=False)
